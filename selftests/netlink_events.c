// SPDX-License-Identifier: GPL-2.0
/*
 * The events of a namespace: births, deaths and episodes. That their verdicts
 * are the counters' growth to the unit, that no number is missing, and what else
 * holds for any sequence of events, the fixture checks after every test.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "nl_fixture.h"

#define PORT		7000
#define PERIOD_MS	200
#define QUIET_MS	300

/* For a thread to be scheduled in, on a machine that has other things to do */
#define LATE_MS		3000

#define OVERFLOW	LISTENQ_EPISODE_KIND_ACCEPTQ_OVERFLOW
#define SYNQ_FULL	LISTENQ_EPISODE_KIND_SYNQ_FULL
#define COOKIES		LISTENQ_EPISODE_KIND_SYNCOOKIES
#define BEGIN		LISTENQ_EPISODE_PHASE_BEGIN
#define PROGRESS	LISTENQ_EPISODE_PHASE_PROGRESS
#define END		LISTENQ_EPISODE_PHASE_END
#define ADD		LISTENQ_CMD_LISTENER_ADD_NTF
#define DEL		LISTENQ_CMD_LISTENER_DEL_NTF
#define ANY		LQ_NONE

/* A tick, and one to read the clock in */
#define TICKS_NS	20000000ull
#define MS_NS		1000000ull

FIXTURE(events) {
	struct lq_nl *nl;	/* asks */
	struct lq_nl *ear;
	struct lq_nl_events heard;
	bool came_late;
	u64 start;
};

FIXTURE_SETUP(events)
{
	lq_many_files();
	ASSERT_EQ(0, lq_net_new());
	ASSERT_EQ(0, lq_nl_times(PERIOD_MS, QUIET_MS));
	self->nl = lq_nl_open();
	self->ear = lq_nl_open();
	ASSERT_NE(NULL, self->nl);
	ASSERT_NE(NULL, self->ear);
	ASSERT_EQ(0, lq_nl_subscribe(self->ear));
	self->start = lq_nl_now_ns();
}

/* Until every episode that began has ended */
static bool is_silent(const struct lq_nl_events *events)
{
	return lq_nl_count(events, ANY, ANY, BEGIN) ==
	       lq_nl_count(events, ANY, ANY, END);
}

static bool all_are_dead(const struct lq_nl_events *heard)
{
	return lq_nl_count_of(heard, LISTENQ_CMD_LISTENER_DEL_NTF) >=
	       lq_nl_count_of(heard, LISTENQ_CMD_LISTENER_ADD_NTF);
}

/* Until there is nothing more to hear: an end waits for a grace period */
static bool has_heard_all(struct lq_nl *nl, struct lq_nl *ear,
			  struct lq_nl_events *heard)
{
	struct lq_nl_totals totals;

	lq_nl_hear(ear, heard, 2 * QUIET_MS);
	return heard->n && all_are_dead(heard) &&
	       !lq_nl_get_totals(nl, &totals) &&
	       heard->event[heard->n - 1].seq == totals.events;
}

FIXTURE_TEARDOWN(events)
{
	struct lq_nl_totals totals;

	EXPECT_EQ(0, lq_nl_differs(self->nl));
	lq_close_all();
	if (!self->came_late)
		EXPECT_TRUE(lq_nl_hear_until(self->ear, &self->heard,
					     is_silent(&self->heard),
					     QUIET_MS + LATE_MS));
	EXPECT_TRUE(lq_wait_until(has_heard_all(self->nl, self->ear,
						&self->heard), LATE_MS));
	EXPECT_EQ(0, lq_nl_event_laws(&self->heard, !self->came_late, 0));
	EXPECT_LT(0, self->heard.n);
	ASSERT_EQ(0, lq_nl_get_totals(self->nl, &totals));
	if (self->heard.n) {
		EXPECT_EQ(self->heard.event[self->heard.n - 1].seq,
			  totals.events);
		EXPECT_LE(self->start - TICKS_NS, self->heard.event[0].time);
	}
	EXPECT_EQ(0, totals.events_lost);
	EXPECT_EQ(0, lq_laws());
	EXPECT_EQ(0, lq_nl_times(1000, 1000));
	lq_nl_forget(&self->heard);
	lq_nl_close(self->ear);
	lq_nl_close(self->nl);
	EXPECT_EQ(0, lq_errors);
}

