/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a function is replaced through ftrace: what differs between kernels.
 *
 * LQ_HAVE_* come from the feature tests in compat/tests.
 */
#ifndef _LISTENQ_COMPAT_FTRACE_H
#define _LISTENQ_COMPAT_FTRACE_H

#include <linux/ftrace.h>

#if defined(LQ_HAVE_FTRACE_REGS_SET_IP) && \
	defined(CONFIG_DYNAMIC_FTRACE_WITH_ARGS)
#define LQ_CAN_REPLACE 1
#define lq_ftrace_set_ip(fregs, ip) \
	ftrace_regs_set_instruction_pointer(fregs, ip)
#elif defined(LQ_HAVE_FTRACE_IP_SET) && \
	defined(CONFIG_DYNAMIC_FTRACE_WITH_ARGS) && defined(CONFIG_X86_64)
#define LQ_CAN_REPLACE 1
#define lq_ftrace_set_ip(fregs, ip) ftrace_instruction_pointer_set(fregs, ip)
#else
#define LQ_CAN_REPLACE 0
static inline void lq_ftrace_set_ip(struct ftrace_regs *fregs, unsigned long ip)
{
}
#endif

/* An argument of the function that is entered. */
#if !defined(CONFIG_DYNAMIC_FTRACE_WITH_ARGS)
#define LQ_CAN_WATCH_ENTRY 0
#elif defined(LQ_HAVE_FTRACE_GET_ARGUMENT)
#define LQ_CAN_WATCH_ENTRY 1
#define lq_ftrace_argument(fregs, n) ftrace_regs_get_argument(fregs, n)
#elif defined(LQ_HAVE_FTRACE_REGS_MEMBER)
#define LQ_CAN_WATCH_ENTRY 1
#define lq_ftrace_argument(fregs, n) \
	regs_get_kernel_argument(&(fregs)->regs, n)
#else
#define LQ_CAN_WATCH_ENTRY 0
#endif

#if !LQ_CAN_WATCH_ENTRY
static inline unsigned long lq_ftrace_argument(struct ftrace_regs *fregs,
					       unsigned int n)
{
	return 0;
}
#endif

/* Without inline static calls the original would be called indirectly. */
#if !defined(CONFIG_HAVE_STATIC_CALL_INLINE) || !defined(MCOUNT_INSN_SIZE)
#undef LQ_CAN_REPLACE
#define LQ_CAN_REPLACE 0
#endif

#endif /* _LISTENQ_COMPAT_FTRACE_H */
