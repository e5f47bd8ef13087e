// SPDX-License-Identifier: GPL-2.0
/*
 * Others on the functions that listenq hooks: whoever comes and leaves first,
 * each sees every call once, or is refused and told so.
 *
 * The traffic calls each function a known number of times; who is there is
 * asked afterwards how often it has seen it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "other.h"
#include "other_traffic.h"

#define FTRACE	"/proc/sys/kernel/ftrace_enabled"
#define HOOKED	"/sys/module/listenq/parameters/hooked"
#define TRACED	LQ_TRACEFS "/available_filter_functions"

/* Why the point that runs is no good; empty: it is */
static unsigned int complaints;

#define complain(...) do {						\
	ksft_print_msg(__VA_ARGS__);					\
	complaints++;							\
} while (0)

struct scene {
	const struct other *other;	/* NULL: not there */
	bool loaded;
	struct lq_mibs base;		/* when it was loaded */
};

struct hook {
	char name[64];
	char way[16];
	u64 hits;
	u64 missed;
};

#define MAX_HOOKS 24

static int parse_hooks(FILE *file, const char *format, struct hook *hooks)
{
	char line[256];
	int n = 0;

	while (file && n < MAX_HOOKS && fgets(line, sizeof(line), file)) {
		struct hook *hook = &hooks[n];

		if (sscanf(line, format, hook->name, hook->way, &hook->hits,
			   &hook->missed) == 4)
			n++;
	}
	return n;
}

/* As an operator would ask */
static int ask_hooks(struct hook *hooks)
{
	FILE *file = popen("listenq hooks", "re");
	int n = parse_hooks(file, "%63s %15s %*s %llu %llu", hooks);

	if (file)
		pclose(file);
	return n;
}

/* The same, and quicker */
static int read_hooks(struct hook *hooks)
{
	FILE *file = fopen(HOOKED, "re");
	int n = parse_hooks(file, "%63s %15s hits %llu missed %llu", hooks);

	if (file)
		fclose(file);
	return n;
}

static const struct other_expected *expected_of(const char *function)
{
	const struct other_expected *expected = other_expected;

	while (expected->function && strcmp(expected->function, function))
		expected++;
	return expected->function ? expected : NULL;
}

static bool only_entered(const char *function)
{
	return !strncmp(function, "inet_listen", 11) ||
	       !strcmp(function, "__inet_listen_sk") ||
	       !strcmp(function, "inet_csk_listen_stop") ||
	       !strcmp(function, "inet_csk_accept");
}

/* Where there is one, it keeps the kernel from letting listenq redirect too */
static bool excludes;

static const char *way_of(const char *function, const struct scene *scene,
			  const char *args)
{
	if (!strcmp(args, "hooks=probe"))
		return "probe";
	if (scene->other && excludes && other_named(function) >= 0)
		return "probe";
	return "replace";
}

/* All of them are in our list, and hooked in the way wanted */
static void check_ways(const struct scene *scene, const char *args)
{
	struct hook hooks[MAX_HOOKS];
	int n = ask_hooks(hooks), decide = 0;

	for (int i = 0; i < n; i++) {
		const char *name = hooks[i].name, *way;

		if (!expected_of(name) && strcmp(hooks[i].way, "off"))
			complain("%s is hooked, and not tested\n", name);
		if (!expected_of(name) || only_entered(name))
			continue;
		decide++;
		way = way_of(name, scene, args);
		if (strcmp(hooks[i].way, way))
			complain("%s: %s, expected %s\n", name, hooks[i].way,
				 way);
	}
	if (!decide)
		complain("listenq hooks shows none\n");
}

/* What was seen of the traffic by listenq, and by whoever else is there */
struct seen {
	struct hook hooks[MAX_HOOKS];
	int nhooks;
	u64 calls[OTHER_MAX_FUNCTIONS];
};

static void look(const struct scene *scene, struct seen *seen)
{
	memset(seen, 0, sizeof(*seen));
	if (scene->loaded)
		seen->nhooks = read_hooks(seen->hooks);
	if (scene->other && scene->other->calls(seen->calls))
		complain("%s: cannot read its counts\n", scene->other->name);
}

static void compare(const char *who, const char *function, u64 seen)
{
	u64 calls = expected_of(function)->calls;

	if (seen != calls)
		complain("%s: %s: %llu calls seen of %llu\n", who, function,
			 seen, calls);
}

/* accept() is watched twice: each call, and what it returned */
static const char *function_of(const struct hook *hook)
{
	if (!strcmp(hook->name, "inet_csk_accept") && strcmp(hook->way, "entry"))
		return OTHER_ACCEPTED;
	return hook->name;
}

static void compare_hooks(const struct seen *before, const struct seen *after)
{
	for (int i = 0; i < after->nhooks; i++) {
		const struct hook *hook = &after->hooks[i];

		if (!strcmp(hook->way, "off"))
			continue;
		compare("listenq", function_of(hook),
			hook->hits - before->hooks[i].hits);
		if (hook->missed)
			complain("listenq: %s: %llu missed\n", hook->name,
				 hook->missed);
	}
}

