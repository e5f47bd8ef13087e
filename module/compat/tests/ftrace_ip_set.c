// SPDX-License-Identifier: GPL-2.0
/*
 * 5.12 to 6.11.
 * Absent: 'ftrace_instruction_pointer_set'
 */
#include <linux/ftrace.h>

static void __maybe_unused probe(struct ftrace_regs *fregs)
{
	ftrace_instruction_pointer_set(fregs, 0);
}
