// SPDX-License-Identifier: GPL-2.0
/*
 * The SYN queue of a listener: when it is full.
 */
#include <linux/minmax.h>
#include <linux/slab.h>
#include <net/inet_connection_sock.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "synq.h"

/* Whether a SYN queue as long as its limit is full: it differs. */
static bool lq_full_at_limit __read_mostly;

/**
 * lq_synq_init() - ask the kernel's own header when a SYN queue is full
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int lq_synq_init(void)
{
	struct inet_connection_sock *icsk = kzalloc(sizeof(*icsk), GFP_KERNEL);
	struct sock *sk = (struct sock *)icsk;

	if (!icsk)
		return -ENOMEM;
	sk->sk_max_ack_backlog = 1;
	atomic_set(&icsk->icsk_accept_queue.qlen, 1);
	lq_full_at_limit = inet_csk_reqsk_queue_is_full(sk);
	kfree(icsk);
	return 0;
}

/**
 * lq_synq_hard_limit() - the limit beyond which the kernel queues nobody
 * @backlog: of the listener: the accept queue's limit holds for both
 *
 * Context: any.
 * Return: requests; full when longer.
 */
u32 lq_synq_hard_limit(u32 backlog)
{
	return lq_full_at_limit && backlog ? backlog - 1 : backlog;
}

/**
 * lq_synq_limit() - the kernel's limit with the present sysctls
 * @net: the namespace: without cookies a quarter of tcp_max_syn_backlog is kept
 *	back
 * @backlog: of the listener
 *
 * Context: any.
 * Return: requests; full when longer.
 */
u32 lq_synq_limit(const struct net *net, u32 backlog)
{
	u32 max_syn_backlog = READ_ONCE(net->ipv4.sysctl_max_syn_backlog);
	u32 limit = lq_synq_hard_limit(backlog);

	if (!READ_ONCE(net->ipv4.sysctl_tcp_syncookies))
		limit = min(limit, max_syn_backlog - (max_syn_backlog >> 2));
	return limit;
}
