/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The registry of listeners: who listens, since when, what became of it.
 */
#ifndef _LISTENQ_LISTENER_H
#define _LISTENQ_LISTENER_H

#include <linux/sched.h>
#include <linux/workqueue.h>

#include "netns.h"
#include "override.h"
#include "socket.h"
#include "stats.h"
#include "watch.h"

struct lq_policy;
struct pid;
struct sock;

/* Which listeners lq_listener_visit() visits. */
#define LQ_LISTENER_ALL XA_PRESENT

/**
 * struct lq_owner - who called listen()
 * @tgid: the process; NULL when the listener is older than the module
 * @comm: its name at that moment
 */
struct lq_owner {
	struct pid *tgid;
	char comm[TASK_COMM_LEN];
};

/**
 * struct lq_listener - one listener, from listen() to close()
 * @node: in the registry, by @sk; RCU
 * @sk: in the listening hash (SOCK_RCU_FREE) it is valid inside an RCU section
 *	while the entry is in the registry; before that only its memory is
 * @stats: its counters
 * @watch: its episodes
 * @policy: that it is under, or NULL; RCU, written under the registry's lock
 * @override: what that has changed of @sk, under the registry's lock
 * @netns: its namespace, which outlives it
 * @id: unique in the namespace
 * @queues: what tracking began with is constant once counting has begun; what
 *	was discarded is under the registry's lock
 * @accepted: highest figure shown, under lq_netns.reading
 * @snapshot: the last one that showed it, under lq_netns.reading
 * @owner: constant
 * @since_ns: when it was entered, of the wall clock
 * @closed_ns: when it closed, of the wall clock
 * @socket: what it was known by then
 * @acceptq_max: limit of its accept queue then
 * @synq_max: limit of its SYN queue then
 * @closing: in lq_netns.closing
 * @closing_node: waiting for inet_csk_listen_stop(), under the registry's lock
 * @listened: it had entered the listening hash: inet_csk_listen_stop() follows
 * @patience: grace periods to wait for that
 * @fold: frees it after a grace period
 */
struct lq_listener {
	struct hlist_node node;
	struct sock *sk;
	struct lq_stats stats;
	struct lq_watch watch;
	struct lq_policy __rcu *policy;
	struct lq_override override;
	struct lq_netns *netns;
	unsigned long id;
	struct lq_queues queues;
	u64 accepted;
	u64 snapshot;
	struct lq_owner owner;
	u64 since_ns;
	u64 closed_ns;
	struct lq_socket socket;
	u32 acceptq_max;
	u32 synq_max;
	struct list_head closing;
	struct hlist_node closing_node;
	bool listened;
	unsigned char patience;
	struct rcu_work fold;
};

int lq_listener_init(void);
void lq_listener_exit(void);

int lq_listener_add(struct sock *sk, struct task_struct *owner, gfp_t gfp);
void lq_listener_closing(struct sock *sk);
void lq_listener_stopped(struct sock *sk);
void lq_listener_forget_all(struct lq_netns *netns);
void lq_listener_flush(void);
void lq_listener_relisten(struct sock *sk, u32 backlog);

#ifdef CONFIG_LOCKDEP
bool lq_listener_locked(void);
#else
static inline bool lq_listener_locked(void)
{
	return true;
}
#endif

void lq_listener_run_locked(void (*run)(void *data), void *data);
void lq_listener_visit(struct lq_netns *netns, xa_mark_t which,
		       void (*visit)(struct lq_listener *listener, void *data),
		       void *data);

struct lq_listener *lq_listener_find(const struct sock *sk);
void lq_listener_count(struct sock *sk, u64 which, unsigned int drops);
void lq_listener_peaks(const struct sock *sk, u32 acceptq, u32 synq);
void lq_listener_time(const struct sock *sk, enum lq_time what, s64 us);
struct lq_listener *lq_listener_last_closing(struct lq_netns *netns);
void lq_listener_queues(const struct lq_listener *listener,
			struct lq_queues *queues);
void lq_listener_late_queues(struct lq_netns *netns, struct lq_queues *queues);

#endif /* _LISTENQ_LISTENER_H */
