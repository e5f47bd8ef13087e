// SPDX-License-Identifier: GPL-2.0
/*
 * The wrappers: before, original, after.
 *
 * Around a call of a deciding function the difference of this CPU's counters
 * of the listener's namespace is what that call counted: these functions run
 * with bottom halves disabled, and nothing else that moves these counters can
 * come between.  The same two halves also run from kretprobes.
 *
 * Only this file knows the kernel's prototypes.  Each wrapper is declared with
 * typeof() of the kernel's own declaration first: one that has another
 * prototype does not compile.  (__inet_csk_reqsk_queue_drop() is the exception:
 * no header declares it.)
 */
#include <linux/bottom_half.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <net/inet_connection_sock.h>
#include <net/mptcp.h>
#include <net/request_sock.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "act.h"
#include "baseline.h"
#include "compat/original.h"
#include "compat/prototype.h"
#include "compat/rt.h"
#include "compat/tcp.h"
#include "hook.h"
#include "listener.h"
#include "mib.h"
#include "order.h"
#include "policy.h"
#include "probe.h"
#include "synq.h"
#include "trace.h"
#include "verdict.h"

#define LQ_ACCEPT_MAXACTIVE 65536

static int accept_maxactive = 4096;
module_param(accept_maxactive, int, 0444);
MODULE_PARM_DESC(accept_maxactive,
		 "accept() calls measured at a time, those that wait included (default 4096)");

/**
 * struct lq_call - a call of a deciding function under way on this CPU
 * @outer: the one it was called from
 * @counting: counting had begun when it was entered
 * @queued: the request was put into the SYN queue
 * @duplicate: the request was there already
 * @unproven: the peer was found not to be proven
 * @unhashed_before: the request was taken out of the SYN queue, and had been
 *	replaced by its child before
 * @not_queued: the request was taken out of the SYN queue, and its child goes
 *	to an MPTCP connection instead of the accept queue
 * @task: whose call it is, on PREEMPT_RT
 * @sk: the listener
 * @skb: the segment
 * @req: the request, for a segment that came for one
 * @source: the listener the request belongs to
 * @req_stolen: tells that another CPU was quicker
 * @synack_us: when its first SYN-ACK was sent
 * @peer: who knocked, when that is traced and @skb or @req may go
 * @before: this CPU's counters on entry, only those the call can move
 */
struct lq_call {
	struct lq_call *outer;
	bool counting;
	bool queued;
	bool duplicate;
	bool unproven;
	bool unhashed_before;
	bool not_queued;
#ifdef CONFIG_PREEMPT_RT
	const struct task_struct *task;
#endif
	struct sock *sk;
	const struct sk_buff *skb;
	struct request_sock *req;
	struct sock *source;
	const bool *req_stolen;
	u64 synack_us;
	struct lq_peer peer;
	unsigned long before[LQ_MIB_NR];
};

enum lq_hook_nr {
	LQ_HOOK_SYN,
	LQ_HOOK_ACK,
	LQ_HOOK_QUEUE,
	LQ_HOOK_UNQUEUE,
	LQ_HOOK_COOKIE4,
	LQ_HOOK_COOKIE6,
	LQ_HOOK_RETRANS,
	LQ_HOOK_PROVEN,
	LQ_HOOK_ICMP,
#ifdef CONFIG_PREEMPT_RT
	LQ_HOOK_BIRTH,
#endif
	LQ_HOOK_STOP,
	LQ_HOOK_LISTEN,
	LQ_HOOK_LISTEN_SK,
	LQ_HOOK_ACCEPT,
	LQ_HOOK_ACCEPTED,
	LQ_HOOK_NR,
};

static DEFINE_PER_CPU(struct lq_call *, lq_current);
static DEFINE_PER_CPU(unsigned long [LQ_HOOK_NR], lq_hits);

#define lq_hit(nr) this_cpu_inc(lq_hits[nr])

/* What each stage can count. */
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

static const enum lq_mib ack_mibs[] = {
	LQ_MIB_LISTENOVERFLOWS,
	LQ_MIB_LISTENDROPS,
	LQ_MIB_EMBRYONICRSTS,
	LQ_MIB_TCPDEFERACCEPTDROP,
};

static const enum lq_mib cookie_mibs[] = {
	LQ_MIB_LISTENOVERFLOWS,
	LQ_MIB_LISTENDROPS,
	LQ_MIB_SYNCOOKIESRECV,
	LQ_MIB_SYNCOOKIESFAILED,
};

static const enum lq_mib icmp_mibs[] = {
	LQ_MIB_LISTENDROPS,
};

/* Unrolled, these two are a load and a store, a load and a subtraction each. */
static __always_inline void note_before(struct lq_call *call,
					const enum lq_mib *mibs, int nr)
{
	const unsigned long *now = lq_mib_here(sock_net(call->sk));
	int n;

#pragma GCC unroll 16
	for (n = 0; n < nr; n++)
		call->before[mibs[n]] = READ_ONCE(now[lq_linux_mib[mibs[n]]]);
}

static __always_inline void note_growth(const struct lq_call *call,
					const enum lq_mib *mibs, int nr,
					struct lq_growth *growth)
{
	const unsigned long *now = lq_mib_here(sock_net(call->sk));
	int n;

#pragma GCC unroll 16
	for (n = 0; n < nr; n++)
		growth->by[mibs[n]] = READ_ONCE(now[lq_linux_mib[mibs[n]]]) -
				      call->before[mibs[n]];
}

#ifdef CONFIG_PREEMPT_RT

/*
 * Several tasks of a CPU can be inside a call, and need not leave in the order in
 * which they came.  None leaves its CPU meanwhile.
 */
