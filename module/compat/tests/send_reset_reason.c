// SPDX-License-Identifier: GPL-2.0
/*
 * From 6.10 on.
 * Absent: 'SK_RST_REASON_NOT_SPECIFIED'|too many arguments
 */
#include <net/request_sock.h>
#include <net/tcp.h>

void probe(const struct request_sock_ops *ops, const struct sock *sk,
	   struct sk_buff *skb);

void probe(const struct request_sock_ops *ops, const struct sock *sk,
	   struct sk_buff *skb)
{
	ops->send_reset(sk, skb, SK_RST_REASON_NOT_SPECIFIED);
}
