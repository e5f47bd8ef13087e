// SPDX-License-Identifier: GPL-2.0
/*
 * The registry of listeners.
 *
 * An entry is added before its socket enters TCP_LISTEN (or by the walk over
 * the listeners that were there first), found by the socket's address under
 * RCU, and taken out when the socket leaves TCP_LISTEN.  It then waits a grace
 * period for verdicts in flight, and its counters are folded into its
 * namespace's.  What comes even later (requests of a closed listener expire
 * for minutes) is counted in the namespace as `late`.
 *
 * A close is seen twice, and both are needed: inet_sock_set_state fires
 * *before* the state changes, so connections can still enter the accept queue
 * after it; inet_csk_listen_stop() runs after the state changed, and there the
 * number of connections that are about to be thrown away is final.
 */
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timekeeping.h>
#include <net/inet_connection_sock.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "baseline.h"
#include "compat/rt.h"
#include "event.h"
#include "listener.h"
#include "order.h"
#include "policy.h"
#include "snapshot.h"
#include "synq.h"

#define LQ_CLOSING_BITS 8

/* Folds at a time: those of one namespace wait for each other. */
#define LQ_FOLDS 8

/* A closing task may be preempted between the two looks at its close. */
#define LQ_CLOSING_PATIENCE 100

static unsigned int max_listeners = 1000000;
module_param(max_listeners, uint, 0444);
MODULE_PARM_DESC(max_listeners,
		 "entries at most in a network namespace; verdicts about further listeners are counted as untracked (default 1000000)");

/*
 * One bucket for 128 KiB of memory, at most 65536: a chain is short whatever
 * number of listeners a machine of that size has.  Taken with interrupts
 * disabled, as inet_csk_listen_stop() may be watched by a kprobe.
 */
static struct hlist_head *lq_table;
static unsigned int lq_table_bits;
static DEFINE_SPINLOCK(lq_lock);
static struct hlist_head lq_closing[1 << LQ_CLOSING_BITS];
static struct workqueue_struct *lq_workqueue;

static struct hlist_head *bucket_of(const struct sock *sk)
{
	return &lq_table[hash_ptr(sk, lq_table_bits)];
}

static struct hlist_head *closing_bucket_of(const struct sock *sk)
{
	return &lq_closing[hash_ptr(sk, LQ_CLOSING_BITS)];
}

/**
 * lq_listener_find() - the entry of a socket
 * @sk: a TCP socket
 *
 * Context: inside an RCU read-side section.
 * Return: NULL when it has none: not listening (any more), or no memory.
 */
struct lq_listener *lq_listener_find(const struct sock *sk)
{
	struct lq_listener *listener;

	hlist_for_each_entry_rcu(listener, bucket_of(sk), node,
				 lockdep_is_held(&lq_lock)) {
		if (listener->sk == sk)
			return listener;
	}
	return NULL;
}

static void listener_free(struct lq_listener *listener)
{
	lq_stats_free(&listener->stats);
	put_pid(listener->owner.tgid);
	kfree(listener);
}

static void queues_add(struct lq_queues *to, const struct lq_queues *from)
{
	to->synq_start += from->synq_start;
	to->acceptq_start += from->acceptq_start;
	to->acceptq_discarded += from->acceptq_discarded;
}

/* Whether to wait for lq_listener_stopped() for another grace period. */
static bool closing_is_over(struct lq_listener *listener)
{
	bool over;

	spin_lock_irq(&lq_lock);
	over = hlist_unhashed(&listener->closing_node) ||
	       !listener->listened || !listener->patience--;
	/* From here on nobody finds it there either. */
	if (over)
		hlist_del_init(&listener->closing_node);
	spin_unlock_irq(&lq_lock);
	return over;
}

/* Nobody can find the entry any more: its figures go to the namespace. */
static void listener_fold(struct work_struct *work)
{
	struct lq_listener *listener = container_of(to_rcu_work(work),
						    struct lq_listener, fold);
	struct lq_netns *netns = listener->netns;

	if (!closing_is_over(listener)) {
		queue_rcu_work(lq_workqueue, &listener->fold);
		return;
	}
	lq_event_died(listener);
	mutex_lock(&netns->reading);
	lq_stats_sum(&listener->stats, &netns->closed);
	spin_lock_irq(&lq_lock);
	list_del(&listener->closing);
	queues_add(&netns->closed_queues, &listener->queues);
	spin_unlock_irq(&lq_lock);
	mutex_unlock(&netns->reading);
	listener_free(listener);
}

