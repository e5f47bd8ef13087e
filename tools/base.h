/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's words for what user space calls otherwise.
 */
#ifndef _LISTENQ_TOOL_BASE_H
#define _LISTENQ_TOOL_BASE_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s64 s64;

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#endif

#ifndef __printf
#define __printf(a, b) __attribute((format(printf, a, b)))
#endif
#ifndef __aligned
#define __aligned(x) __attribute((aligned(x)))
#endif

#endif
