// SPDX-License-Identifier: GPL-2.0
/* Policies of which SYNs are let in: a rate, or none at all */
#include <errno.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "lq_fault.h"
#include "policy_fixture.h"

static struct nl_policy rate(const char *address, s64 syn_rate, s64 burst)
{
	struct nl_policy policy = nl_policy_for(address, PORT);

	policy.syn_rate = syn_rate;
	policy.syn_burst = burst;
	return policy;
}

static struct nl_policy admit(const char *address, s64 setting)
{
	struct nl_policy policy = nl_policy_for(address, PORT);

	policy.admit = setting;
	return policy;
}

/*
 * SYNs for ten seconds, so many each two milliseconds: a bucket that holds one
 * only loses what comes between its being full and the next SYN. How long it
 * took in ms, and how many were sent.
 */
static u64 flood_for_10s(const struct lq_place *on, unsigned int each_2ms,
			 u64 *sent)
{
	u64 began = lq_time_ms(), next = began;
	u32 source = 1;

	while (lq_time_ms() < began + 10000) {
		if (lq_syn_flood(on->family, on->port, source, each_2ms))
			lq_error("can't send spoofed SYNs");
		lq_tap_read(on->tap);
		source += each_2ms;
		*sent += each_2ms;
		next += 2;
		if (lq_time_ms() < next)
			lq_sleep_ms(next - lq_time_ms());
	}
	return lq_time_ms() - began;
}

/* Several times as many as are let in */
static void check_mean(struct __test_metadata *_metadata,
		       struct _test_data_policy *self, unsigned int syn_rate,
		       unsigned int each_2ms)
{
	struct nl_policy policy = rate(self->address, syn_rate, -1);
	int fd = lq_listen(self->address, PORT, 4096);
	struct lq_place on = PLACE(PORT, fd);
	struct lq_tally before, grew;
	u64 ms, let_in, sent = 0;

	/* So that what is let in doesn't gather */
	lq_sysctl_set("net/ipv4/tcp_synack_retries", 0);
	lq_sysctl_set("net/ipv4/tcp_syncookies", 1);
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	before = lq_tally(fd);
	ms = flood_for_10s(&on, each_2ms, &sent);
	grew = lq_tally_growth(fd, &before);
	let_in = grew.queued + grew.cookies;
	EXPECT_EQ(sent, grew.syns);
	EXPECT_EQ(grew.syns - let_in, grew.refused);
	EXPECT_EQ(grew.refused, grew.dropped);
	EXPECT_EQ(grew.refused, grew.drops);
	EXPECT_EQ(grew.refused, grew.sk_drops);
	EXPECT_EQ(0, grew.reset + grew.overflows + grew.full_drops);
	EXPECT_EQ(0, lq_laws());
	if (lq_leaks_watched() && sent < 2 * syn_rate * ms / 1000)
		SKIP(return, "a kernel this slow does not send twice as many");
	EXPECT_LE(2 * syn_rate * ms / 1000, sent);

	/* The burst is within the five per cent */
	EXPECT_LE(syn_rate * ms * 95 / 100000, let_in);
	EXPECT_GE(syn_rate * ms * 105 / 100000, let_in);

	/* All of them without it */
	ASSERT_EQ(0, nl_policy_del(self->nl, &policy));
	grew = lq_try_flood(&on, 3 * syn_rate).grew;
	EXPECT_EQ(3 * syn_rate, grew.queued + grew.cookies);
	EXPECT_EQ(0, lq_net_forget());
}

POLICY(rate_10)
{
	check_mean(_metadata, self, 10, 1);
}

POLICY(rate_100)
{
	check_mean(_metadata, self, 100, 1);
}

POLICY(rate_1000)
{
	check_mean(_metadata, self, 1000, 6);
}

POLICY(burst)
{
	enum { BURST = 7, SENT = 20 };
	struct nl_policy policy = rate(self->address, 1, BURST);
	int fd = lq_listen(self->address, PORT, 128);
	struct lq_place on = PLACE(PORT, fd);

	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_FLOOD(&on, SENT, .queued = BURST, .policy_drops = SENT - BURST);
	EXPECT_SYN(&on, LQ_UNANSWERED, .policy_drops = 1);

	/* One a second, from the first SYN on */
	lq_sleep_ms(3500);
	EXPECT_FLOOD(&on, SENT, .queued = 3, .policy_drops = SENT - 3);

	/* However long nobody comes */
	lq_sleep_ms(30000);
	EXPECT_FLOOD(&on, SENT, .queued = BURST, .policy_drops = SENT - BURST);
}

