// SPDX-License-Identifier: GPL-2.0
/*
 * policy-set, -get, -del and -ntf: what is set is what is there, shown with every
 * listener that it matches and with no other, and heard of.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "nl_fixture.h"
#include "nl_policy.h"

#define PORT		7000
#define MAPPED		"::ffff:127.0.0.1"
#define SOMAXCONN_FILE	"net/core/somaxconn"
#define SYNCOOKIES_FILE	"net/ipv4/tcp_syncookies"
#define MAX_POLICIES	1024
#define SPACE		1024

#define N(array) (sizeof(array) / sizeof(*(array)))

#define DROP		LISTENQ_POLICY_OVERFLOW_DROP
#define RESET		LISTENQ_POLICY_OVERFLOW_RESET
#define OFF		LISTENQ_POLICY_SYNCOOKIES_OFF
#define AUTO		LISTENQ_POLICY_SYNCOOKIES_AUTO
#define ALWAYS		LISTENQ_POLICY_SYNCOOKIES_ALWAYS
#define SPLIT		LISTENQ_POLICY_QUEUE_SPLIT
#define SINGLE		LISTENQ_POLICY_QUEUE_SINGLE
#define ADMIT_ALL	LISTENQ_POLICY_ADMIT_ALL
#define ADMIT_DROP	LISTENQ_POLICY_ADMIT_DROP
#define ADMIT_RESET	LISTENQ_POLICY_ADMIT_RESET

/* A key of each kind, and a listener that it matches */
FIXTURE(keys) {
	struct lq_nl *nl;
	int listener;
};

FIXTURE_VARIANT(keys) {
	const char *key;
	const char *listen;
};

FIXTURE_VARIANT_ADD(keys, port_ipv4) {
	.key = NULL,
	.listen = LO,
};

FIXTURE_VARIANT_ADD(keys, port_ipv6) {
	.key = NULL,
	.listen = LO6,
};

FIXTURE_VARIANT_ADD(keys, ipv4) {
	.key = LO,
	.listen = LO,
};

FIXTURE_VARIANT_ADD(keys, ipv6) {
	.key = LO6,
	.listen = LO6,
};

FIXTURE_VARIANT_ADD(keys, any_ipv4) {
	.key = "0.0.0.0",
	.listen = "0.0.0.0",
};

FIXTURE_VARIANT_ADD(keys, any_ipv6) {
	.key = "::",
	.listen = "::",
};

FIXTURE_VARIANT_ADD(keys, both) {
	.key = "::",
	.listen = "*",
};

FIXTURE_VARIANT_ADD(keys, mapped) {
	.key = MAPPED,
	.listen = MAPPED,
};

FIXTURE_SETUP(keys)
{
	lq_many_files();
	ASSERT_EQ(0, lq_net_new());
	lq_sysctl_set(SYNCOOKIES_FILE, 1);
	self->nl = lq_nl_open();
	ASSERT_NE(NULL, self->nl);
	self->listener = lq_listen(variant->listen, PORT, 1);
	ASSERT_LE(0, self->listener);
}

FIXTURE_TEARDOWN(keys)
{
	EXPECT_EQ(0, lq_nl_differs(self->nl));
	EXPECT_EQ(0, nl_policy_clear_all(self->nl));
	EXPECT_TRUE(nl_policy_limit_is(self->listener, 1));
	EXPECT_EQ(0, lq_nl_differs(self->nl));
	lq_close_all();
	EXPECT_EQ(0, lq_laws());
	lq_nl_close(self->nl);
	EXPECT_EQ(0, lq_errors);
}

#define KEYS(name) TEST_F_TIMEOUT(keys, name, SCENARIO_TIMEOUT)

