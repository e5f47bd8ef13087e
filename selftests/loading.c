// SPDX-License-Identifier: GPL-2.0
/* Loading: refused whole and with a reason, or done and readable */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lq_fixture.h"

#define FTRACE	"kernel/ftrace_enabled"
#define PORT	6000

FIXTURE(loading) {
	int log;
};

FIXTURE_SETUP(loading)
{
	ASSERT_EQ(0, lq_net_routes());
	ASSERT_FALSE(lq_loaded());
	self->log = lq_log_open();
	ASSERT_LE(0, self->log);
}

FIXTURE_TEARDOWN(loading)
{
	lq_sysctl_restore();
	if (lq_loaded())
		EXPECT_EQ(0, lq_rmmod());
	EXPECT_FALSE(lq_anything_left());
	EXPECT_EQ(0, lq_errors);
	close(self->log);
}

/* Refused with one line that names the culprit, and the next load works */
#define EXPECT_REFUSED(expected, args, word) do {			\
	bool named;							\
									\
	lq_log_lines(self->log, "", &named);				\
	EXPECT_EQ(-1, lq_insmod(args));					\
	EXPECT_EQ(expected, errno);					\
	EXPECT_EQ(1, lq_log_lines(self->log, word, &named));		\
	EXPECT_TRUE(named);						\
	EXPECT_FALSE(lq_anything_left());				\
} while (0)

TEST_F(loading, bad_parameters)
{
	EXPECT_REFUSED(EINVAL, "hooks=garbage", "hooks=garbage");
	EXPECT_REFUSED(EINVAL, "accept_maxactive=0", "accept_maxactive=0");
	EXPECT_REFUSED(EINVAL, "accept_maxactive=100000", "accept_maxactive");
	EXPECT_EQ(0, lq_insmod(""));
}

/* Return: why it can't be done */
static int ftrace_off(void)
{
	int fd = open("/proc/sys/" FTRACE, O_WRONLY | O_CLOEXEC);
	int failed = write(fd, "0", 1) < 0 ? errno : 0;

	close(fd);
	return failed;
}

/* Hooks that would never fire are no hooks */
TEST_F(loading, ftrace_switched_off)
{
	ASSERT_EQ(0, lq_sysctl_set(FTRACE, 1));
	if (ftrace_off() == EOPNOTSUPP)
		SKIP(return, "this kernel does not let ftrace be switched off");
	ASSERT_EQ(0, lq_sysctl_set(FTRACE, 0));
	EXPECT_REFUSED(EBUSY, "hooks=replace", "ftrace_enabled");
	EXPECT_REFUSED(EBUSY, "hooks=auto", "ftrace_enabled");
	EXPECT_REFUSED(EBUSY, "hooks=probe", "ftrace_enabled");
	ASSERT_EQ(0, lq_sysctl_set(FTRACE, 1));
	EXPECT_EQ(0, lq_insmod("hooks=replace"));
	/* And nobody takes it away while they are there. */
	EXPECT_EQ(EBUSY, ftrace_off());
	EXPECT_EQ(1, lq_sysctl_get(FTRACE));
}

/* How each function is hooked, and how often it was called, can be read */
TEST_F(loading, hooks_can_be_read)
{
	static const char *const args[] = { "hooks=replace", "hooks=probe" };
	static const char *const way[] = { "replace", "probe" };

	int modes = lq_probes_possible() ? 2 : 1;

	for (int mode = 0; mode < modes; mode++) {
		int fd;

		ASSERT_EQ(0, lq_insmod(args[mode]));
		fd = lq_listen(LO, PORT, 8);
		EXPECT_EQ(3, lq_connect_fill(LO, PORT, fd, 3));
		EXPECT_EQ(3, lq_accept_all(fd));
		EXPECT_TRUE(lq_hooked("tcp_conn_request", way[mode], 3));
		EXPECT_TRUE(lq_hooked("tcp_check_req", way[mode], 3));
		lq_close_all();
		if (lq_probes_possible())
			EXPECT_TRUE(lq_hooked("inet_csk_listen_stop", "entry",
					      1));
		EXPECT_EQ(0, lq_rmmod());
	}
	if (!lq_probes_possible())
		EXPECT_REFUSED(EOPNOTSUPP, "hooks=probe", "PREEMPT_RT");
}

/* Without an entry a verdict is still counted, and law 3 still holds */
TEST_F(loading, untracked)
{
	struct lq_table *table;
	int first, second;

	ASSERT_EQ(0, lq_insmod("max_listeners=1"));
	first = lq_listen(LO, PORT, 0);
	second = lq_listen(LO, PORT + 1, 0);
	ASSERT_EQ(0, lq_syn_flood(AF_INET, PORT, 1, 1));
	ASSERT_EQ(1, lq_connect_fill(LO, PORT + 1, second, 1));
	ASSERT_EQ(0, lq_syn_flood(AF_INET, PORT + 1, 100, 4));
	EXPECT_COLUMN(1, first, "syn_received");
	EXPECT_LINE(5, "untracked", "syn_received");
	EXPECT_LINE(1, "untracked", "established");
	EXPECT_LINE(4, "untracked", "acceptq_overflow_syn");
	table = lq_read();
	EXPECT_EQ(0, lq_count_port(table, PORT + 1));
	EXPECT_EQ(0, lq_law_check(table, LQ_LAW_1 | LQ_LAW_3));
	lq_free(table);
	lq_close_all();
}

TEST_HARNESS_MAIN