#define EVENTS(name) TEST_F_TIMEOUT(events, name, SCENARIO_TIMEOUT)

/* Waits for so many of an episode's phase; LQ_NONE for any id, kind, phase */
static void check_heard(struct __test_metadata *_metadata, struct lq_nl *ear,
			struct lq_nl_events *heard, int count, u64 id,
			u64 kind, u64 phase)
{
	EXPECT_TRUE(lq_nl_hear_until(ear, heard,
				     lq_nl_count(heard, id, kind, phase) >=
				     count, PERIOD_MS + QUIET_MS + LATE_MS));
}

#define EXPECT_HEARD(...) \
	check_heard(_metadata, self->ear, &self->heard, __VA_ARGS__)

/* One whole episode, as its end sums it up */
static void check_episode(struct __test_metadata *_metadata, struct lq_nl *ear,
			  struct lq_nl_events *heard, u64 id, u64 kind,
			  u64 total, u64 peak)
{
	const struct lq_nl_event *begin, *end;

	check_heard(_metadata, ear, heard, 1, id, kind, END);
	begin = lq_nl_last(heard, id, kind, BEGIN);
	end = lq_nl_last(heard, id, kind, END);
	ASSERT_NE(NULL, begin);
	ASSERT_NE(NULL, end);
	EXPECT_EQ(1, lq_nl_count(heard, id, kind, BEGIN));
	EXPECT_EQ(1, lq_nl_count(heard, id, kind, END));
	EXPECT_EQ(total, end->total);
	EXPECT_EQ(total, lq_nl_verdicts(heard, id, kind));
	EXPECT_EQ(peak, end->peak);
	EXPECT_EQ(peak, begin->depth);
}

#define EXPECT_EPISODE(...) \
	check_episode(_metadata, self->ear, &self->heard, __VA_ARGS__)

static u64 id_of(int fd)
{
	return lq_now(fd, "id");
}

FIXTURE_VARIANT(events) {
	int family;
	const char *address;
};

FIXTURE_VARIANT_ADD(events, ipv4) {
	.family = AF_INET,
	.address = LO,
};

FIXTURE_VARIANT_ADD(events, ipv6) {
	.family = AF_INET6,
	.address = LO6,
};

EVENTS(overflow_at_syn)
{
	enum { BACKLOG = 2, LATE = 7 };
	int fd = lq_listen(variant->address, PORT, BACKLOG);
	const struct lq_nl_event *begin, *end;
	u64 id = id_of(fd), before, after;

	ASSERT_EQ(BACKLOG + 1, lq_connect_fill(variant->address, PORT, fd,
					       BACKLOG + 1));
	lq_nl_hear(self->ear, &self->heard, 2 * PERIOD_MS);
	EXPECT_EQ(0, lq_nl_count(&self->heard, id, ANY, ANY));
	before = lq_nl_now_ns();
	ASSERT_EQ(0, lq_syn_flood(variant->family, PORT, 1, LATE));
	after = lq_nl_now_ns();
	EXPECT_EPISODE(id, OVERFLOW, LATE, BACKLOG + 1);
	begin = lq_nl_last(&self->heard, id, OVERFLOW, BEGIN);
	end = lq_nl_last(&self->heard, id, OVERFLOW, END);
	EXPECT_EQ(BACKLOG, begin->limit);
	EXPECT_EQ(BACKLOG, end->limit);
	EXPECT_EQ(BACKLOG + 1, end->depth);
	EXPECT_LE(before, begin->time + TICKS_NS);
	EXPECT_GE(after + TICKS_NS, begin->time);
	EXPECT_LE(before, end->time + TICKS_NS);
	EXPECT_GE(after + TICKS_NS, end->time);
	EXPECT_GE(after - before + TICKS_NS, end->duration);
	EXPECT_EQ(0, lq_nl_count(&self->heard, id, SYNQ_FULL, ANY));
	EXPECT_EQ(0, lq_nl_count(&self->heard, id, COOKIES, ANY));
	EXPECT_STREQ(lq_nl_local(&begin->listener),
		     variant->family == AF_INET ? "127.0.0.1:7000" :
						  "[::1]:7000");

	/* What was in the queue is of no matter to what is told of it */
	EXPECT_EQ(LATE, lq_nl_counter(&end->listener.figures,
				      "acceptq_overflow_syn"));
}