/* By get, by dump and with the listener: the same, and nothing besides */
static void check_there(struct __test_metadata *_metadata, struct lq_nl *nl,
			int fd, const struct nl_policy *policy)
{
	struct nl_policy got = NL_POLICY_INIT;
	struct lq_nl_listener listener;
	struct nl_policy_list list;

	ASSERT_EQ(0, nl_policy_get(nl, policy, &got));
	EXPECT_EQ(0, nl_policy_differs(policy, &got));
	EXPECT_EQ(1, got.listeners);
	ASSERT_EQ(0, nl_policy_dump(nl, LQ_NL_BUFFER, &list));
	ASSERT_EQ(1, list.n);
	EXPECT_EQ(0, nl_policy_differs(policy, &list.policy[0]));
	EXPECT_EQ(1, list.policy[0].listeners);
	EXPECT_EQ(got.since, list.policy[0].since);
	EXPECT_FALSE(list.answer.interrupted);
	nl_policy_free(&list);
	ASSERT_EQ(0, lq_nl_get_fd(nl, fd, &listener));
	EXPECT_TRUE(listener.under_policy);
	EXPECT_EQ(0, nl_policy_differs(policy, &listener.policy));
}

static void check_round_trip(struct __test_metadata *_metadata,
			     struct lq_nl *nl, int fd,
			     const struct nl_policy *policy)
{
	struct nl_policy got = NL_POLICY_INIT;

	ASSERT_EQ(0, nl_policy_set(nl, policy)) {
		TH_LOG("%s", nl_policy_last.text);
	}
	check_there(_metadata, nl, fd, policy);
	ASSERT_EQ(0, nl_policy_del(nl, policy));
	EXPECT_EQ(-ENOENT, nl_policy_get(nl, policy, &got));
	EXPECT_EQ(0, nl_policy_count(nl));
}

/* Each at both ends of its range and between */
KEYS(each_setting)
{
	static const struct {
		size_t offset;
		s64 value[4];
	} settings[] = {
		{ offsetof(struct nl_policy, backlog), { 0, 1, 5, 4096 } },
		{ offsetof(struct nl_policy, synq), { 0, 1, 5, 4096 } },
		{ offsetof(struct nl_policy, overflow),
		  { DROP, RESET, DROP, RESET } },
		{ offsetof(struct nl_policy, syncookies),
		  { OFF, AUTO, ALWAYS, OFF } },
		{ offsetof(struct nl_policy, synack_retries),
		  { 0, 1, 5, 127 } },
		{ offsetof(struct nl_policy, queue),
		  { SPLIT, SINGLE, SPLIT, SINGLE } },
		{ offsetof(struct nl_policy, syn_rate),
		  { 1, 9, 100, 1000000 } },
		{ offsetof(struct nl_policy, admit),
		  { ADMIT_ALL, ADMIT_DROP, ADMIT_RESET, ADMIT_ALL } },
	};

	lq_sysctl_set(SOMAXCONN_FILE, 4096);
	for (unsigned int i = 0; i < 4 * N(settings); i++) {
		struct nl_policy policy = nl_policy_for(variant->key, PORT);

		*(s64 *)((char *)&policy + settings[i / 4].offset) =
			settings[i / 4].value[i % 4];
		check_round_trip(_metadata, self->nl, self->listener, &policy);
	}
}

KEYS(burst)
{
	static const s64 bursts[] = { 1, 2, 100, 1000000 };

	for (unsigned int i = 0; i < N(bursts); i++) {
		struct nl_policy policy = nl_policy_for(variant->key, PORT);

		policy.syn_rate = 7;
		policy.syn_burst = bursts[i];
		check_round_trip(_metadata, self->nl, self->listener, &policy);
	}
}

KEYS(everything_together)
{
	struct nl_policy policy = nl_policy_for(variant->key, PORT);

	policy.backlog = 3;
	policy.synq = 4;
	policy.overflow = RESET;
	policy.syncookies = AUTO;
	policy.synack_retries = 2;
	policy.queue = SPLIT;
	policy.syn_rate = 50;
	policy.syn_burst = 60;
	policy.admit = ADMIT_ALL;
	policy.timeout_ms = 1000000;
	check_round_trip(_metadata, self->nl, self->listener, &policy);
}

