// SPDX-License-Identifier: GPL-2.0
/*
 * From 5.11 on; callbacks get a struct pt_regs before.
 * Absent: incompatible.pointer.type
 */
#include <linux/ftrace.h>

struct ftrace_regs;

static void callback(unsigned long ip, unsigned long parent_ip,
		     struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
}

void probe(struct ftrace_ops *ops);

void probe(struct ftrace_ops *ops)
{
	ops->func = callback;
}
