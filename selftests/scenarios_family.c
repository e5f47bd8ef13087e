// SPDX-License-Identifier: GPL-2.0
/* Kinds of listeners: address families, groups, and TCP's extensions */
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "lq_fixture.h"

#define PORT	7000
#define MAPPED	"::ffff:127.0.0.1"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

/* The first column of a descriptor's line */
static void check_local(struct __test_metadata *_metadata, int fd,
			const char *expected)
{
	struct lq_table *table = lq_read();

	if (table)
		EXPECT_STREQ(expected, lq_text(lq_row_of(table, fd), "local"));
	lq_free(table);
}

SCENARIO(local_names)
{
	int device = lq_socket_bind(AF_INET, 0, LO, PORT + 6, false, false);

	check_local(_metadata, lq_listen(LO, PORT, 1), "127.0.0.1:7000");
	check_local(_metadata, lq_listen("0.0.0.0", PORT + 1, 1),
		    "0.0.0.0:7001");
	check_local(_metadata, lq_listen(LO6, PORT + 2, 1), "[::1]:7002");
	check_local(_metadata, lq_listen("::", PORT + 3, 1), "[::]:7003");
	check_local(_metadata, lq_listen("*", PORT + 4, 1), "*:7004");
	check_local(_metadata, lq_listen(MAPPED, PORT + 5, 1),
		    "[::ffff:127.0.0.1]:7005");
	ASSERT_EQ(0, setsockopt(device, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3));
	ASSERT_EQ(0, listen(device, 1));
	check_local(_metadata, device, "127.0.0.1%lo:7006");
}

SCENARIO(identity)
{
	char owner_end[32];
	struct lq_table *table;
	const struct lq_row *row, *other;
	const char *owner, *slash;
	int fd, second;

	/* A name that would break the columns if it were printed as it is */
	prctl(PR_SET_NAME, "a b\n\tc");
	ASSERT_EQ(0, seteuid(1234));
	fd = lq_listen(LO, PORT, 1);
	ASSERT_EQ(0, seteuid(0));
	second = lq_listen(LO, PORT + 1, 1);

	table = lq_read();
	ASSERT_NE(NULL, table);
	row = lq_row_of(table, fd);
	other = lq_row_of(table, second);
	EXPECT_EQ(1234, lq_num(row, "uid"));
	EXPECT_EQ(0, lq_num(other, "uid"));
	EXPECT_NE(lq_num(row, "id"), lq_num(other, "id"));
	snprintf(owner_end, sizeof(owner_end), "/%d", getpid());
	owner = lq_text(row, "owner");
	slash = strrchr(owner, '/');
	ASSERT_NE(NULL, slash);
	EXPECT_STREQ(owner_end, slash);
	EXPECT_EQ('a', owner[0]);
	lq_free(table);
}

SCENARIO(ipv6)
{
	enum { BACKLOG = 4, BAD = 2, LATE = 3 };
	int fd = lq_listen("::", PORT, BACKLOG);

	lq_sysctl_set("net/ipv4/tcp_syncookies", 1);
	check_local(_metadata, fd, "[::]:7000");
	ASSERT_EQ(0, lq_syn_flood(AF_INET6, PORT, 1, 3));
	EXPECT_QUEUES(fd, PORT, 0, 3);

	/* The SYN-ACKs really vanish */
	lq_sleep_ms(1500);
	EXPECT_QUEUES(fd, PORT, 0, 3);
	EXPECT_COLUMN_MIB(3, fd, "synack_retrans", "TCPSynRetrans");

	ASSERT_EQ(2, lq_connect_fill(LO6, PORT, fd, 2));
	EXPECT_COLUMN(2, fd, "established");
	ASSERT_EQ(0, lq_syn_flood(AF_INET6, PORT, 10, 2));
	EXPECT_QUEUES(fd, PORT, 2, 5);

	ASSERT_EQ(3, lq_connect_fill(LO6, PORT, fd, 3));
	EXPECT_QUEUES(fd, PORT, 5, 5);
	EXPECT_COLUMN_MIB(3, fd, "syncookie_sent", "SyncookiesSent");
	EXPECT_COLUMN_MIB(3, fd, "syncookie_recv", "SyncookiesRecv");
	EXPECT_COLUMN(3, fd, "established_cookie");
	EXPECT_COLUMN(5, fd, "established");

	ASSERT_EQ(0, lq_syn_flood(AF_INET6, PORT, 20, LATE));
	EXPECT_COLUMN(LATE, fd, "acceptq_overflow_syn");
	EXPECT_COLUMN_MIB(LATE, fd, "listen_overflow", "ListenOverflows");
	for (int i = 0; i < BAD; i++)
		ASSERT_EQ(0, lq_bad_cookie(AF_INET6, PORT, 100 + i));
	EXPECT_COLUMN_MIB(BAD, fd, "syncookie_failed", "SyncookiesFailed");

	/* v6 only: a v4 client meets nobody */
	EXPECT_EQ(-1, lq_connect(LO, PORT));
	EXPECT_EQ(5, lq_accept_all(fd));
	EXPECT_COLUMN(5, fd, "accepted");
}

