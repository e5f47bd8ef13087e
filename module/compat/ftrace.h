/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a function is replaced through ftrace, or its entry noticed: what differs
 * between kernels.
 *
 * LQ_HAVE_* and LQ_EXPORTED_* come from the feature tests in compat/tests.
 */
#ifndef _LISTENQ_COMPAT_FTRACE_H
#define _LISTENQ_COMPAT_FTRACE_H

#include <linux/ftrace.h>

/* What a callback is given of the registers. */
#ifdef LQ_HAVE_FTRACE_REGS_CALLBACK
#define lq_ftrace_regs ftrace_regs
#else
#define lq_ftrace_regs pt_regs
#endif

/*
 * Some kernels hand over the arguments' registers, and the instruction pointer
 * can be set in what is handed over.  Of others all registers are wanted.
 */
#if defined(LQ_HAVE_FTRACE_REGS_SET_IP) && \
	defined(CONFIG_DYNAMIC_FTRACE_WITH_ARGS)
#define LQ_FTRACE_SEES 1
#define LQ_FTRACE_REGS_FLAGS 0
#define lq_ftrace_set_ip(fregs, ip) \
	ftrace_regs_set_instruction_pointer(fregs, ip)
#elif defined(LQ_HAVE_FTRACE_IP_SET) && \
	defined(CONFIG_DYNAMIC_FTRACE_WITH_ARGS) && defined(CONFIG_X86_64)
#define LQ_FTRACE_SEES 1
#define LQ_FTRACE_REGS_FLAGS 0
#define lq_ftrace_set_ip(fregs, ip) ftrace_instruction_pointer_set(fregs, ip)
#elif defined(CONFIG_DYNAMIC_FTRACE_WITH_REGS)
#include <linux/ptrace.h>
#define LQ_FTRACE_SEES 1
#define LQ_FTRACE_REGS_FLAGS FTRACE_OPS_FL_SAVE_REGS
#define LQ_FTRACE_ALL_REGS
#else
#define LQ_FTRACE_SEES 0
#define LQ_FTRACE_REGS_FLAGS 0
static inline void lq_ftrace_set_ip(struct lq_ftrace_regs *fregs,
				    unsigned long ip)
{
}

static inline unsigned long lq_ftrace_argument(struct lq_ftrace_regs *fregs,
					       unsigned int n)
{
	return 0;
}
#endif

#ifdef LQ_FTRACE_ALL_REGS
static inline struct pt_regs *lq_ftrace_all_regs(struct lq_ftrace_regs *fregs)
{
#ifdef LQ_HAVE_FTRACE_REGS_CALLBACK
	return ftrace_get_regs(fregs);
#else
	return fregs;
#endif
}

static inline void lq_ftrace_set_ip(struct lq_ftrace_regs *fregs,
				    unsigned long ip)
{
	instruction_pointer_set(lq_ftrace_all_regs(fregs), ip);
}

#define lq_ftrace_argument(fregs, n) \
	regs_get_kernel_argument(lq_ftrace_all_regs(fregs), n)
#elif LQ_FTRACE_SEES && defined(LQ_HAVE_FTRACE_GET_ARGUMENT)
#define lq_ftrace_argument(fregs, n) ftrace_regs_get_argument(fregs, n)
#elif LQ_FTRACE_SEES
#define lq_ftrace_argument(fregs, n) \
	regs_get_kernel_argument(&(fregs)->regs, n)
#endif

/*
 * Our callbacks may run at any time.  Before 5.11 that had to be said, or one
 * was left out where another was being run.
 */
#ifdef LQ_HAVE_FTRACE_RECURSION_SAFE
#define LQ_FTRACE_FLAGS (LQ_FTRACE_REGS_FLAGS | FTRACE_OPS_FL_RECURSION_SAFE)
#else
#define LQ_FTRACE_FLAGS LQ_FTRACE_REGS_FLAGS
#endif

/* Of an ops that is not registered (any more). */
static inline void lq_ftrace_free_filter(struct ftrace_ops *ops)
{
#ifdef LQ_EXPORTED_FTRACE_FREE_FILTER
	ftrace_free_filter(ops);
#else
	/* An empty filter takes no memory. */
	ftrace_set_filter(ops, NULL, 0, 1);
#endif
}

#endif /* _LISTENQ_COMPAT_FTRACE_H */
