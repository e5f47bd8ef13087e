// SPDX-License-Identifier: GPL-2.0
/*
 * The module goes in the middle of traffic, with policies of all kinds in force,
 * others about to end, and somebody who sets more. Each time every listener is
 * at once as its program left it. Loads and unloads the module itself.
 */
#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "nl_fixture.h"
#include "nl_policy.h"

#define CYCLES		20
#define POLICIES	60

FIXTURE(unload) {
	struct lq_load load;
	struct nl_policy_writers writers;
};

FIXTURE_SETUP(unload)
{
	ASSERT_FALSE(lq_loaded());
	ASSERT_EQ(0, lq_net_new());
	lq_sysctl_set("net/ipv4/tcp_syncookies", 1);
	lq_sysctl_set("net/ipv4/tcp_synack_retries", 1);
	ASSERT_EQ(0, lq_load_listen(&self->load));

	/* The load is to be there, not to keep insmod and rmmod waiting */
	setpriority(PRIO_PROCESS, 0, 19);
	lq_load_start(&self->load);
	ASSERT_EQ(0, nl_policy_write_start(&self->writers, 1, true));
	setpriority(PRIO_PROCESS, 0, 0);
}

FIXTURE_TEARDOWN(unload)
{
	if (lq_loaded())
		EXPECT_EQ(0, lq_rmmod());
	EXPECT_EQ(0, lq_errors);
}

/* Return: how many could be set */
static int set_some(unsigned int *seed, bool probes)
{
	struct lq_nl *nl = lq_nl_open();
	int n = 0;

	for (int i = 0; nl && i < POLICIES; i++) {
		struct nl_policy policy = nl_policy_any(seed);

		/* All that can be had with probes, and the rest now and then */
		if (probes && i % 4)
			policy = nl_policy_backlog_for(NULL, policy.port,
						       i % 10);
		n += !nl_policy_set(nl, &policy);
	}
	lq_nl_close(nl);
	return n;
}

/* Refused while a dump is under way: then a moment later */
static bool unloads(void)
{
	return lq_wait_until(lq_rmmod() == 0 || !lq_loaded(), 5000);
}

TEST_F_TIMEOUT(unload, in_force, SCENARIO_TIMEOUT)
{
	int set = 0, cycles = lq_fewer(CYCLES);
	unsigned int seed = 7;

	for (int i = 0; i < cycles; i++) {
		bool probes = i % 4 == 3 && lq_probes_possible();

		ASSERT_EQ(0, lq_insmod(probes ? "hooks=probe" :
						"hooks=replace"));
		set += set_some(&seed, probes);
		lq_sleep_ms(i % 8 * 25);
		ASSERT_TRUE(unloads());
		EXPECT_EQ(0, nl_policy_load_restored(&self->load));
	}
	if (!lq_probes_possible())
		TH_LOG("%s", LQ_NO_PROBES);
	TH_LOG("%d policies", set);
	EXPECT_LT(10 * cycles, set);
	EXPECT_EQ(0, nl_policy_write_stop(&self->writers));
	EXPECT_EQ(0, lq_load_stop(&self->load));
	EXPECT_EQ(0, nl_policy_load_restored(&self->load));
	lq_load_close(&self->load);
}

TEST_HARNESS_MAIN