static void call_enter(struct lq_call *call)
{
	call->task = current;
	preempt_disable();
	call->outer = __this_cpu_read(lq_current);
	__this_cpu_write(lq_current, call);
	preempt_enable();
}

static void call_leave(const struct lq_call *call)
{
	struct lq_call **at;

	preempt_disable();
	for (at = this_cpu_ptr(&lq_current); *at; at = &(*at)->outer) {
		if (*at == call) {
			*at = call->outer;
			break;
		}
	}
	preempt_enable();
}

/* Stays when this task goes on. */
static struct lq_call *call_current(void)
{
	struct lq_call *call;

	preempt_disable();
	call = __this_cpu_read(lq_current);
	while (call && call->task != current)
		call = call->outer;
	preempt_enable();
	return call;
}

#else

static __always_inline void call_enter(struct lq_call *call)
{
	call->outer = __this_cpu_read(lq_current);
	__this_cpu_write(lq_current, call);
}

static __always_inline void call_leave(const struct lq_call *call)
{
	__this_cpu_write(lq_current, call->outer);
}

/* Preemption is disabled. */
static __always_inline struct lq_call *call_current(void)
{
	return __this_cpu_read(lq_current);
}

#endif

#define LQ_ACCEPTQ_GREW \
	(BIT_ULL(LQ_ESTABLISHED) | BIT_ULL(LQ_ACCEPTQ_MIGRATED))
#define LQ_ACCEPTQ_FULL \
	(BIT_ULL(LQ_ACCEPTQ_OVERFLOW_SYN) | BIT_ULL(LQ_ACCEPTQ_OVERFLOW_ACK))

/*
 * The accept queue grew, or was said to be longer than its limit: then it was,
 * though accept() on another CPU may have shortened it since.
 */
static __always_inline void note_acceptq(const struct sock *sk, u64 verdict)
{
	u32 len;

	if (!(verdict & (LQ_ACCEPTQ_GREW | LQ_ACCEPTQ_FULL)))
		return;
	len = READ_ONCE(sk->sk_ack_backlog);
	if (verdict & LQ_ACCEPTQ_FULL)
		len = max(len, READ_ONCE(sk->sk_max_ack_backlog) + 1);
	lq_listener_peaks(sk, len, 0);
}

static u64 with_drops(u64 which, unsigned int drops)
{
	return which | (drops ? BIT_ULL(LQ_LISTEN_DROP) : 0);
}

/* For a SYN or an ACK of a request: it outlives the call that decides. */
static noinline void trace_segment(const struct lq_call *call,
				   const char *stage, u64 which,
				   unsigned int drops)
{
	struct lq_decision decision = {
		.sk = call->sk,
		.stage = stage,
		.which = with_drops(which, drops),
	};

	lq_peer_of_packet(&decision.peer, call->skb);
	trace_listenq_verdict(&decision);
}

static noinline void trace_request(struct sock *sk, const char *stage,
				   u64 which, const struct lq_peer *peer)
{
	struct lq_decision decision = {
		.sk = sk,
		.stage = stage,
		.which = which,
		.peer = *peer,
	};

	trace_listenq_verdict(&decision);
}

/* Only the low byte of a register that holds a bool is defined. */
static bool as_bool(unsigned long value)
{
	return (u8)value;
}

/* The SYN: tcp_conn_request(). */

