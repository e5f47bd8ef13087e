/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one instant at which counting begins.
 */
#ifndef _LISTENQ_BASELINE_H
#define _LISTENQ_BASELINE_H

#include <linux/compiler.h>
#include <linux/types.h>

extern bool lq_counting;

/* Until the baseline is taken the wrappers pass everything through. */
static inline bool lq_is_counting(void)
{
	return READ_ONCE(lq_counting);
}

int lq_baseline_take(void);

#endif /* _LISTENQ_BASELINE_H */
