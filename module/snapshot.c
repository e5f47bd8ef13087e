// SPDX-License-Identifier: GPL-2.0
/*
 * What a reader is shown of a namespace.
 *
 * Taken while verdicts go on.  The order of the reads makes the figures agree:
 * - a listener's counters are read before its accept queue, so that `accepted`
 *   (what entered less what is there) is never more than the truth;
 * - the namespace's own counters are read before and after ours.  Ours then
 *   lie between, unless something is missing: `kernel` is shown as a value it
 *   had in between.  What a call under way has counted there and not yet here
 *   can show as `unattributed`, one a CPU at most.
 */
#include <linux/pid_namespace.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <net/inet_connection_sock.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "filter.h"
#include "listener.h"
#include "override.h"
#include "policy.h"
#include "snapshot.h"
#include "synq.h"

static void fill_owner(struct lq_row *row, const struct lq_listener *listener,
		       const struct lq_viewer *viewer)
{
	row->uid = from_kuid_munged(viewer->user_ns, row->socket.uid);
	if (viewer->pid_ns)
		row->tgid = pid_nr_ns(listener->owner.tgid, viewer->pid_ns);
	strscpy(row->comm, listener->owner.comm, sizeof(row->comm));
	row->since_ns = listener->since_ns;
	lq_socket_ifname(&row->socket, listener->netns->net, row->dev);
}

static u64 entered(const struct lq_row *row)
{
	return row->queues.acceptq_start +
	       row->sums.count[LQ_ESTABLISHED] +
	       row->sums.count[LQ_ACCEPTQ_MIGRATED];
}

/* accept() itself may be under way since before we came: law 2 tells. */
static void fill_accepted(struct lq_row *row, struct lq_listener *listener)
{
	u64 in = entered(row);

	if (in > row->acceptq)
		listener->accepted = max(listener->accepted, in - row->acceptq);
	row->accepted = listener->accepted;
}

static void fill_queues(struct lq_row *row, const struct sock *sk)
{
	row->acceptq = READ_ONCE(sk->sk_ack_backlog);
	row->acceptq_max = READ_ONCE(sk->sk_max_ack_backlog);
	row->synq = lq_synq_len(sk);
	row->synq_young =
		reqsk_queue_len_young(&inet_csk(sk)->icsk_accept_queue);
	row->synq_max = lq_synq_limit(sock_net(sk), row->acceptq_max);
	row->acceptq_asked = row->acceptq_max;
	row->synq_asked = row->synq_max;
}

/* Inside an RCU section. What is in force stands in the limits themselves. */
static void fill_policy(struct lq_row *row, const struct lq_listener *listener)
{
	const struct lq_policy *policy = rcu_dereference(listener->policy);
	const struct lq_terms *terms = &row->policy.terms;

	if (!policy)
		return;
	lq_policy_read(policy, &row->policy);
	if (lq_asks(terms, LQ_TERM_BACKLOG))
		row->acceptq_asked =
			READ_ONCE(listener->override.backlog_asked);
	row->synq_asked = lq_synq_limit(listener->netns->net,
					row->acceptq_asked);
	row->synq_max = lq_decide_synq_limit(terms, row->synq_max);
}

/**
 * lq_snapshot_overflows() - what the kernel counts in ListenOverflows
 * @sums: of one listener or several
 *
 * Context: any.
 * Return: refusals because of a full accept queue, at all stages.
 */
u64 lq_snapshot_overflows(const struct lq_sums *sums)
{
	return sums->count[LQ_ACCEPTQ_OVERFLOW_SYN] +
	       sums->count[LQ_ACCEPTQ_OVERFLOW_ACK] +
	       sums->count[LQ_ACCEPTQ_OVERFLOW_TFO];
}

static void fill_counters(struct lq_row *row,
			  const struct lq_listener *listener)
{
	row->id = listener->id;
	lq_stats_sum(&listener->stats, &row->sums);
	row->listen_overflow = lq_snapshot_overflows(&row->sums);
}

static void fill_listener(struct lq_row *row, struct lq_listener *listener,
			  const struct lq_viewer *viewer)
{
	const struct lq_peaks *peaks = &row->sums.peaks;

	fill_counters(row, listener);
	row->queues.synq_start = listener->queues.synq_start;
	row->queues.acceptq_start = listener->queues.acceptq_start;
	/* Counters first. */
	smp_rmb();
	fill_queues(row, listener->sk);
	fill_policy(row, listener);
	fill_accepted(row, listener);
	row->acceptq_peak = max3((u64)peaks->acceptq, row->acceptq,
				 row->queues.acceptq_start);
	row->synq_peak = max3((u64)peaks->synq, row->synq,
			      row->queues.synq_start);
	fill_owner(row, listener, viewer);
}

