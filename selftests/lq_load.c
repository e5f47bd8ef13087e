// SPDX-License-Identifier: GPL-2.0
/*
 * Load: everything that can happen to a listener, at once and on every CPU.
 *
 * The listeners belong to the caller and live on; each kind of traffic is a
 * process of its own that ends when it is told to, so that whatever it counted
 * is complete.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lq.h"

#define FIRST_PORT	9000
#define SHORT_PORT	9100	/* of the listeners that come and go */
#define SHORT_LIVES	4
#define CLIENTS		64	/* in flight, each process */

struct lq_load_shared {
	bool stop;
	u64 accepted[LQ_LOAD_LISTENERS];
	u64 accepted_closed;
	u64 readings;
	unsigned int errors;
};

static bool stopped(const struct lq_load *load)
{
	return __atomic_load_n(&load->shared->stop, __ATOMIC_RELAXED);
}

static void set_stop(struct lq_load *load, bool stop)
{
	__atomic_store_n(&load->shared->stop, stop, __ATOMIC_RELAXED);
}

static const int backlogs[] = { 0, 1, 5, 128 };

/* Listeners differ in family, backlog, and how they are served */
enum pace { FAST, SLOW, NEVER, PACES };

static int backlog_of(int i)
{
	return backlogs[i % 4];
}

static enum pace pace_of(int i)
{
	return i / 4 % PACES;
}

static bool is_v6(int i)
{
	return i / 4 / PACES % 2;
}

static const char *address_of(int i)
{
	return is_v6(i) ? "::1" : "127.0.0.1";
}

