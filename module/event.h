/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Changes of state, told at a bounded rate.
 */
#ifndef _LISTENQ_EVENT_H
#define _LISTENQ_EVENT_H

#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>
#include <uapi/linux/listenq.h>

#include "counter.h"

struct lq_listener;
struct lq_netns;
struct lq_policy_state;
struct lq_row;
struct sock;

/**
 * struct lq_events - the events of a namespace
 * @lock: held while they are made; outside of lq_netns.reading
 * @fresh: listeners that have something to tell, from any context
 * @list: the same, under @lock
 * @work: tells it
 * @soon: @work is queued for what is in @fresh
 * @row: for @work, under @lock
 * @seq: number of the last event, under @lock
 * @lost: events that could not be sent, under @lock
 */
struct lq_events {
	struct mutex lock;	/* events are sent in the order of their numbers */
	struct llist_head fresh;
	struct list_head list;
	struct delayed_work work;
	unsigned long soon;
	struct lq_row *row;
	u64 seq;
	u64 lost;
};

enum lq_event_what {
	LQ_EVENT_ADD,
	LQ_EVENT_DEL,
	LQ_EVENT_EPISODE,
	LQ_EVENT_POLICY,
};

/**
 * struct lq_event - an event, but for its listener
 * @what: a birth, a death, something of an episode or of a policy
 * @seq: its number in the namespace
 * @lost: events before it that could not be sent
 * @time_ns: when it happened, of the wall clock
 * @kind: of the episode
 * @phase: of the episode
 * @verdicts: since the episode's last event
 * @total: in the episode
 * @depth: length of the queue
 * @limit: of the queue
 * @peak: longest the queue has been at a verdict
 * @duration_ns: from the first verdict to the last one so far
 * @policy: that it is about
 * @change: what happened to the policy
 */
struct lq_event {
	enum lq_event_what what;
	u64 seq;
	u64 lost;
	u64 time_ns;
	enum listenq_episode_kind kind;
	enum listenq_episode_phase phase;
	u64 verdicts;
	u64 total;
	u64 depth;
	u64 limit;
	u64 peak;
	u64 duration_ns;
	const struct lq_policy_state *policy;
	enum listenq_policy_change change;
};

/* Verdicts that belong to an episode. */
#define LQ_EVENT_ACCEPTQ (BIT_ULL(LQ_ACCEPTQ_OVERFLOW_SYN) |	\
			  BIT_ULL(LQ_ACCEPTQ_OVERFLOW_ACK) |	\
			  BIT_ULL(LQ_ACCEPTQ_OVERFLOW_TFO))
#define LQ_EVENT_SYNQ (BIT_ULL(LQ_SYNQ_FULL_DROP) |		\
		       BIT_ULL(LQ_SYNQ_FULL_COOKIE) |		\
		       BIT_ULL(LQ_SYNQ_RESERVE_DROP))
#define LQ_EVENT_COOKIES BIT_ULL(LQ_SYNCOOKIE_SENT)
#define LQ_EVENT_ANY (LQ_EVENT_ACCEPTQ | LQ_EVENT_SYNQ | LQ_EVENT_COOKIES)

int lq_event_init(void);
void lq_event_exit(void);
void lq_event_start(void);
void lq_event_stop(void);
int lq_events_init(struct lq_events *events);
void lq_events_end(struct lq_events *events);

void lq_event_verdict(struct lq_listener *listener, const struct sock *sk,
		      u64 which);
void lq_event_born(struct lq_listener *listener);
void lq_event_died(struct lq_listener *listener);
void lq_event_policy(struct lq_netns *netns,
		     const struct lq_policy_state *policy,
		     enum listenq_policy_change change);
void lq_event_counts(struct lq_netns *netns, u64 *seq, u64 *lost);

/**
 * lq_event_note() - a verdict is about to be counted
 * @listener: whose
 * @sk: its socket
 * @which: bit n: counter n is advanced
 *
 * Context: softirq or bottom halves disabled, in the RCU section in which the
 * verdict is counted next.
 */
static __always_inline void lq_event_note(struct lq_listener *listener,
					  const struct sock *sk, u64 which)
{
	if (which & LQ_EVENT_ANY)
		lq_event_verdict(listener, sk, which);
}

#endif /* _LISTENQ_EVENT_H */
