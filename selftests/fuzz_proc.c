// SPDX-License-Identifier: GPL-2.0
/*
 * Reads of any size from any offset, by every system call that reads, while
 * listeners, namespaces and policies come and go. What an open file has once
 * shown at an offset it shows there until it is read from its beginning again,
 * and what is read whole can be parsed.
 *
 * usage: fuzz_proc [-t SECONDS] [-s SEED]
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lq.h"
#include "nl_policy.h"

#define SECONDS		10
#define SEED		1
#define READERS		2
#define FILES		6

/* Ports as nl_policy_load.c has them */
#define FIRST_PORT	9000
#define LISTENERS	24

/* The largest text that is looked at, and the largest read */
#define TEXT		(256 << 10)
#define MOST		(64 << 10)

/* Namespaces whose files can be opened */
#define NAMESPACES	4

struct shared {
	bool stop;
	pid_t holder[NAMESPACES];
	u64 reads;
	u64 bytes;
	u64 compared;	/* bytes that were shown before */
	u64 whole;
	u64 refused;
	u64 namespaces;
};

static struct shared *shared;

/* What an open file has shown since it was read from its beginning */
struct seen {
	int fd;
	char text[TEXT];
	bool known[TEXT];
	ssize_t len;	/* -1: its end was not seen */
};

struct reader {
	unsigned int seed;
	struct seen file[FILES];
	int pipe[2];
};

static unsigned int below(struct reader *reader, unsigned int n)
{
	return rand_r(&reader->seed) % n;
}

static void count(u64 *counter, u64 by)
{
	__atomic_add_fetch(counter, by, __ATOMIC_RELAXED);
}

static bool stopped(void)
{
	return __atomic_load_n(&shared->stop, __ATOMIC_RELAXED);
}

static void forget(struct seen *file)
{
	memset(file->known, 0, sizeof(file->known));
	file->len = -1;
}

static void open_any(struct reader *reader, struct seen *file)
{
	pid_t pid = shared->holder[below(reader, NAMESPACES)];
	char path[64] = LQ_FILE;

	if (pid > 0 && below(reader, 2))
		snprintf(path, sizeof(path), "/proc/%d/net/listenq", pid);
	file->fd = open(path, O_RDONLY | O_CLOEXEC);
	/* The namespace may have gone meanwhile */
	if (file->fd < 0 && !strcmp(path, LQ_FILE))
		lq_error("%s: %s", path, strerror(errno));
	forget(file);
}

/* Sizes around those at which something changes are the interesting ones */
static size_t any_size(struct reader *reader)
{
	switch (below(reader, 8)) {
	case 0:
		return 0;
	case 1:
		return 1 + below(reader, 16);
	case 2:
		return 4095 + below(reader, 3);
	case 3:
		return MOST;
	default:
		return below(reader, MOST);
	}
}

static off_t any_offset(struct reader *reader)
{
	switch (below(reader, 10)) {
	case 0:
	case 1:
		return 0;
	case 2:
		return -1 - (off_t)below(reader, 10000);
	case 3:
		return LONG_MAX - below(reader, 2);
	case 4:
		return LONG_MIN + below(reader, 2);
	case 5:
		return (off_t)below(reader, 1 << 30) << below(reader, 32);
	default:
		return below(reader, 100000);
	}
}

/* What was read at @at: as it was there before, and within the same text */
static void compare(struct seen *file, off_t at, const char *data, ssize_t len)
{
	count(&shared->reads, 1);
	count(&shared->bytes, len);
	if (file->len >= 0 && at + len > file->len && len) {
		lq_error("%zd bytes at %ld, behind the end at %zd", len, at,
			 file->len);
		return;
	}
	for (ssize_t i = 0; i < len && at + i < TEXT; i++) {
		if (file->known[at + i] && file->text[at + i] != data[i]) {
			lq_error("another text at %ld", at + i);
			return;
		}
		if (file->known[at + i])
			shared->compared++;
		file->known[at + i] = true;
		file->text[at + i] = data[i];
	}
}

/* Less than was asked for: that was the end */
static void note_end(struct seen *file, off_t at, ssize_t len, size_t asked)
{
	if (len >= (ssize_t)asked || !asked)
		return;
	if (file->len >= 0 && len && at + len != file->len)
		lq_error("an end at %ld, and one at %zd", at + len, file->len);
	if (len)
		file->len = at + len;
}

static void check(struct seen *file, off_t at, const char *data, ssize_t len,
		  size_t asked)
{
	if (len < 0) {
		count(&shared->refused, 1);
		if (errno != EINVAL && errno != EFAULT && errno != EOVERFLOW)
			lq_error("read at %ld: %s", at, strerror(errno));
		return;
	}
	compare(file, at, data, len);
	note_end(file, at, len, asked);
}