/* The traffic, seen by all who are there, once each */
static void check_traffic(struct scene *scene)
{
	struct seen before, after;

	look(scene, &before);
	if (!other_traffic())
		complaints++;
	look(scene, &after);
	for (int i = 0; scene->other && i < other_functions; i++)
		compare(scene->other->name, other_function[i],
			after.calls[i] - before.calls[i]);
	if (!scene->loaded)
		return;
	compare_hooks(&before, &after);
	if (lq_laws_since(&scene->base))
		complain("the laws are broken\n");
}

static void load(struct scene *scene, const char *args)
{
	lq_mibs_read(&scene->base);
	scene->loaded = !lq_insmod(args);
	if (!scene->loaded)
		complain("insmod %s: %s\n", args, strerror(errno));
}

static void unload(struct scene *scene)
{
	if (!scene->loaded)
		return;
	lq_mibs_free(&scene->base);
	if (lq_rmmod())
		complain("rmmod: %s\n", strerror(errno));
	scene->loaded = false;
}

static void attach(struct scene *scene, const struct other *other)
{
	if (other->attach())
		complain("%s: %s\n", other->name, strerror(errno));
	else
		scene->other = other;
}

static void detach(struct scene *scene)
{
	if (scene->other)
		scene->other->detach();
	scene->other = NULL;
}

/* Neither is here any more */
static void check_clean(void)
{
	if (lq_hooks_in(LQ_HOOKED) || lq_hooks_in(LQ_KPROBES))
		complain("something is still hooked\n");
}

/* What the kernel says to a third who redirects, and is not listenq */
static bool ask_excludes(const struct other *other)
{
	bool refused;

	if (other->redirects || other->attach())
		return other->redirects;
	refused = other_patch.attach();
	if (!refused)
		other_patch.detach();
	other->detach();
	return refused;
}

/* hooks=replace where somebody excludes it: refused, and says which function */
static void check_refused(void)
{
	int log = lq_log_open();
	bool named;

	lq_log_lines(log, "", &named);
	if (!lq_insmod("hooks=replace")) {
		complain("hooks=replace is not refused\n");
		lq_rmmod();
	} else if (errno != EBUSY) {
		complain("hooks=replace: %s\n", strerror(errno));
	}
	if (lq_log_lines(log, "cannot replace tcp_conn_request", &named) != 1 ||
	    !named)
		complain("no reason in the log\n");
	close(log);
}

/* What falls back to being watched is said, function by function */
static void load_beside(struct scene *scene, const char *args)
{
	int log = lq_log_open();
	bool named, expected = excludes && !strcmp(args, "hooks=auto");

	lq_log_lines(log, "", &named);
	load(scene, args);
	lq_log_lines(log, "cannot replace tcp_conn_request", &named);
	if (named != expected)
		complain("the log says %s fallback\n", named ? "a" : "no");
	close(log);
	if (scene->loaded)
		check_ways(scene, args);
}

/* The other stays all the time, listenq comes and goes twice */
static void other_first(struct scene *scene, const struct other *other,
			const char *args)
{
	attach(scene, other);
	if (excludes && !strcmp(args, "hooks=auto"))
		check_refused();
	load(scene, args);
	unload(scene);
	check_traffic(scene);
	load_beside(scene, args);
	check_traffic(scene);
	unload(scene);
	check_traffic(scene);
	detach(scene);
}

/* The other leaves while listenq is there, and comes back if it may */
static void other_leaves(struct scene *scene, const struct other *other,
			 const char *args)
{
	attach(scene, other);
	load_beside(scene, args);
	check_traffic(scene);
	detach(scene);
	check_traffic(scene);
	unload(scene);
}

/* Return: whether it is there */
static bool attach_beside(struct scene *scene, const struct other *other,
			  const char *args)
{
	if (!excludes || strcmp(args, "hooks=auto")) {
		attach(scene, other);
		return scene->other;
	}
	if (!other->attach()) {
		complain("%s is not refused\n", other->name);
		other->detach();
	} else if (errno != EBUSY) {
		complain("%s: %s, not EBUSY\n", other->name, strerror(errno));
	}
	return false;
}

/* listenq stays all the time, the other comes and goes twice */
static void listenq_first(struct scene *scene, const struct other *other,
			  const char *args)
{
	load(scene, args);
	attach_beside(scene, other, args);
	detach(scene);
	attach_beside(scene, other, args);
	check_traffic(scene);
	detach(scene);
	check_ways(scene, args);
	check_traffic(scene);
	unload(scene);
}

/* listenq leaves while the other is there; who was refused can come then */
static void listenq_leaves(struct scene *scene, const struct other *other,
			   const char *args)
{
	load(scene, args);
	if (attach_beside(scene, other, args))
		check_traffic(scene);
	unload(scene);
	if (!scene->other)
		attach(scene, other);
	check_traffic(scene);
	detach(scene);
}

