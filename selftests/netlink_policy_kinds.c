// SPDX-License-Identifier: GPL-2.0
/* Which listeners a policy holds for, of what kind; several settings at once */
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <unistd.h>

#include "policy_fixture.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

static int fill(const struct lq_place *place, unsigned int count)
{
	return lq_connect_fill(place->address, place->port, place->listener,
			       count);
}

/* Room for exactly so many and one more, then an overflow; leaves it empty */
static void check_limit(struct __test_metadata *_metadata,
			const struct lq_place *on, unsigned int limit)
{
	EXPECT_TRUE(lq_wait_until(lq_acceptq_max(on->listener) == limit, 20));
	ASSERT_EQ(limit + 1, fill(on, limit + 1));
	EXPECT_SYN(on, LQ_UNANSWERED, .overflows = 1);
	EXPECT_EQ((int)limit + 1, lq_accept_all(on->listener));
}

/* The one with the address counts, alone */
POLICY(exact_rules)
{
	struct nl_policy port = nl_policy_for(NULL, PORT);
	struct nl_policy exact = nl_policy_for(self->address, PORT);
	int fd = lq_listen(self->address, PORT, 9), client;
	struct lq_place on = PLACE(PORT, fd);

	port.backlog = 2;
	port.overflow = LISTENQ_POLICY_OVERFLOW_RESET;
	exact.backlog = 4;
	ASSERT_EQ(0, nl_policy_set(self->nl, &port));
	EXPECT_EQ(2, lq_acceptq_max(fd));
	ASSERT_EQ(3, fill(&on, 3));
	EXPECT_SYN(&on, ECONNREFUSED, .overflow_resets = 1);
	EXPECT_EQ(3, lq_accept_all(fd));

	/* They are not merged: who is over it hears nothing */
	ASSERT_EQ(0, nl_policy_set(self->nl, &exact));
	check_limit(_metadata, &on, 4);
	ASSERT_EQ(0, nl_policy_del(self->nl, &port));
	check_limit(_metadata, &on, 4);
	ASSERT_EQ(0, nl_policy_set(self->nl, &port));
	check_limit(_metadata, &on, 4);
	ASSERT_EQ(0, nl_policy_del(self->nl, &exact));
	ASSERT_EQ(3, fill(&on, 3));
	EXPECT_SYN(&on, ECONNREFUSED, .overflow_resets = 1);
	ASSERT_EQ(0, nl_policy_del(self->nl, &port));
	client = lq_connect(self->address, PORT);
	EXPECT_LE(0, client);
	EXPECT_EQ(4, lq_accept_all(fd));
	check_limit(_metadata, &on, 9);
}

/* queue split takes a listener out of what its port asks for */
POLICY(taken_out)
{
	struct nl_policy port = nl_policy_for(NULL, PORT);
	struct nl_policy exact = nl_policy_for(self->address, PORT);
	const char *other_address = self->family == AF_INET ? LO6 : LO;
	int fd = lq_listen(self->address, PORT, 5);
	int other_fd = lq_listen(other_address, PORT, 5);
	struct lq_place on = PLACE(PORT, fd), other = PLACE(PORT, other_fd);

	other.address = other_address;
	port.admit = LISTENQ_POLICY_ADMIT_RESET;
	exact.queue = LISTENQ_POLICY_QUEUE_SPLIT;
	ASSERT_EQ(0, nl_policy_set(self->nl, &port));
	EXPECT_SYN(&on, ECONNREFUSED, .policy_resets = 1);
	EXPECT_SYN(&other, ECONNREFUSED, .policy_resets = 1);
	ASSERT_EQ(0, nl_policy_set(self->nl, &exact));
	check_limit(_metadata, &on, 5);
	EXPECT_SYN(&other, ECONNREFUSED, .policy_resets = 1);
}

/* Of an address, of a port, and of nobody else */
POLICY(other_listeners)
{
	struct nl_policy policy = nl_policy_for(self->address, PORT);
	const char *other_address = self->family == AF_INET ? LO6 : LO;
	int other_fd = lq_listen(other_address, PORT, 5);
	int next_fd = lq_listen(self->address, PORT + 1, 5);
	int fd = lq_listen(self->address, PORT, 5);
	struct lq_place other = PLACE(PORT, other_fd);
	struct lq_place next = PLACE(PORT + 1, next_fd);
	struct lq_place on = PLACE(PORT, fd);

	other.address = other_address;
	policy.backlog = 2;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	check_limit(_metadata, &on, 2);
	check_limit(_metadata, &other, 5);
	check_limit(_metadata, &next, 5);
}

