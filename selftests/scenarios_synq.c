// SPDX-License-Identifier: GPL-2.0
/* The SYN queue: how much fits, how long it stays, how it leaves */
#include <netinet/tcp.h>
#include <unistd.h>

#include "lq_fixture.h"

#define PORT	7000
#define PORT_2	7001

SCENARIO(synq_full_no_cookies)
{
	enum { BACKLOG = 4, SENT = 12 };
	int fd = lq_listen(LO, PORT, BACKLOG);
	unsigned int queued;

	lq_sysctl_set("net/ipv4/tcp_syncookies", 0);
	ASSERT_EQ(0, lq_syn_flood(AF_INET, PORT, 1, SENT));
	queued = lq_syn_recv(PORT);

	/* Stable kernels before 2024 compared with >=, one fewer fits there */
	EXPECT_LE(BACKLOG, queued);
	EXPECT_GE(BACKLOG + 1, queued);
	EXPECT_QUEUES(fd, PORT, 0, queued);
	EXPECT_COLUMN(queued, fd, "synq_peak");
	EXPECT_COLUMN(queued, fd, "syn_queued");
	EXPECT_COLUMN(SENT, fd, "syn_received");
	EXPECT_COLUMN_MIB(SENT - queued, fd, "synq_full_drop",
			  "TCPReqQFullDrop");
	EXPECT_COLUMN_MIB(SENT - queued, fd, "listen_drop", "ListenDrops");
	EXPECT_COLUMN(0, fd, "synq_reserve_drop");
	EXPECT_COLUMN(0, fd, "synq_full_cookie");
	EXPECT_COLUMN(0, fd, "syn_other_drop");
	EXPECT_COLUMN_MIB(0, fd, "syncookie_sent", "SyncookiesSent");
}

/* Teaches the kernel a round-trip time of 127.0.0.1: a proven peer */
static int prove_loopback(int port)
{
	int fd = lq_listen(LO, port, 5), client = lq_connect(LO, port), server;
	char byte;

	if (client < 0)
		return -1;
	server = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
	if (server < 0 || write(client, "x", 1) != 1 ||
	    read(server, &byte, 1) != 1 || write(server, "x", 1) != 1)
		return -1;
	/* Read, or the close below would be a reset, which proves nothing */
	lq_sleep_ms(10);
	if (read(client, &byte, 1) != 1)
		return -1;
	close(server);
	lq_sleep_ms(10);
	lq_close(client);
	lq_close(fd);
	return 0;
}

/* The last quarter of tcp_max_syn_backlog is for peers known to be alive */
SCENARIO(synq_reserve)
{
	enum { MAX = 16, FIT = 13, SENT = 20 };
	int fd, client;

	lq_sysctl_set("net/ipv4/tcp_syncookies", 0);
	ASSERT_EQ(0, prove_loopback(PORT_2));
	lq_sysctl_set("net/ipv4/tcp_max_syn_backlog", MAX);
	fd = lq_listen(LO, PORT, 128);
	ASSERT_EQ(0, lq_syn_flood(AF_INET, PORT, 1, SENT));
	EXPECT_QUEUES(fd, PORT, 0, FIT);
	EXPECT_COLUMN(SENT - FIT, fd, "synq_reserve_drop");
	EXPECT_COLUMN_MIB(SENT - FIT, fd, "listen_drop", "ListenDrops");
	EXPECT_COLUMN_MIB(0, fd, "synq_full_drop", "TCPReqQFullDrop");
	EXPECT_COLUMN(0, fd, "syn_other_drop");

	client = lq_connect(LO, PORT);
	EXPECT_LE(0, client);
	EXPECT_QUEUES(fd, PORT, 1, FIT);
	EXPECT_COLUMN(SENT - FIT, fd, "synq_reserve_drop");
	EXPECT_COLUMN(FIT + 1, fd, "synq_peak");
}

static void check_synq_max(struct __test_metadata *_metadata, int port,
			   int backlog, unsigned int expected)
{
	int fd = lq_listen(LO, port, backlog);

	EXPECT_COLUMN(expected - 1, fd, "synq_max");
	ASSERT_EQ(0, lq_syn_flood(AF_INET, port, port * 1000, expected + 10));
	EXPECT_EQ(expected, lq_syn_recv(port));
	EXPECT_COLUMN(expected, fd, "synq");
	EXPECT_COLUMN(expected, fd, "synq_peak");
	lq_close(fd);
}

/*
 * synq_max is the limit a stranger meets, and as with the accept queue one
 * more than it fits: full means longer than that.
 */
