// SPDX-License-Identifier: GPL-2.0
/* Policies that come, change and go all the time, on the listeners of lq_load.c */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "nl_policy.h"

/* As lq_load.c has them */
#define FIRST_PORT	9000
#define SHORT_PORT	9100
#define SHORT_LIVES	4

/* Whoever is lowered to none still lives for that long */
#define MOST_MS		300
#define MOST_RETRIES	3

struct nl_policy_shared {
	bool stop;
	u64 set;
	u64 refused;
};

static unsigned int below(unsigned int *seed, unsigned int n)
{
	return rand_r(seed) % n;
}

/* One of so many values from 0 on, named once in @often */
static s64 maybe(unsigned int *seed, unsigned int often, unsigned int values)
{
	return below(seed, often) ? -1 : (s64)below(seed, values);
}

static struct nl_policy any_key(unsigned int *seed)
{
	static const char *const address[] = {
		NULL, "127.0.0.1", "::1", "127.0.0.1", "::1", "0.0.0.0"
	};
	int i = below(seed, LQ_LOAD_LISTENERS + SHORT_LIVES);
	int port = i < LQ_LOAD_LISTENERS ? FIRST_PORT + i :
		   SHORT_PORT + i - LQ_LOAD_LISTENERS;

	return nl_policy_for(address[below(seed, 6)], port);
}

/* Every setting with every other one: some make no sense, and are refused */
struct nl_policy nl_policy_any(unsigned int *seed)
{
	struct nl_policy policy = any_key(seed);

	policy.backlog = maybe(seed, 2, 10);
	policy.synq = maybe(seed, 5, 20);
	policy.overflow = maybe(seed, 3, 2);
	policy.syncookies = maybe(seed, 4, 3);
	policy.synack_retries = maybe(seed, 3, MOST_RETRIES + 1);
	policy.queue = maybe(seed, 5, 2);
	policy.syn_rate = maybe(seed, 6, 2000);
	if (policy.syn_rate != -1) {
		policy.syn_rate++;
		policy.syn_burst = maybe(seed, 2, 100);
		policy.syn_burst += policy.syn_burst != -1;
	}
	policy.admit = maybe(seed, 8, 3);
	policy.timeout_ms = maybe(seed, 3, MOST_MS);
	policy.timeout_ms += policy.timeout_ms != -1;
	return policy;
}

static bool stopped(const struct nl_policy_shared *shared)
{
	return __atomic_load_n(&shared->stop, __ATOMIC_RELAXED);
}

static void count(u64 *counter)
{
	__atomic_add_fetch(counter, 1, __ATOMIC_RELAXED);
}

static void set_any(struct lq_nl *nl, struct nl_policy_shared *shared,
		    unsigned int *seed)
{
	struct nl_policy policy = nl_policy_any(seed);

	if (!nl_policy_set(nl, &policy)) {
		count(&shared->set);
		return;
	}
	count(&shared->refused);
	if (!*nl_policy_last.text)
		lq_error("refused without a word: %d", nl_policy_last.error);
}

static void write_once(struct lq_nl *nl, struct nl_policy_shared *shared,
		       unsigned int *seed)
{
	struct nl_policy key = any_key(seed), got = key;
	int failed = 0;

	switch (below(seed, 8)) {
	case 0:
	case 1:
		failed = nl_policy_del(nl, &key);
		break;
	case 2:
		failed = nl_policy_get(nl, &key, &got);
		break;
	case 3:
		if (below(seed, 16) == 0)
			failed = nl_policy_count(nl) < 0;
		break;
	default:
		set_any(nl, shared, seed);
	}
	if (failed && failed != -ENOENT)
		lq_error("a policy request failed: %d", failed);
}

static void write_until_stopped(struct nl_policy_shared *shared,
				unsigned int seed)
{
	struct lq_nl *nl = lq_nl_open();

	if (!nl) {
		lq_error("a writer has no family");
		return;
	}
	for (unsigned int i = 0; !stopped(shared); i++) {
		write_once(nl, shared, &seed);
		/* Some in a row, so that they meet */
		if (i % 4 == 0)
			lq_sleep_ms(1);
	}
	lq_nl_close(nl);
}

/* While the module comes and goes: what fails then is no error */
static void write_forever(struct nl_policy_shared *shared, unsigned int seed)
{
	if (!freopen("/dev/null", "w", stderr))
		_exit(1);
	for (; !stopped(shared); lq_sleep_ms(3)) {
		struct lq_nl *nl = lq_nl_open();

		for (int i = 0; nl && i < 10; i++) {
			write_once(nl, shared, &seed);
			lq_sleep_ms(1);
		}
		lq_nl_close(nl);
		lq_errors = 0;
	}
}

/* @forever: whether the module is there or not */
int nl_policy_write_start(struct nl_policy_writers *writers, int n,
			  bool forever)
{
	writers->shared = mmap(NULL, sizeof(*writers->shared),
			       PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (writers->shared == MAP_FAILED)
		return -1;
	fflush(NULL);
	for (writers->n = 0; writers->n < n; writers->n++) {
		pid_t child = fork();

		if (child < 0)
			return -1;
		writers->child[writers->n] = child;
		if (child)
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (forever)
			write_forever(writers->shared, 100 + writers->n);
		else
			write_until_stopped(writers->shared, 1 + writers->n);
		_exit(lq_errors != 0);
	}
	return 0;
}

/* Return: how many of them found something wrong */
int nl_policy_write_stop(struct nl_policy_writers *writers)
{
	int bad = 0, status;

	__atomic_store_n(&writers->shared->stop, true, __ATOMIC_RELAXED);
	while (writers->n) {
		pid_t child = writers->child[--writers->n];

		if (waitpid(child, &status, 0) != child || status)
			bad++;
	}
	ksft_print_msg("%llu policies set, %llu refused\n",
		       writers->shared->set, writers->shared->refused);
	return bad;
}

u64 nl_policy_written(const struct nl_policy_writers *writers)
{
	return writers->shared->set;
}

static int syncnt(int fd)
{
	socklen_t len = sizeof(int);
	int value = -1;

	getsockopt(fd, IPPROTO_TCP, TCP_SYNCNT, &value, &len);
	return value;
}

/* Return: how many listeners are not as lq_load.c made them */
int nl_policy_load_restored(const struct lq_load *load)
{
	static const unsigned int backlogs[] = { 0, 1, 5, 128 };
	int retries = lq_sysctl_get("net/ipv4/tcp_syn_retries"), bad = 0;

	for (int i = 0; i < LQ_LOAD_LISTENERS; i++) {
		if (lq_acceptq_max(load->fd[i]) == backlogs[i % 4] &&
		    syncnt(load->fd[i]) == retries)
			continue;
		fprintf(stderr, "# listener %d: limit %u, not %u; retries %d, not %d\n",
			i, lq_acceptq_max(load->fd[i]), backlogs[i % 4],
			syncnt(load->fd[i]), retries);
		bad++;
	}
	return bad;
}