/* What the new one doesn't name isn't kept of the old one, its end neither */
KEYS(replaced_as_a_whole)
{
	struct nl_policy first = nl_policy_backlog_for(variant->key, PORT, 5);
	struct nl_policy second = nl_policy_for(variant->key, PORT);
	struct nl_policy got = NL_POLICY_INIT;
	u64 since;

	first.overflow = RESET;
	first.timeout_ms = 60000;
	second.synq = 9;
	ASSERT_EQ(0, nl_policy_set(self->nl, &first));
	check_there(_metadata, self->nl, self->listener, &first);
	EXPECT_TRUE(nl_policy_limit_is(self->listener, 5));
	ASSERT_EQ(0, nl_policy_get(self->nl, &first, &got));
	since = got.since;
	lq_sleep_ms(1000);
	ASSERT_EQ(0, nl_policy_set(self->nl, &second));
	check_there(_metadata, self->nl, self->listener, &second);
	EXPECT_TRUE(nl_policy_limit_is(self->listener, 1));
	ASSERT_EQ(0, nl_policy_get(self->nl, &second, &got));
	EXPECT_LT(since, got.since);
}

/* A second is a tick, the clock's step at boot and more */
#define CLOCKS_NS	1000000000ull

KEYS(since_and_timeout)
{
	struct nl_policy policy = nl_policy_backlog_for(variant->key, PORT, 5);
	struct nl_policy got = NL_POLICY_INIT;
	u64 before = lq_nl_now_ns();

	policy.timeout_ms = 20000;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	ASSERT_EQ(0, nl_policy_get(self->nl, &policy, &got));
	EXPECT_LE(before, got.since + CLOCKS_NS);
	EXPECT_GE(lq_nl_now_ns() + CLOCKS_NS, got.since);
	EXPECT_GE(20000, got.timeout_ms);
	EXPECT_LT(19000, got.timeout_ms);
	lq_sleep_ms(12000);
	ASSERT_EQ(0, nl_policy_get(self->nl, &policy, &got));
	EXPECT_GE(8000, got.timeout_ms);
	EXPECT_LT(7000, got.timeout_ms);
}

static void check_absent(struct __test_metadata *_metadata, struct lq_nl *nl,
			 const char *address, int port)
{
	struct nl_policy key = nl_policy_for(address, port);
	struct nl_policy got = NL_POLICY_INIT;

	EXPECT_EQ(-ENOENT, nl_policy_get(nl, &key, &got));
	EXPECT_STRNE("", nl_policy_last.text);
	EXPECT_EQ(0, nl_policy_last.messages);
	EXPECT_EQ(-ENOENT, nl_policy_del(nl, &key));
	EXPECT_STRNE("", nl_policy_last.text);
}

/* A key is found as it was given, and by nothing that is like it */
KEYS(absent)
{
	static const char *const others[] = {
		NULL, LO, "127.0.0.2", "0.0.0.0", LO6, "::2", "::", MAPPED
	};
	struct nl_policy policy = nl_policy_backlog_for(variant->key, PORT, 5);

	check_absent(_metadata, self->nl, variant->key, PORT);
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	check_absent(_metadata, self->nl, variant->key, PORT + 1);
	for (unsigned int i = 0; i < N(others); i++) {
		struct nl_policy other = nl_policy_for(others[i], PORT);

		if (!nl_policy_same_key(&policy, &other))
			check_absent(_metadata, self->nl, others[i], PORT);
	}
	check_there(_metadata, self->nl, self->listener, &policy);
	ASSERT_EQ(0, nl_policy_del(self->nl, &policy));
	check_absent(_metadata, self->nl, variant->key, PORT);
}