static void try_pread(struct reader *reader, struct seen *file, char *data)
{
	size_t size = any_size(reader);
	off_t at = any_offset(reader);

	if (!at)
		forget(file);
	check(file, at, data, pread(file->fd, data, size, at), size);
}

static void try_read(struct reader *reader, struct seen *file, char *data)
{
	off_t at = lseek(file->fd, 0, SEEK_CUR);
	size_t size = any_size(reader);
	ssize_t len;

	if (!at)
		forget(file);
	len = read(file->fd, data, size);
	check(file, at, data, len, size);
	if (len > 0 && lseek(file->fd, 0, SEEK_CUR) != at + len)
		lq_error("read %zd bytes from %ld, then it is at %ld", len, at,
			 lseek(file->fd, 0, SEEK_CUR));
}

/* Of a text that is there all pieces belong together */
static void try_readv(struct reader *reader, struct seen *file, char *data)
{
	off_t at = lseek(file->fd, 0, SEEK_CUR);
	struct iovec part[4];
	size_t size = 0;

	for (int i = 0; i < 4; i++) {
		part[i].iov_base = data + size;
		part[i].iov_len = any_size(reader) / 4;
		size += part[i].iov_len;
	}
	if (!at)
		forget(file);
	check(file, at, data, readv(file->fd, part, 4), size);
}

static void try_seek(struct reader *reader, struct seen *file)
{
	static const int whence[] = {
		SEEK_SET, SEEK_SET, SEEK_CUR, SEEK_END, SEEK_DATA, SEEK_HOLE, 99
	};
	off_t at = any_offset(reader);
	int how = whence[below(reader, 7)];

	if (how == SEEK_SET && at < 0 && lseek(file->fd, at, how) >= 0)
		lq_error("it is at %ld", at);
	else
		lseek(file->fd, at, how);
}

/* Where there is no memory: nothing is written, and the text is there */
static void try_nowhere(struct reader *reader, struct seen *file)
{
	off_t at = below(reader, 2) ? 0 : below(reader, 1000);
	unsigned long nowhere = 8 + below(reader, 4000);

	if (!at)
		forget(file);
	/* Of which the library would know that it is wrong */
	if (syscall(SYS_pread64, file->fd, nowhere, 1 + below(reader, MOST),
		    at) > 0)
		lq_error("something was read to nowhere");
}

/* Newer kernels refuse both for such a file */
static void try_splice(struct reader *reader, struct seen *file, char *data)
{
	off_t at = below(reader, 2) ? 0 : below(reader, 20000), to = at;
	size_t size = 1 + below(reader, 4096);
	ssize_t len;

	if (!at)
		forget(file);
	if (below(reader, 2))
		len = splice(file->fd, &to, reader->pipe[1], NULL, size,
			     SPLICE_F_NONBLOCK);
	else
		len = sendfile(reader->pipe[1], file->fd, &to, size);
	if (len <= 0)
		return;
	if (read(reader->pipe[0], data, len) != len)
		lq_error("the pipe has less than %zd bytes", len);
	compare(file, at, data, len);
}

static void check_table(const struct lq_table *table)
{
	for (int i = 0; i < table->nrows; i++)
		if (table->row[i].nfields != table->ncolumns)
			lq_error("%d fields in line %s, %d columns",
				 table->row[i].nfields, table->row[i].field[0],
				 table->ncolumns);
	if (!lq_row(table, "unattributed"))
		lq_error("the text has no end");
}

/* From its beginning to its end, in pieces */
static void try_whole(struct reader *reader, struct seen *file, char *data)
{
	char *text = calloc(1, TEXT);
	struct lq_table *table;
	ssize_t len = -1;
	size_t all = 0;

	while (all < TEXT - 1) {
		size_t size = 1 + any_size(reader);

		if (size > TEXT - 1 - all)
			size = TEXT - 1 - all;
		if (!all)
			forget(file);
		len = pread(file->fd, data, size, all);
		check(file, all, data, len, size);
		if (len <= 0)
			break;
		memcpy(text + all, data, len);
		all += len;
	}
	if (len)
		lq_error("no end after %zu bytes", all);
	table = lq_parse(text);
	if (table)
		check_table(table);
	else
		lq_error("it can't be parsed");
	lq_free(table);
	count(&shared->whole, 1);
}

