// SPDX-License-Identifier: GPL-2.0
/*
 * Which listeners a reader wants to see.
 */
#include <net/ipv6.h>

#include "filter.h"
#include "snapshot.h"
#include "socket.h"

/**
 * lq_filter_socket() - sort out what need not be summed up
 * @filter: what is wanted
 * @socket: what the listener is known by
 *
 * Context: any.
 * Return: false when the listener does not match; true: lq_filter_row() decides.
 */
bool lq_filter_socket(const struct lq_filter *filter,
		      const struct lq_socket *socket)
{
	if (filter->family && filter->family != socket->family)
		return false;
	if (filter->port && filter->port != socket->port)
		return false;
	if (filter->has_inode && filter->inode != socket->inode)
		return false;
	if (filter->has_cgroup && filter->cgroup != socket->cgroup)
		return false;
	return !filter->has_address ||
	       ipv6_addr_equal(&filter->address, &socket->address);
}

/**
 * lq_filter_row() - whether a listener is wanted
 * @filter: what is wanted
 * @row: the listener; lq_filter_socket() has let it through
 *
 * Context: any.
 * Return: whether it matches.
 */
bool lq_filter_row(const struct lq_filter *filter, const struct lq_row *row)
{
	if (filter->id && filter->id != row->id)
		return false;
	return !filter->drops_only || row->listen_overflow ||
	       row->sums.count[LQ_LISTEN_DROP];
}