/* Both limits, that in force and that without the policy */
KEYS(limits_of_backlog)
{
	struct lq_nl_listener before, listener;
	struct lq_nl_sum *figures = &listener.figures;
	struct nl_policy policy = nl_policy_backlog_for(variant->key, PORT, 5);

	ASSERT_EQ(0, lq_nl_get_fd(self->nl, self->listener, &before));
	EXPECT_FALSE(before.under_policy);
	EXPECT_EQ(LQ_NONE, before.figures.acceptq[LISTENQ_A_ACCEPTQ_ASKED]);
	EXPECT_EQ(LQ_NONE, before.figures.synq[LISTENQ_A_SYNQ_ASKED]);
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_TRUE(nl_policy_limit_is(self->listener, 5));
	ASSERT_EQ(0, lq_nl_get_fd(self->nl, self->listener, &listener));
	EXPECT_EQ(5, figures->acceptq[LISTENQ_A_ACCEPTQ_LIMIT]);
	EXPECT_EQ(1, figures->acceptq[LISTENQ_A_ACCEPTQ_ASKED]);

	/* The SYN queue's limit is derived from it */
	EXPECT_LT(before.figures.synq[LISTENQ_A_SYNQ_LIMIT],
		  figures->synq[LISTENQ_A_SYNQ_LIMIT]);
	EXPECT_EQ(before.figures.synq[LISTENQ_A_SYNQ_LIMIT],
		  figures->synq[LISTENQ_A_SYNQ_ASKED]);
	EXPECT_COLUMN(5, self->listener, "acceptq_max");
	ASSERT_EQ(0, nl_policy_del(self->nl, &policy));
	EXPECT_TRUE(nl_policy_limit_is(self->listener, 1));
	ASSERT_EQ(0, lq_nl_get_fd(self->nl, self->listener, &listener));
	EXPECT_FALSE(listener.under_policy);
	EXPECT_EQ(0, memcmp(before.figures.synq, figures->synq,
			    sizeof(figures->synq)));
	EXPECT_EQ(0, memcmp(before.figures.acceptq, figures->acceptq,
			    sizeof(figures->acceptq)));
}

KEYS(limits_of_synq)
{
	static const s64 limits[] = { 0, 9, 100 };
	struct lq_nl_listener before, listener;
	struct lq_nl_sum *figures = &listener.figures;
	struct nl_policy policy = nl_policy_for(variant->key, PORT);

	ASSERT_EQ(0, lq_nl_get_fd(self->nl, self->listener, &before));
	for (unsigned int i = 0; i < N(limits); i++) {
		policy.synq = limits[i];
		ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
		ASSERT_EQ(0, lq_nl_get_fd(self->nl, self->listener,
					  &listener));
		EXPECT_EQ((u64)limits[i], figures->synq[LISTENQ_A_SYNQ_LIMIT]);
		EXPECT_EQ(before.figures.synq[LISTENQ_A_SYNQ_LIMIT],
			  figures->synq[LISTENQ_A_SYNQ_ASKED]);
		EXPECT_EQ(1, figures->acceptq[LISTENQ_A_ACCEPTQ_LIMIT]);
		EXPECT_EQ(LQ_NONE, figures->acceptq[LISTENQ_A_ACCEPTQ_ASKED]);
		EXPECT_TRUE(nl_policy_limit_is(self->listener, 1));
	}
	ASSERT_EQ(0, nl_policy_del(self->nl, &policy));
	ASSERT_EQ(0, lq_nl_get_fd(self->nl, self->listener, &listener));
	EXPECT_EQ(0, memcmp(before.figures.synq, figures->synq,
			    sizeof(figures->synq)));
}

/* A policy that puts no other limit in force: there is nothing to ask */
KEYS(no_other_limit)
{
	struct nl_policy policy = nl_policy_for(variant->key, PORT);
	struct lq_nl_listener listener;

	policy.overflow = RESET;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	ASSERT_EQ(0, lq_nl_get_fd(self->nl, self->listener, &listener));
	EXPECT_TRUE(listener.under_policy);
	EXPECT_EQ(LQ_NONE, listener.figures.acceptq[LISTENQ_A_ACCEPTQ_ASKED]);
	EXPECT_EQ(LQ_NONE, listener.figures.synq[LISTENQ_A_SYNQ_ASKED]);
	policy.backlog = 1;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	ASSERT_EQ(0, lq_nl_get_fd(self->nl, self->listener, &listener));
	EXPECT_EQ(LQ_NONE, listener.figures.acceptq[LISTENQ_A_ACCEPTQ_ASKED]);
	EXPECT_EQ(LQ_NONE, listener.figures.synq[LISTENQ_A_SYNQ_ASKED]);
}

