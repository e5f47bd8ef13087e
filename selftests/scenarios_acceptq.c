// SPDX-License-Identifier: GPL-2.0
/* The accept queue: how much fits, and what becomes of what doesn't */
#include <errno.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "lq_fixture.h"

#define PORT 7000

/*
 * Fills a listener with backlog 1 behind the back of one client: its request
 * is in the SYN queue, it believes itself connected, and its next segment will
 * find the accept queue full. Returns the client.
 */
static int client_before_full_queue(int listener)
{
	int client;

	if (lq_hold(listener))
		return -1;
	client = lq_connect(LO, PORT);
	if (lq_release(listener) ||
	    lq_connect_fill(LO, PORT, listener, 2) != 2)
		return -1;
	return client;
}

static void check_backlog(struct __test_metadata *_metadata, int port,
			  int backlog, unsigned int limit)
{
	u64 overflows = lq_mib("ListenOverflows");
	int fd = lq_listen(LO, port, backlog), late;

	ASSERT_GE(fd, 0);
	ASSERT_EQ(limit, lq_acceptq_max(fd));
	EXPECT_COLUMN(limit, fd, "acceptq_max");
	EXPECT_COLUMN(0, fd, "acceptq_peak");

	ASSERT_EQ(limit + 1, lq_connect_fill(LO, port, fd, limit + 1));
	late = lq_connect_begin(LO, port);
	EXPECT_TRUE(lq_wait_until(lq_mib("ListenOverflows") > overflows, 500));
	EXPECT_EQ(TCP_SYN_SENT, lq_state(late));
	lq_close(late);

	EXPECT_QUEUES(fd, port, limit + 1, 0);
	EXPECT_COLUMN(limit + 1, fd, "acceptq_peak");
	EXPECT_COLUMN(limit + 2, fd, "syn_received");
	EXPECT_COLUMN(limit + 1, fd, "syn_queued");
	EXPECT_COLUMN(limit + 1, fd, "established");
	EXPECT_COLUMN(1, fd, "acceptq_overflow_syn");
	EXPECT_COLUMN(1, fd, "listen_overflow");
	EXPECT_COLUMN(1, fd, "listen_drop");
	EXPECT_COLUMN(0, fd, "accepted");
	EXPECT_EQ(overflows + 1, lq_mib("ListenOverflows"));
	EXPECT_EQ(overflows + 1, lq_mib("ListenDrops"));

	EXPECT_EQ(limit + 1, (unsigned int)lq_accept_all(fd));
	EXPECT_QUEUES(fd, port, 0, 0);
	EXPECT_COLUMN(limit + 1, fd, "accepted");
	EXPECT_COLUMN(limit + 1, fd, "acceptq_peak");
	EXPECT_EQ(0, lq_laws());
}

SCENARIO(backlog_table)
{
	unsigned int most = lq_fewer(4096);
	const struct {
		int backlog;
		unsigned int limit;
	} rows[] = {
		{ 0, 0 }, { 1, 1 }, { 2, 2 }, { 3, 3 }, { 4, 4 }, { -1, most }
	};

	lq_sysctl_set("net/core/somaxconn", most);
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		check_backlog(_metadata, PORT + i, rows[i].backlog,
			      rows[i].limit);
}

SCENARIO(somaxconn_cap)
{
	int fd;

	lq_sysctl_set("net/core/somaxconn", 4096);
	fd = lq_listen(LO, PORT, 65535);
	ASSERT_GE(fd, 0);
	EXPECT_EQ(4096, lq_acceptq_max(fd));
	EXPECT_COLUMN(4096, fd, "acceptq_max");

	/* It holds from the next listen() on */
	lq_sysctl_set("net/core/somaxconn", 8000);
	EXPECT_EQ(4096, lq_acceptq_max(fd));
	EXPECT_COLUMN(4096, fd, "acceptq_max");
	ASSERT_EQ(0, listen(fd, 65535));
	EXPECT_EQ(8000, lq_acceptq_max(fd));
	EXPECT_COLUMN(8000, fd, "acceptq_max");

	ASSERT_EQ(0, listen(fd, 7));
	EXPECT_EQ(7, lq_acceptq_max(fd));
	EXPECT_COLUMN(7, fd, "acceptq_max");
}

