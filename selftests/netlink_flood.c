// SPDX-License-Identifier: GPL-2.0
/*
 * Events while two CPUs flood: the sums are right to the unit, the rate is the
 * period's and not the flood's, and who is too slow to listen learns of it.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "nl_fixture.h"

#define PORT		7000
#define PERIOD_MS	200
#define QUIET_MS	300
#define LATE_MS		5000
#define CPUS		2

/* What two CPUs may add to a queue while its length is read */
#define SLACK		CPUS

#define OVERFLOW	LISTENQ_EPISODE_KIND_ACCEPTQ_OVERFLOW
#define SYNQ_FULL	LISTENQ_EPISODE_KIND_SYNQ_FULL
#define COOKIES		LISTENQ_EPISODE_KIND_SYNCOOKIES
#define BEGIN		LISTENQ_EPISODE_PHASE_BEGIN
#define END		LISTENQ_EPISODE_PHASE_END
#define ANY		LQ_NONE

FIXTURE(flood) {
	struct lq_nl *nl;
	struct lq_nl *ear;
	struct lq_nl_events heard;
};

FIXTURE_SETUP(flood)
{
	lq_many_files();
	ASSERT_EQ(0, lq_net_new());
	ASSERT_EQ(0, lq_nl_times(PERIOD_MS, QUIET_MS));
	self->nl = lq_nl_open();
	self->ear = lq_nl_open();
	ASSERT_NE(NULL, self->nl);
	ASSERT_NE(NULL, self->ear);
	lq_nl_room(self->ear, 32 << 20);
	ASSERT_EQ(0, lq_nl_subscribe(self->ear));
}

FIXTURE_TEARDOWN(flood)
{
	lq_close_all();
	lq_nl_hear(self->ear, &self->heard, 500);
	EXPECT_EQ(0, lq_nl_event_laws(&self->heard, true, SLACK));
	EXPECT_EQ(0, lq_laws());
	EXPECT_EQ(0, lq_nl_times(1000, 1000));
	lq_nl_forget(&self->heard);
	lq_nl_close(self->ear);
	lq_nl_close(self->nl);
	EXPECT_EQ(0, lq_errors);
}

#define FLOOD(name) TEST_F_TIMEOUT(flood, name, SCENARIO_TIMEOUT)

static bool is_silent(const struct lq_nl_events *events)
{
	return lq_nl_count(events, ANY, ANY, BEGIN) ==
	       lq_nl_count(events, ANY, ANY, END);
}

/* Ports alternate, so that both CPUs are at one listener and at others */
static void flood(int cpu, int ports, unsigned int pause_ms)
{
	u32 source = (u32)cpu << 30;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (sched_setaffinity(0, sizeof(set), &set))
		_exit(1);
	for (;; source += 20) {
		int port = PORT + source / 20 % ports;

		lq_syn_send(port % 2 ? AF_INET6 : AF_INET, port, source,
			    pause_ms ? 1 : 20);
		if (pause_ms)
			lq_sleep_ms(pause_ms);
	}
}

static void start_floods(pid_t *child, int ports, unsigned int pause_ms)
{
	for (int cpu = 0; cpu < CPUS; cpu++) {
		child[cpu] = fork();
		if (!child[cpu])
			flood(cpu, ports, pause_ms);
	}
}

static int stop_floods(const pid_t *child)
{
	int bad = 0, status;

	for (int cpu = 0; cpu < CPUS; cpu++) {
		kill(child[cpu], SIGKILL);
		bad += waitpid(child[cpu], &status, 0) != child[cpu] ||
		       !WIFSIGNALED(status);
	}
	return bad;
}

static void hear_for(struct lq_nl *ear, struct lq_nl_events *heard,
		     unsigned int ms)
{
	for (u64 end = lq_time_ms() + ms; lq_time_ms() < end;)
		lq_nl_hear(ear, heard, 20);
}

#define LISTENERS 4

/* Even ones IPv4, odd ones IPv6; every other pair with a full accept queue */
static void listen_all(struct __test_metadata *_metadata, int *fd)
{
	for (int i = 0; i < LISTENERS; i++) {
		const char *address = i % 2 ? LO6 : LO;

		fd[i] = lq_listen(address, PORT + i, 3);
		ASSERT_LE(0, fd[i]);
		if (i < LISTENERS / 2)
			ASSERT_EQ(4, lq_connect_fill(address, PORT + i, fd[i],
						     4));
	}
}

static u64 kind_total(struct lq_nl *nl, int fd, u64 kind)
{
	struct lq_nl_listener listener;

	if (lq_nl_get_fd(nl, fd, &listener))
		return LQ_NONE;
	return lq_nl_kind_counter(&listener.figures, kind);
}

