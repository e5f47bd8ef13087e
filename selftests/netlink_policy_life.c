// SPDX-License-Identifier: GPL-2.0
/*
 * What comes and goes while a policy stays, and the other way round: programs,
 * their listen() and TCP_SYNCNT, namespaces, the module. Beside the listener is
 * one that no policy is about, which stays as its program left it. Loads and
 * unloads the module itself.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "nl_fixture.h"
#include "nl_policy.h"

#define PORT		7000
#define PLAIN_PORT	8000	/* of the listener beside it */
#define RETRIES_FILE	"net/ipv4/tcp_synack_retries"
#define SYN_RETRIES_FILE "net/ipv4/tcp_syn_retries"
#define RANGE_FILE	"/proc/sys/net/ipv4/ip_local_port_range"

#define N(array) (sizeof(array) / sizeof(*(array)))

/* "Within 100 ms", two ticks and what it takes to hear of it */
#define LATE_MS		120

FIXTURE(life) {
	struct lq_nl *nl;
	int plain;
	int plain_limit;
};

FIXTURE_VARIANT(life) {
	int family;
	const char *address;
	const char *key;
};

FIXTURE_VARIANT_ADD(life, ipv4) {
	.family = AF_INET,
	.address = LO,
	.key = LO,
};

FIXTURE_VARIANT_ADD(life, ipv6) {
	.family = AF_INET6,
	.address = LO6,
	.key = LO6,
};

FIXTURE_VARIANT_ADD(life, port) {
	.family = AF_INET,
	.address = LO,
	.key = NULL,
};

FIXTURE_SETUP(life)
{
	lq_many_files();
	/* Some unload it; loading it for each test would take most of the time. */
	if (!lq_loaded())
		ASSERT_EQ(0, lq_insmod(""));
	ASSERT_EQ(0, lq_net_new());
	self->nl = lq_nl_open();
	ASSERT_NE(NULL, self->nl);
	self->plain_limit = 2;
	self->plain = lq_listen(variant->address, PLAIN_PORT,
				self->plain_limit);
	ASSERT_LE(0, self->plain);
}

FIXTURE_TEARDOWN(life)
{
	EXPECT_EQ(self->plain_limit, (int)lq_acceptq_max(self->plain));
	if (lq_loaded()) {
		EXPECT_EQ(0, lq_nl_differs(self->nl));
		EXPECT_EQ(0, lq_laws());
		EXPECT_EQ(0, nl_policy_clear_all(self->nl));
	}
	lq_close_all();
	lq_nl_close(self->nl);
	if (lq_loaded())
		EXPECT_EQ(0, lq_laws());
	EXPECT_EQ(0, lq_errors);
}

#define LIFE(name) TEST_F_TIMEOUT(life, name, SCENARIO_TIMEOUT)

/* A listener with a policy of its address */
static int under_policy(struct __test_metadata *_metadata, struct lq_nl *nl,
			const char *address, const char *key, int asked,
			int backlog)
{
	int fd = lq_listen(address, PORT, asked);

	EXPECT_EQ(0, nl_policy_set_backlog(nl, key, PORT, backlog));
	EXPECT_TRUE(nl_policy_limit_is(fd, backlog));
	return fd;
}

#define UNDER_POLICY(asked, backlog)					\
	under_policy(_metadata, self->nl, variant->address, variant->key, \
		     asked, backlog)

static u64 asked_of(struct lq_nl *nl, int fd)
{
	struct lq_nl_listener listener;

	if (lq_nl_get_fd(nl, fd, &listener))
		return 0;
	return listener.figures.acceptq[LISTENQ_A_ACCEPTQ_ASKED];
}

static u32 listeners_of(struct lq_nl *nl, const char *address, int port)
{
	struct nl_policy policy = nl_policy_for(address, port);

	if (nl_policy_get(nl, &policy, &policy))
		return -1;
	return policy.listeners;
}

/* TCP_INFO, sock_diag (ss) and the file all say so */
static void check_limit(struct __test_metadata *_metadata, int family, int fd,
			int port, unsigned int limit)
{
	struct lq_queues queues = { 0 };

	EXPECT_TRUE(nl_policy_limit_is(fd, limit));
	EXPECT_EQ(0, lq_diag_queues(family, port, &queues));
	EXPECT_EQ(limit, queues.acceptq_max);
	EXPECT_EQ(0, lq_ss_queues(port, &queues));
	EXPECT_EQ(limit, queues.acceptq_max);
	if (lq_loaded())
		EXPECT_COLUMN(limit, fd, "acceptq_max");
}

LIFE(before_its_listener)
{
	int fd;

	ASSERT_EQ(0, nl_policy_set_backlog(self->nl, variant->key, PORT, 5));
	EXPECT_EQ(0, listeners_of(self->nl, variant->key, PORT));
	fd = lq_listen(variant->address, PORT, 1);
	check_limit(_metadata, variant->family, fd, PORT, 5);
	EXPECT_EQ(1, listeners_of(self->nl, variant->key, PORT));
	EXPECT_EQ(1, asked_of(self->nl, fd));

	/* For its first connections already: six fit */
	EXPECT_EQ(6, lq_connect_fill(variant->address, PORT, fd, 7));
	EXPECT_EQ(3, lq_connect_fill(variant->address, PLAIN_PORT,
				     self->plain, 7));
	ASSERT_EQ(0, nl_policy_del_key(self->nl, variant->key, PORT));
	check_limit(_metadata, variant->family, fd, PORT, 1);
}

