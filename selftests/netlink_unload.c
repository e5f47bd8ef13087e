// SPDX-License-Identifier: GPL-2.0
/*
 * The family comes and goes with the module, whoever listens to it or asks it.
 * Loads and unloads the module itself.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "nl_fixture.h"

#define PORT		7000
#define OVERFLOW	LISTENQ_EPISODE_KIND_ACCEPTQ_OVERFLOW

FIXTURE(unload) {
};

FIXTURE_SETUP(unload)
{
	lq_many_files();
	ASSERT_FALSE(lq_loaded());
	ASSERT_EQ(0, lq_net_new());
}

FIXTURE_TEARDOWN(unload)
{
	if (lq_loaded())
		EXPECT_EQ(0, lq_rmmod());
	lq_close_all();
	EXPECT_EQ(0, lq_errors);
}

#define UNLOAD(name) TEST_F_TIMEOUT(unload, name, SCENARIO_TIMEOUT)

static struct lq_nl *subscriber(void)
{
	struct lq_nl *nl = lq_nl_open();

	if (nl && lq_nl_subscribe(nl))
		lq_error("can't subscribe: %s", strerror(errno));
	return nl;
}

UNLOAD(no_family_without_it)
{
	errno = 0;
	EXPECT_EQ(NULL, lq_nl_open());
	EXPECT_EQ(ENOENT, errno);
	ASSERT_EQ(0, lq_insmod(""));
	lq_nl_close(lq_nl_open());
	ASSERT_EQ(0, lq_rmmod());
	EXPECT_EQ(NULL, lq_nl_open());
}

/* Who only listens holds nobody up, and hears no more */
UNLOAD(subscriber)
{
	struct lq_nl_events heard = { 0 };
	struct lq_nl *ear, *next;
	int fd;

	ASSERT_EQ(0, lq_insmod(""));
	ear = subscriber();
	ASSERT_NE(NULL, ear);
	fd = lq_listen(LO, PORT, 0);
	ASSERT_EQ(1, lq_connect_fill(LO, PORT, fd, 1));
	ASSERT_EQ(0, lq_syn_flood(AF_INET, PORT, 1, 3));
	ASSERT_EQ(0, lq_rmmod());
	lq_nl_hear(ear, &heard, 100);
	lq_nl_forget(&heard);
	ASSERT_LE(0, lq_listen(LO, PORT + 1, 0));
	ASSERT_EQ(0, lq_syn_flood(AF_INET, PORT, 10, 3));
	EXPECT_EQ(0, lq_nl_hear(ear, &heard, 1500));

	/* A new one has nothing to do with the old one */
	ASSERT_EQ(0, lq_insmod(""));
	next = subscriber();
	ASSERT_LE(0, lq_listen(LO, PORT + 2, 0));
	EXPECT_TRUE(lq_nl_hear_until(next, &heard, heard.n == 1, 1000));
	EXPECT_EQ(0, lq_nl_event_laws(&heard, true, 0));
	lq_nl_forget(&heard);
	lq_nl_close(next);
	lq_nl_close(ear);
}

/* A dump that is under way needs the module */
UNLOAD(dump_under_way)
{
	char space[256];
	struct nlmsghdr *request = lq_nl_request(space,
						 LISTENQ_CMD_LISTENER_GET,
						 NLM_F_DUMP);
	struct lq_nl *nl;

	ASSERT_EQ(0, lq_insmod(""));
	for (int i = 0; i < 200; i++)
		ASSERT_LE(0, lq_listen(LO, PORT + i, 1));
	nl = lq_nl_open();
	ASSERT_EQ(0, lq_nl_send(nl, request));
	EXPECT_NE(0, lq_rmmod());
	EXPECT_TRUE(lq_loaded());
	lq_nl_close(nl);
	EXPECT_TRUE(lq_wait_until(lq_rmmod() == 0, 2000));
	EXPECT_FALSE(lq_loaded());
}

/* Older than the module: whose they are nobody knows, what they are one does */
UNLOAD(older_listeners)
{
	int fd = lq_listen(LO, PORT, 3), young;
	struct lq_nl_listener listener;
	struct lq_nl_totals totals;
	struct lq_nl *nl;

	ASSERT_EQ(2, lq_connect_fill(LO, PORT, fd, 2));
	ASSERT_EQ(0, lq_insmod(""));
	nl = lq_nl_open();
	young = lq_listen(LO, PORT + 1, 3);
	ASSERT_EQ(0, lq_nl_get_totals(nl, &totals));
	ASSERT_EQ(0, lq_nl_get_fd(nl, fd, &listener));
	EXPECT_EQ(-1, listener.comm_len);
	EXPECT_EQ(LQ_NONE, listener.pid);
	EXPECT_EQ(2, listener.figures.acceptq[LISTENQ_A_ACCEPTQ_START]);
	EXPECT_EQ(2, listener.figures.acceptq[LISTENQ_A_ACCEPTQ_LEN]);
	ASSERT_EQ(0, lq_nl_get_fd(nl, young, &listener));
	EXPECT_LT(0, listener.comm_len);
	EXPECT_EQ(0, lq_nl_differs(nl));
	lq_nl_close(nl);
}

/* Unloading is refused while a dump is under way: then a moment later */
static bool unloads(void)
{
	return lq_wait_until(lq_rmmod() == 0 || !lq_loaded(), 5000);
}

UNLOAD(under_load)
{
	enum { MOST_CYCLES = 10, LATE_MS = 10000 };
	int cycles = 4 + lq_fewer(MOST_CYCLES - 4);
	struct lq_nl *ear[MOST_CYCLES];
	struct lq_nl_asking asking;
	struct lq_load load;

	lq_sysctl_set("net/ipv4/tcp_synack_retries", 1);
	ASSERT_EQ(0, lq_load_listen(&load));

	/* The load is to be there, not to keep insmod and rmmod waiting */
	setpriority(PRIO_PROCESS, 0, 19);
	lq_load_start(&load);
	lq_nl_ask_start(&asking, 0);
	setpriority(PRIO_PROCESS, 0, 0);
	for (int i = 0; i < cycles; i++) {
		bool probes = i % 2 && lq_probes_possible();
		struct lq_nl_events heard = { 0 };
		bool listens = i / 2 % 2;

		ASSERT_EQ(0, lq_insmod(probes ? "hooks=probe event_period_ms=10"
					      : "event_quiet_ms=10"));
		ear[i] = subscriber();
		ASSERT_NE(NULL, ear[i]);

		/* Of the load one always hears; whether before rmmod, nobody knows. */
		if (!listens)
			lq_sleep_ms(i * 20);
		EXPECT_TRUE(!listens ||
			    lq_nl_hear_until(ear[i], &heard, heard.n, LATE_MS));
		lq_nl_forget(&heard);
		ASSERT_TRUE(unloads());
	}
	EXPECT_EQ(0, lq_nl_ask_stop(&asking));
	for (int i = 0; i < cycles; i++)
		lq_nl_close(ear[i]);
	EXPECT_EQ(0, lq_load_stop(&load));
	lq_load_close(&load);
	if (!lq_probes_possible())
		TH_LOG("%s", LQ_NO_PROBES);
}

TEST_HARNESS_MAIN