/* @least: verdicts of each kind that there is any of, for it to mean something */
static void check_sums(struct __test_metadata *_metadata, struct lq_nl *nl,
		       const struct lq_nl_events *heard, const int *fd,
		       u64 least)
{
	for (int i = 0; i < LISTENERS; i++) {
		u64 id = lq_now(fd[i], "id");

		for (u64 kind = 0; kind <= COOKIES; kind++) {
			u64 total = kind_total(nl, fd[i], kind);
			const struct lq_nl_event *end =
				lq_nl_last(heard, id, kind, END);

			EXPECT_EQ(total, lq_nl_verdicts(heard, id, kind));
			if (!total) {
				EXPECT_EQ(0, lq_nl_count(heard, id, kind, ANY));
				continue;
			}
			ASSERT_NE(NULL, end);
			TH_LOG("listener %d, kind %llu: %llu verdicts in %d events, %d episodes",
			       i, kind, total, lq_nl_count(heard, id, kind, ANY),
			       lq_nl_count(heard, id, kind, END));
			EXPECT_LE(least, total);
			EXPECT_LE(end->peak,
				  lq_now(fd[i], kind == OVERFLOW ?
					 "acceptq_peak" : "synq_peak"));
			EXPECT_GE(1000 * (QUIET_MS + PERIOD_MS),
				  lq_nl_now_ns() / 1000000 - end->time / 1000000);
		}
	}
}

static void check_sum_of_flood(struct __test_metadata *_metadata,
			       struct lq_nl *nl, struct lq_nl *ear,
			       struct lq_nl_events *heard, long cookies,
			       unsigned int ms)
{
	int fd[LISTENERS], each;
	pid_t child[CPUS];

	lq_sysctl_set("net/ipv4/tcp_syncookies", cookies);
	listen_all(_metadata, fd);
	start_floods(child, LISTENERS, 0);
	hear_for(ear, heard, ms);
	EXPECT_EQ(0, stop_floods(child));
	EXPECT_TRUE(lq_nl_hear_until(ear, heard, is_silent(heard), LATE_MS));
	check_sums(_metadata, nl, heard, fd, 500);

	/* A begin, an end, and one a period between; one kind or two each */
	each = ms / PERIOD_MS + 4;
	EXPECT_GE((cookies ? 6 : 4) * each,
		  lq_nl_count(heard, ANY, ANY, ANY));
}

FLOOD(sums_with_cookies)
{
	check_sum_of_flood(_metadata, self->nl, self->ear, &self->heard, 1,
			   10000);
	EXPECT_EQ(lq_mib("SyncookiesSent"),
		  lq_nl_verdicts(&self->heard, ANY, COOKIES));
	EXPECT_EQ(lq_mib("ListenOverflows"),
		  lq_nl_verdicts(&self->heard, ANY, OVERFLOW));
}

FLOOD(sums_without_cookies)
{
	check_sum_of_flood(_metadata, self->nl, self->ear, &self->heard, 0,
			   5000);
	EXPECT_EQ(lq_mib("TCPReqQFullDrop"),
		  lq_nl_verdicts(&self->heard, ANY, SYNQ_FULL));
	EXPECT_EQ(0, lq_nl_verdicts(&self->heard, ANY, COOKIES));
}

/* Bursts of both CPUs, with pauses on both sides of the quiet time */
FLOOD(sums_of_bursts)
{
	enum { ROUNDS = 25 };
	int fd[LISTENERS];
	pid_t child[CPUS];

	lq_sysctl_set("net/ipv4/tcp_syncookies", 1);
	ASSERT_EQ(0, lq_nl_times(20, 40));
	listen_all(_metadata, fd);
	for (int i = 0; i < ROUNDS; i++) {
		start_floods(child, LISTENERS, 0);
		hear_for(self->ear, &self->heard, 20 + i % 5 * 20);
		EXPECT_EQ(0, stop_floods(child));
		hear_for(self->ear, &self->heard, 10 + i % 7 * 15);
	}
	EXPECT_TRUE(lq_nl_hear_until(self->ear, &self->heard,
				     is_silent(&self->heard), LATE_MS));
	check_sums(_metadata, self->nl, &self->heard, fd, 10);
	EXPECT_LT(ROUNDS, lq_nl_count(&self->heard, ANY, ANY, BEGIN));
}

struct rate {
	u64 verdicts;
	int events;
};