/* A client that believes itself connected, and is told so by its ACK */
EVENTS(overflow_at_ack)
{
	int fd = lq_listen(variant->address, PORT, 1), client;
	u64 id = id_of(fd), overflows;

	ASSERT_EQ(0, lq_hold(fd));
	client = lq_connect(variant->address, PORT);
	ASSERT_LE(0, client);
	ASSERT_EQ(0, lq_release(fd));
	ASSERT_EQ(2, lq_connect_fill(variant->address, PORT, fd, 2));
	ASSERT_EQ(1, write(client, "x", 1));
	EXPECT_HEARD(1, id, OVERFLOW, BEGIN);

	/* It sends its byte again and again, ever more rarely */
	lq_reset(client);
	EXPECT_TRUE(lq_nl_hear_until(self->ear, &self->heard,
				     is_silent(&self->heard), LATE_MS));
	overflows = lq_mib("ListenOverflows");
	EXPECT_LT(0, overflows);
	EXPECT_EQ(overflows, lq_now(fd, "acceptq_overflow_ack"));
	EXPECT_EQ(overflows, lq_nl_verdicts(&self->heard, id, OVERFLOW));
	EXPECT_EQ(2, lq_nl_last(&self->heard, id, OVERFLOW, BEGIN)->depth);
}

/* A flood that cookies answer is an episode of two kinds */
EVENTS(flood_with_cookies)
{
	enum { BACKLOG = 4, SPOOFED = 30 };
	int fd = lq_listen(variant->address, PORT, BACKLOG);
	u64 id = id_of(fd);

	lq_sysctl_set("net/ipv4/tcp_syncookies", 1);
	ASSERT_EQ(0, lq_syn_flood(variant->family, PORT, 1,
				  BACKLOG + 1 + SPOOFED));
	EXPECT_EPISODE(id, SYNQ_FULL, SPOOFED, BACKLOG + 1);
	EXPECT_EPISODE(id, COOKIES, SPOOFED, BACKLOG + 1);
	EXPECT_EQ(SPOOFED, lq_mib("SyncookiesSent"));
	EXPECT_EQ(BACKLOG, lq_nl_last(&self->heard, id, COOKIES, END)->limit);
	EXPECT_EQ(0, lq_nl_count(&self->heard, id, OVERFLOW, ANY));
}

EVENTS(flood_without_cookies)
{
	enum { BACKLOG = 4, SPOOFED = 30 };
	int fd = lq_listen(variant->address, PORT, BACKLOG);
	u64 id = id_of(fd);

	lq_sysctl_set("net/ipv4/tcp_syncookies", 0);
	ASSERT_EQ(0, lq_syn_flood(variant->family, PORT, 1,
				  BACKLOG + 1 + SPOOFED));
	EXPECT_EPISODE(id, SYNQ_FULL, SPOOFED, BACKLOG + 1);
	EXPECT_EQ(SPOOFED, lq_mib("TCPReqQFullDrop"));
	EXPECT_EQ(0, lq_nl_count(&self->heard, id, COOKIES, ANY));
	EXPECT_EQ(0, lq_nl_count(&self->heard, id, OVERFLOW, ANY));
}

/* The last quarter of tcp_max_syn_backlog is another way to be full */
EVENTS(flood_into_the_reserve)
{
	enum { MAX = 16, FIT = 13, SENT = 20 };
	int fd = lq_listen(variant->address, PORT, 128);
	u64 id = id_of(fd);

	lq_sysctl_set("net/ipv4/tcp_syncookies", 0);
	lq_sysctl_set("net/ipv4/tcp_max_syn_backlog", MAX);
	ASSERT_EQ(0, lq_syn_flood(variant->family, PORT, 1, SENT));
	EXPECT_EPISODE(id, SYNQ_FULL, SENT - FIT, FIT);
	EXPECT_EQ(SENT - FIT, lq_now(fd, "synq_reserve_drop"));
	EXPECT_EQ(FIT - 1, lq_nl_last(&self->heard, id, SYNQ_FULL, END)->limit);
}

