/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A test of what policies do runs in a network namespace of its own, for IPv4
 * and for IPv6, with a tap on the loopback device. It ends with the laws, and
 * with what netlink says beside /proc/listenq: as it left things, without its
 * policies, and with all sockets closed.
 */
#ifndef POLICY_FIXTURE_H
#define POLICY_FIXTURE_H

#include "lq_fixture.h"
#include "lq_try.h"
#include "nl_policy.h"

#define PORT	LQ_TAP_PORT
#define PLAIN	(LQ_TAP_PORT + LQ_TAP_PORTS - 1)	/* of no policy */

FIXTURE(policy) {
	struct lq_nl *nl;
	struct lq_tap tap;
	const char *address;
	int family;
};

FIXTURE_VARIANT(policy) {
	const char *address;
	int family;
};

FIXTURE_VARIANT_ADD(policy, v4) {
	.address = LO,
	.family = AF_INET,
};

FIXTURE_VARIANT_ADD(policy, v6) {
	.address = LO6,
	.family = AF_INET6,
};

FIXTURE_SETUP(policy)
{
	lq_many_files();
	ASSERT_EQ(0, lq_net_new());
	self->address = variant->address;
	self->family = variant->family;
	self->nl = lq_nl_open();
	ASSERT_NE(NULL, self->nl);
	ASSERT_EQ(0, lq_tap_open(&self->tap));
}

FIXTURE_TEARDOWN(policy)
{
	EXPECT_EQ(0, lq_laws());
	EXPECT_EQ(0, lq_nl_differs(self->nl));
	EXPECT_EQ(0, nl_policy_clear_all(self->nl));
	EXPECT_EQ(0, lq_nl_differs(self->nl));
	lq_close_all();
	EXPECT_EQ(0, lq_laws());
	EXPECT_EQ(0, lq_nl_differs(self->nl));
	lq_tap_close(&self->tap);
	lq_nl_close(self->nl);
	EXPECT_EQ(0, lq_errors);
}

#define POLICY(name) TEST_F_TIMEOUT(policy, name, SCENARIO_TIMEOUT)

/* A listener on the test's address */
#define PLACE(with_port, with_listener) ((struct lq_place){		\
	.address = self->address, .family = self->family,		\
	.port = (with_port), .listener = (with_listener),		\
	.tap = &self->tap,						\
})

/* What came of it, and nothing else */
#define EXPECT_GREW(is, ...) do {					\
	const struct lq_outcome lq_want = { __VA_ARGS__ };		\
									\
	EXPECT_EQ(0, lq_outcome_differs(is, &lq_want));			\
} while (0)

/* A client's SYN: what becomes of it at once, and how it is counted */
#define EXPECT_SYN(place, expected_fate, ...) do {			\
	struct lq_try lq_seen = lq_try_syn(place);			\
	int lq_expected_fate = (expected_fate);				\
									\
	EXPECT_EQ(lq_expected_fate, lq_seen.fate);			\
	EXPECT_EQ(lq_expected_fate == LQ_GETS_IN, lq_seen.synacks);	\
	EXPECT_EQ(lq_expected_fate > 0, lq_seen.resets);		\
	EXPECT_GREW(&lq_seen.grew, .syns = 1, __VA_ARGS__);		\
	lq_close(lq_seen.client);					\
} while (0)

/* The same for many from nowhere; each answer is seen on the wire */
#define EXPECT_FLOOD(place, count, ...) do {				\
	unsigned int lq_count = (count);				\
	struct lq_try lq_seen = lq_try_flood(place, lq_count);		\
									\
	EXPECT_EQ(lq_seen.grew.queued + lq_seen.grew.cookies,		\
		  lq_seen.synacks);					\
	EXPECT_EQ(lq_seen.grew.reset, lq_seen.resets);			\
	EXPECT_GREW(&lq_seen.grew, .syns = lq_count, __VA_ARGS__);	\
} while (0)

#endif /* POLICY_FIXTURE_H */
