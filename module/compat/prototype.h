/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The prototypes of functions that are replaced: what differs between kernels.
 *
 * A wrapper is defined by LQ_FUNCTION(name) and hands its arguments on, all of
 * them, by lq_pass_function().
 */
#ifndef _LISTENQ_COMPAT_PROTOTYPE_H
#define _LISTENQ_COMPAT_PROTOTYPE_H

#include <linux/kprobes.h>
#include <linux/types.h>

/* tcp_check_req(): in 7.x it says why a segment was dropped. */
#ifdef LQ_HAVE_CHECK_REQ_REASON
#define LQ_CHECK_REQ(name) \
	struct sock *(name)(struct sock *sk, struct sk_buff *skb, \
			    struct request_sock *req, bool fastopen, \
			    bool *req_stolen, enum skb_drop_reason *reason)
#define lq_pass_check_req(to) ((to)(sk, skb, req, fastopen, req_stolen, reason))
#else
#define LQ_CHECK_REQ(name) \
	struct sock *(name)(struct sock *sk, struct sk_buff *skb, \
			    struct request_sock *req, bool fastopen, \
			    bool *req_stolen)
#define lq_pass_check_req(to) ((to)(sk, skb, req, fastopen, req_stolen))
#endif

/*
 * inet_csk_reqsk_queue_hash_add(): before 6.1 it does not say whether the request
 * was there already, in 7.x the timeout is the request's own.
 */
#if defined(LQ_HAVE_HASH_ADD_VOID)
#define LQ_HASH_ADD(name) \
	void name(struct sock *sk, struct request_sock *req, \
		  unsigned long timeout)
#define lq_pass_hash_add(to) ({ (to)(sk, req, timeout); true; })
#define lq_hash_add_result(queued) ((void)(queued))
#define lq_hash_add_returned(regs) ((void)(regs), true)
#elif defined(LQ_HAVE_HASH_ADD_UNTIMED)
#define LQ_HASH_ADD(name) bool name(struct sock *sk, struct request_sock *req)
#define lq_pass_hash_add(to) ((to)(sk, req))
#define lq_hash_add_result(queued) (queued)
#define lq_hash_add_returned(regs) ((u8)regs_return_value(regs) != 0)
#else
#define LQ_HASH_ADD(name) \
	bool name(struct sock *sk, struct request_sock *req, \
		  unsigned long timeout)
#define lq_pass_hash_add(to) ((to)(sk, req, timeout))
#define lq_hash_add_result(queued) (queued)
#define lq_hash_add_returned(regs) ((u8)regs_return_value(regs) != 0)
#endif

/* inet_csk_listen_start() */
#ifdef LQ_HAVE_LISTEN_START_BACKLOG
#define LQ_LISTEN_START(name) int name(struct sock *sk, int backlog)
#define lq_pass_listen_start(to) ((to)(sk, backlog))
#else
#define LQ_LISTEN_START(name) int name(struct sock *sk)
#define lq_pass_listen_start(to) ((to)(sk))
#endif

#endif /* _LISTENQ_COMPAT_PROTOTYPE_H */