/* The file: a second version, a last column, a word or none */
KEYS(file)
{
	struct nl_policy policy = nl_policy_backlog_for(variant->key, PORT, 5);
	int other = lq_listen(variant->listen, PORT + 1, 1);
	struct lq_table *table = lq_read();

	ASSERT_NE(NULL, table);
	EXPECT_STREQ("policy", table->column[table->ncolumns - 1]);
	EXPECT_STREQ("-", lq_text(lq_row_of(table, self->listener), "policy"));
	EXPECT_STREQ("-", lq_text(lq_row(table, "total"), "policy"));
	lq_free(table);

	policy.overflow = RESET;
	policy.syn_rate = 10;
	policy.timeout_ms = 100000;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	table = lq_read();
	ASSERT_NE(NULL, table);
	EXPECT_STRNE("-", lq_text(lq_row_of(table, self->listener), "policy"));
	EXPECT_STREQ("-", lq_text(lq_row_of(table, other), "policy"));
	EXPECT_STREQ("-", lq_text(lq_row(table, "total"), "policy"));
	lq_free(table);
	EXPECT_EQ(0, lq_nl_differs(self->nl));
	ASSERT_EQ(0, nl_policy_del(self->nl, &policy));
	table = lq_read();
	EXPECT_STREQ("-", lq_text(lq_row_of(table, self->listener), "policy"));
	lq_free(table);
}

/* Every kind of listener, each on a port of its own, under every key */
static const char *const key_addresses[] = {
	LO, "127.0.0.2", "0.0.0.0", LO6, "::", MAPPED
};

static const struct kind {
	const char *listen;
	const char *key;	/* the one that matches it */
	bool device;
} kinds[] = {
	{ LO, LO, false },
	{ LO, LO, true },
	{ "127.0.0.2", "127.0.0.2", false },
	{ "0.0.0.0", "0.0.0.0", false },
	{ LO6, LO6, false },
	{ "::", "::", false },
	{ "*", "::", false },
	{ MAPPED, MAPPED, false },
};

static int listen_kind(const struct kind *kind, int port)
{
	int fd = lq_listen(kind->listen, port, 1);

	if (kind->device &&
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3))
		lq_error("SO_BINDTODEVICE: %s", strerror(errno));
	return fd;
}

/* Return: how many keys are not what counts for this listener */
static int check_kind(struct lq_nl *nl, const struct kind *kind, int fd,
		      int port, bool with_port)
{
	int bad = 0;

	for (unsigned int i = 0; i < N(key_addresses); i++) {
		const char *address = key_addresses[i];
		bool matches = !strcmp(address, kind->key);
		struct lq_nl_listener listener;
		struct nl_policy key;

		if (nl_policy_set_backlog(nl, address, port, 20 + i) ||
		    lq_nl_get_fd(nl, fd, &listener))
			return -1;
		key = nl_policy_for(matches ? address : NULL, port);
		bad += !nl_policy_limit_is(fd, matches ? 20 + (int)i :
					       with_port ? 40 : 1);
		bad += listener.under_policy != (matches || with_port);
		if (listener.under_policy)
			bad += !nl_policy_same_key(&key, &listener.policy);
		if (bad)
			fprintf(stderr, "# %s under a policy for %s\n",
				lq_nl_local(&listener), address);
		if (nl_policy_del_key(nl, address, port))
			return -1;
	}
	return bad;
}

NETLINK(most_exact_match)
{
	for (unsigned int i = 0; i < N(kinds); i++) {
		int port = PORT + i, fd = listen_kind(&kinds[i], port);

		EXPECT_EQ(0, check_kind(self->nl, &kinds[i], fd, port, false));
		EXPECT_TRUE(nl_policy_limit_is(fd, 1));
		ASSERT_EQ(0, nl_policy_set_backlog(self->nl, NULL, port, 40));
		EXPECT_EQ(0, check_kind(self->nl, &kinds[i], fd, port, true));
		EXPECT_TRUE(nl_policy_limit_is(fd, 40));
		ASSERT_EQ(0, nl_policy_del_key(self->nl, NULL, port));
		EXPECT_TRUE(nl_policy_limit_is(fd, 1));
	}
}

