// SPDX-License-Identifier: GPL-2.0
/*
 * What a policy makes of a SYN, in user space: for every policy that makes
 * sense and every state of the queues, what is decided goes through a model of
 * the kernel, and what comes out must be what POLICIES.md says.
 */
#include <linux/types.h>
#include <stdbool.h>
#include <string.h>

#include "kselftest_harness.h"

#include "../module/decide.c"

/* Queues and limits from 0 to here: what matters is which one is longer. */
#define LONGEST 4

/* A setting that is left out. */
#define NONE (-1)

enum outcome {
	QUEUED,
	COOKIE,
	DROPPED,
	RESET,
};

struct settings {
	int synq;
	int overflow;
	int syncookies;
	int queue;
	int admit;
};

static void ask(struct lq_terms *terms, enum lq_term term, int value)
{
	if (value == NONE)
		return;
	terms->has |= 1 << term;
	terms->value[term] = value;
}

static struct lq_terms terms_of(const struct settings *settings)
{
	struct lq_terms terms = {};

	ask(&terms, LQ_TERM_SYNQ, settings->synq);
	ask(&terms, LQ_TERM_OVERFLOW, settings->overflow);
	ask(&terms, LQ_TERM_SYNCOOKIES, settings->syncookies);
	ask(&terms, LQ_TERM_QUEUE, settings->queue);
	ask(&terms, LQ_TERM_ADMIT, settings->admit);
	return terms;
}

/*
 * tcp_conn_request() for a peer that is not proven, the accept queue not full.
 * @bypass: the SYN found a TIME_WAIT socket; @lifted: the queue looks full.
 */
static enum outcome kernel(const struct lq_view *view, bool bypass, bool lifted)
{
	if (bypass)
		return QUEUED;
	if (view->sysctl == 2 || lifted || view->synq > view->synq_hard)
		return view->sysctl ? COOKIE : DROPPED;
	/* The last quarter of tcp_max_syn_backlog. */
	if (!view->sysctl && view->synq > view->synq_max)
		return DROPPED;
	return QUEUED;
}

static enum outcome outcome_of(enum lq_action action,
			       const struct lq_view *view)
{
	switch (action) {
	case LQ_ACTION_DROP:
		return DROPPED;
	case LQ_ACTION_RESET:
		return RESET;
	default:
		return kernel(view, action == LQ_ACTION_QUEUE,
			      action == LQ_ACTION_COOKIE);
	}
}

/* "Cookies under each value of tcp_syncookies" */
static int cookies_in_force(const struct settings *settings, int sysctl)
{
	static const int table[3][3] = {
		[LISTENQ_POLICY_SYNCOOKIES_OFF] = { 0, 0, 0 },
		[LISTENQ_POLICY_SYNCOOKIES_AUTO] = { 0, 1, 1 },
		[LISTENQ_POLICY_SYNCOOKIES_ALWAYS] = { 0, 2, 2 },
	};

	if (settings->syncookies == NONE)
		return sysctl;
	return table[settings->syncookies][sysctl];
}

static enum outcome expected_single(const struct settings *settings,
				    const struct lq_view *view)
{
	unsigned int limit = view->acceptq_max ?: 1;

	if (view->synq + view->acceptq < limit) {
		/* tcp_max_syn_backlog is another limit, and stays. */
		return !view->sysctl && view->synq > view->synq_max ? DROPPED :
								      QUEUED;
	}
	return settings->overflow == LISTENQ_POLICY_OVERFLOW_RESET ? RESET :
								      DROPPED;
}

static enum outcome expected(const struct settings *settings,
			     const struct lq_view *view)
{
	int cookies = cookies_in_force(settings, view->sysctl);
	bool own = settings->synq != NONE;
	bool full = view->synq > (own ? (u32)settings->synq : view->synq_hard);

	if (settings->admit == LISTENQ_POLICY_ADMIT_DROP)
		return DROPPED;
	if (settings->admit == LISTENQ_POLICY_ADMIT_RESET)
		return RESET;
	if (settings->queue == LISTENQ_POLICY_QUEUE_SINGLE)
		return expected_single(settings, view);
	if (cookies == 2)
		return COOKIE;
	if (full)
		return cookies ? COOKIE : DROPPED;
	/* Only a limit of its own does away with the reserve. */
	if (!view->sysctl && !own && view->synq > view->synq_max)
		return DROPPED;
	return QUEUED;
}

