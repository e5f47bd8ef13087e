/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a policy asks, and what it makes of a SYN.
 *
 * Pure C, nothing but fixed-size types needed: the same file is compiled into
 * the module and into the user space test that tries every combination.
 */
#ifndef _LISTENQ_DECIDE_H
#define _LISTENQ_DECIDE_H

#include <linux/types.h>

/**
 * enum lq_term - what a policy can ask
 *
 * In the order of listenq.yaml.
 */
enum lq_term {
	LQ_TERM_BACKLOG,
	LQ_TERM_SYNQ,
	LQ_TERM_OVERFLOW,
	LQ_TERM_SYNCOOKIES,
	LQ_TERM_SYNACK_RETRIES,
	LQ_TERM_QUEUE,
	LQ_TERM_SYN_RATE,
	LQ_TERM_SYN_BURST,
	LQ_TERM_ADMIT,
	LQ_TERM_NR
};

/**
 * struct lq_terms - what a policy asks
 * @has: bit n: it asks term n
 * @value: by enum lq_term; what the numbers mean stands in listenq.yaml
 */
struct lq_terms {
	u16 has;
	u32 value[LQ_TERM_NR];
};

/**
 * enum lq_action - what becomes of a SYN
 * @LQ_ACTION_PASS: what the kernel decides
 * @LQ_ACTION_QUEUE: as that, but the SYN queue is not full, and no cookie is sent
 * @LQ_ACTION_COOKIE: as that, but the SYN queue is full
 * @LQ_ACTION_DROP: it is dropped
 * @LQ_ACTION_RESET: it is answered with a RST
 */
enum lq_action {
	LQ_ACTION_PASS,
	LQ_ACTION_QUEUE,
	LQ_ACTION_COOKIE,
	LQ_ACTION_DROP,
	LQ_ACTION_RESET,
};

/**
 * struct lq_view - what a SYN meets
 * @acceptq: connections in the accept queue
 * @acceptq_max: its limit
 * @synq: requests in the SYN queue
 * @synq_max: beyond it the kernel keeps the rest for proven peers
 * @synq_hard: beyond it the kernel queues nobody
 * @synq_asked: what that would be without the policy
 * @margin: SYNs that other CPUs may be queueing at this moment
 * @sysctl: tcp_syncookies
 */
struct lq_view {
	u32 acceptq;
	u32 acceptq_max;
	u32 synq;
	u32 synq_max;
	u32 synq_hard;
	u32 synq_asked;
	u32 margin;
	u8 sysctl;
};

/**
 * struct lq_objection - why terms make no sense together
 * @term: which of them is in the way
 * @why: for people
 */
struct lq_objection {
	enum lq_term term;
	const char *why;
};

/* Whether @terms ask @term, and ask it to be @what. */
static inline bool lq_asks(const struct lq_terms *terms, enum lq_term term)
{
	return terms->has & (1 << term);
}

static inline bool lq_asks_for(const struct lq_terms *terms, enum lq_term term,
			       u32 what)
{
	return lq_asks(terms, term) && terms->value[term] == what;
}

bool lq_terms_make_sense(const struct lq_terms *terms,
			 struct lq_objection *objection);
bool lq_terms_act_early(const struct lq_terms *terms);
enum lq_action lq_decide_syn(const struct lq_terms *terms,
			     const struct lq_view *view);
bool lq_cookies_always(const struct lq_terms *terms,
		       const struct lq_view *view);
bool lq_cookie_is_kernels(const struct lq_view *view);
u32 lq_decide_synq_limit(const struct lq_terms *terms, u32 kernels);

#endif /* _LISTENQ_DECIDE_H */