/* No moment between listen() and the first SYN in which it isn't in force */
LIFE(first_syn)
{
	int fd;

	ASSERT_EQ(0, nl_policy_set_backlog(self->nl, variant->key, PORT, 0));
	fd = lq_listen(variant->address, PORT, 5);
	ASSERT_EQ(1, lq_connect_fill(variant->address, PORT, fd, 1));
	ASSERT_EQ(0, lq_syn_flood(variant->family, PORT, 1, 3));
	EXPECT_COLUMN(3, fd, "acceptq_overflow_syn");
	EXPECT_EQ(3, lq_mib("ListenOverflows"));
}

/* The program ends and is started again, with another backlog */
LIFE(restart)
{
	int fd = UNDER_POLICY(1, 5);

	for (int asked = 0; asked < 20; asked += 4) {
		ASSERT_EQ(1, lq_connect_fill(variant->address, PORT, fd, 1));
		lq_close(fd);
		EXPECT_EQ(0, listeners_of(self->nl, variant->key, PORT));
		fd = lq_listen(variant->address, PORT, asked);
		ASSERT_LE(0, fd);
		EXPECT_TRUE(nl_policy_limit_is(fd, 5));
		EXPECT_EQ((u64)asked, asked_of(self->nl, fd));
		EXPECT_EQ(1, listeners_of(self->nl, variant->key, PORT));
	}
	ASSERT_EQ(0, nl_policy_del_key(self->nl, variant->key, PORT));
	EXPECT_TRUE(nl_policy_limit_is(fd, 16));
}

/* Another listens while it does: below and above what is in force */
LIFE(listen_again)
{
	static const int asked[] = { 0, 7, 3, 100, 1 };
	int fd = UNDER_POLICY(1, 4);

	for (unsigned int i = 0; i < N(asked); i++) {
		ASSERT_EQ(0, listen(fd, asked[i]));
		ASSERT_EQ(0, listen(self->plain, asked[i]));
		self->plain_limit = asked[i];

		/* In force at the next SYN, whatever ss shows until then */
		EXPECT_EQ(5, lq_connect_fill(variant->address, PORT, fd, 6));
		EXPECT_EQ(4, lq_acceptq_max(fd));
		EXPECT_EQ(5, lq_accept_all(fd));
		EXPECT_EQ((u64)asked[i], asked_of(self->nl, fd));
		EXPECT_EQ(asked[i], (int)lq_acceptq_max(self->plain));
	}
	ASSERT_EQ(0, nl_policy_del_key(self->nl, variant->key, PORT));
	EXPECT_EQ(1, lq_acceptq_max(fd));
}

/* Without a SYN: it takes some time, but not more than 10 ms */
LIFE(listen_again_in_silence)
{
	int fd = UNDER_POLICY(1, 4);

	for (int asked = 0; asked < 10; asked++) {
		ASSERT_EQ(0, listen(fd, asked));
		lq_sleep_ms(30);
		EXPECT_EQ(4, lq_acceptq_max(fd));
		if (asked != 4)
			EXPECT_EQ((u64)asked, asked_of(self->nl, fd));
	}
}

/* What holds afterwards is the latest, also when it is what was in force */
LIFE(latest_holds_afterwards)
{
	static const int latest[] = { 0, 3, 4, 5, 50 };

	for (unsigned int i = 0; i < N(latest); i++)
		for (int wait = 0; wait < 2; wait++) {
			int fd = UNDER_POLICY(1, 4);

			ASSERT_EQ(0, listen(fd, 9));
			lq_sleep_ms(wait * 30);
			ASSERT_EQ(0, listen(fd, latest[i]));
			lq_sleep_ms(wait * 30);
			ASSERT_EQ(0, nl_policy_del_key(self->nl, variant->key,
						       PORT));
			EXPECT_EQ(latest[i], (int)lq_acceptq_max(fd));
			lq_sleep_ms(30);
			EXPECT_EQ(latest[i], (int)lq_acceptq_max(fd));
			lq_close(fd);
		}
}

/* A change of what is in force isn't taken for the program's */
LIFE(replaced_and_listening)
{
	int fd = UNDER_POLICY(7, 4);

	ASSERT_EQ(0, nl_policy_set_backlog(self->nl, variant->key, PORT, 20));
	EXPECT_EQ(20, lq_acceptq_max(fd));
	EXPECT_EQ(7, asked_of(self->nl, fd));
	ASSERT_EQ(0, listen(fd, 8));
	ASSERT_EQ(0, nl_policy_set_backlog(self->nl, variant->key, PORT, 3));
	EXPECT_TRUE(nl_policy_limit_is(fd, 3));
	EXPECT_EQ(8, asked_of(self->nl, fd));
	ASSERT_EQ(0, nl_policy_set_backlog(self->nl, variant->key, PORT, 8));
	ASSERT_EQ(0, nl_policy_set_backlog(self->nl, variant->key, PORT, 2));
	ASSERT_EQ(0, nl_policy_del_key(self->nl, variant->key, PORT));
	EXPECT_EQ(8, lq_acceptq_max(fd));
}

/* A policy that doesn't name the backlog has no part in it */
LIFE(backlog_no_longer_named)
{
	int fd = UNDER_POLICY(7, 4);
	struct nl_policy policy = nl_policy_for(variant->key, PORT);

	policy.overflow = LISTENQ_POLICY_OVERFLOW_RESET;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_EQ(7, lq_acceptq_max(fd));
	ASSERT_EQ(0, listen(fd, 9));
	lq_sleep_ms(30);
	EXPECT_EQ(9, lq_acceptq_max(fd));
	ASSERT_EQ(0, nl_policy_del(self->nl, &policy));
	EXPECT_EQ(9, lq_acceptq_max(fd));
}