/* Cookies for everybody, though nothing is full */
EVENTS(cookies_always)
{
	enum { SPOOFED = 6 };
	int fd = lq_listen(variant->address, PORT, 10);
	u64 id = id_of(fd);

	lq_sysctl_set("net/ipv4/tcp_syncookies", 2);
	ASSERT_EQ(0, lq_syn_flood(variant->family, PORT, 1, SPOOFED));
	EXPECT_EPISODE(id, COOKIES, SPOOFED, 0);
	EXPECT_EQ(0, lq_nl_count(&self->heard, id, SYNQ_FULL, ANY));
}

/* Bad cookies, resets and accepted connections are no episode */
EVENTS(no_episode)
{
	int fd = lq_listen(variant->address, PORT, 10), client;

	lq_sysctl_set("net/ipv4/tcp_syncookies", 1);
	ASSERT_EQ(5, lq_connect_fill(variant->address, PORT, fd, 5));
	EXPECT_EQ(5, lq_accept_all(fd));
	ASSERT_EQ(0, lq_hold(fd));
	client = lq_connect(variant->address, PORT);
	lq_release(fd);
	lq_reset(client);
	ASSERT_EQ(0, lq_bad_cookie(variant->family, PORT, 99));
	lq_nl_hear(self->ear, &self->heard, 2 * (PERIOD_MS + QUIET_MS));
	EXPECT_EQ(0, lq_nl_count(&self->heard, ANY, ANY, ANY));
	EXPECT_EQ(1, self->heard.n);
}

struct drizzle {
	unsigned int sent;
	/* No two verdicts were farther apart */
	u64 longest_ms;
};

/* One SYN each so many milliseconds, for so long, to a full accept queue */
static struct drizzle drizzle(struct lq_nl *ear, struct lq_nl_events *heard,
			      int family, unsigned int ms, unsigned int each)
{
	u64 start = lq_time_ms(), last = start, now = start;
	u64 before = lq_mib("ListenOverflows");
	struct drizzle drizzle = { 0 };
	static u32 source = 1 << 20;

	for (; now < start + ms; last = now) {
		now = lq_time_ms();
		if (lq_syn_send(family, PORT, source++, 1))
			break;
		drizzle.sent++;
		/* It may have to wait for ksoftirqd. */
		lq_wait_until(lq_mib("ListenOverflows") == before + drizzle.sent,
			      LATE_MS);
		if (drizzle.longest_ms < lq_time_ms() - last)
			drizzle.longest_ms = lq_time_ms() - last;
		lq_sleep_ms(each);
		lq_nl_hear(ear, heard, 0);
	}
	return drizzle;
}

/* As long as it lasts one is told of it, but no oftener than asked for */
EVENTS(progress)
{
	enum { LASTS_MS = 10 * PERIOD_MS, EACH_MS = 10 };
	int fd = lq_listen(variant->address, PORT, 0), n;
	u64 id = id_of(fd), last_time = 0;
	const struct lq_nl_event *last, *end;
	struct drizzle rain;

	ASSERT_EQ(1, lq_connect_fill(variant->address, PORT, fd, 1));
	rain = drizzle(self->ear, &self->heard, variant->family, LASTS_MS,
		       EACH_MS);
	EXPECT_EPISODE(id, OVERFLOW, rain.sent, 1);
	n = lq_nl_count(&self->heard, id, OVERFLOW, PROGRESS);
	EXPECT_LE(LASTS_MS / PERIOD_MS / 2, n);
	EXPECT_GE((LASTS_MS + QUIET_MS) / PERIOD_MS + 1, n);
	end = lq_nl_last(&self->heard, id, OVERFLOW, END);
	EXPECT_LE((LASTS_MS - 100) * MS_NS, end->duration);
	EXPECT_GE((LASTS_MS + 500) * MS_NS, end->duration);
	last = lq_nl_last(&self->heard, id, OVERFLOW, PROGRESS);
	for (int i = 0; i < self->heard.n; i++) {
		const struct lq_nl_event *event = &self->heard.event[i];

		/* When the last one was told, there may have been no rain any more. */
		if (event->command != LISTENQ_CMD_EPISODE_NTF ||
		    event->phase == END || event == last)
			continue;
		/* The last verdict was a while before it was told. */
		EXPECT_LE(last_time + PERIOD_MS * MS_NS,
			  event->time + rain.longest_ms * MS_NS + TICKS_NS);
		last_time = event->time;
	}
}

