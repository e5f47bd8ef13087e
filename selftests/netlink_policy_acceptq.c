// SPDX-License-Identifier: GPL-2.0
/* Policies of the accept queue: its limit, and what becomes of who is over */
#include <errno.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "policy_fixture.h"

/* "until the next SYN or for 10 ms", and a tick of the kernel's timer */
#define ASSERTED_MS	20

/* The limit in force and the one asked for, by all who show it */
static void check_limit(struct __test_metadata *_metadata,
			struct _test_data_policy *self,
			const struct lq_place *place, unsigned int limit,
			u64 asked)
{
	struct lq_queues diag = { 0 };
	struct lq_nl_listener listener;

	EXPECT_EQ(limit, lq_acceptq_max(place->listener));
	EXPECT_COLUMN(limit, place->listener, "acceptq_max");
	ASSERT_EQ(0, lq_diag_queues(place->family, place->port, &diag));
	EXPECT_EQ(limit, diag.acceptq_max);
	ASSERT_EQ(0, lq_nl_get_fd(self->nl, place->listener, &listener));
	EXPECT_EQ(limit, listener.figures.acceptq[LISTENQ_A_ACCEPTQ_LIMIT]);
	EXPECT_EQ(asked, listener.figures.acceptq[LISTENQ_A_ACCEPTQ_ASKED]);
}

#define EXPECT_LIMIT(place, limit, asked) \
	check_limit(_metadata, self, place, limit, asked)

static int fill(const struct lq_place *place, unsigned int count)
{
	return lq_connect_fill(place->address, place->port, place->listener,
			       count);
}

POLICY(backlog_raised)
{
	enum { ASKED = 2, RAISED = 6 };
	struct nl_policy policy = nl_policy_for(self->address, PORT);
	int fd = lq_listen(self->address, PORT, ASKED), late;
	int plain_fd = lq_listen(self->address, PLAIN, ASKED), plain_late;
	struct lq_place on = PLACE(PORT, fd), plain = PLACE(PLAIN, plain_fd);

	ASSERT_EQ(ASKED + 1, fill(&plain, ASKED + 1));
	ASSERT_EQ(ASKED + 1, fill(&on, ASKED + 1));
	EXPECT_SYN(&plain, LQ_UNANSWERED, .overflows = 1);
	EXPECT_SYN(&on, LQ_UNANSWERED, .overflows = 1);
	plain_late = lq_connect_begin(self->address, PLAIN);
	late = lq_connect_begin(self->address, PORT);
	EXPECT_EQ(LQ_UNANSWERED, lq_fate(late));
	EXPECT_LIMIT(&on, ASKED, LQ_NONE);

	policy.backlog = RAISED;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_LIMIT(&on, RAISED, ASKED);
	EXPECT_LIMIT(&plain, ASKED, LQ_NONE);

	/* The waiting client's SYN comes again after a second */
	EXPECT_TRUE(lq_wait_until(lq_acceptq(fd) == ASKED + 2, 1500));
	EXPECT_EQ(TCP_ESTABLISHED, lq_state(late));
	EXPECT_EQ(TCP_SYN_SENT, lq_state(plain_late));
	EXPECT_EQ(ASKED + 1, lq_acceptq(plain_fd));
	lq_close(plain_late);

	/* N + 1 fit, and not one more */
	ASSERT_EQ(RAISED - ASKED - 1, fill(&on, RAISED - ASKED - 1));
	EXPECT_SYN(&on, LQ_UNANSWERED, .overflows = 1);
	EXPECT_QUEUES(fd, PORT, RAISED + 1, 0);
	EXPECT_COLUMN(RAISED + 1, fd, "acceptq_peak");
	EXPECT_EQ(0, lq_laws());

	/* Those that are over the old limit stay when it is back */
	ASSERT_EQ(0, nl_policy_del(self->nl, &policy));
	EXPECT_LIMIT(&on, ASKED, LQ_NONE);
	EXPECT_QUEUES(fd, PORT, RAISED + 1, 0);
	EXPECT_SYN(&on, LQ_UNANSWERED, .overflows = 1);
	EXPECT_EQ(RAISED + 1, lq_accept_all(fd));
	ASSERT_EQ(ASKED + 1, fill(&on, ASKED + 1));
	EXPECT_SYN(&on, LQ_UNANSWERED, .overflows = 1);
}