LIFE(shutdown_and_listen)
{
	int fd = UNDER_POLICY(1, 4);

	ASSERT_EQ(0, shutdown(fd, SHUT_RD));
	EXPECT_EQ(0, listeners_of(self->nl, variant->key, PORT));
	ASSERT_EQ(0, listen(fd, 9));
	EXPECT_TRUE(nl_policy_limit_is(fd, 4));
	EXPECT_EQ(1, listeners_of(self->nl, variant->key, PORT));
	EXPECT_EQ(9, asked_of(self->nl, fd));
	EXPECT_EQ(5, lq_connect_fill(variant->address, PORT, fd, 6));

	/* With no policy when it listens again */
	ASSERT_EQ(0, shutdown(fd, SHUT_RD));
	ASSERT_EQ(0, nl_policy_del_key(self->nl, variant->key, PORT));
	ASSERT_EQ(0, listen(fd, 6));
	lq_sleep_ms(30);
	EXPECT_EQ(6, lq_acceptq_max(fd));

	/* And with one that came meanwhile */
	ASSERT_EQ(0, shutdown(fd, SHUT_RD));
	ASSERT_EQ(0, nl_policy_set_backlog(self->nl, variant->key, PORT, 3));
	EXPECT_EQ(0, listeners_of(self->nl, variant->key, PORT));
	ASSERT_EQ(0, listen(fd, 8));
	EXPECT_TRUE(nl_policy_limit_is(fd, 3));
	ASSERT_EQ(0, nl_policy_del_key(self->nl, variant->key, PORT));
	EXPECT_EQ(8, lq_acceptq_max(fd));
}

static int port_of(int fd)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} name;
	socklen_t len = sizeof(name);

	if (getsockname(fd, &name.any, &len))
		return -1;
	return ntohs(name.any.sa_family == AF_INET ? name.v4.sin_port :
						     name.v6.sin6_port);
}

static int listen_anywhere(int family, int backlog)
{
	int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	return listen(fd, backlog) ? -1 : fd;
}

/* Wherever the kernel put it: a policy for that port, afterwards */
LIFE(without_bind)
{
	const char *any = variant->family == AF_INET ? "0.0.0.0" : "::";
	int fd = listen_anywhere(variant->family, 1), port = port_of(fd);

	ASSERT_LT(0, port);
	ASSERT_EQ(0, nl_policy_set_backlog(self->nl, variant->address, port,
					   50));
	EXPECT_EQ(1, lq_acceptq_max(fd));
	ASSERT_EQ(0, nl_policy_set_backlog(self->nl, any, port, 4));
	EXPECT_EQ(4, lq_acceptq_max(fd));
	ASSERT_EQ(0, nl_policy_del_key(self->nl, any, port));
	EXPECT_EQ(1, lq_acceptq_max(fd));

	/* The port is known already when it listens again */
	ASSERT_EQ(0, nl_policy_set_backlog(self->nl, NULL, port, 3));
	EXPECT_EQ(3, lq_acceptq_max(fd));
	ASSERT_EQ(0, listen(fd, 2));
	EXPECT_TRUE(nl_policy_limit_is(fd, 3));
	close(fd);
	EXPECT_EQ(0, listeners_of(self->nl, NULL, port));
}

#define FIRST_EPHEMERAL	40000
#define EPHEMERALS	2

static int ephemeral_ports(const char *range)
{
	int fd = open(RANGE_FILE, O_WRONLY | O_CLOEXEC), failed;

	failed = write(fd, range, strlen(range)) < 0;
	close(fd);
	return failed;
}

/* It becomes one of these in the middle of listen(), and no bind() told so */
LIFE(without_bind_beforehand)
{
	const char *any = variant->family == AF_INET ? "0.0.0.0" : "::";
	int fd, port;

	ASSERT_EQ(0, ephemeral_ports("40000 40001"));
	for (int i = 0; i < EPHEMERALS; i++)
		ASSERT_EQ(0, nl_policy_set_backlog(self->nl, variant->key ?
						   any : NULL,
						   FIRST_EPHEMERAL + i, 4));
	fd = listen_anywhere(variant->family, 1);
	port = port_of(fd);
	ASSERT_EQ(FIRST_EPHEMERAL, port / EPHEMERALS * EPHEMERALS);

	/* Clients need some, too */
	ASSERT_EQ(0, ephemeral_ports("50000 60000"));
	EXPECT_TRUE(nl_policy_limit_is(fd, 4));
	EXPECT_EQ(1, asked_of(self->nl, fd));
	EXPECT_EQ(5, lq_connect_fill(variant->address, port, fd, 6));
	EXPECT_EQ(1, listeners_of(self->nl, variant->key ? any : NULL, port));
	close(fd);
}

#define MEMBERS 4

static int open_member(const char *address, int backlog)
{
	int family = strchr(address, ':') ? AF_INET6 : AF_INET;
	int fd = lq_socket_bind(family, 0, address, PORT, true, true);

	return listen(fd, backlog) ? -1 : fd;
}

/* Each member for itself, who was there and who comes later */
LIFE(reuseport_group)
{
	int fd[MEMBERS + 1];

	for (int i = 0; i < MEMBERS; i++) {
		fd[i] = open_member(variant->address, 10 + i);
		ASSERT_LE(0, fd[i]);
	}
	ASSERT_EQ(0, nl_policy_set_backlog(self->nl, variant->key, PORT, 4));
	EXPECT_EQ(MEMBERS, listeners_of(self->nl, variant->key, PORT));
	fd[MEMBERS] = open_member(variant->address, 10 + MEMBERS);
	EXPECT_EQ(MEMBERS + 1, listeners_of(self->nl, variant->key, PORT));
	for (int i = 0; i <= MEMBERS; i++) {
		EXPECT_TRUE(nl_policy_limit_is(fd[i], 4));
		EXPECT_EQ((u64)(10 + i), asked_of(self->nl, fd[i]));
	}
	lq_close(fd[1]);
	EXPECT_EQ(MEMBERS, listeners_of(self->nl, variant->key, PORT));
	ASSERT_EQ(0, listen(fd[2], 77));
	ASSERT_EQ(0, nl_policy_del_key(self->nl, variant->key, PORT));
	EXPECT_EQ(10, lq_acceptq_max(fd[0]));
	EXPECT_EQ(77, lq_acceptq_max(fd[2]));
	EXPECT_EQ(13, lq_acceptq_max(fd[3]));
	EXPECT_EQ(14, lq_acceptq_max(fd[4]));
}