static void total_add(struct lq_row *total, const struct lq_row *row)
{
	total->acceptq += row->acceptq;
	total->synq += row->synq;
	total->synq_young += row->synq_young;
	total->acceptq_peak = max(total->acceptq_peak, row->acceptq_peak);
	total->synq_peak = max(total->synq_peak, row->synq_peak);
	total->listen_overflow += row->listen_overflow;
	total->accepted += row->accepted;
	total->queues.synq_start += row->queues.synq_start;
	total->queues.acceptq_start += row->queues.acceptq_start;
	total->queues.acceptq_discarded += row->queues.acceptq_discarded;
	lq_sums_add(&total->sums, &row->sums);
}

/*
 * A socket that listen() refuses in the end has an entry for a moment, and is
 * freed without a grace period: only in the hash it is stable.  Its memory stays
 * a socket's, so that a look does no harm when what was seen is thrown away.
 */
static bool show_listener(struct lq_netns *netns, struct lq_listener *listener,
			  const struct lq_viewer *viewer,
			  const struct lq_filter *filter, struct lq_row *row)
{
	if (!sock_flag(listener->sk, SOCK_RCU_FREE))
		return false;
	memset(row, 0, sizeof(*row));
	lq_socket_read(&row->socket, listener->sk);
	if (filter && !lq_filter_socket(filter, &row->socket))
		return false;
	fill_listener(row, listener, viewer);
	if (filter && !lq_filter_row(filter, row))
		return false;
	return xa_load(&netns->listeners, row->id) == listener;
}

/* The next listener from @id on and before @end; false when there is none. */
static bool next_row(struct lq_netns *netns, const struct lq_viewer *viewer,
		     const struct lq_filter *filter, unsigned long *id,
		     unsigned long end, struct lq_row *row, bool *shown)
{
	struct lq_listener *listener;

	rcu_read_lock();
	listener = xa_find(&netns->listeners, id, end - 1, XA_PRESENT);
	*shown = listener &&
		 show_listener(netns, listener, viewer, filter, row);
	if (*shown)
		listener->snapshot = netns->snapshots;
	rcu_read_unlock();
	return listener;
}

/**
 * lq_snapshot_next() - the next listener that a filter lets through
 * @netns: the namespace; its @reading is held
 * @viewer: who looks
 * @filter: which ones
 * @id: from which on; becomes that of the listener found
 * @end: before which
 * @row: filled
 *
 * Context: process, may sleep.
 * Return: false when there is none.
 */
bool lq_snapshot_next(struct lq_netns *netns, const struct lq_viewer *viewer,
		      const struct lq_filter *filter, unsigned long *id,
		      unsigned long end, struct lq_row *row)
{
	bool shown;

	lockdep_assert_held(&netns->reading);
	for (; next_row(netns, viewer, filter, id, end, row, &shown); ++*id) {
		if (shown)
			return true;
		cond_resched();
		/* Whoever asked is dying: nobody will see that it ends here. */
		if (fatal_signal_pending(current))
			return false;
	}
	return false;
}

static int take_listeners(struct lq_netns *netns,
			  const struct lq_viewer *viewer, lq_row_fn show,
			  void *data, struct lq_row *row, struct lq_row *total)
{
	/* Listeners that come faster than we walk are for the next reader. */
	unsigned long id = 0, end = READ_ONCE(netns->next_id);
	bool shown;
	int err;

	for (; next_row(netns, viewer, NULL, &id, end, row, &shown); id++) {
		cond_resched();
		if (!shown)
			continue;
		total_add(total, row);
		err = show(row, data);
		if (err)
			return err;
	}
	return 0;
}

/*
 * Listeners that closed while we read: those shown as a row already do not
 * belong to the closed ones yet.  Nothing leaves the list before we are done.
 */
static void take_closing(struct lq_netns *netns, struct lq_row *closed)
{
	struct lq_listener *listener, *last;

	last = lq_listener_last_closing(netns);
	if (!last)
		return;
	list_for_each_entry(listener, &netns->closing, closing) {
		if (listener->snapshot != netns->snapshots) {
			lq_stats_sum(&listener->stats, &closed->sums);
			lq_listener_queues(listener, &closed->queues);
		}
		if (listener == last)
			break;
		cond_resched();
	}
}

/*
 * The queues of closed listeners are known by law 2 only.  Requests that a
 * listener closed before we were loaded left behind show as a deficit.
 */
static void settle_closed(struct lq_row *closed)
{
	const u64 *count = closed->sums.count;
	u64 in, out, left;

	in = closed->queues.synq_start + count[LQ_SYN_QUEUED] +
	     count[LQ_SYNQ_MIGRATED] + count[LQ_ESTABLISHED_COOKIE] +
	     count[LQ_FASTOPEN_CHILD];
	out = count[LQ_ESTABLISHED] + count[LQ_SYNQ_EXPIRED] +
	      count[LQ_EMBRYONIC_RESET] + count[LQ_SYNQ_OTHER];
	if (out > in)
		closed->queues.synq_start += out - in;
	else
		closed->synq = in - out;
	left = closed->queues.acceptq_discarded;
	closed->accepted = entered(closed) - min(entered(closed), left);
}

