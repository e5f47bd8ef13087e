// SPDX-License-Identifier: GPL-2.0
/*
 * Changes of state, told at a bounded rate.
 *
 * An episode is a time in which a listener's queue is full, or in which it
 * sends cookies.  A verdict only marks that there is one, and when it was last;
 * nothing is allocated, sent or scheduled for it but once an episode.  A work
 * of the namespace looks at the marked listeners, takes the growth of their
 * counters and tells it: begin, progress at most once a period, end.
 *
 * How the sums are exact:
 * - The first verdict of an episode takes the counters' sum, its base, before
 *   it is counted itself.  Others that come at the same time wait for that.
 * - When it has been quiet, the mark is taken away, and after a grace period,
 *   when every verdict that still saw the mark has been counted, the sum is
 *   taken that the end tells.  A verdict in between finds the mark missing and
 *   puts it back: the episode goes on.
 */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/rcupdate.h>
#include <linux/rwsem.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <net/inet_connection_sock.h>
#include <net/sock.h>

#include "baseline.h"
#include "event.h"
#include "listener.h"
#include "netlink.h"
#include "order.h"
#include "snapshot.h"
#include "synq.h"
#include "trace.h"

/* What comes within this time is told together. */
#define LQ_EVENT_DELAY_MS 10

#define LQ_EVENT_MS_MIN 10
#define LQ_EVENT_MS_MAX 3600000

static unsigned int event_period_ms = 1000;
static unsigned int event_quiet_ms = 1000;

static int set_ms(const char *text, const struct kernel_param *param)
{
	unsigned int ms;
	int err = kstrtouint(text, 0, &ms);

	if (err)
		return err;
	if (ms < LQ_EVENT_MS_MIN || ms > LQ_EVENT_MS_MAX) {
		pr_err("%s=%u: must be %u to %u\n", param->name, ms,
		       LQ_EVENT_MS_MIN, LQ_EVENT_MS_MAX);
		return -ERANGE;
	}
	WRITE_ONCE(*(unsigned int *)param->arg, ms);
	return 0;
}

static const struct kernel_param_ops ms_ops = {
	.set = set_ms,
	.get = param_get_uint,
};

module_param_cb(event_period_ms, &ms_ops, &event_period_ms, 0644);
MODULE_PARM_DESC(event_period_ms,
		 "milliseconds between two progress events of an episode, at least (10 to 3600000, default 1000)");
module_param_cb(event_quiet_ms, &ms_ops, &event_quiet_ms, 0644);
MODULE_PARM_DESC(event_quiet_ms,
		 "milliseconds without a verdict after which an episode ends (10 to 3600000, default 1000)");

static struct workqueue_struct *lq_event_workqueue;

/* Nothing is sent before the family is there, nor after it has gone. */
static DECLARE_RWSEM(lq_event_gate);
static bool lq_event_on;

static const u64 kind_verdicts[LQ_EPISODE_NR] = {
	[LISTENQ_EPISODE_KIND_ACCEPTQ_OVERFLOW] = LQ_EVENT_ACCEPTQ,
	[LISTENQ_EPISODE_KIND_SYNQ_FULL] = LQ_EVENT_SYNQ,
	[LISTENQ_EPISODE_KIND_SYNCOOKIES] = LQ_EVENT_COOKIES,
};

static struct lq_listener *listener_of(struct lq_watch *watch)
{
	return container_of(watch, struct lq_listener, watch);
}

static bool wanted(const struct lq_netns *netns)
{
	return READ_ONCE(lq_event_on) &&
	       (lq_netlink_has_listeners(netns->net) ||
		trace_listenq_episode_enabled() ||
		trace_listenq_listener_enabled());
}

static u64 verdicts_of(const struct lq_listener *listener, int kind)
{
	return lq_stats_sum_of(&listener->stats, kind_verdicts[kind]);
}

static u32 depth_of(const struct sock *sk, int kind)
{
	if (kind == LISTENQ_EPISODE_KIND_ACCEPTQ_OVERFLOW)
		return READ_ONCE(sk->sk_ack_backlog);
	return lq_synq_len(sk);
}

