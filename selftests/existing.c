// SPDX-License-Identifier: GPL-2.0
/* Listeners that were there, with full queues, before the module was loaded */
#include <string.h>
#include <unistd.h>

#include "lq_fixture.h"

#define FULL		7000	/* accept queue full */
#define HALF_OPEN	7001	/* requests in the SYN queue */
#define BOTH		7002	/* both families */
#define IDLE		7003

#define OWNER_UID	4321

FIXTURE(existing) {
	struct lq_mibs base;
	int full, half_open, both, idle;
	int client;
};

FIXTURE_VARIANT(existing) {
	const char *args;
};

FIXTURE_VARIANT_ADD(existing, replace) {
	.args = "hooks=replace",
};

FIXTURE_VARIANT_ADD(existing, probe) {
	.args = "hooks=probe",
};

FIXTURE_SETUP(existing)
{
	if (!lq_probes_possible() && !strcmp(variant->args, "hooks=probe"))
		SKIP(return, LQ_NO_PROBES);
	ASSERT_FALSE(lq_loaded());
	ASSERT_EQ(0, lq_net_new());
	lq_sysctl_set("net/ipv4/tcp_syncookies", 1);

	/* Counts of before, which must not be seen afterwards */
	self->full = lq_listen(LO, FULL, 3);
	ASSERT_EQ(4, lq_connect_fill(LO, FULL, self->full, 4));
	ASSERT_EQ(0, lq_syn_flood(AF_INET, FULL, 1, 6));
	ASSERT_EQ(6, lq_mib("ListenOverflows"));

	/* Three requests nobody completes and one that somebody will */
	self->half_open = lq_listen(LO, HALF_OPEN, 10);
	ASSERT_EQ(0, lq_syn_flood(AF_INET, HALF_OPEN, 10, 3));
	ASSERT_EQ(0, lq_hold(self->half_open));
	self->client = lq_connect(LO, HALF_OPEN);
	ASSERT_GE(self->client, 0);
	ASSERT_EQ(0, lq_release(self->half_open));

	self->both = lq_listen("*", BOTH, 10);
	ASSERT_EQ(1, lq_connect_fill(LO, BOTH, self->both, 1));
	ASSERT_EQ(1, lq_connect_fill(LO6, BOTH, self->both, 1));

	ASSERT_EQ(0, seteuid(OWNER_UID));
	self->idle = lq_listen(LO6, IDLE, 5);
	ASSERT_EQ(0, seteuid(0));

	lq_mibs_read(&self->base);
	ASSERT_EQ(0, lq_insmod(variant->args));
}

FIXTURE_TEARDOWN(existing)
{
	lq_close_all();
	EXPECT_EQ(0, lq_errors);
	EXPECT_EQ(0, lq_rmmod());
}

static void check_start(struct __test_metadata *_metadata, int fd, int port,
			unsigned int acceptq, unsigned int synq)
{
	struct lq_table *table = lq_read();
	const struct lq_row *row = lq_row_of(table, fd);

	EXPECT_EQ(acceptq, lq_acceptq(fd));
	EXPECT_EQ(synq, lq_syn_recv(port));
	EXPECT_EQ(acceptq, lq_num(row, "acceptq"));
	EXPECT_EQ(acceptq, lq_num(row, "acceptq_start"));
	EXPECT_LE(acceptq, lq_num(row, "acceptq_peak"));
	EXPECT_NE(LQ_NONE, lq_num(row, "acceptq_peak"));
	EXPECT_EQ(lq_acceptq_max(fd), lq_num(row, "acceptq_max"));
	EXPECT_EQ(synq, lq_num(row, "synq"));
	EXPECT_EQ(synq, lq_num(row, "synq_start"));
	EXPECT_EQ(0, lq_num(row, "syn_received"));
	EXPECT_EQ(0, lq_num(row, "established"));
	EXPECT_EQ(0, lq_num(row, "accepted"));
	EXPECT_EQ(0, lq_num(row, "listen_overflow"));
	EXPECT_STREQ("-", lq_text(row, "owner"));
	lq_free(table);
}

TEST_F_TIMEOUT(existing, seen_at_once, SCENARIO_TIMEOUT)
{
	struct lq_table *table;

	check_start(_metadata, self->full, FULL, 4, 0);
	check_start(_metadata, self->half_open, HALF_OPEN, 0, 4);
	check_start(_metadata, self->both, BOTH, 2, 0);
	check_start(_metadata, self->idle, IDLE, 0, 0);
	EXPECT_COLUMN(OWNER_UID, self->idle, "uid");
	EXPECT_COLUMN(0, self->full, "uid");
	EXPECT_LINE(0, "kernel", "listen_overflow");
	EXPECT_LINE(0, "total", "listen_overflow");
	EXPECT_EQ(0, lq_laws_since(&self->base));

	/* Each once */
	table = lq_read();
	for (int port = FULL; port <= IDLE; port++)
		EXPECT_EQ(1, lq_count_port(table, port));
	lq_free(table);
}

TEST_F_TIMEOUT(existing, laws_hold_afterwards, SCENARIO_TIMEOUT)
{
	EXPECT_EQ(4, lq_accept_all(self->full));
	EXPECT_EQ(2, lq_accept_all(self->both));
	EXPECT_COLUMN(4, self->full, "accepted");
	EXPECT_COLUMN(2, self->both, "accepted");
	EXPECT_EQ(0, lq_laws_since(&self->base));

	/* A request of before is completed after */
	ASSERT_EQ(1, write(self->client, "x", 1));
	EXPECT_TRUE(lq_wait_until(lq_acceptq(self->half_open) == 1, 2000));
	EXPECT_COLUMN(1, self->half_open, "established");
	EXPECT_COLUMN(0, self->half_open, "syn_received");
	EXPECT_COLUMN(3, self->half_open, "synq");
	EXPECT_EQ(1, lq_accept_all(self->half_open));
	EXPECT_COLUMN(1, self->half_open, "accepted");
	EXPECT_EQ(0, lq_laws_since(&self->base));

	/* And new ones are counted as everywhere */
	ASSERT_EQ(4, lq_connect_fill(LO, FULL, self->full, 4));
	ASSERT_EQ(0, lq_syn_flood(AF_INET, FULL, 100, 3));
	EXPECT_COLUMN(3, self->full, "acceptq_overflow_syn");
	EXPECT_EQ(9, lq_mib("ListenOverflows"));
	EXPECT_LINE(3, "kernel", "listen_overflow");
	EXPECT_EQ(0, lq_laws_since(&self->base));
	lq_close_all();
	EXPECT_EQ(0, lq_laws_since(&self->base));
}

TEST_HARNESS_MAIN
