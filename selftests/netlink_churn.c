// SPDX-License-Identifier: GPL-2.0
/*
 * Dumps of 5,000 listeners that open and close all the time, at every size of
 * receive buffer: none twice, none missing that was there all along, in the
 * order of their ids, and NLM_F_DUMP_INTR when the set changed and only then.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "nl_fixture.h"

#define CHILDREN	4
#define PORTS		50
#define FIRST_PORT	10000

/* Of so many one stays */
#define STAYS		5

#define MOST_OF_A_CHILD	1250
#define OF_A_CHILD	((int)lq_fewer(MOST_OF_A_CHILD / STAYS) * STAYS)
#define LISTENERS	(CHILDREN * OF_A_CHILD)

struct shared {
	bool pause;
	u64 changes;
	int paused;
};

FIXTURE(churn) {
	struct shared *shared;
	pid_t child[CHILDREN];
	struct lq_nl *nl;
};

FIXTURE_VARIANT(churn) {
	size_t buffer;
};

FIXTURE_VARIANT_ADD(churn, one_message) {
	.buffer = 2 << 10,
};

FIXTURE_VARIANT_ADD(churn, exactly) {
	.buffer = LQ_NL_FITTING,
};

FIXTURE_VARIANT_ADD(churn, size_4k) {
	.buffer = 4 << 10,
};

FIXTURE_VARIANT_ADD(churn, size_16k) {
	.buffer = 16 << 10,
};

FIXTURE_VARIANT_ADD(churn, size_64k) {
	.buffer = 64 << 10,
};

/* Many addresses, so that ports suffice and no hash chain is long */
static int open_one(int child, int i)
{
	char address[32];

	snprintf(address, sizeof(address), "127.%d.%d.%d", 1 + child,
		 i / PORTS, 1 + i % PORTS);
	return lq_listen(address, FIRST_PORT + i % PORTS, 1);
}

static bool stays(int i)
{
	return i % STAYS == 0;
}

static void wait_while_paused(struct shared *shared)
{
	if (!__atomic_load_n(&shared->pause, __ATOMIC_SEQ_CST))
		return;
	__atomic_add_fetch(&shared->paused, 1, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&shared->pause, __ATOMIC_SEQ_CST))
		lq_sleep_ms(1);
	__atomic_sub_fetch(&shared->paused, 1, __ATOMIC_SEQ_CST);
}

/* Forever: one closes and opens again, with a pause now and then */
static void churn(struct shared *shared, int child, int ready)
{
	static int fd[MOST_OF_A_CHILD];
	unsigned int seed = 1 + child;

	for (int i = 0; i < OF_A_CHILD; i++)
		fd[i] = open_one(child, i);
	if (write(ready, "x", 1) != 1)
		return;
	for (;;) {
		int i = rand_r(&seed) % OF_A_CHILD;

		wait_while_paused(shared);
		if (stays(i))
			continue;
		lq_close(fd[i]);
		fd[i] = open_one(child, i);
		__atomic_add_fetch(&shared->changes, 2, __ATOMIC_SEQ_CST);
		if (rand_r(&seed) % 4 == 0)
			lq_sleep_ms(1);
	}
}

static void set_pause(struct shared *shared, bool pause)
{
	__atomic_store_n(&shared->pause, pause, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&shared->paused, __ATOMIC_SEQ_CST) !=
	       (pause ? CHILDREN : 0))
		lq_sleep_ms(1);
}

static pid_t start(struct shared *shared, int child, int ready)
{
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		churn(shared, child, ready);
		_exit(1);
	}
	return pid;
}

FIXTURE_SETUP(churn)
{
	int ready[2];
	char byte;

	lq_many_files();
	ASSERT_EQ(0, lq_net_new());
	self->nl = lq_nl_open();
	ASSERT_NE(NULL, self->nl);
	self->shared = mmap(NULL, sizeof(*self->shared),
			    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			    -1, 0);
	ASSERT_NE(MAP_FAILED, self->shared);
	ASSERT_EQ(0, pipe(ready));
	for (int i = 0; i < CHILDREN; i++)
		self->child[i] = start(self->shared, i, ready[1]);
	for (int i = 0; i < CHILDREN; i++)
		ASSERT_EQ(1, read(ready[0], &byte, 1));
}

FIXTURE_TEARDOWN(churn)
{
	for (int i = 0; i < CHILDREN; i++) {
		kill(self->child[i], SIGKILL);
		EXPECT_EQ(self->child[i], waitpid(self->child[i], NULL, 0));
	}
	lq_nl_close(self->nl);
	EXPECT_EQ(0, lq_errors);
}

/* Only the ids and names are of interest, and they are many */
struct ids {
	u64 *id;
	int n;
	int staying;
	struct lq_nl_answer answer;
};