static u32 limit_of(const struct sock *sk, int kind)
{
	if (kind == LISTENQ_EPISODE_KIND_ACCEPTQ_OVERFLOW)
		return READ_ONCE(sk->sk_max_ack_backlog);
	return lq_order_synq_limit(sk);
}

/* The kernel said "full": it was, though accept() may have been quick. */
static u32 verdict_depth(const struct sock *sk, int kind)
{
	u32 depth = depth_of(sk, kind);

	if (kind == LISTENQ_EPISODE_KIND_ACCEPTQ_OVERFLOW)
		depth = max(depth, READ_ONCE(sk->sk_max_ack_backlog) + 1);
	return depth;
}

/* Something of a listener is to be told soon. */
static void enlist(struct lq_listener *listener)
{
	struct lq_events *events = &listener->netns->events;
	struct lq_watch *watch = &listener->watch;

	lockdep_assert_held(&watch->lock);
	if (!watch->listed) {
		watch->listed = true;
		llist_add(&watch->fresh, &events->fresh);
	}
	if (!test_and_set_bit(0, &events->soon))
		mod_delayed_work(lq_event_workqueue, &events->work,
				 msecs_to_jiffies(LQ_EVENT_DELAY_MS));
}

static void begin(struct lq_episode *episode,
		  const struct lq_listener *listener, const struct sock *sk,
		  int kind)
{
	episode->base = verdicts_of(listener, kind);
	episode->told = episode->base;
	episode->first_ns = ktime_get_real_ns();
	episode->first = jiffies;
	episode->depth = verdict_depth(sk, kind);
	episode->limit = limit_of(sk, kind);
	/* One who saw the mark of the last may still note(). */
	WRITE_ONCE(episode->peak, episode->depth);
	WRITE_ONCE(episode->last, jiffies);
	/* Who sees the state sees the rest; pairs with state_of(). */
	smp_store_release(&episode->state, LQ_EPISODE_BEGUN);
}

static void mark(struct lq_listener *listener, const struct sock *sk, int kind)
{
	struct lq_watch *watch = &listener->watch;
	struct lq_episode *episode = &watch->episode[kind];
	unsigned long flags;

	spin_lock_irqsave(&watch->lock, flags);
	if (episode->state == LQ_EPISODE_IDLE)
		begin(episode, listener, sk, kind);
	else if (episode->state == LQ_EPISODE_ENDING)
		WRITE_ONCE(episode->state, LQ_EPISODE_ACTIVE);
	WRITE_ONCE(episode->last, jiffies);
	/* Who sees the mark is counted after the base was taken. */
	smp_store_release(&watch->active, watch->active | BIT(kind));
	enlist(listener);
	spin_unlock_irqrestore(&watch->lock, flags);
}

/* One write a tick at most, and one for each new peak. */
static void note(struct lq_episode *episode, const struct sock *sk, int kind)
{
	u32 depth = verdict_depth(sk, kind);
	u32 peak = READ_ONCE(episode->peak);
	unsigned long now = jiffies;

	if (READ_ONCE(episode->last) != now)
		WRITE_ONCE(episode->last, now);
	while (unlikely(depth > peak)) {
		u32 old = cmpxchg(&episode->peak, peak, depth);

		if (old == peak)
			break;
		peak = old;
	}
}

/**
 * lq_event_verdict() - a verdict that belongs to an episode
 * @listener: whose
 * @sk: its socket
 * @which: bit n: counter n is advanced
 *
 * Context: as lq_event_note(), which calls it.
 */
void lq_event_verdict(struct lq_listener *listener, const struct sock *sk,
		      u64 which)
{
	struct lq_watch *watch = &listener->watch;
	/* Pairs with mark(). */
	unsigned long active = smp_load_acquire(&watch->active);
	int kind;

	/* Most of the time nobody listens. */
	if (!active && !wanted(listener->netns))
		return;
	for (kind = 0; kind < LQ_EPISODE_NR; kind++) {
		if (!(which & kind_verdicts[kind]))
			continue;
		if (active & BIT(kind))
			note(&watch->episode[kind], sk, kind);
		else
			mark(listener, sk, kind);
	}
}

/**
 * lq_event_born() - a listener was entered into the registry
 * @listener: which; it cannot go away meanwhile
 *
 * Context: any but NMI and hard interrupt.
 */
