// SPDX-License-Identifier: GPL-2.0
/*
 * Loading and unloading, again and again, without a trace left: under a flood, a
 * storm of connections, dumps, monitors and changing policies; with -x while CPUs
 * and namespaces come and go and memory is short, too.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lq_fault.h"
#include "nl_policy.h"

/*
 * Where kmemleak watches, it is asked. KASAN keeps what was freed for a while, and
 * lockdep a record of all locks, so that what is in use says nothing there.
 *
 * Elsewhere memory is compared in silence, after the first cycles and after the last.
 * What a leak would add: one object of 128 bytes for each of the load's 24
 * listeners is 3 kB a cycle, one page is 4 kB. What the kernel itself keeps
 * back (percpu chunks, threads of its workqueues) was up to 89 kB, and didn't grow
 * with the cycles. So small leaks are told from noise by 140 cycles or more
 * (-n 200); the 32 of make test find one of 11 kB a cycle, half a KB a
 * listener, the 16 of a row of the matrix one of 23 kB, the 12 of a full image
 * one of 33 kB.
 */
#define WARM_UP_CYCLES	4
#define NOISE_KB	256
#define CYCLE_KB	1

/* -l: the load alone, to see what the kernel itself keeps back */
static bool load_only;

/* -x */
static bool disturbed;

/* -r: a load with rests leaves more to insmod and rmmod, for thousands of cycles */
static unsigned int rest_ms;

/* Refused while a dump is under way: then a moment later */
static bool unloads(void)
{
	return lq_wait_until(lq_rmmod() == 0 || !lq_loaded(), 5000);
}

/* How many of the cycles went wrong */
static unsigned int cycles(unsigned int n, bool *seen)
{
	unsigned int bad = 0;

	for (unsigned int i = 0; i < n; i++) {
		bool probes = i % 2 && lq_probes_possible();
		const char *args = probes ? "hooks=probe" : "hooks=replace";

		/* Thousands take long: whoever watches sees them go by. */
		if (i && i % 100 == 0)
			ksft_print_msg("cycle %u\n", i);
		if (load_only) {
			lq_sleep_ms(500);
			continue;
		}
		if (lq_insmod(args)) {
			ksft_print_msg("cycle %u: insmod %s: %s\n", i, args,
				       strerror(errno));
			bad++;
			continue;
		}

		/* From none to some of the load happens while it is loaded */
		lq_sleep_ms(i % 8 * 10);
		seen[i % 2] |= lq_hooks_in(probes ? LQ_KPROBES : LQ_HOOKED);
		if (!unloads()) {
			ksft_print_msg("cycle %u: rmmod: %s\n", i,
				       strerror(errno));
			bad++;
		}
	}
	return bad;
}

static void mount_tracing(void)
{
	if (mount("debugfs", LQ_DEBUGFS, "debugfs", 0, NULL) && errno != EBUSY)
		ksft_print_msg("debugfs: %s\n", strerror(errno));
	if (mount("tracefs", LQ_TRACEFS, "tracefs", 0, NULL) && errno != EBUSY)
		ksft_print_msg("tracefs: %s\n", strerror(errno));
}

static bool file_exists(const char *path)
{
	struct stat st;

	return !lstat(path, &st);
}

static unsigned int parse(int argc, char **argv)
{
	unsigned int n = 200;
	int option;

	while ((option = getopt(argc, argv, "ln:r:x")) != -1) {
		if (option == 'l')
			load_only = true;
		else if (option == 'n')
			n = atoi(optarg);
		else if (option == 'r')
			rest_ms = atoi(optarg);
		else if (option == 'x')
			disturbed = true;
		else
			ksft_exit_fail_msg("usage: unload [-lx] [-n CYCLES] [-r MS]\n");
	}
	return n;
}

/* All that goes on meanwhile */
struct surroundings {
	struct lq_load load;
	struct lq_nl_asking asking;
	struct nl_policy_writers writers;
	struct lq_disturb disturb;
	u64 policies;
	u64 times[LQ_DISTURBS];
};

static void begin(struct surroundings *around)
{
	/* The load is to be there, not to keep insmod and rmmod waiting. */
	setpriority(PRIO_PROCESS, 0, 19);
	lq_load_start(&around->load);
	lq_nl_ask_start(&around->asking, rest_ms);
	if (nl_policy_write_start(&around->writers, 1, true))
		ksft_exit_fail_msg("no policies: %s\n", strerror(errno));
	if (disturbed && lq_disturb_start(&around->disturb, rest_ms))
		ksft_exit_fail_msg("nothing to disturb with: %s\n",
				   strerror(errno));
	setpriority(PRIO_PROCESS, 0, 0);
}

