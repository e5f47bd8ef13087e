// SPDX-License-Identifier: GPL-2.0
/* Births and deaths: of listeners, of namespaces, and in between SYNs */
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lq_fixture.h"

#define PORT 7000

SCENARIO(restart)
{
	enum { BACKLOG = 2, LATE = 5 };
	int fd = lq_listen(LO, PORT, BACKLOG);
	struct lq_table *table;
	u64 id;

	ASSERT_EQ(0, lq_syn_flood(AF_INET, PORT, 1, 1));
	ASSERT_EQ(BACKLOG + 1, lq_connect_fill(LO, PORT, fd, BACKLOG + 1));
	ASSERT_EQ(0, lq_syn_flood(AF_INET, PORT, 10, LATE));
	EXPECT_QUEUES(fd, PORT, BACKLOG + 1, 1);
	id = lq_now(fd, "id");
	EXPECT_LINE(0, "closed", "syn_received");

	/* The line goes, its counts don't */
	lq_close(fd);
	table = lq_read();
	EXPECT_EQ(0, lq_count_port(table, PORT));
	lq_free(table);
	EXPECT_LINE(1 + BACKLOG + 1 + LATE, "closed", "syn_received");
	EXPECT_LINE(1 + BACKLOG + 1, "closed", "syn_queued");
	EXPECT_LINE(BACKLOG + 1, "closed", "established");
	EXPECT_LINE(BACKLOG + 1, "closed", "acceptq_discarded");
	EXPECT_LINE(BACKLOG + 1, "closed", "acceptq_peak");
	EXPECT_LINE(0, "closed", "accepted");
	EXPECT_LINE(LATE, "closed", "acceptq_overflow_syn");
	EXPECT_EQ(1, lq_syn_recv(PORT));
	EXPECT_LINE(1, "closed", "synq");
	EXPECT_EQ(0, lq_laws());

	/* A new one begins at nothing */
	fd = lq_listen(LO, PORT, BACKLOG);
	ASSERT_GE(fd, 0);
	EXPECT_NE(id, lq_now(fd, "id"));
	EXPECT_COLUMN(0, fd, "syn_received");
	EXPECT_COLUMN(0, fd, "acceptq_peak");
	EXPECT_COLUMN(0, fd, "synq_start");
	EXPECT_COLUMN(0, fd, "acceptq_start");
	ASSERT_EQ(1, lq_connect_fill(LO, PORT, fd, 1));
	EXPECT_COLUMN(1, fd, "established");
	EXPECT_LINE(BACKLOG + 1, "closed", "established");
	EXPECT_LINE(BACKLOG + 2, "total", "established");

	/* The orphaned request goes with its next timeout */
	lq_sleep_ms(1500);
	EXPECT_EQ(0, lq_syn_recv(PORT));
	EXPECT_LINE(0, "closed", "synq");
	EXPECT_LINE(1, "closed", "synq_other");
	EXPECT_LINE(0, "closed", "synq_expired");
}

/* A socket that listens again after shutdown() is a new listener */
SCENARIO(listen_again)
{
	int fd = lq_listen(LO, PORT, 3);
	u64 id;

	ASSERT_EQ(2, lq_connect_fill(LO, PORT, fd, 2));
	id = lq_now(fd, "id");
	ASSERT_EQ(0, shutdown(fd, SHUT_RD));
	EXPECT_LINE(2, "closed", "acceptq_discarded");
	ASSERT_EQ(0, listen(fd, 5));
	EXPECT_NE(id, lq_now(fd, "id"));
	EXPECT_COLUMN(5, fd, "acceptq_max");
	EXPECT_COLUMN(0, fd, "established");

	/* While listen() on a listener only changes its backlog */
	id = lq_now(fd, "id");
	ASSERT_EQ(1, lq_connect_fill(LO, PORT, fd, 1));
	ASSERT_EQ(0, listen(fd, 7));
	EXPECT_EQ(id, lq_now(fd, "id"));
	EXPECT_COLUMN(7, fd, "acceptq_max");
	EXPECT_COLUMN(1, fd, "established");
}

static long module_references(void)
{
	FILE *file = fopen("/proc/modules", "re");
	long references = -1, n;
	char line[512];

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "listenq %*d %ld", &n) == 1)
			references = n;
	if (file)
		fclose(file);
	return references;
}