static bool is_staying(const struct lq_nl_listener *listener)
{
	int i = listener->address[2] * PORTS + listener->address[3] - 1;

	return listener->address[0] == 127 && stays(i) &&
	       listener->port == FIRST_PORT + i % PORTS;
}

static void take(const struct nlmsghdr *message, void *data)
{
	struct lq_nl_listener listener;
	struct ids *ids = data;

	lq_nl_parse_listener(message, &listener);
	ids->staying += is_staying(&listener);
	if (ids->n < 2 * LISTENERS)
		ids->id[ids->n] = listener.id;
	ids->n++;
}

static int dump(struct lq_nl *nl, size_t buffer, struct ids *ids)
{
	char space[256];
	struct nlmsghdr *request = lq_nl_request(space,
						 LISTENQ_CMD_LISTENER_GET,
						 NLM_F_DUMP);

	ids->n = 0;
	ids->staying = 0;
	return lq_nl_talk(nl, request, buffer, take, ids, &ids->answer);
}

static int not_ascending(const struct ids *ids)
{
	int n = 0;

	for (int i = 1; i < ids->n; i++)
		n += ids->id[i - 1] >= ids->id[i];
	return n;
}

static bool has(const struct ids *ids, u64 id)
{
	int low = 0, high = ids->n;

	while (low < high) {
		int middle = (low + high) / 2;

		if (ids->id[middle] == id)
			return true;
		if (ids->id[middle] < id)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/* Those in the dump before and in the one after are all in this one */
static void check_missing(struct __test_metadata *_metadata,
			  const struct ids *before, const struct ids *now,
			  const struct ids *after)
{
	int stayed = 0, missing = 0;

	for (int i = 0; i < before->n; i++) {
		if (!has(after, before->id[i]))
			continue;
		stayed++;
		missing += !has(now, before->id[i]);
	}
	EXPECT_EQ(0, missing);

	/* More than those that stay forever, or this is nothing new */
	EXPECT_LT(LISTENERS / STAYS, stayed);
}

#define DUMPS 4

static void check_dump(struct __test_metadata *_metadata,
		       const struct ids *ids)
{
	EXPECT_FALSE(ids->answer.truncated);
	EXPECT_TRUE(ids->answer.done);
	EXPECT_EQ(0, not_ascending(ids));
	EXPECT_EQ(LISTENERS / STAYS, ids->staying);
	EXPECT_LT(LISTENERS / 2, ids->n);
}

static u64 changes(const struct shared *shared)
{
	return __atomic_load_n(&shared->changes, __ATOMIC_SEQ_CST);
}

TEST_F_TIMEOUT(churn, while_it_changes, SCENARIO_TIMEOUT)
{
	struct ids ids[DUMPS];

	for (int i = 0; i < DUMPS; i++) {
		u64 before = changes(self->shared), begin = lq_time_ms();

		ids[i].id = calloc(2 * LISTENERS, sizeof(u64));
		ASSERT_EQ(0, dump(self->nl, variant->buffer, &ids[i]));
		check_dump(_metadata, &ids[i]);

		/* It changed, before the last of many datagrams was made */
		EXPECT_LT(before + 10, changes(self->shared));
		EXPECT_TRUE(ids[i].answer.interrupted);
		TH_LOG("%d listeners in %u datagrams, %llu ms, %llu changes meanwhile",
		       ids[i].n, ids[i].answer.datagrams,
		       lq_time_ms() - begin, changes(self->shared) - before);
	}
	for (int i = 1; i < DUMPS - 1; i++)
		check_missing(_metadata, &ids[i - 1], &ids[i], &ids[i + 1]);

	/* Nothing changes: all of them, and nothing to be told */
	set_pause(self->shared, true);
	ASSERT_EQ(0, dump(self->nl, variant->buffer, &ids[0]));
	ASSERT_EQ(0, dump(self->nl, variant->buffer, &ids[1]));
	check_dump(_metadata, &ids[0]);
	EXPECT_FALSE(ids[0].answer.interrupted);
	EXPECT_FALSE(ids[1].answer.interrupted);
	EXPECT_EQ(LISTENERS, ids[0].n);
	ASSERT_EQ(LISTENERS, ids[1].n);
	EXPECT_EQ(0, memcmp(ids[0].id, ids[1].id, ids[0].n * sizeof(u64)));
	set_pause(self->shared, false);
	for (int i = 0; i < DUMPS; i++)
		free(ids[i].id);
}

FIXTURE(step) {
	struct lq_nl *nl;
};

FIXTURE_SETUP(step)
{
	ASSERT_EQ(0, lq_net_new());
	self->nl = lq_nl_open();
	ASSERT_NE(NULL, self->nl);
}

FIXTURE_TEARDOWN(step)
{
	lq_nl_close(self->nl);
	lq_close_all();
	EXPECT_EQ(0, lq_errors);
}

#define FEW 100

/* The dump is begun; what happens before the rest of it is the caller's */
static void begin_dump(struct __test_metadata *_metadata, struct lq_nl *nl,
		       int *fd)
{
	char space[256];
	struct nlmsghdr *request = lq_nl_request(space,
						 LISTENQ_CMD_LISTENER_GET,
						 NLM_F_DUMP);

	for (int i = 0; i < FEW; i++) {
		fd[i] = lq_listen(LO, FIRST_PORT + i, 1);
		ASSERT_LE(0, fd[i]);
	}
	ASSERT_EQ(0, lq_nl_send(nl, request));
}

static int end_dump(struct lq_nl *nl, struct lq_nl_answer *answer)
{
	return lq_nl_receive(nl, nl->seq, 4096, NULL, NULL, answer);
}

TEST_F(step, nothing)
{
	struct lq_nl_answer answer;
	int fd[FEW];

	begin_dump(_metadata, self->nl, fd);
	ASSERT_EQ(0, end_dump(self->nl, &answer));
	EXPECT_FALSE(answer.interrupted);
	EXPECT_EQ(FEW, answer.messages);
}

TEST_F(step, birth)
{
	struct lq_nl_answer answer;
	int fd[FEW];

	begin_dump(_metadata, self->nl, fd);
	ASSERT_LE(0, lq_listen(LO, FIRST_PORT + FEW, 1));
	ASSERT_EQ(0, end_dump(self->nl, &answer));
	EXPECT_TRUE(answer.interrupted);
	EXPECT_LE(FEW, answer.messages);
}

TEST_F(step, death)
{
	struct lq_nl_answer answer;
	int fd[FEW];

	begin_dump(_metadata, self->nl, fd);
	lq_close(fd[FEW - 1]);
	ASSERT_EQ(0, end_dump(self->nl, &answer));
	EXPECT_TRUE(answer.interrupted);
	EXPECT_EQ(FEW - 1, answer.messages);
}

/* The one that was sent last, from which the dump goes on */
TEST_F(step, death_of_the_first)
{
	struct lq_nl_answer answer;
	int fd[FEW];

	begin_dump(_metadata, self->nl, fd);
	for (int i = 0; i < 10; i++)
		lq_close(fd[i]);
	ASSERT_EQ(0, end_dump(self->nl, &answer));
	EXPECT_TRUE(answer.interrupted);
	EXPECT_LE(FEW - 10, answer.messages);
	EXPECT_GE(FEW, answer.messages);
}

TEST_F(step, death_of_all)
{
	struct lq_nl_answer answer;
	int fd[FEW];

	begin_dump(_metadata, self->nl, fd);
	lq_close_all();
	ASSERT_EQ(0, end_dump(self->nl, &answer));
	EXPECT_TRUE(answer.interrupted);
	EXPECT_GT(FEW, answer.messages);
}

/* Connections are not the set */
TEST_F(step, connections)
{
	struct lq_nl_answer answer;
	int fd[FEW];

	begin_dump(_metadata, self->nl, fd);
	ASSERT_EQ(1, lq_connect_fill(LO, FIRST_PORT, fd[0], 1));
	EXPECT_EQ(1, lq_accept_all(fd[0]));
	ASSERT_EQ(0, end_dump(self->nl, &answer));
	EXPECT_FALSE(answer.interrupted);
	EXPECT_EQ(FEW, answer.messages);
}

/* What happens in another namespace is nothing of ours */
TEST_F(step, another_namespace)
{
	struct lq_nl_answer answer;
	int fd[FEW];

	begin_dump(_metadata, self->nl, fd);
	ASSERT_EQ(0, lq_net_new());
	ASSERT_LE(0, lq_listen(LO, FIRST_PORT, 1));
	ASSERT_EQ(0, end_dump(self->nl, &answer));
	EXPECT_FALSE(answer.interrupted);
	EXPECT_EQ(FEW, answer.messages);
}

/* Closed in the middle of it: nothing hangs, the module's other users go on */
TEST_F(step, abandoned)
{
	struct lq_nl *other = lq_nl_open();
	struct lq_nl_list list;
	int fd[FEW];

	begin_dump(_metadata, other, fd);
	lq_nl_close(other);
	EXPECT_EQ(0, lq_nl_dump(self->nl, NULL, LQ_NL_BUFFER, &list));
	EXPECT_EQ(FEW, list.n);
	lq_nl_free(&list);
}

TEST_HARNESS_MAIN
