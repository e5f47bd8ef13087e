// SPDX-License-Identifier: GPL-2.0
/*
 * 5.11 to 6.12: the saved arguments are a struct pt_regs.
 * Absent: no member named 'regs'|'struct ftrace_regs'
 */
#include <linux/ftrace.h>

static unsigned long __maybe_unused probe(struct ftrace_regs *fregs)
{
	return regs_get_kernel_argument(&fregs->regs, 0);
}
