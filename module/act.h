/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the kernel itself does to a segment, done by order of a policy.
 */
#ifndef _LISTENQ_ACT_H
#define _LISTENQ_ACT_H

#include <linux/types.h>

struct request_sock;
struct sk_buff;
struct sock;

bool lq_act_resets_soon(const struct sock *sk, const struct sk_buff *skb,
			const struct request_sock *req);
void lq_act_drop_ack(struct sock *sk, struct request_sock *req);
struct sock *lq_act_reset_cookie(struct sock *sk, struct sk_buff *skb);

#endif /* _LISTENQ_ACT_H */