/* The times are parameters, and hold for what happens from now on */
EVENTS(times)
{
	int fd = lq_listen(variant->address, PORT, 0), few, many;
	u64 id = id_of(fd);

	ASSERT_EQ(1, lq_connect_fill(variant->address, PORT, fd, 1));
	ASSERT_EQ(0, lq_nl_times(1000, 2000));
	drizzle(self->ear, &self->heard, variant->family, 3000, 50);
	few = lq_nl_count(&self->heard, id, OVERFLOW, PROGRESS);
	EXPECT_EQ(0, lq_nl_count(&self->heard, id, OVERFLOW, END));
	EXPECT_TRUE(lq_nl_hear_until(self->ear, &self->heard,
				     is_silent(&self->heard), 6000));
	ASSERT_EQ(0, lq_nl_times(50, 100));
	drizzle(self->ear, &self->heard, variant->family, 3000, 10);
	many = lq_nl_count(&self->heard, id, OVERFLOW, PROGRESS) - few;
	EXPECT_GE(4, few);
	EXPECT_LE(20, many);
	EXPECT_GE(62, many);
	EXPECT_EQ(2, lq_nl_count(&self->heard, id, OVERFLOW, BEGIN));
}

/*
 * Pauses on both sides of the quiet time. However they fall, each verdict is in
 * one episode.
 */
EVENTS(many_short_ones)
{
	static const unsigned int pauses[] = {
		10, 900, 100, 150, 800, 280, 290, 295, 300, 305, 310, 320, 350,
		400, 450, 500, 550, 600, 299, 301, 1000, 20, 1500
	};
	enum { BURST = 3, PAUSES = sizeof(pauses) / sizeof(*pauses) };
	int fd = lq_listen(variant->address, PORT, 0), begins;
	u64 id = id_of(fd), source = 1;

	ASSERT_EQ(1, lq_connect_fill(variant->address, PORT, fd, 1));
	for (int i = 0; i < PAUSES; i++) {
		ASSERT_EQ(0, lq_syn_flood(variant->family, PORT, source,
					  BURST));
		source += BURST;
		lq_sleep_ms(pauses[i]);
		lq_nl_hear(self->ear, &self->heard, 0);
	}
	EXPECT_TRUE(lq_nl_hear_until(self->ear, &self->heard,
				     is_silent(&self->heard), LATE_MS));
	EXPECT_EQ(PAUSES * BURST,
		  lq_nl_verdicts(&self->heard, id, OVERFLOW));
	EXPECT_EQ(PAUSES * BURST, lq_mib("ListenOverflows"));

	/* Those with a pause of more than twice the quiet time, and all */
	begins = lq_nl_count(&self->heard, id, OVERFLOW, BEGIN);
	TH_LOG("%d episodes", begins);
	EXPECT_LE(5, begins);
	EXPECT_GE(PAUSES - 5, begins);
}

/* Each has its own, of its own kinds */
EVENTS(several_listeners)
{
	enum { LISTENERS = 8, SENT = 10 };
	int fd[LISTENERS];
	u64 id[LISTENERS];

	lq_sysctl_set("net/ipv4/tcp_syncookies", 1);
	for (int i = 0; i < LISTENERS; i++) {
		fd[i] = lq_listen(variant->address, PORT + i, 1);
		id[i] = id_of(fd[i]);
		if (i % 2)
			ASSERT_EQ(2, lq_connect_fill(variant->address,
						     PORT + i, fd[i], 2));
	}
	for (int round = 0; round < SENT; round++)
		for (int i = 0; i < LISTENERS; i++)
			ASSERT_EQ(0, lq_syn_flood(variant->family, PORT + i,
						  1 + round, 1));
	for (int i = 0; i < LISTENERS; i++) {
		if (i % 2) {
			EXPECT_EPISODE(id[i], OVERFLOW, SENT, 2);
			EXPECT_EQ(0, lq_nl_count(&self->heard, id[i], COOKIES,
						 ANY));
		} else {
			EXPECT_EPISODE(id[i], COOKIES, SENT - 2, 2);
			EXPECT_EPISODE(id[i], SYNQ_FULL, SENT - 2, 2);
		}
	}
}

