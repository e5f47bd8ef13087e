// SPDX-License-Identifier: GPL-2.0
/* Policies with one queue: requests and connections share a limit, as in BSD */
#include <errno.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "policy_fixture.h"

static struct nl_policy single(const char *address)
{
	struct nl_policy policy = nl_policy_for(address, PORT);

	policy.queue = LISTENQ_POLICY_QUEUE_SINGLE;
	return policy;
}

static int fill(const struct lq_place *place, unsigned int count)
{
	return lq_connect_fill(place->address, place->port, place->listener,
			       count);
}

/* Whoever is over it waits, and gets in a second after there is room */
static void check_fit(struct __test_metadata *_metadata,
		      const struct lq_place *on, unsigned int fit,
		      bool under_policy)
{
	struct lq_try over;
	u64 before;

	ASSERT_EQ(fit, fill(on, fit));
	before = lq_now(on->listener, "established");
	over = lq_try_syn(on);
	EXPECT_EQ(LQ_UNANSWERED, over.fate);
	EXPECT_EQ(0, over.synacks + over.resets);
	if (under_policy)
		EXPECT_GREW(&over.grew, .syns = 1, .policy_drops = 1);
	else
		EXPECT_GREW(&over.grew, .syns = 1, .overflows = 1);
	EXPECT_QUEUES(on->listener, on->port, fit, 0);

	EXPECT_TRUE(lq_accept_one(on->listener));
	EXPECT_TRUE(lq_wait_until(lq_acceptq(on->listener) == fit, 1500));
	EXPECT_EQ(TCP_ESTABLISHED, lq_state(over.client));
	EXPECT_COLUMN(before + 1, on->listener, "established");
	EXPECT_COLUMN(fit, on->listener, "acceptq_peak");
	EXPECT_EQ(0, lq_laws());
	EXPECT_EQ((int)fit, lq_accept_all(on->listener));
}

/* N fit where Linux lets N + 1 in; and one where N is 0 */
static void check_backlog(struct __test_metadata *_metadata,
			  struct _test_data_policy *self, int backlog,
			  unsigned int fit)
{
	struct nl_policy policy = single(self->address);
	int plain_fd = lq_listen(self->address, PLAIN, backlog);
	int fd = lq_listen(self->address, PORT, backlog);
	struct lq_place on = PLACE(PORT, fd), plain = PLACE(PLAIN, plain_fd);

	check_fit(_metadata, &plain, backlog + 1, false);
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_EQ(backlog, lq_acceptq_max(fd));
	check_fit(_metadata, &on, fit, true);
	EXPECT_COLUMN(0, fd, "listen_overflow");

	ASSERT_EQ(0, nl_policy_del(self->nl, &policy));
	ASSERT_EQ(backlog + 1, fill(&on, backlog + 1));
	EXPECT_SYN(&on, LQ_UNANSWERED, .overflows = 1);
	lq_close(fd);
	lq_close(plain_fd);
}

POLICY(backlog_0)
{
	check_backlog(_metadata, self, 0, 1);
}

POLICY(backlog_1)
{
	check_backlog(_metadata, self, 1, 1);
}

POLICY(backlog_2)
{
	check_backlog(_metadata, self, 2, 2);
}

POLICY(backlog_3)
{
	check_backlog(_metadata, self, 3, 3);
}

POLICY(backlog_5)
{
	check_backlog(_metadata, self, 5, 5);
}

/* Together with a limit of the policy's own */
POLICY(with_backlog)
{
	struct nl_policy policy = single(self->address);
	int fd = lq_listen(self->address, PORT, 50);
	struct lq_place on = PLACE(PORT, fd);

	policy.backlog = 3;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_EQ(3, lq_acceptq_max(fd));
	check_fit(_metadata, &on, 3, true);

	policy.backlog = 0;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	ASSERT_EQ(1, fill(&on, 1));
	EXPECT_SYN(&on, LQ_UNANSWERED, .policy_drops = 1);
}