static struct rate rate_of(struct __test_metadata *_metadata,
			   struct lq_nl *ear, unsigned int ms,
			   unsigned int pause_ms)
{
	struct lq_nl_events heard = { 0 };
	struct rate rate;
	pid_t child[CPUS];

	start_floods(child, 1, pause_ms);
	hear_for(ear, &heard, ms);
	EXPECT_EQ(0, stop_floods(child));
	EXPECT_TRUE(lq_nl_hear_until(ear, &heard, is_silent(&heard), LATE_MS));
	rate.events = lq_nl_count(&heard, ANY, ANY, ANY);
	rate.verdicts = lq_nl_verdicts(&heard, ANY, ANY);
	EXPECT_EQ(1, lq_nl_count(&heard, ANY, OVERFLOW, BEGIN));
	TH_LOG("%llu verdicts, %d events", rate.verdicts, rate.events);
	lq_nl_forget(&heard);
	return rate;
}

/* Ten times the packets, and not an event more */
FLOOD(rate)
{
	enum { MS = 4000, MOST = MS / PERIOD_MS + 3 };
	int fd = lq_listen(LO, PORT, 0);
	struct rate slow, fast;

	ASSERT_EQ(1, lq_connect_fill(LO, PORT, fd, 1));
	lq_nl_hear(self->ear, &self->heard, 200);
	slow = rate_of(_metadata, self->ear, MS, 50);
	fast = rate_of(_metadata, self->ear, MS, 0);
	EXPECT_LT(10 * slow.verdicts, fast.verdicts);
	EXPECT_GE(MOST, slow.events);
	EXPECT_GE(MOST, fast.events);
	EXPECT_LE(MOST / 2, slow.events);
	EXPECT_LE(MOST / 2, fast.events);
	lq_nl_forget(&self->heard);
}

/* Births and deaths on two CPUs: each has both, and none is lost */
static void open_and_close(int child)
{
	char address[16];

	snprintf(address, sizeof(address), "127.0.0.%d", 1 + child);
	for (int i = 0; i < 500; i++) {
		int fd = lq_listen(address, PORT + i % 7, 1);

		if (fd < 0)
			_exit(1);
		lq_close(fd);
	}
	_exit(0);
}

FLOOD(births_and_deaths)
{
	enum { CHILDREN = 3, LIVES = 500, ALL = CHILDREN * LIVES };
	pid_t child[CHILDREN];
	int status;

	for (int i = 0; i < CHILDREN; i++) {
		child[i] = fork();
		if (!child[i])
			open_and_close(i);
	}
	for (int i = 0; i < CHILDREN; i++) {
		EXPECT_EQ(child[i], waitpid(child[i], &status, 0));
		EXPECT_EQ(0, status);
	}
	lq_nl_hear_until(self->ear, &self->heard, self->heard.n >= 2 * ALL,
			 LATE_MS);
	EXPECT_EQ(ALL, lq_nl_count_of(&self->heard,
				      LISTENQ_CMD_LISTENER_ADD_NTF));
	EXPECT_EQ(ALL, lq_nl_count_of(&self->heard,
				      LISTENQ_CMD_LISTENER_DEL_NTF));
}

/* A namespace that goes while something lasts in it takes it along */
static void leave_in_an_episode(void)
{
	struct lq_nl *ear;
	int fd;

	if (lq_net_new())
		_exit(1);
	ear = lq_nl_open();
	fd = lq_listen(LO, PORT, 0);
	if (!ear || lq_nl_subscribe(ear) || fd < 0)
		_exit(1);
	_exit(lq_connect_fill(LO, PORT, fd, 1) != 1 ||
	      lq_syn_flood(AF_INET, PORT, 1, 5));
}

FLOOD(namespaces_go)
{
	enum { ROUNDS = 40 };

	ASSERT_LE(0, lq_listen(LO, PORT, 1));
	for (int i = 0; i < ROUNDS; i++) {
		pid_t child = fork();
		int status;

		if (!child)
			leave_in_an_episode();
		ASSERT_EQ(child, waitpid(child, &status, 0));
		EXPECT_EQ(0, status);
	}
	hear_for(self->ear, &self->heard, 2000);
	EXPECT_EQ(1, self->heard.n);
}

FIXTURE(slow) {
	struct lq_nl *nl;
	struct lq_nl *ear;
	struct lq_nl_events heard;
};

FIXTURE_VARIANT(slow) {
	bool errors;	/* the socket wants senders to know */
};

FIXTURE_VARIANT_ADD(slow, as_usual) {
	.errors = false,
};

FIXTURE_VARIANT_ADD(slow, with_broadcast_errors) {
	.errors = true,
};

FIXTURE_SETUP(slow)
{
	ASSERT_EQ(0, lq_net_new());
	ASSERT_EQ(0, lq_nl_times(PERIOD_MS, QUIET_MS));
	self->nl = lq_nl_open();
	self->ear = lq_nl_open();
	ASSERT_NE(NULL, self->nl);
	ASSERT_NE(NULL, self->ear);
	lq_nl_room(self->ear, 4096);
	if (variant->errors)
		lq_nl_option(self->ear, NETLINK_BROADCAST_ERROR, 1);
	ASSERT_EQ(0, lq_nl_subscribe(self->ear));
}