/*
 * Takes an entry out of the registry.  @final: nobody will come with
 * lq_listener_stopped() for it.
 */
static void listener_close(struct lq_listener *listener, bool final)
{
	struct lq_netns *netns = listener->netns;

	lockdep_assert_held(&lq_lock);
	listener->closed_ns = ktime_get_real_ns();
	lq_policy_unbind(listener);
	hlist_del_rcu(&listener->node);
	xa_erase(&netns->listeners, listener->id);
	WRITE_ONCE(netns->nr_listeners, netns->nr_listeners - 1);
	WRITE_ONCE(netns->generation, netns->generation + 1);
	list_add_tail(&listener->closing, &netns->closing);
	if (!final)
		hlist_add_head(&listener->closing_node,
			       closing_bucket_of(listener->sk));
	queue_rcu_work(lq_workqueue, &listener->fold);
}

static void set_owner(struct lq_owner *owner, struct task_struct *task)
{
	if (!task)
		return;
	owner->tgid = get_task_pid(task, PIDTYPE_TGID);
	get_task_comm(owner->comm, task);
}

static struct lq_listener *listener_alloc(struct sock *sk,
					  struct task_struct *owner, gfp_t gfp)
{
	struct lq_listener *listener;

	listener = kzalloc(sizeof(*listener), gfp | __GFP_NOWARN);
	if (!listener)
		return NULL;
	listener->sk = sk;
	listener->patience = LQ_CLOSING_PATIENCE;
	listener->since_ns = ktime_get_real_ns();
	lq_stats_init(&listener->stats);
	lq_stats_prepare_times(&listener->stats);
	spin_lock_init(&listener->watch.lock);
	INIT_HLIST_NODE(&listener->closing_node);
	INIT_RCU_WORK(&listener->fold, listener_fold);
	set_owner(&listener->owner, owner);
	return listener;
}

static struct lq_listener *closing_find(const struct sock *sk)
{
	struct lq_listener *listener;

	hlist_for_each_entry(listener, closing_bucket_of(sk), closing_node) {
		if (listener->sk == sk)
			return listener;
	}
	return NULL;
}

/*
 * A socket that listens again finds the requests of its former life: they were
 * a closed listener's until now.
 */
static void set_start(struct lq_listener *listener)
{
	struct sock *sk = listener->sk;
	u32 synq = lq_synq_len(sk);

	listener->queues.synq_start = synq;
	if (!listener->owner.tgid)
		listener->queues.acceptq_start = READ_ONCE(sk->sk_ack_backlog);
	else if (synq && lq_is_counting())
		lq_stats_add(&listener->netns->late, LQ_SYNQ_OTHER, synq);
}

static int listener_insert(struct lq_listener *listener,
			   struct lq_netns *netns)
{
	struct sock *sk = listener->sk;
	int err;

	lockdep_assert_held(&lq_lock);
	if (lq_listener_find(sk))
		return -EEXIST;
	/* It has just been told to close: its state is about to change. */
	if (!listener->owner.tgid && closing_find(sk))
		return -ENOENT;
	if (netns->nr_listeners >= max_listeners)
		return -ENOSPC;
	listener->netns = netns;
	err = xa_err(xa_store(&netns->listeners, netns->next_id, listener,
			      GFP_ATOMIC | __GFP_NOWARN));
	if (err)
		return err;
	listener->id = netns->next_id;
	WRITE_ONCE(netns->next_id, netns->next_id + 1);
	set_start(listener);
	WRITE_ONCE(netns->nr_listeners, netns->nr_listeners + 1);
	WRITE_ONCE(netns->generation, netns->generation + 1);
	hlist_add_head_rcu(&listener->node, bucket_of(sk));
	lq_policy_bind(listener);
	return 0;
}

/**
 * lq_listener_add() - enter a listener into the registry
 * @sk: about to enter TCP_LISTEN when @owner is given, else in TCP_LISTEN
 * @owner: the task in listen(), or NULL for a listener found later
 * @gfp: how to allocate
 *
 * Context: any but NMI and hard interrupt.
 * Return: 0; -EEXIST: it is there; -ENOENT: its namespace is going, or it does
 * not listen any more; -ENOSPC: max_listeners reached; -ENOMEM.
 */
