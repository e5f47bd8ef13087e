/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kretprobes: what differs between kernels.
 */
#ifndef _LISTENQ_COMPAT_KPROBES_H
#define _LISTENQ_COMPAT_KPROBES_H

#include <linux/kprobes.h>

#ifdef LQ_HAVE_KRETPROBE_GETTER
#define lq_get_kretprobe(ri) get_kretprobe(ri)
#else
#define lq_get_kretprobe(ri) ((ri)->rp)
#endif

#endif /* _LISTENQ_COMPAT_KPROBES_H */