SCENARIO(max_syn_backlog)
{
	int fd;

	lq_sysctl_set("net/ipv4/tcp_syncookies", 0);

	/* The sysctl is the smaller one: three quarters of it */
	lq_sysctl_set("net/ipv4/tcp_max_syn_backlog", 32);
	check_synq_max(_metadata, PORT, 128, 25);

	/* The backlog is the smaller one */
	lq_sysctl_set("net/ipv4/tcp_max_syn_backlog", 1024);
	check_synq_max(_metadata, PORT + 1, 20, 21);

	/* With cookies the sysctl has no say */
	lq_sysctl_set("net/ipv4/tcp_syncookies", 1);
	lq_sysctl_set("net/ipv4/tcp_max_syn_backlog", 32);
	check_synq_max(_metadata, PORT + 2, 128, 129);

	/* The present sysctls, not those at listen() */
	fd = lq_listen(LO, PORT + 3, 128);
	EXPECT_COLUMN(128, fd, "synq_max");
	lq_sysctl_set("net/ipv4/tcp_syncookies", 0);
	EXPECT_COLUMN(24, fd, "synq_max");
}

static void check_retries(struct __test_metadata *_metadata, int port,
			  unsigned int retries, unsigned int seconds)
{
	enum { SENT = 3 };
	u64 before = lq_mib("TCPSynRetrans");
	int fd = lq_listen(LO, port, 128);

	lq_sysctl_set("net/ipv4/tcp_synack_retries", retries);
	ASSERT_EQ(0, lq_syn_flood(AF_INET, port, port * 1000, SENT));
	EXPECT_QUEUES(fd, port, 0, SENT);

	/*
	 * Not a second before the last timeout, but soon after it: the timer
	 * wheel is late by up to an eighth.
	 */
	lq_sleep_ms(seconds * 1000 - 500);
	EXPECT_QUEUES(fd, port, 0, SENT);
	EXPECT_COLUMN(0, fd, "synq_expired");
	EXPECT_COLUMN(SENT * retries, fd, "synack_retrans");
	lq_sleep_ms(1500 + seconds * 125);
	EXPECT_QUEUES(fd, port, 0, 0);
	EXPECT_COLUMN(SENT, fd, "synq_expired");
	EXPECT_COLUMN(SENT * retries, fd, "synack_retrans");
	EXPECT_EQ(SENT * retries, lq_mib("TCPSynRetrans") - before);
	EXPECT_COLUMN(0, fd, "synq_other");
	EXPECT_COLUMN(0, fd, "embryonic_reset");
}

SCENARIO(synack_retries)
{
	check_retries(_metadata, PORT, 0, 1);
	check_retries(_metadata, PORT + 1, 1, 3);
	check_retries(_metadata, PORT + 2, 5, 63);
}

SCENARIO(young)
{
	int fd = lq_listen(LO, PORT, 128);

	ASSERT_EQ(0, lq_syn_flood(AF_INET, PORT, 1, 5));
	EXPECT_EQ(5, lq_syn_recv_young(PORT));
	EXPECT_COLUMN(5, fd, "synq_young");
	EXPECT_COLUMN(5, fd, "synq");

	lq_sleep_ms(1500);
	EXPECT_EQ(0, lq_syn_recv_young(PORT));
	EXPECT_COLUMN(0, fd, "synq_young");
	EXPECT_COLUMN(5, fd, "synq");

	ASSERT_EQ(0, lq_syn_flood(AF_INET, PORT, 100, 2));
	EXPECT_EQ(2, lq_syn_recv_young(PORT));
	EXPECT_COLUMN(2, fd, "synq_young");
	EXPECT_COLUMN(7, fd, "synq");
	EXPECT_COLUMN(7, fd, "synq_peak");
}

/* A SYN of a request that exists is no new one */
SCENARIO(repeated_syn)
{
	int fd = lq_listen(LO, PORT, 128);

	ASSERT_EQ(0, lq_syn_flood(AF_INET, PORT, 1, 1));
	EXPECT_COLUMN(0, fd, "synack_retrans");
	ASSERT_EQ(0, lq_syn_flood(AF_INET, PORT, 1, 1));
	EXPECT_QUEUES(fd, PORT, 0, 1);
	EXPECT_COLUMN(1, fd, "syn_received");
	EXPECT_COLUMN(1, fd, "syn_queued");
	EXPECT_COLUMN(0, fd, "syn_duplicate");
	EXPECT_COLUMN_MIB(1, fd, "synack_retrans", "TCPSynRetrans");
}

/* A client that gives up while its request is in the SYN queue */
SCENARIO(embryonic_reset)
{
	int fd = lq_listen(LO, PORT, 128), client;

	ASSERT_EQ(0, lq_hold(fd));
	client = lq_connect(LO, PORT);
	ASSERT_GE(client, 0);
	EXPECT_QUEUES(fd, PORT, 0, 1);
	ASSERT_EQ(0, lq_release(fd));
	lq_reset(client);
	EXPECT_TRUE(lq_wait_until(lq_syn_recv(PORT) == 0, 500));
	EXPECT_QUEUES(fd, PORT, 0, 0);
	EXPECT_COLUMN_MIB(1, fd, "embryonic_reset", "EmbryonicRsts");
	EXPECT_COLUMN(0, fd, "overflow_reset");
	EXPECT_COLUMN(0, fd, "synq_expired");
	EXPECT_COLUMN(0, fd, "synq_other");
	EXPECT_COLUMN(0, fd, "established");
}

TEST_HARNESS_MAIN
