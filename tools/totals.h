/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reading the sums over a namespace.
 */
#ifndef _LISTENQ_TOOL_TOTALS_H
#define _LISTENQ_TOOL_TOTALS_H

struct lq_error;
struct lq_netlink;
struct lq_totals;

int lq_totals_load(struct lq_totals *totals, struct lq_netlink *netlink,
		   struct lq_error *error);

#endif