POLICY(backlog_lowered)
{
	enum { ASKED = 6, LOWERED = 2 };
	struct nl_policy policy = nl_policy_for(self->address, PORT);
	int fd = lq_listen(self->address, PORT, ASKED);
	int plain_fd = lq_listen(self->address, PLAIN, ASKED);
	struct lq_place on = PLACE(PORT, fd), plain = PLACE(PLAIN, plain_fd);

	ASSERT_EQ(ASKED + 1, fill(&on, ASKED + 1));
	ASSERT_EQ(ASKED, fill(&plain, ASKED));
	policy.backlog = LOWERED;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_LIMIT(&on, LOWERED, ASKED);
	EXPECT_QUEUES(fd, PORT, ASKED + 1, 0);

	/* Nobody enters before there are fewer than fit */
	for (int len = ASKED + 1; len > LOWERED; len--) {
		EXPECT_SYN(&on, LQ_UNANSWERED, .overflows = 1);
		EXPECT_EQ(len, lq_acceptq(fd));
		EXPECT_TRUE(lq_accept_one(fd));
	}
	EXPECT_SYN(&on, LQ_GETS_IN, .queued = 1, .established = 1);
	EXPECT_SYN(&on, LQ_UNANSWERED, .overflows = 1);
	EXPECT_QUEUES(fd, PORT, LOWERED + 1, 0);
	EXPECT_COLUMN(ASKED + 1, fd, "acceptq_peak");
	EXPECT_SYN(&plain, LQ_GETS_IN, .queued = 1, .established = 1);
	EXPECT_EQ(0, lq_laws());

	ASSERT_EQ(0, nl_policy_del(self->nl, &policy));
	EXPECT_LIMIT(&on, ASKED, LQ_NONE);
	ASSERT_EQ(ASKED - LOWERED, fill(&on, ASKED - LOWERED));
	EXPECT_SYN(&on, LQ_UNANSWERED, .overflows = 1);
	EXPECT_EQ(ASKED + 1, lq_accept_all(fd));
}

POLICY(backlog_zero)
{
	struct nl_policy policy = nl_policy_for(self->address, PORT);
	int fd = lq_listen(self->address, PORT, 5);
	struct lq_place on = PLACE(PORT, fd);

	policy.backlog = 0;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_LIMIT(&on, 0, 5);
	EXPECT_SYN(&on, LQ_GETS_IN, .queued = 1, .established = 1);
	EXPECT_SYN(&on, LQ_UNANSWERED, .overflows = 1);
}

/* The kernel takes the accept queue's limit for the SYN queue's, too */
POLICY(backlog_limits_synq)
{
	enum { ASKED = 4, RAISED = 9, LOWERED = 1, SENT = 20 };
	struct nl_policy policy = nl_policy_for(self->address, PORT);
	int fd = lq_listen(self->address, PORT, ASKED);
	int plain_fd = lq_listen(self->address, PLAIN, ASKED);
	struct lq_place on = PLACE(PORT, fd), plain = PLACE(PLAIN, plain_fd);

	lq_sysctl_set("net/ipv4/tcp_syncookies", 1);
	lq_sysctl_set("net/ipv4/tcp_synack_retries", 0);
	EXPECT_FLOOD(&plain, SENT, .queued = ASKED + 1,
		     .cookies = SENT - ASKED - 1);
	policy.backlog = RAISED;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_COLUMN(RAISED, fd, "synq_max");
	EXPECT_FLOOD(&on, SENT, .queued = RAISED + 1,
		     .cookies = SENT - RAISED - 1);
	EXPECT_QUEUES(fd, PORT, 0, RAISED + 1);

	/* These are given up after a second */
	lq_sleep_ms(2000);
	EXPECT_QUEUES(fd, PORT, 0, 0);

	/* Two in the queue are full now, and were not without the policy */
	policy.backlog = LOWERED;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_COLUMN(LOWERED, fd, "synq_max");
	EXPECT_FLOOD(&on, SENT, .queued = LOWERED + 1,
		     .cookies = SENT - LOWERED - 1,
		     .forced = SENT - LOWERED - 1);
	EXPECT_QUEUES(fd, PORT, 0, LOWERED + 1);
}

