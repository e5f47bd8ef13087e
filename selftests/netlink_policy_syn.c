// SPDX-License-Identifier: GPL-2.0
/* Policies of the SYN queue: SYN cookies, and a limit of its own */
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "policy_fixture.h"

#define COOKIES "net/ipv4/tcp_syncookies"

static struct nl_policy cookies(const char *address, s64 setting)
{
	struct nl_policy policy = nl_policy_for(address, PORT);

	policy.syncookies = setting;
	return policy;
}

#define OFF	LISTENQ_POLICY_SYNCOOKIES_OFF
#define AUTO	LISTENQ_POLICY_SYNCOOKIES_AUTO
#define ALWAYS	LISTENQ_POLICY_SYNCOOKIES_ALWAYS

/* A byte from the client to who accepts it; true if it arrives */
static bool talks(const struct lq_place *on, int client)
{
	int server = accept4(on->listener, NULL, NULL, SOCK_CLOEXEC);
	bool arrives;
	char byte = 0;

	arrives = server >= 0 && write(client, "y", 1) == 1 &&
		  read(server, &byte, 1) == 1 && byte == 'y';
	if (server >= 0)
		close(server);
	return arrives;
}

POLICY(always)
{
	enum { CLIENTS = 5, SPOOFED = 20 };
	struct nl_policy policy = cookies(self->address, ALWAYS);
	int fd = lq_listen(self->address, PORT, 10);
	int plain_fd = lq_listen(self->address, PLAIN, 10);
	struct lq_place on = PLACE(PORT, fd), plain = PLACE(PLAIN, plain_fd);

	lq_sysctl_set(COOKIES, 1);
	EXPECT_SYN(&plain, LQ_GETS_IN, .queued = 1, .established = 1);
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	for (int i = 0; i < CLIENTS; i++) {
		struct lq_try try = lq_try_syn(&on);

		EXPECT_EQ(LQ_GETS_IN, try.fate);
		EXPECT_GREW(&try.grew, .syns = 1, .cookies = 1, .forced = 1,
			    .established = 1);
		EXPECT_TRUE(talks(&on, try.client));
	}
	EXPECT_FLOOD(&on, SPOOFED, .cookies = SPOOFED, .forced = SPOOFED);
	EXPECT_QUEUES(fd, PORT, 0, 0);
	EXPECT_COLUMN(0, fd, "synq_peak");
	EXPECT_COLUMN(CLIENTS, fd, "established_cookie");
	EXPECT_COLUMN_MIB(CLIENTS, fd, "syncookie_recv", "SyncookiesRecv");
	EXPECT_EQ(0, lq_laws());

	/* These are the kernel's own */
	lq_sysctl_set(COOKIES, 2);
	EXPECT_FLOOD(&on, SPOOFED, .cookies = SPOOFED);
	EXPECT_SYN(&on, LQ_GETS_IN, .cookies = 1, .established = 1);
	EXPECT_QUEUES(fd, PORT, 1, 0);

	lq_sysctl_set(COOKIES, 1);
	ASSERT_EQ(0, nl_policy_del(self->nl, &policy));
	EXPECT_SYN(&on, LQ_GETS_IN, .queued = 1, .established = 1);
}

/* The kernel would have sent some of them itself: its SYN queue was full */
POLICY(always_and_full)
{
	enum { BACKLOG = 2, SPOOFED = 6 };
	struct nl_policy policy = cookies(self->address, ALWAYS);
	int fd = lq_listen(self->address, PORT, BACKLOG);
	struct lq_place on = PLACE(PORT, fd);

	lq_sysctl_set(COOKIES, 1);
	lq_sysctl_set("net/ipv4/tcp_synack_retries", 1);
	EXPECT_FLOOD(&on, SPOOFED, .queued = BACKLOG + 1,
		     .cookies = SPOOFED - BACKLOG - 1);
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_FLOOD(&on, SPOOFED, .cookies = SPOOFED);
	EXPECT_QUEUES(fd, PORT, 0, BACKLOG + 1);

	/* A full queue of requests that go after three seconds */
	lq_sleep_ms(4000);
	EXPECT_QUEUES(fd, PORT, 0, 0);
	EXPECT_FLOOD(&on, SPOOFED, .cookies = SPOOFED, .forced = SPOOFED);

	/* And a full accept queue comes before any cookie */
	ASSERT_EQ(BACKLOG + 1, lq_connect_fill(self->address, PORT, fd,
					       BACKLOG + 1));
	EXPECT_FLOOD(&on, SPOOFED, .overflows = SPOOFED);
	EXPECT_SYN(&on, LQ_UNANSWERED, .overflows = 1);
}

