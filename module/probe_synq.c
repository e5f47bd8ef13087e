// SPDX-License-Identifier: GPL-2.0
/*
 * A request enters the SYN queue, and leaves it.
 */
#include <linux/bits.h>
#include <linux/init.h>
#include <linux/kprobes.h>
#include <linux/percpu.h>
#include <net/inet_connection_sock.h>
#include <net/inet_sock.h>
#include <net/mptcp.h>
#include <net/request_sock.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "baseline.h"
#include "call.h"
#include "compat/original.h"
#include "compat/prototype.h"
#include "compat/rt.h"
#include "hook.h"
#include "listener.h"
#include "probe_hooks.h"
#include "probe_synq.h"
#include "synq.h"
#include "trace.h"

static DEFINE_PER_CPU(unsigned long, lq_queue_hits);
static DEFINE_PER_CPU(unsigned long, lq_unqueue_hits);

/* It enters: inet_csk_reqsk_queue_hash_add(). */

static void queue_after(struct sock *sk, bool queued)
{
	struct lq_call *call = lq_call_current();

	this_cpu_inc(lq_queue_hits);
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

LQ_SET_ORIGINAL(reqsk_queue_hash_add)

const struct lq_hook lq_probe_queue __initconst = {
	.name = "inet_csk_reqsk_queue_hash_add",
	.wrapper = lq_reqsk_queue_hash_add,
	.set_original = set_reqsk_queue_hash_add,
	.before = queue_probe_before,
	.after = queue_probe_after,
	.data_size = sizeof(struct sock *),
	.hits = &lq_queue_hits,
};

/* It leaves: __inet_csk_reqsk_queue_drop(). */

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
	call = lq_call_current();
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

	this_cpu_inc(lq_unqueue_hits);
	if (!unqueue->counting) {
		lq_count_none();
		return;
	}
	lq_cpu_pin();
	call = lq_call_current();
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
			lq_trace_request(sk, "request", which, &unqueue->peer);
	}
	lq_cpu_unpin();
}

LQ_DEFINE_ORIGINAL(reqsk_queue_drop, lq_reqsk_queue_drop);

bool lq_reqsk_queue_drop(struct sock *sk, struct request_sock *req,
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
		       lq_as_bool(regs_get_kernel_argument(regs, 2)));
	return 0;
}

static int unqueue_probe_after(struct kretprobe_instance *ri,
			       struct pt_regs *regs)
{
	unqueue_after((struct lq_unqueue *)ri->data,
		      lq_as_bool(regs_return_value(regs)));
	return 0;
}

LQ_SET_ORIGINAL(reqsk_queue_drop)

const struct lq_hook lq_probe_unqueue __initconst = {
	.name = "__inet_csk_reqsk_queue_drop",
	.wrapper = lq_reqsk_queue_drop,
	.set_original = set_reqsk_queue_drop,
	.before = unqueue_probe_before,
	.after = unqueue_probe_after,
	.data_size = sizeof(struct lq_unqueue),
	.hits = &lq_unqueue_hits,
};
