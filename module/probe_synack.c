// SPDX-License-Identifier: GPL-2.0
/*
 * A SYN-ACK is sent again: tcp_rtx_synack().
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kprobes.h>
#include <linux/percpu.h>
#include <net/inet_sock.h>
#include <net/request_sock.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "baseline.h"
#include "call.h"
#include "compat/original.h"
#include "compat/rt.h"
#include "hook.h"
#include "listener.h"
#include "order.h"
#include "policy.h"
#include "probe_hooks.h"
#include "trace.h"

static DEFINE_PER_CPU(unsigned long, lq_retrans_hits);

static void trace_retrans(struct sock *listener,
			  const struct request_sock *req)
{
	struct lq_peer peer;

	lq_peer_of_request(&peer, req);
	lq_trace_request(listener, "synack", BIT_ULL(LQ_SYNACK_RETRANS), &peer);
}

/* Whoever sends a request's SYN-ACK again holds it. */
static void retrans_after(struct sock *listener, const struct request_sock *req,
			  int err)
{
	this_cpu_inc(lq_retrans_hits);
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
	call = lq_call_current();
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

LQ_SET_ORIGINAL(tcp_rtx_synack)

const struct lq_hook lq_probe_retrans __initconst = {
	.name = "tcp_rtx_synack",
	.wrapper = lq_tcp_rtx_synack,
	.set_original = set_tcp_rtx_synack,
	.before = retrans_probe_before,
	.after = retrans_probe_after,
	.data_size = sizeof(struct lq_retrans),
	.hits = &lq_retrans_hits,
};
