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
#define PATIENCE	6

/*
 * Until both are reached. Flipped: 0 makes policies that were right wrong, while
 * they are in force.
 */
static void wait_for(const struct nl_policy_writers *writers,
		     unsigned int seconds, u64 written, bool flip)
{
	u64 start = lq_time_ms(), passed = 0;

	for (int i = 0; passed < seconds * 1000 ||
	     (passed < PATIENCE * seconds * 1000 &&
	      nl_policy_written(writers) < written); i++) {
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
	wait_for(&writers, seconds, written, flip);
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

/* That something of everything was done, or it was no test */
static void check_done(struct __test_metadata *_metadata, struct lq_nl *nl)
{
	static const char *const columns[] = {
		"policy_refused", "policy_drop", "policy_reset",
		"policy_cookie", "established", "syncookie_recv",
		"listen_overflow", "syncookie_sent"
	};
	struct lq_nl_totals totals;

	ASSERT_EQ(0, lq_nl_get_totals(nl, &totals));
	for (unsigned int i = 0; i < sizeof(columns) / sizeof(*columns); i++) {
		u64 value = lq_nl_counter(&totals.total, columns[i]);

		TH_LOG("%s %llu", columns[i], value);
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

static long memory_kb(const char *name)
{
	FILE *file = fopen("/proc/meminfo", "re");
	size_t len = strlen(name);
	long value = -1;
	char line[128];

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, name, len) && line[len] == ':')
			value = atol(line + len + 1);
	if (file)
		fclose(file);
	return value;
}

/* Seconds without less memory in use that count as silence, and the limit */
#define SETTLED		8
#define SETTLE_LIMIT	60

/* What is leaked never comes back: the least that was seen in silence */
static long settled_kb(void)
{
	long least = memory_kb("SUnreclaim") + memory_kb("Percpu");

	lq_net_forget();
	for (int i = 0, quiet = 0; i < SETTLE_LIMIT && quiet < SETTLED; i++) {
		long now;

		sleep(1);
		now = memory_kb("SUnreclaim") + memory_kb("Percpu");
		quiet = now < least ? 0 : quiet + 1;
		if (now < least)
			least = now;
	}
	return least;
}

/* What the kernel itself keeps back: up to 220 kB on the kernels of the matrix */
#define NOISE_KB	320

/* Less than there is to a policy, in bytes */
#define POLICY_BYTES	128
#define SEEN_IF_LEAKED	(NOISE_KB * 1024 / POLICY_BYTES)

RACE(leaks)
{
	long before, after;
	u64 written;

	run(_metadata, self->nl, &self->load, SECONDS, 0, true);
	/* It keeps a record of all memory, KASAN what was freed: that grows */
	if (!access(LQ_KMEMLEAK, F_OK)) {
		EXPECT_EQ(0, lq_leaks());
		return;
	}
	before = settled_kb();
	written = run(_metadata, self->nl, &self->load, LONG_SECONDS,
		      SEEN_IF_LEAKED + 1, true);
	after = settled_kb();
	TH_LOG("%ld kB, then %ld kB", before, after);
	EXPECT_GT(before + NOISE_KB, after);

	/* A leak of each would have been seen */
	EXPECT_LT(SEEN_IF_LEAKED, written);
}

TEST_HARNESS_MAIN
