// SPDX-License-Identifier: GPL-2.0
/*
 * The verdict, in user space: every way through the kernels' deciding
 * functions is walked, what it counts and returns is noted beside what it
 * means, and lq_verdict_*() must say the same.
 *
 * The walks follow the sources of 5.10 to 7.3, step by step; a step that a
 * kernel does not have only makes ways that it does not take.
 */
#include <linux/types.h>
#include <stdbool.h>
#include <string.h>

#include "kselftest_harness.h"

#include "../module/counter.c"
#include "../module/verdict.c"

#define BIT_OF(counter) (1ULL << (counter))

/* What law 1 says a SYN can become. */
#define OUTCOMES							\
	(BIT_OF(LQ_SYN_QUEUED) | BIT_OF(LQ_SYN_DUPLICATE) |		\
	 BIT_OF(LQ_SYNCOOKIE_SENT) | BIT_OF(LQ_FASTOPEN_CHILD) |	\
	 BIT_OF(LQ_SYNQ_FULL_DROP) | BIT_OF(LQ_ACCEPTQ_OVERFLOW_SYN) |	\
	 BIT_OF(LQ_SYNQ_RESERVE_DROP) | BIT_OF(LQ_SYN_OTHER_DROP) |	\
	 BIT_OF(LQ_POLICY_REFUSED))

/* A choice that a walk makes: 0 .. n - 1, all of them in turn. */
struct walk {
	unsigned int choice[16];
	unsigned int options[16];
	unsigned int depth;
};

static unsigned int choose(struct walk *walk, unsigned int options)
{
	unsigned int at = walk->depth++;

	walk->options[at] = options;
	return walk->choice[at];
}

/* The next walk in order; false after the last one. */
static bool advance(struct walk *walk)
{
	while (walk->depth) {
		unsigned int at = walk->depth - 1;

		if (++walk->choice[at] < walk->options[at]) {
			walk->depth = 0;
			return true;
		}
		walk->choice[at] = 0;
		walk->depth--;
	}
	return false;
}

static unsigned int bits(__u64 mask)
{
	return __builtin_popcountll(mask);
}

/* Law 3 for one verdict: every MIB moved by as much as our counters. */
static void check_mibs(struct __test_metadata *_metadata,
		       const struct lq_growth *growth,
		       const struct lq_verdict *verdict)
{
	unsigned int overflows, n;

	for (n = 0; n < LQ_COUNTER_NR; n++) {
		enum lq_mib mib = lq_counters[n].mib;

		if (mib == LQ_MIB_NONE || mib == LQ_MIB_LISTENDROPS)
			continue;
		EXPECT_EQ(growth->by[mib], !!(verdict->count & BIT_OF(n))) {
			TH_LOG("%s", lq_counters[n].name);
		}
	}
	EXPECT_EQ(growth->by[LQ_MIB_LISTENDROPS], verdict->drops);
	overflows = bits(verdict->count & (BIT_OF(LQ_ACCEPTQ_OVERFLOW_SYN) |
					   BIT_OF(LQ_ACCEPTQ_OVERFLOW_ACK) |
					   BIT_OF(LQ_ACCEPTQ_OVERFLOW_TFO)));
	EXPECT_EQ(growth->by[LQ_MIB_LISTENOVERFLOWS], overflows);
}

struct syn_way {
	struct lq_syn syn;
	__u64 means;
};

static void drop(struct syn_way *way, __u64 reason)
{
	way->syn.growth.by[LQ_MIB_LISTENDROPS]++;
	way->means |= reason;
}