SCENARIO(ss_agrees)
{
	struct lq_queues own = { 0 }, diag = { 0 }, ss = { 0 };
	int fd = lq_listen(LO, PORT, 5);

	ASSERT_EQ(3, lq_connect_fill(LO, PORT, fd, 3));
	if (lq_diag_queues(AF_INET, PORT, &diag))
		SKIP(return, "no inet_diag");
	lq_queues(fd, &own);
	EXPECT_EQ(own.acceptq, diag.acceptq);
	EXPECT_EQ(own.acceptq_max, diag.acceptq_max);
	EXPECT_COLUMN(diag.acceptq, fd, "acceptq");
	EXPECT_COLUMN(diag.acceptq_max, fd, "acceptq_max");
	if (lq_ss_queues(PORT, &ss))
		SKIP(return, "no ss");
	EXPECT_COLUMN(ss.acceptq, fd, "acceptq");
	EXPECT_COLUMN(ss.acceptq_max, fd, "acceptq_max");
}

SCENARIO(first_queue_second_queue)
{
	int fd = lq_listen(LO, PORT, 10), client;
	u64 connecting, connected, writing, queued, accepting;
	struct lq_table *table;
	const struct lq_row *row;

	EXPECT_QUEUES(fd, PORT, 0, 0);
	ASSERT_EQ(0, lq_hold(fd));
	connecting = lq_time_us();
	client = lq_connect(LO, PORT);
	connected = lq_time_us();
	ASSERT_GE(client, 0);
	EXPECT_QUEUES(fd, PORT, 0, 1);
	EXPECT_COLUMN(1, fd, "syn_received");
	EXPECT_COLUMN(1, fd, "syn_queued");
	EXPECT_COLUMN(0, fd, "established");
	EXPECT_COLUMN(1, fd, "synq_young");
	EXPECT_EQ(0, lq_laws());

	/* 300 ms in the first queue, less than the SYN-ACK's timeout */
	lq_sleep_ms(300);
	ASSERT_EQ(0, lq_release(fd));
	writing = lq_time_us();
	ASSERT_EQ(1, write(client, "x", 1));
	ASSERT_TRUE(lq_wait_until(lq_acceptq(fd) == 1, 500));
	queued = lq_time_us();
	EXPECT_QUEUES(fd, PORT, 1, 0);
	EXPECT_COLUMN(1, fd, "established");
	EXPECT_COLUMN(0, fd, "accepted");
	EXPECT_EQ(0, lq_laws());

	/* 100 ms in the second */
	lq_sleep_ms(100);
	accepting = lq_time_us();
	ASSERT_EQ(1, lq_accept_all(fd));
	EXPECT_QUEUES(fd, PORT, 0, 0);
	table = lq_read();
	ASSERT_NE(NULL, table);
	row = lq_row_of(table, fd);
	EXPECT_EQ(1, lq_num(row, "syn_received"));
	EXPECT_EQ(1, lq_num(row, "syn_queued"));
	EXPECT_EQ(1, lq_num(row, "established"));
	EXPECT_EQ(1, lq_num(row, "accepted"));
	EXPECT_EQ(1, lq_num(row, "synq_peak"));
	EXPECT_EQ(1, lq_num(row, "acceptq_peak"));
	EXPECT_EQ(0, lq_num(row, "synack_retrans"));
	EXPECT_EQ(1, lq_hist_sum(row, "handshake_us"));
	EXPECT_EQ(1, lq_hist_between(row, "handshake_us", writing - connected,
				     queued - connecting));
	EXPECT_EQ(1, lq_hist_sum(row, "accept_wait_us"));
	EXPECT_EQ(1, lq_hist_between(row, "accept_wait_us", accepting - queued,
				     lq_time_us() - writing));
	lq_free(table);
}

