/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a wrapper calls the function that it replaces, past its ftrace site: what
 * differs between machines.
 *
 * Where a call through a pointer has to land on a marked instruction it must not
 * be one: the mark is before the ftrace site, and may have been erased.  With
 * inline static calls it is a direct one.
 */
#ifndef _LISTENQ_COMPAT_ORIGINAL_H
#define _LISTENQ_COMPAT_ORIGINAL_H

#include <linux/compiler.h>
#include <linux/static_call.h>

#include "ftrace.h"

#ifdef CONFIG_HAVE_STATIC_CALL_INLINE

#define LQ_CAN_CALL_ORIGINAL 1
#define LQ_DEFINE_ORIGINAL(name, type) \
	DEFINE_STATIC_CALL_NULL(lq_orig_##name, type)
#define lq_original(name) static_call(lq_orig_##name)
#define lq_original_set(name, address) ({				\
	typeof(STATIC_CALL_TRAMP(lq_orig_##name)) *to = (void *)(address); \
									\
	static_call_update(lq_orig_##name, to); })

#else

#if defined(CONFIG_ARM64_BTI_KERNEL) || defined(CONFIG_CFI_CLANG) || \
	defined(CONFIG_CFI) || defined(CONFIG_X86_KERNEL_IBT)
#define LQ_CAN_CALL_ORIGINAL 0
#else
#define LQ_CAN_CALL_ORIGINAL 1
#endif
#define LQ_DEFINE_ORIGINAL(name, type) \
	static struct { typeof(type) *at; } lq_orig_##name __read_mostly
#define lq_original(name) (*READ_ONCE(lq_orig_##name.at))
#define lq_original_set(name, address) \
	WRITE_ONCE(lq_orig_##name.at, (void *)(address))

#endif

/*
 * The ftrace site: how far behind the address that kprobes know a function by,
 * and how long it is.  On arm64 an instruction that saves the return address is
 * before it.
 */
#if defined(CONFIG_X86_64)
#define LQ_SITE_KNOWN 1
#define LQ_SITE_OFFSET 0
#define LQ_SITE_SIZE MCOUNT_INSN_SIZE
#elif defined(CONFIG_ARM64)
#define LQ_SITE_KNOWN 1
#define LQ_SITE_OFFSET AARCH64_INSN_SIZE
#define LQ_SITE_SIZE AARCH64_INSN_SIZE
#else
#define LQ_SITE_KNOWN 0
#define LQ_SITE_OFFSET 0
#define LQ_SITE_SIZE 0
#endif

/* Whether wrappers can be had at all. */
#define LQ_CAN_REPLACE \
	(LQ_FTRACE_SEES && LQ_CAN_CALL_ORIGINAL && LQ_SITE_KNOWN)

#endif /* _LISTENQ_COMPAT_ORIGINAL_H */
