/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's short names, for its pure code compiled in user space.
 */
#ifndef _LISTENQ_SHIM_TYPES_H
#define _LISTENQ_SHIM_TYPES_H

#include_next <linux/types.h>
#include <stdbool.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;

#endif /* _LISTENQ_SHIM_TYPES_H */