/* One port, several addresses: each policy counts those that are left to it */
NETLINK(not_merged)
{
	int v4 = lq_listen(LO, PORT, 1), v6 = lq_listen(LO6, PORT, 1);
	int second = lq_listen("127.0.0.2", PORT, 1);
	int other = lq_listen(LO, PORT + 1, 1);
	struct nl_policy exact = nl_policy_for(LO, PORT);
	struct nl_policy got = NL_POLICY_INIT;
	struct lq_nl_listener listener;

	ASSERT_EQ(0, nl_policy_set_backlog(self->nl, NULL, PORT, 9));
	ASSERT_EQ(0, nl_policy_get(self->nl, &(struct nl_policy){
						.port = PORT }, &got));
	EXPECT_EQ(3, got.listeners);
	exact.queue = SPLIT;
	ASSERT_EQ(0, nl_policy_set(self->nl, &exact));
	EXPECT_TRUE(nl_policy_limit_is(v4, 1));
	EXPECT_TRUE(nl_policy_limit_is(second, 9));
	EXPECT_TRUE(nl_policy_limit_is(v6, 9));
	EXPECT_TRUE(nl_policy_limit_is(other, 1));
	ASSERT_EQ(0, lq_nl_get_fd(self->nl, v4, &listener));
	EXPECT_EQ(0, nl_policy_differs(&exact, &listener.policy));
	ASSERT_EQ(0, nl_policy_get(self->nl, &exact, &got));
	EXPECT_EQ(1, got.listeners);
	ASSERT_EQ(0, nl_policy_get(self->nl, &(struct nl_policy){
						.port = PORT }, &got));
	EXPECT_EQ(2, got.listeners);
	ASSERT_EQ(0, lq_nl_get_fd(self->nl, other, &listener));
	EXPECT_FALSE(listener.under_policy);
}

NETLINK(as_many_as_can_be)
{
	int fd = lq_listen(LO, PORT, 1);

	ASSERT_EQ(0, nl_policy_set_many(self->nl, PORT, MAX_POLICIES));
	EXPECT_EQ(MAX_POLICIES, nl_policy_count(self->nl));
	EXPECT_GT(0, nl_policy_set_backlog(self->nl, LO, PORT - 1, 5));
	EXPECT_STRNE("", nl_policy_last.text);
	EXPECT_EQ(MAX_POLICIES, nl_policy_count(self->nl));

	/* One can be replaced, and a second time, and one can be exchanged */
	EXPECT_EQ(0, nl_policy_set_backlog(self->nl, LO, PORT, 77));
	EXPECT_EQ(0, nl_policy_set_backlog(self->nl, LO, PORT, 78));
	EXPECT_TRUE(nl_policy_limit_is(fd, 78));
	EXPECT_EQ(MAX_POLICIES, nl_policy_count(self->nl));
	EXPECT_EQ(0, nl_policy_del_key(self->nl, LO, PORT + 1));
	EXPECT_EQ(0, nl_policy_set_backlog(self->nl, LO, PORT - 1, 5));
	EXPECT_GT(0, nl_policy_set_backlog(self->nl, LO6, PORT - 1, 5));
	EXPECT_EQ(MAX_POLICIES, nl_policy_count(self->nl));
	EXPECT_EQ(0, nl_policy_clear_all(self->nl));
	EXPECT_EQ(0, nl_policy_count(self->nl));
	EXPECT_TRUE(nl_policy_limit_is(fd, 1));
}

static void check_list(struct __test_metadata *_metadata,
		       const struct nl_policy_list *list, int expected)
{
	ASSERT_EQ(expected, list->n);
	for (int i = 1; i < list->n; i++) {
		EXPECT_LE(list->policy[i - 1].port, list->policy[i].port);
		for (int j = i; j-- && list->policy[j].port ==
				       list->policy[i].port;)
			EXPECT_FALSE(nl_policy_same_key(&list->policy[j],
							&list->policy[i]));
	}
}

/* All of them once, by port, whatever the buffer */
NETLINK(buffers)
{
	static const size_t size[] = {
		LQ_NL_FITTING, 4 << 10, 16 << 10, 64 << 10
	};
	enum { POLICIES = 300 };

	ASSERT_EQ(0, nl_policy_set_many(self->nl, PORT, POLICIES));
	for (unsigned int i = 0; i < N(size); i++) {
		struct lq_nl *nl = lq_nl_open();
		struct nl_policy_list list;

		ASSERT_EQ(0, nl_policy_dump(nl, size[i], &list));
		EXPECT_TRUE(list.answer.done);
		EXPECT_FALSE(list.answer.truncated);
		EXPECT_FALSE(list.answer.interrupted);
		check_list(_metadata, &list, POLICIES);
		TH_LOG("buffer %zu: %u datagrams, at most %u messages in one",
		       size[i], list.answer.datagrams, list.answer.most);
		EXPECT_LT(list.answer.most, POLICIES);
		nl_policy_free(&list);
		lq_nl_close(nl);
	}
}

