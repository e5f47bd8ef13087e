/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The wrappers, probe_*.c: before, original, after.  The same two halves also run
 * from kretprobes.
 *
 * Only these files know the kernel's prototypes.  Each wrapper is declared with
 * typeof() of the kernel's own declaration first: one that has another
 * prototype does not compile.  (__inet_csk_reqsk_queue_drop() is the exception:
 * no header declares it.)
 */
#ifndef _LISTENQ_PROBE_HOOKS_H
#define _LISTENQ_PROBE_HOOKS_H

#include <linux/types.h>

#include "compat/original.h"
#include "hook.h"

/* How each function is to be hooked: gone when the module is loaded. */
extern const struct lq_hook lq_probe_syn;
extern const struct lq_hook lq_probe_proven;
extern const struct lq_hook lq_probe_ack;
extern const struct lq_hook lq_probe_cookie4;
extern const struct lq_hook lq_probe_cookie6;
extern const struct lq_hook lq_probe_queue;
extern const struct lq_hook lq_probe_unqueue;
extern const struct lq_hook lq_probe_retrans;
extern const struct lq_hook lq_probe_icmp;
#ifdef CONFIG_PREEMPT_RT
extern const struct lq_hook lq_probe_birth;
#endif
extern const struct lq_hook lq_probe_stop;
extern const struct lq_hook lq_probe_listen;
extern const struct lq_hook lq_probe_listen_sk;
extern const struct lq_hook lq_probe_accept;
extern const struct lq_hook lq_probe_accepted;

/* How a wrapper learns where its original goes on: past its ftrace site. */
#define LQ_SET_ORIGINAL(call)						\
static void set_##call(unsigned long address)				\
{									\
	lq_original_set(call, address);					\
}

/* Only the low byte of a register that holds a bool is defined. */
static inline bool lq_as_bool(unsigned long value)
{
	return (u8)value;
}

#endif /* _LISTENQ_PROBE_HOOKS_H */
