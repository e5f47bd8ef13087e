// SPDX-License-Identifier: GPL-2.0
/*
 * What can be asked of a listener.
 */
#include <string.h>

#include "listener.h"

/**
 * lq_listener_count() - one of a listener's counters
 * @listener: whose
 * @type: LISTENQ_A_COUNTERS_*
 * @value: set
 *
 * Return: false when the module does not count that; then @value is 0.
 */
bool lq_listener_count(const struct lq_listener *listener, unsigned int type,
		       u64 *value)
{
	*value = listener->counters.value[type];
	return lq_has(listener->counters.have, type);
}

/**
 * lq_listener_dual() - whether it takes both IPv4 and IPv6
 * @listener: which
 *
 * Return: whether it does.
 */
bool lq_listener_dual(const struct lq_listener *listener)
{
	return lq_has(listener->have, LISTENQ_A_LISTENER_ADDRESS6) &&
	       IN6_IS_ADDR_UNSPECIFIED(&listener->address) &&
	       !lq_has(listener->have, LISTENQ_A_LISTENER_V6ONLY);
}

/**
 * lq_listener_owner() - let one know the owner that another one knows
 * @listener: keeps what it knows itself
 * @from: the same listener, out of another message
 */
void lq_listener_owner(struct lq_listener *listener,
		       const struct lq_listener *from)
{
	const u64 pid = 1ULL << LISTENQ_A_LISTENER_PID;
	const u64 comm = 1ULL << LISTENQ_A_LISTENER_COMM;

	if (!(listener->have & pid))
		listener->pid = from->pid;
	if (!(listener->have & comm))
		listener->comm = from->comm;
	listener->have |= from->have & (pid | comm);
	listener->holders = from->holders;
	listener->nr_holders = from->nr_holders;
}
