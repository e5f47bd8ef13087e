// SPDX-License-Identifier: GPL-2.0
/*
 * Per-CPU counters, peaks and histograms of one listener.
 *
 * The per-CPU memory comes with a listener's first verdict, in softirq: ten
 * thousand idle listeners on many CPUs stay cheap.  When it cannot be had at
 * once, a spare serves until it can.  All additions are one this_cpu operation,
 * so that process context and softirq may interleave.
 */
#include <linux/bitops.h>
#include <linux/cpumask.h>
#include <linux/irqflags.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/slab.h>

#include "compat/rt.h"
#include "stats.h"

static_assert(LQ_COUNTER_NR < 64, "a verdict is a 64 bit mask of counters");

/*
 * Publishes per-CPU memory; whoever comes second frees its own.
 * Atomic: may fail when no page of the per-CPU allocator is populated.
 */
#define lq_percpu_once(where, type, gfp) ({				\
	typeof(where) at = (where);					\
	type __percpu *new = alloc_percpu_gfp(type, (gfp) | __GFP_NOWARN); \
	type __percpu *old = NULL;					\
									\
	if (new) {							\
		old = cmpxchg(at, NULL, new);				\
		if (old)						\
			free_percpu(new);				\
	}								\
	old ?: new ?: READ_ONCE(*at); })

/**
 * lq_stats_init() - make counters usable
 * @stats: zeroed
 */
void lq_stats_init(struct lq_stats *stats)
{
	raw_spin_lock_init(&stats->lock);
}

/**
 * lq_stats_alloc() - get the per-CPU memory at once
 * @stats: where
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int lq_stats_alloc(struct lq_stats *stats)
{
	return lq_percpu_once(&stats->cpu, struct lq_cpu_stats, GFP_KERNEL) ?
	       0 : -ENOMEM;
}

/**
 * lq_stats_free() - free what was allocated
 * @stats: nobody else may use it any more
 *
 * Context: any.
 */
void lq_stats_free(struct lq_stats *stats)
{
	free_percpu(stats->cpu);
	free_percpu(stats->times);
	kfree(stats->spare_times);
}

static struct lq_cpu_stats __percpu *cpu_stats(struct lq_stats *stats)
{
	struct lq_cpu_stats __percpu *cpu = READ_ONCE(stats->cpu);

	if (likely(cpu) || !lq_can_allocate())
		return cpu;
	return lq_percpu_once(&stats->cpu, struct lq_cpu_stats, GFP_ATOMIC);
}

static void count_spare(struct lq_stats *stats, u64 which, unsigned int drops)
{
	unsigned long flags;
	u64 *count;

	raw_spin_lock_irqsave(&stats->lock, flags);
	for (; which; which &= which - 1) {
		count = &stats->spare.count[__ffs64(which)];
		WRITE_ONCE(*count, *count + 1);
	}
	count = &stats->spare.count[LQ_LISTEN_DROP];
	WRITE_ONCE(*count, *count + drops);
	raw_spin_unlock_irqrestore(&stats->lock, flags);
}

/**
 * lq_stats_count() - advance counters
 * @stats: whose
 * @which: bit n: advance counter n by one
 * @drops: what to add to listen_drop
 *
 * Context: any but NMI; preemption disabled.
 */
void lq_stats_count(struct lq_stats *stats, u64 which, unsigned int drops)
{
	struct lq_cpu_stats __percpu *cpu = cpu_stats(stats);

	if (unlikely(!cpu)) {
		count_spare(stats, which, drops);
		return;
	}
	for (; which; which &= which - 1)
		this_cpu_inc(cpu->count[__ffs64(which)]);
	if (drops)
		this_cpu_add(cpu->count[LQ_LISTEN_DROP], drops);
}

/**
 * lq_stats_add() - advance one counter by more than one
 * @stats: whose; its per-CPU memory is there
 * @counter: which
 * @by: how much
 *
 * Context: any but NMI.
 */
void lq_stats_add(struct lq_stats *stats, enum lq_counter counter, u64 by)
{
	this_cpu_add(stats->cpu->count[counter], by);
}

static void raise(struct lq_peaks *peaks, u32 acceptq, u32 synq)
{
	WRITE_ONCE(peaks->acceptq, max(peaks->acceptq, acceptq));
	WRITE_ONCE(peaks->synq, max(peaks->synq, synq));
}

/**
 * lq_stats_peaks() - note the queues' lengths
 * @stats: whose
 * @acceptq: connections in the accept queue; 0: not looked at
 * @synq: requests in the SYN queue; 0: not looked at
 *
 * Context: any but NMI; preemption disabled.
 */
void lq_stats_peaks(struct lq_stats *stats, u32 acceptq, u32 synq)
{
	struct lq_cpu_stats __percpu *cpu;
	struct lq_peaks *peaks;
	unsigned long flags;

	/* accept() on a listener that nobody has knocked at. */
	if (!acceptq && !synq)
		return;
	cpu = cpu_stats(stats);
	if (unlikely(!cpu)) {
		raw_spin_lock_irqsave(&stats->lock, flags);
		raise(&stats->spare.peaks, acceptq, synq);
		raw_spin_unlock_irqrestore(&stats->lock, flags);
		return;
	}
	peaks = &raw_cpu_ptr(cpu)->peaks;
	if (acceptq <= READ_ONCE(peaks->acceptq) &&
	    synq <= READ_ONCE(peaks->synq))
		return;
	/* accept() comes from process context, the rest from softirq. */
	local_irq_save(flags);
	raise(peaks, acceptq, synq);
	local_irq_restore(flags);
}

static unsigned int bucket_of(s64 us)
{
	if (us <= 0)
		return 0;
	return min_t(unsigned int, fls64(us), LQ_HISTOGRAM_BUCKETS - 1);
}