EVENTS(birth_and_death)
{
	enum { LATE = 3 };
	u64 before = lq_nl_now_ns(), after, id, closed;
	int fd = lq_listen(variant->address, PORT, 1), add, del;
	struct lq_nl_totals totals;
	const struct lq_nl_event *event;

	after = lq_nl_now_ns();
	id = id_of(fd);
	EXPECT_TRUE(lq_nl_hear_until(self->ear, &self->heard,
				     lq_nl_index(&self->heard, id, ADD) >= 0,
				     LATE_MS));
	add = lq_nl_index(&self->heard, id, ADD);
	ASSERT_LE(0, add);
	event = &self->heard.event[add];
	EXPECT_EQ(PORT, event->listener.port);
	EXPECT_EQ(variant->family, event->listener.family);
	EXPECT_EQ(lq_inode(fd), event->listener.inode);
	EXPECT_EQ(0, event->listener.uid);
	EXPECT_EQ(1, event->listener.figures.acceptq[LISTENQ_A_ACCEPTQ_LIMIT]);
	EXPECT_LE(before, event->time + TICKS_NS);
	EXPECT_GE(after + TICKS_NS, event->time);
	EXPECT_LE(event->listener.since, event->time + TICKS_NS);
	EXPECT_GE(event->listener.since + TICKS_NS, event->time);

	/* A backlog changed is no birth */
	ASSERT_EQ(0, listen(fd, 2));
	ASSERT_EQ(3, lq_connect_fill(variant->address, PORT, fd, 3));
	EXPECT_EQ(3, lq_accept_all(fd));
	ASSERT_EQ(3, lq_connect_fill(variant->address, PORT, fd, 3));
	ASSERT_EQ(0, lq_syn_flood(variant->family, PORT, 1, LATE));
	before = lq_nl_now_ns();
	lq_close(fd);
	after = lq_nl_now_ns();
	EXPECT_TRUE(lq_nl_hear_until(self->ear, &self->heard,
				     lq_nl_index(&self->heard, id, DEL) >= 0,
				     LATE_MS));
	del = lq_nl_index(&self->heard, id, DEL);
	ASSERT_LE(0, del);
	event = &self->heard.event[del];
	EXPECT_LE(before, event->time + TICKS_NS);
	EXPECT_GE(after + TICKS_NS, event->time);
	EXPECT_EQ(self->heard.n - 1, del);

	/* It was the only one: all that the closed ones have is its own */
	ASSERT_EQ(0, lq_nl_get_totals(self->nl, &totals));
	EXPECT_EQ(0, memcmp(totals.closed.counters,
			    event->listener.figures.counters,
			    sizeof(totals.closed.counters)));
	EXPECT_EQ(0, memcmp(&totals.closed.handshake,
			    &event->listener.figures.handshake,
			    sizeof(totals.closed.handshake)));
	EXPECT_EQ(0, memcmp(&totals.closed.accept_wait,
			    &event->listener.figures.accept_wait,
			    sizeof(totals.closed.accept_wait)));
	EXPECT_LT(0, totals.closed.accept_wait.n);
	closed = event->listener.figures.acceptq[LISTENQ_A_ACCEPTQ_DISCARDED];
	EXPECT_EQ(3, closed);
	EXPECT_EQ(LATE, lq_nl_counter(&event->listener.figures,
				      "listen_overflow"));
}

/* A socket that listens again is a new listener */
EVENTS(listen_again)
{
	int fd = lq_listen(variant->address, PORT, 1);
	u64 id = id_of(fd), next;

	ASSERT_EQ(0, shutdown(fd, SHUT_RD));
	ASSERT_EQ(0, listen(fd, 1));
	next = id_of(fd);
	EXPECT_LT(id, next);
	/* An end waits for a grace period, which can take longer than a birth */
	EXPECT_TRUE(lq_nl_hear_until(self->ear, &self->heard,
				     lq_nl_index(&self->heard, next, ADD) >= 0 &&
				     lq_nl_index(&self->heard, id, DEL) >= 0,
				     LATE_MS));
	EXPECT_EQ(3, self->heard.n);
	EXPECT_LE(0, lq_nl_index(&self->heard, id, ADD));
	EXPECT_LT(lq_nl_index(&self->heard, id, ADD),
		  lq_nl_index(&self->heard, id, DEL));
}

