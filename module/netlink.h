/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The generic netlink family.
 */
#ifndef _LISTENQ_NETLINK_H
#define _LISTENQ_NETLINK_H

#include <linux/types.h>

struct lq_event;
struct lq_row;
struct net;

int lq_netlink_init(void);
void lq_netlink_exit(void);
bool lq_netlink_has_listeners(struct net *net);
int lq_netlink_event(struct net *net, const struct lq_row *row,
		     const struct lq_event *event);

#endif /* _LISTENQ_NETLINK_H */
