// SPDX-License-Identifier: GPL-2.0
/*
 * Birth and death of listeners, from the tracepoint inet_sock_set_state.
 *
 * It fires before the state changes.  A birth therefore has its entry before
 * the first SYN; for a death see listener.c.
 *
 * On PREEMPT_RT its handlers could take no lock: there the functions that change
 * the state are wrapped, see probe_life.c.
 */
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "compat/rt.h"
#include "life.h"
#include "listener.h"

#define LQ_LIFE_TRACEPOINT "inet_sock_set_state"

/* The tracepoint is not exported: it is found by name. */
static struct tracepoint *lq_tracepoint;

static void state_changes(void *data, const struct sock *sk, const int oldstate,
			  const int newstate)
{
	if (likely(oldstate != TCP_LISTEN && newstate != TCP_LISTEN))
		return;
	/* An MPTCP socket listens through a TCP socket of its own. */
	if (sk->sk_protocol != IPPROTO_TCP || oldstate == newstate)
		return;
	if (newstate == TCP_LISTEN)
		lq_listener_add((struct sock *)sk, current, GFP_ATOMIC);
	else if (newstate == TCP_CLOSE)
		lq_listener_closing((struct sock *)sk);
	/* Else it is a child: a copy of its listener, state and all. */
}

static void pick(struct tracepoint *tp, void *unused)
{
	if (!strcmp(tp->name, LQ_LIFE_TRACEPOINT))
		lq_tracepoint = tp;
}

/**
 * lq_life_watch() - enter every listener into the registry from now on
 *
 * Context: process, sleeps.
 * Return: 0 or a negative error, said in the log.
 */
int lq_life_watch(void)
{
	int err = -ENOENT;

	if (LQ_RT)
		return 0;
	for_each_kernel_tracepoint(pick, NULL);
	if (lq_tracepoint)
		err = tracepoint_probe_register(lq_tracepoint, state_changes,
						NULL);
	if (err)
		pr_err("cannot watch the tracepoint %s (%d)\n",
		       LQ_LIFE_TRACEPOINT, err);
	return err;
}

/**
 * lq_life_unwatch() - stop it
 *
 * Context: process, sleeps until nobody is inside.
 */
void lq_life_unwatch(void)
{
	if (LQ_RT)
		return;
	tracepoint_probe_unregister(lq_tracepoint, state_changes, NULL);
	tracepoint_synchronize_unregister();
}
