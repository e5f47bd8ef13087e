/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What listenq keeps for a network namespace.
 */
#ifndef _LISTENQ_NETNS_H
#define _LISTENQ_NETNS_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/xarray.h>

#include "counter.h"
#include "event.h"
#include "policy.h"
#include "stats.h"

struct net;

/**
 * struct lq_mibs - the namespace's own counters, summed over the CPUs
 * @mib: by enum lq_mib
 */
struct lq_mibs {
	u64 mib[LQ_MIB_NR];
};

/**
 * struct lq_queues - queue entries that no verdict of ours put there or saw go
 * @synq_start: requests there when tracking began
 * @acceptq_start: connections there when tracking began
 * @acceptq_discarded: connections thrown away when the listener closed
 */
struct lq_queues {
	u64 synq_start;
	u64 acceptq_start;
	u64 acceptq_discarded;
};

/**
 * struct lq_netns - one network namespace
 * @node: in the table of namespaces, by @net
 * @net: the namespace; not held, we go first
 * @reading: held while a snapshot is taken, so that no listener is folded
 *	away in the middle of it
 * @listeners: live ones by their id; written under the registry's lock
 * @nr_listeners: how many, under the registry's lock
 * @next_id: under the registry's lock; ids are never used again
 * @closing: closed but not yet folded; tail additions under the registry's
 *	lock, removals under @reading as well
 * @closed: folded listeners, under @reading
 * @closed_queues: the same, under @reading
 * @late: verdicts about listeners that had closed
 * @late_queues: the same, under the registry's lock
 * @untracked: verdicts about listeners without an entry
 * @snapshots: taken so far, under @reading
 * @base: the namespace's counters when counting began
 * @since_ns: when that was, of the wall clock
 * @generation: changes when @listeners does
 * @events: what is told of it
 * @policies: what operators asked to be done differently
 */
struct lq_netns {
	struct hlist_node node;
	struct net *net;
	struct mutex reading;	/* snapshots against folds */
	struct xarray listeners;
	unsigned int nr_listeners;
	unsigned long next_id;
	struct list_head closing;
	struct lq_sums closed;
	struct lq_queues closed_queues;
	struct lq_stats late;
	struct lq_queues late_queues;
	struct lq_stats untracked;
	u64 snapshots;
	struct lq_mibs base;
	u64 since_ns;
	u32 generation;
	struct lq_events events;
	struct lq_policies policies;
};

int lq_netns_init(void);
void lq_netns_exit(void);
struct lq_netns *lq_netns_find(const struct net *net);
void lq_netns_for_each(void (*visit)(struct lq_netns *netns, void *data),
		       void *data);
void lq_mibs_read(const struct net *net, struct lq_mibs *mibs);

#endif /* _LISTENQ_NETNS_H */