/* tcp_try_fastopen(); true: there is a child. */
static bool fastopen(struct walk *walk, struct syn_way *way)
{
	struct lq_growth *growth = &way->syn.growth;

	if (choose(walk, 2)) {
		growth->by[LQ_MIB_TCPFASTOPENCOOKIEREQD]++;
		way->means |= BIT_OF(LQ_FASTOPEN_COOKIE_REQD);
	}
	switch (choose(walk, 6)) {
	case 0:	/* not a Fast Open SYN, or switched off */
		return false;
	case 1:	/* too many pending */
		growth->by[LQ_MIB_TCPFASTOPENLISTENOVERFLOW]++;
		way->means |= BIT_OF(LQ_FASTOPEN_LISTEN_OVERFLOW);
		return false;
	case 2:	/* a wrong cookie */
		growth->by[LQ_MIB_TCPFASTOPENPASSIVEFAIL]++;
		way->means |= BIT_OF(LQ_FASTOPEN_PASSIVE_FAIL);
		return false;
	case 3:	/* no child: the accept queue filled up meanwhile */
		growth->by[LQ_MIB_LISTENOVERFLOWS]++;
		way->means |= BIT_OF(LQ_ACCEPTQ_OVERFLOW_TFO);
		__attribute__((fallthrough));
	case 4:	/* no child: memory */
		growth->by[LQ_MIB_LISTENDROPS]++;
		growth->by[LQ_MIB_TCPFASTOPENPASSIVEFAIL]++;
		way->means |= BIT_OF(LQ_FASTOPEN_PASSIVE_FAIL);
		return false;
	default:
		growth->by[LQ_MIB_TCPFASTOPENPASSIVE]++;
		way->means |= BIT_OF(LQ_FASTOPEN_PASSIVE);
		return true;
	}
}

/* Not a cookie: Fast Open, or into the SYN queue. */
static void syn_enters(struct walk *walk, struct syn_way *way)
{
	if (fastopen(walk, way)) {
		/* The listener may have closed. */
		if (choose(walk, 2))
			drop(way, BIT_OF(LQ_SYN_OTHER_DROP));
		else
			way->means |= BIT_OF(LQ_FASTOPEN_CHILD) |
				      BIT_OF(LQ_ESTABLISHED);
		return;
	}
	if (choose(walk, 2)) {
		way->syn.duplicate = true;
		way->means |= BIT_OF(LQ_SYN_DUPLICATE);
	} else {
		way->syn.queued = true;
		way->means |= BIT_OF(LQ_SYN_QUEUED);
	}
}

/* tcp_conn_request(). */
static void walk_syn(struct walk *walk, struct syn_way *way)
{
	unsigned int sysctl = choose(walk, 3);
	bool timewait = choose(walk, 2);
	bool want_cookie = false;
	bool full = false;

	way->means = BIT_OF(LQ_SYN_RECEIVED);
	if (choose(walk, 2)) {	/* a policy refuses it: no call at all */
		way->syn.refused = true;
		way->syn.reset = choose(walk, 2);
		drop(way, BIT_OF(LQ_POLICY_REFUSED) |
			  (way->syn.reset ? BIT_OF(LQ_POLICY_RESET) :
					    BIT_OF(LQ_POLICY_DROP)));
		return;
	}
	/* One that forces cookies says "full" when the queue is not. */
	way->syn.policy_cookie = choose(walk, 2);
	way->syn.cookies_always = sysctl == 2 || choose(walk, 2);
	if (!timewait)
		full = choose(walk, 2);
	if (!timewait && (sysctl == 2 || full)) {
		if (!sysctl) {
			way->syn.growth.by[LQ_MIB_TCPREQQFULLDROP]++;
			drop(way, BIT_OF(LQ_SYNQ_FULL_DROP));
			return;
		}
		way->syn.growth.by[LQ_MIB_TCPREQQFULLDOCOOKIES]++;
		way->means |= BIT_OF(LQ_REQQ_FULL_COOKIE);
		want_cookie = true;
	}
	if (choose(walk, 2)) {
		way->syn.growth.by[LQ_MIB_LISTENOVERFLOWS]++;
		drop(way, BIT_OF(LQ_ACCEPTQ_OVERFLOW_SYN));
		return;
	}
	if (choose(walk, 2)) {	/* memory, route, security module */
		drop(way, BIT_OF(LQ_SYN_OTHER_DROP));
		return;
	}
	if (!want_cookie && !timewait && !sysctl && choose(walk, 2)) {
		if (choose(walk, 2)) {
			way->syn.unproven = true;
			drop(way, BIT_OF(LQ_SYNQ_RESERVE_DROP));
			return;
		}
	}
	if (want_cookie) {
		way->syn.growth.by[LQ_MIB_SYNCOOKIESSENT]++;
		way->means |= BIT_OF(LQ_SYNCOOKIE_SENT);
		if (!way->syn.cookies_always)
			way->means |= BIT_OF(LQ_SYNQ_FULL_COOKIE);
		if (way->syn.policy_cookie)
			way->means |= BIT_OF(LQ_POLICY_COOKIE);
	}
	if (choose(walk, 2)) {	/* a bad TCP-AO or MD5 option */
		/* Behind the cookie it stays a cookie, though it is dropped. */
		drop(way, want_cookie ? 0 : BIT_OF(LQ_SYN_OTHER_DROP));
		return;
	}
	if (!want_cookie)
		syn_enters(walk, way);
}