SCENARIO(dual_stack)
{
	int fd = lq_listen("*", PORT, 4);
	struct lq_table *table;

	lq_sysctl_set("net/ipv4/tcp_syncookies", 1);
	check_local(_metadata, fd, "*:7000");
	ASSERT_EQ(0, lq_syn_flood(AF_INET, PORT, 1, 2));
	ASSERT_EQ(0, lq_syn_flood(AF_INET6, PORT, 1, 2));
	EXPECT_QUEUES(fd, PORT, 0, 4);
	EXPECT_COLUMN(4, fd, "syn_received");
	ASSERT_EQ(1, lq_connect_fill(LO, PORT, fd, 1));
	ASSERT_EQ(1, lq_connect_fill(LO6, PORT, fd, 1));
	EXPECT_COLUMN(2, fd, "established");
	EXPECT_COLUMN(0, fd, "established_cookie");

	/* The fifth request fills the queue: cookies for both */
	ASSERT_EQ(0, lq_syn_flood(AF_INET, PORT, 10, 1));
	ASSERT_EQ(1, lq_connect_fill(LO, PORT, fd, 1));
	ASSERT_EQ(1, lq_connect_fill(LO6, PORT, fd, 1));
	EXPECT_COLUMN(4, fd, "established");
	EXPECT_COLUMN(2, fd, "established_cookie");
	EXPECT_COLUMN_MIB(2, fd, "syncookie_recv", "SyncookiesRecv");
	EXPECT_COLUMN(9, fd, "syn_received");
	EXPECT_COLUMN(7, fd, "syn_queued");

	table = lq_read();
	EXPECT_EQ(1, lq_count_port(table, PORT));
	lq_free(table);
}

SCENARIO(v4_mapped)
{
	int mapped = lq_listen(MAPPED, PORT, 1);
	int both = lq_listen("*", PORT + 1, 4);

	ASSERT_EQ(1, lq_connect_fill(LO, PORT, mapped, 1));
	ASSERT_EQ(1, lq_connect_fill(MAPPED, PORT, mapped, 1));
	ASSERT_EQ(0, lq_syn_flood(AF_INET, PORT, 1, 3));
	EXPECT_QUEUES(mapped, PORT, 2, 0);
	EXPECT_COLUMN(5, mapped, "syn_received");
	EXPECT_COLUMN(2, mapped, "established");
	EXPECT_COLUMN_MIB(3, mapped, "acceptq_overflow_syn",
			  "ListenOverflows");

	ASSERT_EQ(1, lq_connect_fill(MAPPED, PORT + 1, both, 1));
	ASSERT_EQ(1, lq_connect_fill(LO6, PORT + 1, both, 1));
	EXPECT_QUEUES(both, PORT + 1, 2, 0);
	EXPECT_COLUMN(2, both, "established");
}