static __always_inline void syn_before(struct lq_call *call, struct sock *sk,
				       const struct sk_buff *skb)
{
	lq_hit(LQ_HOOK_SYN);
	call->counting = lq_count_begin();
	if (!call->counting)
		return;
	call->sk = sk;
	call->skb = skb;
	call->req = NULL;
	call->queued = false;
	call->duplicate = false;
	call->unproven = false;
	note_before(call, syn_mibs, ARRAY_SIZE(syn_mibs));
	call_enter(call);
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

	call_leave(call);
	note_growth(call, syn_mibs, ARRAY_SIZE(syn_mibs), &syn.growth);
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
	note_acceptq(call->sk, verdict->count);
	if (trace_listenq_verdict_enabled())
		trace_segment(call, "syn", verdict->count, verdict->drops);
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

/* A segment for a request: tcp_check_req(). */

static __always_inline void ack_before(struct lq_call *call, struct sock *sk,
				       const struct sk_buff *skb,
				       struct request_sock *req,
				       const bool *req_stolen)
{
	lq_hit(LQ_HOOK_ACK);
	call->counting = lq_count_begin();
	if (!call->counting)
		return;
	call->sk = sk;
	call->skb = skb;
	call->req = req;
	call->source = req->rsk_listener;
	call->req_stolen = req_stolen;
	call->synack_us = tcp_rsk(req)->snt_synack;
	call->unhashed_before = false;
	call->not_queued = false;
	note_before(call, ack_mibs, ARRAY_SIZE(ack_mibs));
	call_enter(call);
}

static enum lq_result result_of(const struct sock *result,
				const struct sock *sk)
{
	if (!result)
		return LQ_RESULT_NONE;
	return result == sk ? LQ_RESULT_LISTENER : LQ_RESULT_CHILD;
}

/* We take a migrated request out of the queue that it is in. */
static void reset_of_source(struct lq_verdict *verdict)
{
	const u64 which = BIT_ULL(LQ_EMBRYONIC_RESET) |
			  BIT_ULL(LQ_OVERFLOW_RESET);

	verdict->count_source |= verdict->count & which;
	verdict->count &= ~which;
}

/* @by_policy: what a policy did besides. */
static __always_inline void ack_after(struct lq_call *call,
				      const struct sock *result, u64 by_policy)
{
	struct lq_verdict verdict;
	struct sock *sk = call->sk;
	struct lq_ack ack = {};

	if (!call->counting) {
		lq_count_none();
		return;
	}
	call_leave(call);
	note_growth(call, ack_mibs, ARRAY_SIZE(ack_mibs), &ack.growth);
	ack.result = result_of(result, sk);
	ack.migrated = call->source != sk;
	ack.not_queued = call->not_queued;
	/*
	 * Its child had taken its place, and yet it was not another CPU that
	 * did so: the listener had closed.
	 */
	ack.lost = !result && call->unhashed_before && !*call->req_stolen;
	verdict = lq_verdict_ack(&ack);
	verdict.count |= by_policy;
	if (unlikely(call->source != sk && by_policy & BIT_ULL(LQ_POLICY_RESET)))
		reset_of_source(&verdict);
	if (verdict.count || verdict.drops) {
		lq_listener_count(sk, verdict.count, verdict.drops);
		if (trace_listenq_verdict_enabled())
			trace_segment(call, "ack", verdict.count,
				      verdict.drops);
	}
	if (unlikely(verdict.count_source))
		lq_listener_count(call->source, verdict.count_source, 0);
	note_acceptq(sk, verdict.count);
	if ((verdict.count & LQ_ACCEPTQ_GREW) && call->synack_us)
		lq_listener_time(sk, LQ_TIME_HANDSHAKE,
				 tcp_clock_us() - call->synack_us);
}

static typeof(tcp_check_req) lq_tcp_check_req;
LQ_DEFINE_ORIGINAL(tcp_check_req, tcp_check_req);

/* Whether a call, not over yet, was told that the accept queue is full. */
static bool overflowed(const struct lq_call *call)
{
	const unsigned long *now = lq_mib_here(sock_net(call->sk));

	return READ_ONCE(now[LINUX_MIB_LISTENOVERFLOWS]) !=
	       call->before[LQ_MIB_LISTENOVERFLOWS];
}

/* Whether it has sent a RST by itself. */
static bool was_reset(const struct lq_call *call)
{
	const unsigned long *now = lq_mib_here(sock_net(call->sk));

	return READ_ONCE(now[LINUX_MIB_EMBRYONICRSTS]) !=
	       call->before[LQ_MIB_EMBRYONICRSTS];
}

/*
 * Not declared in any header.  Everything but a completed handshake comes
 * through it: expiry, reset, abort, a listener that has closed.
 */
typedef bool lq_reqsk_queue_drop_fn(struct sock *sk, struct request_sock *req,
				    bool from_timer);

static lq_reqsk_queue_drop_fn lq_reqsk_queue_drop;

/*
 * Refuses an ACK as with tcp_abort_on_overflow=1.  What the kernel calls to let
 * the request go, inet_csk_reqsk_queue_drop(), is not exported in 7.x; it calls
 * nothing but what we wrap.
 */
static void reset_request(struct sock *sk, struct sk_buff *skb,
			  struct request_sock *req, bool *req_stolen)
{
	lq_send_reset(req->rsk_ops, sk, skb);
	*req_stolen = !lq_reqsk_queue_drop(req->rsk_listener, req, false);
	if (!*req_stolen)
		__NET_INC_STATS(sock_net(sk), LINUX_MIB_EMBRYONICRSTS);
}

/* There is a policy somewhere, maybe for this listener. */
static noinline LQ_CHECK_REQ(ack_by_order)
{
	enum lq_ack_order overflow = lq_order_ack(sk);
	struct sock *ret = NULL;
	struct lq_call call;
	u64 by_policy = 0;

	ack_before(&call, sk, skb, req, req_stolen);
	if (call.counting && overflow == LQ_ACK_DROP &&
	    lq_act_resets_soon(sk, skb, req)) {
		lq_act_drop_ack(sk, req);
		by_policy = BIT_ULL(LQ_POLICY_DROP);
	} else {
		ret = lq_pass_check_req(lq_original(tcp_check_req));
	}
	if (call.counting && overflow == LQ_ACK_RESET && !ret &&
	    !*req_stolen && overflowed(&call) && !was_reset(&call)) {
		reset_request(sk, skb, req, req_stolen);
		by_policy = BIT_ULL(LQ_POLICY_RESET);
	}
	ack_after(&call, ret, by_policy);
	return ret;
}

/*
 * A Fast Open child is in the accept queue already: what comes for it decides
 * nothing here, and may run in process context.
 */
static __always_inline LQ_CHECK_REQ(check_fastopen)
{
	int inside = lq_hook_enter();
	struct sock *ret = lq_pass_check_req(lq_original(tcp_check_req));

	lq_hook_leave(inside);
	return ret;
}

static LQ_CHECK_REQ(lq_tcp_check_req)
{
	struct lq_call call;
	struct sock *ret;

	if (fastopen)
		return lq_pass_check_req(check_fastopen);
	if (lq_policies_any())
		return lq_pass_check_req(ack_by_order);
	ack_before(&call, sk, skb, req, req_stolen);
	ret = lq_pass_check_req(lq_original(tcp_check_req));
	ack_after(&call, ret, 0);
	return ret;
}

static int ack_probe_before(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct sock *sk = (struct sock *)regs_get_kernel_argument(regs, 0);

	if (as_bool(regs_get_kernel_argument(regs, 3)))
		return 1;
	if (lq_policies_any())
		lq_order_limits(sk);
	ack_before((struct lq_call *)ri->data, sk,
		   (struct sk_buff *)regs_get_kernel_argument(regs, 1),
		   (struct request_sock *)regs_get_kernel_argument(regs, 2),
		   (bool *)regs_get_kernel_argument(regs, 4));
	return 0;
}

static int ack_probe_after(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	ack_after((struct lq_call *)ri->data,
		  (struct sock *)regs_return_value(regs), 0);
	return 0;
}

/* An ACK that may carry a cookie: cookie_v4_check(), cookie_v6_check(). */

static __always_inline void cookie_before(struct lq_call *call, struct sock *sk,
					  const struct sk_buff *skb)
{
	call->counting = lq_count_begin();
	if (!call->counting)
		return;
	call->sk = sk;
	/* The segment may be gone afterwards. */
	call->peer.family = 0;
	if (trace_listenq_verdict_enabled())
		lq_peer_of_packet(&call->peer, skb);
	note_before(call, cookie_mibs, ARRAY_SIZE(cookie_mibs));
}

/* @by_policy: what a policy did besides. */
static __always_inline void cookie_after(struct lq_call *call,
					 const struct sock *result,
					 u64 by_policy)
{
	struct lq_verdict verdict;
	struct sock *sk = call->sk;
	struct lq_growth growth;

	if (!call->counting) {
		lq_count_none();
		return;
	}
	note_growth(call, cookie_mibs, ARRAY_SIZE(cookie_mibs), &growth);
	verdict = lq_verdict_cookie(&growth, result_of(result, sk));
	verdict.count |= by_policy;
	if (!verdict.count && !verdict.drops)
		return;
	lq_listener_count(sk, verdict.count, verdict.drops);
	note_acceptq(sk, verdict.count);
	if (call->peer.family)
		trace_request(sk, "cookie",
			      with_drops(verdict.count, verdict.drops),
			      &call->peer);
}

/* There is a policy somewhere, maybe for this listener. */
static __always_inline struct sock *
cookie_by_order(struct sock *sk, struct sk_buff *skb,
		struct sock *(*check)(struct sock *sk, struct sk_buff *skb))
{
	bool reset = lq_order_ack(sk) == LQ_ACK_RESET;
	struct sock *ret, *result;
	struct lq_call call;
	u64 by_policy = 0;

	cookie_before(&call, sk, skb);
	if (reset)
		skb_get(skb);
	result = check(sk, skb);
	ret = result;
	if (reset && !result && call.counting && overflowed(&call)) {
		ret = lq_act_reset_cookie(sk, skb);
		by_policy = BIT_ULL(LQ_POLICY_RESET);
	} else if (reset) {
		consume_skb(skb);
	}
	cookie_after(&call, result, by_policy);
	return ret;
}

/*
 * Also called from the backlog of a socket that just began to listen, with
 * bottom halves enabled: the difference needs them disabled.
 */
static typeof(cookie_v4_check) lq_cookie_v4_check;
LQ_DEFINE_ORIGINAL(cookie_v4_check, cookie_v4_check);

static __always_inline struct sock *check_v4(struct sock *sk,
					     struct sk_buff *skb)
{
	return lq_original(cookie_v4_check)(sk, skb);
}

static struct sock *lq_cookie_v4_check(struct sock *sk, struct sk_buff *skb)
{
	int inside = lq_hook_enter();
	struct lq_call call;
	struct sock *ret;

	local_bh_disable();
	lq_hit(LQ_HOOK_COOKIE4);
	if (lq_policies_any()) {
		ret = cookie_by_order(sk, skb, check_v4);
	} else {
		cookie_before(&call, sk, skb);
		ret = check_v4(sk, skb);
		cookie_after(&call, ret, 0);
	}
	local_bh_enable();
	lq_hook_leave(inside);
	return ret;
}

static typeof(cookie_v6_check) lq_cookie_v6_check;
LQ_DEFINE_ORIGINAL(cookie_v6_check, cookie_v6_check);

static __always_inline struct sock *check_v6(struct sock *sk,
					     struct sk_buff *skb)
{
	return lq_original(cookie_v6_check)(sk, skb);
}

static struct sock *lq_cookie_v6_check(struct sock *sk, struct sk_buff *skb)
{
	int inside = lq_hook_enter();
	struct lq_call call;
	struct sock *ret;

	local_bh_disable();
	lq_hit(LQ_HOOK_COOKIE6);
	if (lq_policies_any()) {
		ret = cookie_by_order(sk, skb, check_v6);
	} else {
		cookie_before(&call, sk, skb);
		ret = check_v6(sk, skb);
		cookie_after(&call, ret, 0);
	}
	local_bh_enable();
	lq_hook_leave(inside);
	return ret;
}

/* There what is counted stays `unattributed`: a probe cannot disable them. */
static int cookie_probe_before(struct kretprobe_instance *ri,
			       struct pt_regs *regs, enum lq_hook_nr nr)
{
	struct sock *sk = (struct sock *)regs_get_kernel_argument(regs, 0);

	lq_hit(nr);
	if (!softirq_count())
		return 1;
	if (lq_policies_any())
		lq_order_limits(sk);
	cookie_before((struct lq_call *)ri->data, sk,
		      (struct sk_buff *)regs_get_kernel_argument(regs, 1));
	return 0;
}

static int cookie4_probe_before(struct kretprobe_instance *ri,
				struct pt_regs *regs)
{
	return cookie_probe_before(ri, regs, LQ_HOOK_COOKIE4);
}

static int cookie6_probe_before(struct kretprobe_instance *ri,
				struct pt_regs *regs)
{
	return cookie_probe_before(ri, regs, LQ_HOOK_COOKIE6);
}

static int cookie_probe_after(struct kretprobe_instance *ri,
			      struct pt_regs *regs)
{
	cookie_after((struct lq_call *)ri->data,
		     (struct sock *)regs_return_value(regs), 0);
	return 0;
}

/* A request enters the SYN queue: inet_csk_reqsk_queue_hash_add(). */

static void queue_after(struct sock *sk, bool queued)
{
	struct lq_call *call = call_current();

	lq_hit(LQ_HOOK_QUEUE);
	if (!call || call->sk != sk)
		return;
	if (!queued) {
		call->duplicate = true;
		return;
	}
	call->queued = true;
	lq_listener_peaks(sk, 0, lq_synq_len(sk));
}

static typeof(inet_csk_reqsk_queue_hash_add) lq_reqsk_queue_hash_add;
LQ_DEFINE_ORIGINAL(reqsk_queue_hash_add, inet_csk_reqsk_queue_hash_add);

static LQ_HASH_ADD(lq_reqsk_queue_hash_add)
{
	bool queued = lq_pass_hash_add(lq_original(reqsk_queue_hash_add));

	queue_after(sk, queued);
	return lq_hash_add_result(queued);
}

static int queue_probe_before(struct kretprobe_instance *ri,
			      struct pt_regs *regs)
{
	*(struct sock **)ri->data =
		(struct sock *)regs_get_kernel_argument(regs, 0);
	return 0;
}

static int queue_probe_after(struct kretprobe_instance *ri,
			     struct pt_regs *regs)
{
	queue_after(*(struct sock **)ri->data, lq_hash_add_returned(regs));
	return 0;
}

/* A request leaves the SYN queue: __inet_csk_reqsk_queue_drop(). */

/**
 * struct lq_unqueue - a call of __inet_csk_reqsk_queue_drop()
 * @sk: the listener
 * @req: the request
 * @from_timer: it is given up
 * @counting: counting had begun when it was entered
 * @peer: who it is from, when that is traced
 */
struct lq_unqueue {
	struct sock *sk;
	struct request_sock *req;
	bool from_timer;
	bool counting;
	struct lq_peer peer;
};

/* Now, as the request will be gone when tcp_check_req() returns. */
static void note_not_queued(const struct request_sock *req)
{
	struct lq_call *call;

	lq_cpu_pin();
	call = call_current();
	if (call && call->req == req)
		call->not_queued = true;
	lq_cpu_unpin();
}

static __always_inline void unqueue_before(struct lq_unqueue *unqueue,
					   struct sock *sk,
					   struct request_sock *req,
					   bool from_timer)
{
	unqueue->sk = sk;
	unqueue->req = req;
	unqueue->from_timer = from_timer;
	unqueue->counting = lq_count_begin();
	unqueue->peer.family = 0;
	if (trace_listenq_verdict_enabled())
		lq_peer_of_request(&unqueue->peer, req);
	if (unlikely(rsk_drop_req(req)))
		note_not_queued(req);
}

/* The request may be gone: it is only compared. */
static void unqueue_after(const struct lq_unqueue *unqueue, bool unlinked)
{
	struct sock *sk = unqueue->sk;
	struct lq_call *call;
	u64 which;

	lq_hit(LQ_HOOK_UNQUEUE);
	if (!unqueue->counting) {
		lq_count_none();
		return;
	}
	lq_cpu_pin();
	call = call_current();
	if (call && call->req == unqueue->req && !unqueue->from_timer) {
		/* tcp_check_req() counts a reset itself, in EmbryonicRsts. */
		call->unhashed_before = !unlinked;
	} else if (unlinked) {
		which = BIT_ULL(LQ_SYNQ_OTHER);
		if (unqueue->from_timer &&
		    inet_sk_state_load(sk) == TCP_LISTEN)
			which = BIT_ULL(LQ_SYNQ_EXPIRED);
		lq_listener_count(sk, which, 0);
		if (unqueue->peer.family)
			trace_request(sk, "request", which, &unqueue->peer);
	}
	lq_cpu_unpin();
}

LQ_DEFINE_ORIGINAL(reqsk_queue_drop, lq_reqsk_queue_drop_fn);

static bool lq_reqsk_queue_drop(struct sock *sk, struct request_sock *req,
				bool from_timer)
{
	struct lq_unqueue unqueue;
	bool ret;

	unqueue_before(&unqueue, sk, req, from_timer);
	ret = lq_original(reqsk_queue_drop)(sk, req, from_timer);
	unqueue_after(&unqueue, ret);
	return ret;
}

static int unqueue_probe_before(struct kretprobe_instance *ri,
				struct pt_regs *regs)
{
	unqueue_before((struct lq_unqueue *)ri->data,
		       (struct sock *)regs_get_kernel_argument(regs, 0),
		       (struct request_sock *)regs_get_kernel_argument(regs, 1),
		       as_bool(regs_get_kernel_argument(regs, 2)));
	return 0;
}

static int unqueue_probe_after(struct kretprobe_instance *ri,
			       struct pt_regs *regs)
{
	unqueue_after((struct lq_unqueue *)ri->data,
		      as_bool(regs_return_value(regs)));
	return 0;
}

/* A SYN-ACK is sent again: tcp_rtx_synack(). */

static void trace_retrans(struct sock *listener,
			  const struct request_sock *req)
{
	struct lq_peer peer;

	lq_peer_of_request(&peer, req);
	trace_request(listener, "synack", BIT_ULL(LQ_SYNACK_RETRANS), &peer);
}

/* Whoever sends a request's SYN-ACK again holds it. */
static void retrans_after(struct sock *listener, const struct request_sock *req,
			  int err)
{
	lq_hit(LQ_HOOK_RETRANS);
	if (err || !lq_is_counting())
		return;
	lq_cpu_pin();
	lq_listener_count(listener, BIT_ULL(LQ_SYNACK_RETRANS), 0);
	if (trace_listenq_verdict_enabled())
		trace_retrans(listener, req);
	lq_cpu_unpin();
}

static typeof(tcp_rtx_synack) lq_tcp_rtx_synack;
LQ_DEFINE_ORIGINAL(tcp_rtx_synack, tcp_rtx_synack);

/* A client that sends its SYN again is answered: that is no retry of ours. */
static bool is_asked_for(const struct request_sock *req)
{
	const struct lq_call *call;
	bool asked;

	lq_cpu_pin();
	call = call_current();
	asked = call && call->req == req;
	lq_cpu_unpin();
	return asked;
}

/*
 * The request timer gives a request up when its SYN-ACK cannot be sent, unless
 * the ACK has come.  One that is over does not wait for that either.  (A Fast
 * Open child has another timer, which would only stop sending.)
 */
static bool give_up(struct request_sock *req)
{
	if (!lq_is_counting() || tcp_rsk(req)->tfo_listener ||
	    is_asked_for(req) || !lq_order_no_retrans(req))
		return false;
	inet_rsk(req)->acked = 0;
	return true;
}

static int lq_tcp_rtx_synack(const struct sock *sk, struct request_sock *req)
{
	struct sock *listener = req->rsk_listener;
	int inside = lq_hook_enter();
	int ret = -ETIMEDOUT;

	if (!lq_policies_any() || !give_up(req)) {
		ret = lq_original(tcp_rtx_synack)(sk, req);
		retrans_after(listener, req, ret);
	}
	lq_hook_leave(inside);
	return ret;
}

struct lq_retrans {
	struct sock *listener;
	const struct request_sock *req;
};

static int retrans_probe_before(struct kretprobe_instance *ri,
				struct pt_regs *regs)
{
	struct lq_retrans *retrans = (struct lq_retrans *)ri->data;

	retrans->req = (struct request_sock *)regs_get_kernel_argument(regs, 1);
	retrans->listener = retrans->req->rsk_listener;
	return 0;
}

static int retrans_probe_after(struct kretprobe_instance *ri,
			       struct pt_regs *regs)
{
	const struct lq_retrans *retrans = (struct lq_retrans *)ri->data;

	retrans_after(retrans->listener, retrans->req,
		      (int)regs_return_value(regs));
	return 0;
}

/*
 * tcp_peer_is_proven() is only asked when tcp_syncookies=0 and the last
 * quarter of tcp_max_syn_backlog is reached: a no drops the SYN.
 */

static void proven_after(bool proven)
{
	struct lq_call *call = call_current();

	lq_hit(LQ_HOOK_PROVEN);
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
	proven_after(as_bool(regs_return_value(regs)));
	return 0;
}

/* An ICMP error for a request: tcp_req_err() counts a drop. */

static __always_inline void icmp_before(struct lq_call *call,
					const struct sock *req)
{
	lq_hit(LQ_HOOK_ICMP);
	call->counting = lq_count_begin();
	call->sk = inet_reqsk(req)->rsk_listener;
	call->peer.family = 0;
	if (trace_listenq_verdict_enabled())
		lq_peer_of_request(&call->peer, inet_reqsk(req));
	note_before(call, icmp_mibs, ARRAY_SIZE(icmp_mibs));
}

static __always_inline void icmp_after(const struct lq_call *call)
{
	struct lq_growth growth;

	if (!call->counting) {
		lq_count_none();
		return;
	}
	note_growth(call, icmp_mibs, ARRAY_SIZE(icmp_mibs), &growth);
	if (!growth.by[LQ_MIB_LISTENDROPS])
		return;
	lq_listener_count(call->sk, 0, growth.by[LQ_MIB_LISTENDROPS]);
	if (call->peer.family)
		trace_request(call->sk, "icmp", BIT_ULL(LQ_LISTEN_DROP),
			      &call->peer);
}

static typeof(tcp_req_err) lq_tcp_req_err;
LQ_DEFINE_ORIGINAL(tcp_req_err, tcp_req_err);

/* The request, and with it its hold on the listener, may go: RCU holds it. */
static void lq_tcp_req_err(struct sock *sk, u32 seq, bool abort)
{
	struct lq_call call;

	rcu_read_lock();
	icmp_before(&call, sk);
	lq_original(tcp_req_err)(sk, seq, abort);
	icmp_after(&call);
	rcu_read_unlock();
}

static int icmp_probe_before(struct kretprobe_instance *ri,
			     struct pt_regs *regs)
{
	icmp_before((struct lq_call *)ri->data,
		    (struct sock *)regs_get_kernel_argument(regs, 0));
	return 0;
}

static int icmp_probe_after(struct kretprobe_instance *ri,
			    struct pt_regs *regs)
{
	icmp_after((struct lq_call *)ri->data);
	return 0;
}

#ifdef CONFIG_PREEMPT_RT

/* What the tracepoint tells elsewhere, see life.c: inet_csk_listen_start(). */
static typeof(inet_csk_listen_start) lq_inet_csk_listen_start;
LQ_DEFINE_ORIGINAL(inet_csk_listen_start, inet_csk_listen_start);

static LQ_LISTEN_START(lq_inet_csk_listen_start)
{
	bool ours = sk->sk_protocol == IPPROTO_TCP;
	int inside = lq_hook_enter();
	int ret;

	lq_hit(LQ_HOOK_BIRTH);
	/* The entry is there before the first SYN. */
	if (ours)
		lq_listener_add(sk, current, GFP_ATOMIC);
	ret = lq_pass_listen_start(lq_original(inet_csk_listen_start));
	if (ours && ret)
		lq_listener_closing(sk);
	lq_hook_leave(inside);
	return ret;
}

/*
 * tcp_set_state(): a listener closes.  Next inet_csk_listen_stop() empties its
 * accept queue; that gives way to other tasks, so that a wrapper's frame might
 * survive us.
 */
static typeof(tcp_set_state) lq_tcp_set_state;
LQ_DEFINE_ORIGINAL(tcp_set_state, tcp_set_state);

static void lq_tcp_set_state(struct sock *sk, int state)
{
	bool closes = state == TCP_CLOSE && sk->sk_state == TCP_LISTEN &&
		      sk->sk_protocol == IPPROTO_TCP;
	int inside = lq_hook_enter();

	lq_hit(LQ_HOOK_STOP);
	if (closes)
		lq_listener_closing(sk);
	lq_original(tcp_set_state)(sk, state);
	if (closes)
		lq_listener_stopped(sk);
	lq_hook_leave(inside);
}

#else

/*
 * A listener has closed, its accept queue is about to be emptied:
 * inet_csk_listen_stop().
 */
static void stop_entered(unsigned long first, unsigned long unused)
{
	struct sock *sk = (struct sock *)first;

	lq_hit(LQ_HOOK_STOP);
	/* Before counting begins, too: an entry must not outlive its socket. */
	if (sk->sk_protocol == IPPROTO_TCP)
		lq_listener_stopped(sk);
}

#endif

/* listen(): inet_listen(). What it asks for outlives a policy. */
static void listen_entered(unsigned long first, unsigned long second)
{
	struct sock *sk = ((const struct socket *)first)->sk;

	lq_hit(LQ_HOOK_LISTEN);
	if (lq_policies_any() && sk->sk_protocol == IPPROTO_TCP)
		lq_listener_relisten(sk, second);
}

/* MPTCP's way to it, from 6.7 on: __inet_listen_sk(). */
static void listen_sk_entered(unsigned long first, unsigned long second)
{
	struct sock *sk = (struct sock *)first;

	lq_hit(LQ_HOOK_LISTEN_SK);
	if (lq_policies_any() && sk->sk_protocol == IPPROTO_TCP)
		lq_listener_relisten(sk, second);
}

/*
 * accept(): inet_csk_accept().  It blocks, so it is not replaced: the wrapper's
 * frame would survive us.
 */

/* Before a connection is taken out: the other half of a peak. */
static void accept_entered(unsigned long first, unsigned long unused)
{
	const struct sock *sk = (const struct sock *)first;

	lq_hit(LQ_HOOK_ACCEPT);
	if (sk->sk_protocol == IPPROTO_TCP && lq_is_counting())
		lq_listener_peaks(sk, READ_ONCE(sk->sk_ack_backlog), 0);
}

static int accepted_probe_before(struct kretprobe_instance *ri,
				 struct pt_regs *regs)
{
	struct sock *sk = (struct sock *)regs_get_kernel_argument(regs, 0);

	*(struct sock **)ri->data = sk;
	return sk->sk_protocol != IPPROTO_TCP;
}

static int accepted_probe_after(struct kretprobe_instance *ri,
				struct pt_regs *regs)
{
	struct sock *child = (struct sock *)regs_return_value(regs);
	u64 since;

	if (!child || !lq_is_counting())
		return 0;
	lq_hit(LQ_HOOK_ACCEPTED);
	/*
	 * Set once when the child is ESTABLISHED, next when data is read,
	 * which nobody can before accept() has returned.
	 */
	since = tcp_sk(child)->rcvq_space.time;
	lq_listener_time(*(struct sock **)ri->data, LQ_TIME_ACCEPT_WAIT,
			 since ? tcp_clock_us() - since : 0);
	return 0;
}

/* How a wrapper learns where its original goes on: past its ftrace site. */
#define LQ_SET_ORIGINAL(call)						\
static void set_##call(unsigned long address)				\
{									\
	lq_original_set(call, address);					\
}

LQ_SET_ORIGINAL(tcp_conn_request)
LQ_SET_ORIGINAL(tcp_check_req)
LQ_SET_ORIGINAL(cookie_v4_check)
LQ_SET_ORIGINAL(cookie_v6_check)
LQ_SET_ORIGINAL(reqsk_queue_hash_add)
LQ_SET_ORIGINAL(reqsk_queue_drop)
LQ_SET_ORIGINAL(tcp_rtx_synack)
LQ_SET_ORIGINAL(tcp_peer_is_proven)
LQ_SET_ORIGINAL(tcp_req_err)
#ifdef CONFIG_PREEMPT_RT
LQ_SET_ORIGINAL(inet_csk_listen_start)
LQ_SET_ORIGINAL(tcp_set_state)
#endif

static struct lq_hook lq_probes[LQ_HOOK_NR] = {
	[LQ_HOOK_SYN] = {
		.name = "tcp_conn_request",
		.wrapper = lq_tcp_conn_request,
		.set_original = set_tcp_conn_request,
		.before = syn_probe_before,
		.after = syn_probe_after,
		.data_size = sizeof(struct lq_call),
	},
	[LQ_HOOK_ACK] = {
		.name = "tcp_check_req",
		.wrapper = lq_tcp_check_req,
		.set_original = set_tcp_check_req,
		.before = ack_probe_before,
		.after = ack_probe_after,
		.data_size = sizeof(struct lq_call),
	},
	[LQ_HOOK_QUEUE] = {
		.name = "inet_csk_reqsk_queue_hash_add",
		.wrapper = lq_reqsk_queue_hash_add,
		.set_original = set_reqsk_queue_hash_add,
		.before = queue_probe_before,
		.after = queue_probe_after,
		.data_size = sizeof(struct sock *),
	},
	[LQ_HOOK_UNQUEUE] = {
		.name = "__inet_csk_reqsk_queue_drop",
		.wrapper = lq_reqsk_queue_drop,
		.set_original = set_reqsk_queue_drop,
		.before = unqueue_probe_before,
		.after = unqueue_probe_after,
		.data_size = sizeof(struct lq_unqueue),
	},
	[LQ_HOOK_COOKIE4] = {
		.name = "cookie_v4_check",
		.wrapper = lq_cookie_v4_check,
		.set_original = set_cookie_v4_check,
		.before = cookie4_probe_before,
		.after = cookie_probe_after,
		.data_size = sizeof(struct lq_call),
	},
	[LQ_HOOK_COOKIE6] = {
		.name = "cookie_v6_check",
		.wrapper = lq_cookie_v6_check,
		.set_original = set_cookie_v6_check,
		.before = cookie6_probe_before,
		.after = cookie_probe_after,
		.data_size = sizeof(struct lq_call),
		.optional = "this kernel has no IPv6",
	},
	[LQ_HOOK_RETRANS] = {
		.name = "tcp_rtx_synack",
		.wrapper = lq_tcp_rtx_synack,
		.set_original = set_tcp_rtx_synack,
		.before = retrans_probe_before,
		.after = retrans_probe_after,
		.data_size = sizeof(struct lq_retrans),
	},
	[LQ_HOOK_PROVEN] = {
		.name = "tcp_peer_is_proven",
		.wrapper = lq_tcp_peer_is_proven,
		.set_original = set_tcp_peer_is_proven,
		.after = proven_probe_after,
	},
	[LQ_HOOK_ICMP] = {
		.name = "tcp_req_err",
		.wrapper = lq_tcp_req_err,
		.set_original = set_tcp_req_err,
		.before = icmp_probe_before,
		.after = icmp_probe_after,
		.data_size = sizeof(struct lq_call),
	},
#ifdef CONFIG_PREEMPT_RT
	[LQ_HOOK_BIRTH] = {
		.name = "inet_csk_listen_start",
		.wrapper = lq_inet_csk_listen_start,
		.set_original = set_inet_csk_listen_start,
	},
	[LQ_HOOK_STOP] = {
		.name = "tcp_set_state",
		.wrapper = lq_tcp_set_state,
		.set_original = set_tcp_set_state,
	},
#else
	[LQ_HOOK_STOP] = {
		.name = "inet_csk_listen_stop",
		.entered = stop_entered,
	},
#endif
	[LQ_HOOK_LISTEN] = {
		.name = "inet_listen",
		.entered = listen_entered,
	},
	[LQ_HOOK_LISTEN_SK] = {
		.name = "__inet_listen_sk",
		.entered = listen_sk_entered,
		.optional = "",
	},
	[LQ_HOOK_ACCEPT] = {
		.name = "inet_csk_accept",
		.entered = accept_entered,
	},
	/* The last one: it looks at how the others are hooked. */
	[LQ_HOOK_ACCEPTED] = {
		.name = "inet_csk_accept",
		.before = accepted_probe_before,
		.after = accepted_probe_after,
		.data_size = sizeof(struct sock *),
		.sleeps = true,
		.optional = "how long connections wait for it is not measured",
	},
};

/**
 * lq_probe_install() - watch the kernel's decisions
 *
 * Context: process, sleeps.
 * Return: 0, or a negative error, said in the log.
 */
int lq_probe_install(void)
{
	int n;

	for (n = 0; n < LQ_HOOK_NR; n++)
		lq_probes[n].hits = &lq_hits[n];
	if (accept_maxactive < 1 || accept_maxactive > LQ_ACCEPT_MAXACTIVE) {
		pr_err("accept_maxactive=%d: must be 1 to %d\n",
		       accept_maxactive, LQ_ACCEPT_MAXACTIVE);
		return -EINVAL;
	}
	lq_probes[LQ_HOOK_ACCEPTED].maxactive = accept_maxactive;
	return lq_hook_install(lq_probes, LQ_HOOK_NR);
}

/**
 * lq_probe_can_order() - whether policies can act before the kernel's verdict
 *
 * Context: any, while the hooks are installed.
 * Return: false when one of the functions that decide is only watched.
 */
bool lq_probe_can_order(void)
{
	static const enum lq_hook_nr deciding[] = {
		LQ_HOOK_SYN, LQ_HOOK_ACK, LQ_HOOK_COOKIE4, LQ_HOOK_COOKIE6,
		LQ_HOOK_RETRANS,
	};
	int n;

	for (n = 0; n < ARRAY_SIZE(deciding); n++) {
		if (lq_probes[deciding[n]].way == LQ_HOOK_PROBE)
			return false;
	}
	return true;
}

/**
 * lq_probe_remove() - stop it
 *
 * Context: process, sleeps until nobody is inside.
 */
void lq_probe_remove(void)
{
	/*
	 * A call that is under way keeps a pointer to itself on its CPU, which is
	 * given back when it returns: a kretprobe that has gone would not see it.
	 */
	WRITE_ONCE(lq_counting, false);
	synchronize_rcu();
	lq_hook_remove(lq_probes, LQ_HOOK_NR);
}
