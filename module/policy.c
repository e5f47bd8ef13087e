// SPDX-License-Identifier: GPL-2.0
/*
 * The policies of a namespace.
 *
 * A listener points to the policy that it is under.  It is looked up when the
 * listener is born or found, and for all listeners of the port when policies
 * change; always under the registry's lock, under which the tree is changed, too.
 * So a listener that is born meanwhile either finds the changed tree, or is in
 * the registry before the walk begins.
 *
 * A policy that has gone is in no tree and no listener points to it; it is freed
 * after a grace period, when no call decides by it any more.
 */
#include <linux/capability.h>
#include <linux/jiffies.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <net/ipv6.h>
#include <net/sock.h>

#include "compat/hrtimer.h"
#include "compat/rt.h"
#include "event.h"
#include "listener.h"
#include "netns.h"
#include "override.h"
#include "policy.h"
#include "socket.h"

/* listen() has long returned by then. */
#define LQ_RECHECK_MS 10
#define LQ_RECHECK_MARK XA_MARK_0

static unsigned int max_policies = 1024;
module_param(max_policies, uint, 0644);
MODULE_PARM_DESC(max_policies,
		 "policies at most in a network namespace (default 1024)");

atomic_t lq_policies_nr __read_mostly;

/**
 * struct lq_exchange - a change of the tree
 * @policies: of the namespace
 * @old: taken out, or NULL
 * @new: put in, or NULL
 */
struct lq_exchange {
	struct lq_policies *policies;
	struct lq_policy *old;
	struct lq_policy *new;
};

static u64 now_ms(void)
{
	return div_u64(ktime_get_boottime_ns(), NSEC_PER_MSEC);
}

/* By port, any address first. */
static int compare(const struct lq_policy_key *a, const struct lq_policy_key *b)
{
	if (a->port != b->port)
		return a->port < b->port ? -1 : 1;
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(&a->address, &b->address, sizeof(a->address));
}

static struct lq_policy *policy_of(const struct rb_node *node)
{
	return rb_entry_safe(node, struct lq_policy, node);
}

static struct lq_policy *find(const struct lq_policies *policies,
			      const struct lq_policy_key *key)
{
	struct rb_node *node = policies->tree.rb_node;

	while (node) {
		struct lq_policy *policy = policy_of(node);
		int order = compare(key, &policy->key);

		if (!order)
			return policy;
		node = order < 0 ? node->rb_left : node->rb_right;
	}
	return NULL;
}