static void allocate_spare_times(struct lq_stats *stats)
{
	struct lq_cpu_times *times;

	if (READ_ONCE(stats->spare_times) || !lq_can_allocate())
		return;
	times = kzalloc(sizeof(*times), GFP_ATOMIC | __GFP_NOWARN);
	if (times && cmpxchg(&stats->spare_times, NULL, times))
		kfree(times);
}

/**
 * lq_stats_prepare_times() - have memory for times that come from a probe
 * @stats: whose
 *
 * On PREEMPT_RT a probe cannot allocate, and accept() may be the first to bring
 * a time.  Without memory that time is lost.
 *
 * Context: any but NMI.
 */
void lq_stats_prepare_times(struct lq_stats *stats)
{
	if (LQ_RT)
		allocate_spare_times(stats);
}

/* Without memory for that either, the time is lost. */
static void time_spare(struct lq_stats *stats, enum lq_time what,
		       unsigned int n)
{
	unsigned long flags;
	u64 *bucket;

	allocate_spare_times(stats);
	raw_spin_lock_irqsave(&stats->lock, flags);
	if (stats->spare_times) {
		bucket = &stats->spare_times->bucket[what][n];
		WRITE_ONCE(*bucket, *bucket + 1);
	}
	raw_spin_unlock_irqrestore(&stats->lock, flags);
}

static struct lq_cpu_times __percpu *cpu_times(struct lq_stats *stats)
{
	struct lq_cpu_times __percpu *times = READ_ONCE(stats->times);

	if (likely(times) || !lq_can_allocate())
		return times;
	return lq_percpu_once(&stats->times, struct lq_cpu_times, GFP_ATOMIC);
}

/**
 * lq_stats_time() - put a time into its histogram
 * @stats: whose
 * @what: which histogram
 * @us: microseconds; a negative one (clock adjusted) counts as 0
 *
 * Context: any but NMI; preemption disabled.
 */
void lq_stats_time(struct lq_stats *stats, enum lq_time what, s64 us)
{
	struct lq_cpu_times __percpu *times = cpu_times(stats);

	if (likely(times))
		this_cpu_inc(times->bucket[what][bucket_of(us)]);
	else
		time_spare(stats, what, bucket_of(us));
}

static void sum_times(const struct lq_cpu_times *times, struct lq_sums *sums)
{
	int what, n;

	for (what = 0; what < LQ_TIME_NR; what++)
		for (n = 0; n < LQ_HISTOGRAM_BUCKETS; n++)
			sums->bucket[what][n] +=
				READ_ONCE(times->bucket[what][n]);
}

static void sum_counts(const struct lq_cpu_stats *stats, struct lq_sums *sums)
{
	int n;

	for (n = 0; n < LQ_COUNTER_NR; n++)
		sums->count[n] += READ_ONCE(stats->count[n]);
	sums->peaks.acceptq = max(sums->peaks.acceptq,
				  READ_ONCE(stats->peaks.acceptq));
	sums->peaks.synq = max(sums->peaks.synq, READ_ONCE(stats->peaks.synq));
}

/**
 * lq_stats_sum() - add a listener's counters to sums
 * @stats: whose; may be written at the same time
 * @sums: added to; peaks are merged
 *
 * Context: any.
 */
void lq_stats_sum(const struct lq_stats *stats, struct lq_sums *sums)
{
	const struct lq_cpu_stats __percpu *stats_cpu = READ_ONCE(stats->cpu);
	const struct lq_cpu_times __percpu *times = READ_ONCE(stats->times);
	const struct lq_cpu_times *spare_times = READ_ONCE(stats->spare_times);
	int cpu;

	sum_counts(&stats->spare, sums);
	if (stats_cpu) {
		for_each_possible_cpu(cpu)
			sum_counts(per_cpu_ptr(stats_cpu, cpu), sums);
	}
	if (spare_times)
		sum_times(spare_times, sums);
	if (times) {
		for_each_possible_cpu(cpu)
			sum_times(per_cpu_ptr(times, cpu), sums);
	}
}

static u64 sum_of(const struct lq_cpu_stats *stats, u64 which)
{
	u64 sum = 0;

	for (; which; which &= which - 1)
		sum += READ_ONCE(stats->count[__ffs64(which)]);
	return sum;
}

/**
 * lq_stats_sum_of() - sum of some counters of a listener
 * @stats: whose; may be written at the same time
 * @which: bit n: counter n
 *
 * Context: any.
 * Return: their sum.
 */
u64 lq_stats_sum_of(const struct lq_stats *stats, u64 which)
{
	const struct lq_cpu_stats __percpu *stats_cpu = READ_ONCE(stats->cpu);
	u64 sum = sum_of(&stats->spare, which);
	int cpu;

	if (stats_cpu) {
		for_each_possible_cpu(cpu)
			sum += sum_of(per_cpu_ptr(stats_cpu, cpu), which);
	}
	return sum;
}

/**
 * lq_sums_add() - add sums to sums
 * @to: added to; peaks are merged
 * @from: what to add
 */
void lq_sums_add(struct lq_sums *to, const struct lq_sums *from)
{
	int what, n;

	for (n = 0; n < LQ_COUNTER_NR; n++)
		to->count[n] += from->count[n];
	for (what = 0; what < LQ_TIME_NR; what++)
		for (n = 0; n < LQ_HISTOGRAM_BUCKETS; n++)
			to->bucket[what][n] += from->bucket[what][n];
	to->peaks.acceptq = max(to->peaks.acceptq, from->peaks.acceptq);
	to->peaks.synq = max(to->peaks.synq, from->peaks.synq);
}