void lq_event_born(struct lq_listener *listener)
{
	struct lq_watch *watch = &listener->watch;
	unsigned long flags;

	if (!lq_is_counting() || !wanted(listener->netns))
		return;
	spin_lock_irqsave(&watch->lock, flags);
	watch->born = true;
	enlist(listener);
	spin_unlock_irqrestore(&watch->lock, flags);
}

/*
 * Numbers and sends an event; what cannot be made is counted.  One of a policy
 * has no row.
 */
static void tell(struct lq_netns *netns, const struct lq_row *row,
		 struct lq_event *event)
{
	struct lq_events *events = &netns->events;
	int err = 0;

	lockdep_assert_held(&events->lock);
	event->seq = ++events->seq;
	event->lost = events->lost;
	down_read(&lq_event_gate);
	if (lq_event_on)
		err = lq_netlink_event(netns->net, row, event);
	up_read(&lq_event_gate);
	/* Else it is a subscriber who did not get it, and learns of it. */
	if (err == -ENOMEM || err == -EMSGSIZE)
		events->lost++;
}

static void tell_life(const struct lq_listener *listener,
		      const struct lq_row *row, enum lq_event_what what)
{
	struct lq_netns *netns = listener->netns;
	struct lq_event event = {
		.what = what,
		.time_ns = what == LQ_EVENT_ADD ? listener->since_ns :
						  listener->closed_ns,
	};

	trace_listenq_listener(netns->net, row, what);
	tell(netns, row, &event);
}

static u64 now_of(const struct lq_row *row, int kind)
{
	u64 which = kind_verdicts[kind], sum = 0;

	for (; which; which &= which - 1)
		sum += row->sums.count[__ffs64(which)];
	return sum;
}

/* A verdict that was under way when nobody listened may bear an older time. */
static u64 duration_of(const struct lq_episode *episode)
{
	unsigned long last = READ_ONCE(episode->last);

	if (!time_after(last, episode->first))
		return 0;
	return jiffies64_to_nsecs(last - episode->first);
}

/* Returns how many verdicts it has told, since ever. */
static u64 tell_episode(struct lq_netns *netns, const struct lq_row *row,
			const struct lq_episode *episode, int kind,
			enum listenq_episode_phase phase)
{
	u64 now = now_of(row, kind);
	bool acceptq = kind == LISTENQ_EPISODE_KIND_ACCEPTQ_OVERFLOW;
	struct lq_event event = {
		.what = LQ_EVENT_EPISODE,
		.kind = kind,
		.phase = phase,
		.verdicts = now - episode->told,
		.total = now - episode->base,
		.depth = acceptq ? row->acceptq : row->synq,
		.limit = acceptq ? row->acceptq_max : row->synq_max,
		.peak = READ_ONCE(episode->peak),
		.duration_ns = duration_of(episode),
	};

	event.time_ns = episode->first_ns;
	if (phase == LISTENQ_EPISODE_PHASE_BEGIN) {
		event.depth = episode->depth;
		event.limit = episode->limit;
	} else {
		event.time_ns += event.duration_ns;
	}
	trace_listenq_episode(netns->net, row, &event);
	tell(netns, row, &event);
	return now;
}

/* Of one that lasts: only here are @told and @sent written then. */
static void tell_lasting(struct lq_listener *listener, const struct lq_row *row,
			 int kind, enum listenq_episode_phase phase)
{
	struct lq_episode *episode = &listener->watch.episode[kind];

	episode->told = tell_episode(listener->netns, row, episode, kind,
				     phase);
	episode->sent = jiffies;
}

static bool is_over(const struct lq_episode *episode)
{
	return time_after_eq(jiffies, READ_ONCE(episode->last) +
			     msecs_to_jiffies(READ_ONCE(event_quiet_ms)));
}

static bool is_due(const struct lq_episode *episode)
{
	return time_after_eq(jiffies, episode->sent +
			     msecs_to_jiffies(READ_ONCE(event_period_ms)));
}

static enum lq_episode_state state_of(const struct lq_watch *watch, int kind)
{
	/* Pairs with begin(). */
	return smp_load_acquire(&watch->episode[kind].state);
}