/* It ends with its listener, at once and before it */
EVENTS(death_in_an_episode)
{
	enum { LATE = 5 };
	int fd = lq_listen(variant->address, PORT, 0);
	const struct lq_nl_event *end;
	u64 id = id_of(fd), begun;

	ASSERT_EQ(0, lq_nl_times(PERIOD_MS, 60000));
	ASSERT_EQ(1, lq_connect_fill(variant->address, PORT, fd, 1));
	ASSERT_EQ(0, lq_syn_flood(variant->family, PORT, 1, 2));
	EXPECT_HEARD(1, id, OVERFLOW, BEGIN);
	ASSERT_EQ(0, lq_syn_flood(variant->family, PORT, 3, LATE - 2));
	begun = lq_time_ms();
	lq_close(fd);
	EXPECT_TRUE(lq_nl_hear_until(self->ear, &self->heard,
				     lq_nl_index(&self->heard, id, DEL) >= 0,
				     LATE_MS));
	EXPECT_GT(LATE_MS, lq_time_ms() - begun);
	end = lq_nl_last(&self->heard, id, OVERFLOW, END);
	ASSERT_NE(NULL, end);
	EXPECT_EQ(LATE, end->total);
	EXPECT_LT(end - self->heard.event,
		  lq_nl_index(&self->heard, id, DEL));
}

/* A verdict and at once the end: a begin and an end all the same */
EVENTS(death_at_the_first_verdict)
{
	enum { ROUNDS = 30 };

	/* They are more than a buffer holds, if each takes a page */
	lq_nl_room(self->ear, 2 * 4 * ROUNDS * 4096);
	for (int i = 0; i < ROUNDS; i++) {
		int fd = lq_listen(variant->address, PORT, 0);

		ASSERT_EQ(1, lq_connect_fill(variant->address, PORT, fd, 1));
		ASSERT_EQ(0, lq_syn_flood(variant->family, PORT, 100 * i,
					  1 + i));
		lq_close_all();
	}
	EXPECT_HEARD(ROUNDS, ANY, OVERFLOW, END);
	EXPECT_EQ(ROUNDS, lq_nl_count(&self->heard, ANY, OVERFLOW, BEGIN));
	EXPECT_EQ(ROUNDS, lq_nl_count(&self->heard, ANY, OVERFLOW, END));
	EXPECT_EQ(ROUNDS * (ROUNDS + 1) / 2,
		  lq_nl_verdicts(&self->heard, ANY, OVERFLOW));
}

/* To who comes in the middle of it, events fit the counters from then on */
EVENTS(late_subscriber)
{
	int fd = lq_listen(variant->address, PORT, 0);
	u64 id = id_of(fd), first, last;
	const struct lq_nl_event *event;

	ASSERT_EQ(1, lq_connect_fill(variant->address, PORT, fd, 1));
	drizzle(self->ear, &self->heard, variant->family, 500, 10);
	lq_nl_close(self->ear);
	lq_nl_forget(&self->heard);
	self->came_late = true;
	self->ear = lq_nl_open();

	/* While nobody listens it goes on */
	drizzle(self->ear, &self->heard, variant->family, 500, 10);
	ASSERT_EQ(0, lq_nl_subscribe(self->ear));
	drizzle(self->ear, &self->heard, variant->family, 1000, 10);
	EXPECT_HEARD(1, id, OVERFLOW, END);
	EXPECT_EQ(1, lq_nl_count(&self->heard, id, OVERFLOW, END));
	EXPECT_LT(2, self->heard.n);
	event = self->heard.event;
	first = lq_nl_kind_counter(&event->listener.figures, OVERFLOW);
	last = lq_now(fd, "listen_overflow");
	EXPECT_EQ(last - first, lq_nl_verdicts(&self->heard, id, OVERFLOW) -
				event->verdicts);
}

