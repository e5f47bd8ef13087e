// SPDX-License-Identifier: GPL-2.0
/*
 * What a policy makes of a SYN.
 */
#include <uapi/linux/listenq.h>

#include "decide.h"

#define LQ_TERM_BIT(term) (1 << (term))

#define LQ_SYNCOOKIES_NR (LISTENQ_POLICY_SYNCOOKIES_ALWAYS + 1)

/**
 * struct lq_conflict - what does not go together
 * @term: when this is asked
 * @values: bit n: to be n; 0: whatever it is to be
 * @with: and any of these
 * @values_with: bit n: to be n; 0: whatever it is to be
 * @why: then it is refused, for people
 */
struct lq_conflict {
	enum lq_term term;
	u8 values;
	u16 with;
	u8 values_with;
	const char *why;
};

static const struct lq_conflict conflicts[] = {
	{
		.term = LQ_TERM_QUEUE,
		.values = LQ_TERM_BIT(LISTENQ_POLICY_QUEUE_SINGLE),
		.with = LQ_TERM_BIT(LQ_TERM_SYNQ),
		.why = "queue single has no SYN queue of its own: leave synq out",
	},
	{
		.term = LQ_TERM_QUEUE,
		.values = LQ_TERM_BIT(LISTENQ_POLICY_QUEUE_SINGLE),
		.with = LQ_TERM_BIT(LQ_TERM_SYNCOOKIES),
		.values_with = LQ_TERM_BIT(LISTENQ_POLICY_SYNCOOKIES_AUTO) |
			       LQ_TERM_BIT(LISTENQ_POLICY_SYNCOOKIES_ALWAYS),
		.why = "queue single never sends a cookie: leave syncookies out",
	},
	{
		.term = LQ_TERM_SYNCOOKIES,
		.values = LQ_TERM_BIT(LISTENQ_POLICY_SYNCOOKIES_ALWAYS),
		.with = LQ_TERM_BIT(LQ_TERM_SYNQ),
		.why = "with syncookies always nothing enters the SYN queue: leave synq out",
	},
	{
		.term = LQ_TERM_ADMIT,
		.values = LQ_TERM_BIT(LISTENQ_POLICY_ADMIT_DROP) |
			  LQ_TERM_BIT(LISTENQ_POLICY_ADMIT_RESET),
		.with = LQ_TERM_BIT(LQ_TERM_SYNQ) |
			LQ_TERM_BIT(LQ_TERM_SYNCOOKIES) |
			LQ_TERM_BIT(LQ_TERM_QUEUE) |
			LQ_TERM_BIT(LQ_TERM_SYN_RATE),
		.why = "admit drop and reset let no SYN in: this would have no effect",
	},
};

static bool is_one_of(const struct lq_terms *terms, enum lq_term term,
		      u8 values)
{
	if (!lq_asks(terms, term))
		return false;
	return !values || values & LQ_TERM_BIT(terms->value[term]);
}

/* Which of the terms that @conflict is with is asked, or LQ_TERM_NR. */
static enum lq_term opponent(const struct lq_terms *terms,
			     const struct lq_conflict *conflict)
{
	unsigned int term;

	for (term = 0; term < LQ_TERM_NR; term++) {
		if (conflict->with & LQ_TERM_BIT(term) &&
		    is_one_of(terms, term, conflict->values_with))
			break;
	}
	return term;
}

/**
 * lq_terms_make_sense() - whether terms can be asked together
 * @terms: each in its range
 * @objection: filled when they cannot
 *
 * Context: any.
 * Return: whether they can.
 */
bool lq_terms_make_sense(const struct lq_terms *terms,
			 struct lq_objection *objection)
{
	unsigned int n;

	objection->term = LQ_TERM_NR;
	objection->why = "a policy without a setting: what is to be done?";
	if (!terms->has)
		return false;
	objection->term = LQ_TERM_SYN_BURST;
	objection->why = "a burst goes with a rate: syn-rate is missing";
	if (lq_asks(terms, LQ_TERM_SYN_BURST) &&
	    !lq_asks(terms, LQ_TERM_SYN_RATE))
		return false;
	for (n = 0; n < sizeof(conflicts) / sizeof(*conflicts); n++) {
		const struct lq_conflict *conflict = &conflicts[n];

		if (!is_one_of(terms, conflict->term, conflict->values))
			continue;
		objection->term = opponent(terms, conflict);
		objection->why = conflict->why;
		if (objection->term != LQ_TERM_NR)
			return false;
	}
	return true;
}

/**
 * lq_terms_act_early() - whether a policy acts before the kernel's verdict
 * @terms: what it asks
 *
 * Context: any.
 * Return: false: fields of the socket are all that it needs.
 */
bool lq_terms_act_early(const struct lq_terms *terms)
{
	return terms->has & ~LQ_TERM_BIT(LQ_TERM_BACKLOG);
}

