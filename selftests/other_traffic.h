/* SPDX-License-Identifier: GPL-2.0 */
/* Traffic that calls each function that listenq hooks a known number of times */
#ifndef OTHER_TRAFFIC_H
#define OTHER_TRAFFIC_H

#include "lq.h"

/* No function: the calls of inet_csk_accept() that returned a connection */
#define OTHER_ACCEPTED "accepted"

struct other_expected {
	const char *function;
	u64 calls;	/* by one other_traffic() */
};

/* Ends with a function without a name; those that decide come first */
#define OTHER_DECIDE 4
extern const struct other_expected other_expected[];

void other_traffic_prepare(void);
bool other_traffic(void);

#endif /* OTHER_TRAFFIC_H */
