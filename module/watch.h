/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is kept of a listener's episodes.
 */
#ifndef _LISTENQ_WATCH_H
#define _LISTENQ_WATCH_H

#include <linux/list.h>
#include <linux/llist.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <uapi/linux/listenq.h>

#define LQ_EPISODE_NR (LISTENQ_EPISODE_KIND_SYNCOOKIES + 1)

/**
 * enum lq_episode_state - what an episode waits for
 * @LQ_EPISODE_IDLE: for a verdict
 * @LQ_EPISODE_BEGUN: for its begin to be told
 * @LQ_EPISODE_ACTIVE: for a quiet time
 * @LQ_EPISODE_ENDING: for verdicts that still take it for active
 */
enum lq_episode_state {
	LQ_EPISODE_IDLE,
	LQ_EPISODE_BEGUN,
	LQ_EPISODE_ACTIVE,
	LQ_EPISODE_ENDING,
};

/**
 * struct lq_episode - an episode of one kind
 * @state: under lq_watch.lock
 * @base: verdicts when it began
 * @told: verdicts told so far
 * @first_ns: when it began, of the wall clock
 * @first: the same in jiffies
 * @last: jiffies of the last verdict
 * @sent: jiffies of the last event
 * @depth: length of the queue when it began
 * @limit: of the queue when it began
 * @peak: longest the queue has been at a verdict
 */
struct lq_episode {
	enum lq_episode_state state;
	u64 base;
	u64 told;
	u64 first_ns;
	unsigned long first;
	unsigned long last;
	unsigned long sent;
	u32 depth;
	u32 limit;
	u32 peak;
};

/**
 * struct lq_watch - the episodes of a listener
 * @active: bit n: episode n knows of its verdicts; written under @lock
 * @lock: for the states
 * @listed: it is in lq_events.fresh or lq_events.list
 * @born: its birth is to be told
 * @fresh: in lq_events.fresh
 * @list: in lq_events.list
 * @episode: by enum listenq_episode_kind
 */
struct lq_watch {
	unsigned long active;
	spinlock_t lock;	/* for the states */
	bool listed;
	bool born;
	struct llist_node fresh;
	struct list_head list;
	struct lq_episode episode[LQ_EPISODE_NR];
};

#endif /* _LISTENQ_WATCH_H */