/* Changes something when so many of the dump have come */
struct interruption {
	struct nl_policy_list list;
	struct lq_nl *other;
	int at;
	int kind;
	int failed;
};

static void interrupt(struct interruption *by)
{
	struct lq_nl *nl = by->other;

	switch (by->kind) {
	case 0:		/* behind what has come */
		by->failed = nl_policy_set_backlog(nl, LO, PORT + 1000, 5);
		break;
	case 1:		/* before it */
		by->failed = nl_policy_set_backlog(nl, LO, PORT - 1000, 5);
		break;
	case 2:		/* one that has come, and one that hasn't */
		by->failed = nl_policy_del_key(nl, NULL, PORT);
		break;
	case 3:
		by->failed = nl_policy_del_key(nl, NULL, PORT + 70);
		break;
	case 4:		/* in its place */
		by->failed = nl_policy_set_backlog(nl, NULL, PORT + 70, 99);
		break;
	}
}

static void take_and_interrupt(const struct nlmsghdr *message, void *data)
{
	struct interruption *by = data;
	struct nl_policy_list *list = &by->list;

	if (!list->policy)
		list->policy = calloc(MAX_POLICIES, sizeof(*list->policy));
	if (list->n == MAX_POLICIES)
		return;
	lq_nl_parse_policy(message, &list->policy[list->n++]);
	if (list->n == by->at)
		interrupt(by);
}

static bool is_in(const struct nl_policy_list *list,
		  const struct nl_policy *policy)
{
	int n = 0;

	for (int i = 0; i < list->n; i++)
		n += nl_policy_same_key(&list->policy[i], policy);
	return n == 1;
}

/* Who was there all the time is told once, and a change doesn't go unnoticed */
NETLINK(changes_in_a_dump)
{
	enum { POLICIES = 300, KINDS = 5 };

	for (int kind = 0; kind < KINDS; kind++) {
		struct interruption by = {
			.other = lq_nl_open(), .at = 10, .kind = kind
		};
		struct lq_nl *nl = lq_nl_open();
		struct nl_policy_list after;
		char space[SPACE];
		struct nlmsghdr *request =
			lq_nl_request(space, LISTENQ_CMD_POLICY_GET,
				      NLM_F_DUMP);
		int missing = 0;

		ASSERT_EQ(0, nl_policy_set_many(self->nl, PORT, POLICIES));
		ASSERT_EQ(0, lq_nl_talk(nl, request, LQ_NL_FITTING,
					take_and_interrupt, &by,
					&by.list.answer));
		EXPECT_EQ(0, by.failed);
		EXPECT_LT(4, by.list.answer.datagrams);
		EXPECT_TRUE(by.list.answer.interrupted);
		ASSERT_EQ(0, nl_policy_dump(self->nl, LQ_NL_BUFFER, &after));
		EXPECT_FALSE(after.answer.interrupted);
		for (int i = 0; i < after.n; i++)
			missing += !is_in(&by.list, &after.policy[i]);

		/* The one that came meanwhile may be missing */
		EXPECT_GE(kind < 2, missing);
		nl_policy_free(&after);
		nl_policy_free(&by.list);
		lq_nl_close(by.other);
		lq_nl_close(nl);
		EXPECT_EQ(0, nl_policy_clear_all(self->nl));
	}
}

static void check_event(struct __test_metadata *_metadata,
			const struct lq_nl_event *event, u64 change,
			const struct nl_policy *policy)
{
	struct nl_policy told = event->policy;

	EXPECT_EQ(LISTENQ_CMD_POLICY_NTF, event->command);
	EXPECT_EQ(change, event->change);
	EXPECT_EQ(0, event->lost);
	EXPECT_LE(event->time, lq_nl_now_ns() + CLOCKS_NS);
	EXPECT_GE(event->time + 3 * CLOCKS_NS, lq_nl_now_ns());

	/* One whose time is over has none left to tell */
	if (change == LISTENQ_POLICY_CHANGE_EXPIRE)
		told.timeout_ms = policy->timeout_ms;
	EXPECT_EQ(0, nl_policy_differs(policy, &told));
}