int lq_listener_add(struct sock *sk, struct task_struct *owner, gfp_t gfp)
{
	struct lq_listener *listener = listener_alloc(sk, owner, gfp);
	struct lq_netns *netns;
	unsigned long flags;
	int err = -ENOENT;

	if (!listener)
		return -ENOMEM;
	rcu_read_lock();
	spin_lock_irqsave(&lq_lock, flags);
	netns = lq_netns_find(sock_net(sk));
	/*
	 * Whoever closes it takes the same lock after the state has changed:
	 * either we see the new state, or the entry is found and removed.
	 */
	if (netns && (owner || inet_sk_state_load(sk) == TCP_LISTEN))
		err = listener_insert(listener, netns);
	spin_unlock_irqrestore(&lq_lock, flags);
	if (!err)
		lq_event_born(listener);
	rcu_read_unlock();
	if (err)
		listener_free(listener);
	return err;
}

/**
 * lq_listener_closing() - a socket is about to leave TCP_LISTEN
 * @sk: the socket
 *
 * Context: any but NMI and hard interrupt.
 */
void lq_listener_closing(struct sock *sk)
{
	struct lq_listener *listener;
	struct lq_socket socket;
	unsigned long flags;

	/* What the socket looks like is asked with interrupts enabled. */
	lq_socket_read(&socket, sk);
	rcu_read_lock();
	spin_lock_irqsave(&lq_lock, flags);
	listener = lq_listener_find(sk);
	if (listener && lq_is_counting()) {
		listener->socket = socket;
		listener->acceptq_max = READ_ONCE(sk->sk_max_ack_backlog);
		listener->synq_max = lq_order_synq_limit(sk);
		listener->queues.acceptq_discarded =
			READ_ONCE(sk->sk_ack_backlog);
		listener->listened = sock_flag(sk, SOCK_RCU_FREE);
		listener_close(listener, false);
	} else if (listener) {
		/* Nothing was counted: it leaves no trace. */
		memset(&listener->queues, 0, sizeof(listener->queues));
		listener_close(listener, true);
	}
	spin_unlock_irqrestore(&lq_lock, flags);
	rcu_read_unlock();
}

/*
 * Connections enter the accept queue under its lock, after a look at the
 * state: behind this lock the length can only fall.
 */
static u32 final_acceptq(struct sock *sk)
{
	struct request_sock_queue *queue = &inet_csk(sk)->icsk_accept_queue;
	unsigned long flags;
	u32 len;

	spin_lock_irqsave(&queue->rskq_lock, flags);
	len = sk->sk_ack_backlog;
	spin_unlock_irqrestore(&queue->rskq_lock, flags);
	return len;
}

static void count_discarded(struct sock *sk, u32 discarded)
{
	struct lq_listener *listener = closing_find(sk);
	struct lq_netns *netns;

	if (listener) {
		listener->queues.acceptq_discarded = discarded;
		hlist_del_init(&listener->closing_node);
		return;
	}
	/* An entry added between the two looks at the close: no event. */
	listener = lq_listener_find(sk);
	if (listener) {
		listener->queues.acceptq_discarded = discarded;
		listener_close(listener, true);
		return;
	}
	/* Closed before counting began, or given up waiting for. */
	netns = lq_netns_find(sock_net(sk));
	if (netns && lq_is_counting()) {
		netns->late_queues.acceptq_start += discarded;
		netns->late_queues.acceptq_discarded += discarded;
	}
}

/**
 * lq_listener_stopped() - inet_csk_listen_stop() is about to empty the queue
 * @sk: a TCP socket that has left TCP_LISTEN
 *
 * Context: process, also from a kprobe.
 */
void lq_listener_stopped(struct sock *sk)
{
	unsigned long flags;
	u32 discarded;

	rcu_read_lock();
	discarded = final_acceptq(sk);
	spin_lock_irqsave(&lq_lock, flags);
	count_discarded(sk, discarded);
	spin_unlock_irqrestore(&lq_lock, flags);
	rcu_read_unlock();
}

/**
 * lq_listener_forget_all() - close every entry of a namespace that goes
 * @netns: found by nobody any more
 *
 * Context: process.
 */
