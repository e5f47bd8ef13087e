// SPDX-License-Identifier: GPL-2.0
/*
 * The SYN: tcp_conn_request(), and what that asks: tcp_peer_is_proven().
 */
#include <linux/bits.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/percpu.h>
#include <net/request_sock.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "baseline.h"
#include "call.h"
#include "compat/original.h"
#include "compat/tcp.h"
#include "hook.h"
#include "listener.h"
#include "order.h"
#include "policy.h"
#include "probe_hooks.h"
#include "synq.h"
#include "trace.h"
#include "verdict.h"

static DEFINE_PER_CPU(unsigned long, lq_syn_hits);
static DEFINE_PER_CPU(unsigned long, lq_proven_hits);

/* What it can count. */
static const enum lq_mib syn_mibs[] = {
	LQ_MIB_LISTENOVERFLOWS,
	LQ_MIB_LISTENDROPS,
	LQ_MIB_TCPREQQFULLDOCOOKIES,
	LQ_MIB_TCPREQQFULLDROP,
	LQ_MIB_SYNCOOKIESSENT,
	LQ_MIB_TCPFASTOPENPASSIVE,
	LQ_MIB_TCPFASTOPENPASSIVEFAIL,
	LQ_MIB_TCPFASTOPENLISTENOVERFLOW,
	LQ_MIB_TCPFASTOPENCOOKIEREQD,
};

static __always_inline void syn_before(struct lq_call *call, struct sock *sk,
				       const struct sk_buff *skb)
{
	this_cpu_inc(lq_syn_hits);
	call->counting = lq_count_begin();
	if (!call->counting)
		return;
	call->sk = sk;
	call->skb = skb;
	call->req = NULL;
	call->queued = false;
	call->duplicate = false;
	call->unproven = false;
	lq_call_note(call, syn_mibs, ARRAY_SIZE(syn_mibs));
	lq_call_enter(call);
}

/* Other CPUs may have filled the queue since the order was given. */
static void obey(struct lq_syn *syn, const struct lq_order *order,
		 const struct sock *sk)
{
	syn->cookies_always = order->cookies_always;
	syn->policy_cookie = !order->cookie_is_kernels &&
			     lq_synq_len(sk) <= order->synq_asked;
	syn->refused = order->action == LQ_ACTION_DROP ||
		       order->action == LQ_ACTION_RESET;
	syn->reset = order->action == LQ_ACTION_RESET;
}

/* What the verdict of a SYN is made of; without a policy @order is NULL. */
static __always_inline struct lq_verdict syn_verdict(struct lq_call *call,
						     const struct lq_order *order)
{
	struct sock *sk = call->sk;
	struct lq_syn syn = {};

	lq_call_leave(call);
	lq_call_growth(call, syn_mibs, ARRAY_SIZE(syn_mibs), &syn.growth);
	syn.queued = call->queued;
	syn.duplicate = call->duplicate;
	syn.unproven = call->unproven;
	if (order)
		obey(&syn, order, sk);
	else
		syn.cookies_always =
			READ_ONCE(sock_net(sk)->ipv4.sysctl_tcp_syncookies) == 2;
	return lq_verdict_syn(&syn);
}

static __always_inline void syn_count(const struct lq_call *call,
				      const struct lq_verdict *verdict)
{
	lq_listener_count(call->sk, verdict->count, verdict->drops);
	lq_note_acceptq(call->sk, verdict->count);
	if (trace_listenq_verdict_enabled())
		lq_trace_segment(call->sk, call->skb, "syn", verdict->count,
				 verdict->drops);
}

static __always_inline void syn_after(struct lq_call *call)
{
	struct lq_verdict verdict;

	if (!call->counting) {
		lq_count_none();
		return;
	}
	verdict = syn_verdict(call, NULL);
	syn_count(call, &verdict);
}

static typeof(tcp_conn_request) lq_tcp_conn_request;
LQ_DEFINE_ORIGINAL(tcp_conn_request, tcp_conn_request);

/*
 * The kernel treats a SYN with a sequence number to begin with as one that
 * found a TIME_WAIT socket: it asks neither for the queue's length nor for
 * tcp_syncookies.
 */
static int queue_syn(struct request_sock_ops *rsk_ops,
		     const struct tcp_request_sock_ops *af_ops,
		     struct sock *sk, struct sk_buff *skb)
{
	int ret;

	/* It may really have found one. 0 says that there is none. */
	if (!TCP_SKB_CB(skb)->tcp_tw_isn)
		TCP_SKB_CB(skb)->tcp_tw_isn =
			lq_initial_seq(af_ops, sock_net(sk), skb) ?: 1;
	ret = lq_original(tcp_conn_request)(rsk_ops, af_ops, sk, skb);
	TCP_SKB_CB(skb)->tcp_tw_isn = 0;
	return ret;
}

