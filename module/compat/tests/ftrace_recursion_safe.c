// SPDX-License-Identifier: GPL-2.0
/*
 * Before 5.11: a callback that says nothing is skipped while another runs.
 * Absent: 'FTRACE_OPS_FL_RECURSION_SAFE'
 */
#include <linux/ftrace.h>

unsigned long probe(void);

unsigned long probe(void)
{
	return FTRACE_OPS_FL_RECURSION_SAFE;
}
