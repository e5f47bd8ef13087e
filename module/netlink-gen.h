/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/listenq.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_LISTENQ_GEN_H
#define _LINUX_LISTENQ_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/listenq.h>

/* Ops table for listenq */
extern const struct genl_split_ops listenq_nl_ops[9];

int listenq_nl_listener_get_doit(struct sk_buff *skb, struct genl_info *info);
int listenq_nl_listener_get_dumpit(struct sk_buff *skb,
				   struct netlink_callback *cb);
int listenq_nl_totals_get_doit(struct sk_buff *skb, struct genl_info *info);
int listenq_nl_hook_get_doit(struct sk_buff *skb, struct genl_info *info);
int listenq_nl_hook_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb);
int listenq_nl_policy_get_doit(struct sk_buff *skb, struct genl_info *info);
int listenq_nl_policy_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);
int listenq_nl_policy_set_doit(struct sk_buff *skb, struct genl_info *info);
int listenq_nl_policy_del_doit(struct sk_buff *skb, struct genl_info *info);

enum {
	LISTENQ_NLGRP_EVENTS,
};

#endif /* _LINUX_LISTENQ_GEN_H */
