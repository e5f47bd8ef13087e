// SPDX-License-Identifier: GPL-2.0
/*
 * Everything at once on two CPUs: meanwhile no figure ever falls from one dump
 * to the next, and afterwards the dump, /proc, ss and nstat say the same.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "nl_fixture.h"

#define SECONDS 8

FIXTURE(load) {
	struct lq_nl *nl;
	struct lq_load load;
};

FIXTURE_SETUP(load)
{
	ASSERT_EQ(0, lq_net_new());
	lq_sysctl_set("net/ipv4/tcp_syncookies", 1);

	/* So that requests expire soon */
	lq_sysctl_set("net/ipv4/tcp_synack_retries", 1);
	self->nl = lq_nl_open();
	ASSERT_NE(NULL, self->nl);
	ASSERT_EQ(0, lq_load_listen(&self->load));
	lq_load_start(&self->load);
}

FIXTURE_TEARDOWN(load)
{
	lq_nl_close(self->nl);
	lq_load_close(&self->load);
	lq_close_all();
	EXPECT_EQ(0, lq_errors);
}

static int fell(const char *of, const u64 *before, const u64 *after, int max)
{
	int n = 0;

	for (int i = 2; i <= max; i++) {
		if (before[i] == after[i] ||
		    (before[i] != LQ_NONE && after[i] != LQ_NONE &&
		     before[i] < after[i]))
			continue;
		fprintf(stderr, "# %s: attribute %d went from %lld to %lld\n",
			of, i, before[i], after[i]);
		n++;
	}
	return n;
}

static int histogram_fell(const char *of, const struct lq_nl_histogram *before,
			  const struct lq_nl_histogram *after)
{
	int n = before->n > after->n;

	for (unsigned int i = 0; i < before->n; i++)
		n += before->bucket[i] > after->bucket[i];
	if (n)
		fprintf(stderr, "# %s: a histogram lost something\n", of);
	return n;
}

static int sum_fell(const char *of, const struct lq_nl_sum *before,
		    const struct lq_nl_sum *after)
{
	return fell(of, before->counters, after->counters,
		    LISTENQ_A_COUNTERS_MAX) +
	       (before->acceptq[LISTENQ_A_ACCEPTQ_PEAK] >
		after->acceptq[LISTENQ_A_ACCEPTQ_PEAK]) +
	       (before->synq[LISTENQ_A_SYNQ_PEAK] >
		after->synq[LISTENQ_A_SYNQ_PEAK]) +
	       histogram_fell(of, &before->handshake, &after->handshake) +
	       histogram_fell(of, &before->accept_wait, &after->accept_wait);
}

static int list_fell(const struct lq_nl_list *before,
		     const struct lq_nl_list *after)
{
	int n = 0;

	for (int i = 0; i < after->n; i++) {
		const struct lq_nl_listener *listener = &after->listener[i];
		const struct lq_nl_listener *was = lq_nl_find(before,
							      listener->id);

		if (was)
			n += sum_fell(lq_nl_local(listener), &was->figures,
				      &listener->figures);
	}
	return n;
}

static int totals_fell(const struct lq_nl_totals *before,
		       const struct lq_nl_totals *after)
{
	return sum_fell("closed", &before->closed, &after->closed) +
	       sum_fell("total", &before->total, &after->total) +
	       fell("kernel", before->kernel, after->kernel,
		    LISTENQ_A_COUNTERS_MAX) +
	       (before->events > after->events) +
	       (before->events_lost > after->events_lost);
}

/* What ss and the kernel's counters say, none of it by way of the module */
static int differs_from_kernel(struct lq_nl *nl, const struct lq_load *load)
{
	struct lq_nl_totals totals;
	int n = 0;

	if (lq_nl_get_totals(nl, &totals))
		return 1;
	for (const struct lq_mib_column *c = lq_mib_columns; c->column; c++) {
		u64 kernel = lq_mib(c->mib);

		if (lq_nl_counter(&totals.total, c->column) == kernel)
			continue;
		fprintf(stderr, "# %s is not %llu as %s\n", c->column, kernel,
			c->mib);
		n++;
	}
	for (int i = 0; i < LQ_LOAD_LISTENERS; i++) {
		struct lq_queues queues = { 0 };
		struct lq_nl_listener listener;
		const u64 *acceptq = listener.figures.acceptq;

		if (lq_nl_get_fd(nl, load->fd[i], &listener) ||
		    lq_ss_queues(listener.port, &queues) ||
		    acceptq[LISTENQ_A_ACCEPTQ_LEN] != queues.acceptq ||
		    acceptq[LISTENQ_A_ACCEPTQ_LIMIT] != queues.acceptq_max ||
		    lq_nl_counter(&listener.figures, "accepted") !=
		    lq_load_accepted(load, i)) {
			fprintf(stderr, "# %s differs from ss or its server\n",
				lq_nl_local(&listener));
			n++;
		}
	}
	return n;
}

TEST_F_TIMEOUT(load, agreement, SCENARIO_TIMEOUT)
{
	struct lq_nl_totals totals[2];
	struct lq_nl_list list[2];
	unsigned int turn = 1;

	ASSERT_EQ(0, lq_nl_dump(self->nl, NULL, LQ_NL_BUFFER, &list[0]));
	ASSERT_EQ(0, lq_nl_get_totals(self->nl, &totals[0]));
	for (u64 end = lq_time_ms() + SECONDS * 1000; lq_time_ms() < end;
	     turn++) {
		struct lq_nl_list *now = &list[turn % 2];
		struct lq_nl_list *before = &list[(turn + 1) % 2];

		ASSERT_EQ(0, lq_nl_dump(self->nl, NULL, LQ_NL_BUFFER, now));
		ASSERT_EQ(0, lq_nl_get_totals(self->nl, &totals[turn % 2]));
		EXPECT_LE(LQ_LOAD_LISTENERS, now->n);
		EXPECT_EQ(0, list_fell(before, now));
		EXPECT_EQ(0, totals_fell(&totals[(turn + 1) % 2],
					 &totals[turn % 2]));
		lq_nl_free(before);
	}
	TH_LOG("%u dumps", turn);
	EXPECT_LT(10, turn);
	EXPECT_EQ(0, lq_load_stop(&self->load));

	EXPECT_EQ(0, lq_nl_differs(self->nl));
	EXPECT_EQ(0, differs_from_kernel(self->nl, &self->load));
	EXPECT_EQ(0, lq_laws());
	ASSERT_EQ(0, lq_nl_get_totals(self->nl, &totals[0]));
	EXPECT_LT(0, lq_nl_counter(&totals[0].total, "listen_overflow"));
	EXPECT_LT(0, lq_nl_counter(&totals[0].total, "syncookie_sent"));
	EXPECT_LT(0, lq_nl_counter(&totals[0].closed, "syn_received"));
}

TEST_HARNESS_MAIN