/* Whether a look at an episode would say something. */
static bool is_timely(const struct lq_episode *episode,
		      enum lq_episode_state state)
{
	return state == LQ_EPISODE_BEGUN ||
	       (state == LQ_EPISODE_ACTIVE &&
		(is_over(episode) || is_due(episode)));
}

static void begin_to_end(struct lq_watch *watch, int kind)
{
	spin_lock_irq(&watch->lock);
	WRITE_ONCE(watch->episode[kind].state, LQ_EPISODE_ENDING);
	WRITE_ONCE(watch->active, watch->active & ~BIT(kind));
	spin_unlock_irq(&watch->lock);
}

static void tell_begin(struct lq_listener *listener, const struct lq_row *row,
		       int kind)
{
	struct lq_watch *watch = &listener->watch;

	tell_lasting(listener, row, kind, LISTENQ_EPISODE_PHASE_BEGIN);
	spin_lock_irq(&watch->lock);
	WRITE_ONCE(watch->episode[kind].state, LQ_EPISODE_ACTIVE);
	spin_unlock_irq(&watch->lock);
}

/* Returns whether it now waits for a grace period. */
static bool look_at_active(struct lq_listener *listener,
			   const struct lq_row *row, int kind)
{
	struct lq_episode *episode = &listener->watch.episode[kind];

	if (is_over(episode)) {
		begin_to_end(&listener->watch, kind);
		return true;
	}
	if (!is_due(episode))
		return false;
	if (now_of(row, kind) != episode->told)
		tell_lasting(listener, row, kind,
			     LISTENQ_EPISODE_PHASE_PROGRESS);
	else
		episode->sent = jiffies;
	return false;
}

static bool row_of(struct lq_listener *listener, struct lq_row *row)
{
	struct lq_netns *netns = listener->netns;
	struct lq_viewer viewer = { .user_ns = netns->net->user_ns };
	unsigned long id = listener->id;
	bool found;

	mutex_lock(&netns->reading);
	found = lq_snapshot_next(netns, &viewer, NULL, &id, id + 1, row);
	mutex_unlock(&netns->reading);
	return found;
}

/*
 * The states are read before the figures: so these are not older than what an
 * episode began with.  A listener that is closing, or not yet in the listening
 * hash, is left alone.
 */
static bool look_at(struct lq_listener *listener, struct lq_row *row)
{
	struct lq_watch *watch = &listener->watch;
	enum lq_episode_state state[LQ_EPISODE_NR];
	bool timely = READ_ONCE(watch->born), ending = false;
	int kind;

	for (kind = 0; kind < LQ_EPISODE_NR; kind++) {
		state[kind] = state_of(watch, kind);
		timely |= is_timely(&watch->episode[kind], state[kind]);
	}
	if (!timely || !row_of(listener, row))
		return false;
	if (READ_ONCE(watch->born)) {
		tell_life(listener, row, LQ_EVENT_ADD);
		WRITE_ONCE(watch->born, false);
	}
	for (kind = 0; kind < LQ_EPISODE_NR; kind++) {
		if (state[kind] == LQ_EPISODE_BEGUN)
			tell_begin(listener, row, kind);
		else if (state[kind] == LQ_EPISODE_ACTIVE)
			ending |= look_at_active(listener, row, kind);
	}
	return ending;
}

/*
 * Every verdict that saw the mark has been counted.  One that found it missing
 * since @row was taken has put it back before it was counted.
 */
static void finish_episode(struct lq_listener *listener,
			   const struct lq_row *row, int kind)
{
	struct lq_watch *watch = &listener->watch;
	struct lq_episode ended;

	spin_lock_irq(&watch->lock);
	ended = watch->episode[kind];
	if (ended.state == LQ_EPISODE_ENDING)
		WRITE_ONCE(watch->episode[kind].state, LQ_EPISODE_IDLE);
	spin_unlock_irq(&watch->lock);
	if (ended.state == LQ_EPISODE_ENDING)
		tell_episode(listener->netns, row, &ended, kind,
			     LISTENQ_EPISODE_PHASE_END);
}