/* Which counts is decided anew whenever one of them comes or goes */
LIFE(two_that_match)
{
	const char *address = variant->address;
	struct nl_policy plain = nl_policy_for(address, PORT);
	int fd = lq_listen(address, PORT, 1);

	ASSERT_EQ(0, nl_policy_set_backlog(self->nl, NULL, PORT, 9));
	EXPECT_EQ(9, lq_acceptq_max(fd));
	ASSERT_EQ(0, nl_policy_set_backlog(self->nl, address, PORT, 4));
	EXPECT_EQ(4, lq_acceptq_max(fd));
	EXPECT_EQ(1, asked_of(self->nl, fd));
	EXPECT_EQ(1, listeners_of(self->nl, address, PORT));
	EXPECT_EQ(0, listeners_of(self->nl, NULL, PORT));
	ASSERT_EQ(0, listen(fd, 2));
	ASSERT_EQ(0, nl_policy_del_key(self->nl, address, PORT));
	EXPECT_TRUE(nl_policy_limit_is(fd, 9));
	EXPECT_EQ(2, asked_of(self->nl, fd));
	EXPECT_EQ(1, listeners_of(self->nl, NULL, PORT));

	/* It takes the listener out of what the other one asks for */
	plain.queue = LISTENQ_POLICY_QUEUE_SPLIT;
	ASSERT_EQ(0, nl_policy_set(self->nl, &plain));
	EXPECT_EQ(2, lq_acceptq_max(fd));
	EXPECT_EQ(0, listeners_of(self->nl, NULL, PORT));
	ASSERT_EQ(0, nl_policy_set_backlog(self->nl, address, PORT, 5));
	ASSERT_EQ(0, nl_policy_set_backlog(self->nl, NULL, PORT, 11));
	EXPECT_TRUE(nl_policy_limit_is(fd, 5));
	ASSERT_EQ(0, nl_policy_del_key(self->nl, NULL, PORT));
	EXPECT_EQ(5, lq_acceptq_max(fd));
	ASSERT_EQ(0, nl_policy_del_key(self->nl, address, PORT));
	EXPECT_EQ(2, lq_acceptq_max(fd));
}

/* The exact one's time is over: the other one is in force from then on */
LIFE(exact_one_expires)
{
	struct nl_policy exact = nl_policy_backlog_for(variant->address, PORT,
						       4);
	int fd = lq_listen(variant->address, PORT, 1);

	exact.timeout_ms = 5000;
	ASSERT_EQ(0, nl_policy_set_backlog(self->nl, NULL, PORT, 9));
	ASSERT_EQ(0, nl_policy_set(self->nl, &exact));
	lq_sleep_ms(5000 - LATE_MS);
	EXPECT_EQ(4, lq_acceptq_max(fd));
	lq_sleep_ms(2 * LATE_MS);
	EXPECT_TRUE(nl_policy_limit_is(fd, 9));
	EXPECT_EQ(1, nl_policy_count(self->nl));
}

/* Who is over a lowered limit stays, and new ones wait until there is room */
LIFE(lowered_below_the_length)
{
	int fd = lq_listen(variant->address, PORT, 5);

	ASSERT_EQ(6, lq_connect_fill(variant->address, PORT, fd, 6));
	ASSERT_EQ(0, nl_policy_set_backlog(self->nl, variant->key, PORT, 1));
	EXPECT_EQ(6, lq_acceptq(fd));
	EXPECT_COLUMN(6, fd, "acceptq");
	ASSERT_EQ(0, lq_syn_flood(variant->family, PORT, 1, 2));
	EXPECT_COLUMN(2, fd, "acceptq_overflow_syn");
	EXPECT_EQ(6, lq_accept_all(fd));
	EXPECT_EQ(2, lq_connect_fill(variant->address, PORT, fd, 3));
}

static int get_syncnt(int fd)
{
	socklen_t len = sizeof(int);
	int value = -1;

	getsockopt(fd, IPPROTO_TCP, TCP_SYNCNT, &value, &len);
	return value;
}

static int set_syncnt(int fd, int value)
{
	return setsockopt(fd, IPPROTO_TCP, TCP_SYNCNT, &value, sizeof(value));
}

static int set_retries(struct lq_nl *nl, const char *address, int retries)
{
	struct nl_policy policy = nl_policy_for(address, PORT);

	policy.synack_retries = retries;
	return nl_policy_set(nl, &policy);
}

/* How often one request's SYN-ACK is sent again until it is given up */
static u64 retries_of(int family, int fd, u32 source)
{
	u64 before = lq_now(fd, "synack_retrans");
	u64 expired = lq_now(fd, "synq_expired");

	if (lq_syn_flood(family, port_of(fd), source, 1))
		return LQ_NONE;
	for (int i = 0; i < 200; i++) {
		if (lq_now(fd, "synq_expired") != expired)
			break;
		lq_sleep_ms(500);
	}
	if (lq_now(fd, "synq_expired") != expired + 1)
		return LQ_NONE;
	return lq_now(fd, "synack_retrans") - before;
}

