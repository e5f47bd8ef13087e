// SPDX-License-Identifier: GPL-2.0
/* SYN cookies: when they are sent, what comes back */
#include <netinet/tcp.h>
#include <unistd.h>

#include "lq_fixture.h"

#define PORT	7000
#define PORT_2	7001

/* Fills the SYN queue to the brim; returns how many that took */
static unsigned int fill_synq(int port, int backlog)
{
	lq_syn_flood(AF_INET, port, 1000000, backlog + 1);
	return lq_syn_recv(port);
}

SCENARIO(synq_full_cookies)
{
	int fd = lq_listen(LO, PORT, 2);

	lq_sysctl_set("net/ipv4/tcp_syncookies", 1);
	ASSERT_EQ(3, fill_synq(PORT, 2));
	EXPECT_COLUMN(0, fd, "syncookie_sent");

	ASSERT_EQ(1, lq_connect_fill(LO, PORT, fd, 1));
	EXPECT_QUEUES(fd, PORT, 1, 3);
	EXPECT_COLUMN(4, fd, "syn_received");
	EXPECT_COLUMN(3, fd, "syn_queued");
	EXPECT_COLUMN(1, fd, "synq_full_cookie");
	EXPECT_COLUMN(0, fd, "synq_full_drop");
	EXPECT_COLUMN_MIB(1, fd, "reqq_full_cookie", "TCPReqQFullDoCookies");
	EXPECT_COLUMN_MIB(1, fd, "syncookie_sent", "SyncookiesSent");
	EXPECT_COLUMN_MIB(1, fd, "syncookie_recv", "SyncookiesRecv");
	EXPECT_COLUMN_MIB(0, fd, "syncookie_failed", "SyncookiesFailed");
	EXPECT_COLUMN(1, fd, "established");
	EXPECT_COLUMN(1, fd, "established_cookie");
	EXPECT_COLUMN(3, fd, "synq_peak");

	/* The wait for accept() is measured for it, the handshake can't be */
	EXPECT_EQ(1, lq_accept_all(fd));
	EXPECT_COLUMN(1, fd, "accepted");
	EXPECT_COLUMN(LQ_NONE, fd, "handshake_us");
}

SCENARIO(cookies_and_full_accept_queue)
{
	enum { LATE = 5 };
	int fd = lq_listen(LO, PORT, 1);

	lq_sysctl_set("net/ipv4/tcp_syncookies", 1);
	ASSERT_EQ(2, fill_synq(PORT, 1));
	ASSERT_EQ(2, lq_connect_fill(LO, PORT, fd, 2));
	EXPECT_QUEUES(fd, PORT, 2, 2);
	EXPECT_COLUMN(2, fd, "established_cookie");
	EXPECT_COLUMN_MIB(2, fd, "syncookie_sent", "SyncookiesSent");

	/* The kernel says "do cookies" and then drops */
	ASSERT_EQ(0, lq_syn_flood(AF_INET, PORT, 1, LATE));
	EXPECT_COLUMN_MIB(2, fd, "syncookie_sent", "SyncookiesSent");
	EXPECT_COLUMN(2, fd, "synq_full_cookie");
	EXPECT_COLUMN_MIB(2 + LATE, fd, "reqq_full_cookie",
			  "TCPReqQFullDoCookies");
	EXPECT_COLUMN(LATE, fd, "acceptq_overflow_syn");
	EXPECT_COLUMN_MIB(LATE, fd, "listen_overflow", "ListenOverflows");
	EXPECT_COLUMN_MIB(LATE, fd, "listen_drop", "ListenDrops");
	EXPECT_COLUMN(0, fd, "acceptq_overflow_ack");
}

/* The cookie was sent while there was room, and comes back when there's none */
SCENARIO(cookie_ack_overflow)
{
	int fd = lq_listen(LO, PORT, 1), client;
	u64 overflows;

	lq_sysctl_set("net/ipv4/tcp_syncookies", 1);
	ASSERT_EQ(2, fill_synq(PORT, 1));
	ASSERT_EQ(0, lq_hold(fd));
	client = lq_connect(LO, PORT);
	ASSERT_GE(client, 0);
	ASSERT_EQ(0, lq_release(fd));
	EXPECT_COLUMN_MIB(1, fd, "syncookie_sent", "SyncookiesSent");
	EXPECT_COLUMN_MIB(0, fd, "syncookie_recv", "SyncookiesRecv");
	ASSERT_EQ(2, lq_connect_fill(LO, PORT, fd, 2));

	ASSERT_EQ(1, write(client, "x", 1));
	EXPECT_TRUE(lq_wait_until(lq_mib("ListenOverflows") > 0, 500));
	overflows = lq_mib("ListenOverflows");
	EXPECT_COLUMN(overflows, fd, "acceptq_overflow_ack");
	EXPECT_COLUMN(overflows, fd, "acceptq_overflow_cookie");
	EXPECT_COLUMN_MIB(overflows, fd, "listen_overflow", "ListenOverflows");
	EXPECT_COLUMN_MIB(2 + overflows, fd, "syncookie_recv",
			  "SyncookiesRecv");
	EXPECT_COLUMN(0, fd, "acceptq_overflow_syn");
	EXPECT_COLUMN(2, fd, "established_cookie");

	/* The client repeats its byte, cookie included */
	EXPECT_EQ(2, lq_accept_all(fd));
	EXPECT_TRUE(lq_wait_until(lq_acceptq(fd) == 1, 5000));
	EXPECT_COLUMN(3, fd, "established");
	EXPECT_COLUMN(3, fd, "established_cookie");
	EXPECT_COLUMN(lq_mib("SyncookiesRecv"), fd, "syncookie_recv");
	EXPECT_COLUMN(lq_mib("ListenOverflows"), fd,
		      "acceptq_overflow_cookie");
}