SCENARIO(overflow_at_ack)
{
	int fd, client;

	lq_sysctl_set("net/ipv4/tcp_abort_on_overflow", 0);
	fd = lq_listen(LO, PORT, 1);
	client = client_before_full_queue(fd);
	ASSERT_GE(client, 0);
	EXPECT_QUEUES(fd, PORT, 2, 1);

	/* SYN-ACKs at 1 s and 3 s, each answered, each answer too much */
	lq_sleep_ms(4000);
	EXPECT_QUEUES(fd, PORT, 2, 1);
	EXPECT_COLUMN(2, fd, "acceptq_overflow_ack");
	EXPECT_COLUMN(0, fd, "acceptq_overflow_cookie");
	EXPECT_COLUMN(0, fd, "acceptq_overflow_syn");
	EXPECT_COLUMN_MIB(2, fd, "listen_overflow", "ListenOverflows");
	EXPECT_COLUMN_MIB(2, fd, "listen_drop", "ListenDrops");
	EXPECT_COLUMN_MIB(2, fd, "synack_retrans", "TCPSynRetrans");
	EXPECT_COLUMN(2, fd, "established");
	EXPECT_EQ(0, lq_laws());

	/* Room again: the answer to the third SYN-ACK, at 7 s, completes it */
	EXPECT_EQ(2, lq_accept_all(fd));
	lq_sleep_ms(4000);
	EXPECT_QUEUES(fd, PORT, 1, 0);
	EXPECT_COLUMN(3, fd, "syn_received");
	EXPECT_COLUMN(3, fd, "syn_queued");
	EXPECT_COLUMN(3, fd, "established");
	EXPECT_COLUMN(2, fd, "acceptq_overflow_ack");
	EXPECT_COLUMN_MIB(3, fd, "synack_retrans", "TCPSynRetrans");
	EXPECT_EQ(1, lq_accept_all(fd));
	EXPECT_COLUMN(3, fd, "accepted");
	EXPECT_COLUMN(0, fd, "synq_expired");
	EXPECT_COLUMN(2, fd, "acceptq_peak");
}

SCENARIO(overflow_gives_up)
{
	int fd;

	lq_sysctl_set("net/ipv4/tcp_abort_on_overflow", 0);
	lq_sysctl_set("net/ipv4/tcp_synack_retries", 3);
	fd = lq_listen(LO, PORT, 1);
	ASSERT_GE(client_before_full_queue(fd), 0);

	/* SYN-ACKs at 1, 3 and 7 s; given up at 15 s */
	lq_sleep_ms(14000);
	EXPECT_QUEUES(fd, PORT, 2, 1);
	EXPECT_COLUMN(0, fd, "synq_expired");
	lq_sleep_ms(2000);
	EXPECT_QUEUES(fd, PORT, 2, 0);
	EXPECT_COLUMN(1, fd, "synq_expired");
	EXPECT_COLUMN_MIB(3, fd, "synack_retrans", "TCPSynRetrans");
	EXPECT_COLUMN_MIB(3, fd, "listen_overflow", "ListenOverflows");
	EXPECT_COLUMN(3, fd, "acceptq_overflow_ack");
	EXPECT_COLUMN(2, fd, "established");
	EXPECT_COLUMN(0, fd, "synq_other");
}

