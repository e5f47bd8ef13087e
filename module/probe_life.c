// SPDX-License-Identifier: GPL-2.0
/*
 * A listener is born, listens anew, closes.
 */
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/net.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <net/inet_connection_sock.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "compat/original.h"
#include "compat/prototype.h"
#include "hook.h"
#include "listener.h"
#include "policy.h"
#include "probe_hooks.h"

static DEFINE_PER_CPU(unsigned long, lq_stop_hits);
static DEFINE_PER_CPU(unsigned long, lq_listen_hits);
static DEFINE_PER_CPU(unsigned long, lq_listen_sk_hits);

#ifdef CONFIG_PREEMPT_RT

static DEFINE_PER_CPU(unsigned long, lq_birth_hits);

/* What the tracepoint tells elsewhere, see life.c: inet_csk_listen_start(). */
static typeof(inet_csk_listen_start) lq_inet_csk_listen_start;
LQ_DEFINE_ORIGINAL(inet_csk_listen_start, inet_csk_listen_start);

static LQ_LISTEN_START(lq_inet_csk_listen_start)
{
	bool ours = sk->sk_protocol == IPPROTO_TCP;
	int inside = lq_hook_enter();
	int ret;

	this_cpu_inc(lq_birth_hits);
	/* The entry is there before the first SYN. */
	if (ours)
		lq_listener_add(sk, current, GFP_ATOMIC);
	ret = lq_pass_listen_start(lq_original(inet_csk_listen_start));
	if (ours && ret)
		lq_listener_closing(sk);
	lq_hook_leave(inside);
	return ret;
}

LQ_SET_ORIGINAL(inet_csk_listen_start)

const struct lq_hook lq_probe_birth __initconst = {
	.name = "inet_csk_listen_start",
	.wrapper = lq_inet_csk_listen_start,
	.set_original = set_inet_csk_listen_start,
	.hits = &lq_birth_hits,
};

/*
 * tcp_set_state(): a listener closes.  Next inet_csk_listen_stop() empties its
 * accept queue; that gives way to other tasks, so that a wrapper's frame might
 * survive us.
 */
static typeof(tcp_set_state) lq_tcp_set_state;
LQ_DEFINE_ORIGINAL(tcp_set_state, tcp_set_state);

static void lq_tcp_set_state(struct sock *sk, int state)
{
	bool closes = state == TCP_CLOSE && sk->sk_state == TCP_LISTEN &&
		      sk->sk_protocol == IPPROTO_TCP;
	int inside = lq_hook_enter();

	this_cpu_inc(lq_stop_hits);
	if (closes)
		lq_listener_closing(sk);
	lq_original(tcp_set_state)(sk, state);
	if (closes)
		lq_listener_stopped(sk);
	lq_hook_leave(inside);
}

LQ_SET_ORIGINAL(tcp_set_state)

const struct lq_hook lq_probe_stop __initconst = {
	.name = "tcp_set_state",
	.wrapper = lq_tcp_set_state,
	.set_original = set_tcp_set_state,
	.hits = &lq_stop_hits,
};

#else

/*
 * A listener has closed, its accept queue is about to be emptied:
 * inet_csk_listen_stop().
 */
static void stop_entered(unsigned long first, unsigned long unused)
{
	struct sock *sk = (struct sock *)first;

	this_cpu_inc(lq_stop_hits);
	/* Before counting begins, too: an entry must not outlive its socket. */
	if (sk->sk_protocol == IPPROTO_TCP)
		lq_listener_stopped(sk);
}

const struct lq_hook lq_probe_stop __initconst = {
	.name = "inet_csk_listen_stop",
	.entered = stop_entered,
	.hits = &lq_stop_hits,
};

#endif

/* listen(): inet_listen(). What it asks for outlives a policy. */
static void listen_entered(unsigned long first, unsigned long second)
{
	struct sock *sk = ((const struct socket *)first)->sk;

	this_cpu_inc(lq_listen_hits);
	if (lq_policies_any() && sk->sk_protocol == IPPROTO_TCP)
		lq_listener_relisten(sk, second);
}

const struct lq_hook lq_probe_listen __initconst = {
	.name = "inet_listen",
	.entered = listen_entered,
	.hits = &lq_listen_hits,
};

/* MPTCP's way to it, from 6.7 on: __inet_listen_sk(). */
static void listen_sk_entered(unsigned long first, unsigned long second)
{
	struct sock *sk = (struct sock *)first;

	this_cpu_inc(lq_listen_sk_hits);
	if (lq_policies_any() && sk->sk_protocol == IPPROTO_TCP)
		lq_listener_relisten(sk, second);
}

const struct lq_hook lq_probe_listen_sk __initconst = {
	.name = "__inet_listen_sk",
	.entered = listen_sk_entered,
	.optional = "",
	.hits = &lq_listen_sk_hits,
};
