// SPDX-License-Identifier: GPL-2.0
/*
 * Time. In a guest that skips idle time a sleep costs nothing, a spin does. And a
 * kernel that checks all it does takes much longer for everything.
 */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "lq.h"

u64 lq_time_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000ull + now.tv_nsec / 1000;
}

u64 lq_time_ms(void)
{
	return lq_time_us() / 1000;
}

/* From one to the next of what is only to be many: more where each takes longer */
unsigned int lq_stride(void)
{
	const char *fewer = getenv("LISTENQ_FEWER");
	int times = fewer ? atoi(fewer) : 1;

	return times > 1 ? times : 1;
}

/* Of what is only to be many: fewer there */
unsigned int lq_fewer(unsigned int n)
{
	return n / lq_stride();
}

/* Between two looks at something awaited: each costs the host, even if it's idle */
unsigned int lq_pause_ms(u64 since)
{
	u64 waited = lq_time_ms() - since;

	if (waited < 64)
		return 2;
	return waited < 320 ? waited / 32 : 10;
}

void lq_sleep_ms(unsigned int ms)
{
	struct timespec left = { ms / 1000, ms % 1000 * 1000000l };

	while (nanosleep(&left, &left) && errno == EINTR)
		;
}
