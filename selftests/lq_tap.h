/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What listeners say on the loopback device, counted by their port: also the
 * answers to spoofed senders, which no socket ever sees.
 */
#ifndef LQ_TAP_H
#define LQ_TAP_H

#include "lq.h"

/* Only listeners on these are counted */
#define LQ_TAP_PORT	7000
#define LQ_TAP_PORTS	32

#define LQ_TAP_ISNS	256

struct lq_tap {
	int fd;
	unsigned int synacks[LQ_TAP_PORTS];
	unsigned int resets[LQ_TAP_PORTS];
	u32 isn[LQ_TAP_ISNS];	/* of the first SYN-ACKs, of all ports */
	unsigned int nisns;
};

int lq_tap_open(struct lq_tap *tap);
void lq_tap_close(struct lq_tap *tap);
void lq_tap_forget(struct lq_tap *tap);
void lq_tap_read(struct lq_tap *tap);
unsigned int lq_tap_synacks(struct lq_tap *tap, int port);
unsigned int lq_tap_resets(struct lq_tap *tap, int port);

#endif /* LQ_TAP_H */
