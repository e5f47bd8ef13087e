/* SPDX-License-Identifier: GPL-2.0 */
/*
 * PREEMPT_RT: what differs from other kernels.
 *
 * There a bottom half can be preempted, and spinlock_t and the allocators sleep.
 * Probes, ftrace callbacks and handlers of tracepoints run with preemption
 * disabled there too: they may take raw locks only, and allocate nothing.
 */
#ifndef _LISTENQ_COMPAT_RT_H
#define _LISTENQ_COMPAT_RT_H

#include <linux/bottom_half.h>
#include <linux/kconfig.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

#define LQ_RT IS_ENABLED(CONFIG_PREEMPT_RT)

/* Stay on this CPU, and be able to take locks. */
static inline void lq_cpu_pin(void)
{
	if (LQ_RT)
		migrate_disable();
	else
		preempt_disable();
}

static inline void lq_cpu_unpin(void)
{
	if (LQ_RT)
		migrate_enable();
	else
		preempt_enable();
}

/* Whether memory can be had here, if not in hard interrupt. */
static inline bool lq_can_allocate(void)
{
	return !LQ_RT || preemptible();
}

/*
 * Whether only one task of a CPU at a time can have bottom halves disabled.  On
 * PREEMPT_RT that took a lock of the CPU's, which from 6.18 on can be left out.
 * A lock holds RCU there, and so do bottom halves that are disabled.
 *
 * Context: process, preemptible.
 */
static inline bool lq_bh_serialised(void)
{
#ifdef CONFIG_PREEMPT_RT
	int depth = rcu_preempt_depth();

	local_bh_disable();
	depth = rcu_preempt_depth() - depth;
	local_bh_enable();
	return depth > 1;
#else
	return true;
#endif
}

#endif /* _LISTENQ_COMPAT_RT_H */