/* Below what the program or the sysctl asks: the socket isn't touched */
LIFE(fewer_retries)
{
	int fd = lq_listen(variant->address, PORT, 5);

	lq_sysctl_set(RETRIES_FILE, 4);
	lq_sysctl_set(SYN_RETRIES_FILE, 6);
	EXPECT_EQ(4, retries_of(variant->family, fd, 1));
	ASSERT_EQ(0, set_retries(self->nl, variant->key, 2));
	EXPECT_EQ(6, get_syncnt(fd));
	EXPECT_EQ(2, retries_of(variant->family, fd, 2));
	EXPECT_EQ(6, get_syncnt(fd));
	EXPECT_EQ(4, retries_of(variant->family, self->plain, 3));
	ASSERT_EQ(0, set_retries(self->nl, variant->key, 0));
	EXPECT_EQ(0, retries_of(variant->family, fd, 4));

	/* What the program asked for, before and meanwhile */
	ASSERT_EQ(0, set_syncnt(fd, 3));
	EXPECT_EQ(0, retries_of(variant->family, fd, 5));
	EXPECT_EQ(3, get_syncnt(fd));
	ASSERT_EQ(0, nl_policy_del_key(self->nl, variant->key, PORT));
	EXPECT_EQ(3, get_syncnt(fd));
	EXPECT_EQ(3, retries_of(variant->family, fd, 6));
}

/* Above: TCP_SYNCNT is the policy's, and given back */
LIFE(more_retries)
{
	int fd = lq_listen(variant->address, PORT, 5);

	lq_sysctl_set(RETRIES_FILE, 1);
	lq_sysctl_set(SYN_RETRIES_FILE, 6);
	ASSERT_EQ(0, set_retries(self->nl, variant->key, 3));
	EXPECT_EQ(3, retries_of(variant->family, fd, 1));
	EXPECT_EQ(3, get_syncnt(fd));
	EXPECT_EQ(1, retries_of(variant->family, self->plain, 2));
	EXPECT_EQ(6, get_syncnt(self->plain));
	ASSERT_EQ(0, nl_policy_del_key(self->nl, variant->key, PORT));
	EXPECT_EQ(6, get_syncnt(fd));
	EXPECT_EQ(1, retries_of(variant->family, fd, 3));

	/* Nobody asked for six: it was the sysctl that showed */
	lq_sysctl_set(SYN_RETRIES_FILE, 5);
	EXPECT_EQ(5, get_syncnt(fd));
}

LIFE(more_retries_than_the_program)
{
	int fd = lq_listen(variant->address, PORT, 5);

	ASSERT_EQ(0, set_syncnt(fd, 2));
	ASSERT_EQ(0, set_retries(self->nl, variant->key, 4));
	EXPECT_EQ(4, retries_of(variant->family, fd, 1));
	EXPECT_EQ(4, get_syncnt(fd));

	/* Replaced: what was given is not taken for what was asked */
	ASSERT_EQ(0, set_retries(self->nl, variant->key, 3));
	EXPECT_EQ(3, retries_of(variant->family, fd, 2));
	ASSERT_EQ(0, set_retries(self->nl, variant->key, 1));
	EXPECT_EQ(1, retries_of(variant->family, fd, 3));
	EXPECT_EQ(2, get_syncnt(fd));
	ASSERT_EQ(0, set_retries(self->nl, variant->key, 4));
	ASSERT_EQ(0, nl_policy_del_key(self->nl, variant->key, PORT));
	EXPECT_EQ(2, get_syncnt(fd));
	EXPECT_EQ(2, retries_of(variant->family, fd, 4));
}

/* The program sets another one meanwhile: that counts afterwards */
LIFE(retries_set_meanwhile)
{
	int fd = lq_listen(variant->address, PORT, 5);

	ASSERT_EQ(0, set_syncnt(fd, 1));
	ASSERT_EQ(0, set_retries(self->nl, variant->key, 4));
	EXPECT_EQ(4, retries_of(variant->family, fd, 1));
	ASSERT_EQ(0, set_syncnt(fd, 2));
	EXPECT_EQ(4, retries_of(variant->family, fd, 2));
	ASSERT_EQ(0, nl_policy_del_key(self->nl, variant->key, PORT));
	EXPECT_EQ(2, get_syncnt(fd));

	/* Above what the policy wants */
	ASSERT_EQ(0, set_retries(self->nl, variant->key, 3));
	EXPECT_EQ(3, retries_of(variant->family, fd, 3));
	ASSERT_EQ(0, set_syncnt(fd, 5));
	EXPECT_EQ(3, retries_of(variant->family, fd, 4));
	EXPECT_EQ(5, get_syncnt(fd));
	ASSERT_EQ(0, nl_policy_del_key(self->nl, variant->key, PORT));
	EXPECT_EQ(5, get_syncnt(fd));

	/* At once, with nothing between */
	ASSERT_EQ(0, set_retries(self->nl, variant->key, 7));
	ASSERT_EQ(0, set_syncnt(fd, 4));
	ASSERT_EQ(0, nl_policy_del_key(self->nl, variant->key, PORT));
	EXPECT_EQ(4, get_syncnt(fd));
}

/* The most there can be */
LIFE(most_retries)
{
	int fd = lq_listen(variant->address, PORT, 5);

	ASSERT_EQ(0, set_syncnt(fd, 2));
	ASSERT_EQ(0, set_retries(self->nl, variant->key, 127));
	ASSERT_EQ(1, lq_connect_fill(variant->address, PORT, fd, 1));
	EXPECT_EQ(127, get_syncnt(fd));
	ASSERT_EQ(0, nl_policy_del_key(self->nl, variant->key, PORT));
	EXPECT_EQ(2, get_syncnt(fd));
}

