// SPDX-License-Identifier: GPL-2.0
/* Policies that give the SYN queue a limit of its own */
#include <errno.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "policy_fixture.h"

#define COOKIES		"net/ipv4/tcp_syncookies"
#define MAX_BACKLOG	"net/ipv4/tcp_max_syn_backlog"

static struct nl_policy synq(const char *address, s64 limit)
{
	struct nl_policy policy = nl_policy_for(address, PORT);

	policy.synq = limit;
	return policy;
}

/* The limit in force and the one without the policy */
static void check_limit(struct __test_metadata *_metadata,
			struct _test_data_policy *self, int fd, u64 limit,
			u64 asked)
{
	struct lq_nl_listener listener;

	EXPECT_COLUMN(limit, fd, "synq_max");
	ASSERT_EQ(0, lq_nl_get_fd(self->nl, fd, &listener));
	EXPECT_EQ(limit, listener.figures.synq[LISTENQ_A_SYNQ_LIMIT]);
	EXPECT_EQ(asked, listener.figures.synq[LISTENQ_A_SYNQ_ASKED]);
}

#define EXPECT_SYNQ_LIMIT(fd, limit, asked) \
	check_limit(_metadata, self, fd, limit, asked)

/* The accept queue keeps its own limit */
static void check_acceptq(struct __test_metadata *_metadata,
			  struct _test_data_policy *self, int fd, unsigned int limit)
{
	EXPECT_EQ(limit, lq_acceptq_max(fd));
	EXPECT_COLUMN(limit, fd, "acceptq_max");
	EXPECT_EQ(limit + 1, (unsigned int)lq_connect_fill(self->address, PORT,
							   fd, limit + 1));
	EXPECT_SYN(&PLACE(PORT, fd), LQ_UNANSWERED, .overflows = 1);
}

POLICY(lower_with_cookies)
{
	enum { BACKLOG = 20, LIMIT = 3, SENT = 30 };
	struct nl_policy policy = synq(self->address, LIMIT);
	int fd = lq_listen(self->address, PORT, BACKLOG);
	int plain_fd = lq_listen(self->address, PLAIN, BACKLOG);
	struct lq_place on = PLACE(PORT, fd), plain = PLACE(PLAIN, plain_fd);

	lq_sysctl_set(COOKIES, 1);
	EXPECT_FLOOD(&plain, SENT, .queued = BACKLOG + 1,
		     .cookies = SENT - BACKLOG - 1);
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_SYNQ_LIMIT(fd, LIMIT, BACKLOG);
	EXPECT_FLOOD(&on, SENT, .queued = LIMIT + 1,
		     .cookies = SENT - LIMIT - 1, .forced = SENT - LIMIT - 1);
	EXPECT_QUEUES(fd, PORT, 0, LIMIT + 1);
	EXPECT_COLUMN(LIMIT + 1, fd, "synq_peak");
	EXPECT_SYN(&on, LQ_GETS_IN, .cookies = 1, .forced = 1,
		   .established = 1);
	EXPECT_EQ(1, lq_accept_all(fd));
	check_acceptq(_metadata, self, fd, BACKLOG);
	EXPECT_EQ(0, lq_laws());

	/* There is room again without it */
	EXPECT_EQ(BACKLOG + 1, lq_accept_all(fd));
	ASSERT_EQ(0, nl_policy_del(self->nl, &policy));
	EXPECT_SYNQ_LIMIT(fd, BACKLOG, LQ_NONE);
	EXPECT_FLOOD(&on, SENT, .queued = BACKLOG - LIMIT,
		     .cookies = SENT - BACKLOG + LIMIT);
}

POLICY(higher_with_cookies)
{
	enum { BACKLOG = 3, LIMIT = 20, SENT = 30 };
	struct nl_policy policy = synq(self->address, LIMIT);
	int fd = lq_listen(self->address, PORT, BACKLOG);
	struct lq_place on = PLACE(PORT, fd);

	lq_sysctl_set(COOKIES, 1);
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_SYNQ_LIMIT(fd, LIMIT, BACKLOG);

	/* The kernel would have sent these cookies, too */
	EXPECT_FLOOD(&on, SENT, .queued = LIMIT + 1,
		     .cookies = SENT - LIMIT - 1);
	EXPECT_QUEUES(fd, PORT, 0, LIMIT + 1);
	EXPECT_SYN(&on, LQ_GETS_IN, .cookies = 1, .established = 1);
	EXPECT_EQ(1, lq_accept_all(fd));
	check_acceptq(_metadata, self, fd, BACKLOG);
}