POLICY(off_sysctl_1)
{
	enum { BACKLOG = 3, SENT = 9 };
	struct nl_policy policy = cookies(self->address, OFF);
	int fd = lq_listen(self->address, PORT, BACKLOG);
	int plain_fd = lq_listen(self->address, PLAIN, BACKLOG);
	struct lq_place on = PLACE(PORT, fd), plain = PLACE(PLAIN, plain_fd);

	lq_sysctl_set(COOKIES, 1);
	EXPECT_FLOOD(&plain, SENT, .queued = BACKLOG + 1,
		     .cookies = SENT - BACKLOG - 1);
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_FLOOD(&on, SENT, .queued = BACKLOG + 1,
		     .policy_drops = SENT - BACKLOG - 1);
	EXPECT_SYN(&on, LQ_UNANSWERED, .policy_drops = 1);
	EXPECT_QUEUES(fd, PORT, 0, BACKLOG + 1);
	EXPECT_COLUMN(0, fd, "syncookie_sent");
	EXPECT_COLUMN(0, fd, "reqq_full_cookie");
	EXPECT_EQ(0, lq_laws());

	ASSERT_EQ(0, nl_policy_del(self->nl, &policy));
	EXPECT_SYN(&on, LQ_GETS_IN, .cookies = 1, .established = 1);
}

POLICY(off_sysctl_2)
{
	enum { BACKLOG = 3, SENT = 9 };
	struct nl_policy policy = cookies(self->address, OFF);
	int fd = lq_listen(self->address, PORT, BACKLOG);
	int plain_fd = lq_listen(self->address, PLAIN, BACKLOG);
	struct lq_place on = PLACE(PORT, fd), plain = PLACE(PLAIN, plain_fd);
	struct lq_try try;

	lq_sysctl_set(COOKIES, 2);
	EXPECT_FLOOD(&plain, SENT, .cookies = SENT);
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	try = lq_try_syn(&on);
	EXPECT_GREW(&try.grew, .syns = 1, .queued = 1, .established = 1);
	EXPECT_TRUE(talks(&on, try.client));
	EXPECT_FLOOD(&on, SENT, .queued = BACKLOG + 1,
		     .policy_drops = SENT - BACKLOG - 1);
	EXPECT_SYN(&on, LQ_UNANSWERED, .policy_drops = 1);
	EXPECT_QUEUES(fd, PORT, 0, BACKLOG + 1);
	EXPECT_COLUMN(0, fd, "established_cookie");
	EXPECT_COLUMN(0, fd, "syncookie_sent");
	EXPECT_COLUMN(0, fd, "reqq_full_cookie");
	EXPECT_EQ(0, lq_laws());

	ASSERT_EQ(0, nl_policy_del(self->nl, &policy));
	EXPECT_FLOOD(&on, SENT, .cookies = SENT);
}

/* Nothing is asked of the kernel that it doesn't do already */
POLICY(off_sysctl_0)
{
	enum { BACKLOG = 3, SENT = 9 };
	struct nl_policy policy = cookies(self->address, OFF);
	int fd = lq_listen(self->address, PORT, BACKLOG);
	struct lq_place on = PLACE(PORT, fd);
	struct lq_try try;

	lq_sysctl_set(COOKIES, 0);
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	try = lq_try_flood(&on, SENT);
	EXPECT_EQ(BACKLOG + 1, try.grew.queued);
	EXPECT_EQ(0, try.grew.cookies);

	/* Who of both drops the others is not said; they do */
	EXPECT_EQ(SENT - BACKLOG - 1, try.grew.refused + try.grew.full_drops);
	EXPECT_EQ(SENT - BACKLOG - 1, try.grew.drops);
	EXPECT_EQ(SENT - BACKLOG - 1, try.grew.sk_drops);
}

/* What the two ends of a connection agreed upon */
struct agreed {
	u8 options;
	u8 send_scale;
	u8 receive_scale;
	u32 mss;
};

static struct agreed agree(const struct lq_place *on)
{
	struct lq_try try = lq_try_syn(on);
	int server = accept4(on->listener, NULL, NULL, SOCK_CLOEXEC);
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	if (getsockopt(server, IPPROTO_TCP, TCP_INFO, &info, &len))
		lq_error("no connection to look at");
	close(server);
	lq_close(try.client);
	return (struct agreed){
		.options = info.tcpi_options & (TCPI_OPT_TIMESTAMPS |
						TCPI_OPT_SACK |
						TCPI_OPT_WSCALE),
		.send_scale = info.tcpi_snd_wscale,
		.receive_scale = info.tcpi_rcv_wscale,
		.mss = info.tcpi_snd_mss,
	};
}