static void step(struct reader *reader, char *data)
{
	struct seen *file = &reader->file[below(reader, FILES)];

	if (file->fd < 0 || !below(reader, 50)) {
		if (file->fd >= 0)
			close(file->fd);
		open_any(reader, file);
		return;
	}
	switch (below(reader, 12)) {
	case 0 ... 3:
		try_pread(reader, file, data);
		break;
	case 4 ... 6:
		try_read(reader, file, data);
		break;
	case 7:
		try_readv(reader, file, data);
		break;
	case 8:
		try_seek(reader, file);
		break;
	case 9:
		try_nowhere(reader, file);
		break;
	case 10:
		try_splice(reader, file, data);
		break;
	default:
		if (!below(reader, 8))
			try_whole(reader, file, data);
	}
}

static void read_anything(unsigned int seed)
{
	struct reader *reader = calloc(1, sizeof(*reader));
	char *data = malloc(2 * TEXT);

	reader->seed = seed;
	if (pipe2(reader->pipe, O_CLOEXEC | O_NONBLOCK))
		lq_error("no pipe: %s", strerror(errno));
	for (int i = 0; i < FILES; i++)
		reader->file[i].fd = -1;
	while (!stopped() && !lq_errors)
		step(reader, data);
}

static void come_and_go(unsigned int seed)
{
	int fd[LISTENERS] = { 0 };

	while (!stopped()) {
		int i = rand_r(&seed) % LISTENERS;

		if (fd[i] > 0)
			lq_close(fd[i]);
		fd[i] = lq_listen(i % 2 ? "::1" : "127.0.0.1", FIRST_PORT + i,
				  i);
		lq_syn_flood(i % 2 ? AF_INET6 : AF_INET, FIRST_PORT + i, seed,
			     3);
		lq_sleep_ms(rand_r(&seed) % 4);
	}
}

/* Somebody to whose namespace there is a file, for a moment */
static void hold(unsigned int seed)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (lq_net_new())
		_exit(1);
	for (int i = rand_r(&seed) % LISTENERS; i; i--)
		lq_listen("127.0.0.1", FIRST_PORT + i, i);
	lq_sleep_ms(rand_r(&seed) % 200);
	_exit(0);
}

static void make_namespaces(unsigned int seed)
{
	while (!stopped()) {
		int i = rand_r(&seed) % NAMESPACES;
		pid_t old = shared->holder[i], pid;

		if (old > 0)
			waitpid(old, NULL, 0);
		pid = fork();
		if (!pid)
			hold(seed);
		shared->holder[i] = pid;
		shared->namespaces++;
	}
	while (wait(NULL) > 0)
		;
}

static pid_t start(void (*run)(unsigned int seed), unsigned int seed)
{
	pid_t child;

	fflush(NULL);
	child = fork();
	if (child)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	run(seed);
	_exit(lq_errors != 0);
}

static bool ended_well(pid_t child)
{
	int status;

	return waitpid(child, &status, 0) == child && !status;
}

static int run(unsigned int seconds, unsigned int seed)
{
	struct nl_policy_writers writers;
	pid_t reader[READERS], other[2];
	int bad = 0;

	other[0] = start(come_and_go, seed);
	other[1] = start(make_namespaces, seed);
	if (nl_policy_write_start(&writers, 1, false))
		bad++;
	for (int i = 0; i < READERS; i++)
		reader[i] = start(read_anything, seed + i);
	sleep(seconds);
	shared->stop = true;
	for (int i = 0; i < READERS; i++)
		bad += !ended_well(reader[i]);
	bad += nl_policy_write_stop(&writers);
	return bad + !ended_well(other[0]) + !ended_well(other[1]);
}

int main(int argc, char **argv)
{
	unsigned int seconds = SECONDS, seed = SEED;
	int option, bad;

	ksft_print_header();
	while ((option = getopt(argc, argv, "t:s:")) != -1) {
		if (option == 't')
			seconds = atoi(optarg);
		else if (option == 's')
			seed = atoi(optarg);
		else
			ksft_exit_fail_msg("usage: [-t SECONDS] [-s SEED]\n");
	}
	ksft_set_plan(3);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED || lq_net_new())
		ksft_exit_fail_msg("it can't begin: %s\n", strerror(errno));
	lq_many_files();
	ksft_print_msg("seed %u\n", seed);
	bad = run(seconds, seed);
	ksft_print_msg("%llu reads of %llu bytes, %llu of them compared\n",
		       shared->reads, shared->bytes, shared->compared);
	ksft_print_msg("%llu whole, %llu refused; %llu namespaces\n",
		       shared->whole, shared->refused, shared->namespaces);
	ksft_test_result(!bad, "every read was right\n");
	ksft_test_result(shared->whole && shared->compared && shared->refused,
			 "everything happened\n");
	lq_close_all();
	ksft_test_result(!lq_laws(), "the laws hold\n");
	ksft_finished();
}
