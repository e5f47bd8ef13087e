/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an operator asked for the listeners of a local address.
 */
#ifndef _LISTENQ_TOOL_POLICY_H
#define _LISTENQ_TOOL_POLICY_H

#include <netinet/in.h>

#include "base.h"

/* Room for what a newer module may have more of. */
#define LQ_SETTINGS_MAX 24

/**
 * struct lq_policy - a policy
 * @have: which members are known, a bit by LISTENQ_A_POLICY_*
 * @value: of its settings, by attribute number
 * @timeout: milliseconds until it deletes itself
 * @since: when it was set, in nanoseconds since the epoch
 * @listeners: that are under it
 * @port: of its key, in host byte order
 * @address: of its key, an in_addr in front when IPv4; else zeroes
 */
struct lq_policy {
	u64 have;
	u32 value[LQ_SETTINGS_MAX];
	u64 timeout;
	u64 since;
	u32 listeners;
	u16 port;
	struct in6_addr address;
};

#endif
