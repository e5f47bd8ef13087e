// SPDX-License-Identifier: GPL-2.0
/*
 * The one instant at which counting begins.
 *
 * The laws are exact only if the namespaces' counters, the lengths of all
 * queues and the first verdict counted belong to the same instant.  With every
 * CPU in stop_machine() no deciding function is under way, for they run with
 * bottom halves disabled, which cannot be preempted.
 *
 * On PREEMPT_RT they can be.  There everyone who calls a deciding function before
 * counting begins holds a lock meanwhile, which lets in no more of them once we
 * wait for those that are inside.
 */
#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/hash.h>
#include <linux/spinlock.h>
#include <linux/stop_machine.h>
#include <linux/timekeeping.h>
#include <net/inet_connection_sock.h>
#include <net/sock.h>

#include "baseline.h"
#include "listener.h"
#include "netns.h"
#include "synq.h"

bool lq_counting __read_mostly;

static DEFINE_RWLOCK(lq_gate);

/* Each CPU takes its share: the machine stands still while this runs. */
struct lq_share {
	unsigned int part;
	unsigned int parts;
};

static atomic_t lq_next_part;

static void start_listener(struct lq_listener *listener)
{
	struct sock *sk = listener->sk;

	listener->queues.synq_start = lq_synq_len(sk);
	listener->queues.acceptq_start = READ_ONCE(sk->sk_ack_backlog);
}

static void start_netns(struct lq_netns *netns, void *data)
{
	const struct lq_share *share = data;
	struct lq_listener *listener;
	unsigned long id;

	/* A page of the counters is read by one CPU only. */
	if (hash_ptr(netns->net, 16) % share->parts == share->part) {
		lq_mibs_read(netns->net, &netns->base);
		netns->since_ns = ktime_get_real_ns();
	}
	xa_for_each(&netns->listeners, id, listener) {
		if (id % share->parts == share->part)
			start_listener(listener);
	}
}

static int start_share(struct lq_share *share)
{
	lq_netns_for_each(start_netns, share);
	WRITE_ONCE(lq_counting, true);
	return 0;
}

static int start(void *unused)
{
	struct lq_share share = {
		.part = atomic_inc_return(&lq_next_part) - 1,
		.parts = num_online_cpus(),
	};

	return start_share(&share);
}

/**
 * lq_gate_enter() - a deciding function is called, and counting had not begun
 *
 * Context: PREEMPT_RT only: may sleep on a lock.
 * Return: true: it has begun meanwhile.  Else lq_gate_leave() follows.
 */
bool lq_gate_enter(void)
{
	read_lock(&lq_gate);
	if (!lq_is_counting())
		return false;
	read_unlock(&lq_gate);
	return true;
}

/**
 * lq_gate_leave() - it has returned
 *
 * Context: as lq_gate_enter().
 */
void lq_gate_leave(void)
{
	read_unlock(&lq_gate);
}

static int start_alone(void)
{
	struct lq_share share = { .parts = 1 };
	int err;

	write_lock(&lq_gate);
	err = start_share(&share);
	write_unlock(&lq_gate);
	return err;
}

/**
 * lq_baseline_take() - begin to count
 *
 * Context: process, sleeps; hooks are in place, listeners entered.
 * Return: 0, or a negative error of stop_machine().
 */
int lq_baseline_take(void)
{
	if (LQ_RT)
		return start_alone();
	atomic_set(&lq_next_part, 0);
	return stop_machine(start, NULL, cpu_online_mask);
}