/* A program that starts later, ends, and starts again */
POLICY(restart)
{
	struct nl_policy policy = nl_policy_for(self->address, PORT);
	struct lq_place on;
	int fd;

	policy.backlog = 3;
	policy.overflow = LISTENQ_POLICY_OVERFLOW_RESET;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	for (int i = 0; i < 3; i++) {
		fd = lq_listen(self->address, PORT, 10 + i);
		ASSERT_LE(0, fd);
		on = PLACE(PORT, fd);
		ASSERT_EQ(4, fill(&on, 4));
		EXPECT_SYN(&on, ECONNREFUSED, .overflow_resets = 1);
		EXPECT_EQ(3, lq_acceptq_max(fd));
		lq_close(fd);
		EXPECT_EQ(0, lq_laws());
	}
	fd = lq_listen(self->address, PORT, 10);
	ASSERT_EQ(0, nl_policy_del(self->nl, &policy));
	on = PLACE(PORT, fd);
	check_limit(_metadata, &on, 10);
}

static int reuseport(struct _test_data_policy *self, int backlog)
{
	int fd = lq_socket_bind(self->family, 0, self->address, PORT, true,
				true);

	return fd >= 0 && !listen(fd, backlog) ? fd : -1;
}

/* Clients until each member is full, and then some; which hash is chance */
POLICY(reuseport)
{
	enum { GROUP = 3, ASKED = 50, LIMIT = 4, CLIENTS = 150 };
	struct nl_policy policy = nl_policy_for(self->address, PORT);
	unsigned int over = CLIENTS - GROUP * (LIMIT + 1);
	int fd[GROUP];

	for (int i = 0; i < GROUP; i++) {
		fd[i] = reuseport(self, ASKED);
		ASSERT_LE(0, fd[i]);
	}
	policy.backlog = LIMIT;
	policy.overflow = LISTENQ_POLICY_OVERFLOW_RESET;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	for (int i = 0; i < CLIENTS; i++)
		ASSERT_LE(0, lq_connect_begin(self->address, PORT));
	lq_sleep_ms(50);
	for (int i = 0; i < GROUP; i++) {
		EXPECT_EQ(LIMIT, lq_acceptq_max(fd[i]));
		EXPECT_EQ(LIMIT + 1, lq_acceptq(fd[i]));
		EXPECT_COLUMN(LIMIT + 1, fd[i], "acceptq_peak");
		EXPECT_EQ(lq_now(fd[i], "acceptq_overflow_syn"),
			  lq_now(fd[i], "policy_reset"));
	}
	EXPECT_EQ(over, lq_mib("ListenOverflows"));
	EXPECT_EQ(over, lq_tap_resets(&self->tap, PORT));
	EXPECT_LINE(over, "total", "policy_reset");

	/* One that joins later */
	fd[0] = reuseport(self, ASKED);
	EXPECT_TRUE(lq_wait_until(lq_acceptq_max(fd[0]) == LIMIT, 20));
	ASSERT_EQ(0, nl_policy_del(self->nl, &policy));
	for (int i = 0; i < GROUP; i++)
		EXPECT_EQ(ASKED, lq_acceptq_max(fd[i]));
}

/* A dual stack listener is bound to [::], whoever its client is */
POLICY(dual_stack)
{
	struct nl_policy v4 = nl_policy_for("0.0.0.0", PORT);
	struct nl_policy v6 = nl_policy_for("::", PORT);
	int fd = lq_listen("*", PORT, 6);
	struct lq_place on = PLACE(PORT, fd);

	v4.backlog = 1;
	ASSERT_EQ(0, nl_policy_set(self->nl, &v4));
	check_limit(_metadata, &on, 6);
	v6.backlog = 3;
	v6.overflow = LISTENQ_POLICY_OVERFLOW_RESET;
	ASSERT_EQ(0, nl_policy_set(self->nl, &v6));
	EXPECT_EQ(3, lq_acceptq_max(fd));
	ASSERT_EQ(4, fill(&on, 4));
	EXPECT_SYN(&on, ECONNREFUSED, .overflow_resets = 1);
	EXPECT_FLOOD(&on, 3, .overflow_resets = 3);
	ASSERT_EQ(0, nl_policy_del(self->nl, &v6));
	EXPECT_EQ(6, lq_acceptq_max(fd));
}

