/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The SYN queue of a listener: how long it is, when it is full.
 */
#ifndef _LISTENQ_SYNQ_H
#define _LISTENQ_SYNQ_H

#include <linux/atomic.h>
#include <net/inet_connection_sock.h>
#include <net/request_sock.h>
#include <net/sock.h>

/*
 * What the length is lifted by around a call in which the kernel is to take the
 * queue for full: above any backlog, and a few hundred CPUs at a time fit into an
 * int.
 */
#define LQ_SYNQ_LIFT 0x400000

/**
 * lq_synq_len() - requests in the SYN queue
 * @sk: the listener
 *
 * Context: any.
 * Return: the true length, also while it is lifted.
 */
static inline u32 lq_synq_len(const struct sock *sk)
{
	return reqsk_queue_len(&inet_csk(sk)->icsk_accept_queue) &
	       (LQ_SYNQ_LIFT - 1);
}

/**
 * lq_synq_lift() - let the kernel take the SYN queue for full
 * @sk: the listener
 *
 * Context: bottom halves disabled; lq_synq_lower() follows before they are
 * enabled.
 */
static inline void lq_synq_lift(struct sock *sk)
{
	atomic_add(LQ_SYNQ_LIFT, &inet_csk(sk)->icsk_accept_queue.qlen);
}

/**
 * lq_synq_lower() - end it
 * @sk: the listener
 *
 * Context: as lq_synq_lift().
 */
static inline void lq_synq_lower(struct sock *sk)
{
	atomic_sub(LQ_SYNQ_LIFT, &inet_csk(sk)->icsk_accept_queue.qlen);
}

int lq_synq_init(void);
u32 lq_synq_hard_limit(u32 backlog);
u32 lq_synq_limit(const struct net *net, u32 backlog);

#endif /* _LISTENQ_SYNQ_H */