static bool is_there(struct lq_nl *nl, const char *address, int port)
{
	struct nl_policy key = nl_policy_for(address, port), got = key;

	return !nl_policy_get(nl, &key, &got);
}

static int set_for(struct lq_nl *nl, const char *address, int port,
		   int backlog, s64 ms)
{
	struct nl_policy policy = nl_policy_backlog_for(address, port,
							backlog);

	policy.timeout_ms = ms;
	return nl_policy_set(nl, &policy);
}

static void sleep_until(u64 ms)
{
	u64 now = lq_time_ms();

	if (ms > now)
		lq_sleep_ms(ms - now);
}

/* Hears of no change but that one. Return: 1 when it doesn't come. */
static int wait_for_expiry(struct lq_nl *ear, struct lq_nl_events *heard,
			   u64 *gone)
{
	for (int i = 0; i < 1000; i++) {
		int before = heard->n;

		lq_nl_hear(ear, heard, 1000);
		*gone = lq_time_ms();
		for (int j = before; j < heard->n; j++)
			if (heard->event[j].command == LISTENQ_CMD_POLICY_NTF &&
			    heard->event[j].change ==
			    LISTENQ_POLICY_CHANGE_EXPIRE)
				return 0;
	}
	return 1;
}

/* To within 100 ms, whether it is a second or an hour */
TEST_F_TIMEOUT(life, expiry, 10000)
{
	/* The long ones once: an hour that is skipped still has its ticks. */
	const unsigned int seconds[] = {
		1, 5, 30, 90, lq_fewer(600), lq_fewer(3600)
	};
	unsigned int n = variant->key ? 4 : N(seconds);

	for (unsigned int i = 0; i < n; i++) {
		struct lq_nl_events heard = { 0 };
		int fd = lq_listen(variant->address, PORT, 1);
		struct lq_nl *ear = nl_policy_subscriber();
		u64 over = lq_time_ms() + seconds[i] * 1000, gone;

		ASSERT_EQ(0, set_for(self->nl, variant->key, PORT, 5,
				     seconds[i] * 1000));
		sleep_until(over - LATE_MS);
		EXPECT_TRUE(is_there(self->nl, variant->key, PORT));
		EXPECT_EQ(5, lq_acceptq_max(fd));
		EXPECT_EQ(0, wait_for_expiry(ear, &heard, &gone));
		TH_LOG("after %u s: %lld ms late", seconds[i],
		       (s64)(gone - over));
		EXPECT_GE(over + LATE_MS, gone);
		EXPECT_FALSE(is_there(self->nl, variant->key, PORT));
		check_limit(_metadata, variant->family, fd, PORT, 1);
		lq_nl_forget(&heard);
		lq_nl_close(ear);
		lq_close(fd);
	}
}

/* Even before anybody can look */
LIFE(expiry_of_the_shortest)
{
	int fd = lq_listen(variant->address, PORT, 1);

	for (int i = 0; i < 20; i++)
		ASSERT_EQ(0, set_for(self->nl, variant->key, PORT + i, 5, 1));
	lq_sleep_ms(LATE_MS);
	EXPECT_EQ(0, nl_policy_count(self->nl));
	EXPECT_EQ(1, lq_acceptq_max(fd));
	EXPECT_EQ(0, nl_policy_set_backlog(self->nl, variant->key, PORT, 6));
	EXPECT_EQ(6, lq_acceptq_max(fd));
}

/* The time is the latest one's: sooner, later, never, and sometime again */
LIFE(expiry_replaced)
{
	int fd = lq_listen(variant->address, PORT, 1);
	u64 start = lq_time_ms();

	ASSERT_EQ(0, set_for(self->nl, variant->key, PORT, 5, 10000));
	ASSERT_EQ(0, set_for(self->nl, variant->key, PORT, 6, 30000));
	sleep_until(start + 15000);
	EXPECT_EQ(6, lq_acceptq_max(fd));
	start = lq_time_ms();
	ASSERT_EQ(0, set_for(self->nl, variant->key, PORT, 7, 5000));
	sleep_until(start + 5000 - LATE_MS);
	EXPECT_EQ(7, lq_acceptq_max(fd));
	sleep_until(start + 5000 + LATE_MS);
	EXPECT_FALSE(is_there(self->nl, variant->key, PORT));
	EXPECT_EQ(1, lq_acceptq_max(fd));

	ASSERT_EQ(0, set_for(self->nl, variant->key, PORT, 8, 3000));
	ASSERT_EQ(0, set_for(self->nl, variant->key, PORT, 9, -1));
	lq_sleep_ms(60000);
	EXPECT_TRUE(is_there(self->nl, variant->key, PORT));
	EXPECT_EQ(9, lq_acceptq_max(fd));
	ASSERT_EQ(0, set_for(self->nl, variant->key, PORT, 8, 2000));
	lq_sleep_ms(2000 + LATE_MS);
	EXPECT_EQ(1, lq_acceptq_max(fd));
}

/* Deleted in time: another one that follows doesn't inherit its end */
LIFE(expiry_of_the_deleted)
{
	int fd = lq_listen(variant->address, PORT, 1);

	ASSERT_EQ(0, set_for(self->nl, variant->key, PORT, 5, 2000));
	ASSERT_EQ(0, nl_policy_del_key(self->nl, variant->key, PORT));
	EXPECT_EQ(1, lq_acceptq_max(fd));
	ASSERT_EQ(0, nl_policy_set_backlog(self->nl, variant->key, PORT, 6));
	lq_sleep_ms(10000);
	EXPECT_EQ(6, lq_acceptq_max(fd));
	EXPECT_TRUE(is_there(self->nl, variant->key, PORT));
}