/* At the ACK of a request, at that of a cookie; silent against the sysctl */
POLICY(dual_stack_acks)
{
	struct nl_policy policy = nl_policy_for("::", PORT);
	int fd = lq_listen("*", PORT, 1);
	struct lq_place on = PLACE(PORT, fd);
	struct lq_try try;

	policy.overflow = LISTENQ_POLICY_OVERFLOW_RESET;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	try = lq_try_segment(&on, lq_client_before_full(&on, 2));
	EXPECT_EQ(ECONNRESET, try.fate);
	EXPECT_EQ(1, try.resets);
	EXPECT_EQ(1, try.grew.reset);
	EXPECT_EQ(1, try.grew.embryonic);

	lq_sysctl_set("net/ipv4/tcp_syncookies", 2);
	try = lq_try_segment(&on, lq_client_before_full(&on, 2));
	EXPECT_EQ(ECONNRESET, try.fate);
	EXPECT_EQ(1, try.resets);
	EXPECT_EQ(1, try.grew.reset);
	EXPECT_EQ(0, try.grew.embryonic);
	EXPECT_COLUMN(1, fd, "acceptq_overflow_cookie");

	lq_sysctl_set("net/ipv4/tcp_syncookies", 1);
	lq_sysctl_set("net/ipv4/tcp_abort_on_overflow", 1);
	policy.overflow = LISTENQ_POLICY_OVERFLOW_DROP;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	try = lq_try_segment(&on, lq_client_before_full(&on, 2));
	EXPECT_EQ(LQ_GETS_IN, try.fate);
	EXPECT_EQ(0, try.resets);
	EXPECT_EQ(1, try.grew.dropped);
	EXPECT_QUEUES(fd, PORT, 2, 1);
	EXPECT_EQ(2, lq_accept_all(fd));
	EXPECT_TRUE(lq_wait_until(lq_acceptq(fd) == 1, 3000));
}

/* Every setting that decides about a SYN, for clients of both families */
POLICY(dual_stack_syns)
{
	enum { LIMIT = 3, SENT = 8 };
	struct nl_policy policy = nl_policy_for("::", PORT);
	int fd = lq_listen("*", PORT, 20);
	struct lq_place on = PLACE(PORT, fd);

	lq_sysctl_set("net/ipv4/tcp_syncookies", 1);
	lq_sysctl_set("net/ipv4/tcp_synack_retries", 0);
	policy.syncookies = LISTENQ_POLICY_SYNCOOKIES_ALWAYS;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_FLOOD(&on, SENT, .cookies = SENT, .forced = SENT);
	EXPECT_SYN(&on, LQ_GETS_IN, .cookies = 1, .forced = 1,
		   .established = 1);

	policy.syncookies = -1;
	policy.synq = LIMIT;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_FLOOD(&on, SENT, .queued = LIMIT + 1,
		     .cookies = SENT - LIMIT - 1, .forced = SENT - LIMIT - 1);
	lq_sleep_ms(2000);

	policy.synq = -1;
	policy.syncookies = LISTENQ_POLICY_SYNCOOKIES_OFF;
	lq_sysctl_set("net/ipv4/tcp_syncookies", 2);
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_FLOOD(&on, SENT, .queued = SENT);
	EXPECT_SYN(&on, LQ_GETS_IN, .queued = 1, .established = 1);
	lq_sleep_ms(2000);

	policy.syncookies = -1;
	policy.queue = LISTENQ_POLICY_QUEUE_SINGLE;
	policy.backlog = LIMIT + 2;
	policy.overflow = LISTENQ_POLICY_OVERFLOW_RESET;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_FLOOD(&on, SENT, .queued = LIMIT,
		     .policy_resets = SENT - LIMIT);
	EXPECT_SYN(&on, ECONNREFUSED, .policy_resets = 1);
}

/* Any local address is no address of its own */
POLICY(bound_to_any)
{
	bool v4 = self->family == AF_INET;
	const char *any = v4 ? "0.0.0.0" : "::";
	struct nl_policy to_any = nl_policy_for(any, PORT);
	struct nl_policy to_one = nl_policy_for(self->address, PORT);
	int fd = lq_listen(any, PORT, 6);
	struct lq_place on = PLACE(PORT, fd);

	to_one.backlog = 1;
	ASSERT_EQ(0, nl_policy_set(self->nl, &to_one));
	check_limit(_metadata, &on, 6);
	to_any.backlog = 3;
	ASSERT_EQ(0, nl_policy_set(self->nl, &to_any));
	check_limit(_metadata, &on, 3);
}