/* The first one behind a key. */
static struct lq_policy *find_after(const struct lq_policies *policies,
				    const struct lq_policy_key *key)
{
	struct rb_node *node = policies->tree.rb_node;
	struct lq_policy *behind = NULL;

	while (node) {
		struct lq_policy *policy = policy_of(node);

		if (compare(key, &policy->key) < 0) {
			behind = policy;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	return behind;
}

static void insert(struct lq_policies *policies, struct lq_policy *new)
{
	struct rb_node **link = &policies->tree.rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = compare(&new->key, &policy_of(parent)->key) < 0 ?
		       &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&new->node, parent, link);
	rb_insert_color(&new->node, &policies->tree);
}

/* With its address before the port alone. */
static struct lq_policy *match(const struct lq_policies *policies,
			       const struct sock *sk)
{
	struct lq_policy_key key = { .family = sk->sk_family };
	struct lq_policy *policy;

	key.port = lq_socket_local(sk, &key.address);
	policy = find(policies, &key);
	if (policy)
		return policy;
	key.family = 0;
	memset(&key.address, 0, sizeof(key.address));
	return find(policies, &key);
}

static struct lq_policy *bound(const struct lq_listener *listener)
{
	return rcu_dereference_protected(listener->policy,
					 lq_listener_locked());
}

static void rebind(struct lq_listener *listener, struct lq_policy *policy)
{
	struct lq_policy *old = bound(listener);

	if (old == policy)
		return;
	if (old)
		WRITE_ONCE(old->listeners, old->listeners - 1);
	if (policy)
		WRITE_ONCE(policy->listeners, policy->listeners + 1);
	rcu_assign_pointer(listener->policy, policy);
}

static bool queue_recheck(struct lq_policies *policies)
{
	return queue_delayed_work(system_unbound_wq, &policies->recheck,
				  msecs_to_jiffies(LQ_RECHECK_MS));
}

/* Look at a listener again in a moment. */
static void recheck_soon(struct lq_listener *listener)
{
	struct lq_netns *netns = listener->netns;

	xa_set_mark(&netns->listeners, listener->id, LQ_RECHECK_MARK);
	/* The one that is queued may come too early. */
	if (!queue_recheck(&netns->policies))
		WRITE_ONCE(netns->policies.again, true);
}

/**
 * lq_policy_bind() - put a listener under the policy that matches it now
 * @listener: in the registry
 *
 * Context: under the registry's lock.
 */
void lq_policy_bind(struct lq_listener *listener)
{
	struct lq_policies *policies = &listener->netns->policies;
	struct sock *sk = listener->sk;
	struct lq_policy *policy;

	if (!policies->nr && !bound(listener))
		return;
	policy = match(policies, sk);
	rebind(listener, policy);
	if (policy)
		lq_override_apply(&listener->override, sk, &policy->terms);
	else
		lq_override_undo(&listener->override, sk);
	/* listen() without bind(): the port is not known yet. */
	if (policies->nr && !inet_sk(sk)->inet_sport)
		recheck_soon(listener);
}

/**
 * lq_policy_unbind() - a listener closes
 * @listener: still in the registry
 *
 * Context: under the registry's lock.
 */
void lq_policy_unbind(struct lq_listener *listener)
{
	rebind(listener, NULL);
	lq_override_undo(&listener->override, listener->sk);
}

/**
 * lq_policy_relisten() - listen() is called for a socket that listens
 * @listener: its entry
 * @backlog: what it asks for, about to be written to the socket
 *
 * Context: under the registry's lock.
 */
void lq_policy_relisten(struct lq_listener *listener, u32 backlog)
{
	if (!listener->override.has_backlog)
		return;
	listener->override.backlog_asked = backlog;
	recheck_soon(listener);
}

#ifdef CONFIG_PREEMPT_RT
/**
 * lq_policy_relisten_unlocked() - the same where no lock can be taken
 * @listener: found under RCU
 * @backlog: what it asks for, about to be written to the socket
 *
 * Context: any, also from a probe; inside an RCU read-side section.
 */
void lq_policy_relisten_unlocked(struct lq_listener *listener, u32 backlog)
{
	struct lq_policies *policies = &listener->netns->policies;

	if (!READ_ONCE(listener->override.has_backlog))
		return;
	WRITE_ONCE(listener->override.backlog_asked, backlog);
	/* The mark of this one alone cannot be set. */
	WRITE_ONCE(policies->all, true);
	if (!queue_recheck(policies))
		WRITE_ONCE(policies->again, true);
}
#endif

static void recheck_one(struct lq_listener *listener, void *again)
{
	if (!*(bool *)again)
		xa_clear_mark(&listener->netns->listeners, listener->id,
			      LQ_RECHECK_MARK);
	lq_policy_bind(listener);
}

static void recheck(struct work_struct *work)
{
	struct lq_policies *policies = container_of(to_delayed_work(work),
						    struct lq_policies,
						    recheck);
	struct lq_netns *netns = container_of(policies, struct lq_netns,
					      policies);

	bool again = xchg(&policies->again, false);
	/* Only lq_policy_relisten_unlocked() asks for that. */
	bool all = LQ_RT && xchg(&policies->all, false);

	if (again && all)
		WRITE_ONCE(policies->all, true);
	lq_listener_visit(netns, all ? LQ_LISTENER_ALL : LQ_RECHECK_MARK,
			  recheck_one, &again);
	if (again)
		queue_recheck(policies);
}

static void reassert(void *data)
{
	struct lq_listener *listener = data;
	struct lq_policy *policy = bound(listener);

	if (policy)
		lq_override_apply(&listener->override, listener->sk,
				  &policy->terms);
}

/**
 * lq_policy_reassert() - the program has changed what its policy asks for
 * @listener: found under RCU
 *
 * Context: any but NMI and hard interrupt.
 */
void lq_policy_reassert(struct lq_listener *listener)
{
	lq_listener_run_locked(reassert, listener);
}

static void bind_one(struct lq_listener *listener, void *data)
{
	const struct lq_policy_key *key = data;
	struct in6_addr address;

	/* Most listeners are at another port. */
	if (lq_socket_local(listener->sk, &address) == key->port)
		lq_policy_bind(listener);
}

static void exchange_locked(void *data)
{
	const struct lq_exchange *exchange = data;
	struct lq_policies *policies = exchange->policies;

	if (exchange->old)
		rb_erase(&exchange->old->node, &policies->tree);
	if (exchange->new)
		insert(policies, exchange->new);
	policies->nr += !!exchange->new - !!exchange->old;
}

/* Afterwards no listener is under @old. */
static void exchange(struct lq_netns *netns, struct lq_policy *old,
		     struct lq_policy *new)
{
	struct lq_exchange change = {
		.policies = &netns->policies,
		.old = old,
		.new = new,
	};
	struct lq_policy_key *key = new ? &new->key : &old->key;

	lockdep_assert_held(&netns->policies.lock);
	if (new)
		atomic_inc(&lq_policies_nr);
	lq_listener_run_locked(exchange_locked, &change);
	netns->policies.generation++;
	lq_listener_visit(netns, LQ_LISTENER_ALL, bind_one, key);
	if (old)
		atomic_dec(&lq_policies_nr);
}

/* In which a token comes back. */
static s64 token_ns(const struct lq_policy *policy)
{
	return NSEC_PER_SEC / policy->terms.value[LQ_TERM_SYN_RATE];
}

static u64 left_ms(const struct lq_policy *policy, u64 now)
{
	if (!policy->expires_ms)
		return 0;
	/* 0 would mean that it stays. */
	return policy->expires_ms > now ? policy->expires_ms - now : 1;
}

/**
 * lq_policy_read() - show a policy
 * @policy: which
 * @state: filled
 *
 * Context: any; under RCU, or lq_policies.lock held.
 */
void lq_policy_read(const struct lq_policy *policy,
		    struct lq_policy_state *state)
{
	state->key = policy->key;
	state->terms = policy->terms;
	state->since_ns = policy->since_ns;
	state->left_ms = left_ms(policy, now_ms());
	state->listeners = READ_ONCE(policy->listeners);
}

static void tell(struct lq_netns *netns, const struct lq_policy *policy,
		 enum listenq_policy_change change)
{
	struct lq_policy_state state;

	lq_policy_read(policy, &state);
	lq_event_policy(netns, &state, change);
}

/* @old counted its listeners down to 0: it is told as it was. */
static void retire(struct lq_netns *netns, struct lq_policy *old,
		   enum listenq_policy_change change)
{
	struct lq_policy_state state;

	lq_policy_read(old, &state);
	if (change == LISTENQ_POLICY_CHANGE_EXPIRE)
		state.left_ms = 0;
	exchange(netns, old, NULL);
	lq_event_policy(netns, &state, change);
	kfree_rcu(old, rcu);
}

/* A work's own timer would be late by an eighth, and sleep with the machine. */
static void schedule_expiry(struct lq_policies *policies)
{
	struct rb_node *node;
	u64 next = U64_MAX;

	for (node = rb_first(&policies->tree); node; node = rb_next(node)) {
		const struct lq_policy *policy = policy_of(node);

		if (policy->expires_ms)
			next = min(next, policy->expires_ms);
	}
	if (next != U64_MAX)
		hrtimer_start(&policies->timer, ms_to_ktime(next),
			      HRTIMER_MODE_ABS);
}

static enum hrtimer_restart timer_fires(struct hrtimer *timer)
{
	struct lq_policies *policies = container_of(timer, struct lq_policies,
						    timer);

	queue_work(system_unbound_wq, &policies->expire);
	return HRTIMER_NORESTART;
}

static void expire(struct work_struct *work)
{
	struct lq_policies *policies = container_of(work, struct lq_policies,
						    expire);
	struct lq_netns *netns = container_of(policies, struct lq_netns,
					      policies);
	struct rb_node *node, *next;
	u64 now;

	mutex_lock(&policies->lock);
	now = now_ms();
	for (node = rb_first(&policies->tree); node; node = next) {
		struct lq_policy *policy = policy_of(node);

		next = rb_next(node);
		if (policy->expires_ms && policy->expires_ms <= now)
			retire(netns, policy, LISTENQ_POLICY_CHANGE_EXPIRE);
	}
	schedule_expiry(policies);
	mutex_unlock(&policies->lock);
}

static struct lq_policy *policy_alloc(const struct lq_policy_key *key,
				      const struct lq_terms *terms,
				      u64 timeout_ms)
{
	struct lq_policy *policy = kzalloc(sizeof(*policy), GFP_KERNEL_ACCOUNT);

	if (!policy)
		return NULL;
	policy->key = *key;
	policy->terms = *terms;
	policy->since_ns = ktime_get_real_ns();
	if (timeout_ms)
		policy->expires_ms = now_ms() + timeout_ms;
	return policy;
}

/*
 * Whoever sets a policy again and again gets no new burst each time.  An empty
 * bucket is the worst that can be inherited.
 */
static void inherit_bucket(struct lq_policy *new, const struct lq_policy *old)
{
	s64 empty = ktime_get_ns() +
		    new->terms.value[LQ_TERM_SYN_BURST] * token_ns(new);

	atomic64_set(&new->next_ns,
		     min_t(s64, empty, atomic64_read(&old->next_ns)));
}

static int set_locked(struct lq_netns *netns, struct lq_policy *new)
{
	struct lq_policies *policies = &netns->policies;
	struct lq_policy *old = find(policies, &new->key);

	if (!old && policies->nr >= READ_ONCE(max_policies))
		return -ENOSPC;
	if (old && lq_asks(&new->terms, LQ_TERM_SYN_RATE))
		inherit_bucket(new, old);
	exchange(netns, old, new);
	tell(netns, new, LISTENQ_POLICY_CHANGE_SET);
	if (old)
		kfree_rcu(old, rcu);
	schedule_expiry(policies);
	return 0;
}

/**
 * lq_policy_set() - make a policy, or replace the one with the same key
 * @netns: the namespace
 * @key: its listeners
 * @terms: what it asks: in range, and makes sense
 * @timeout_ms: after which it deletes itself; 0: never
 *
 * Context: process, sleeps.
 * Return: 0; -ENOMEM; -ENOSPC: max_policies reached; -EINTR.
 */
int lq_policy_set(struct lq_netns *netns, const struct lq_policy_key *key,
		  const struct lq_terms *terms, u64 timeout_ms)
{
	struct lq_policy *new = policy_alloc(key, terms, timeout_ms);
	int err;

	if (!new)
		return -ENOMEM;
	err = mutex_lock_killable(&netns->policies.lock);
	if (!err) {
		err = set_locked(netns, new);
		mutex_unlock(&netns->policies.lock);
	}
	if (err)
		kfree(new);
	return err;
}

/**
 * lq_policy_del() - delete a policy
 * @netns: the namespace
 * @key: which
 *
 * Context: process, sleeps.
 * Return: 0; -ENOENT; -EINTR.
 */
int lq_policy_del(struct lq_netns *netns, const struct lq_policy_key *key)
{
	struct lq_policies *policies = &netns->policies;
	struct lq_policy *old;
	int err = mutex_lock_killable(&policies->lock);

	if (err)
		return err;
	old = find(policies, key);
	if (old)
		retire(netns, old, LISTENQ_POLICY_CHANGE_DEL);
	mutex_unlock(&policies->lock);
	return old ? 0 : -ENOENT;
}

/**
 * lq_policy_get() - show a policy
 * @netns: the namespace
 * @key: which
 * @state: filled
 *
 * Context: process, sleeps.
 * Return: 0; -ENOENT; -EINTR.
 */
int lq_policy_get(struct lq_netns *netns, const struct lq_policy_key *key,
		  struct lq_policy_state *state)
{
	struct lq_policies *policies = &netns->policies;
	const struct lq_policy *policy;
	int err = mutex_lock_killable(&policies->lock);

	if (err)
		return err;
	policy = find(policies, key);
	if (policy)
		lq_policy_read(policy, state);
	mutex_unlock(&policies->lock);
	return policy ? 0 : -ENOENT;
}

/**
 * lq_policy_next() - show the next policy
 * @netns: the namespace
 * @after: the key behind which; all zero for the first one
 * @state: filled
 * @generation: becomes a number that changes when the policies do
 *
 * Context: process, sleeps.
 * Return: 0; -ENOENT: that was the last; -EINTR.
 */
int lq_policy_next(struct lq_netns *netns, const struct lq_policy_key *after,
		   struct lq_policy_state *state, u32 *generation)
{
	struct lq_policies *policies = &netns->policies;
	const struct lq_policy *policy;
	int err = mutex_lock_killable(&policies->lock);

	if (err)
		return err;
	*generation = policies->generation;
	policy = find_after(policies, after);
	if (policy)
		lq_policy_read(policy, state);
	mutex_unlock(&policies->lock);
	return policy ? 0 : -ENOENT;
}

/**
 * lq_policy_token() - whether a SYN is within the rate
 * @policy: one that asks for a rate
 *
 * A token bucket without a bucket: each SYN moves the time at which it would be
 * full by the time that its token takes to come back.
 *
 * Context: any; under RCU.
 * Return: whether it is let in.
 */
bool lq_policy_token(struct lq_policy *policy)
{
	s64 every = token_ns(policy);
	s64 ahead = (policy->terms.value[LQ_TERM_SYN_BURST] - 1) * every;
	s64 now = ktime_get_ns(), full, from;

	full = atomic64_read(&policy->next_ns);
	do {
		from = max(full, now);
		if (from - now > ahead)
			return false;
	} while (!atomic64_try_cmpxchg(&policy->next_ns, &full, from + every));
	return true;
}

/**
 * lq_policies_init() - make a namespace's policies usable
 * @policies: zeroed
 *
 * Context: process.
 */
void lq_policies_init(struct lq_policies *policies)
{
	mutex_init(&policies->lock);
	policies->tree = RB_ROOT;
	lq_hrtimer_setup(&policies->timer, timer_fires, CLOCK_BOOTTIME,
			 HRTIMER_MODE_ABS);
	INIT_WORK(&policies->expire, expire);
	INIT_DELAYED_WORK(&policies->recheck, recheck);
}

/**
 * lq_policies_end() - delete all policies of a namespace that goes
 * @netns: the namespace: nobody sets any more
 *
 * Context: process, sleeps.
 */
void lq_policies_end(struct lq_netns *netns)
{
	struct lq_policies *policies = &netns->policies;
	struct lq_policy *policy;

	mutex_lock(&policies->lock);
	while ((policy = policy_of(rb_first(&policies->tree)))) {
		exchange(netns, policy, NULL);
		kfree_rcu(policy, rcu);
	}
	mutex_unlock(&policies->lock);
	/* A listen() that still saw one may be about to queue, without the lock. */
	if (LQ_RT)
		synchronize_rcu();
	/* Without a policy nothing is queued or started again. */
	hrtimer_cancel(&policies->timer);
	cancel_work_sync(&policies->expire);
	cancel_delayed_work_sync(&policies->recheck);
}