/* What listen() asks meanwhile doesn't count, and holds afterwards */
POLICY(backlog_and_listen)
{
	enum { ASKED = 2, IN_FORCE = 4, AGAIN = 9, BORN = 50 };
	struct nl_policy policy = nl_policy_for(self->address, PORT);
	int fd = lq_listen(self->address, PORT, ASKED);
	struct lq_place on = PLACE(PORT, fd);

	policy.backlog = IN_FORCE;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	ASSERT_EQ(0, listen(fd, AGAIN));
	EXPECT_TRUE(lq_wait_until(lq_acceptq_max(fd) == IN_FORCE,
				  ASSERTED_MS));
	EXPECT_LIMIT(&on, IN_FORCE, AGAIN);

	/* A SYN that comes at once meets it, too */
	ASSERT_EQ(IN_FORCE + 1, fill(&on, IN_FORCE + 1));
	ASSERT_EQ(0, listen(fd, BORN));
	EXPECT_SYN(&on, LQ_UNANSWERED, .overflows = 1);
	EXPECT_LIMIT(&on, IN_FORCE, BORN);
	ASSERT_EQ(0, nl_policy_del(self->nl, &policy));
	EXPECT_LIMIT(&on, BORN, LQ_NONE);
	ASSERT_EQ(BORN - IN_FORCE, fill(&on, BORN - IN_FORCE));
	EXPECT_SYN(&on, LQ_UNANSWERED, .overflows = 1);

	/* And when listen() asks for what is in force anyway */
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	ASSERT_EQ(0, listen(fd, IN_FORCE));
	lq_sleep_ms(ASSERTED_MS);
	EXPECT_EQ(IN_FORCE, lq_acceptq_max(fd));
	ASSERT_EQ(0, nl_policy_del(self->nl, &policy));
	EXPECT_LIMIT(&on, IN_FORCE, LQ_NONE);
}

/* The client hears at once what it is told after minutes otherwise */
POLICY(overflow_reset_syn)
{
	enum { SPOOFED = 10 };
	struct nl_policy policy = nl_policy_for(self->address, PORT);
	int fd = lq_listen(self->address, PORT, 0);
	int plain_fd = lq_listen(self->address, PLAIN, 0);
	struct lq_place on = PLACE(PORT, fd), plain = PLACE(PLAIN, plain_fd);

	ASSERT_EQ(1, fill(&on, 1));
	ASSERT_EQ(1, fill(&plain, 1));
	EXPECT_SYN(&on, LQ_UNANSWERED, .overflows = 1);
	policy.overflow = LISTENQ_POLICY_OVERFLOW_RESET;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_SYN(&on, ECONNREFUSED, .overflow_resets = 1);
	EXPECT_SYN(&plain, LQ_UNANSWERED, .overflows = 1);
	EXPECT_FLOOD(&on, SPOOFED, .overflow_resets = SPOOFED);
	EXPECT_FLOOD(&plain, SPOOFED, .overflows = SPOOFED);

	/* With cookies the accept queue is asked first, as ever */
	lq_sysctl_set("net/ipv4/tcp_syncookies", 2);
	EXPECT_SYN(&on, ECONNREFUSED, .overflow_resets = 1);
	EXPECT_SYN(&plain, LQ_UNANSWERED, .overflows = 1);
	lq_sysctl_set("net/ipv4/tcp_syncookies", 1);
	EXPECT_EQ(0, lq_laws());

	/* Who fits is not reset */
	EXPECT_EQ(1, lq_accept_all(fd));
	EXPECT_SYN(&on, LQ_GETS_IN, .queued = 1, .established = 1);

	ASSERT_EQ(0, nl_policy_del(self->nl, &policy));
	EXPECT_SYN(&on, LQ_UNANSWERED, .overflows = 1);
	EXPECT_FLOOD(&on, SPOOFED, .overflows = SPOOFED);
	policy.overflow = LISTENQ_POLICY_OVERFLOW_DROP;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	EXPECT_SYN(&on, LQ_UNANSWERED, .overflows = 1);
}