/* Many with ends of their own, in any order, and some that stay */
LIFE(expiry_of_many)
{
	enum { MANY = 200 };
	u64 start = lq_time_ms();

	for (int i = 0; i < MANY; i++)
		ASSERT_EQ(0, set_for(self->nl, variant->key, PORT + i, 5,
				     i % 10 == 0 ? -1 :
				     1000 + i * 7 % MANY * 100));
	for (int second = 2; second <= 22; second += 4) {
		int expected = 0;

		/* None ends within half a tenth of a second of that */
		sleep_until(start + second * 1000 + 50);
		for (int i = 0; i < MANY; i++)
			expected += i % 10 == 0 ||
				    1000 + i * 7 % MANY * 100 > second * 1000;
		EXPECT_LE(nl_policy_count(self->nl), expected + 2);
		EXPECT_GE(nl_policy_count(self->nl), expected - 2);
	}
	EXPECT_EQ(MANY / 10, nl_policy_count(self->nl));
}

/* As long as a number can say */
LIFE(expiry_of_the_longest)
{
	static const u64 forever[] = {
		1ull << 40, ~0ull / 1000000, ~0ull / 1000000 + 1,
		~0ull / 1000, 1ull << 63, ~0ull - 1, ~0ull
	};
	int fd = lq_listen(variant->address, PORT, 1);

	for (unsigned int i = 0; i < N(forever); i++) {
		struct nl_policy policy = nl_policy_backlog_for(variant->key,
								PORT, 5);
		char space[1024];
		struct nlmsghdr *request =
			nl_policy_request(space, LISTENQ_CMD_POLICY_SET);
		int failed;

		nl_policy_put(request, &policy);
		mnl_attr_put_u64(request, LISTENQ_A_POLICY_TIMEOUT, forever[i]);
		failed = nl_policy_talk(self->nl, request, NULL, NULL);

		/* Refused with a reason, or taken and not over at once */
		if (failed) {
			EXPECT_STRNE("", nl_policy_last.text);
			EXPECT_EQ(LISTENQ_A_POLICY_TIMEOUT,
				  nl_policy_last.blamed);
			continue;
		}
		lq_sleep_ms(1000);
		EXPECT_EQ(5, lq_acceptq_max(fd));
		ASSERT_EQ(0, nl_policy_get(self->nl, &policy, &policy));
		EXPECT_LT(1ull << 39, (u64)policy.timeout_ms);
		EXPECT_GE(forever[i], (u64)policy.timeout_ms);
		ASSERT_EQ(0, nl_policy_del(self->nl, &policy));
	}
	EXPECT_EQ(1, lq_acceptq_max(fd));
}

/* Restores all that it may have changed */
LIFE(del_restores)
{
	struct nl_policy policy = nl_policy_backlog_for(variant->key, PORT, 4);
	int fd = lq_listen(variant->address, PORT, 2);

	lq_sysctl_set(SYN_RETRIES_FILE, 6);
	policy.synack_retries = 9;
	policy.synq = 8;
	policy.overflow = LISTENQ_POLICY_OVERFLOW_DROP;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	check_limit(_metadata, variant->family, fd, PORT, 4);
	ASSERT_EQ(1, lq_connect_fill(variant->address, PORT, fd, 1));
	EXPECT_EQ(9, get_syncnt(fd));
	ASSERT_EQ(0, nl_policy_del(self->nl, &policy));
	check_limit(_metadata, variant->family, fd, PORT, 2);
	EXPECT_EQ(6, get_syncnt(fd));
	EXPECT_EQ(2, lq_connect_fill(variant->address, PORT, fd, 3));
}

#define NAMESPACES 30

/* With policies in force, policies to come and others about to end */
static int live_and_die(int n)
{
	struct lq_nl *nl;
	int bad = 0;

	for (int i = 0; i < n; i++) {
		int fd, fd6;

		if (lq_net_new())
			return 1;
		nl = lq_nl_open();
		if (!nl)
			return 1;
		fd = lq_listen(LO, PORT, 1);
		fd6 = lq_listen(LO6, PORT, 1);
		bad += set_for(nl, NULL, PORT, 5, 1 + i) != 0;
		bad += set_for(nl, LO, PORT + 1, 5, -1) != 0;
		bad += set_for(nl, LO6, PORT, 6, -1) != 0;
		bad += set_for(nl, LO, PORT + 2, 5, 100000) != 0;
		bad += lq_syn_flood(AF_INET, PORT, 1, 3) != 0;
		bad += lq_connect_fill(LO6, PORT, fd6, 2) != 2;
		lq_nl_close(nl);
		if (i % 2)
			lq_close(fd);
	}
	return bad || lq_errors;
}

/* Namespaces end when the process does, all at once */
LIFE(namespaces_end)
{
	int fd = UNDER_POLICY(1, 4), status = -1;
	pid_t child;

	fflush(NULL);
	child = fork();
	if (!child)
		_exit(live_and_die(NAMESPACES));
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status);
	lq_sleep_ms(2000);
	EXPECT_EQ(4, lq_acceptq_max(fd));
	EXPECT_EQ(1, nl_policy_count(self->nl));
}