/* POLICIES.md's list of what is refused, of these settings. */
static bool makes_sense(const struct settings *settings)
{
	bool single = settings->queue == LISTENQ_POLICY_QUEUE_SINGLE;
	bool always = settings->syncookies == LISTENQ_POLICY_SYNCOOKIES_ALWAYS;
	bool own = settings->synq != NONE;

	if (single && own)
		return false;
	if (single && (always ||
		       settings->syncookies == LISTENQ_POLICY_SYNCOOKIES_AUTO))
		return false;
	if (always && own)
		return false;
	if (settings->admit == LISTENQ_POLICY_ADMIT_DROP ||
	    settings->admit == LISTENQ_POLICY_ADMIT_RESET)
		return !own && settings->syncookies == NONE &&
		       settings->queue == NONE;
	return own || settings->overflow != NONE ||
	       settings->syncookies != NONE || settings->queue != NONE ||
	       settings->admit != NONE;
}

/* The next settings in order; false after the last ones. */
static bool next_settings(struct settings *settings)
{
	struct {
		int *value;
		int last;
	} wheels[] = {
		{ &settings->synq, LONGEST },
		{ &settings->overflow, LISTENQ_POLICY_OVERFLOW_RESET },
		{ &settings->syncookies, LISTENQ_POLICY_SYNCOOKIES_ALWAYS },
		{ &settings->queue, LISTENQ_POLICY_QUEUE_SINGLE },
		{ &settings->admit, LISTENQ_POLICY_ADMIT_RESET },
	};
	unsigned int n;

	for (n = 0; n < ARRAY_SIZE(wheels); n++) {
		if (++*wheels[n].value <= wheels[n].last)
			return true;
		*wheels[n].value = NONE;
	}
	return false;
}

static const struct settings nothing = { NONE, NONE, NONE, NONE, NONE };

static bool next_view(struct lq_view *view)
{
	if (++view->synq <= LONGEST + 2)
		return true;
	view->synq = 0;
	if (++view->acceptq <= view->acceptq_max)
		return true;
	view->acceptq = 0;
	/* The reserve is kept without cookies only. */
	if (!view->sysctl && view->synq_max) {
		view->synq_max--;
		return true;
	}
	if (++view->acceptq_max > LONGEST) {
		view->acceptq_max = 0;
		view->sysctl++;
	}
	view->synq_hard = view->acceptq_max;
	view->synq_asked = view->synq_hard;
	view->synq_max = view->synq_hard;
	return view->sysctl <= 2;
}

static void log_settings(struct __test_metadata *_metadata,
			 const struct settings *settings)
{
	TH_LOG("synq %d overflow %d syncookies %d queue %d admit %d",
	       settings->synq, settings->overflow, settings->syncookies,
	       settings->queue, settings->admit);
}

static void check_view(struct __test_metadata *_metadata,
		       const struct settings *settings,
		       const struct lq_terms *terms,
		       const struct lq_view *view)
{
	enum lq_action action = lq_decide_syn(terms, view);
	enum outcome outcome = outcome_of(action, view);

	EXPECT_EQ(expected(settings, view), outcome) {
		log_settings(_metadata, settings);
		TH_LOG("sysctl %u synq %u of %u/%u acceptq %u of %u: action %u",
		       view->sysctl, view->synq, view->synq_max,
		       view->synq_hard, view->acceptq, view->acceptq_max,
		       action);
	}
	if (outcome == COOKIE)
		EXPECT_EQ(lq_cookie_is_kernels(view),
			  kernel(view, false, false) == COOKIE);
}