void lq_listener_forget_all(struct lq_netns *netns)
{
	struct lq_listener *listener;
	unsigned long id;

	xa_for_each(&netns->listeners, id, listener) {
		spin_lock_irq(&lq_lock);
		/* Its own close may have been quicker. */
		if (xa_load(&netns->listeners, id) == listener)
			listener_close(listener, true);
		spin_unlock_irq(&lq_lock);
	}
	/* A close that has taken its entry out has queued its fold behind this. */
	spin_lock_irq(&lq_lock);
	list_for_each_entry(listener, &netns->closing, closing)
		listener->listened = false;
	spin_unlock_irq(&lq_lock);
}

/* Where the lock cannot be taken. */
static void relisten_unlocked(const struct sock *sk, u32 backlog)
{
	struct lq_listener *listener;

	rcu_read_lock();
	listener = lq_listener_find(sk);
	if (listener)
		lq_policy_relisten_unlocked(listener, backlog);
	rcu_read_unlock();
}

/**
 * lq_listener_relisten() - listen() is called for a socket
 * @sk: the socket, which may listen already
 * @backlog: what it asks for, about to be written
 *
 * Context: any but NMI and hard interrupt, also from a probe.
 */
void lq_listener_relisten(struct sock *sk, u32 backlog)
{
	struct lq_listener *listener;
	unsigned long flags;

	if (LQ_RT) {
		relisten_unlocked(sk, backlog);
		return;
	}
	rcu_read_lock();
	spin_lock_irqsave(&lq_lock, flags);
	listener = lq_listener_find(sk);
	if (listener)
		lq_policy_relisten(listener, backlog);
	spin_unlock_irqrestore(&lq_lock, flags);
	rcu_read_unlock();
}

#ifdef CONFIG_LOCKDEP
/**
 * lq_listener_locked() - whether the registry's lock is held
 *
 * Return: as lockdep knows; true without it.
 */
bool lq_listener_locked(void)
{
	return lockdep_is_held(&lq_lock);
}
#endif

/**
 * lq_listener_run_locked() - do something under the registry's lock
 * @run: what
 * @data: handed to it
 *
 * Context: any but NMI and hard interrupt.
 */
void lq_listener_run_locked(void (*run)(void *data), void *data)
{
	unsigned long flags;

	spin_lock_irqsave(&lq_lock, flags);
	run(data);
	spin_unlock_irqrestore(&lq_lock, flags);
}

/**
 * lq_listener_visit() - visit the listeners of a namespace
 * @netns: the namespace
 * @which: LQ_LISTENER_ALL or a mark of lq_netns.listeners
 * @visit: called under the registry's lock
 * @data: handed to it
 *
 * Context: process, sleeps.
 */
void lq_listener_visit(struct lq_netns *netns, xa_mark_t which,
		       void (*visit)(struct lq_listener *listener, void *data),
		       void *data)
{
	struct lq_listener *listener;
	unsigned long id = 0;

	while (xa_find(&netns->listeners, &id, ULONG_MAX, which)) {
		spin_lock_irq(&lq_lock);
		/* It may have gone meanwhile. */
		listener = xa_load(&netns->listeners, id);
		if (listener)
			visit(listener, data);
		spin_unlock_irq(&lq_lock);
		id++;
		cond_resched();
	}
}

/**
 * lq_listener_flush() - wait until every closed listener is folded and free
 *
 * Context: process, sleeps.
 */
void lq_listener_flush(void)
{
	rcu_barrier();
	flush_workqueue(lq_workqueue);
	/* One that was just going to wait for another grace period. */
	rcu_barrier();
	flush_workqueue(lq_workqueue);
}

/**
 * lq_listener_late_queues() - read what came after the fold
 * @netns: the namespace
 * @queues: added to
 *
 * Context: process.
 */
void lq_listener_late_queues(struct lq_netns *netns, struct lq_queues *queues)
{
	spin_lock_irq(&lq_lock);
	queues_add(queues, &netns->late_queues);
	spin_unlock_irq(&lq_lock);
}

/**
 * lq_listener_queues() - read what a closing listener threw away
 * @listener: in lq_netns.closing
 * @queues: added to
 *
 * Context: process.
 */
void lq_listener_queues(const struct lq_listener *listener,
			struct lq_queues *queues)
{
	spin_lock_irq(&lq_lock);
	queues_add(queues, &listener->queues);
	spin_unlock_irq(&lq_lock);
}