/**
 * lq_snapshot_closed() - the final figures of a listener that has closed
 * @listener: out of the registry, not found by any verdict any more
 * @viewer: who looks
 * @row: filled
 *
 * Context: process.
 * Return: false when it was never in the listening hash.
 */
bool lq_snapshot_closed(struct lq_listener *listener,
			const struct lq_viewer *viewer, struct lq_row *row)
{
	memset(row, 0, sizeof(*row));
	fill_counters(row, listener);
	lq_listener_queues(listener, &row->queues);
	row->acceptq_peak = max3((u64)row->sums.peaks.acceptq,
				 row->queues.acceptq_start,
				 row->queues.acceptq_discarded);
	row->synq_peak = max_t(u64, row->sums.peaks.synq,
			       row->queues.synq_start);
	settle_closed(row);
	row->socket = listener->socket;
	row->acceptq_max = listener->acceptq_max;
	row->synq_max = listener->synq_max;
	fill_owner(row, listener, viewer);
	return listener->listened && row->socket.family;
}

static void take_closed(struct lq_netns *netns, struct lq_row *closed)
{
	closed->sums = netns->closed;
	closed->queues = netns->closed_queues;
	take_closing(netns, closed);
	lq_stats_sum(&netns->late, &closed->sums);
	closed->acceptq_peak = closed->sums.peaks.acceptq;
	closed->synq_peak = closed->sums.peaks.synq;
	closed->listen_overflow = lq_snapshot_overflows(&closed->sums);
	lq_listener_late_queues(netns, &closed->queues);
	settle_closed(closed);
}

static void our_mibs(const struct lq_sums *sums, struct lq_mibs *ours)
{
	int n;

	for (n = 0; n < LQ_COUNTER_NR; n++) {
		if (lq_counters[n].mib != LQ_MIB_NONE)
			ours->mib[lq_counters[n].mib] = sums->count[n];
	}
	ours->mib[LQ_MIB_LISTENOVERFLOWS] = lq_snapshot_overflows(sums);
}

/* @before and @after: the namespace's counters around our reading. */
static void settle_kernel(struct lq_totals *totals, const struct lq_mibs *base,
			  const struct lq_mibs *before,
			  const struct lq_mibs *after)
{
	struct lq_mibs ours;
	int n;

	our_mibs(&totals->total.sums, &ours);
	for (n = 0; n < LQ_MIB_NR; n++) {
		u64 low = before->mib[n] - base->mib[n];
		u64 high = after->mib[n] - base->mib[n];

		totals->kernel.mib[n] = clamp(ours.mib[n], low, high);
		totals->unattributed[n] = totals->kernel.mib[n] - ours.mib[n];
	}
}

static int take(struct lq_netns *netns, const struct lq_viewer *viewer,
		lq_row_fn show, void *data, struct lq_row *row,
		struct lq_totals *totals)
{
	struct lq_mibs before, after;
	int err;

	netns->snapshots++;
	lq_mibs_read(netns->net, &before);
	err = take_listeners(netns, viewer, show, data, row,
			     &totals->total);
	if (err)
		return err;
	take_closed(netns, &totals->closed);
	lq_stats_sum(&netns->untracked, &totals->untracked.sums);
	totals->untracked.listen_overflow =
		lq_snapshot_overflows(&totals->untracked.sums);
	lq_mibs_read(netns->net, &after);
	total_add(&totals->total, &totals->closed);
	total_add(&totals->total, &totals->untracked);
	settle_kernel(totals, &netns->base, &before, &after);
	return 0;
}

/**
 * lq_snapshot() - show a namespace
 * @netns: the namespace
 * @viewer: who looks
 * @show: called for every listener, in the order of their ids; may sleep;
 *	a negative error ends the snapshot
 * @data: handed to @show
 * @totals: zeroed by the caller; filled
 *
 * Context: process, sleeps.
 * Return: 0, -ENOMEM, -EINTR, or what @show returned.
 */
int lq_snapshot(struct lq_netns *netns, const struct lq_viewer *viewer,
		lq_row_fn show, void *data, struct lq_totals *totals)
{
	struct lq_row *row = kmalloc(sizeof(*row), GFP_KERNEL);
	int err;

	if (!row)
		return -ENOMEM;
	err = mutex_lock_killable(&netns->reading);
	if (!err) {
		err = take(netns, viewer, show, data, row, totals);
		mutex_unlock(&netns->reading);
	}
	kfree(row);
	return err;
}