/* Return: how much went wrong */
static unsigned int end(struct surroundings *around)
{
	unsigned int bad = 0;

	if (disturbed)
		bad += lq_disturb_stop(&around->disturb);
	for (int i = 0; disturbed && i < LQ_DISTURBS; i++)
		around->times[i] += lq_disturb_times(&around->disturb, i);
	bad += lq_nl_ask_stop(&around->asking) != 0;
	bad += nl_policy_write_stop(&around->writers);
	around->policies += nl_policy_written(&around->writers);
	return bad + lq_load_stop(&around->load);
}

/* One phase of cycles under load, then silence */
static unsigned int phase(struct surroundings *around, unsigned int n,
			  bool *seen)
{
	unsigned int bad;

	begin(around);
	bad = cycles(n, seen);
	bad += end(around);
	lq_load_drain(&around->load);
	return bad;
}

static void check_gone(void)
{
	ksft_test_result(!file_exists(LQ_FILE) &&
			 !file_exists("/proc/net/listenq"),
			 "the files are gone\n");
	ksft_test_result(!lq_loaded(), "the module is gone\n");
	ksft_test_result(!lq_hooks_in(LQ_HOOKED) && !lq_hooks_in(LQ_KPROBES),
			 "the hooks are gone\n");
}

static void check_leaks(void)
{
	ksft_test_result(!lq_leaks(), "kmemleak finds nothing\n");
	ksft_test_result_skip("slab memory # kmemleak was asked\n");
}

static void check_memory(const struct lq_memory *before,
			 const struct lq_memory *after, unsigned int n)
{
	long bound = NOISE_KB + CYCLE_KB * (n - WARM_UP_CYCLES);

	ksft_test_result(after->percpu_kb - before->percpu_kb < bound,
			 "percpu memory is back\n");
	if (after->slab_kb - before->slab_kb >= bound)
		lq_memory_print(before, after);
	ksft_test_result(after->slab_kb - before->slab_kb < bound,
			 "slab memory is back\n");
}

static void check_disturbed(const struct surroundings *around)
{
	const u64 *times = around->times;

	ksft_test_result(!disturbed ||
			 (times[LQ_DISTURB_CPU] && times[LQ_DISTURB_MEMORY] &&
			  times[LQ_DISTURB_NAMESPACES]),
			 "a CPU went %llu times, memory %llu times, %llu namespaces came and went\n",
			 times[LQ_DISTURB_CPU], times[LQ_DISTURB_MEMORY],
			 times[LQ_DISTURB_NAMESPACES]);
}

int main(int argc, char **argv)
{
	unsigned int n = parse(argc, argv), bad;
	struct surroundings around = { 0 };
	bool seen[2] = { false, false };
	static struct lq_memory before, after;

	ksft_print_header();
	ksft_set_plan(11);
	if (lq_loaded())
		ksft_exit_fail_msg("listenq is loaded already\n");
	mount_tracing();
	if (lq_net_routes() || lq_load_listen(&around.load))
		ksft_exit_fail_msg("no load: %s\n", strerror(errno));
	around.load.rest_ms = rest_ms;
	lq_sysctl_set("net/ipv4/tcp_synack_retries", 1);

	if (!lq_probes_possible())
		ksft_print_msg("%s\n", LQ_NO_PROBES);
	if (lq_leaks_watched()) {
		bad = phase(&around, n, seen);
	} else {
		n = n > WARM_UP_CYCLES ? n : WARM_UP_CYCLES + 1;
		bad = phase(&around, WARM_UP_CYCLES, seen);
		lq_memory_settle(&before);
		bad += phase(&around, n - WARM_UP_CYCLES, seen);
		lq_memory_settle(&after);
	}

	ksft_test_result(!bad, "%u cycles under load\n", n);
	ksft_test_result(lq_load_readings(&around.load), "the file was read\n");
	ksft_test_result(around.policies, "%llu policies were set\n",
			 around.policies);
	check_disturbed(&around);
	ksft_test_result(seen[0] && seen[1], "hooks were seen while loaded\n");
	ksft_test_result(!nl_policy_load_restored(&around.load),
			 "listeners are as their programs left them\n");
	check_gone();
	if (lq_leaks_watched())
		check_leaks();
	else
		check_memory(&before, &after, n);
	lq_sysctl_restore();
	lq_load_close(&around.load);
	ksft_finished();
}