SCENARIO(reuseport_skew)
{
	enum { GROUP = 3, CLIENTS = 60 };
	int fd[GROUP], accepted[GROUP] = { 0 };
	struct lq_table *table;

	for (int i = 0; i < GROUP; i++) {
		fd[i] = lq_socket_bind(AF_INET, 0, LO, PORT, false, true);
		ASSERT_GE(fd[i], 0);
		ASSERT_EQ(0, listen(fd[i], 2));
	}

	/* All but the first are served; SYNs that meet the full one are lost */
	for (int i = 0; i < CLIENTS; i++) {
		int client = lq_connect_begin(LO, PORT);

		lq_sleep_ms(2);
		if (lq_state(client) == TCP_SYN_SENT)
			lq_close(client);
		for (int j = 1; j < GROUP; j++)
			accepted[j] += lq_accept_all(fd[j]);
	}

	table = lq_read();
	ASSERT_NE(NULL, table);
	EXPECT_EQ(GROUP, lq_count_port(table, PORT));
	EXPECT_EQ(CLIENTS, 3 + accepted[1] + accepted[2] +
		  (int)lq_mib("ListenOverflows"));
	EXPECT_GT(lq_mib("ListenOverflows"), 0);
	for (int i = 0; i < GROUP; i++) {
		const struct lq_row *row = lq_row_of(table, fd[i]);

		EXPECT_EQ(i ? 0 : 3, lq_num(row, "acceptq"));
		EXPECT_EQ((u64)accepted[i], lq_num(row, "accepted"));
		EXPECT_EQ(i ? 0 : lq_mib("ListenOverflows"),
			  lq_num(row, "acceptq_overflow_syn"));
	}
	lq_free(table);
}

/* Sends its one byte with the SYN if it knows a cookie, or needs none */
static int connect_fastopen(int port)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(port),
		.sin_addr = { htonl(INADDR_LOOPBACK) }
	};
	int fd = lq_socket_bind(AF_INET, 0, LO, 0, false, false);

	sendto(fd, "x", 1, MSG_FASTOPEN, (struct sockaddr *)&to, sizeof(to));
	return fd;
}

SCENARIO(fastopen)
{
	static const u8 wrong_cookie[12] = {
		34, 10, 1, 2, 3, 4, 5, 6, 7, 8, 1, 1
	};
	struct lq_packet syn = {
		.family = AF_INET, .port = PORT, .source = 1,
		.options = wrong_cookie, .options_len = sizeof(wrong_cookie)
	};
	int fd = lq_listen(LO, PORT, 10), pending = 2;

	lq_sysctl_set("net/ipv4/tcp_fastopen", 3);
	if (setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN, &pending,
		       sizeof(pending)))
		SKIP(return, "no TCP Fast Open");

	/* The first asks for a cookie and is an ordinary connection */
	connect_fastopen(PORT);
	ASSERT_TRUE(lq_wait_until(lq_acceptq(fd) == 1, 500));
	EXPECT_COLUMN_MIB(1, fd, "fastopen_cookie_reqd",
			  "TCPFastOpenCookieReqd");
	EXPECT_COLUMN(1, fd, "syn_queued");
	EXPECT_COLUMN(0, fd, "fastopen_child");

	/* The second has it, and is in the accept queue with its SYN */
	connect_fastopen(PORT);
	ASSERT_TRUE(lq_wait_until(lq_acceptq(fd) == 2, 500));
	EXPECT_COLUMN_MIB(1, fd, "fastopen_passive", "TCPFastOpenPassive");
	EXPECT_COLUMN(1, fd, "fastopen_child");
	EXPECT_COLUMN(2, fd, "established");
	EXPECT_COLUMN(1, fd, "syn_queued");
	EXPECT_COLUMN(2, fd, "syn_received");
	EXPECT_EQ(0, lq_laws());

	/* A wrong cookie makes an ordinary request of it */
	ASSERT_EQ(0, lq_packet_send(&syn));
	EXPECT_COLUMN_MIB(1, fd, "fastopen_passive_fail",
			  "TCPFastOpenPassiveFail");
	EXPECT_QUEUES(fd, PORT, 2, 1);

	/* Children inherit the deafness, so two of them fill their queue */
	ASSERT_EQ(0, lq_hold(fd));
	connect_fastopen(PORT);
	connect_fastopen(PORT);
	EXPECT_TRUE(lq_wait_until(lq_acceptq(fd) == 4, 500));
	EXPECT_COLUMN_MIB(3, fd, "fastopen_passive", "TCPFastOpenPassive");
	EXPECT_COLUMN(3, fd, "fastopen_child");
	EXPECT_COLUMN_MIB(0, fd, "fastopen_listen_overflow",
			  "TCPFastOpenListenOverflow");
	connect_fastopen(PORT);
	EXPECT_COLUMN_MIB(1, fd, "fastopen_listen_overflow",
			  "TCPFastOpenListenOverflow");
	EXPECT_COLUMN(3, fd, "fastopen_child");
	EXPECT_EQ(4, lq_acceptq(fd));
	EXPECT_COLUMN(2, fd, "synq");
	EXPECT_EQ(0, lq_laws());

	/* Which completes the ordinary way */
	ASSERT_EQ(0, lq_release(fd));
	EXPECT_TRUE(lq_wait_until(lq_acceptq(fd) == 5, 5000));
	EXPECT_COLUMN(5, fd, "established");
	EXPECT_COLUMN(3, fd, "fastopen_child");
	EXPECT_COLUMN_MIB(0, fd, "listen_overflow", "ListenOverflows");
	EXPECT_EQ(5, lq_accept_all(fd));
	EXPECT_COLUMN(5, fd, "accepted");
}