/* More than fit were there before it */
POLICY(set_when_full)
{
	struct nl_policy policy = single(self->address);
	int fd = lq_listen(self->address, PORT, 4);
	struct lq_place on = PLACE(PORT, fd);

	ASSERT_EQ(5, fill(&on, 5));
	policy.backlog = 2;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	for (int len = 5; len > 1; len--) {
		EXPECT_QUEUES(fd, PORT, len, 0);

		/* The kernel may be first to refuse who is over its limit */
		if (len == 2)
			EXPECT_SYN(&on, LQ_UNANSWERED, .policy_drops = 1);
		EXPECT_TRUE(lq_accept_one(fd));
	}
	EXPECT_SYN(&on, LQ_GETS_IN, .queued = 1, .established = 1);
	EXPECT_SYN(&on, LQ_UNANSWERED, .policy_drops = 1);
}

POLICY(split_is_linux)
{
	struct nl_policy policy = nl_policy_for(self->address, PORT);
	int fd = lq_listen(self->address, PORT, 2);
	struct lq_place on = PLACE(PORT, fd);

	policy.queue = LISTENQ_POLICY_QUEUE_SPLIT;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	check_fit(_metadata, &on, 3, false);
	EXPECT_COLUMN(0, fd, "policy_refused");
}

/* Half-open requests take places, until they are given up */
POLICY(half_open_count)
{
	enum { BACKLOG = 3, SENT = 10 };
	struct nl_policy policy = single(self->address);
	int fd = lq_listen(self->address, PORT, BACKLOG);
	int plain_fd = lq_listen(self->address, PLAIN, BACKLOG);
	struct lq_place on = PLACE(PORT, fd), plain = PLACE(PLAIN, plain_fd);

	lq_sysctl_set("net/ipv4/tcp_syncookies", 1);
	lq_sysctl_set("net/ipv4/tcp_synack_retries", 1);
	EXPECT_FLOOD(&plain, SENT, .queued = BACKLOG + 1,
		     .cookies = SENT - BACKLOG - 1);
	ASSERT_EQ(BACKLOG, fill(&plain, BACKLOG));

	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_FLOOD(&on, SENT, .queued = BACKLOG,
		     .policy_drops = SENT - BACKLOG);
	EXPECT_QUEUES(fd, PORT, 0, BACKLOG);
	EXPECT_SYN(&on, LQ_UNANSWERED, .policy_drops = 1);

	/* A SYN-ACK after a second, the end after three */
	lq_sleep_ms(4000);
	EXPECT_QUEUES(fd, PORT, 0, 0);
	ASSERT_EQ(1, fill(&on, 1));
	EXPECT_FLOOD(&on, SENT, .queued = BACKLOG - 1,
		     .policy_drops = SENT - BACKLOG + 1);
	EXPECT_QUEUES(fd, PORT, 1, BACKLOG - 1);
	EXPECT_SYN(&on, LQ_UNANSWERED, .policy_drops = 1);
	EXPECT_COLUMN(2 * BACKLOG, fd, "syn_queued");

	/* Those of the other listener, its real clients' included */
	EXPECT_COLUMN(0, fd, "syncookie_sent");
	EXPECT_COLUMN_MIB(SENT - 1, plain_fd, "syncookie_sent",
			  "SyncookiesSent");
}

/* Who has a place in it as a request has one as a connection */
POLICY(requests_complete)
{
	enum { BACKLOG = 3 };
	struct nl_policy policy = single(self->address);
	int fd = lq_listen(self->address, PORT, BACKLOG), client[BACKLOG];
	struct lq_place on = PLACE(PORT, fd);

	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	for (int i = 0; i < BACKLOG; i++) {
		client[i] = lq_client_held(&on);
		ASSERT_LE(0, client[i]);
	}
	EXPECT_QUEUES(fd, PORT, 0, BACKLOG);
	EXPECT_SYN(&on, LQ_UNANSWERED, .policy_drops = 1);
	for (int i = 0; i < BACKLOG; i++) {
		struct lq_try try = lq_try_segment(&on, client[i]);

		EXPECT_EQ(LQ_GETS_IN, try.fate);
		EXPECT_GREW(&try.grew, .established = 1);
		EXPECT_QUEUES(fd, PORT, i + 1, BACKLOG - i - 1);
	}
	EXPECT_SYN(&on, LQ_UNANSWERED, .policy_drops = 1);
	EXPECT_COLUMN(0, fd, "listen_overflow");
	EXPECT_EQ(BACKLOG, lq_accept_all(fd));
}

