/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the policy of a listener orders for one call of a deciding function.
 */
#ifndef _LISTENQ_ORDER_H
#define _LISTENQ_ORDER_H

#include <linux/types.h>

#include "decide.h"

struct request_sock;
struct sock;

/**
 * struct lq_order - what is ordered for a SYN
 * @action: what becomes of it
 * @cookies_always: a cookie says nothing about the queue
 * @cookie_is_kernels: one that is sent the kernel would have sent by itself
 * @synq_asked: so would it have with a SYN queue longer than this
 * @reset_overflow: if the accept queue is full, a RST is sent
 */
struct lq_order {
	enum lq_action action;
	bool cookies_always;
	bool cookie_is_kernels;
	u32 synq_asked;
	bool reset_overflow;
};

/**
 * enum lq_ack_order - what is ordered for an ACK that the accept queue refuses
 * @LQ_ACK_KERNEL: what the kernel does
 * @LQ_ACK_DROP: it is dropped where the kernel would send a RST
 * @LQ_ACK_RESET: a RST is sent where the kernel would drop it
 */
enum lq_ack_order {
	LQ_ACK_KERNEL,
	LQ_ACK_DROP,
	LQ_ACK_RESET,
};

void lq_order_syn(struct lq_order *order, struct sock *sk);
enum lq_ack_order lq_order_ack(struct sock *sk);
bool lq_order_no_retrans(const struct request_sock *req);
void lq_order_limits(struct sock *sk);
u32 lq_order_synq_limit(const struct sock *sk);

#endif /* _LISTENQ_ORDER_H */
