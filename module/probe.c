// SPDX-License-Identifier: GPL-2.0
/*
 * What is hooked: the functions that decide, and those that tell of a listener.
 *
 * What runs around each is in a file of its own, see probe_hooks.h.
 */
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/rcupdate.h>

#include "baseline.h"
#include "hook.h"
#include "probe.h"
#include "probe_hooks.h"

#define LQ_ACCEPT_MAXACTIVE 65536

static int accept_maxactive = 4096;
module_param(accept_maxactive, int, 0444);
MODULE_PARM_DESC(accept_maxactive,
		 "accept() calls measured at a time, those that wait included (default 4096)");

enum lq_hook_nr {
	LQ_HOOK_SYN,
	LQ_HOOK_ACK,
	LQ_HOOK_QUEUE,
	LQ_HOOK_UNQUEUE,
	LQ_HOOK_COOKIE4,
	LQ_HOOK_COOKIE6,
	LQ_HOOK_RETRANS,
	LQ_HOOK_PROVEN,
	LQ_HOOK_ICMP,
#ifdef CONFIG_PREEMPT_RT
	LQ_HOOK_BIRTH,
#endif
	LQ_HOOK_STOP,
	LQ_HOOK_LISTEN,
	LQ_HOOK_LISTEN_SK,
	LQ_HOOK_ACCEPT,
	LQ_HOOK_ACCEPTED,
	LQ_HOOK_NR,
};

static const struct lq_hook *const lq_wanted[LQ_HOOK_NR] __initconst = {
	[LQ_HOOK_SYN] = &lq_probe_syn,
	[LQ_HOOK_ACK] = &lq_probe_ack,
	[LQ_HOOK_QUEUE] = &lq_probe_queue,
	[LQ_HOOK_UNQUEUE] = &lq_probe_unqueue,
	[LQ_HOOK_COOKIE4] = &lq_probe_cookie4,
	[LQ_HOOK_COOKIE6] = &lq_probe_cookie6,
	[LQ_HOOK_RETRANS] = &lq_probe_retrans,
	[LQ_HOOK_PROVEN] = &lq_probe_proven,
	[LQ_HOOK_ICMP] = &lq_probe_icmp,
#ifdef CONFIG_PREEMPT_RT
	[LQ_HOOK_BIRTH] = &lq_probe_birth,
#endif
	[LQ_HOOK_STOP] = &lq_probe_stop,
	[LQ_HOOK_LISTEN] = &lq_probe_listen,
	[LQ_HOOK_LISTEN_SK] = &lq_probe_listen_sk,
	[LQ_HOOK_ACCEPT] = &lq_probe_accept,
	/* The last one: it looks at how the others are hooked. */
	[LQ_HOOK_ACCEPTED] = &lq_probe_accepted,
};

/* Side by side, as each call of one of them looks for it. */
static struct lq_hook lq_probes[LQ_HOOK_NR];

/**
 * lq_probe_install() - watch the kernel's decisions
 *
 * Context: process, sleeps; while the module is loaded.
 * Return: 0, or a negative error, said in the log.
 */
int __init lq_probe_install(void)
{
	int n;

	if (accept_maxactive < 1 || accept_maxactive > LQ_ACCEPT_MAXACTIVE) {
		pr_err("accept_maxactive=%d: must be 1 to %d\n",
		       accept_maxactive, LQ_ACCEPT_MAXACTIVE);
		return -EINVAL;
	}
	for (n = 0; n < LQ_HOOK_NR; n++)
		lq_probes[n] = *lq_wanted[n];
	lq_probes[LQ_HOOK_ACCEPTED].maxactive = accept_maxactive;
	return lq_hook_install(lq_probes, LQ_HOOK_NR);
}

/**
 * lq_probe_can_order() - whether policies can act before the kernel's verdict
 *
 * Context: any, while the hooks are installed.
 * Return: false when one of the functions that decide is only watched.
 */
bool lq_probe_can_order(void)
{
	static const enum lq_hook_nr deciding[] = {
		LQ_HOOK_SYN, LQ_HOOK_ACK, LQ_HOOK_COOKIE4, LQ_HOOK_COOKIE6,
		LQ_HOOK_RETRANS,
	};
	int n;

	for (n = 0; n < ARRAY_SIZE(deciding); n++) {
		if (lq_probes[deciding[n]].way == LQ_HOOK_PROBE)
			return false;
	}
	return true;
}

/**
 * lq_probe_remove() - stop it
 *
 * Context: process, sleeps until nobody is inside.
 */
void lq_probe_remove(void)
{
	/*
	 * A call that is under way keeps a pointer to itself on its CPU, which is
	 * given back when it returns: a kretprobe that has gone would not see it.
	 */
	WRITE_ONCE(lq_counting, false);
	synchronize_rcu();
	lq_hook_remove(lq_probes, LQ_HOOK_NR);
}
