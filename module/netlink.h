/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The generic netlink family.
 */
#ifndef _LISTENQ_NETLINK_H
#define _LISTENQ_NETLINK_H

#include <linux/types.h>

struct genl_family;
struct lq_event;
struct lq_netns;
struct lq_row;
struct net;
struct netlink_ext_ack;
struct nlattr;
struct nlmsghdr;
struct sk_buff;

extern struct genl_family lq_family;

int lq_netlink_init(void);
void lq_netlink_exit(void);
bool lq_netlink_has_listeners(struct net *net);
int lq_netlink_event(struct net *net, const struct lq_row *row,
		     const struct lq_event *event);

/* What the requests share. */
struct lq_netns *lq_netlink_netns(const struct sk_buff *skb);
int lq_netlink_refuse(struct netlink_ext_ack *extack,
		      const struct nlattr *attr, int err, const char *why);
int lq_netlink_refuse_doubles(const struct nlmsghdr *nlh,
			      struct netlink_ext_ack *extack);
int lq_netlink_refuse_all(const struct nlmsghdr *nlh,
			  struct netlink_ext_ack *extack);

#endif /* _LISTENQ_NETLINK_H */