SCENARIO(cookies_always)
{
	enum { SPOOFED = 5 };
	int fd = lq_listen(LO, PORT, 10);

	lq_sysctl_set("net/ipv4/tcp_syncookies", 2);
	ASSERT_EQ(0, lq_syn_flood(AF_INET, PORT, 1, SPOOFED));
	ASSERT_EQ(1, lq_connect_fill(LO, PORT, fd, 1));
	EXPECT_QUEUES(fd, PORT, 1, 0);
	EXPECT_COLUMN_MIB(SPOOFED + 1, fd, "syncookie_sent", "SyncookiesSent");
	EXPECT_COLUMN_MIB(SPOOFED + 1, fd, "reqq_full_cookie",
			  "TCPReqQFullDoCookies");
	EXPECT_COLUMN_MIB(1, fd, "syncookie_recv", "SyncookiesRecv");
	EXPECT_COLUMN(1, fd, "established_cookie");
	EXPECT_COLUMN(SPOOFED + 1, fd, "syn_received");
	EXPECT_COLUMN(0, fd, "syn_queued");

	/* Nothing was full */
	EXPECT_COLUMN(0, fd, "synq_full_cookie");
	EXPECT_COLUMN(0, fd, "synq_full_drop");
	EXPECT_COLUMN(0, fd, "synq_peak");
}

/*
 * A listener that has sent no cookie bears the time 0 for its last one, and the
 * kernel's clock, which begins five minutes before 0, takes that for recent
 * when it comes by.
 */
static void pass_time_zero(void)
{
	enum { BEGIN_S = 295, END_S = 425 };

	while (lq_time_ms() > BEGIN_S * 1000 && lq_time_ms() < END_S * 1000)
		lq_sleep_ms(1000);
}

SCENARIO(bad_cookie)
{
	enum { BAD = 3 };
	int fd = lq_listen(LO, PORT, 1), quiet = lq_listen(LO, PORT_2, 1);

	lq_sysctl_set("net/ipv4/tcp_syncookies", 1);
	ASSERT_EQ(2, fill_synq(PORT, 1));
	ASSERT_EQ(0, lq_syn_flood(AF_INET, PORT, 1, 4));
	EXPECT_COLUMN_MIB(4, fd, "syncookie_sent", "SyncookiesSent");
	for (int i = 0; i < BAD; i++)
		ASSERT_EQ(0, lq_bad_cookie(AF_INET, PORT, 500 + i));
	EXPECT_COLUMN_MIB(BAD, fd, "syncookie_failed", "SyncookiesFailed");
	EXPECT_COLUMN_MIB(0, fd, "syncookie_recv", "SyncookiesRecv");
	EXPECT_COLUMN(0, fd, "established");

	/* Where none were sent lately the kernel doesn't even look */
	pass_time_zero();
	ASSERT_EQ(0, lq_bad_cookie(AF_INET, PORT_2, 600));
	EXPECT_COLUMN(0, quiet, "syncookie_failed");
	EXPECT_EQ(BAD, lq_mib("SyncookiesFailed"));
}

SCENARIO(syn_flood)
{
	enum { BACKLOG = 64, ROUNDS = 10, SPOOFED = 200 };
	int fd = lq_listen(LO, PORT, BACKLOG);
	int idle = lq_listen(LO, PORT_2, BACKLOG);
	u64 sent;

	lq_sysctl_set("net/ipv4/tcp_syncookies", 1);
	for (int i = 0; i < ROUNDS; i++) {
		ASSERT_EQ(0, lq_syn_flood(AF_INET, PORT, i * SPOOFED, SPOOFED));
		ASSERT_EQ(1, lq_connect_fill(LO, PORT, fd, 1));
	}
	sent = lq_mib("SyncookiesSent");
	EXPECT_EQ(ROUNDS * (SPOOFED + 1) - BACKLOG - 1, sent);
	EXPECT_QUEUES(fd, PORT, ROUNDS, BACKLOG + 1);
	EXPECT_COLUMN(lq_syn_recv_young(PORT), fd, "synq_young");
	EXPECT_COLUMN(ROUNDS * (SPOOFED + 1), fd, "syn_received");
	EXPECT_COLUMN(BACKLOG + 1, fd, "syn_queued");
	EXPECT_COLUMN(sent, fd, "syncookie_sent");
	EXPECT_COLUMN(sent, fd, "synq_full_cookie");
	EXPECT_COLUMN(BACKLOG + 1, fd, "synq_peak");

	/* The real clients, apart */
	EXPECT_COLUMN(ROUNDS, fd, "established");
	EXPECT_COLUMN(ROUNDS, fd, "established_cookie");
	EXPECT_EQ(ROUNDS, lq_accept_all(fd));
	EXPECT_COLUMN(ROUNDS, fd, "accepted");

	/* And which listener it was */
	EXPECT_COLUMN(0, idle, "syn_received");
	EXPECT_COLUMN(0, idle, "syncookie_sent");
	EXPECT_COLUMN(0, idle, "synq_peak");
}

TEST_HARNESS_MAIN
