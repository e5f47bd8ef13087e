// SPDX-License-Identifier: GPL-2.0
/*
 * An ICMP error for a request: tcp_req_err() counts a drop.
 */
#include <linux/bits.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <net/request_sock.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "baseline.h"
#include "call.h"
#include "compat/original.h"
#include "hook.h"
#include "listener.h"
#include "probe_hooks.h"
#include "trace.h"
#include "verdict.h"

static DEFINE_PER_CPU(unsigned long, lq_icmp_hits);

/* What it can count. */
static const enum lq_mib icmp_mibs[] = {
	LQ_MIB_LISTENDROPS,
};

static __always_inline void icmp_before(struct lq_call *call,
					const struct sock *req)
{
	this_cpu_inc(lq_icmp_hits);
	call->counting = lq_count_begin();
	call->sk = inet_reqsk(req)->rsk_listener;
	call->peer.family = 0;
	if (trace_listenq_verdict_enabled())
		lq_peer_of_request(&call->peer, inet_reqsk(req));
	lq_call_note(call, icmp_mibs, ARRAY_SIZE(icmp_mibs));
}

static __always_inline void icmp_after(const struct lq_call *call)
{
	struct lq_growth growth;

	if (!call->counting) {
		lq_count_none();
		return;
	}
	lq_call_growth(call, icmp_mibs, ARRAY_SIZE(icmp_mibs), &growth);
	if (!growth.by[LQ_MIB_LISTENDROPS])
		return;
	lq_listener_count(call->sk, 0, growth.by[LQ_MIB_LISTENDROPS]);
	if (call->peer.family)
		lq_trace_request(call->sk, "icmp", BIT_ULL(LQ_LISTEN_DROP),
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

LQ_SET_ORIGINAL(tcp_req_err)

const struct lq_hook lq_probe_icmp __initconst = {
	.name = "tcp_req_err",
	.wrapper = lq_tcp_req_err,
	.set_original = set_tcp_req_err,
	.before = icmp_probe_before,
	.after = icmp_probe_after,
	.data_size = sizeof(struct lq_call),
	.hits = &lq_icmp_hits,
};
