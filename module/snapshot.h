/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a reader is shown of a namespace, made in one place.
 */
#ifndef _LISTENQ_SNAPSHOT_H
#define _LISTENQ_SNAPSHOT_H

#include <linux/sched.h>

#include "netns.h"
#include "policy.h"
#include "socket.h"
#include "stats.h"

struct lq_filter;
struct lq_listener;

/**
 * struct lq_row - a listener, or the sum of several
 * @id: unique in the namespace
 * @socket: its address and the like; its family is 0 in a sum
 * @dev: name of the device it is bound to, "" when to none or it is gone
 * @acceptq: connections in the accept queue, as ss's Recv-Q
 * @acceptq_max: full when longer than this, as ss's Send-Q
 * @acceptq_peak: longest it has been when it grew
 * @synq: requests in the SYN queue
 * @synq_young: of these, whose SYN-ACK has not timed out yet
 * @synq_max: full when longer than this, with the present sysctls
 * @synq_peak: longest it has been when it grew
 * @policy: that it is under; its port is 0 when it is under none
 * @acceptq_asked: what @acceptq_max is without that: what the program asked for
 * @synq_asked: what @synq_max is without that
 * @listen_overflow: refusals because of a full accept queue, at all stages
 * @accepted: connections that left the accept queue by accept()
 * @queues: what tracking began with and what a close threw away
 * @sums: counters, histograms
 * @uid: of the socket, as the reader sees it
 * @since_ns: when tracking began, of the wall clock
 * @tgid: of the process that called listen(), as the reader sees it, or 0
 * @comm: its name then, or "" when the listener is older than the module
 */
struct lq_row {
	u64 id;
	struct lq_socket socket;
	char dev[IFNAMSIZ];
	u64 acceptq;
	u64 acceptq_max;
	u64 acceptq_peak;
	u64 synq;
	u64 synq_young;
	u64 synq_max;
	u64 synq_peak;
	struct lq_policy_state policy;
	u64 acceptq_asked;
	u64 synq_asked;
	u64 listen_overflow;
	u64 accepted;
	struct lq_queues queues;
	struct lq_sums sums;
	u64 uid;
	u64 since_ns;
	pid_t tgid;
	char comm[TASK_COMM_LEN];
};

/**
 * struct lq_totals - the end of a snapshot
 * @closed: listeners that are no more; its queues hold what is left of theirs
 * @untracked: verdicts about listeners without an entry; counters only
 * @total: all listeners, @closed and @untracked
 * @kernel: growth of the namespace's own counters
 * @unattributed: what @kernel has more than @total
 */
struct lq_totals {
	struct lq_row closed;
	struct lq_row untracked;
	struct lq_row total;
	struct lq_mibs kernel;
	s64 unattributed[LQ_MIB_NR];
};

/**
 * struct lq_viewer - who looks
 * @user_ns: whose user ids are shown
 * @pid_ns: whose process ids are shown; NULL: nobody's
 */
struct lq_viewer {
	struct user_namespace *user_ns;
	struct pid_namespace *pid_ns;
};

typedef int (*lq_row_fn)(const struct lq_row *row, void *data);

int lq_snapshot(struct lq_netns *netns, const struct lq_viewer *viewer,
		lq_row_fn show, void *data, struct lq_totals *totals);
bool lq_snapshot_next(struct lq_netns *netns, const struct lq_viewer *viewer,
		      const struct lq_filter *filter, unsigned long *id,
		      unsigned long end, struct lq_row *row);
bool lq_snapshot_closed(struct lq_listener *listener,
			const struct lq_viewer *viewer, struct lq_row *row);
u64 lq_snapshot_overflows(const struct lq_sums *sums);

#endif /* _LISTENQ_SNAPSHOT_H */
