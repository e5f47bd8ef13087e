// SPDX-License-Identifier: GPL-2.0
/*
 * What happens to a machine beside the network: CPUs come and go, memory is
 * short, network namespaces are made and thrown away. Each is a process of its
 * own that goes on until it is told to end.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lq_fault.h"

#define CPU_FILE	"/sys/devices/system/cpu/cpu1/online"

/*
 * What is left to the others. With less the kernel kills somebody, and its log
 * then looks like one of a kernel that is ill.
 */
#define LEFT_KB		(24 << 10)

/* KASAN keeps up to this share of all memory back of what was freed. */
#define KEPT_SHARE	32

/* How much of the rest is taken and given back again and again */
#define CHUNK_KB	1024
#define CHUNKS		16

struct lq_disturb_shared {
	bool stop;
	unsigned int rest_ms;
	u64 times[LQ_DISTURBS];
};

static bool stopped(const struct lq_disturb *disturb)
{
	return __atomic_load_n(&disturb->shared->stop, __ATOMIC_RELAXED);
}

static void rest(const struct lq_disturb *disturb, unsigned int ms)
{
	lq_sleep_ms(ms + 10 * disturb->shared->rest_ms);
}

static bool cpu_set(const char *online)
{
	int fd = open(CPU_FILE, O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, online, 1) == 1;

	if (fd >= 0)
		close(fd);
	return done;
}

static void switch_cpu(struct lq_disturb *disturb)
{
	unsigned int seed = 5;

	while (!stopped(disturb)) {
		if (!cpu_set("0") || !cpu_set("1"))
			lq_error("%s: %s", CPU_FILE, strerror(errno));
		disturb->shared->times[LQ_DISTURB_CPU]++;
		rest(disturb, 500 + rand_r(&seed) % 1000);
	}
}

/* What is there for others, but for what KASAN may still keep */
static long available_kb(void)
{
	long kept = 0;

	if (lq_leaks_watched())
		kept = lq_memory_kb("MemTotal") / KEPT_SHARE;
	return lq_memory_kb("MemAvailable") - kept;
}

static void *take(size_t kb)
{
	void *memory = mmap(NULL, kb << 10, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

/* Everything but what the chunks are for, once: taking it is work */
static void take_most(void)
{
	long kb = available_kb() - LEFT_KB - CHUNKS / 2 * CHUNK_KB;

	if (kb > 0 && !take(kb))
		lq_error("%ld kB of memory: %s", kb, strerror(errno));
}

static void press_memory(struct lq_disturb *disturb)
{
	void *chunk[CHUNKS];

	take_most();
	while (!stopped(disturb)) {
		int n = 0;

		while (n < CHUNKS && available_kb() > LEFT_KB) {
			chunk[n] = take(CHUNK_KB);
			n += !!chunk[n];
		}
		disturb->shared->times[LQ_DISTURB_MEMORY]++;
		lq_sleep_ms(200);
		while (n)
			munmap(chunk[--n], CHUNK_KB << 10);
		rest(disturb, 100);
	}
}

/* With listeners, requests and connections that end with it */
static void live_in_namespace(u32 source)
{
	int listener;

	if (lq_net_new()) {
		lq_error("a namespace: %s", strerror(errno));
		return;
	}
	listener = lq_listen("127.0.0.1", 9000, 1);
	if (listener < 0)
		lq_error("a listener in a namespace: %s", strerror(errno));
	lq_connect("127.0.0.1", 9000);
	lq_syn_flood(AF_INET, 9000, source, 5);
	lq_accept_all(listener);
	lq_connect("127.0.0.1", 9000);
}

static void make_namespaces(struct lq_disturb *disturb)
{
	for (u32 i = 0; !stopped(disturb); i++) {
		pid_t child = fork();
		int status = 1;

		if (!child) {
			live_in_namespace(i * 5);
			_exit(lq_errors != 0);
		}
		waitpid(child, &status, 0);
		if (status)
			lq_error("a namespace's process ended with %#x", status);
		disturb->shared->times[LQ_DISTURB_NAMESPACES]++;
		rest(disturb, 100);
	}
}

static void (*const disturbers[])(struct lq_disturb *disturb) = {
	[LQ_DISTURB_CPU] = switch_cpu,
	[LQ_DISTURB_MEMORY] = press_memory,
	[LQ_DISTURB_NAMESPACES] = make_namespaces,
};

static void start(struct lq_disturb *disturb, int kind)
{
	pid_t child;

	fflush(NULL);
	child = fork();
	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		disturbers[kind](disturb);
		_exit(lq_errors != 0);
	}
	disturb->child[kind] = child;
}

/*
 * @rest_ms: ten times so much longer between two disturbances than usual
 * Return: 0, or -1 with errno: this machine cannot be disturbed so
 */
int lq_disturb_start(struct lq_disturb *disturb, unsigned int rest_ms)
{
	if (access(CPU_FILE, W_OK))
		return -1;
	disturb->shared = mmap(NULL, sizeof(*disturb->shared),
			       PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (disturb->shared == MAP_FAILED)
		return -1;
	disturb->shared->rest_ms = rest_ms;
	for (int kind = 0; kind < LQ_DISTURBS; kind++)
		start(disturb, kind);
	return 0;
}

static bool all_disturbed(const struct lq_disturb *disturb)
{
	for (int kind = 0; kind < LQ_DISTURBS; kind++)
		if (!lq_disturb_times(disturb, kind))
			return false;
	return true;
}

/*
 * Not before each has done it once, which a slow machine takes its time for.
 * Return: how many of them found something wrong
 */
int lq_disturb_stop(struct lq_disturb *disturb)
{
	int bad = 0, status;

	if (!lq_wait_until(all_disturbed(disturb), 60000)) {
		lq_error("not everything happened once in a minute");
		bad++;
	}
	__atomic_store_n(&disturb->shared->stop, true, __ATOMIC_RELAXED);
	for (int kind = 0; kind < LQ_DISTURBS; kind++) {
		pid_t child = disturb->child[kind];

		if (child < 0 || waitpid(child, &status, 0) != child || status)
			bad++;
	}
	return bad;
}

u64 lq_disturb_times(const struct lq_disturb *disturb, int kind)
{
	return disturb->shared->times[kind];
}