static void finish(struct lq_listener *listener, struct lq_row *row)
{
	bool ending[LQ_EPISODE_NR], any = false;
	int kind;

	for (kind = 0; kind < LQ_EPISODE_NR; kind++) {
		ending[kind] = state_of(&listener->watch, kind) ==
			       LQ_EPISODE_ENDING;
		any |= ending[kind];
	}
	if (!any || !row_of(listener, row))
		return;
	for (kind = 0; kind < LQ_EPISODE_NR; kind++) {
		if (ending[kind])
			finish_episode(listener, row, kind);
	}
}

static void delist_if_idle(struct lq_watch *watch)
{
	bool busy;
	int kind;

	spin_lock_irq(&watch->lock);
	busy = watch->born;
	for (kind = 0; kind < LQ_EPISODE_NR; kind++)
		busy |= watch->episode[kind].state != LQ_EPISODE_IDLE;
	if (!busy) {
		list_del_init(&watch->list);
		watch->listed = false;
	}
	spin_unlock_irq(&watch->lock);
}

/* Nobody listens any more. */
static void forget(struct lq_watch *watch)
{
	int kind;

	spin_lock_irq(&watch->lock);
	WRITE_ONCE(watch->active, 0);
	watch->born = false;
	for (kind = 0; kind < LQ_EPISODE_NR; kind++)
		watch->episode[kind].state = LQ_EPISODE_IDLE;
	spin_unlock_irq(&watch->lock);
}

static void take_fresh(struct lq_events *events)
{
	struct lq_watch *watch, *next;
	struct llist_node *fresh;

	/* The first comes first. */
	fresh = llist_reverse_order(llist_del_all(&events->fresh));
	llist_for_each_entry_safe(watch, next, fresh, fresh)
		list_add_tail(&watch->list, &events->list);
}

/* Without the lock while waiting: who dies meanwhile tells its end itself. */
static void look_at_all(struct lq_netns *netns)
{
	struct lq_events *events = &netns->events;
	struct lq_watch *watch;
	bool ending = false;

	list_for_each_entry(watch, &events->list, list) {
		ending |= look_at(listener_of(watch), events->row);
		cond_resched();
	}
	if (!ending)
		return;
	mutex_unlock(&events->lock);
	synchronize_rcu();
	mutex_lock(&events->lock);
	list_for_each_entry(watch, &events->list, list) {
		finish(listener_of(watch), events->row);
		cond_resched();
	}
}

/* In how many jiffies there is something to tell again. */
static unsigned long next_look(const struct lq_watch *watch)
{
	unsigned long next = MAX_JIFFY_OFFSET, now = jiffies, then;
	unsigned long soon = msecs_to_jiffies(LQ_EVENT_DELAY_MS);
	int kind;

	if (watch->born)
		return soon;
	for (kind = 0; kind < LQ_EPISODE_NR; kind++) {
		const struct lq_episode *episode = &watch->episode[kind];

		if (state_of(watch, kind) == LQ_EPISODE_IDLE)
			continue;
		then = READ_ONCE(episode->last) +
		       msecs_to_jiffies(READ_ONCE(event_quiet_ms));
		next = min(next, time_after(then, now) ? then - now : soon);
		then = episode->sent +
		       msecs_to_jiffies(READ_ONCE(event_period_ms));
		next = min(next, time_after(then, now) ? then - now : soon);
	}
	return max(next, soon);
}

static void make_events(struct work_struct *work)
{
	struct lq_events *events = container_of(to_delayed_work(work),
						struct lq_events, work);
	struct lq_netns *netns = container_of(events, struct lq_netns, events);
	unsigned long next = MAX_JIFFY_OFFSET;
	struct lq_watch *watch, *tmp;

	clear_bit(0, &events->soon);
	/* What is added from here on queues the work again. */
	smp_mb__after_atomic();
	mutex_lock(&events->lock);
	take_fresh(events);
	if (wanted(netns)) {
		look_at_all(netns);
	} else {
		list_for_each_entry(watch, &events->list, list)
			forget(watch);
	}
	list_for_each_entry_safe(watch, tmp, &events->list, list) {
		next = min(next, next_look(watch));
		delist_if_idle(watch);
	}
	if (!list_empty(&events->list))
		queue_delayed_work(lq_event_workqueue, &events->work, next);
	mutex_unlock(&events->lock);
}

