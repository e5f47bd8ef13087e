/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One step at a listener and all that came of it: what its client saw, what was
 * on the wire, and what was counted where. So that the same step can be done at
 * a listener that is under a policy and at one that is not, and compared.
 */
#ifndef LQ_TRY_H
#define LQ_TRY_H

#include "lq.h"
#include "lq_tap.h"

/* Counts of a listener, or their growth */
struct lq_tally {
	/* In /proc/listenq */
	u64 syns;		/* syn_received */
	u64 queued;		/* syn_queued */
	u64 cookies;		/* syncookie_sent */
	u64 established;
	u64 refused;		/* policy_refused */
	u64 dropped;		/* policy_drop */
	u64 reset;		/* policy_reset */
	u64 forced;		/* policy_cookie */

	/* The kernel's own, of the whole namespace */
	u64 drops;		/* ListenDrops */
	u64 overflows;		/* ListenOverflows */
	u64 embryonic;		/* EmbryonicRsts */
	u64 full_drops;		/* TCPReqQFullDrop */

	/* The socket's (ss -m: d) */
	u64 sk_drops;
};

/* What came of a step, each thing with all the counts that it belongs to */
struct lq_outcome {
	u64 syns;
	u64 queued;
	u64 cookies;
	u64 established;
	u64 forced;		/* of the cookies */
	u64 policy_drops;	/* SYNs without an answer */
	u64 policy_resets;	/* SYNs */
	u64 overflows;		/* by the kernel, and silent */
	u64 overflow_resets;	/* by the kernel, and the policy's RST */
	u64 full_drops;		/* by the kernel's full SYN queue */
	u64 embryonic;
	u64 sk_drops;		/* of the socket, beside ListenDrops */
};

struct lq_tally lq_tally(int fd);
struct lq_tally lq_tally_growth(int fd, const struct lq_tally *since);
int lq_tally_differs(const struct lq_tally *is, const struct lq_tally *want);
int lq_outcome_differs(const struct lq_tally *is,
		       const struct lq_outcome *want);

/* What becomes of a client, at once: an errno, or one of these */
#define LQ_GETS_IN	0
#define LQ_UNANSWERED	(-1)

int lq_fate(int client);

struct lq_try {
	int client;		/* the caller closes it */
	int fate;
	unsigned int synacks;	/* on the wire */
	unsigned int resets;
	struct lq_tally grew;
};

/* Where something is tried */
struct lq_place {
	const char *address;
	int family;
	int port;
	int listener;
	struct lq_tap *tap;
};

socklen_t lq_place_address(const struct lq_place *place,
			   struct sockaddr_storage *to);
struct lq_try lq_try_begin(const struct lq_place *place);
void lq_try_end(const struct lq_place *place, struct lq_try *try);
struct lq_try lq_try_syn(const struct lq_place *place);
struct lq_try lq_try_syn_from(const struct lq_place *place, int port);
struct lq_try lq_try_flood(const struct lq_place *place, unsigned int count);
struct lq_try lq_try_segment(const struct lq_place *place, int client);
int lq_client_held(const struct lq_place *place);
int lq_client_before_full(const struct lq_place *place, unsigned int fit);
bool lq_leave_time_wait(const struct lq_place *place, int port);
bool lq_accept_one(int listener);

#endif /* LQ_TRY_H */