SCENARIO(abort_on_overflow)
{
	int fd, client;
	char byte;

	lq_sysctl_set("net/ipv4/tcp_abort_on_overflow", 1);
	fd = lq_listen(LO, PORT, 1);
	client = client_before_full_queue(fd);
	ASSERT_GE(client, 0);

	ASSERT_EQ(1, write(client, "x", 1));
	ASSERT_TRUE(lq_wait_until(lq_state(client) == TCP_CLOSE, 500));
	EXPECT_EQ(-1, read(client, &byte, 1));
	EXPECT_EQ(ECONNRESET, errno);
	EXPECT_QUEUES(fd, PORT, 2, 0);
	EXPECT_COLUMN(1, fd, "overflow_reset");
	EXPECT_COLUMN(1, fd, "acceptq_overflow_ack");
	EXPECT_COLUMN_MIB(1, fd, "embryonic_reset", "EmbryonicRsts");
	EXPECT_COLUMN_MIB(1, fd, "listen_overflow", "ListenOverflows");
	EXPECT_COLUMN_MIB(1, fd, "listen_drop", "ListenDrops");
	EXPECT_COLUMN(2, fd, "established");
	EXPECT_COLUMN(0, fd, "synq_other");
}

#define LINEAR "net/ipv4/tcp_syn_linear_timeouts"	/* from 6.5 on */

SCENARIO(overflow_at_syn)
{
	int fd = lq_listen(LO, PORT, 0), client;
	unsigned int tries;

	if (!access("/proc/sys/" LINEAR, F_OK))
		lq_sysctl_set(LINEAR, 0);
	ASSERT_EQ(1, lq_connect_fill(LO, PORT, fd, 1));
	client = lq_connect_begin(LO, PORT);
	ASSERT_EQ(0, lq_syn_flood(AF_INET, PORT, 1, 10));

	/* The real client tries again after 1, 3 and 7 s, and then after 15 s */
	ASSERT_TRUE(lq_wait_until(lq_retransmits(client) == 3, 10000));
	EXPECT_EQ(TCP_SYN_SENT, lq_state(client));
	tries = 1 + 3;
	lq_sleep_ms(100);
	EXPECT_QUEUES(fd, PORT, 1, 0);
	EXPECT_COLUMN(10 + tries, fd, "acceptq_overflow_syn");
	EXPECT_COLUMN_MIB(10 + tries, fd, "listen_overflow",
			  "ListenOverflows");
	EXPECT_COLUMN_MIB(10 + tries, fd, "listen_drop", "ListenDrops");
	EXPECT_COLUMN(11 + tries, fd, "syn_received");
	EXPECT_COLUMN(1, fd, "syn_queued");

	/* And gets in when there is room */
	EXPECT_EQ(1, lq_accept_all(fd));
	EXPECT_TRUE(lq_wait_until(lq_state(client) == TCP_ESTABLISHED, 12000));
	EXPECT_TRUE(lq_wait_until(lq_acceptq(fd) == 1, 100));
	EXPECT_COLUMN(12 + tries, fd, "syn_received");
	EXPECT_COLUMN(2, fd, "established");
	EXPECT_COLUMN(10 + tries, fd, "acceptq_overflow_syn");
}

SCENARIO(client_view)
{
	int fd, client;

	lq_sysctl_set("net/ipv4/tcp_abort_on_overflow", 0);
	fd = lq_listen(LO, PORT, 1);
	client = client_before_full_queue(fd);
	ASSERT_GE(client, 0);

	/* It may even talk: nobody listens */
	ASSERT_EQ(1, write(client, "x", 1));
	EXPECT_TRUE(lq_wait_until(lq_mib("ListenOverflows") > 0, 500));
	EXPECT_EQ(TCP_ESTABLISHED, lq_state(client));
	EXPECT_QUEUES(fd, PORT, 2, 1);
	EXPECT_COLUMN(2, fd, "established");
	EXPECT_COLUMN(lq_mib("ListenOverflows"), fd, "acceptq_overflow_ack");
	EXPECT_EQ(TCP_ESTABLISHED, lq_state(client));
}

