// SPDX-License-Identifier: GPL-2.0
/*
 * A segment for a request: tcp_check_req().
 */
#include <linux/bits.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/percpu.h>
#include <net/request_sock.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "act.h"
#include "baseline.h"
#include "call.h"
#include "compat/original.h"
#include "compat/prototype.h"
#include "compat/tcp.h"
#include "hook.h"
#include "listener.h"
#include "mib.h"
#include "order.h"
#include "policy.h"
#include "probe_hooks.h"
#include "probe_synq.h"
#include "trace.h"
#include "verdict.h"

static DEFINE_PER_CPU(unsigned long, lq_ack_hits);

/* What it can count. */
static const enum lq_mib ack_mibs[] = {
	LQ_MIB_LISTENOVERFLOWS,
	LQ_MIB_LISTENDROPS,
	LQ_MIB_EMBRYONICRSTS,
	LQ_MIB_TCPDEFERACCEPTDROP,
};

static __always_inline void ack_before(struct lq_call *call, struct sock *sk,
				       const struct sk_buff *skb,
				       struct request_sock *req,
				       const bool *req_stolen)
{
	this_cpu_inc(lq_ack_hits);
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
	lq_call_note(call, ack_mibs, ARRAY_SIZE(ack_mibs));
	lq_call_enter(call);
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
	lq_call_leave(call);
	lq_call_growth(call, ack_mibs, ARRAY_SIZE(ack_mibs), &ack.growth);
	ack.result = lq_result_of(result, sk);
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
			lq_trace_segment(sk, call->skb, "ack", verdict.count,
					 verdict.drops);
	}
	if (unlikely(verdict.count_source))
		lq_listener_count(call->source, verdict.count_source, 0);
	lq_note_acceptq(sk, verdict.count);
	if ((verdict.count & LQ_ACCEPTQ_GREW) && call->synack_us)
		lq_listener_time(sk, LQ_TIME_HANDSHAKE,
				 tcp_clock_us() - call->synack_us);
}

static typeof(tcp_check_req) lq_tcp_check_req;
LQ_DEFINE_ORIGINAL(tcp_check_req, tcp_check_req);

/* Whether it has sent a RST by itself. */
static bool was_reset(const struct lq_call *call)
{
	const unsigned long *now = lq_mib_here(sock_net(call->sk));

	return READ_ONCE(now[LINUX_MIB_EMBRYONICRSTS]) !=
	       call->before[LQ_MIB_EMBRYONICRSTS];
}

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
	    !*req_stolen && lq_call_overflowed(&call) && !was_reset(&call)) {
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

	if (lq_as_bool(regs_get_kernel_argument(regs, 3)))
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

LQ_SET_ORIGINAL(tcp_check_req)

const struct lq_hook lq_probe_ack __initconst = {
	.name = "tcp_check_req",
	.wrapper = lq_tcp_check_req,
	.set_original = set_tcp_check_req,
	.before = ack_probe_before,
	.after = ack_probe_after,
	.data_size = sizeof(struct lq_call),
	.hits = &lq_ack_hits,
};
