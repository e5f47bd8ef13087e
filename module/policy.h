/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What operators asked to be done differently: the policies of a namespace.
 */
#ifndef _LISTENQ_POLICY_H
#define _LISTENQ_POLICY_H

#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/hrtimer.h>
#include <linux/in6.h>
#include <linux/mutex.h>
#include <linux/rbtree.h>
#include <linux/rcupdate.h>
#include <linux/workqueue.h>
#include <uapi/linux/listenq.h>

#include "decide.h"

struct lq_listener;
struct lq_netns;

/**
 * struct lq_policy_key - the listeners that a policy is for
 * @family: of @address, or 0: any address
 * @port: in host order
 * @address: an IPv4 address in the last four bytes; zero for any
 */
struct lq_policy_key {
	u16 family;
	u16 port;
	struct in6_addr address;
};

/**
 * struct lq_policy - a policy; but for the last three constant
 * @node: in lq_policies.tree
 * @key: its listeners
 * @terms: what it asks
 * @since_ns: when it was set, of the wall clock
 * @expires_ms: when it ends, of the clock that counts suspends; 0: never
 * @rcu: frees it when nobody can decide by it any more
 * @listeners: how many are under it, under the registry's lock
 * @next_ns: when the token bucket will be full again
 */
struct lq_policy {
	struct rb_node node;
	struct lq_policy_key key;
	struct lq_terms terms;
	u64 since_ns;
	u64 expires_ms;
	struct rcu_head rcu;
	u32 listeners;
	atomic64_t next_ns;
};

/**
 * struct lq_policies - the policies of a namespace
 * @lock: held while they are changed or shown
 * @tree: by key; changed under the registry's lock as well
 * @nr: how many, under both locks
 * @generation: changes when @tree does, under @lock
 * @timer: when the next one's time is over
 * @expire: ends those whose time is over
 * @recheck: looks again at listeners that change
 * @again: and once more
 * @all: at all of them
 */
struct lq_policies {
	struct mutex lock;	/* one change at a time */
	struct rb_root tree;
	unsigned int nr;
	u32 generation;
	struct hrtimer timer;
	struct work_struct expire;
	struct delayed_work recheck;
	bool again;
	bool all;
};

/**
 * struct lq_policy_state - a policy, for readers
 * @key: its listeners; its port is 0 when there is no policy
 * @terms: what it asks
 * @since_ns: when it was set, of the wall clock
 * @left_ms: milliseconds until it ends; 0: it does not
 * @listeners: how many are under it
 */
struct lq_policy_state {
	struct lq_policy_key key;
	struct lq_terms terms;
	u64 since_ns;
	u64 left_ms;
	u32 listeners;
};

extern atomic_t lq_policies_nr;

/* While there is no policy anywhere this is all that they cost. */
static __always_inline bool lq_policies_any(void)
{
	return unlikely(atomic_read(&lq_policies_nr));
}

void lq_policies_init(struct lq_policies *policies);
void lq_policies_end(struct lq_netns *netns);

int lq_policy_set(struct lq_netns *netns, const struct lq_policy_key *key,
		  const struct lq_terms *terms, u64 timeout_ms);
int lq_policy_del(struct lq_netns *netns, const struct lq_policy_key *key);
int lq_policy_get(struct lq_netns *netns, const struct lq_policy_key *key,
		  struct lq_policy_state *state);
int lq_policy_next(struct lq_netns *netns, const struct lq_policy_key *after,
		   struct lq_policy_state *state, u32 *generation);

void lq_policy_bind(struct lq_listener *listener);
void lq_policy_unbind(struct lq_listener *listener);
void lq_policy_relisten(struct lq_listener *listener, u32 backlog);
void lq_policy_relisten_unlocked(struct lq_listener *listener, u32 backlog);
void lq_policy_reassert(struct lq_listener *listener);
bool lq_policy_token(struct lq_policy *policy);
void lq_policy_read(const struct lq_policy *policy,
		    struct lq_policy_state *state);

#endif /* _LISTENQ_POLICY_H */