static void ftrace_switch(const char *value, int expected)
{
	int failed = other_write(FTRACE, value) ? errno : 0;

	if (failed != expected)
		complain("ftrace_enabled=%s: %s\n", value, strerror(failed));
}

/* Who redirects keeps it on, and on 5.10 BPF does */
static bool keeps_on(const struct other *other)
{
	int failed = other_write(FTRACE, "0") ? errno : 0;

	if (failed != EBUSY && (failed || other->redirects))
		complain("ftrace_enabled=0: %s\n", strerror(failed));
	return failed;
}

/* kernel.ftrace_enabled: the other is as it was after listenq was refused */
static void switched(struct scene *scene, const struct other *other,
		     const char *args)
{
	int log = lq_log_open();
	bool named = true;

	attach(scene, other);
	if (!keeps_on(other)) {
		lq_log_lines(log, "", &named);
		if (!lq_insmod(args) || errno != EBUSY)
			complain("not refused while ftrace is off\n");
		lq_log_lines(log, "ftrace_enabled", &named);
		if (!named)
			complain("no reason in the log\n");
	}
	ftrace_switch("1", 0);
	check_traffic(scene);
	load(scene, args);
	ftrace_switch("0", EBUSY);
	check_traffic(scene);
	unload(scene);
	detach(scene);
	close(log);
}

static const struct order {
	const char *name;
	void (*play)(struct scene *scene, const struct other *other,
		     const char *args);
	const char *args;
	bool all;	/* functions; else those that decide */
} orders[] = {
	{ "comes first, leaves last", other_first, "hooks=auto", true },
	{ "comes first, leaves first", other_leaves, "hooks=auto", false },
	{ "comes last, leaves first", listenq_first, "hooks=auto", false },
	{ "comes last, leaves last", listenq_leaves, "hooks=auto", false },
	{ "ftrace is switched off and on", switched, "hooks=auto", false },
	{ "comes first, leaves last", other_first, "hooks=probe", false },
	{ "comes first, leaves first", other_leaves, "hooks=probe", false },
	{ "comes last, leaves first", listenq_first, "hooks=probe", false },
	{ "comes last, leaves last", listenq_leaves, "hooks=probe", false },
};

static const struct other *const others[] = {
	&other_kprobe, &other_kretprobe, &other_tracer, &other_fentry,
	&other_fexit, &other_patch,
};

#define N(array) (sizeof(array) / sizeof(*(array)))

/* Of those that this kernel has and can trace; the first decide */
static int all_functions;

static void play(const struct other *other, const struct order *order)
{
	struct scene scene = { 0 };

	complaints = 0;
	other_functions = order->all ? all_functions : OTHER_DECIDE;
	order->play(&scene, other, order->args);
	check_clean();
	ksft_test_result(!complaints, "%s %s, %s\n", other->name, order->name,
			 order->args);
}

/* Why it can't be had on this kernel at all; that is not listenq's matter */
static const char *absent(const struct other *other)
{
	other_functions = all_functions;
	if (other->attach())
		return strerror(errno);
	other->detach();
	return NULL;
}

/* From 7.0 on nobody can switch ftrace off. */
static bool can_switch(void)
{
	if (other_write(FTRACE, "0"))
		return errno != EOPNOTSUPP;
	if (other_write(FTRACE, "1"))
		complain("ftrace stays off\n");
	return true;
}

static void skip(const struct other *other, const struct order *order,
		 const char *why)
{
	ksft_test_result_skip("%s %s, %s: this kernel refuses it: %s\n",
			      other->name, order->name, order->args, why);
}

static int find_functions(void)
{
	bool found[OTHER_MAX_FUNCTIONS] = { false };
	FILE *file = fopen(TRACED, "re");
	char line[256];
	int n = 0;

	while (file && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n ")] = 0;
		if (expected_of(line))
			found[expected_of(line) - other_expected] = true;
	}
	if (file)
		fclose(file);
	for (int i = 0; other_expected[i].function; i++)
		if (found[i])
			other_function[n++] = other_expected[i].function;
	return n;
}

int main(void)
{
	bool switches;

	ksft_print_header();
	ksft_set_plan(N(others) * N(orders));
	all_functions = find_functions();
	if (lq_loaded() || lq_net_new() || all_functions < OTHER_DECIDE)
		ksft_exit_fail_msg("not a guest to test in\n");
	lq_many_files();
	other_traffic_prepare();
	switches = can_switch();
	for (unsigned int i = 0; i < N(others); i++) {
		const char *why = absent(others[i]);

		other_functions = OTHER_DECIDE;
		excludes = !why && ask_excludes(others[i]);
		for (unsigned int n = 0; n < N(orders); n++) {
			if (why)
				skip(others[i], &orders[n], why);
			else if (orders[n].play == switched && !switches)
				skip(others[i], &orders[n],
				     "kernel.ftrace_enabled=0");
			else
				play(others[i], &orders[n]);
		}
	}
	if (lq_errors)
		ksft_exit_fail_msg("%u figures could not be read\n", lq_errors);
	ksft_finished();
}