/*
 * A client whose ACK comes when the accept queue is full: it is what the kernel
 * makes of it, and what it counts, that others are compared to.
 */
static struct lq_try ack_over(const struct lq_place *place)
{
	return lq_try_segment(place, lq_client_before_full(place, 2));
}

static struct lq_try kernel_ack_over(const struct lq_place *plain, bool abort)
{
	lq_sysctl_set("net/ipv4/tcp_abort_on_overflow", abort);
	return ack_over(plain);
}

POLICY(overflow_reset_ack)
{
	struct nl_policy policy = nl_policy_for(self->address, PORT);
	int fd = lq_listen(self->address, PORT, 1);
	int plain_fd = lq_listen(self->address, PLAIN, 1);
	struct lq_place on = PLACE(PORT, fd), plain = PLACE(PLAIN, plain_fd);
	struct lq_try resets = kernel_ack_over(&plain, true);
	struct lq_try drops = kernel_ack_over(&plain, false), try;

	EXPECT_EQ(ECONNRESET, resets.fate);
	EXPECT_EQ(LQ_GETS_IN, drops.fate);
	EXPECT_GREW(&resets.grew, .overflows = 1, .embryonic = 1,
		    .sk_drops = resets.grew.sk_drops - 1);
	lq_reset(drops.client);

	policy.overflow = LISTENQ_POLICY_OVERFLOW_RESET;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	try = ack_over(&on);
	EXPECT_EQ(ECONNRESET, try.fate);
	EXPECT_EQ(1, try.resets);
	resets.grew.reset = 1;
	EXPECT_EQ(0, lq_tally_differs(&try.grew, &resets.grew));
	EXPECT_QUEUES(fd, PORT, 2, 0);
	EXPECT_COLUMN(1, fd, "overflow_reset");
	EXPECT_COLUMN(1, fd, "acceptq_overflow_ack");
	EXPECT_COLUMN(0, fd, "acceptq_overflow_syn");
	EXPECT_COLUMN(0, fd, "synq_other");
	EXPECT_EQ(0, lq_laws());

	ASSERT_EQ(0, nl_policy_del(self->nl, &policy));
	try = ack_over(&on);
	EXPECT_EQ(LQ_GETS_IN, try.fate);
	EXPECT_EQ(0, try.resets);
	EXPECT_EQ(0, lq_tally_differs(&try.grew, &drops.grew));
	EXPECT_QUEUES(fd, PORT, 2, 1);
	EXPECT_COLUMN(1, fd, "overflow_reset");
}