TEST(every_syn)
{
	struct walk walk = {};
	unsigned int ways = 0;

	do {
		struct syn_way way = {};
		struct lq_verdict verdict;

		walk_syn(&walk, &way);
		verdict = lq_verdict_syn(&way.syn);
		EXPECT_EQ(way.means, verdict.count);
		EXPECT_EQ(0, verdict.count_source);
		EXPECT_EQ(1, bits(verdict.count & OUTCOMES));
		check_mibs(_metadata, &way.syn.growth, &verdict);
		ways++;
	} while (advance(&walk));
	TH_LOG("%u ways", ways);
	EXPECT_LT(100, ways);
}

/* Law 1 for whatever is counted and seen, possible or not. */
TEST(law_1_for_any_input)
{
	static const enum lq_mib mibs[] = {
		LQ_MIB_LISTENOVERFLOWS, LQ_MIB_LISTENDROPS,
		LQ_MIB_TCPREQQFULLDOCOOKIES, LQ_MIB_TCPREQQFULLDROP,
		LQ_MIB_SYNCOOKIESSENT, LQ_MIB_TCPFASTOPENPASSIVE,
		LQ_MIB_TCPFASTOPENPASSIVEFAIL,
		LQ_MIB_TCPFASTOPENLISTENOVERFLOW,
		LQ_MIB_TCPFASTOPENCOOKIEREQD,
	};
	const unsigned int nr = ARRAY_SIZE(mibs);
	unsigned int input, n;

	for (input = 0; input < 1U << (nr + 7); input++) {
		struct lq_verdict verdict;
		struct lq_syn syn = {
			.queued = input >> nr & 1,
			.duplicate = input >> (nr + 1) & 1,
			.unproven = input >> (nr + 2) & 1,
			.cookies_always = input >> (nr + 3) & 1,
			.policy_cookie = input >> (nr + 4) & 1,
			.refused = input >> (nr + 5) & 1,
			.reset = input >> (nr + 6) & 1,
		};

		for (n = 0; n < nr; n++)
			syn.growth.by[mibs[n]] = input >> n & 1;
		verdict = lq_verdict_syn(&syn);
		ASSERT_EQ(1, bits(verdict.count & OUTCOMES));
		ASSERT_TRUE(verdict.count & BIT_OF(LQ_SYN_RECEIVED));
	}
}

struct ack_way {
	struct lq_ack ack;
	__u64 means;
	__u64 means_source;
};

/* The request leaves its listener's SYN queue, but for no accept queue. */
static void leaves(struct ack_way *way)
{
	if (way->ack.migrated)
		way->means_source |= BIT_OF(LQ_SYNQ_OTHER);
	else
		way->means |= BIT_OF(LQ_SYNQ_OTHER);
}

/* Behind tcp_check_req()'s label embryonic_reset. */
static void reset(struct walk *walk, struct ack_way *way, bool overflow)
{
	if (choose(walk, 2))	/* another CPU was quicker */
		return;
	way->ack.growth.by[LQ_MIB_EMBRYONICRSTS]++;
	way->means |= BIT_OF(LQ_EMBRYONIC_RESET);
	if (overflow)
		way->means |= BIT_OF(LQ_OVERFLOW_RESET);
}

/* syn_recv_sock() made no child. */
static void refused(struct walk *walk, struct ack_way *way)
{
	bool overflow = choose(walk, 2);

	way->ack.growth.by[LQ_MIB_LISTENDROPS]++;
	if (overflow) {
		way->ack.growth.by[LQ_MIB_LISTENOVERFLOWS]++;
		way->means |= BIT_OF(LQ_ACCEPTQ_OVERFLOW_ACK);
	}
	if (choose(walk, 2))	/* tcp_abort_on_overflow */
		reset(walk, way, overflow);
}

static void completed(struct walk *walk, struct ack_way *way)
{
	switch (choose(walk, 4)) {
	case 0:	/* into the accept queue */
		way->ack.result = LQ_RESULT_CHILD;
		if (way->ack.migrated) {
			way->means |= BIT_OF(LQ_ACCEPTQ_MIGRATED);
			way->means_source |= BIT_OF(LQ_SYNQ_OTHER);
		} else {
			way->means |= BIT_OF(LQ_ESTABLISHED);
		}
		break;
	case 1:	/* MPTCP: it joins a connection */
		way->ack.result = LQ_RESULT_CHILD;
		way->ack.not_queued = true;
		leaves(way);
		break;
	case 2:	/* the listener closed */
		way->ack.lost = true;
		leaves(way);
		break;
	default: /* another CPU owns the request */
		break;
	}
}

