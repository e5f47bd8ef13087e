// SPDX-License-Identifier: GPL-2.0
/*
 * Every tenth allocation of listenq's fails while everything happens at once:
 * floods, connections, listeners, namespaces, readers and policies that come and
 * go. What is counted stays exact, what is lost is said to be, and when there is
 * memory again all works.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lq_fault.h"
#include "nl_fixture.h"
#include "nl_policy.h"

#define SECONDS		15
#define WRITERS		2
#define FAIL_PERCENT	10

FIXTURE(fail) {
	struct lq_nl *nl;
	struct lq_load load;
};

FIXTURE_SETUP(fail)
{
	if (!lq_fault_possible())
		SKIP(return, LQ_FAULT_NONE);
	ASSERT_EQ(0, lq_net_new());
	lq_sysctl_set("net/ipv4/tcp_syncookies", 1);

	/* So that requests expire soon */
	lq_sysctl_set("net/ipv4/tcp_synack_retries", 1);
	self->nl = lq_nl_open();
	ASSERT_NE(NULL, self->nl);
	ASSERT_EQ(0, lq_load_listen(&self->load));
	ASSERT_EQ(0, lq_fault_begin());
}

FIXTURE_TEARDOWN(fail)
{
	if (!lq_fault_possible())
		return;
	lq_fault_rate(0);
	lq_load_close(&self->load);
	lq_close_all();
	EXPECT_EQ(0, lq_nl_differs(self->nl));
	lq_nl_close(self->nl);
	EXPECT_EQ(0, lq_errors);
}

/* Whatever they are told while there is no memory */
static void dump_forever(void)
{
	for (;;) {
		struct lq_nl *nl = lq_nl_open();
		struct lq_nl_totals totals;
		struct lq_nl_list list;

		if (!nl)
			continue;
		lq_nl_dump(nl, NULL, LQ_NL_BUFFER, &list);
		lq_nl_free(&list);
		lq_nl_get_totals(nl, &totals);
		lq_nl_close(nl);
		lq_sleep_ms(5);
	}
}

static void unshare_forever(void)
{
	for (;;) {
		if (!unshare(CLONE_NEWNET)) {
			lq_net_routes();
			lq_listen(LO, 9000, 1);
			lq_connect_begin(LO, 9000);
			lq_close_all();
		}
		lq_sleep_ms(20);
	}
}

static pid_t start(void (*run)(void))
{
	pid_t child;

	fflush(NULL);
	child = fork();
	if (child)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);

	/* It is told of errors, and has to be */
	if (!freopen("/dev/null", "w", stderr))
		_exit(1);
	run();
	_exit(0);
}

static void end(pid_t child)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

/* A listener without an entry has no laws of its own; all of them together do */
static int laws(void)
{
	struct lq_table *table = lq_read();
	int broken = lq_law_check(table, LQ_LAW_1 | LQ_LAW_3);

	lq_free(table);
	return broken;
}

static void hear(struct lq_nl *ear, struct lq_nl_events *heard,
		 unsigned int seconds)
{
	u64 end_at = lq_time_ms() + seconds * 1000;

	while (lq_time_ms() < end_at)
		lq_nl_hear(ear, heard, 100);
}

TEST_F_TIMEOUT(fail, under_load, SCENARIO_TIMEOUT)
{
	struct lq_nl *ear = nl_policy_subscriber();
	struct nl_policy_writers writers;
	struct lq_nl_events heard = { 0 };
	struct lq_nl_totals totals;
	pid_t dumper, unsharer;

	lq_nl_room(ear, 32 << 20);
	lq_fault_below(lq_range_of_module());
	lq_load_start(&self->load);
	ASSERT_EQ(0, nl_policy_write_start(&writers, WRITERS, true));
	dumper = start(dump_forever);
	unsharer = start(unshare_forever);
	lq_fault_rate(FAIL_PERCENT);
	hear(ear, &heard, SECONDS);
	lq_fault_rate(0);
	TH_LOG("there is memory again");
	end(dumper);
	end(unsharer);
	EXPECT_EQ(0, nl_policy_write_stop(&writers));
	EXPECT_LT(0, nl_policy_written(&writers));
	EXPECT_EQ(0, nl_policy_clear_all(self->nl));
	EXPECT_EQ(0, nl_policy_load_restored(&self->load));
	EXPECT_EQ(0, lq_load_stop(&self->load));
	TH_LOG("silence");
	hear(ear, &heard, 4);

	EXPECT_EQ(0, laws());
	EXPECT_EQ(0, lq_nl_differs(self->nl));
	ASSERT_EQ(0, lq_nl_get_totals(self->nl, &totals));
	TH_LOG("%llu events, %llu lost, %d heard, %d overruns", totals.events,
	       totals.events_lost, heard.n, heard.overruns);
	EXPECT_LT(0, totals.events_lost);
	EXPECT_GE(totals.events, totals.events_lost + heard.n);
	if (!heard.overruns)
		EXPECT_EQ(totals.events, totals.events_lost + heard.n);
	EXPECT_LT(0, lq_line("untracked", "syn_received") +
		     lq_line("total", "syn_received"));
	TH_LOG("%llu SYNs, %llu of them untracked",
	       lq_line("total", "syn_received"),
	       lq_line("untracked", "syn_received"));
	lq_nl_forget(&heard);
	lq_nl_close(ear);
}

/* What the test before has left */
FIXTURE(end) {
};

FIXTURE_SETUP(end)
{
	if (!lq_fault_possible())
		SKIP(return, LQ_FAULT_NONE);
}

FIXTURE_TEARDOWN(end)
{
	EXPECT_EQ(0, lq_errors);
}

TEST_F_TIMEOUT(end, leaks, SCENARIO_TIMEOUT)
{
	int leaks = lq_leaks();

	if (leaks == LQ_LEAKS_UNKNOWN)
		SKIP(return, "the kernel has no kmemleak");
	EXPECT_EQ(0, leaks);
}

TEST_HARNESS_MAIN