static void check_same(struct __test_metadata *_metadata,
		       const struct agreed *a, const struct agreed *b)
{
	EXPECT_EQ(a->options, b->options);
	EXPECT_EQ(a->send_scale, b->send_scale);
	EXPECT_EQ(a->receive_scale, b->receive_scale);
	EXPECT_EQ(a->mss, b->mss);
}

/* A cookie has no room for them, but in a timestamp */
POLICY(off_keeps_options)
{
	struct nl_policy policy = cookies(self->address, OFF);
	int fd = lq_listen(self->address, PORT, 10);
	int plain_fd = lq_listen(self->address, PLAIN, 10);
	struct lq_place on = PLACE(PORT, fd), plain = PLACE(PLAIN, plain_fd);

	for (int timestamps = 0; timestamps < 2; timestamps++) {
		struct agreed queued, cookie, seen;

		lq_sysctl_set("net/ipv4/tcp_timestamps", timestamps);
		lq_sysctl_set(COOKIES, 1);
		queued = agree(&plain);
		lq_sysctl_set(COOKIES, 2);
		cookie = agree(&plain);
		EXPECT_TRUE(queued.options & TCPI_OPT_SACK);
		EXPECT_TRUE(queued.options & TCPI_OPT_WSCALE);
		EXPECT_EQ(timestamps, !!(queued.options & TCPI_OPT_TIMESTAMPS));
		if (!timestamps)
			EXPECT_EQ(0, cookie.options);

		ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
		seen = agree(&on);
		check_same(_metadata, &queued, &seen);
		ASSERT_EQ(0, nl_policy_del(self->nl, &policy));
		seen = agree(&on);
		check_same(_metadata, &cookie, &seen);
	}
	EXPECT_COLUMN(2, fd, "syn_queued");
	EXPECT_COLUMN(2, fd, "syncookie_sent");
}

