/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A snapshot, an event, a hook as netlink attributes.
 */
#ifndef _LISTENQ_ATTRIBUTE_H
#define _LISTENQ_ATTRIBUTE_H

#include <linux/types.h>

struct lq_event;
struct lq_hook_state;
struct lq_netns;
struct lq_policy_state;
struct lq_row;
struct lq_totals;
struct sk_buff;

/* Room for a listener with everything, and what stands around it. */
#define LQ_LISTENER_SIZE 2048
#define LQ_TOTALS_SIZE 8192
#define LQ_POLICY_SIZE 512

/* What a policy asks stands in the order of enum lq_term. */
#define LQ_TERM_ATTR(term) (LISTENQ_A_POLICY_BACKLOG + (term))

int lq_put_listener(struct sk_buff *msg, const struct lq_row *row);
int lq_put_policy(struct sk_buff *msg, const struct lq_policy_state *policy);
int lq_put_event(struct sk_buff *msg, const struct lq_row *row,
		 const struct lq_event *event);
int lq_put_totals(struct sk_buff *msg, struct lq_netns *netns, u32 listeners,
		  const struct lq_totals *totals);
int lq_put_hook(struct sk_buff *msg, u32 index,
		const struct lq_hook_state *state);

#endif /* _LISTENQ_ATTRIBUTE_H */