/**
 * lq_listener_last_closing() - the end of the list of closing listeners
 * @netns: the namespace; its @reading is held, so that none leaves the list
 *
 * Context: process.
 * Return: the last one now, or NULL.
 */
struct lq_listener *lq_listener_last_closing(struct lq_netns *netns)
{
	struct lq_listener *last = NULL;

	spin_lock_irq(&lq_lock);
	if (!list_empty(&netns->closing))
		last = list_last_entry(&netns->closing, struct lq_listener,
				       closing);
	spin_unlock_irq(&lq_lock);
	return last;
}

/* A verdict between the two looks at a close still belongs to the listener. */
static bool count_closing(const struct sock *sk, u64 which, unsigned int drops)
{
	struct lq_listener *listener;
	unsigned long flags;

	spin_lock_irqsave(&lq_lock, flags);
	listener = closing_find(sk);
	if (listener) {
		lq_event_note(listener, sk, which);
		lq_stats_count(&listener->stats, which, drops);
	}
	spin_unlock_irqrestore(&lq_lock, flags);
	return listener;
}

/* A verdict about a socket without an entry. */
static void count_stray(struct sock *sk, u64 which, unsigned int drops)
{
	struct lq_netns *netns = lq_netns_find(sock_net(sk));

	if (!netns || count_closing(sk, which, drops))
		return;
	if (inet_sk_state_load(sk) != TCP_LISTEN) {
		lq_stats_count(&netns->late, which, drops);
		return;
	}
	lq_stats_count(&netns->untracked, which, drops);
	/* From the next verdict on it has one, if there is memory now. */
	if (READ_ONCE(netns->nr_listeners) < max_listeners)
		lq_listener_add(sk, NULL, GFP_ATOMIC);
}

/**
 * lq_listener_count() - advance a listener's counters
 * @sk: the listener, or what was one
 * @which: bit n: advance counter n by one
 * @drops: what to add to listen_drop
 *
 * Context: on this CPU to stay; not NMI, not hard interrupt, on PREEMPT_RT not a
 * probe.
 */
void lq_listener_count(struct sock *sk, u64 which, unsigned int drops)
{
	struct lq_listener *listener;

	rcu_read_lock();
	listener = lq_listener_find(sk);
	if (likely(listener)) {
		lq_event_note(listener, sk, which);
		lq_stats_count(&listener->stats, which, drops);
	} else {
		count_stray(sk, which, drops);
	}
	rcu_read_unlock();
}

/**
 * lq_listener_peaks() - note the queues' lengths after one of them grew
 * @sk: the listener
 * @acceptq: length of the accept queue, or 0
 * @synq: length of the SYN queue, or 0
 *
 * Context: preemption disabled.
 */
void lq_listener_peaks(const struct sock *sk, u32 acceptq, u32 synq)
{
	struct lq_listener *listener;

	rcu_read_lock();
	listener = lq_listener_find(sk);
	if (listener)
		lq_stats_peaks(&listener->stats, acceptq, synq);
	rcu_read_unlock();
}

/**
 * lq_listener_time() - put a time into a listener's histogram
 * @sk: the listener
 * @what: which one
 * @us: microseconds
 *
 * Context: preemption disabled.
 */
void lq_listener_time(const struct sock *sk, enum lq_time what, s64 us)
{
	struct lq_listener *listener;

	rcu_read_lock();
	listener = lq_listener_find(sk);
	if (listener)
		lq_stats_time(&listener->stats, what, us);
	rcu_read_unlock();
}

/**
 * lq_listener_init() - make the registry
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int lq_listener_init(void)
{
	unsigned long buckets = totalram_pages() >> (17 - PAGE_SHIFT);

	lq_table_bits = ilog2(clamp(buckets, 1024UL, 65536UL));
	lq_table = kvcalloc(1U << lq_table_bits, sizeof(*lq_table), GFP_KERNEL);
	if (!lq_table)
		return -ENOMEM;
	lq_workqueue = alloc_workqueue("listenq", WQ_UNBOUND, LQ_FOLDS);
	if (!lq_workqueue) {
		kvfree(lq_table);
		return -ENOMEM;
	}
	return 0;
}

/**
 * lq_listener_exit() - free the registry
 *
 * Context: process, may sleep; no namespace is left.
 */
void lq_listener_exit(void)
{
	destroy_workqueue(lq_workqueue);
	kvfree(lq_table);
}