static int compare(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

/* Sequence numbers that a stranger can't tell: far apart, and no two alike */
static void check_isns(struct __test_metadata *_metadata, struct lq_tap *tap,
		       unsigned int count)
{
	unsigned int quarter[4] = { 0 };

	lq_tap_read(tap);
	ASSERT_EQ(count, tap->nisns);
	for (unsigned int i = 0; i < count; i++)
		quarter[tap->isn[i] >> 30]++;
	qsort(tap->isn, count, sizeof(*tap->isn), compare);
	for (unsigned int i = 1; i < count; i++)
		EXPECT_NE(tap->isn[i - 1], tap->isn[i]);
	for (int i = 0; i < 4; i++)
		EXPECT_LT(count / 16, quarter[i]);
}

POLICY(off_isn)
{
	enum { SENT = 128 };
	struct nl_policy policy = cookies(self->address, OFF);
	int fd = lq_listen(self->address, PORT, SENT);
	struct lq_place on = PLACE(PORT, fd);

	lq_sysctl_set(COOKIES, 1);
	lq_sysctl_set("net/ipv4/tcp_synack_retries", 0);
	EXPECT_FLOOD(&on, SENT, .queued = SENT);
	check_isns(_metadata, &self->tap, SENT);
	lq_sleep_ms(3000);
	EXPECT_QUEUES(fd, PORT, 0, 0);

	lq_sysctl_set(COOKIES, 2);
	lq_tap_forget(&self->tap);
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_FLOOD(&on, SENT, .queued = SENT);
	check_isns(_metadata, &self->tap, SENT);
}

POLICY(auto_sysctl_2)
{
	enum { BACKLOG = 3, SENT = 9 };
	struct nl_policy policy = cookies(self->address, AUTO);
	int fd = lq_listen(self->address, PORT, BACKLOG);
	int plain_fd = lq_listen(self->address, PLAIN, BACKLOG);
	struct lq_place on = PLACE(PORT, fd), plain = PLACE(PLAIN, plain_fd);

	lq_sysctl_set(COOKIES, 2);
	EXPECT_FLOOD(&plain, SENT, .cookies = SENT);
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_SYN(&on, LQ_GETS_IN, .queued = 1, .established = 1);
	EXPECT_FLOOD(&on, SENT, .queued = BACKLOG + 1,
		     .cookies = SENT - BACKLOG - 1);
	EXPECT_SYN(&on, LQ_GETS_IN, .cookies = 1, .established = 1);
	EXPECT_QUEUES(fd, PORT, 2, BACKLOG + 1);
	EXPECT_COLUMN(1, fd, "established_cookie");
}

POLICY(auto_sysctl_1)
{
	enum { BACKLOG = 3, SENT = 9 };
	struct nl_policy policy = cookies(self->address, AUTO);
	int fd = lq_listen(self->address, PORT, BACKLOG);
	struct lq_place on = PLACE(PORT, fd);

	lq_sysctl_set(COOKIES, 1);
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_FLOOD(&on, SENT, .queued = BACKLOG + 1,
		     .cookies = SENT - BACKLOG - 1);
	EXPECT_SYN(&on, LQ_GETS_IN, .cookies = 1, .established = 1);
}

/* The kernel would not take them back */
POLICY(refused_under_sysctl_0)
{
	struct nl_policy policy = cookies(self->address, OFF);
	int fd = lq_listen(self->address, PORT, 3);
	struct lq_place on = PLACE(PORT, fd);

	lq_sysctl_set(COOKIES, 0);
	for (int setting = AUTO; setting <= ALWAYS; setting++) {
		policy.syncookies = setting;
		EXPECT_NE(0, nl_policy_set(self->nl, &policy));
		EXPECT_STRNE("", nl_policy_last.text);
	}
	EXPECT_EQ(0, nl_policy_count(self->nl));
	EXPECT_SYN(&on, LQ_GETS_IN, .queued = 1, .established = 1);
}

POLICY(always_becomes_0)
{
	enum { SPOOFED = 3 };
	struct nl_policy policy = cookies(self->address, ALWAYS);
	int fd = lq_listen(self->address, PORT, 10), client, other;
	struct lq_place on = PLACE(PORT, fd);
	struct lq_try try;

	lq_sysctl_set(COOKIES, 1);
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	client = lq_client_held(&on);
	other = lq_client_held(&on);
	ASSERT_LE(0, other);
	EXPECT_COLUMN(2, fd, "policy_cookie");

	/* None is sent, none is taken */
	lq_sysctl_set(COOKIES, 0);
	EXPECT_FLOOD(&on, SPOOFED, .queued = SPOOFED);
	EXPECT_SYN(&on, LQ_GETS_IN, .queued = 1, .established = 1);
	try = lq_try_segment(&on, client);
	EXPECT_EQ(ECONNRESET, try.fate);
	EXPECT_GREW(&try.grew, .sk_drops = try.grew.sk_drops);
	EXPECT_COLUMN(0, fd, "established_cookie");

	lq_sysctl_set(COOKIES, 1);
	EXPECT_FLOOD(&on, SPOOFED, .cookies = SPOOFED, .forced = SPOOFED);
	try = lq_try_segment(&on, other);
	EXPECT_EQ(LQ_GETS_IN, try.fate);
	EXPECT_GREW(&try.grew, .established = 1);
	EXPECT_COLUMN(1, fd, "established_cookie");
}

POLICY(auto_becomes_0)
{
	enum { BACKLOG = 3, SENT = 9 };
	struct nl_policy policy = cookies(self->address, AUTO);
	int fd = lq_listen(self->address, PORT, BACKLOG);
	struct lq_place on = PLACE(PORT, fd);
	struct lq_try try;

	lq_sysctl_set(COOKIES, 2);
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_FLOOD(&on, SENT, .queued = BACKLOG + 1,
		     .cookies = SENT - BACKLOG - 1);
	lq_sysctl_set(COOKIES, 0);
	try = lq_try_flood(&on, SENT);
	EXPECT_EQ(0, try.grew.queued + try.grew.cookies);
	EXPECT_EQ(SENT, try.grew.drops);
	EXPECT_EQ(SENT, try.grew.refused + try.grew.full_drops);
	lq_sysctl_set(COOKIES, 1);
	EXPECT_FLOOD(&on, SENT, .cookies = SENT);
}

/* A client with a cookie in hand, and a policy that sends none */
POLICY(off_takes_cookies)
{
	struct nl_policy policy = cookies(self->address, OFF);
	int fd = lq_listen(self->address, PORT, 10), client;
	struct lq_place on = PLACE(PORT, fd);
	struct lq_try try;

	lq_sysctl_set(COOKIES, 2);
	client = lq_client_held(&on);
	ASSERT_LE(0, client);
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	try = lq_try_segment(&on, client);
	EXPECT_EQ(LQ_GETS_IN, try.fate);
	EXPECT_GREW(&try.grew, .established = 1);
	EXPECT_COLUMN(1, fd, "established_cookie");
}

TEST_HARNESS_MAIN