/* Without cookies in the namespace their ACKs are not taken either. */
static u8 cookies_of(const struct lq_terms *terms, const struct lq_view *view)
{
	static const u8 as_sysctl[LQ_SYNCOOKIES_NR] = {
		[LISTENQ_POLICY_SYNCOOKIES_OFF] = 0,
		[LISTENQ_POLICY_SYNCOOKIES_AUTO] = 1,
		[LISTENQ_POLICY_SYNCOOKIES_ALWAYS] = 2,
	};

	if (!view->sysctl || !lq_asks(terms, LQ_TERM_SYNCOOKIES))
		return view->sysctl;
	return as_sysctl[terms->value[LQ_TERM_SYNCOOKIES]];
}

static bool is_kernels_full(const struct lq_view *view)
{
	return view->synq > view->synq_hard;
}

static bool kernel_sends_cookie(const struct lq_view *view)
{
	return view->sysctl == 2 || (view->sysctl && is_kernels_full(view));
}

/* Where no cookie may be sent: it may be full when the kernel looks. */
static bool kernel_may_send_cookie(const struct lq_view *view)
{
	return view->sysctl == 2 ||
	       (view->sysctl &&
		(u64)view->synq + view->margin > view->synq_hard);
}

/* BSD's rule. A backlog of 0 means one there, too. */
static enum lq_action decide_single(const struct lq_terms *terms,
				    const struct lq_view *view)
{
	u32 limit = view->acceptq_max ? view->acceptq_max : 1;

	if ((u64)view->synq + view->acceptq >= limit)
		return lq_asks_for(terms, LQ_TERM_OVERFLOW,
				   LISTENQ_POLICY_OVERFLOW_RESET) ?
		       LQ_ACTION_RESET : LQ_ACTION_DROP;
	return kernel_may_send_cookie(view) ? LQ_ACTION_QUEUE : LQ_ACTION_PASS;
}

/* The SYN queue is full. */
static enum lq_action decide_full(const struct lq_view *view, u8 cookies)
{
	if (!cookies)
		return !view->sysctl && is_kernels_full(view) ?
		       LQ_ACTION_PASS : LQ_ACTION_DROP;
	return kernel_sends_cookie(view) ? LQ_ACTION_PASS : LQ_ACTION_COOKIE;
}

static enum lq_action decide_room(const struct lq_terms *terms,
				  const struct lq_view *view, u8 cookies)
{
	if (kernel_sends_cookie(view) || is_kernels_full(view))
		return LQ_ACTION_QUEUE;
	if (!cookies && kernel_may_send_cookie(view))
		return LQ_ACTION_QUEUE;
	/* A limit of its own also holds where the kernel keeps a rest back. */
	if (lq_asks(terms, LQ_TERM_SYNQ) && view->synq > view->synq_max)
		return LQ_ACTION_QUEUE;
	return LQ_ACTION_PASS;
}

/**
 * lq_decide_syn() - what a policy makes of a SYN, its rate apart
 * @terms: what it asks
 * @view: what the SYN meets
 *
 * Where the kernel does the same by itself it is left to it: it is its verdict
 * then.
 *
 * Context: any; reads only its arguments.
 * Return: what to do.
 */
enum lq_action lq_decide_syn(const struct lq_terms *terms,
			     const struct lq_view *view)
{
	u8 cookies = cookies_of(terms, view);

	if (lq_asks_for(terms, LQ_TERM_ADMIT, LISTENQ_POLICY_ADMIT_DROP))
		return LQ_ACTION_DROP;
	if (lq_asks_for(terms, LQ_TERM_ADMIT, LISTENQ_POLICY_ADMIT_RESET))
		return LQ_ACTION_RESET;
	if (lq_asks_for(terms, LQ_TERM_QUEUE, LISTENQ_POLICY_QUEUE_SINGLE))
		return decide_single(terms, view);
	if (cookies == 2)
		return view->sysctl == 2 ? LQ_ACTION_PASS : LQ_ACTION_COOKIE;
	if (view->synq > lq_decide_synq_limit(terms, view->synq_hard))
		return decide_full(view, cookies);
	return decide_room(terms, view, cookies);
}

/**
 * lq_cookies_always() - whether every SYN is answered with a cookie
 * @terms: what a policy asks
 * @view: what the SYN meets
 *
 * Context: any; reads only its arguments.
 * Return: true: a cookie does not say that the SYN queue is full.
 */
bool lq_cookies_always(const struct lq_terms *terms,
		       const struct lq_view *view)
{
	return cookies_of(terms, view) == 2;
}

/**
 * lq_cookie_is_kernels() - whether a cookie would be sent without the policy
 * @view: what the SYN meets
 *
 * Context: any; reads only its argument.
 * Return: true: a cookie that is sent is not the policy's.
 */
bool lq_cookie_is_kernels(const struct lq_view *view)
{
	return view->sysctl == 2 ||
	       (view->sysctl && view->synq > view->synq_asked);
}

/**
 * lq_decide_synq_limit() - the SYN queue's limit in force
 * @terms: what a policy asks
 * @kernels: the limit without it
 *
 * Context: any; reads only its arguments.
 * Return: requests; full when longer.
 */
u32 lq_decide_synq_limit(const struct lq_terms *terms, u32 kernels)
{
	return lq_asks(terms, LQ_TERM_SYNQ) ? terms->value[LQ_TERM_SYNQ] :
					      kernels;
}