/* There is no request to reset; the kernel itself never does */
POLICY(overflow_reset_cookie)
{
	struct nl_policy policy = nl_policy_for(self->address, PORT);
	int fd = lq_listen(self->address, PORT, 1);
	int plain_fd = lq_listen(self->address, PLAIN, 1);
	struct lq_place on = PLACE(PORT, fd), plain = PLACE(PLAIN, plain_fd);
	struct lq_try drops, try;

	lq_sysctl_set("net/ipv4/tcp_syncookies", 2);
	drops = kernel_ack_over(&plain, false);
	EXPECT_EQ(LQ_GETS_IN, drops.fate);
	EXPECT_GREW(&drops.grew, .overflows = 1,
		    .sk_drops = drops.grew.sk_drops - 1);
	lq_reset(drops.client);

	policy.overflow = LISTENQ_POLICY_OVERFLOW_RESET;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	try = ack_over(&on);
	EXPECT_EQ(ECONNRESET, try.fate);
	EXPECT_EQ(1, try.resets);
	EXPECT_COLUMN(1, fd, "acceptq_overflow_cookie");
	EXPECT_COLUMN(3, fd, "syncookie_recv");
	EXPECT_COLUMN(0, fd, "overflow_reset");
	EXPECT_QUEUES(fd, PORT, 2, 0);
	EXPECT_EQ(0, lq_laws());
	try.grew.reset -= 1;
	EXPECT_EQ(0, lq_tally_differs(&try.grew, &drops.grew));

	ASSERT_EQ(0, nl_policy_del(self->nl, &policy));
	try = ack_over(&on);
	EXPECT_EQ(LQ_GETS_IN, try.fate);
	EXPECT_EQ(0, try.resets);
	EXPECT_EQ(0, lq_tally_differs(&try.grew, &drops.grew));
}

/* Both are told to the letter, but for who was asked: abort is the sysctl */
static void check_overflow_drop(struct __test_metadata *_metadata,
				const struct lq_place *on,
				const struct lq_tally *drops, bool abort)
{
	struct lq_tally want = *drops;
	u64 dropped = lq_now(on->listener, "policy_drop");
	u64 overflows = lq_now(on->listener, "acceptq_overflow_ack");
	struct lq_try try = kernel_ack_over(on, abort);

	/* Without the sysctl it is the kernel that drops */
	want.dropped = abort;
	EXPECT_EQ(LQ_GETS_IN, try.fate);
	EXPECT_EQ(0, try.resets);
	EXPECT_EQ(0, lq_tally_differs(&try.grew, &want));
	EXPECT_QUEUES(on->listener, on->port, 2, 1);

	/* A later ACK, to the SYN-ACK that is sent again, completes it */
	lq_sleep_ms(1500);
	EXPECT_QUEUES(on->listener, on->port, 2, 1);
	EXPECT_EQ(2, lq_accept_all(on->listener));
	EXPECT_TRUE(lq_wait_until(lq_acceptq(on->listener) == 1, 3000));
	EXPECT_EQ(TCP_ESTABLISHED, lq_state(try.client));
	EXPECT_EQ(1, lq_accept_all(on->listener));
	dropped = lq_now(on->listener, "policy_drop") - dropped;
	overflows = lq_now(on->listener, "acceptq_overflow_ack") - overflows;
	EXPECT_LT(1, overflows);
	EXPECT_EQ(abort ? overflows : 0, dropped);
	EXPECT_EQ(0, lq_laws());
}

POLICY(overflow_drop)
{
	struct nl_policy policy = nl_policy_for(self->address, PORT);
	int fd = lq_listen(self->address, PORT, 1);
	int plain_fd = lq_listen(self->address, PLAIN, 1);
	struct lq_place on = PLACE(PORT, fd), plain = PLACE(PLAIN, plain_fd);
	struct lq_try drops = kernel_ack_over(&plain, false), try;

	lq_reset(drops.client);
	EXPECT_EQ(ECONNRESET, kernel_ack_over(&plain, true).fate);
	policy.overflow = LISTENQ_POLICY_OVERFLOW_DROP;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	check_overflow_drop(_metadata, &on, &drops.grew, true);
	check_overflow_drop(_metadata, &on, &drops.grew, false);
	EXPECT_COLUMN(0, fd, "overflow_reset");
	EXPECT_COLUMN(0, fd, "policy_refused");
	EXPECT_COLUMN(0, fd, "policy_reset");

	ASSERT_EQ(0, nl_policy_del(self->nl, &policy));
	try = kernel_ack_over(&on, true);
	EXPECT_EQ(ECONNRESET, try.fate);
	EXPECT_EQ(0, try.grew.reset);
	EXPECT_EQ(0, try.grew.dropped);
	EXPECT_COLUMN(1, fd, "overflow_reset");
}