/* A child with one listener of its own, that overflows */
static int other_namespace(const char *address, int family, int late)
{
	struct lq_nl_events heard = { 0 };
	struct lq_nl *ear;
	int fd, bad;
	u64 id;

	if (lq_net_new())
		return 1;
	ear = lq_nl_open();
	if (!ear || lq_nl_subscribe(ear))
		return 1;
	fd = lq_listen(address, PORT, 0);
	id = id_of(fd);
	bad = lq_connect_fill(address, PORT, fd, 1) != 1;
	bad += lq_syn_flood(family, PORT, 1, late);
	lq_nl_hear_until(ear, &heard,
			 lq_nl_count(&heard, id, OVERFLOW, END) == 1,
			 QUIET_MS + LATE_MS);
	bad += lq_nl_verdicts(&heard, ANY, ANY) != (u64)late;
	bad += heard.event[0].seq != 1;
	lq_close_all();
	lq_nl_hear_until(ear, &heard, lq_nl_index(&heard, id, DEL) >= 0,
			 LATE_MS);
	bad += lq_nl_index(&heard, id, DEL) != heard.n - 1;
	bad += lq_nl_event_laws(&heard, true, 0);
	return bad || lq_errors;
}

EVENTS(namespaces)
{
	enum { MINE = 2, OTHERS = 9 };
	int fd = lq_listen(variant->address, PORT, 0), status;
	u64 id = id_of(fd);
	pid_t child = fork();

	if (!child)
		_exit(other_namespace(variant->address, variant->family,
				      OTHERS));
	ASSERT_EQ(1, lq_connect_fill(variant->address, PORT, fd, 1));
	ASSERT_EQ(0, lq_syn_flood(variant->family, PORT, 1, MINE));
	EXPECT_EPISODE(id, OVERFLOW, MINE, 1);
	EXPECT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status);
	lq_nl_hear(self->ear, &self->heard, 1000);
	EXPECT_EQ(MINE, lq_nl_verdicts(&self->heard, ANY, ANY));
	EXPECT_EQ(id, self->heard.event[0].listener.id);
	EXPECT_EQ(1, self->heard.event[0].seq);
}

/* Two subscribers get the same */
EVENTS(two_subscribers)
{
	int fd = lq_listen(variant->address, PORT, 0);
	struct lq_nl_events heard = { 0 };
	struct lq_nl *ear = lq_nl_open();
	u64 id = id_of(fd);

	ASSERT_EQ(0, lq_nl_subscribe(ear));
	ASSERT_EQ(1, lq_connect_fill(variant->address, PORT, fd, 1));
	ASSERT_EQ(0, lq_syn_flood(variant->family, PORT, 1, 4));
	EXPECT_EPISODE(id, OVERFLOW, 4, 1);
	lq_nl_hear(ear, &heard, LATE_MS);
	ASSERT_EQ(1, lq_nl_count(&heard, id, OVERFLOW, END));
	EXPECT_EQ(lq_nl_last(&self->heard, id, OVERFLOW, END)->seq,
		  lq_nl_last(&heard, id, OVERFLOW, END)->seq);
	EXPECT_EQ(lq_nl_count(&self->heard, id, ANY, ANY),
		  lq_nl_count(&heard, id, ANY, ANY));
	lq_nl_forget(&heard);
	lq_nl_close(ear);
}

TEST(parameters)
{
	static const char *const bad[] = {
		"9", "0", "-1", "3600001", "x", "", "10ms", "99999999999999"
	};
	static const char *const names[] = { LQ_NL_PERIOD, LQ_NL_QUIET };

	for (int i = 0; i < 2; i++) {
		EXPECT_EQ(1000, lq_nl_parameter_get(names[i]));
		for (unsigned int j = 0; j < sizeof(bad) / sizeof(*bad); j++) {
			if (!*bad[j])
				continue;
			EXPECT_NE(0, lq_nl_parameter(names[i], bad[j]));
			EXPECT_EQ(1000, lq_nl_parameter_get(names[i]));
		}
		EXPECT_EQ(0, lq_nl_parameter(names[i], "10"));
		EXPECT_EQ(10, lq_nl_parameter_get(names[i]));
		EXPECT_EQ(0, lq_nl_parameter(names[i], "3600000"));
		EXPECT_EQ(3600000, lq_nl_parameter_get(names[i]));
		EXPECT_EQ(0, lq_nl_parameter(names[i], "1000\n"));
		EXPECT_EQ(1000, lq_nl_parameter_get(names[i]));
	}
	EXPECT_EQ(0, lq_errors);
}

TEST_HARNESS_MAIN
