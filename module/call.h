/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A call of a deciding function: what it has counted, and what is learnt of it
 * while it is under way.
 *
 * Around it the difference of this CPU's counters of the listener's namespace is
 * what that call counted: these functions run with bottom halves disabled, and
 * nothing else that moves these counters can come between.
 *
 * What each SYN, ACK and cookie comes through is in the header: it costs no call
 * (but on PREEMPT_RT), and the compiler knows which counters are read.
 */
#ifndef _LISTENQ_CALL_H
#define _LISTENQ_CALL_H

#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/minmax.h>
#include <linux/percpu.h>
#include <net/sock.h>

#include "counter.h"
#include "listener.h"
#include "mib.h"
#include "trace_text.h"
#include "verdict.h"

struct request_sock;
struct sk_buff;
struct task_struct;

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

#ifdef CONFIG_PREEMPT_RT

void lq_call_enter(struct lq_call *call);
void lq_call_leave(const struct lq_call *call);
struct lq_call *lq_call_current(void);

#else

DECLARE_PER_CPU(struct lq_call *, lq_current);

static __always_inline void lq_call_enter(struct lq_call *call)
{
	call->outer = __this_cpu_read(lq_current);
	__this_cpu_write(lq_current, call);
}

static __always_inline void lq_call_leave(const struct lq_call *call)
{
	__this_cpu_write(lq_current, call->outer);
}

/* Preemption is disabled. */
static __always_inline struct lq_call *lq_call_current(void)
{
	return __this_cpu_read(lq_current);
}

#endif

/* Unrolled, these two are a load and a store, a load and a subtraction each. */
static __always_inline void lq_call_note(struct lq_call *call,
					 const enum lq_mib *mibs, int nr)
{
	const unsigned long *now = lq_mib_here(sock_net(call->sk));
	int n;

#pragma GCC unroll 16
	for (n = 0; n < nr; n++)
		call->before[mibs[n]] = READ_ONCE(now[lq_linux_mib[mibs[n]]]);
}

static __always_inline void lq_call_growth(const struct lq_call *call,
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

/* Whether a call, not over yet, was told that the accept queue is full. */
static inline bool lq_call_overflowed(const struct lq_call *call)
{
	const unsigned long *now = lq_mib_here(sock_net(call->sk));

	return READ_ONCE(now[LINUX_MIB_LISTENOVERFLOWS]) !=
	       call->before[LQ_MIB_LISTENOVERFLOWS];
}

static inline enum lq_result lq_result_of(const struct sock *result,
					  const struct sock *sk)
{
	if (!result)
		return LQ_RESULT_NONE;
	return result == sk ? LQ_RESULT_LISTENER : LQ_RESULT_CHILD;
}

#define LQ_ACCEPTQ_GREW \
	(BIT_ULL(LQ_ESTABLISHED) | BIT_ULL(LQ_ACCEPTQ_MIGRATED))
#define LQ_ACCEPTQ_FULL \
	(BIT_ULL(LQ_ACCEPTQ_OVERFLOW_SYN) | BIT_ULL(LQ_ACCEPTQ_OVERFLOW_ACK))

/*
 * The accept queue grew, or was said to be longer than its limit: then it was,
 * though accept() on another CPU may have shortened it since.
 */
static __always_inline void lq_note_acceptq(const struct sock *sk, u64 verdict)
{
	u32 len;

	if (!(verdict & (LQ_ACCEPTQ_GREW | LQ_ACCEPTQ_FULL)))
		return;
	len = READ_ONCE(sk->sk_ack_backlog);
	if (verdict & LQ_ACCEPTQ_FULL)
		len = max(len, READ_ONCE(sk->sk_max_ack_backlog) + 1);
	lq_listener_peaks(sk, len, 0);
}

static inline u64 lq_with_drops(u64 which, unsigned int drops)
{
	return which | (drops ? BIT_ULL(LQ_LISTEN_DROP) : 0);
}

void lq_trace_segment(struct sock *sk, const struct sk_buff *skb,
		      const char *stage, u64 which, unsigned int drops);
void lq_trace_request(struct sock *sk, const char *stage, u64 which,
		      const struct lq_peer *peer);

#endif /* _LISTENQ_CALL_H */