/* The kernel drops such an ACK whatever the sysctl says */
POLICY(overflow_drop_cookie)
{
	struct nl_policy policy = nl_policy_for(self->address, PORT);
	int fd = lq_listen(self->address, PORT, 1);
	int plain_fd = lq_listen(self->address, PLAIN, 1);
	struct lq_place on = PLACE(PORT, fd), plain = PLACE(PLAIN, plain_fd);
	struct lq_try drops, try;

	lq_sysctl_set("net/ipv4/tcp_syncookies", 2);
	drops = kernel_ack_over(&plain, true);
	lq_reset(drops.client);
	policy.overflow = LISTENQ_POLICY_OVERFLOW_DROP;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	try = ack_over(&on);
	EXPECT_EQ(LQ_GETS_IN, try.fate);
	EXPECT_EQ(0, try.resets);
	EXPECT_EQ(0, lq_tally_differs(&try.grew, &drops.grew));
}

/* A request that never gets room is given up as without the policy */
POLICY(overflow_drop_gives_up)
{
	struct nl_policy policy = nl_policy_for(self->address, PORT);
	int fd = lq_listen(self->address, PORT, 1);
	struct lq_place on = PLACE(PORT, fd);
	struct lq_try try;

	lq_sysctl_set("net/ipv4/tcp_synack_retries", 2);
	policy.overflow = LISTENQ_POLICY_OVERFLOW_DROP;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	try = kernel_ack_over(&on, true);
	EXPECT_EQ(LQ_GETS_IN, try.fate);
	lq_sleep_ms(6000);
	EXPECT_QUEUES(fd, PORT, 2, 1);
	lq_sleep_ms(3000);
	EXPECT_QUEUES(fd, PORT, 2, 0);
	EXPECT_COLUMN(1, fd, "synq_expired");
	EXPECT_COLUMN(0, fd, "embryonic_reset");
	EXPECT_COLUMN(lq_mib("ListenOverflows"), fd, "policy_drop");
}

/*
 * What comes while the accept queue is full and is none of its business: a SYN
 * that is sent again, an ACK out of the window, and one with a bad cookie.
 */
static struct lq_try strays(const struct lq_place *place, u32 source)
{
	struct lq_packet ack = {
		.family = place->family, .port = place->port, .source = source,
		.ack = true, .ack_seq = 1
	};
	struct lq_try try;

	lq_accept_all(place->listener);
	if (lq_syn_flood(place->family, place->port, source, 1) ||
	    fill(place, 2) != 2)
		lq_error("can't fill the accept queue behind a request");
	try = lq_try_begin(place);
	lq_syn_flood(place->family, place->port, source, 1);
	lq_packet_send(&ack);
	lq_bad_cookie(place->family, place->port, source + 1);
	lq_try_end(place, &try);
	return try;
}

static void check_strays(struct __test_metadata *_metadata,
			 struct _test_data_policy *self, int overflow)
{
	struct nl_policy policy = nl_policy_for(self->address, PORT);
	int fd = lq_listen(self->address, PORT, 1);
	int plain_fd = lq_listen(self->address, PLAIN, 1);
	struct lq_place on = PLACE(PORT, fd), plain = PLACE(PLAIN, plain_fd);

	policy.overflow = overflow;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	for (int abort = 0; abort < 2; abort++) {
		struct lq_try kernels, seen;

		lq_sysctl_set("net/ipv4/tcp_abort_on_overflow", abort);
		kernels = strays(&plain, 10 + abort * 10);
		EXPECT_EQ(0, kernels.grew.overflows);
		seen = strays(&on, 100 + abort * 10);
		EXPECT_EQ(0, lq_tally_differs(&seen.grew, &kernels.grew));
		EXPECT_EQ(kernels.synacks, seen.synacks);
		EXPECT_EQ(kernels.resets, seen.resets);
		EXPECT_EQ(abort + 1, lq_syn_recv(PORT));
	}
}