/* A tenth of a second's, at least one */
static void check_default_burst(struct __test_metadata *_metadata,
				struct _test_data_policy *self,
				unsigned int syn_rate, unsigned int burst)
{
	struct nl_policy policy = rate(self->address, syn_rate, -1);
	int fd = lq_listen(self->address, PORT, 1024);
	struct lq_place on = PLACE(PORT, fd);
	unsigned int sent = 3 * burst + 2;
	u64 began, ms;
	struct lq_try try;

	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	began = lq_time_ms();
	try = lq_try_flood(&on, sent);
	ms = lq_time_ms() - began + 1;

	/* And what the time gave that it took to send them */
	EXPECT_LE(burst, try.grew.queued);
	EXPECT_GE(burst + syn_rate * ms / 1000 + 1, try.grew.queued);
	EXPECT_EQ(sent - try.grew.queued, try.grew.refused);
	lq_close(fd);
	ASSERT_EQ(0, nl_policy_del(self->nl, &policy));
}

POLICY(burst_default)
{
	check_default_burst(_metadata, self, 1, 1);
	check_default_burst(_metadata, self, 19, 1);
	check_default_burst(_metadata, self, 50, 5);
	check_default_burst(_metadata, self, 1000, 100);
}

/* Replacing a policy fills no bucket: what is more is its size */
POLICY(burst_of_the_next)
{
	enum { BURST = 7, SENT = 20 };
	struct nl_policy policy = rate(self->address, 1, BURST);
	int fd = lq_listen(self->address, PORT, 128);
	struct lq_place on = PLACE(PORT, fd);

	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_FLOOD(&on, SENT, .queued = BURST, .policy_drops = SENT - BURST);
	policy.syn_burst = BURST + 2;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_FLOOD(&on, SENT, .queued = 2, .policy_drops = SENT - 2);
}

/* One bucket for the listeners of a port, of whatever address */
POLICY(rate_is_shared)
{
	enum { BURST = 7, SENT = 5 };
	struct nl_policy policy = rate(NULL, 1, BURST);
	int fd = lq_listen(self->address, PORT, 128);
	int other_fd = lq_listen(self->family == AF_INET ? LO6 : LO, PORT, 128);
	int apart_fd = lq_listen(self->address, PORT + 1, 128);
	struct lq_place on = PLACE(PORT, fd), other = PLACE(PORT, other_fd);
	struct lq_place apart = PLACE(PORT + 1, apart_fd);

	other.family = self->family == AF_INET ? AF_INET6 : AF_INET;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	policy.port = PORT + 1;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_FLOOD(&on, SENT, .queued = SENT);
	EXPECT_FLOOD(&other, SENT, .queued = BURST - SENT,
		     .policy_drops = 2 * SENT - BURST);
	EXPECT_FLOOD(&on, SENT, .policy_drops = SENT);

	/* Another policy has another */
	EXPECT_FLOOD(&apart, SENT, .queued = SENT);
	EXPECT_COLUMN(SENT, fd, "policy_drop");
	EXPECT_COLUMN(2 * SENT - BURST, other_fd, "policy_drop");
	EXPECT_COLUMN(0, apart_fd, "policy_drop");
}

/* A SYN that was dropped comes again, and is counted again */
POLICY(rate_and_clients)
{
	struct nl_policy policy = rate(self->address, 1, 1);
	int fd = lq_listen(self->address, PORT, 128), first, second;
	struct lq_place on = PLACE(PORT, fd);
	struct lq_tally before, grew;

	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_SYN(&on, LQ_GETS_IN, .queued = 1, .established = 1);
	lq_sleep_ms(200);
	before = lq_tally(fd);
	first = lq_connect_begin(self->address, PORT);
	second = lq_connect_begin(self->address, PORT);
	EXPECT_EQ(LQ_UNANSWERED, lq_fate(second));
	EXPECT_EQ(TCP_SYN_SENT, lq_state(first));

	/* Both come again after a second, when there is room for one */
	EXPECT_TRUE(lq_wait_until(lq_state(first) == TCP_ESTABLISHED ||
				  lq_state(second) == TCP_ESTABLISHED, 1500));
	lq_sleep_ms(100);
	EXPECT_EQ(2, lq_acceptq(fd));
	grew = lq_tally_growth(fd, &before);
	EXPECT_GREW(&grew, .syns = 4, .queued = 1, .established = 1,
		    .policy_drops = 3);
	EXPECT_TRUE(lq_wait_until(lq_state(first) == TCP_ESTABLISHED &&
				  lq_state(second) == TCP_ESTABLISHED, 4000));
}