/* In a child: a namespace with one listener at the parent's very address */
static int other_namespace(int ready, int go, unsigned int late)
{
	struct lq_table *table;
	char byte;
	int fd, bad;

	if (lq_net_new())
		return 1;
	fd = lq_listen(LO, PORT, 0);
	bad = lq_connect_fill(LO, PORT, fd, 1) != 1;
	bad += lq_syn_flood(AF_INET, PORT, 1, late);
	if (write(ready, "x", 1) != 1 || read(go, &byte, 1) != 1)
		return 1;
	table = lq_read();
	bad += lq_count_port(table, PORT) != 1;
	lq_free(table);
	bad += lq_mib("ListenOverflows") != late;
	bad += lq_now(fd, "acceptq_overflow_syn") != late;
	bad += lq_line("total", "acceptq_overflow_syn") != late;
	bad += lq_line("total", "syn_received") != late + 1;
	return bad || lq_laws() || lq_errors;
}

SCENARIO(namespaces)
{
	enum { MINE = 2, ROUNDS = 20 };
	int fd = lq_listen(LO, PORT, 0);
	long references = module_references();
	struct lq_table *table;

	EXPECT_LE(0, references);
	ASSERT_EQ(1, lq_connect_fill(LO, PORT, fd, 1));
	ASSERT_EQ(0, lq_syn_flood(AF_INET, PORT, 1, MINE));
	for (int i = 0; i < ROUNDS; i++) {
		int ready[2], go[2], status;
		char byte;
		pid_t child;

		ASSERT_EQ(0, pipe(ready) | pipe(go));
		child = fork();
		if (!child)
			_exit(other_namespace(ready[1], go[0], 3 + i));
		close(ready[1]);
		ASSERT_EQ(1, read(ready[0], &byte, 1));

		/* Both are there, neither sees the other */
		table = lq_read();
		EXPECT_EQ(1, lq_count_port(table, PORT));
		lq_free(table);
		EXPECT_COLUMN(MINE, fd, "acceptq_overflow_syn");
		EXPECT_LINE(MINE, "total", "acceptq_overflow_syn");
		ASSERT_EQ(1, write(go[1], "x", 1));
		ASSERT_EQ(child, waitpid(child, &status, 0));
		EXPECT_EQ(0, status);
		close(ready[0]);
		close(go[0]);
		close(go[1]);
	}

	/* What became of the others is nothing of ours */
	lq_sleep_ms(2000);
	EXPECT_COLUMN(MINE, fd, "acceptq_overflow_syn");
	EXPECT_LINE(MINE, "total", "acceptq_overflow_syn");
	EXPECT_LINE(0, "closed", "syn_received");
	EXPECT_EQ(references, module_references());
}

static void flood_forever(int port)
{
	for (unsigned int source = 0;; source += 50) {
		lq_syn_flood(AF_INET, port, source, 50);
		lq_sleep_ms(1);
	}
}

SCENARIO(port_reuse_race)
{
	enum { LIVES = 300 };
	u64 accepted = 0, synq, most;
	pid_t flood = fork();

	if (!flood)
		flood_forever(PORT);
	for (int i = 0; i < LIVES; i++) {
		int fd = lq_listen(LO, PORT, i % 4), client;

		ASSERT_GE(fd, 0);
		client = lq_connect_begin(LO, PORT);
		lq_sleep_ms(i % 3);
		if (i % 2)
			accepted += lq_accept_all(fd);
		lq_close(fd);
		lq_reset(client);
	}
	kill(flood, SIGKILL);
	ASSERT_EQ(flood, waitpid(flood, NULL, 0));
	EXPECT_GT(accepted, 0);
	EXPECT_GT(lq_line("closed", "syn_received"), (u64)LIVES);
	EXPECT_LINE(accepted, "closed", "accepted");
	/* They expire meanwhile */
	most = lq_syn_recv(PORT);
	synq = lq_line("closed", "synq");
	EXPECT_LE(synq, most);
	EXPECT_GE(synq, (u64)lq_syn_recv(PORT));
	EXPECT_EQ(0, lq_laws());

	/* The orphans of all those lives */
	lq_sleep_ms(4000);
	EXPECT_EQ(0, lq_syn_recv(PORT));
	EXPECT_LINE(0, "closed", "synq");
}

TEST_HARNESS_MAIN