/* Serves one connection after 350 ms, then too many too slowly */
SCENARIO(slow_accept)
{
	enum { CLIENTS = 20 };
	int fd = lq_listen(LO, PORT, 4), accepted, got;
	u64 connecting, connected, accepting;
	struct lq_table *table;
	const struct lq_row *row;

	connecting = lq_time_us();
	ASSERT_EQ(1, lq_connect_fill(LO, PORT, fd, 1));
	connected = lq_time_us();
	lq_sleep_ms(350);
	accepting = lq_time_us();
	ASSERT_EQ(1, lq_accept_all(fd));
	table = lq_read();
	ASSERT_NE(NULL, table);
	EXPECT_EQ(1, lq_hist_between(lq_row_of(table, fd), "accept_wait_us",
				     accepting - connected,
				     lq_time_us() - connecting));
	lq_free(table);
	EXPECT_COLUMN(1, fd, "acceptq_peak");

	/* A client each 10 ms, an accept() each 50 ms */
	for (int i = 0; i < CLIENTS; i++) {
		ASSERT_GE(lq_connect_begin(LO, PORT), 0);
		lq_sleep_ms(10);
		if (i == 4)
			EXPECT_EQ(0, lq_mib("ListenOverflows"));
		if (i % 5 != 4)
			continue;
		got = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
		EXPECT_GE(got, 0);
		close(got);
	}
	EXPECT_GT(lq_mib("ListenOverflows"), 0);
	EXPECT_COLUMN(lq_mib("ListenOverflows"), fd, "listen_overflow");
	EXPECT_COLUMN(5, fd, "acceptq_peak");

	/* Those turned away come again until all were served */
	accepted = 1 + CLIENTS / 5;
	for (int i = 0; i < 200 && accepted < 1 + CLIENTS; i++) {
		lq_sleep_ms(100);
		accepted += lq_accept_all(fd);
	}
	EXPECT_EQ(1 + CLIENTS, accepted);
	table = lq_read();
	ASSERT_NE(NULL, table);
	row = lq_row_of(table, fd);
	EXPECT_EQ((u64)accepted, lq_num(row, "accepted"));
	EXPECT_EQ((u64)accepted, lq_num(row, "established"));
	EXPECT_EQ((u64)accepted, lq_hist_sum(row, "accept_wait_us"));
	EXPECT_EQ(5, lq_num(row, "acceptq_peak"));
	lq_free(table);
}

SCENARIO(netstat_overflowed)
{
	static const unsigned int syns[] = { 3, 5, 7 };
	u64 sum = 0;
	int fd[3];

	for (int i = 0; i < 3; i++) {
		fd[i] = lq_listen(LO, PORT + i, 0);
		ASSERT_EQ(1, lq_connect_fill(LO, PORT + i, fd[i], 1));
		ASSERT_EQ(0, lq_syn_flood(AF_INET, PORT + i, i * 100, syns[i]));
		sum += syns[i];
		EXPECT_COLUMN(syns[i], fd[i], "listen_overflow");
		EXPECT_COLUMN(syns[i], fd[i], "listen_drop");
	}
	EXPECT_EQ(sum, lq_mib("ListenOverflows"));
	EXPECT_EQ(sum, lq_mib("ListenDrops"));
	EXPECT_LINE(sum, "kernel", "listen_overflow");
	EXPECT_LINE(sum, "kernel", "listen_drop");
	EXPECT_LINE(sum, "total", "listen_overflow");
	EXPECT_LINE(0, "unattributed", "listen_overflow");
	EXPECT_LINE(0, "closed", "listen_overflow");

	/* What a closed one counted stays in the sum */
	lq_close(fd[1]);
	EXPECT_LINE(syns[1], "closed", "listen_overflow");
	EXPECT_LINE(1, "closed", "acceptq_discarded");
	EXPECT_LINE(sum, "total", "listen_overflow");
	EXPECT_LINE(0, "unattributed", "listen_overflow");
}

TEST_HARNESS_MAIN