FIXTURE_TEARDOWN(slow)
{
	lq_close_all();
	EXPECT_EQ(0, lq_nl_times(1000, 1000));
	lq_nl_forget(&self->heard);
	lq_nl_close(self->ear);
	lq_nl_close(self->nl);
	EXPECT_EQ(0, lq_errors);
}

/* Beside one that has room enough and gets everything */
TEST_F(slow, overrun)
{
	enum { LISTENERS_OPENED = 100 };
	struct lq_nl_events all = { 0 };
	struct lq_nl_totals totals;
	struct lq_nl *quick = lq_nl_open();
	const struct lq_nl_event *last;
	struct lq_nl_list list;
	u64 missed;
	int fd;

	lq_nl_room(quick, 4 << 20);
	ASSERT_EQ(0, lq_nl_subscribe(quick));
	for (int i = 0; i < LISTENERS_OPENED; i++)
		ASSERT_LE(0, lq_listen(LO, PORT + i, 1));
	hear_for(quick, &all, 300);
	EXPECT_EQ(LISTENERS_OPENED, all.n);
	EXPECT_EQ(0, all.overruns);

	/* What had room, and that there was more */
	lq_nl_hear(self->ear, &self->heard, 100);
	EXPECT_LE(1, self->heard.overruns);
	EXPECT_LT(0, self->heard.n);
	EXPECT_GT(LISTENERS_OPENED / 2, self->heard.n);

	/* The next one shows the gap, and a dump fills it */
	fd = lq_listen(LO6, PORT, 1);
	ASSERT_LE(0, fd);
	lq_nl_hear(self->ear, &self->heard, 1000);
	hear_for(quick, &all, 100);
	last = &self->heard.event[self->heard.n - 1];
	EXPECT_EQ(lq_now(fd, "id"), last->listener.id);
	EXPECT_EQ(LISTENERS_OPENED + 1, last->seq);
	missed = last->seq - self->heard.n;
	EXPECT_LT(0, missed);
	ASSERT_EQ(0, lq_nl_dump(self->nl, NULL, LQ_NL_BUFFER, &list));
	EXPECT_EQ(LISTENERS_OPENED + 1, list.n);
	ASSERT_EQ(0, lq_nl_get_totals(self->nl, &totals));
	EXPECT_EQ(last->seq, totals.events);

	/* They were made: only memory could be wanting for that */
	EXPECT_EQ(0, last->lost);
	EXPECT_EQ(0, totals.events_lost);
	EXPECT_EQ(LISTENERS_OPENED + 1, all.n);
	EXPECT_EQ(0, lq_nl_event_laws(&all, true, SLACK));
	lq_nl_free(&list);
	lq_nl_forget(&all);
	lq_nl_close(quick);
}

/* An episode whose begin was missed: what comes of it later still fits */
TEST_F(slow, overrun_in_an_episode)
{
	int fd = lq_listen(LO, PORT, 0);
	const struct lq_nl_event *end;
	u64 id = lq_now(fd, "id");
	u32 source = 1;

	ASSERT_EQ(1, lq_connect_fill(LO, PORT, fd, 1));
	for (int i = 0; i < 20; i++)
		ASSERT_LE(0, lq_listen(LO, PORT + 1 + i, 1));
	for (u64 stop = lq_time_ms() + 3000; lq_time_ms() < stop; source++) {
		ASSERT_EQ(0, lq_syn_flood(AF_INET, PORT, source, 1));
		lq_sleep_ms(20);
	}
	lq_nl_hear(self->ear, &self->heard, 10);
	EXPECT_LE(1, self->heard.overruns);
	for (u64 stop = lq_time_ms() + 1000; lq_time_ms() < stop; source++) {
		ASSERT_EQ(0, lq_syn_flood(AF_INET, PORT, source, 1));
		lq_sleep_ms(20);
		lq_nl_hear(self->ear, &self->heard, 0);
	}
	EXPECT_TRUE(lq_nl_hear_until(self->ear, &self->heard,
				     lq_nl_count(&self->heard, id, OVERFLOW,
						 END) == 1, LATE_MS));
	end = lq_nl_last(&self->heard, id, OVERFLOW, END);
	ASSERT_NE(NULL, end);
	EXPECT_EQ(source - 1, end->total);
	EXPECT_EQ(source - 1, lq_nl_kind_counter(&end->listener.figures,
						 OVERFLOW));
	EXPECT_GT(end->total, lq_nl_verdicts(&self->heard, id, OVERFLOW));
}

TEST_HARNESS_MAIN
