// SPDX-License-Identifier: GPL-2.0
/*
 * From 6.12 on (5.19 to 6.11: ftrace_ip_set).
 * Absent: 'ftrace_regs_set_instruction_pointer'
 */
#include <linux/ftrace.h>

static void __maybe_unused probe(struct ftrace_regs *fregs)
{
	ftrace_regs_set_instruction_pointer(fregs, 0);
}