static int act_on_syn(enum lq_action action, struct request_sock_ops *rsk_ops,
		      const struct tcp_request_sock_ops *af_ops,
		      struct sock *sk, struct sk_buff *skb)
{
	int ret = 0;

	switch (action) {
	case LQ_ACTION_RESET:
		lq_send_reset(rsk_ops, sk, skb);
		fallthrough;
	case LQ_ACTION_DROP:
		tcp_listendrop(sk);
		break;
	case LQ_ACTION_QUEUE:
		ret = queue_syn(rsk_ops, af_ops, sk, skb);
		break;
	case LQ_ACTION_COOKIE:
		lq_synq_lift(sk);
		ret = lq_original(tcp_conn_request)(rsk_ops, af_ops, sk, skb);
		lq_synq_lower(sk);
		break;
	case LQ_ACTION_PASS:
		ret = lq_original(tcp_conn_request)(rsk_ops, af_ops, sk, skb);
		break;
	}
	return ret;
}

/* There is a policy somewhere, maybe for this listener. */
static noinline int syn_by_order(struct request_sock_ops *rsk_ops,
				 const struct tcp_request_sock_ops *af_ops,
				 struct sock *sk, struct sk_buff *skb)
{
	struct lq_verdict verdict;
	struct lq_order order;
	struct lq_call call;
	int ret;

	lq_order_syn(&order, sk);
	syn_before(&call, sk, skb);
	ret = act_on_syn(order.action, rsk_ops, af_ops, sk, skb);
	if (!call.counting) {
		lq_count_none();
		return ret;
	}
	verdict = syn_verdict(&call, &order);
	if (order.reset_overflow &&
	    verdict.count & BIT_ULL(LQ_ACCEPTQ_OVERFLOW_SYN)) {
		lq_send_reset(rsk_ops, sk, skb);
		verdict.count |= BIT_ULL(LQ_POLICY_RESET);
	}
	syn_count(&call, &verdict);
	return ret;
}

static int lq_tcp_conn_request(struct request_sock_ops *rsk_ops,
			       const struct tcp_request_sock_ops *af_ops,
			       struct sock *sk, struct sk_buff *skb)
{
	struct lq_call call;
	int ret;

	if (lq_policies_any())
		return syn_by_order(rsk_ops, af_ops, sk, skb);
	syn_before(&call, sk, skb);
	ret = lq_original(tcp_conn_request)(rsk_ops, af_ops, sk, skb);
	syn_after(&call);
	return ret;
}

static int syn_probe_before(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct sock *sk = (struct sock *)regs_get_kernel_argument(regs, 2);

	if (lq_policies_any())
		lq_order_limits(sk);
	syn_before((struct lq_call *)ri->data, sk,
		   (struct sk_buff *)regs_get_kernel_argument(regs, 3));
	return 0;
}

static int syn_probe_after(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	syn_after((struct lq_call *)ri->data);
	return 0;
}

LQ_SET_ORIGINAL(tcp_conn_request)

const struct lq_hook lq_probe_syn __initconst = {
	.name = "tcp_conn_request",
	.wrapper = lq_tcp_conn_request,
	.set_original = set_tcp_conn_request,
	.before = syn_probe_before,
	.after = syn_probe_after,
	.data_size = sizeof(struct lq_call),
	.hits = &lq_syn_hits,
};

/*
 * tcp_peer_is_proven() is only asked when tcp_syncookies=0 and the last
 * quarter of tcp_max_syn_backlog is reached: a no drops the SYN.
 */

static void proven_after(bool proven)
{
	struct lq_call *call = lq_call_current();

	this_cpu_inc(lq_proven_hits);
	if (call && !proven)
		call->unproven = true;
}

static typeof(tcp_peer_is_proven) lq_tcp_peer_is_proven;
LQ_DEFINE_ORIGINAL(tcp_peer_is_proven, tcp_peer_is_proven);

static bool lq_tcp_peer_is_proven(struct request_sock *req,
				  struct dst_entry *dst)
{
	bool ret = lq_original(tcp_peer_is_proven)(req, dst);

	proven_after(ret);
	return ret;
}

static int proven_probe_after(struct kretprobe_instance *ri,
			      struct pt_regs *regs)
{
	proven_after(lq_as_bool(regs_return_value(regs)));
	return 0;
}

LQ_SET_ORIGINAL(tcp_peer_is_proven)

const struct lq_hook lq_probe_proven __initconst = {
	.name = "tcp_peer_is_proven",
	.wrapper = lq_tcp_peer_is_proven,
	.set_original = set_tcp_peer_is_proven,
	.after = proven_probe_after,
	.hits = &lq_proven_hits,
};
