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
 * counting begins holds a lock for reading meanwhile: nobody does when it is held
 * for writing.
 */
#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/hash.h>
#include <linux/sched/signal.h>
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

/* Each CPU takes its share: the machine stands still while this runs. */
struct lq_share {
	unsigned int part;
	unsigned int parts;
};

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
	/* Whoever sees it moves the counters after they were read here. */
	smp_store_release(&lq_counting, true);
	return 0;
}

#ifdef CONFIG_PREEMPT_RT

/* How long those who come wait for the one who begins to count. */
#define LQ_GATE_US 1000

static DEFINE_RWLOCK(lq_gate);
static bool lq_gate_shuts;

/*
 * If they keep coming there may always be one inside.  Not for longer, as the
 * caller may be inside another call, or hold what one inside waits for.
 */
static void hesitate(void)
{
	int n;

	for (n = 0; n < LQ_GATE_US && READ_ONCE(lq_gate_shuts); n++)
		udelay(1);
}

/**
 * lq_gate_enter() - a deciding function is called, and counting had not begun
 *
 * Context: PREEMPT_RT only: may sleep on a lock.
 * Return: true: it has begun meanwhile.  Else lq_gate_leave() follows.
 */
bool lq_gate_enter(void)
{
	hesitate();
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

/*
 * A writer that waits keeps readers out.  That would be a deadlock: of a call made
 * inside another one, or of a request's timer that waits at the gate while one
 * inside waits for the timer's end.  So none ever waits in the lock, and the one
 * that has it takes no other.
 */
static int shut_gate(void)
{
	while (!write_trylock(&lq_gate)) {
		if (signal_pending(current))
			return -EINTR;
		usleep_range(20, 100);
	}
	return 0;
}

static int start_all(void)
{
	struct lq_share share = { .parts = 1 };
	int err;

	WRITE_ONCE(lq_gate_shuts, true);
	err = shut_gate();
	if (!err) {
		start_share(&share);
		write_unlock(&lq_gate);
	}
	WRITE_ONCE(lq_gate_shuts, false);
	return err;
}

#else

static atomic_t lq_next_part;

static int start(void *unused)
{
	struct lq_share share = {
		.part = atomic_inc_return(&lq_next_part) - 1,
		.parts = num_online_cpus(),
	};

	return start_share(&share);
}

static int start_all(void)
{
	atomic_set(&lq_next_part, 0);
	return stop_machine(start, NULL, cpu_online_mask);
}

#endif

/**
 * lq_baseline_take() - begin to count
 *
 * Context: process, sleeps; hooks are in place, listeners entered.
 * Return: 0, or a negative error: of stop_machine(), or -EINTR.
 */
int lq_baseline_take(void)
{
	return start_all();
}
