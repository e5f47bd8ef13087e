// SPDX-License-Identifier: GPL-2.0
/*
 * Not in 5.10, where an instance has a member rp.
 * Absent: 'get_kretprobe'|makes pointer from integer
 */
#include <linux/kprobes.h>

struct kretprobe *probe(struct kretprobe_instance *ri);

struct kretprobe *probe(struct kretprobe_instance *ri)
{
	return get_kretprobe(ri);
}
