/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Per-CPU counters, peaks and histograms of one listener.
 */
#ifndef _LISTENQ_STATS_H
#define _LISTENQ_STATS_H

#include <linux/percpu.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "counter.h"

/* Bucket n counts times below 2^n us; the last one also all longer times. */
#define LQ_HISTOGRAM_BUCKETS 28

/**
 * enum lq_time - what is measured in microseconds, once a connection
 * @LQ_TIME_HANDSHAKE: first SYN-ACK sent to ESTABLISHED; not for cookies
 * @LQ_TIME_ACCEPT_WAIT: entering the accept queue to accept()'s return
 */
enum lq_time {
	LQ_TIME_HANDSHAKE,
	LQ_TIME_ACCEPT_WAIT,
	LQ_TIME_NR,
};

/**
 * struct lq_peaks - highest lengths seen at the moment a queue grew
 * @acceptq: connections
 * @synq: requests
 */
struct lq_peaks {
	u32 acceptq;
	u32 synq;
};

/* One CPU's share: 256 bytes on 64 bit. */
struct lq_cpu_stats {
	u64 count[LQ_COUNTER_NR];
	struct lq_peaks peaks;
};

struct lq_cpu_times {
	u64 bucket[LQ_TIME_NR][LQ_HISTOGRAM_BUCKETS];
};

/**
 * struct lq_stats - counters of one listener
 * @cpu: counters and peaks; NULL until the first verdict
 * @times: histograms; NULL until the first connection
 * @lock: for the spares; raw, as probes come here
 * @spare: used while there is no memory for @cpu
 * @spare_times: the same for @times; allocated when it is needed
 */
struct lq_stats {
	struct lq_cpu_stats __percpu *cpu;
	struct lq_cpu_times __percpu *times;
	raw_spinlock_t lock;	/* for the spares */
	struct lq_cpu_stats spare;
	struct lq_cpu_times *spare_times;
};

/* Sums over the CPUs, as a reader sees them. */
struct lq_sums {
	u64 count[LQ_COUNTER_NR];
	u64 bucket[LQ_TIME_NR][LQ_HISTOGRAM_BUCKETS];
	struct lq_peaks peaks;
};

void lq_stats_init(struct lq_stats *stats);
int lq_stats_alloc(struct lq_stats *stats);
void lq_stats_free(struct lq_stats *stats);
void lq_stats_count(struct lq_stats *stats, u64 which, unsigned int drops);
void lq_stats_add(struct lq_stats *stats, enum lq_counter counter, u64 by);
void lq_stats_peaks(struct lq_stats *stats, u32 acceptq, u32 synq);
void lq_stats_time(struct lq_stats *stats, enum lq_time what, s64 us);
void lq_stats_prepare_times(struct lq_stats *stats);
void lq_stats_sum(const struct lq_stats *stats, struct lq_sums *sums);
u64 lq_stats_sum_of(const struct lq_stats *stats, u64 which);
void lq_sums_add(struct lq_sums *to, const struct lq_sums *from);

#endif /* _LISTENQ_STATS_H */