/* A request over the accept queue's limit is one like any other */
POLICY(higher_completes)
{
	enum { BACKLOG = 3, LIMIT = 20 };
	struct nl_policy policy = synq(self->address, LIMIT);
	int fd = lq_listen(self->address, PORT, BACKLOG);
	struct lq_place on = PLACE(PORT, fd);

	lq_sysctl_set(COOKIES, 1);
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_FLOOD(&on, BACKLOG + 5, .queued = BACKLOG + 5);
	EXPECT_SYN(&on, LQ_GETS_IN, .queued = 1, .established = 1);
	EXPECT_COLUMN(0, fd, "established_cookie");
	EXPECT_QUEUES(fd, PORT, 1, BACKLOG + 5);
}

POLICY(lower_without_cookies)
{
	enum { BACKLOG = 20, LIMIT = 3, SENT = 30 };
	struct nl_policy policy = synq(self->address, LIMIT);
	int fd = lq_listen(self->address, PORT, BACKLOG);
	int plain_fd = lq_listen(self->address, PLAIN, BACKLOG);
	struct lq_place on = PLACE(PORT, fd), plain = PLACE(PLAIN, plain_fd);

	lq_sysctl_set(COOKIES, 0);
	lq_sysctl_set(MAX_BACKLOG, 1024);
	EXPECT_FLOOD(&plain, SENT, .queued = BACKLOG + 1,
		     .full_drops = SENT - BACKLOG - 1);
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_SYNQ_LIMIT(fd, LIMIT, BACKLOG);
	EXPECT_FLOOD(&on, SENT, .queued = LIMIT + 1,
		     .policy_drops = SENT - LIMIT - 1);
	EXPECT_SYN(&on, LQ_UNANSWERED, .policy_drops = 1);
	EXPECT_QUEUES(fd, PORT, 0, LIMIT + 1);
	EXPECT_COLUMN(LIMIT + 1, fd, "synq_peak");
	EXPECT_EQ(0, lq_laws());

	ASSERT_EQ(0, nl_policy_del(self->nl, &policy));
	EXPECT_SYNQ_LIMIT(fd, BACKLOG, LQ_NONE);
	check_acceptq(_metadata, self, fd, BACKLOG);
}

/* Fills it, and says which limit it met. Who drops above it is not said. */
static void check_fits(struct __test_metadata *_metadata,
		       const struct lq_place *on, unsigned int fit,
		       unsigned int sent)
{
	struct lq_try try = lq_try_flood(on, sent);

	EXPECT_EQ(fit, try.grew.queued);
	EXPECT_EQ(fit, try.synacks);
	EXPECT_EQ(0, try.grew.cookies);
	EXPECT_EQ(sent - fit, try.grew.drops);
	EXPECT_EQ(sent - fit, try.grew.sk_drops);
	EXPECT_EQ(0, try.resets);
	EXPECT_EQ(fit, lq_syn_recv(on->port));
	EXPECT_COLUMN(fit, on->listener, "synq");
}

POLICY(higher_without_cookies)
{
	enum { BACKLOG = 3, LIMIT = 20, SENT = 30 };
	struct nl_policy policy = synq(self->address, LIMIT);
	int fd = lq_listen(self->address, PORT, BACKLOG);
	struct lq_place on = PLACE(PORT, fd);
	struct lq_try over;

	lq_sysctl_set(COOKIES, 0);
	lq_sysctl_set(MAX_BACKLOG, 1024);
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_SYNQ_LIMIT(fd, LIMIT, BACKLOG);
	check_fits(_metadata, &on, LIMIT + 1, SENT);
	over = lq_try_syn(&on);
	EXPECT_EQ(LQ_UNANSWERED, over.fate);
	EXPECT_EQ(1, over.grew.drops);
	EXPECT_EQ(1, over.grew.refused + over.grew.full_drops);
	EXPECT_EQ(over.grew.refused, over.grew.dropped);
}

/* The last quarter of tcp_max_syn_backlog is not kept back from it */
static void check_beyond(struct __test_metadata *_metadata,
			 struct _test_data_policy *self, u64 limit)
{
	enum { MAX = 32, RESERVED_FROM = 24, SENT = 200 };
	struct nl_policy policy = synq(self->address, limit);
	int plain_fd = lq_listen(self->address, PLAIN, 128);
	int fd = lq_listen(self->address, PORT, 128);
	struct lq_place on = PLACE(PORT, fd), plain = PLACE(PLAIN, plain_fd);