/* Set, refused, replaced, deleted, missing, set again and over */
KEYS(events)
{
	struct nl_policy first = nl_policy_backlog_for(variant->key, PORT, 5);
	struct nl_policy second = nl_policy_backlog_for(variant->key, PORT, 6);
	struct nl_policy third = nl_policy_backlog_for(variant->key, PORT, 7);
	struct nl_policy no = nl_policy_for(variant->key, PORT);
	struct lq_nl *ear = nl_policy_subscriber();
	struct lq_nl_events heard = { 0 };
	u64 seq = nl_policy_last_event(self->nl);

	second.overflow = DROP;
	second.timeout_ms = 50000;
	third.timeout_ms = 1000;
	ASSERT_EQ(0, nl_policy_set(self->nl, &first));
	EXPECT_NE(0, nl_policy_set(self->nl, &no));
	ASSERT_EQ(0, nl_policy_set(self->nl, &second));
	ASSERT_EQ(0, nl_policy_del(self->nl, &first));
	EXPECT_NE(0, nl_policy_del(self->nl, &first));
	ASSERT_EQ(3, nl_policy_hear(ear, &heard, 3));
	check_event(_metadata, &heard.event[0], LISTENQ_POLICY_CHANGE_SET,
		    &first);
	check_event(_metadata, &heard.event[1], LISTENQ_POLICY_CHANGE_SET,
		    &second);
	check_event(_metadata, &heard.event[2], LISTENQ_POLICY_CHANGE_DEL,
		    &second);
	ASSERT_EQ(0, nl_policy_set(self->nl, &third));
	ASSERT_EQ(5, nl_policy_hear(ear, &heard, 5));
	check_event(_metadata, &heard.event[3], LISTENQ_POLICY_CHANGE_SET,
		    &third);
	check_event(_metadata, &heard.event[4], LISTENQ_POLICY_CHANGE_EXPIRE,
		    &third);
	EXPECT_EQ(seq + 1, heard.event[0].seq);
	EXPECT_EQ(seq + 5, heard.event[4].seq);
	EXPECT_EQ(seq + 5, nl_policy_last_event(self->nl));
	EXPECT_EQ(0, lq_nl_event_laws(&heard, false, 0));
	lq_nl_forget(&heard);
	lq_nl_close(ear);
}

/* One row of numbers for everything that happens in the namespace */
NETLINK(events_of_all_kinds)
{
	struct lq_nl *ear = nl_policy_subscriber();
	struct lq_nl_events heard = { 0 };
	int fd;

	/* Each when the one before is heard: their makers are not the same */
	ASSERT_EQ(0, nl_policy_set_backlog(self->nl, LO, PORT, 5));
	ASSERT_EQ(1, nl_policy_hear(ear, &heard, 1));
	fd = lq_listen(LO, PORT, 1);
	ASSERT_EQ(2, nl_policy_hear(ear, &heard, 2));
	EXPECT_EQ(LISTENQ_CMD_LISTENER_ADD_NTF, heard.event[1].command);
	EXPECT_TRUE(heard.event[1].listener.under_policy);
	EXPECT_EQ(5, heard.event[1].listener.policy.backlog);
	ASSERT_EQ(0, nl_policy_set_backlog(self->nl, LO, PORT, 6));
	ASSERT_EQ(3, nl_policy_hear(ear, &heard, 3));
	lq_close(fd);
	ASSERT_EQ(4, nl_policy_hear(ear, &heard, 4));
	EXPECT_EQ(LISTENQ_CMD_LISTENER_DEL_NTF, heard.event[3].command);
	ASSERT_EQ(0, nl_policy_del_key(self->nl, LO, PORT));
	ASSERT_EQ(5, nl_policy_hear(ear, &heard, 5));
	for (int i = 0; i < 5; i++)
		EXPECT_EQ(heard.event[0].seq + i, heard.event[i].seq);
	EXPECT_EQ(0, lq_nl_event_laws(&heard, true, 0));
	lq_nl_forget(&heard);
	lq_nl_close(ear);
}

TEST_HARNESS_MAIN
