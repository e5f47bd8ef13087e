// SPDX-License-Identifier: GPL-2.0
/*
 * From 6.13 on; hrtimer_init() before.
 * Absent: 'hrtimer_setup'
 */
#include <linux/hrtimer.h>

void probe(struct hrtimer *timer,
	   enum hrtimer_restart (*fires)(struct hrtimer *timer));

void probe(struct hrtimer *timer,
	   enum hrtimer_restart (*fires)(struct hrtimer *timer))
{
	hrtimer_setup(timer, fires, CLOCK_BOOTTIME, HRTIMER_MODE_ABS);
}