/* The module's end is the end of all policies, here and elsewhere */
LIFE(rmmod_restores)
{
	struct nl_policy policy = nl_policy_backlog_for(variant->key, PORT, 4);
	int fd = lq_listen(variant->address, PORT, 2), exact, late;

	lq_sysctl_set(SYN_RETRIES_FILE, 6);
	policy.synack_retries = 9;
	policy.timeout_ms = 100000;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	ASSERT_EQ(0, nl_policy_set_backlog(self->nl, NULL, PORT + 1, 8));
	exact = lq_listen(variant->address, PORT + 1, 3);
	late = lq_listen(variant->address, PORT + 2, 3);
	ASSERT_EQ(0, nl_policy_set_backlog(self->nl, NULL, PORT + 2, 8));
	ASSERT_EQ(1, lq_connect_fill(variant->address, PORT, fd, 1));
	EXPECT_EQ(9, get_syncnt(fd));
	EXPECT_TRUE(nl_policy_limit_is(exact, 8));

	/* With the latest of what was asked for, told or not yet */
	ASSERT_EQ(0, listen(late, 8));
	ASSERT_EQ(0, listen(exact, 5));
	lq_nl_close(self->nl);
	self->nl = NULL;
	ASSERT_EQ(0, lq_rmmod());
	check_limit(_metadata, variant->family, fd, PORT, 2);
	check_limit(_metadata, variant->family, exact, PORT + 1, 5);
	check_limit(_metadata, variant->family, late, PORT + 2, 8);
	EXPECT_EQ(6, get_syncnt(fd));
	EXPECT_EQ(2, lq_connect_fill(variant->address, PORT, fd, 3));
	lq_sleep_ms(1000);
	EXPECT_EQ(2, lq_acceptq_max(fd));

	/* Nothing is remembered by the next one */
	ASSERT_EQ(0, lq_insmod(""));
	self->nl = lq_nl_open();
	EXPECT_EQ(0, nl_policy_count(self->nl));
	EXPECT_EQ(2, lq_acceptq_max(fd));
	lq_close_all();
	self->plain = lq_listen(variant->address, PLAIN_PORT,
				self->plain_limit);
	lq_nl_close(self->nl);
	self->nl = NULL;
	ASSERT_EQ(0, lq_rmmod());
}

/* A listener that is older than the module is a listener like others */
LIFE(older_than_the_module)
{
	int fd;

	lq_nl_close(self->nl);
	ASSERT_EQ(0, lq_rmmod());
	fd = lq_listen(variant->address, PORT, 2);
	ASSERT_EQ(0, set_syncnt(fd, 3));
	ASSERT_EQ(0, lq_insmod(""));
	self->nl = lq_nl_open();
	ASSERT_EQ(0, nl_policy_set_backlog(self->nl, variant->key, PORT, 4));
	EXPECT_EQ(4, lq_acceptq_max(fd));
	EXPECT_EQ(2, asked_of(self->nl, fd));
	ASSERT_EQ(0, listen(fd, 3));
	EXPECT_EQ(5, lq_connect_fill(variant->address, PORT, fd, 6));
	ASSERT_EQ(0, nl_policy_del_key(self->nl, variant->key, PORT));
	EXPECT_EQ(3, lq_acceptq_max(fd));
	EXPECT_EQ(3, get_syncnt(fd));
}

static int refused_by_probes(struct lq_nl *nl, const char *address)
{
	struct nl_policy policy = nl_policy_for(address, PORT);
	static const size_t settings[] = {
		offsetof(struct nl_policy, synq),
		offsetof(struct nl_policy, overflow),
		offsetof(struct nl_policy, syncookies),
		offsetof(struct nl_policy, synack_retries),
		offsetof(struct nl_policy, queue),
		offsetof(struct nl_policy, syn_rate),
		offsetof(struct nl_policy, admit),
	};
	int bad = 0;

	for (unsigned int i = 0; i < 2 * N(settings); i++) {
		policy = nl_policy_for(address, PORT);
		*(s64 *)((char *)&policy + settings[i / 2]) = 1;
		if (i % 2)
			policy.backlog = 5;
		if (nl_policy_set(nl, &policy) && *nl_policy_last.text)
			continue;
		fprintf(stderr, "# setting %u: %d, \"%s\"\n", i / 2,
			nl_policy_last.error, nl_policy_last.text);
		bad++;
	}
	return bad;
}

/* Where nothing can act before the kernel's verdict, a backlog still can be */
LIFE(probes)
{
	int fd = lq_listen(variant->address, PORT, 1);

	if (!lq_probes_possible())
		SKIP(return, LQ_NO_PROBES);
	lq_nl_close(self->nl);
	self->nl = NULL;
	ASSERT_EQ(0, lq_rmmod());
	ASSERT_EQ(0, lq_insmod("hooks=probe"));
	self->nl = lq_nl_open();
	ASSERT_EQ(0, nl_policy_set_backlog(self->nl, variant->key, PORT, 4));
	EXPECT_EQ(4, lq_acceptq_max(fd));
	EXPECT_EQ(0, refused_by_probes(self->nl, variant->key));
	EXPECT_EQ(4, lq_acceptq_max(fd));
	EXPECT_EQ(1, nl_policy_count(self->nl));
	EXPECT_EQ(5, lq_connect_fill(variant->address, PORT, fd, 6));
	EXPECT_EQ(5, lq_accept_all(fd));
	ASSERT_EQ(0, listen(fd, 9));
	EXPECT_TRUE(nl_policy_limit_is(fd, 4));
	EXPECT_EQ(9, asked_of(self->nl, fd));
	ASSERT_EQ(0, nl_policy_del_key(self->nl, variant->key, PORT));
	EXPECT_EQ(9, lq_acceptq_max(fd));
	ASSERT_EQ(0, set_for(self->nl, variant->key, PORT, 3, 5000));
	lq_sleep_ms(5000 + LATE_MS);
	EXPECT_EQ(9, lq_acceptq_max(fd));
	ASSERT_EQ(0, nl_policy_set_backlog(self->nl, variant->key, PORT, 4));
	ASSERT_EQ(0, listen(fd, 7));
	lq_nl_close(self->nl);
	self->nl = NULL;
	ASSERT_EQ(0, lq_rmmod());
	EXPECT_EQ(7, lq_acceptq_max(fd));
}

TEST_HARNESS_MAIN