/* Whoever is in a queue stays, completes, and is accepted */
static void check_drain(struct __test_metadata *_metadata,
			struct _test_data_policy *self, int setting)
{
	enum { QUEUED = 2, HELD = 2, SPOOFED = 5 };
	bool drop = setting == LISTENQ_POLICY_ADMIT_DROP;
	struct nl_policy policy = admit(self->address, setting);
	int fd = lq_listen(self->address, PORT, 10), client[HELD];
	struct lq_place on = PLACE(PORT, fd);

	ASSERT_EQ(QUEUED, lq_connect_fill(self->address, PORT, fd, QUEUED));
	for (int i = 0; i < HELD; i++)
		client[i] = lq_client_held(&on);
	EXPECT_QUEUES(fd, PORT, QUEUED, HELD);
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_QUEUES(fd, PORT, QUEUED, HELD);
	if (drop) {
		EXPECT_SYN(&on, LQ_UNANSWERED, .policy_drops = 1);
		EXPECT_FLOOD(&on, SPOOFED, .policy_drops = SPOOFED);
	} else {
		EXPECT_SYN(&on, ECONNREFUSED, .policy_resets = 1);
		EXPECT_FLOOD(&on, SPOOFED, .policy_resets = SPOOFED);
	}
	for (int i = 0; i < HELD; i++) {
		struct lq_try try = lq_try_segment(&on, client[i]);

		EXPECT_EQ(LQ_GETS_IN, try.fate);
		EXPECT_GREW(&try.grew, .established = 1);
	}
	EXPECT_QUEUES(fd, PORT, QUEUED + HELD, 0);
	EXPECT_EQ(QUEUED + HELD, lq_accept_all(fd));
	EXPECT_COLUMN(QUEUED + HELD, fd, "accepted");
	EXPECT_COLUMN(0, fd, "listen_overflow");
	EXPECT_EQ(0, lq_laws());

	policy.admit = LISTENQ_POLICY_ADMIT_ALL;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_SYN(&on, LQ_GETS_IN, .queued = 1, .established = 1);
	policy.admit = setting;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_EQ(drop ? LQ_UNANSWERED : ECONNREFUSED, lq_try_syn(&on).fate);
	ASSERT_EQ(0, nl_policy_del(self->nl, &policy));
	EXPECT_SYN(&on, LQ_GETS_IN, .queued = 1, .established = 1);
}

POLICY(drain_drop)
{
	check_drain(_metadata, self, LISTENQ_POLICY_ADMIT_DROP);
}

POLICY(drain_reset)
{
	check_drain(_metadata, self, LISTENQ_POLICY_ADMIT_RESET);
}

/* A request's SYN-ACK is sent again as ever */
POLICY(drain_and_synacks)
{
	struct nl_policy policy = admit(self->address,
					LISTENQ_POLICY_ADMIT_DROP);
	int fd = lq_listen(self->address, PORT, 10);
	struct lq_place on = PLACE(PORT, fd);

	lq_sysctl_set("net/ipv4/tcp_synack_retries", 2);
	EXPECT_FLOOD(&on, 2, .queued = 2);
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	lq_sleep_ms(4000);
	EXPECT_QUEUES(fd, PORT, 0, 2);
	EXPECT_EQ(2 * 3, lq_tap_synacks(&self->tap, PORT));
	lq_sleep_ms(5000);
	EXPECT_QUEUES(fd, PORT, 0, 0);
	EXPECT_COLUMN(2, fd, "synq_expired");
}

/* Who has had a cookie can complete; a full accept queue comes first */
static void check_cookie(struct __test_metadata *_metadata,
			 struct _test_data_policy *self, int setting)
{
	bool drop = setting == LISTENQ_POLICY_ADMIT_DROP;
	struct nl_policy policy = admit(self->address, setting);
	int fd = lq_listen(self->address, PORT, 10), client;
	struct lq_place on = PLACE(PORT, fd);
	struct lq_try try;

	lq_sysctl_set("net/ipv4/tcp_syncookies", 2);
	client = lq_client_held(&on);
	ASSERT_LE(0, client);
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	if (drop)
		EXPECT_SYN(&on, LQ_UNANSWERED, .policy_drops = 1);
	else
		EXPECT_SYN(&on, ECONNREFUSED, .policy_resets = 1);
	try = lq_try_segment(&on, client);
	EXPECT_EQ(LQ_GETS_IN, try.fate);
	EXPECT_GREW(&try.grew, .established = 1);
	EXPECT_COLUMN(1, fd, "established_cookie");
	EXPECT_COLUMN_MIB(1, fd, "syncookie_sent", "SyncookiesSent");
	EXPECT_EQ(1, lq_accept_all(fd));
}

POLICY(cookie_before_drop)
{
	check_cookie(_metadata, self, LISTENQ_POLICY_ADMIT_DROP);
}

POLICY(cookie_before_reset)
{
	check_cookie(_metadata, self, LISTENQ_POLICY_ADMIT_RESET);
}

