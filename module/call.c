// SPDX-License-Identifier: GPL-2.0
/*
 * A call of a deciding function: which one is under way on a CPU, and its verdict
 * for the tracepoint.
 */
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/sched.h>

#include "call.h"
#include "trace.h"

DEFINE_PER_CPU(struct lq_call *, lq_current);

#ifdef CONFIG_PREEMPT_RT

/**
 * lq_call_enter() - a call begins
 * @call: its own
 *
 * Several tasks of a CPU can be inside a call, and need not leave in the order in
 * which they came.  None leaves its CPU meanwhile.
 *
 * Context: bottom halves disabled.
 */
void lq_call_enter(struct lq_call *call)
{
	call->task = current;
	preempt_disable();
	call->outer = __this_cpu_read(lq_current);
	__this_cpu_write(lq_current, call);
	preempt_enable();
}

/**
 * lq_call_leave() - it is over
 * @call: as it was entered
 *
 * Context: as lq_call_enter().
 */
void lq_call_leave(const struct lq_call *call)
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

/**
 * lq_call_current() - the call that this task is inside
 *
 * Context: the task stays on its CPU.
 * Return: it stays when this task goes on; or NULL.
 */
struct lq_call *lq_call_current(void)
{
	struct lq_call *call;

	preempt_disable();
	call = __this_cpu_read(lq_current);
	while (call && call->task != current)
		call = call->outer;
	preempt_enable();
	return call;
}

#endif

/**
 * lq_trace_segment() - show the verdict of a SYN, or of an ACK of a request
 * @sk: the listener
 * @skb: the segment: it outlives the call that decides
 * @stage: where the verdict fell
 * @which: bit n: counter n was advanced
 * @drops: how many the kernel counted
 *
 * Context: bottom halves disabled.
 */
void lq_trace_segment(struct sock *sk, const struct sk_buff *skb,
		      const char *stage, u64 which, unsigned int drops)
{
	struct lq_decision decision = {
		.sk = sk,
		.stage = stage,
		.which = lq_with_drops(which, drops),
	};

	lq_peer_of_packet(&decision.peer, skb);
	trace_listenq_verdict(&decision);
}

/**
 * lq_trace_request() - show another verdict
 * @sk: the listener
 * @stage: where it fell
 * @which: bit n: counter n was advanced
 * @peer: who knocked
 *
 * Context: any but NMI and hard interrupt.
 */
void lq_trace_request(struct sock *sk, const char *stage, u64 which,
		      const struct lq_peer *peer)
{
	struct lq_decision decision = {
		.sk = sk,
		.stage = stage,
		.which = which,
		.peer = *peer,
	};

	trace_listenq_verdict(&decision);
}
