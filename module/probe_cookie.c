// SPDX-License-Identifier: GPL-2.0
/*
 * An ACK that may carry a cookie: cookie_v4_check(), cookie_v6_check().
 */
#include <linux/bits.h>
#include <linux/bottom_half.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/skbuff.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "act.h"
#include "baseline.h"
#include "call.h"
#include "compat/original.h"
#include "hook.h"
#include "listener.h"
#include "order.h"
#include "policy.h"
#include "probe_hooks.h"
#include "trace.h"
#include "verdict.h"

static DEFINE_PER_CPU(unsigned long, lq_cookie4_hits);
static DEFINE_PER_CPU(unsigned long, lq_cookie6_hits);

/* What they can count. */
static const enum lq_mib cookie_mibs[] = {
	LQ_MIB_LISTENOVERFLOWS,
	LQ_MIB_LISTENDROPS,
	LQ_MIB_SYNCOOKIESRECV,
	LQ_MIB_SYNCOOKIESFAILED,
};

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
	lq_call_note(call, cookie_mibs, ARRAY_SIZE(cookie_mibs));
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
	lq_call_growth(call, cookie_mibs, ARRAY_SIZE(cookie_mibs), &growth);
	verdict = lq_verdict_cookie(&growth, lq_result_of(result, sk));
	verdict.count |= by_policy;
	if (!verdict.count && !verdict.drops)
		return;
	lq_listener_count(sk, verdict.count, verdict.drops);
	lq_note_acceptq(sk, verdict.count);
	if (call->peer.family)
		lq_trace_request(sk, "cookie",
				 lq_with_drops(verdict.count, verdict.drops),
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
	if (reset && !result && call.counting && lq_call_overflowed(&call)) {
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
	this_cpu_inc(lq_cookie4_hits);
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
	this_cpu_inc(lq_cookie6_hits);
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
			       struct pt_regs *regs)
{
	struct sock *sk = (struct sock *)regs_get_kernel_argument(regs, 0);

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
	this_cpu_inc(lq_cookie4_hits);
	return cookie_probe_before(ri, regs);
}

static int cookie6_probe_before(struct kretprobe_instance *ri,
				struct pt_regs *regs)
{
	this_cpu_inc(lq_cookie6_hits);
	return cookie_probe_before(ri, regs);
}

static int cookie_probe_after(struct kretprobe_instance *ri,
			      struct pt_regs *regs)
{
	cookie_after((struct lq_call *)ri->data,
		     (struct sock *)regs_return_value(regs), 0);
	return 0;
}

LQ_SET_ORIGINAL(cookie_v4_check)
LQ_SET_ORIGINAL(cookie_v6_check)

const struct lq_hook lq_probe_cookie4 __initconst = {
	.name = "cookie_v4_check",
	.wrapper = lq_cookie_v4_check,
	.set_original = set_cookie_v4_check,
	.before = cookie4_probe_before,
	.after = cookie_probe_after,
	.data_size = sizeof(struct lq_call),
	.hits = &lq_cookie4_hits,
};

const struct lq_hook lq_probe_cookie6 __initconst = {
	.name = "cookie_v6_check",
	.wrapper = lq_cookie_v6_check,
	.set_original = set_cookie_v6_check,
	.before = cookie6_probe_before,
	.after = cookie_probe_after,
	.data_size = sizeof(struct lq_call),
	.optional = "this kernel has no IPv6",
	.hits = &lq_cookie6_hits,
};
