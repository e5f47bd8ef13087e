// SPDX-License-Identifier: GPL-2.0
/* Policies of how often a SYN-ACK is sent again, counted on the wire */
#include <netinet/tcp.h>
#include <unistd.h>

#include "policy_fixture.h"

#define RETRIES	"net/ipv4/tcp_synack_retries"

/* Two: few enough that the kernel prunes none of them */
#define SENT	2

/* The kernel waits a second, then twice as long each time, at most this long */
#define LONGEST_S 120

/* When a request is given up, in seconds after its SYN */
static unsigned int end_of(unsigned int retries)
{
	unsigned int sum = 0, wait = 1;

	for (unsigned int i = 0; i <= retries; i++) {
		sum += wait;
		wait = wait > LONGEST_S / 2 ? LONGEST_S : 2 * wait;
	}
	return sum;
}

static void sleep_until(u64 ms)
{
	u64 now = lq_time_ms();

	if (ms > now)
		lq_sleep_ms(ms - now);
}

/*
 * Half a second before its end a request is there with all its SYN-ACKs, soon
 * after it is gone. The timer wheel is late by up to an eighth.
 */
static void check_end(struct __test_metadata *_metadata,
		      struct _test_data_policy *self, int fd, int port,
		      unsigned int retries, u64 began)
{
	unsigned int end = end_of(retries);

	sleep_until(began + end * 1000 - 500);
	EXPECT_QUEUES(fd, port, 0, SENT);
	EXPECT_EQ(SENT * (1 + retries), lq_tap_synacks(&self->tap, port));
	sleep_until(began + end * 1125 + 1000);
	EXPECT_QUEUES(fd, port, 0, 0);
	EXPECT_EQ(SENT * (1 + retries), lq_tap_synacks(&self->tap, port));
	EXPECT_EQ(0, lq_tap_resets(&self->tap, port));
	EXPECT_COLUMN(SENT, fd, "synq_expired");
	EXPECT_COLUMN(SENT * retries, fd, "synack_retrans");
	EXPECT_COLUMN(0, fd, "synq_other");
	EXPECT_COLUMN(0, fd, "embryonic_reset");
	EXPECT_COLUMN(0, fd, "listen_drop");
}

/*
 * A listener for each of these numbers, and one without a policy, all at once.
 * @retries goes up and ends with -1.
 */
static void check_wire(struct __test_metadata *_metadata,
		       struct _test_data_policy *self, unsigned int sysctl,
		       const int *retries)
{
	int fd[LQ_TAP_PORTS], plain;
	bool plain_ended = false;
	u64 began;

	lq_sysctl_set(RETRIES, sysctl);
	plain = lq_listen(self->address, PLAIN, 128);
	for (int i = 0; retries[i] >= 0; i++) {
		struct nl_policy policy = nl_policy_for(self->address,
							PORT + i);

		fd[i] = lq_listen(self->address, PORT + i, 128);
		ASSERT_LE(0, fd[i]);
		policy.synack_retries = retries[i];
		ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	}
	began = lq_time_ms();
	EXPECT_FLOOD(&PLACE(PLAIN, plain), SENT, .queued = SENT);
	for (int i = 0; retries[i] >= 0; i++)
		EXPECT_FLOOD(&PLACE(PORT + i, fd[i]), SENT, .queued = SENT);
	for (int i = 0; retries[i] >= 0; i++) {
		check_end(_metadata, self, fd[i], PORT + i, retries[i], began);
		if (plain_ended || (unsigned int)retries[i] != sysctl)
			continue;

		/* The one of the same number shows it the same way */
		EXPECT_EQ(SENT * (1 + sysctl),
			  lq_tap_synacks(&self->tap, PLAIN));
		EXPECT_QUEUES(plain, PLAIN, 0, 0);
		plain_ended = true;
	}
	EXPECT_TRUE(plain_ended);
}

#define POLICY_LONG(name) TEST_F_TIMEOUT(policy, name, 2 * SCENARIO_TIMEOUT)

POLICY_LONG(lowered)
{
	static const int retries[] = { 0, 1, 2, 3, 4, 5, -1 };

	check_wire(_metadata, self, 5, retries);
}

POLICY_LONG(raised)
{
	static const int retries[] = { 1, 2, 3, 4, 5, 7, -1 };

	check_wire(_metadata, self, 1, retries);
}

