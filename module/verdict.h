/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a deciding function decided, read off what it counted and returned.
 *
 * Pure C, nothing but fixed-size types needed: the same file is compiled into
 * the module and into the user space test that tries every combination.
 */
#ifndef _LISTENQ_VERDICT_H
#define _LISTENQ_VERDICT_H

#include <linux/types.h>

#include "counter.h"

/**
 * struct lq_growth - what one call added to this CPU's counters
 * @by: difference of each counter; only those the call can move are set
 */
struct lq_growth {
	u8 by[LQ_MIB_NR];
};

/**
 * struct lq_syn - one call of tcp_conn_request()
 * @growth: what it counted
 * @queued: a request was put into the SYN queue
 * @duplicate: the request was refused by the hash as already there
 * @unproven: the kernel asked whether the peer is proven, the answer was no
 * @cookies_always: tcp_syncookies=2 or a policy, so a cookie says nothing about
 *	the queue
 * @policy_cookie: a cookie, if one was sent, was sent because of a policy
 * @refused: a policy refused it, the kernel was not asked
 * @reset: it did so with a RST
 */
struct lq_syn {
	struct lq_growth growth;
	bool queued;
	bool duplicate;
	bool unproven;
	bool cookies_always;
	bool policy_cookie;
	bool refused;
	bool reset;
};

/**
 * enum lq_result - what tcp_check_req() or cookie_v*_check() returned
 * @LQ_RESULT_NONE: NULL
 * @LQ_RESULT_LISTENER: the listener itself
 * @LQ_RESULT_CHILD: a new socket
 */
enum lq_result {
	LQ_RESULT_NONE,
	LQ_RESULT_LISTENER,
	LQ_RESULT_CHILD,
};

/**
 * struct lq_ack - one call of tcp_check_req() for a request of the SYN queue
 * @growth: what it counted
 * @result: what it returned
 * @not_queued: the child belongs to an MPTCP connection, not to the queue
 * @lost: the request was taken out but its listener had closed
 * @migrated: the request was another, closed, listener's
 */
struct lq_ack {
	struct lq_growth growth;
	enum lq_result result;
	bool not_queued;
	bool lost;
	bool migrated;
};

/**
 * struct lq_verdict - what happened, as counters to advance
 * @count: bit n: advance counter n (enum lq_counter) by one
 * @count_source: the same for the listener the request was migrated from
 * @drops: what to add to listen_drop (more than one drop in a call is possible)
 */
struct lq_verdict {
	u64 count;
	u64 count_source;
	u8 drops;
};

struct lq_verdict lq_verdict_syn(const struct lq_syn *syn);
struct lq_verdict lq_verdict_ack(const struct lq_ack *ack);
struct lq_verdict lq_verdict_cookie(const struct lq_growth *growth,
				    enum lq_result result);

#endif /* _LISTENQ_VERDICT_H */
