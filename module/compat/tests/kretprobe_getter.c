// SPDX-License-Identifier: GPL-2.0
/*
 * From 5.15 on, and in stable kernels before; the member rp before.
 * Absent: 'get_kretprobe'|makes pointer from integer
 */
#include <linux/kprobes.h>

struct kretprobe *probe(struct kretprobe_instance *ri);

struct kretprobe *probe(struct kretprobe_instance *ri)
{
	return get_kretprobe(ri);
}
