// SPDX-License-Identifier: GPL-2.0
/*
 * Reading /proc/listenq in pieces of any size while 1,000 listeners come and
 * go: every reading is whole, and names no listener twice.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lq_fixture.h"

#define MOST_LISTENERS	1000
#define LISTENERS	((int)lq_fewer(MOST_LISTENERS))
#define FIRST_PORT	10000
#define READERS		4
#define SECONDS		2	/* of each size */
#define MAX_TEXT	(8 << 20)

FIXTURE(scan) {
	pid_t churn;
};

FIXTURE_VARIANT(scan) {
	size_t size;
};

FIXTURE_VARIANT_ADD(scan, size_1) {
	.size = 1,
};

FIXTURE_VARIANT_ADD(scan, size_7) {
	.size = 7,
};

FIXTURE_VARIANT_ADD(scan, size_61) {
	.size = 61,
};

FIXTURE_VARIANT_ADD(scan, size_4095) {
	.size = 4095,
};

FIXTURE_VARIANT_ADD(scan, size_65537) {
	.size = 65537,
};

static int reopen(int fd, int port)
{
	lq_close(fd);
	return lq_listen(LO, port, 1);
}

/* Forever: one closes, and later opens again, while some others are closed */
static void churn(int ready)
{
	static int fd[MOST_LISTENERS];
	unsigned int seed = 1;

	for (int i = 0; i < LISTENERS; i++)
		fd[i] = lq_listen(LO, FIRST_PORT + i, 1);
	if (write(ready, "x", 1) != 1)
		return;
	for (;;) {
		int i = rand_r(&seed) % LISTENERS;

		if (fd[i] >= 0 && rand_r(&seed) % 2) {
			lq_close(fd[i]);
			fd[i] = -1;
		} else {
			fd[i] = reopen(fd[i], FIRST_PORT + i);
		}
	}
}

FIXTURE_SETUP(scan)
{
	int ready[2];
	char byte;

	lq_many_files();
	ASSERT_EQ(0, lq_net_new());
	ASSERT_EQ(0, pipe(ready));
	self->churn = fork();
	if (!self->churn) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		churn(ready[1]);
		_exit(1);
	}
	close(ready[1]);
	ASSERT_EQ(1, read(ready[0], &byte, 1));
}

FIXTURE_TEARDOWN(scan)
{
	kill(self->churn, SIGKILL);
	EXPECT_EQ(self->churn, waitpid(self->churn, NULL, 0));
}

/* Sequential reads of one size; NULL when something is wrong */
static char *read_in_pieces(int fd, size_t size, size_t *len)
{
	char *text = malloc(MAX_TEXT);
	ssize_t got;

	*len = 0;
	while ((got = read(fd, text + *len, size)) > 0) {
		*len += got;
		if (*len + size + 1 > MAX_TEXT)
			break;
	}
	if (got) {
		lq_error("reading stopped at %zu: %s", *len, strerror(errno));
		free(text);
		return NULL;
	}
	text[*len] = '\0';
	return text;
}

static int compare_numbers(const void *a, const void *b)
{
	u64 left = *(const u64 *)a, right = *(const u64 *)b;

	return (left > right) - (left < right);
}

static void check_ids(const struct lq_table *table)
{
	u64 *id = malloc((table->nrows + 1) * sizeof(*id));
	int n = 0;

	for (int i = 0; i < table->nrows; i++)
		if (lq_row_is_listener(&table->row[i]))
			id[n++] = lq_num(&table->row[i], "id");
	qsort(id, n, sizeof(*id), compare_numbers);
	for (int i = 1; i < n; i++)
		if (id[i] == id[i - 1])
			lq_error("listener %llu is there twice", id[i]);

	/*
	 * Churned ones may be seen before and after, and not at all when a
	 * reader that waits for a CPU finds them reborn: then the next one
	 * shows them.
	 */
	if (n < LISTENERS / 100)
		lq_error("%d lines of some %d listeners", n, LISTENERS / 2);
	free(id);
}

static void check_last_lines(const struct lq_table *table)
{
	static const char *const names[] = {
		"closed", "untracked", "total", "kernel", "unattributed"
	};
	for (int i = 0; i < 5; i++)
		lq_row(table, names[i]);
	for (int i = 0; i < table->nrows; i++) {
		bool last = i >= table->nrows - 5;

		if (lq_row_is_listener(&table->row[i]) == last)
			lq_error("line %d out of order: %s", i,
				 table->row[i].field[0]);
	}
}

/* Takes the text. Torn lines are what lq_parse() itself complains about. */
static void check_text(char *text, size_t len)
{
	struct lq_table *table;

	if (strlen(text) != len || !len || text[len - 1] != '\n')
		lq_error("%zu bytes that don't end with a line", len);
	table = lq_parse(text);
	check_ids(table);
	check_last_lines(table);
	lq_free(table);
}

/* One open, reads of one size; rewinding makes a new text */
static void read_once(size_t size)
{
	int fd = open(LQ_FILE, O_RDONLY | O_CLOEXEC);
	size_t len;

	for (int again = 0; again < 2; again++) {
		char *text = read_in_pieces(fd, size, &len);

		if (text)
			check_text(text, len);
		lseek(fd, 0, SEEK_SET);
	}
	close(fd);
}

/* What was read once stays what it is, in any order */
static void read_anywhere(size_t size)
{
	int fd = open(LQ_FILE, O_RDONLY | O_CLOEXEC);
	unsigned int seed = getpid();
	char *piece = malloc(size), *text;
	size_t len;

	text = read_in_pieces(fd, 65536, &len);
	for (int i = 0; text && i < 200; i++) {
		size_t at = 1 + rand_r(&seed) % (len - 1);
		size_t expected = len - at < size ? len - at : size, had = 0;

		while (had < expected) {
			ssize_t got = pread(fd, piece + had, expected - had,
					    at + had);

			if (got <= 0)
				break;
			had += got;
		}
		if (had != expected || memcmp(piece, text + at, expected))
			lq_error("other text at %zu, %zu of %zu bytes", at, had,
				 expected);
		if (lq_errors)
			break;
	}
	free(text);
	free(piece);
	close(fd);
}

/* Several processes at it for some seconds; returns how many found fault */
static int read_for_seconds(void (*once)(size_t size), size_t size)
{
	int bad = 0, status;

	for (int i = 0; i < READERS; i++) {
		if (!fork()) {
			u64 end = lq_time_ms() + SECONDS * 1000;

			do {
				once(size);
			} while (lq_time_ms() < end && !lq_errors);
			_exit(lq_errors != 0);
		}
	}
	for (int i = 0; i < READERS; i++) {
		if (wait(&status) < 0 || status)
			bad++;
	}
	return bad;
}

TEST_F_TIMEOUT(scan, whole_lines_once, SCENARIO_TIMEOUT)
{
	EXPECT_EQ(0, read_for_seconds(read_once, variant->size));
}

TEST_F_TIMEOUT(scan, stays_as_it_was_read, SCENARIO_TIMEOUT)
{
	EXPECT_EQ(0, read_for_seconds(read_anywhere, variant->size));
}

TEST_HARNESS_MAIN
