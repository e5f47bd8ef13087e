// SPDX-License-Identifier: GPL-2.0
/*
 * accept(): inet_csk_accept().  It blocks, so it is not replaced: the wrapper's
 * frame would survive us.
 */
#include <linux/init.h>
#include <linux/kprobes.h>
#include <linux/percpu.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "baseline.h"
#include "hook.h"
#include "listener.h"
#include "probe_hooks.h"

static DEFINE_PER_CPU(unsigned long, lq_accept_hits);
static DEFINE_PER_CPU(unsigned long, lq_accepted_hits);

/* Before a connection is taken out: the other half of a peak. */
static void accept_entered(unsigned long first, unsigned long unused)
{
	const struct sock *sk = (const struct sock *)first;

	this_cpu_inc(lq_accept_hits);
	if (sk->sk_protocol == IPPROTO_TCP && lq_is_counting())
		lq_listener_peaks(sk, READ_ONCE(sk->sk_ack_backlog), 0);
}

const struct lq_hook lq_probe_accept __initconst = {
	.name = "inet_csk_accept",
	.entered = accept_entered,
	.hits = &lq_accept_hits,
};

static int accepted_probe_before(struct kretprobe_instance *ri,
				 struct pt_regs *regs)
{
	struct sock *sk = (struct sock *)regs_get_kernel_argument(regs, 0);

	*(struct sock **)ri->data = sk;
	return sk->sk_protocol != IPPROTO_TCP;
}

static int accepted_probe_after(struct kretprobe_instance *ri,
				struct pt_regs *regs)
{
	struct sock *child = (struct sock *)regs_return_value(regs);
	u64 since;

	if (!child || !lq_is_counting())
		return 0;
	this_cpu_inc(lq_accepted_hits);
	/*
	 * Set once when the child is ESTABLISHED, next when data is read,
	 * which nobody can before accept() has returned.
	 */
	since = tcp_sk(child)->rcvq_space.time;
	lq_listener_time(*(struct sock **)ri->data, LQ_TIME_ACCEPT_WAIT,
			 since ? tcp_clock_us() - since : 0);
	return 0;
}

const struct lq_hook lq_probe_accepted __initconst = {
	.name = "inet_csk_accept",
	.before = accepted_probe_before,
	.after = accepted_probe_after,
	.data_size = sizeof(struct sock *),
	.sleeps = true,
	.optional = "how long connections wait for it is not measured",
	.hits = &lq_accepted_hits,
};