SCENARIO(defer_accept)
{
	int fd = lq_listen(LO, PORT, 10), second = 1, talker;

	ASSERT_EQ(0, setsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &second,
				sizeof(second)));
	talker = lq_connect(LO, PORT);
	ASSERT_GE(talker, 0);
	EXPECT_QUEUES(fd, PORT, 0, 1);
	EXPECT_COLUMN_MIB(1, fd, "defer_accept_drop", "TCPDeferAcceptDrop");
	EXPECT_COLUMN(0, fd, "established");
	EXPECT_COLUMN_MIB(0, fd, "listen_drop", "ListenDrops");
	ASSERT_EQ(1, write(talker, "x", 1));
	EXPECT_TRUE(lq_wait_until(lq_acceptq(fd) == 1, 500));
	EXPECT_QUEUES(fd, PORT, 1, 0);
	EXPECT_COLUMN(1, fd, "established");

	/* One that says nothing is let in when the time is over */
	ASSERT_GE(lq_connect(LO, PORT), 0);
	EXPECT_QUEUES(fd, PORT, 1, 1);
	EXPECT_COLUMN_MIB(2, fd, "defer_accept_drop", "TCPDeferAcceptDrop");
	EXPECT_TRUE(lq_wait_until(lq_acceptq(fd) == 2, 10000));
	EXPECT_COLUMN(2, fd, "established");
	EXPECT_COLUMN(lq_mib("TCPDeferAcceptDrop"), fd, "defer_accept_drop");
	EXPECT_COLUMN(lq_mib("TCPSynRetrans"), fd, "synack_retrans");
}

static bool connect_mptcp(int port)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(port),
		.sin_addr = { htonl(INADDR_LOOPBACK) }
	};
	struct pollfd ready = { .events = POLLOUT };

	ready.fd = lq_socket_bind(AF_INET, IPPROTO_MPTCP, LO, 0, false, false);
	connect(ready.fd, (struct sockaddr *)&to, sizeof(to));
	return poll(&ready, 1, 500) == 1 && ready.revents == POLLOUT;
}

SCENARIO(mptcp)
{
	static const char local[] = "127.0.0.1:7000";
	int fd = lq_socket_bind(AF_INET, IPPROTO_MPTCP, LO, PORT, false, false);
	struct lq_table *table;

	if (fd < 0)
		SKIP(return, "no MPTCP");
	ASSERT_EQ(0, listen(fd, 3));
	table = lq_read();
	EXPECT_EQ(1, lq_count_port(table, PORT));
	lq_free(table);

	ASSERT_GE(lq_connect(LO, PORT), 0);
	ASSERT_TRUE(connect_mptcp(PORT));
	ASSERT_TRUE(connect_mptcp(PORT));
	EXPECT_TRUE(lq_wait_until(lq_line(local, "acceptq") == 3, 500));
	EXPECT_LINE(3, local, "acceptq");
	EXPECT_LINE(3, local, "acceptq_max");
	EXPECT_LINE(3, local, "syn_received");
	EXPECT_LINE(3, local, "established");
	EXPECT_EQ(3, lq_accept_all(fd));
	EXPECT_LINE(3, local, "accepted");
	EXPECT_LINE(0, local, "acceptq");

	/* It overflows like any other */
	for (int i = 0; i < 4; i++)
		ASSERT_TRUE(connect_mptcp(PORT));
	EXPECT_TRUE(lq_wait_until(lq_line(local, "acceptq") == 4, 500));
	ASSERT_EQ(0, lq_syn_flood(AF_INET, PORT, 1, 5));
	EXPECT_EQ(5, lq_mib("ListenOverflows"));
	EXPECT_LINE(5, local, "acceptq_overflow_syn");
	EXPECT_LINE(4, local, "acceptq_peak");
}

TEST_HARNESS_MAIN
