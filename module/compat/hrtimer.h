/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Timers: what differs between kernels.
 */
#ifndef _LISTENQ_COMPAT_HRTIMER_H
#define _LISTENQ_COMPAT_HRTIMER_H

#include <linux/hrtimer.h>

/* From 6.13 on in one step. */
static inline void
lq_hrtimer_setup(struct hrtimer *timer,
		 enum hrtimer_restart (*fires)(struct hrtimer *timer),
		 clockid_t clock, enum hrtimer_mode mode)
{
#ifdef LQ_HAVE_HRTIMER_SETUP
	hrtimer_setup(timer, fires, clock, mode);
#else
	hrtimer_init(timer, clock, mode);
	timer->function = fires;
#endif
}

#endif /* _LISTENQ_COMPAT_HRTIMER_H */
