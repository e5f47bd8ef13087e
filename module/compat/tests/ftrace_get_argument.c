// SPDX-License-Identifier: GPL-2.0
/*
 * From 6.4 on; ftrace_regs_member before.
 * Absent: 'ftrace_regs_get_argument'|'struct ftrace_regs'
 */
#include <linux/ftrace.h>

static unsigned long __maybe_unused probe(struct ftrace_regs *fregs)
{
	return ftrace_regs_get_argument(fregs, 0);
}