/* A client that asks again is answered, however few there are */
static void check_repeated(struct __test_metadata *_metadata,
			   const struct lq_place *place, u32 source)
{
	unsigned int before = lq_tap_synacks(place->tap, place->port);

	ASSERT_EQ(0, lq_syn_flood(place->family, place->port, source, 1));
	lq_sleep_ms(300);
	ASSERT_EQ(0, lq_syn_flood(place->family, place->port, source, 1));
	EXPECT_EQ(2, lq_tap_synacks(place->tap, place->port) - before);
	EXPECT_QUEUES(place->listener, place->port, 0, 1);
	EXPECT_COLUMN(1, place->listener, "syn_received");
	EXPECT_COLUMN(1, place->listener, "synack_retrans");
}

POLICY(repeated_syn)
{
	struct nl_policy policy = nl_policy_for(self->address, PORT);
	int fd = lq_listen(self->address, PORT, 10);
	int plain_fd = lq_listen(self->address, PLAIN, 10);
	struct lq_place on = PLACE(PORT, fd), plain = PLACE(PLAIN, plain_fd);

	policy.synack_retries = 0;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	check_repeated(_metadata, &plain, 1);
	check_repeated(_metadata, &on, 2);

	/* None comes of itself */
	lq_sleep_ms(2500);
	EXPECT_QUEUES(fd, PORT, 0, 0);
	EXPECT_EQ(2, lq_tap_synacks(&self->tap, PORT));
	EXPECT_COLUMN(1, fd, "synq_expired");
	EXPECT_LT(2, lq_tap_synacks(&self->tap, PLAIN));
	EXPECT_EQ(1, lq_syn_recv(PLAIN));
}

/* It holds for requests that were there before, and no longer than it */
POLICY(in_the_middle)
{
	struct nl_policy policy = nl_policy_for(self->address, PORT);
	int fd = lq_listen(self->address, PORT, 10);
	struct lq_place on = PLACE(PORT, fd);

	lq_sysctl_set(RETRIES, 2);
	EXPECT_FLOOD(&on, SENT, .queued = SENT);
	lq_sleep_ms(1500);
	EXPECT_EQ(SENT * 2, lq_tap_synacks(&self->tap, PORT));
	policy.synack_retries = 1;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	lq_sleep_ms(2500);
	EXPECT_EQ(SENT * 2, lq_tap_synacks(&self->tap, PORT));
	EXPECT_QUEUES(fd, PORT, 0, 0);

	EXPECT_FLOOD(&on, SENT, .queued = SENT);
	lq_sleep_ms(1500);
	ASSERT_EQ(0, nl_policy_del(self->nl, &policy));
	lq_sleep_ms(4000);
	EXPECT_QUEUES(fd, PORT, 0, SENT);
	EXPECT_EQ(SENT * 5, lq_tap_synacks(&self->tap, PORT));
	lq_sleep_ms(3500);
	EXPECT_QUEUES(fd, PORT, 0, 0);
}

static int syncnt(int fd)
{
	int value = -1;
	socklen_t len = sizeof(value);

	getsockopt(fd, IPPROTO_TCP, TCP_SYNCNT, &value, &len);
	return value;
}

/* TCP_SYNCNT of who is accepted next */
static int accepted_syncnt(const struct lq_place *on)
{
	int client = lq_connect(on->address, on->port);
	int fd = accept4(on->listener, NULL, NULL, SOCK_CLOEXEC);
	int value = syncnt(fd);

	close(fd);
	lq_close(client);
	return value;
}

/* Raised, it is the listener's TCP_SYNCNT, which is then as before */
POLICY(syncnt_given_back)
{
	struct nl_policy policy = nl_policy_for(self->address, PORT);
	int fd = lq_listen(self->address, PORT, 10), none = syncnt(fd), own = 4;
	struct lq_place on = PLACE(PORT, fd);

	lq_sysctl_set(RETRIES, 2);
	policy.synack_retries = 9;
	ASSERT_NE(9, none);
	EXPECT_EQ(none, accepted_syncnt(&on));
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_EQ(9, accepted_syncnt(&on));
	EXPECT_EQ(9, syncnt(fd));
	ASSERT_EQ(0, nl_policy_del(self->nl, &policy));
	EXPECT_EQ(none, syncnt(fd));
	EXPECT_EQ(none, accepted_syncnt(&on));

	/* One that the program had set before */
	ASSERT_EQ(0, setsockopt(fd, IPPROTO_TCP, TCP_SYNCNT, &own,
				sizeof(own)));
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_EQ(9, accepted_syncnt(&on));
	ASSERT_EQ(0, nl_policy_del(self->nl, &policy));
	EXPECT_EQ(own, syncnt(fd));

	/* One that it sets meanwhile counts */
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_EQ(9, accepted_syncnt(&on));
	own = 3;
	ASSERT_EQ(0, setsockopt(fd, IPPROTO_TCP, TCP_SYNCNT, &own,
				sizeof(own)));
	ASSERT_EQ(0, nl_policy_del(self->nl, &policy));
	EXPECT_EQ(own, syncnt(fd));
	EXPECT_EQ(own, accepted_syncnt(&on));
}

