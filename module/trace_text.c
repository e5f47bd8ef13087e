// SPDX-License-Identifier: GPL-2.0
/*
 * What tracepoints show, as words and addresses.
 */
#include <linux/bitops.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/tcp.h>
#include <net/inet_connection_sock.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>

#include "counter.h"
#include "listener.h"
#include "order.h"
#include "snapshot.h"
#include "synq.h"
#include "trace_text.h"

static_assert(sizeof(struct sockaddr_in6) == LQ_SOCKADDR);

#define CREATE_TRACE_POINTS
#include "trace.h"

/* Written as a struct sockaddr, which %pIS takes. */
static void put_address(u8 *to, u16 family, const struct in6_addr *address,
			u16 port)
{
	struct sockaddr_in *in = (struct sockaddr_in *)to;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)to;

	memset(to, 0, sizeof(*in6));
	if (family == AF_INET) {
		in->sin_family = AF_INET;
		in->sin_port = htons(port);
		in->sin_addr.s_addr = address->s6_addr32[3];
	} else if (family == AF_INET6) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(port);
		in6->sin6_addr = *address;
	}
}

/**
 * lq_peer_of_packet() - who sent a segment
 * @peer: filled
 * @skb: the segment
 *
 * Context: any.
 */
void lq_peer_of_packet(struct lq_peer *peer, const struct sk_buff *skb)
{
	peer->port = ntohs(tcp_hdr(skb)->source);
	if (skb->protocol == htons(ETH_P_IPV6)) {
		peer->family = AF_INET6;
		peer->address = ipv6_hdr(skb)->saddr;
	} else {
		peer->family = AF_INET;
		ipv6_addr_set_v4mapped(ip_hdr(skb)->saddr, &peer->address);
	}
}

/**
 * lq_peer_of_request() - who a request is from
 * @peer: filled
 * @req: the request
 *
 * Context: any; @req may not be freed meanwhile.
 */
void lq_peer_of_request(struct lq_peer *peer, const struct request_sock *req)
{
	const struct inet_request_sock *ireq = inet_rsk(req);

	peer->port = ntohs(ireq->ir_rmt_port);
	peer->family = ireq->ireq_family;
#if IS_ENABLED(CONFIG_IPV6)
	if (peer->family == AF_INET6) {
		peer->address = ireq->ir_v6_rmt_addr;
		return;
	}
#endif
	ipv6_addr_set_v4mapped(ireq->ir_rmt_addr, &peer->address);
}

/**
 * lq_trace_listener() - which listener a decision is about
 * @decision: the decision
 * @id: becomes the listener's id, 0 when it has no entry
 * @netns: becomes the inode of its namespace
 * @family: becomes its address family
 *
 * Context: any but NMI and hard interrupt.
 */
void lq_trace_listener(const struct lq_decision *decision, u64 *id, u32 *netns,
		       u16 *family)
{
	struct lq_listener *listener;

	rcu_read_lock();
	listener = lq_listener_find(decision->sk);
	*id = listener ? listener->id : 0;
	rcu_read_unlock();
	*netns = sock_net(decision->sk)->ns.inum;
	*family = decision->sk->sk_family;
}

/**
 * lq_trace_local() - the local address of a decision
 * @decision: the decision
 * @to: a struct sockaddr_in or sockaddr_in6, filled
 *
 * Context: any.
 * Return: the port, in host order.
 */
u16 lq_trace_local(const struct lq_decision *decision, u8 *to)
{
	struct in6_addr address;
	u16 port = lq_socket_local(decision->sk, &address);

	put_address(to, decision->sk->sk_family, &address, port);
	return port;
}

/**
 * lq_trace_remote() - who knocked
 * @decision: the decision
 * @to: a struct sockaddr_in or sockaddr_in6, filled
 *
 * Context: any.
 * Return: the port, in host order.
 */
u16 lq_trace_remote(const struct lq_decision *decision, u8 *to)
{
	put_address(to, decision->peer.family, &decision->peer.address,
		    decision->peer.port);
	return decision->peer.port;
}

/**
 * lq_trace_socket() - the address of a listener
 * @socket: what it is known by
 * @to: a struct sockaddr_in or sockaddr_in6, filled
 *
 * Context: any.
 * Return: the port, in host order.
 */
u16 lq_trace_socket(const struct lq_socket *socket, u8 *to)
{
	put_address(to, socket->family, &socket->address, socket->port);
	return socket->port;
}

/**
 * lq_trace_verdict() - a verdict as text
 * @which: bit n: counter n was advanced
 * @text: becomes the counters' names, joined by "|"
 *
 * Context: any.
 */
void lq_trace_verdict(u64 which, char text[LQ_VERDICT_TEXT])
{
	int len = 0;

	/* All of it: readers take the array as one key. */
	memset(text, 0, LQ_VERDICT_TEXT);
	for (; which; which &= which - 1)
		len += scnprintf(text + len, LQ_VERDICT_TEXT - len, "%s%s",
				 len ? "|" : "",
				 lq_counters[__ffs64(which)].name);
}

/**
 * lq_trace_queues() - the queues' lengths and limits
 * @decision: the decision
 * @acceptq: becomes the length of the accept queue
 * @acceptq_max: becomes its limit
 * @synq: becomes the length of the SYN queue
 * @synq_max: becomes its limit
 *
 * Context: any.
 */
void lq_trace_queues(const struct lq_decision *decision, u32 *acceptq,
		     u32 *acceptq_max, u32 *synq, u32 *synq_max)
{
	const struct sock *sk = decision->sk;

	*acceptq = READ_ONCE(sk->sk_ack_backlog);
	*acceptq_max = READ_ONCE(sk->sk_max_ack_backlog);
	*synq = lq_synq_len(sk);
	*synq_max = lq_order_synq_limit(sk);
}

/**
 * lq_trace_kind() - the name of a kind of episodes
 * @kind: the kind
 *
 * Return: its name, as in listenq.yaml.
 */
const char *lq_trace_kind(enum listenq_episode_kind kind)
{
	static const char * const names[] = {
		[LISTENQ_EPISODE_KIND_ACCEPTQ_OVERFLOW] = "acceptq-overflow",
		[LISTENQ_EPISODE_KIND_SYNQ_FULL] = "synq-full",
		[LISTENQ_EPISODE_KIND_SYNCOOKIES] = "syncookies",
	};

	return names[kind];
}

/**
 * lq_trace_phase() - the name of a phase of an episode
 * @phase: the phase
 *
 * Return: its name, as in listenq.yaml.
 */
const char *lq_trace_phase(enum listenq_episode_phase phase)
{
	static const char * const names[] = {
		[LISTENQ_EPISODE_PHASE_BEGIN] = "begin",
		[LISTENQ_EPISODE_PHASE_PROGRESS] = "progress",
		[LISTENQ_EPISODE_PHASE_END] = "end",
	};

	return names[phase];
}
