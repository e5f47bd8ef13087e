/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fields of a listener's socket that a policy has taken over.
 */
#ifndef _LISTENQ_OVERRIDE_H
#define _LISTENQ_OVERRIDE_H

#include <linux/types.h>

struct lq_terms;
struct sock;

/**
 * struct lq_override - what is in force, and what was asked for
 * @backlog: sk_max_ack_backlog, while @has_backlog
 * @backlog_asked: what the program last asked for in listen()
 * @has_backlog: it is ours
 * @has_retries: icsk_syn_retries is ours
 * @has_warned: synflood_warned is ours
 * @retries: icsk_syn_retries, while @has_retries
 * @retries_asked: what it was before
 */
struct lq_override {
	u32 backlog;
	u32 backlog_asked;
	bool has_backlog;
	bool has_retries;
	bool has_warned;
	u8 retries;
	u8 retries_asked;
};

void lq_override_apply(struct lq_override *override, struct sock *sk,
		       const struct lq_terms *terms);
void lq_override_undo(struct lq_override *override, struct sock *sk);
bool lq_override_holds(const struct lq_override *override,
		       const struct sock *sk, const struct lq_terms *terms);

#endif /* _LISTENQ_OVERRIDE_H */