/* Lowered, the socket is not touched, whoever set it */
POLICY(syncnt_untouched)
{
	struct nl_policy policy = nl_policy_for(self->address, PORT);
	int fd = lq_listen(self->address, PORT, 10), none = syncnt(fd), own = 6;
	struct lq_place on = PLACE(PORT, fd);

	lq_sysctl_set(RETRIES, 5);
	policy.synack_retries = 1;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_EQ(none, accepted_syncnt(&on));
	EXPECT_EQ(none, syncnt(fd));
	ASSERT_EQ(0, setsockopt(fd, IPPROTO_TCP, TCP_SYNCNT, &own,
				sizeof(own)));
	EXPECT_EQ(own, accepted_syncnt(&on));
	lq_tap_read(&self->tap);
	self->tap.synacks[0] = 0;
	EXPECT_FLOOD(&on, SENT, .queued = SENT);
	lq_sleep_ms(5000);
	EXPECT_QUEUES(fd, PORT, 0, 0);
	EXPECT_EQ(SENT * 2, lq_tap_synacks(&self->tap, PORT));
	EXPECT_EQ(own, syncnt(fd));
}

static int listen_deferred(const char *address, int port)
{
	int fd = lq_listen(address, port, 10), seconds = 5;

	if (setsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds,
		       sizeof(seconds)))
		return -1;
	return fd;
}

/* When the accept queue was that long, in ms since @began; 0: never */
static u64 time_of(int fd, unsigned int len, u64 began)
{
	if (!lq_wait_until(lq_acceptq(fd) == len, 20000))
		return 0;
	return lq_time_ms() - began;
}

/*
 * Two clients connect, one talks late, but in time, one never does and is let
 * in when the wait is over. Returns when that was.
 */
static u64 wait_for_data(struct __test_metadata *_metadata,
			 const struct lq_place *on)
{
	int talker = lq_connect(on->address, on->port);
	int silent = lq_connect(on->address, on->port);
	u64 began = lq_time_ms();

	ASSERT_LE(0, talker);
	ASSERT_LE(0, silent);
	EXPECT_QUEUES(on->listener, on->port, 0, 2);
	lq_sleep_ms(4000);
	EXPECT_QUEUES(on->listener, on->port, 0, 2);
	ASSERT_EQ(1, write(talker, "x", 1));
	EXPECT_TRUE(lq_wait_until(lq_acceptq(on->listener) == 1, 100));
	return time_of(on->listener, 2, began);
}

/* The wait for a client's first data is as long as with the sysctl */
static void check_deferred(struct __test_metadata *_metadata,
			   struct _test_data_policy *self, unsigned int sysctl,
			   unsigned int retries)
{
	struct nl_policy policy = nl_policy_for(self->address, PORT);
	int fd = listen_deferred(self->address, PORT);
	int plain_fd = listen_deferred(self->address, PLAIN);
	struct lq_place on = PLACE(PORT, fd), plain = PLACE(PLAIN, plain_fd);
	u64 plain_wait, wait;

	lq_sysctl_set(RETRIES, retries);
	plain_wait = wait_for_data(_metadata, &plain);
	EXPECT_LE(5000, plain_wait);
	lq_sysctl_set(RETRIES, sysctl);
	policy.synack_retries = retries;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	wait = wait_for_data(_metadata, &on);
	EXPECT_LE(plain_wait - plain_wait / 8, wait);
	EXPECT_GE(plain_wait + plain_wait / 8, wait);
	EXPECT_COLUMN(0, fd, "synq_expired");
	EXPECT_COLUMN(2, fd, "established");
	EXPECT_EQ(2, lq_accept_all(fd));

	/* Who never answers at all is no such client */
	EXPECT_FLOOD(&on, SENT, .queued = SENT);
	lq_sleep_ms(end_of(retries) * 1125 + 1000);
	EXPECT_QUEUES(fd, PORT, 0, 0);
	EXPECT_COLUMN(SENT, fd, "synq_expired");
}

POLICY(defer_accept_0)
{
	check_deferred(_metadata, self, 5, 0);
}

POLICY(defer_accept_as_it_is)
{
	check_deferred(_metadata, self, 0, 0);
}

POLICY(defer_accept_2)
{
	check_deferred(_metadata, self, 5, 2);
}

POLICY(defer_accept_raised)
{
	check_deferred(_metadata, self, 1, 4);
}

TEST_HARNESS_MAIN