/* Who waited while none was let in gets in by itself */
POLICY(admitted_again)
{
	struct nl_policy policy = admit(self->address,
					LISTENQ_POLICY_ADMIT_DROP);
	int fd = lq_listen(self->address, PORT, 10), client;

	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	client = lq_connect_begin(self->address, PORT);
	lq_sleep_ms(1500);
	EXPECT_EQ(TCP_SYN_SENT, lq_state(client));
	EXPECT_COLUMN(2, fd, "policy_drop");
	policy.admit = LISTENQ_POLICY_ADMIT_ALL;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_TRUE(lq_wait_until(lq_state(client) == TCP_ESTABLISHED, 3000));
	EXPECT_COLUMN(3, fd, "syn_received");
	EXPECT_COLUMN(2, fd, "policy_refused");
	EXPECT_EQ(1, lq_accept_all(fd));
}

/* A SYN to a TIME_WAIT has proven itself to the kernel, and is a SYN */
static struct lq_try syn_to_time_wait(struct lq_nl *nl,
				      const struct lq_place *on,
				      const struct nl_policy *policy)
{
	static int port = 40000;
	struct lq_try try;

	if (!lq_leave_time_wait(on, ++port))
		lq_error("nothing is left in TIME_WAIT");
	if (nl_policy_set(nl, policy))
		lq_error("a policy is refused: %s", nl_policy_last.text);
	try = lq_try_syn_from(on, port);
	if (nl_policy_del(nl, policy))
		lq_error("no policy to delete");
	return try;
}

POLICY(time_wait)
{
	struct nl_policy policy = nl_policy_for(self->address, PORT);
	int fd = lq_listen(self->address, PORT, 1);
	struct lq_place on = PLACE(PORT, fd);
	struct lq_try try;

	policy.admit = LISTENQ_POLICY_ADMIT_ALL;
	try = syn_to_time_wait(self->nl, &on, &policy);
	EXPECT_EQ(LQ_GETS_IN, try.fate);
	EXPECT_GREW(&try.grew, .syns = 1, .queued = 1, .established = 1);
	EXPECT_EQ(1, lq_accept_all(fd));

	policy.admit = LISTENQ_POLICY_ADMIT_DROP;
	try = syn_to_time_wait(self->nl, &on, &policy);
	EXPECT_EQ(LQ_UNANSWERED, try.fate);
	EXPECT_GREW(&try.grew, .syns = 1, .policy_drops = 1);
	lq_close(try.client);

	policy.admit = LISTENQ_POLICY_ADMIT_RESET;
	try = syn_to_time_wait(self->nl, &on, &policy);
	EXPECT_EQ(ECONNREFUSED, try.fate);
	EXPECT_GREW(&try.grew, .syns = 1, .policy_resets = 1);

	/* In one queue a request from nowhere has its place */
	policy.admit = -1;
	policy.queue = LISTENQ_POLICY_QUEUE_SINGLE;
	lq_sysctl_set("net/ipv4/tcp_synack_retries", 5);
	EXPECT_FLOOD(&on, 1, .queued = 1);
	try = syn_to_time_wait(self->nl, &on, &policy);
	EXPECT_EQ(LQ_UNANSWERED, try.fate);
	EXPECT_GREW(&try.grew, .syns = 1, .policy_drops = 1);
	lq_close(try.client);
	EXPECT_QUEUES(fd, PORT, 0, 1);
}

/* As with the sysctl, whatever that makes of such a SYN */
POLICY(time_wait_always)
{
	struct nl_policy policy = nl_policy_for(self->address, PORT);
	int fd = lq_listen(self->address, PORT, 5);
	struct lq_place on = PLACE(PORT, fd);
	struct lq_try kernels, policys;

	policy.admit = LISTENQ_POLICY_ADMIT_ALL;
	lq_sysctl_set("net/ipv4/tcp_syncookies", 2);
	kernels = syn_to_time_wait(self->nl, &on, &policy);
	EXPECT_EQ(LQ_GETS_IN, kernels.fate);
	EXPECT_EQ(1, lq_accept_all(fd));

	policy.admit = -1;
	policy.syncookies = LISTENQ_POLICY_SYNCOOKIES_ALWAYS;
	lq_sysctl_set("net/ipv4/tcp_syncookies", 1);
	policys = syn_to_time_wait(self->nl, &on, &policy);
	EXPECT_EQ(LQ_GETS_IN, policys.fate);
	EXPECT_EQ(policys.grew.cookies, policys.grew.forced);
	policys.grew.forced = 0;
	EXPECT_EQ(0, lq_tally_differs(&policys.grew, &kernels.grew));
}

TEST_HARNESS_MAIN
