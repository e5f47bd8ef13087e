// SPDX-License-Identifier: GPL-2.0
/*
 * From 7.0 on, and in stable kernels of 2026; init_seq() before.
 * Absent: no member named 'init_seq_and_ts_off'
 */
#include <net/tcp.h>

u32 probe(const struct tcp_request_sock_ops *ops, struct net *net,
	  const struct sk_buff *skb);

u32 probe(const struct tcp_request_sock_ops *ops, struct net *net,
	  const struct sk_buff *skb)
{
	return ops->init_seq_and_ts_off(net, skb).seq;
}