POLICY(v4_mapped)
{
	struct nl_policy v4 = nl_policy_for(LO, PORT);
	struct nl_policy mapped = nl_policy_for("::ffff:127.0.0.1", PORT);
	int fd = lq_listen("::ffff:127.0.0.1", PORT, 6);
	struct lq_place on = PLACE(PORT, fd);

	on.address = LO;
	on.family = AF_INET;
	v4.backlog = 1;
	ASSERT_EQ(0, nl_policy_set(self->nl, &v4));
	check_limit(_metadata, &on, 6);
	mapped.backlog = 3;
	ASSERT_EQ(0, nl_policy_set(self->nl, &mapped));
	check_limit(_metadata, &on, 3);
}

/* Sends its one byte with the SYN once it knows a cookie */
static int connect_fastopen(struct _test_data_policy *self)
{
	struct sockaddr_storage to;
	socklen_t len = lq_place_address(&PLACE(PORT, -1), &to);
	int fd = lq_socket_bind(self->family, 0, self->address, 0, true, false);

	sendto(fd, "x", 1, MSG_FASTOPEN, (struct sockaddr *)&to, len);
	return fd;
}

/* A listener that has one ordinary connection and one that came with its SYN */
static int listen_fastopen(struct __test_metadata *_metadata,
			   struct _test_data_policy *self)
{
	int fd = lq_listen(self->address, PORT, 10), pending = 10;

	lq_sysctl_set("net/ipv4/tcp_fastopen", 3);
	if (setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN, &pending,
		       sizeof(pending)))
		return -1;
	connect_fastopen(self);
	EXPECT_TRUE(lq_wait_until(lq_acceptq(fd) == 1, 500));
	connect_fastopen(self);
	EXPECT_TRUE(lq_wait_until(lq_acceptq(fd) == 2, 500));
	EXPECT_COLUMN(1, fd, "fastopen_child");
	return fd;
}

/* Such a SYN is one like any other to a policy, and comes again without data */
static void check_fastopen(struct __test_metadata *_metadata,
			   struct _test_data_policy *self,
			   const struct nl_policy *policy)
{
	int fd = listen_fastopen(_metadata, self), client;
	struct lq_tally before, grew;

	if (fd < 0)
		SKIP(return, "no TCP Fast Open");
	ASSERT_EQ(0, nl_policy_set(self->nl, policy));
	before = lq_tally(fd);
	client = connect_fastopen(self);
	EXPECT_EQ(LQ_UNANSWERED, lq_fate(client));
	grew = lq_tally_growth(fd, &before);
	EXPECT_GREW(&grew, .syns = 1, .policy_drops = 1);
	EXPECT_QUEUES(fd, PORT, 2, 0);
	EXPECT_COLUMN_MIB(1, fd, "fastopen_passive", "TCPFastOpenPassive");
	EXPECT_COLUMN_MIB(0, fd, "fastopen_passive_fail",
			  "TCPFastOpenPassiveFail");
	EXPECT_EQ(0, lq_laws());

	ASSERT_EQ(0, nl_policy_del(self->nl, policy));
	EXPECT_TRUE(lq_wait_until(lq_acceptq(fd) == 3, 4000));
	EXPECT_COLUMN(3, fd, "established");
	EXPECT_COLUMN(1, fd, "fastopen_child");
	EXPECT_EQ(3, lq_accept_all(fd));
}

POLICY(fastopen_admit)
{
	struct nl_policy policy = nl_policy_for(self->address, PORT);

	policy.admit = LISTENQ_POLICY_ADMIT_DROP;
	check_fastopen(_metadata, self, &policy);
}

POLICY(fastopen_single)
{
	struct nl_policy policy = nl_policy_for(self->address, PORT);

	policy.queue = LISTENQ_POLICY_QUEUE_SINGLE;
	policy.backlog = 2;
	check_fastopen(_metadata, self, &policy);
}

/* And takes a place of the one queue, as a connection does */
POLICY(fastopen_single_fits)
{
	struct nl_policy policy = nl_policy_for(self->address, PORT);
	int fd = listen_fastopen(_metadata, self);
	struct lq_place on = PLACE(PORT, fd);

	if (fd < 0)
		SKIP(return, "no TCP Fast Open");
	policy.queue = LISTENQ_POLICY_QUEUE_SINGLE;
	policy.backlog = 3;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	connect_fastopen(self);
	EXPECT_TRUE(lq_wait_until(lq_acceptq(fd) == 3, 500));
	EXPECT_COLUMN(2, fd, "fastopen_child");
	EXPECT_SYN(&on, LQ_UNANSWERED, .policy_drops = 1);
	EXPECT_EQ(3, lq_accept_all(fd));
	EXPECT_SYN(&on, LQ_GETS_IN, .queued = 1, .established = 1);
}