POLICY(overflow_reset)
{
	enum { SPOOFED = 6 };
	struct nl_policy policy = single(self->address);
	int fd = lq_listen(self->address, PORT, 2);
	int plain_fd = lq_listen(self->address, PLAIN, 2);
	struct lq_place on = PLACE(PORT, fd), plain = PLACE(PLAIN, plain_fd);

	ASSERT_EQ(3, fill(&plain, 3));
	EXPECT_SYN(&plain, LQ_UNANSWERED, .overflows = 1);
	policy.overflow = LISTENQ_POLICY_OVERFLOW_RESET;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	ASSERT_EQ(2, fill(&on, 2));
	EXPECT_SYN(&on, ECONNREFUSED, .policy_resets = 1);
	EXPECT_FLOOD(&on, SPOOFED, .policy_resets = SPOOFED);
	EXPECT_TRUE(lq_accept_one(fd));
	EXPECT_SYN(&on, LQ_GETS_IN, .queued = 1, .established = 1);
	EXPECT_SYN(&on, ECONNREFUSED, .policy_resets = 1);

	/* Silent, if that is asked for */
	policy.overflow = LISTENQ_POLICY_OVERFLOW_DROP;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_SYN(&on, LQ_UNANSWERED, .policy_drops = 1);
	ASSERT_EQ(0, nl_policy_del(self->nl, &policy));
	EXPECT_SYN(&on, LQ_GETS_IN, .queued = 1, .established = 1);
	EXPECT_SYN(&on, LQ_UNANSWERED, .overflows = 1);
}

/* Never a cookie, whatever the sysctl says */
POLICY(no_cookies)
{
	enum { BACKLOG = 3, SENT = 8 };
	struct nl_policy policy = single(self->address);
	int fd = lq_listen(self->address, PORT, BACKLOG);
	int plain_fd = lq_listen(self->address, PLAIN, BACKLOG);
	struct lq_place on = PLACE(PORT, fd), plain = PLACE(PLAIN, plain_fd);

	lq_sysctl_set("net/ipv4/tcp_syncookies", 2);
	EXPECT_FLOOD(&plain, SENT, .cookies = SENT);
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_FLOOD(&on, SENT, .queued = BACKLOG,
		     .policy_drops = SENT - BACKLOG);
	EXPECT_SYN(&on, LQ_UNANSWERED, .policy_drops = 1);
	EXPECT_QUEUES(fd, PORT, 0, BACKLOG);
	EXPECT_COLUMN(0, fd, "reqq_full_cookie");

	/* As ever without it, whoever is in the queue */
	ASSERT_EQ(0, nl_policy_del(self->nl, &policy));
	EXPECT_FLOOD(&on, SENT, .cookies = SENT);
}

POLICY(completes_without_cookie)
{
	struct nl_policy policy = single(self->address);
	int fd = lq_listen(self->address, PORT, 3);
	struct lq_place on = PLACE(PORT, fd);

	lq_sysctl_set("net/ipv4/tcp_syncookies", 2);
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	check_fit(_metadata, &on, 3, true);
	EXPECT_COLUMN(0, fd, "established_cookie");
	EXPECT_COLUMN_MIB(0, fd, "syncookie_sent", "SyncookiesSent");

	/* And where the kernel takes none anyway */
	lq_sysctl_set("net/ipv4/tcp_syncookies", 0);
	check_fit(_metadata, &on, 3, true);
}

TEST_HARNESS_MAIN