int lq_load_listen(struct lq_load *load)
{
	lq_many_files();
	load->nchildren = 0;
	load->rest_ms = 0;
	load->shared = mmap(NULL, sizeof(*load->shared), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (load->shared == MAP_FAILED)
		return -1;
	for (int i = 0; i < LQ_LOAD_LISTENERS; i++) {
		load->fd[i] = lq_listen(address_of(i), FIRST_PORT + i,
					backlog_of(i));
		if (load->fd[i] < 0)
			return -1;
	}
	return 0;
}

/* Between two rounds */
static void rest(const struct lq_load *load, unsigned int ms)
{
	lq_sleep_ms(ms + load->rest_ms);
}

static void serve(struct lq_load *load, enum pace pace)
{
	unsigned int turn = 0;

	while (!stopped(load)) {
		for (int i = 0; i < LQ_LOAD_LISTENERS; i++) {
			int fd;

			if (pace_of(i) != pace)
				continue;
			fd = accept4(load->fd[i], NULL, NULL, SOCK_CLOEXEC);
			if (fd < 0)
				continue;
			load->shared->accepted[i]++;
			if (turn++ % 2)
				lq_reset(fd);
			else
				close(fd);
		}
		rest(load, pace == FAST ? 1 : 20);
	}
}

static void serve_fast(struct lq_load *load)
{
	serve(load, FAST);
}

static void serve_slowly(struct lq_load *load)
{
	serve(load, SLOW);
}

static int begin_anywhere(unsigned int *seed)
{
	int i = rand_r(seed) % (LQ_LOAD_LISTENERS + SHORT_LIVES);

	if (i >= LQ_LOAD_LISTENERS)
		return lq_connect_begin("127.0.0.1",
					SHORT_PORT + i - LQ_LOAD_LISTENERS);
	return lq_connect_begin(address_of(i), FIRST_PORT + i);
}

/* Some clients stay a moment, some for seconds, some leave before the answer */
static void connect_all(struct lq_load *load)
{
	unsigned int seed = getpid();
	u64 until[CLIENTS] = { 0 };
	int fd[CLIENTS];

	for (int i = 0; i < CLIENTS; i++)
		fd[i] = -1;
	while (!stopped(load)) {
		for (int i = 0; i < CLIENTS; i++) {
			u64 now = lq_time_ms();

			if (fd[i] >= 0 && now < until[i])
				continue;
			if (fd[i] >= 0)
				lq_reset(fd[i]);
			fd[i] = begin_anywhere(&seed);
			until[i] = now + (rand_r(&seed) % 8 ?
					  rand_r(&seed) % 50 :
					  rand_r(&seed) % 3000);
			/* They are what costs most of all */
			if (load->rest_ms && i % 8 == 7)
				lq_sleep_ms(load->rest_ms);
		}
		rest(load, 1);
	}
	for (int i = 0; i < CLIENTS; i++)
		if (fd[i] >= 0)
			lq_reset(fd[i]);
}

static void flood(struct lq_load *load)
{
	unsigned int seed = 1, source = 0;

	while (!stopped(load)) {
		int i = rand_r(&seed) % LQ_LOAD_LISTENERS;

		lq_syn_send(is_v6(i) ? AF_INET6 : AF_INET, FIRST_PORT + i,
			    source, 20);
		lq_syn_send(AF_INET, SHORT_PORT + i % SHORT_LIVES, source, 5);
		source += 20;
		rest(load, 2);
	}
}

/* As many as the machine can, all from different sources */
static void torrent(struct lq_load *load)
{
	u32 source = (u32)(load->nchildren + 1) << 24;

	for (unsigned int i = 0; !stopped(load); i++) {
		int n = i % LQ_LOAD_LISTENERS;

		lq_syn_send(is_v6(n) ? AF_INET6 : AF_INET, FIRST_PORT + n,
			    source, 50);
		source += 50;
	}
}

static void send_bad_cookies(struct lq_load *load)
{
	unsigned int seed = 2;

	for (u32 source = 1 << 30; !stopped(load); source++) {
		int i = rand_r(&seed) % LQ_LOAD_LISTENERS;

		lq_bad_cookie(is_v6(i) ? AF_INET6 : AF_INET, FIRST_PORT + i,
			      source);
		rest(load, 3);
	}
}

/* Requests that outlive their client's SYN: ACKs come when nobody waits */
static void hold_and_release(struct lq_load *load)
{
	unsigned int seed = 3;

	while (!stopped(load)) {
		int i = rand_r(&seed) % LQ_LOAD_LISTENERS;

		lq_hold(load->fd[i]);
		lq_sleep_ms(30);
		lq_release(load->fd[i]);
		rest(load, 10);
	}
}

static void open_and_close(struct lq_load *load)
{
	unsigned int seed = 4;

	while (!stopped(load)) {
		int port = SHORT_PORT + rand_r(&seed) % SHORT_LIVES;
		int fd = lq_listen("127.0.0.1", port, rand_r(&seed) % 4);

		if (fd < 0) {
			load->shared->errors++;
			break;
		}
		lq_sleep_ms(rand_r(&seed) % 20);
		if (rand_r(&seed) % 2)
			load->shared->accepted_closed += lq_accept_all(fd);
		lq_close(fd);
		rest(load, 0);
	}
}

/*
 * While the module comes and goes there may be no file to read, or it may go
 * between two reads. That is no error; a file with something wrong in it is.
 */
static void read_file(struct lq_load *load)
{
	for (; !stopped(load); rest(load, 5)) {
		unsigned int errors = lq_errors;
		struct lq_table *table;

		if (access(LQ_FILE, R_OK))
			continue;
		table = lq_read();
		if (table)
			load->shared->readings++;
		else
			lq_errors = errors;
		lq_free(table);
	}
}

static void start(struct lq_load *load, void (*run)(struct lq_load *load))
{
	pid_t child = fork();

	if (!child) {
		run(load);
		_exit(lq_errors != 0);
	}
	if (child < 0)
		load->shared->errors++;
	else
		load->child[load->nchildren++] = child;
}

void lq_load_start(struct lq_load *load)
{
	set_stop(load, false);
	start(load, serve_fast);
	start(load, serve_slowly);
	start(load, connect_all);
	start(load, connect_all);
	start(load, flood);
	start(load, send_bad_cookies);
	start(load, hold_and_release);
	start(load, open_and_close);
	start(load, read_file);
}

/* Floods besides, without a pause */
void lq_load_torrents(struct lq_load *load, int n)
{
	while (n--)
		start(load, torrent);
}

/* Ends it and waits for silence; returns how much of it had gone wrong */
int lq_load_stop(struct lq_load *load)
{
	int bad = 0, status;

	set_stop(load, true);
	while (load->nchildren) {
		pid_t child = load->child[--load->nchildren];

		if (waitpid(child, &status, 0) != child || status)
			bad++;
	}
	for (int i = 0; i < LQ_LOAD_LISTENERS; i++)
		lq_release(load->fd[i]);
	if (!lq_wait_until(lq_syn_recv(LQ_ANY_PORT) == 0, 60000)) {
		lq_error("the SYN queues don't drain");
		bad++;
	}
	return bad + load->shared->errors;
}

/* Accepts what waits: how much that is depends on how fast the load was. */
void lq_load_drain(struct lq_load *load)
{
	for (int i = 0; i < LQ_LOAD_LISTENERS; i++)
		lq_accept_all(load->fd[i]);
}

void lq_load_close(struct lq_load *load)
{
	for (int i = 0; i < LQ_LOAD_LISTENERS; i++)
		lq_close(load->fd[i]);
	munmap(load->shared, sizeof(*load->shared));
}

u64 lq_load_accepted(const struct lq_load *load, int listener)
{
	return load->shared->accepted[listener];
}

u64 lq_load_accepted_closed(const struct lq_load *load)
{
	return load->shared->accepted_closed;
}

u64 lq_load_readings(const struct lq_load *load)
{
	return load->shared->readings;
}