/* tcp_check_req(), for a request of the SYN queue. */
static void walk_ack(struct walk *walk, struct ack_way *way)
{
	way->ack.migrated = choose(walk, 2);
	switch (choose(walk, 6)) {
	case 0:	/* duplicate SYN, out of window, no ACK: nothing */
		break;
	case 1:	/* a wrong acknowledgment: the listener answers */
		way->ack.result = LQ_RESULT_LISTENER;
		break;
	case 2:	/* RST or SYN */
		reset(walk, way, false);
		break;
	case 3:
		way->ack.growth.by[LQ_MIB_TCPDEFERACCEPTDROP]++;
		way->means |= BIT_OF(LQ_DEFER_ACCEPT_DROP);
		break;
	case 4:
		refused(walk, way);
		break;
	default:
		completed(walk, way);
	}
}

TEST(every_ack)
{
	struct walk walk = {};
	unsigned int ways = 0;

	do {
		struct ack_way way = {};
		struct lq_verdict verdict;

		walk_ack(&walk, &way);
		verdict = lq_verdict_ack(&way.ack);
		EXPECT_EQ(way.means, verdict.count);
		EXPECT_EQ(way.means_source, verdict.count_source);
		check_mibs(_metadata, &way.ack.growth, &verdict);
		ways++;
	} while (advance(&walk));
	TH_LOG("%u ways", ways);
	EXPECT_LT(20, ways);
}

/* cookie_v4_check(), cookie_v6_check(). */
static __u64 walk_cookie(struct walk *walk, struct lq_growth *growth,
			 enum lq_result *result)
{
	__u64 means = 0;

	*result = LQ_RESULT_LISTENER;
	switch (choose(walk, 3)) {
	case 0:	/* no ACK, no recent cookies, switched off */
		return 0;
	case 1:
		growth->by[LQ_MIB_SYNCOOKIESFAILED]++;
		return BIT_OF(LQ_SYNCOOKIE_FAILED);
	}
	*result = LQ_RESULT_NONE;
	/* A cookie that a BPF program checked is not counted. */
	if (choose(walk, 2)) {
		growth->by[LQ_MIB_SYNCOOKIESRECV]++;
		means |= BIT_OF(LQ_SYNCOOKIE_RECV);
	}
	switch (choose(walk, 4)) {
	case 0:	/* no memory, no route, or the listener closed: no MIB */
		return means;
	case 1:
		growth->by[LQ_MIB_LISTENOVERFLOWS]++;
		growth->by[LQ_MIB_LISTENDROPS]++;
		return means | BIT_OF(LQ_ACCEPTQ_OVERFLOW_ACK) |
		       BIT_OF(LQ_ACCEPTQ_OVERFLOW_COOKIE);
	case 2:
		growth->by[LQ_MIB_LISTENDROPS]++;
		return means;
	}
	*result = LQ_RESULT_CHILD;
	return means | BIT_OF(LQ_ESTABLISHED) | BIT_OF(LQ_ESTABLISHED_COOKIE);
}

TEST(every_cookie)
{
	struct walk walk = {};
	unsigned int ways = 0;

	do {
		struct lq_growth growth = {};
		struct lq_verdict verdict;
		enum lq_result result;
		__u64 means = walk_cookie(&walk, &growth, &result);

		verdict = lq_verdict_cookie(&growth, result);
		EXPECT_EQ(means, verdict.count);
		EXPECT_EQ(0, verdict.count_source);
		check_mibs(_metadata, &growth, &verdict);
		ways++;
	} while (advance(&walk));
	TH_LOG("%u ways", ways);
	EXPECT_EQ(10, ways);
}

/* Every counter has a name, every name is there once. */
TEST(counter_names)
{
	unsigned int n, other;

	for (n = 0; n < LQ_COUNTER_NR; n++) {
		ASSERT_NE(NULL, lq_counters[n].name);
		for (other = 0; other < n; other++)
			EXPECT_NE(0, strcmp(lq_counters[n].name,
					    lq_counters[other].name));
	}
}

TEST_HARNESS_MAIN