POLICY(strays_and_reset)
{
	check_strays(_metadata, self, LISTENQ_POLICY_OVERFLOW_RESET);
}

POLICY(strays_and_drop)
{
	check_strays(_metadata, self, LISTENQ_POLICY_OVERFLOW_DROP);
}

/*
 * A client whose bare ACK means nothing before it has sent data, behind a full
 * accept queue: its SYN-ACK comes again after a second, and it answers. What
 * grew until it was heard.
 */
static struct lq_try bare_ack(const struct lq_place *place)
{
	int client = lq_client_held(place), seconds = 5, talker;
	struct lq_try try;

	setsockopt(place->listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds,
		   sizeof(seconds));
	for (unsigned int i = 1; i <= 2; i++) {
		talker = lq_connect(place->address, place->port);
		if (talker < 0 || write(talker, "x", 1) != 1 ||
		    !lq_wait_until(lq_acceptq(place->listener) == i, 100))
			lq_error("no connection with data");
	}
	try = lq_try_begin(place);
	try.client = client;
	lq_sleep_ms(1200);
	try.fate = lq_fate(client);
	lq_try_end(place, &try);
	return try;
}

static void check_bare_ack(struct __test_metadata *_metadata,
			   struct _test_data_policy *self, int overflow)
{
	struct nl_policy policy = nl_policy_for(self->address, PORT);
	int fd = lq_listen(self->address, PORT, 1);
	int plain_fd = lq_listen(self->address, PLAIN, 1);
	struct lq_place on = PLACE(PORT, fd), plain = PLACE(PLAIN, plain_fd);
	struct lq_try kernels, seen;
	u64 defers;

	lq_sysctl_set("net/ipv4/tcp_abort_on_overflow", 1);
	policy.overflow = overflow;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	kernels = bare_ack(&plain);
	EXPECT_EQ(LQ_GETS_IN, kernels.fate);
	EXPECT_GREW(&kernels.grew, .sk_drops = kernels.grew.sk_drops);
	defers = lq_mib("TCPDeferAcceptDrop");
	EXPECT_LT(0, defers);
	lq_reset(kernels.client);
	seen = bare_ack(&on);
	EXPECT_EQ(LQ_GETS_IN, seen.fate);
	EXPECT_EQ(0, seen.resets);
	EXPECT_EQ(0, lq_tally_differs(&seen.grew, &kernels.grew));
	EXPECT_EQ(2 * defers, lq_mib("TCPDeferAcceptDrop"));
	EXPECT_QUEUES(fd, PORT, 2, 1);
}

POLICY(bare_ack_and_reset)
{
	check_bare_ack(_metadata, self, LISTENQ_POLICY_OVERFLOW_RESET);
}

POLICY(bare_ack_and_drop)
{
	check_bare_ack(_metadata, self, LISTENQ_POLICY_OVERFLOW_DROP);
}

/* A client that gives up itself was not dropped by anybody */
POLICY(gives_up_behind_full)
{
	struct nl_policy policy = nl_policy_for(self->address, PORT);
	int fd = lq_listen(self->address, PORT, 1);
	struct lq_place on = PLACE(PORT, fd);
	struct lq_tally before, grew;
	struct lq_try try;

	policy.overflow = LISTENQ_POLICY_OVERFLOW_DROP;
	ASSERT_EQ(0, nl_policy_set(self->nl, &policy));
	try = kernel_ack_over(&on, true);
	EXPECT_EQ(1, try.grew.dropped);
	before = lq_tally(fd);
	lq_reset(try.client);
	EXPECT_QUEUES(fd, PORT, 2, 0);
	grew = lq_tally_growth(fd, &before);
	EXPECT_GREW(&grew, .embryonic = 1, .sk_drops = grew.sk_drops);
	EXPECT_COLUMN(1, fd, "embryonic_reset");
	EXPECT_COLUMN(0, fd, "overflow_reset");
}

TEST_HARNESS_MAIN