static void tell_last(struct lq_listener *listener, const struct lq_row *row)
{
	struct lq_watch *watch = &listener->watch;
	int kind;

	if (watch->born)
		tell_life(listener, row, LQ_EVENT_ADD);
	for (kind = 0; kind < LQ_EPISODE_NR; kind++) {
		if (watch->episode[kind].state == LQ_EPISODE_IDLE)
			continue;
		if (watch->episode[kind].state == LQ_EPISODE_BEGUN)
			tell_lasting(listener, row, kind,
				     LISTENQ_EPISODE_PHASE_BEGIN);
		tell_lasting(listener, row, kind, LISTENQ_EPISODE_PHASE_END);
	}
	tell_life(listener, row, LQ_EVENT_DEL);
}

/**
 * lq_event_died() - a listener has closed, its figures are final
 * @listener: found by nobody any more
 *
 * Context: process, sleeps.
 */
void lq_event_died(struct lq_listener *listener)
{
	struct lq_netns *netns = listener->netns;
	struct lq_events *events = &netns->events;
	struct lq_viewer viewer = { .user_ns = netns->net->user_ns };

	mutex_lock(&events->lock);
	take_fresh(events);
	if (listener->watch.listed)
		list_del(&listener->watch.list);
	/* A socket that listen() refused in the end was no listener. */
	if (wanted(netns) && lq_snapshot_closed(listener, &viewer, events->row))
		tell_last(listener, events->row);
	mutex_unlock(&events->lock);
}

/**
 * lq_event_policy() - a policy was changed
 * @netns: of which namespace
 * @policy: as it is, or was last
 * @change: what happened to it
 *
 * Context: process, sleeps.
 */
void lq_event_policy(struct lq_netns *netns,
		     const struct lq_policy_state *policy,
		     enum listenq_policy_change change)
{
	struct lq_event event = {
		.what = LQ_EVENT_POLICY,
		.time_ns = ktime_get_real_ns(),
		.policy = policy,
		.change = change,
	};

	if (!wanted(netns))
		return;
	mutex_lock(&netns->events.lock);
	tell(netns, NULL, &event);
	mutex_unlock(&netns->events.lock);
}

/**
 * lq_event_counts() - what has been told of a namespace
 * @netns: the namespace
 * @seq: becomes the number of the last event
 * @lost: becomes how many could not be sent
 *
 * Context: process, sleeps.
 */
void lq_event_counts(struct lq_netns *netns, u64 *seq, u64 *lost)
{
	mutex_lock(&netns->events.lock);
	*seq = netns->events.seq;
	*lost = netns->events.lost;
	mutex_unlock(&netns->events.lock);
}

/**
 * lq_events_init() - make a namespace's events usable
 * @events: zeroed
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int lq_events_init(struct lq_events *events)
{
	mutex_init(&events->lock);
	init_llist_head(&events->fresh);
	INIT_LIST_HEAD(&events->list);
	INIT_DELAYED_WORK(&events->work, make_events);
	events->row = kmalloc(sizeof(*events->row), GFP_KERNEL);
	return events->row ? 0 : -ENOMEM;
}

/**
 * lq_events_end() - a namespace goes
 * @events: no listener is left
 *
 * Context: process, sleeps.
 */
void lq_events_end(struct lq_events *events)
{
	cancel_delayed_work_sync(&events->work);
	kfree(events->row);
}

/**
 * lq_event_start() - events can be sent from now on
 *
 * Context: process, sleeps.
 */
void lq_event_start(void)
{
	down_write(&lq_event_gate);
	WRITE_ONCE(lq_event_on, true);
	up_write(&lq_event_gate);
}

/**
 * lq_event_stop() - no event is sent any more, nor is one under way
 *
 * Context: process, sleeps.
 */
void lq_event_stop(void)
{
	down_write(&lq_event_gate);
	WRITE_ONCE(lq_event_on, false);
	up_write(&lq_event_gate);
}

/**
 * lq_event_init() - make what all namespaces need
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int lq_event_init(void)
{
	lq_event_workqueue = alloc_workqueue("listenq_event", WQ_UNBOUND, 0);
	return lq_event_workqueue ? 0 : -ENOMEM;
}

/**
 * lq_event_exit() - free it
 *
 * Context: process, sleeps; no namespace is left.
 */
void lq_event_exit(void)
{
	destroy_workqueue(lq_event_workqueue);
}
