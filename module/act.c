// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel itself does to a segment, done by order of a policy, and
 * accounted as the kernel does.
 */
#include <linux/refcount.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <net/inet_connection_sock.h>
#include <net/inet_sock.h>
#include <net/ip.h>
#include <net/request_sock.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "act.h"
#include "compat/tcp.h"

/* While TCP_DEFER_ACCEPT waits for data a bare ACK asks for no place. */
static bool is_deferred(const struct sock *sk, const struct sk_buff *skb,
			const struct request_sock *req)
{
	const struct request_sock_queue *queue =
		&inet_csk(sk)->icsk_accept_queue;

	return req->num_timeout < READ_ONCE(queue->rskq_defer_accept) &&
	       TCP_SKB_CB(skb)->end_seq == tcp_rsk(req)->rcv_isn + 1;
}

static bool completes(const struct sk_buff *skb, const struct request_sock *req)
{
	const struct tcp_request_sock *treq = tcp_rsk(req);
	const struct tcphdr *th = tcp_hdr(skb);

	return th->ack && !th->rst && !th->syn &&
	       TCP_SKB_CB(skb)->ack_seq == treq->snt_isn + 1 &&
	       between(TCP_SKB_CB(skb)->seq, treq->rcv_nxt,
		       treq->rcv_nxt + req->rsk_rcv_wnd);
}

/**
 * lq_act_resets_soon() - whether the kernel is about to reset a request
 * @sk: the listener
 * @skb: a segment
 * @req: the request it came for
 *
 * Because the accept queue is full and tcp_abort_on_overflow is set.  The only
 * place where the kernel's conditions are repeated: once it has decided the
 * request is gone.
 *
 * Context: bottom halves disabled.
 * Return: whether it is.
 */
bool lq_act_resets_soon(const struct sock *sk, const struct sk_buff *skb,
			const struct request_sock *req)
{
	return sk_acceptq_is_full(sk) &&
	       READ_ONCE(sock_net(sk)->ipv4.sysctl_tcp_abort_on_overflow) &&
	       completes(skb, req) && !is_deferred(sk, skb, req);
}

/**
 * lq_act_drop_ack() - refuse an ACK as with tcp_abort_on_overflow=0
 * @sk: the listener
 * @req: the request, which stays
 *
 * Context: bottom halves disabled; the caller goes on as if tcp_check_req() had
 * returned NULL.
 */
void lq_act_drop_ack(struct sock *sk, struct request_sock *req)
{
	__NET_INC_STATS(sock_net(sk), LINUX_MIB_LISTENOVERFLOWS);
	if (sk != req->rsk_listener)
		lq_count_migrate_failure(sock_net(sk));
	tcp_listendrop(sk);
	inet_rsk(req)->acked = 1;
}

/**
 * lq_act_reset_cookie() - answer a refused ACK that carries a cookie with a RST
 * @sk: the listener
 * @skb: the ACK, which we hold besides whoever asked
 *
 * Whoever asked sends a RST when it is told to go on with the listener.  Whether
 * the segment is still its own differs between kernels: the number of holders
 * tells.
 *
 * Context: bottom halves disabled.
 * Return: what cookie_v4_check() or cookie_v6_check() is to return.
 */
struct sock *lq_act_reset_cookie(struct sock *sk, struct sk_buff *skb)
{
	if (refcount_read(&skb->users) > 1)
		consume_skb(skb);
	return sk;
}