static int connect_mptcp(struct _test_data_policy *self)
{
	struct sockaddr_storage to;
	socklen_t len = lq_place_address(&PLACE(PORT, -1), &to);
	struct pollfd ready = { .events = POLLOUT };

	ready.fd = lq_socket_bind(self->family, IPPROTO_MPTCP, self->address,
				  0, true, false);
	connect(ready.fd, (struct sockaddr *)&to, len);
	return poll(&ready, 1, 500) == 1 ? ready.revents : 0;
}

POLICY(mptcp)
{
	const char *local = self->family == AF_INET ? "127.0.0.1:7000" :
						      "[::1]:7000";
	struct nl_policy policy = nl_policy_for(self->address, PORT);
	int fd = lq_socket_bind(self->family, IPPROTO_MPTCP, self->address,
				PORT, true, false);

	if (fd < 0)
		SKIP(return, "no MPTCP");
	ASSERT_EQ(0, listen(fd, 10));
	EXPECT_EQ(POLLOUT, connect_mptcp(self));
	policy.backlog = 2;
	policy.overflow = LISTENQ_POLICY_OVERFLOW_RESET;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_LINE(2, local, "acceptq_max");
	EXPECT_EQ(POLLOUT, connect_mptcp(self));
	EXPECT_LE(0, lq_connect(self->address, PORT));
	EXPECT_TRUE(lq_wait_until(lq_line(local, "acceptq") == 3, 500));
	EXPECT_TRUE(connect_mptcp(self) & POLLERR);
	EXPECT_EQ(1, lq_tap_resets(&self->tap, PORT));
	EXPECT_LINE(3, local, "established");
	EXPECT_LINE(1, local, "acceptq_overflow_syn");
	EXPECT_LINE(1, local, "policy_reset");
	EXPECT_EQ(1, lq_mib("ListenOverflows"));
	EXPECT_EQ(3, lq_accept_all(fd));

	ASSERT_EQ(0, nl_policy_del(self->nl, &policy));
	EXPECT_LINE(10, local, "acceptq_max");
	for (int i = 0; i < 4; i++)
		EXPECT_EQ(POLLOUT, connect_mptcp(self));
}

/* Four settings at once, each as if it were alone */
POLICY(together)
{
	enum { BACKLOG = 4, SPOOFED = 3, BURST = 20, SENT = 30 };
	struct nl_policy policy = nl_policy_for(self->address, PORT);
	int fd = lq_listen(self->address, PORT, 50);
	struct lq_place on = PLACE(PORT, fd);
	struct lq_try try;

	policy.backlog = BACKLOG;
	policy.overflow = LISTENQ_POLICY_OVERFLOW_RESET;
	policy.synack_retries = 1;
	policy.syn_rate = 5;
	policy.syn_burst = BURST;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));

	/* A SYN-ACK, another after a second, and the end after three */
	EXPECT_FLOOD(&on, SPOOFED, .queued = SPOOFED);
	lq_sleep_ms(2500);
	EXPECT_QUEUES(fd, PORT, 0, SPOOFED);
	EXPECT_EQ(2 * SPOOFED, lq_tap_synacks(&self->tap, PORT));
	lq_sleep_ms(2000);
	EXPECT_QUEUES(fd, PORT, 0, 0);
	EXPECT_EQ(2 * SPOOFED, lq_tap_synacks(&self->tap, PORT));

	ASSERT_EQ(BACKLOG + 1, fill(&on, BACKLOG + 1));
	EXPECT_SYN(&on, ECONNREFUSED, .overflow_resets = 1);
	lq_sleep_ms(5000);
	EXPECT_FLOOD(&on, SENT, .policy_drops = SENT - BURST,
		     .overflow_resets = BURST);

	/* And at the ACK */
	lq_sleep_ms(5000);
	try = lq_try_segment(&on, lq_client_before_full(&on, BACKLOG + 1));
	EXPECT_EQ(ECONNRESET, try.fate);
	EXPECT_EQ(1, try.grew.reset);
	EXPECT_EQ(1, try.grew.embryonic);
	EXPECT_EQ(1, try.grew.overflows);
	EXPECT_QUEUES(fd, PORT, BACKLOG + 1, 0);
	EXPECT_EQ(0, lq_laws());

	ASSERT_EQ(0, nl_policy_del(self->nl, &policy));
	EXPECT_FLOOD(&on, SENT, .queued = SENT);
	EXPECT_EQ(BACKLOG + 1, lq_accept_all(fd));
}

TEST_HARNESS_MAIN
