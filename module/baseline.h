/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one instant at which counting begins.
 */
#ifndef _LISTENQ_BASELINE_H
#define _LISTENQ_BASELINE_H

#include <linux/compiler.h>
#include <linux/types.h>

#include "compat/rt.h"

extern bool lq_counting;

/* Until the baseline is taken the wrappers pass everything through. */
static inline bool lq_is_counting(void)
{
	return READ_ONCE(lq_counting);
}

bool lq_gate_enter(void);
void lq_gate_leave(void);

/*
 * Around a call that may count: whether it does.  Where bottom halves can be
 * preempted, whoever does not has to be known.
 */
static inline bool lq_count_begin(void)
{
	return lq_is_counting() || (LQ_RT && lq_gate_enter());
}

/* After a call that does not count. */
static inline void lq_count_none(void)
{
	if (LQ_RT)
		lq_gate_leave();
}

int lq_baseline_take(void);

#endif /* _LISTENQ_BASELINE_H */