TEST(every_policy_in_every_state)
{
	struct settings settings = nothing;
	unsigned long checked = 0;

	do {
		struct lq_terms terms = terms_of(&settings);
		struct lq_view view = {};

		if (!makes_sense(&settings))
			continue;
		do {
			check_view(_metadata, &settings, &terms, &view);
			checked++;
		} while (next_view(&view));
	} while (next_settings(&settings));
	TH_LOG("%lu states", checked);
	EXPECT_LT(10000, checked);
}

/* What only repeats the kernel's own way leaves all to it. */
TEST(neutral_policy_is_passed)
{
	struct settings settings = nothing;
	struct lq_view view = {};
	struct lq_terms terms;

	settings.queue = LISTENQ_POLICY_QUEUE_SPLIT;
	settings.admit = LISTENQ_POLICY_ADMIT_ALL;
	settings.overflow = LISTENQ_POLICY_OVERFLOW_RESET;
	terms = terms_of(&settings);
	do {
		EXPECT_EQ(LQ_ACTION_PASS, lq_decide_syn(&terms, &view));
	} while (next_view(&view));
}

/* A drop that the kernel makes anyway is its own. */
TEST(kernels_drop_is_passed)
{
	struct settings settings = nothing;
	struct lq_view view = { .synq = 3, .synq_max = 2, .synq_hard = 2 };
	struct lq_terms terms;

	settings.syncookies = LISTENQ_POLICY_SYNCOOKIES_OFF;
	terms = terms_of(&settings);
	EXPECT_EQ(LQ_ACTION_PASS, lq_decide_syn(&terms, &view));
	view.sysctl = 1;
	EXPECT_EQ(LQ_ACTION_DROP, lq_decide_syn(&terms, &view));
}

/* Where a policy lowered the limit, a cookie beyond it is its own. */
TEST(whose_cookie)
{
	struct lq_view view = {
		.synq = 3, .synq_max = 2, .synq_hard = 2, .synq_asked = 4,
		.sysctl = 1,
	};

	EXPECT_FALSE(lq_cookie_is_kernels(&view));
	view.synq = 5;
	EXPECT_TRUE(lq_cookie_is_kernels(&view));
	view.sysctl = 0;
	EXPECT_FALSE(lq_cookie_is_kernels(&view));
	view.synq = 0;
	view.sysctl = 2;
	EXPECT_TRUE(lq_cookie_is_kernels(&view));
}

TEST(what_makes_sense)
{
	struct settings settings = nothing;
	struct lq_objection objection;

	do {
		struct lq_terms terms = terms_of(&settings);
		bool sense = lq_terms_make_sense(&terms, &objection);

		EXPECT_EQ(makes_sense(&settings), sense) {
			log_settings(_metadata, &settings);
		}
		if (sense)
			continue;
		EXPECT_NE(NULL, objection.why);
		/* The term that is in the way is one that is asked. */
		if (!terms.has)
			EXPECT_EQ(LQ_TERM_NR, objection.term);
		if (terms.has)
			EXPECT_TRUE(lq_asks(&terms, objection.term));
	} while (next_settings(&settings));
}

TEST(burst_needs_rate)
{
	struct lq_objection objection;
	struct lq_terms terms = {};

	ask(&terms, LQ_TERM_SYN_BURST, 1);
	EXPECT_FALSE(lq_terms_make_sense(&terms, &objection));
	EXPECT_EQ(LQ_TERM_SYN_BURST, objection.term);
	ask(&terms, LQ_TERM_SYN_RATE, 1);
	EXPECT_TRUE(lq_terms_make_sense(&terms, &objection));
	ask(&terms, LQ_TERM_ADMIT, LISTENQ_POLICY_ADMIT_DROP);
	EXPECT_FALSE(lq_terms_make_sense(&terms, &objection));
	EXPECT_EQ(LQ_TERM_SYN_RATE, objection.term);
}

/* A field of the socket is all that a backlog needs. */
TEST(what_acts_early)
{
	struct lq_terms terms = {};

	ask(&terms, LQ_TERM_BACKLOG, 1);
	EXPECT_FALSE(lq_terms_act_early(&terms));
	ask(&terms, LQ_TERM_SYNACK_RETRIES, 1);
	EXPECT_TRUE(lq_terms_act_early(&terms));
}

TEST_HARNESS_MAIN