	lq_sysctl_set(COOKIES, 0);
	lq_sysctl_set(MAX_BACKLOG, MAX);
	check_fits(_metadata, &plain, RESERVED_FROM + 1, SENT);
	EXPECT_COLUMN(SENT - RESERVED_FROM - 1, plain_fd, "synq_reserve_drop");
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_SYNQ_LIMIT(fd, limit, RESERVED_FROM);
	check_fits(_metadata, &on, limit + 1, SENT);
	EXPECT_COLUMN(0, fd, "synq_reserve_drop");
	EXPECT_EQ(0, lq_laws());

	ASSERT_EQ(0, nl_policy_del(self->nl, &policy));
	EXPECT_SYNQ_LIMIT(fd, RESERVED_FROM, LQ_NONE);
}

POLICY(beyond_reserve)
{
	check_beyond(_metadata, self, 100);
}

POLICY(inside_reserve)
{
	check_beyond(_metadata, self, 28);
}

/* Above the accept queue's limit and the reserve at once */
POLICY(beyond_all)
{
	check_beyond(_metadata, self, 150);
}

POLICY(zero)
{
	enum { SENT = 5 };
	struct nl_policy policy = synq(self->address, 0);
	int fd = lq_listen(self->address, PORT, 10);
	struct lq_place on = PLACE(PORT, fd);

	lq_sysctl_set(COOKIES, 1);
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_FLOOD(&on, SENT, .queued = 1, .cookies = SENT - 1,
		     .forced = SENT - 1);
	lq_sysctl_set(COOKIES, 0);
	EXPECT_FLOOD(&on, SENT, .policy_drops = SENT);
}

/* Requests that are over a lowered limit stay, and complete */
POLICY(lowered_when_full)
{
	enum { BACKLOG = 20, BEFORE = 10, LIMIT = 2, SENT = 5 };
	struct nl_policy policy = synq(self->address, LIMIT);
	int fd = lq_listen(self->address, PORT, BACKLOG), client;
	struct lq_place on = PLACE(PORT, fd);
	struct lq_try try;

	lq_sysctl_set(COOKIES, 0);
	lq_sysctl_set(MAX_BACKLOG, 1024);
	EXPECT_FLOOD(&on, BEFORE, .queued = BEFORE);
	client = lq_client_held(&on);
	ASSERT_LE(0, client);
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_FLOOD(&on, SENT, .policy_drops = SENT);
	EXPECT_QUEUES(fd, PORT, 0, BEFORE + 1);
	try = lq_try_segment(&on, client);
	EXPECT_EQ(LQ_GETS_IN, try.fate);
	EXPECT_GREW(&try.grew, .established = 1);
	EXPECT_QUEUES(fd, PORT, 1, BEFORE);
}

/* Both settings of the SYN queue in one policy */
POLICY(and_syncookies)
{
	enum { BACKLOG = 20, LIMIT = 4, SENT = 30 };
	struct nl_policy policy = synq(self->address, LIMIT);
	int fd = lq_listen(self->address, PORT, BACKLOG);
	struct lq_place on = PLACE(PORT, fd);

	lq_sysctl_set(COOKIES, 1);
	lq_sysctl_set("net/ipv4/tcp_synack_retries", 0);
	policy.syncookies = LISTENQ_POLICY_SYNCOOKIES_OFF;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_FLOOD(&on, SENT, .queued = LIMIT + 1,
		     .policy_drops = SENT - LIMIT - 1);
	lq_sleep_ms(2000);

	lq_sysctl_set(COOKIES, 2);
	EXPECT_FLOOD(&on, SENT, .queued = LIMIT + 1,
		     .policy_drops = SENT - LIMIT - 1);
	lq_sleep_ms(2000);
	EXPECT_QUEUES(fd, PORT, 0, 0);

	policy.syncookies = LISTENQ_POLICY_SYNCOOKIES_AUTO;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_FLOOD(&on, SENT, .queued = LIMIT + 1,
		     .cookies = SENT - LIMIT - 1);
}

/* The accept queue and the SYN queue, each by a limit of the policy */
POLICY(and_backlog)
{
	enum { BACKLOG = 20, LIMIT = 7, ACCEPTQ = 2, SENT = 30 };
	struct nl_policy policy = synq(self->address, LIMIT);
	int fd = lq_listen(self->address, PORT, BACKLOG);
	struct lq_place on = PLACE(PORT, fd);

	lq_sysctl_set(COOKIES, 1);
	policy.backlog = ACCEPTQ;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_SYNQ_LIMIT(fd, LIMIT, BACKLOG);
	EXPECT_FLOOD(&on, SENT, .queued = LIMIT + 1,
		     .cookies = SENT - LIMIT - 1, .forced = SENT - LIMIT - 1);
	check_acceptq(_metadata, self, fd, ACCEPTQ);
}

TEST_HARNESS_MAIN
