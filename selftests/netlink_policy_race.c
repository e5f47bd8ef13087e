// SPDX-License-Identifier: GPL-2.0
/*
 * Two writers set and delete policies of all kinds on the listeners of a load,
 * on two CPUs. Afterwards the laws hold to the unit, every listener is as its
 * program left it, and no memory is gone.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lq_fault.h"
#include "nl_fixture.h"
#include "nl_policy.h"

#define SYNCOOKIES_FILE	"net/ipv4/tcp_syncookies"
#define SECONDS		(4 + lq_fewer(8))
#define LONG_SECONDS	(4 + lq_fewer(16))
#define WRITERS		2

FIXTURE(race) {
	struct lq_nl *nl;
	struct lq_load load;
};

FIXTURE_SETUP(race)
{
	ASSERT_EQ(0, lq_net_new());
	lq_sysctl_set(SYNCOOKIES_FILE, 1);

	/* So that requests expire soon */
	lq_sysctl_set("net/ipv4/tcp_synack_retries", 1);
	self->nl = lq_nl_open();
	ASSERT_NE(NULL, self->nl);
	ASSERT_EQ(0, lq_load_listen(&self->load));
}

FIXTURE_TEARDOWN(race)
{
	lq_nl_close(self->nl);
	lq_load_close(&self->load);
	lq_close_all();
	EXPECT_EQ(0, lq_laws());
	EXPECT_EQ(0, lq_errors);
}

#define RACE(name) TEST_F_TIMEOUT(race, name, SCENARIO_TIMEOUT)

/* So much longer at most when the host is slow */
#define PATIENCE	10

/* Something of everything is to be done, or it is no test. */
static const char *const doings[] = {
	"policy_refused", "policy_drop", "policy_reset", "policy_cookie",
	"established", "syncookie_recv", "listen_overflow", "syncookie_sent"
};

#define DOINGS	(sizeof(doings) / sizeof(*doings))

static bool all_done(struct lq_nl *nl)
{
	struct lq_nl_totals totals;

	if (lq_nl_get_totals(nl, &totals))
		return false;
	for (unsigned int i = 0; i < DOINGS; i++)
		if (!lq_nl_counter(&totals.total, doings[i]))
			return false;
	return true;
}

/*
 * Until so many policies were written, and something of everything was done.
 * Flipped: 0 makes policies that were right wrong, while they are in force.
 */
static void wait_for(const struct nl_policy_writers *writers, struct lq_nl *nl,
		     unsigned int seconds, u64 written, bool flip)
{
	u64 start = lq_time_ms(), passed = 0;

	for (int i = 0; passed < seconds * 1000 ||
	     (passed < PATIENCE * seconds * 1000 &&
	      (nl_policy_written(writers) < written || !all_done(nl)));
	     i++) {
		if (flip)
			lq_sysctl_set(SYNCOOKIES_FILE, i % 3);
		lq_sleep_ms(70);
		passed = lq_time_ms() - start;
	}
	if (flip)
		lq_sysctl_set(SYNCOOKIES_FILE, 1);
}

/* Return: how many policies were set */
static u64 run(struct __test_metadata *_metadata, struct lq_nl *nl,
	       struct lq_load *load, unsigned int seconds, u64 written,
	       bool flip)
{
	struct nl_policy_writers writers;

	lq_load_start(load);
	EXPECT_EQ(0, nl_policy_write_start(&writers, WRITERS, false));
	wait_for(&writers, nl, seconds, written, flip);
	EXPECT_EQ(0, nl_policy_write_stop(&writers));

	/* Deleted while the load is on, and for a while without */
	EXPECT_EQ(0, nl_policy_clear_all(nl));
	EXPECT_EQ(0, nl_policy_count(nl));
	EXPECT_EQ(0, nl_policy_load_restored(load));
	sleep(1);
	EXPECT_EQ(0, lq_load_stop(load));
	EXPECT_EQ(0, nl_policy_load_restored(load));
	EXPECT_EQ(0, lq_laws());
	EXPECT_EQ(0, lq_nl_differs(nl));
	lq_load_drain(load);
	return nl_policy_written(&writers);
}

static void check_done(struct __test_metadata *_metadata, struct lq_nl *nl)
{
	struct lq_nl_totals totals;

	ASSERT_EQ(0, lq_nl_get_totals(nl, &totals));
	for (unsigned int i = 0; i < DOINGS; i++) {
		u64 value = lq_nl_counter(&totals.total, doings[i]);

		TH_LOG("%s %llu", doings[i], value);
		EXPECT_LT(0, value);
	}
}

/* Afterwards a listener lets in as many as ever */
static void check_usable(struct __test_metadata *_metadata,
			 const struct lq_load *load)
{
	for (int i = 0; i < 3; i++) {
		int fd = load->fd[i];
		unsigned int room = lq_acceptq_max(fd) + 1;

		lq_accept_all(fd);
		EXPECT_EQ(room, lq_connect_fill(LO, 9000 + i, fd, room));
	}
}

RACE(laws)
{
	u64 written = run(_metadata, self->nl, &self->load, SECONDS,
			  5 * SECONDS + 1, false);

	EXPECT_LT(5 * SECONDS, written);
	check_done(_metadata, self->nl);
	check_usable(_metadata, &self->load);
	EXPECT_EQ(0, lq_laws());
}

/*
 * What the kernel itself keeps: percpu chunks, threads of its workqueues, connections
 * that are not quite closed. Up to 156 kB on the kernels of the matrix.
 */
#define NOISE_KB	256

/* Less than there is to a policy, in bytes */
#define POLICY_BYTES	128
#define SEEN_IF_LEAKED	(NOISE_KB * 1024 / POLICY_BYTES)

RACE(leaks)
{
	static struct lq_memory before, after;
	long grown;
	u64 written;

	run(_metadata, self->nl, &self->load, SECONDS, 0, true);
	/* It keeps a record of all memory, KASAN what was freed: that grows */
	if (lq_leaks_watched()) {
		EXPECT_EQ(0, lq_leaks());
		return;
	}
	lq_memory_settle(&before);
	written = run(_metadata, self->nl, &self->load, LONG_SECONDS,
		      SEEN_IF_LEAKED + 1, true);
	lq_memory_settle(&after);
	grown = after.slab_kb - before.slab_kb +
		after.percpu_kb - before.percpu_kb;
	TH_LOG("%ld kB more", grown);
	if (grown >= NOISE_KB)
		lq_memory_print(&before, &after);
	EXPECT_GT(NOISE_KB, grown);

	/* A leak of each would have been seen */
	EXPECT_LT(SEEN_IF_LEAKED, written);
}

TEST_HARNESS_MAIN
