// SPDX-License-Identifier: GPL-2.0
/*
 * Hooking kernel functions.
 *
 * Replaced as live patching does it: one ftrace_ops with IPMODIFY sets the
 * instruction pointer to our wrapper, which calls the original past its ftrace
 * site.  Other tracers of the function see each call once.
 *
 * Where only an entry matters a second ftrace_ops notices it: no kprobe, for
 * while a kprobe handler runs on a CPU all other kprobes there are missed, and
 * in process context a softirq may bring many.
 *
 * The functions are not exported; their addresses come from kprobes.
 */
#include <linux/errno.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "compat/ftrace.h"
#include "compat/kprobes.h"
#include "compat/original.h"
#include "compat/rt.h"
#include "hook.h"

/* Another tracer may just be attaching or leaving. */
#define LQ_HOOK_TRIES 5

static char *hooks = "auto";
module_param(hooks, charp, 0444);
MODULE_PARM_DESC(hooks,
		 "replace: replace the kernel's functions, or fail; probe: watch them by kretprobes; auto: replace where possible, else watch (default auto)");

#ifdef CONFIG_PREEMPT_RT
DEFINE_SRCU(lq_hook_inside);
#endif

/* What is hooked, for the ftrace callback and the status parameter. */
static struct lq_hook *lq_hooks;
static int lq_hooks_nr;

static void notrace redirect(unsigned long ip, unsigned long parent_ip,
			     struct ftrace_ops *ops, struct lq_ftrace_regs *fregs)
{
	int n;

	/* A handful, the hot ones first. */
	for (n = 0; n < lq_hooks_nr; n++) {
		if (lq_hooks[n].address == ip && lq_hooks[n].wrapper) {
			lq_ftrace_set_ip(fregs,
					 (unsigned long)lq_hooks[n].wrapper);
			return;
		}
	}
}

static struct ftrace_ops lq_redirect_ops = {
	.func = redirect,
	/* PERMANENT: else kernel.ftrace_enabled=0 would switch us off. */
	.flags = FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT |
		 LQ_FTRACE_FLAGS,
};

static void notrace notice(unsigned long ip, unsigned long parent_ip,
			   struct ftrace_ops *ops, struct lq_ftrace_regs *fregs)
{
	int n;

	preempt_disable_notrace();
	for (n = 0; n < lq_hooks_nr; n++) {
		if (lq_hooks[n].address == ip && lq_hooks[n].entered)
			lq_hooks[n].entered(lq_ftrace_argument(fregs, 0),
					    lq_ftrace_argument(fregs, 1));
	}
	preempt_enable_notrace();
}

static struct ftrace_ops lq_notice_ops = {
	.func = notice,
	.flags = FTRACE_OPS_FL_PERMANENT | LQ_FTRACE_FLAGS,
};

static bool lq_redirecting;
static bool lq_noticing;

/*
 * A kprobe that is never armed finds the address and patches nothing.  One that
 * is armed while kernel.ftrace_enabled is 0 never fires and cannot be taken away
 * again, so none is before an ops of ours is registered: see install_all().
 */
static int find_address(struct lq_hook *hook)
{
	struct kprobe probe = {
		.symbol_name = hook->name,
		.flags = KPROBE_FLAG_DISABLED,
	};
	int err = register_kprobe(&probe);

	if (err)
		return err;
	hook->address = (unsigned long)probe.addr + LQ_SITE_OFFSET;
	unregister_kprobe(&probe);
	return 0;
}

/* Another tracer may just be attaching or leaving. */
static int ftrace_begin(struct ftrace_ops *ops, bool *registered)
{
	int tries = 0, err;

	do {
		err = register_ftrace_function(ops);
	} while (err == -EAGAIN && ++tries < LQ_HOOK_TRIES);
	*registered = !err;
	return err;
}

/* The filter cannot be used again: the kernel frees it and keeps the pointer. */
static void ftrace_end(struct ftrace_ops *ops, bool *registered)
{
	if (*registered)
		unregister_ftrace_function(ops);
	lq_ftrace_free_filter(ops);
	*registered = false;
}

static void notrace leave_alone(unsigned long ip, unsigned long parent_ip,
				struct ftrace_ops *ops,
				struct lq_ftrace_regs *fregs)
{
}

static struct ftrace_ops lq_trial_ops = {
	.func = leave_alone,
	.flags = FTRACE_OPS_FL_IPMODIFY | LQ_FTRACE_FLAGS,
};

/* Whether a function could be replaced, without doing it. */
static int try_replace(const struct lq_hook *hook)
{
	bool registered = false;
	int err;

	err = ftrace_set_filter_ip(&lq_trial_ops, hook->address, 0, 1);
	if (!err)
		err = ftrace_begin(&lq_trial_ops, &registered);
	if (registered)
		unregister_ftrace_function(&lq_trial_ops);
	return err;
}

static void try_each(void)
{
	bool registered = false;
	int n;

	for (n = 0; n < lq_hooks_nr; n++) {
		if (!lq_hooks[n].refused)
			lq_hooks[n].refused = try_replace(&lq_hooks[n]);
	}
	ftrace_end(&lq_trial_ops, &registered);
}

static int prepare_replace(struct lq_hook *hook)
{
	int err;

	if (!LQ_CAN_REPLACE || !hook->wrapper)
		return -EOPNOTSUPP;
	err = find_address(hook);
	if (!err)
		hook->set_original(hook->address + LQ_SITE_SIZE);
	return err;
}

/* All that were not refused. */
static int replace_together(void)
{
	int n, added = 0, err = 0;

	for (n = 0; n < lq_hooks_nr && !err; n++) {
		if (!lq_hooks[n].refused)
			err = ftrace_set_filter_ip(&lq_redirect_ops,
						   lq_hooks[n].address, 0,
						   !added++);
	}
	if (err || !added)
		return err;
	return ftrace_begin(&lq_redirect_ops, &lq_redirecting);
}

/*
 * In one registration: it is then that the kernel makes BPF programs on these
 * functions go on to our wrappers.  They would pass by one that is added later.
 * Only if that is refused is each function asked about alone.
 */
static void replace_all(void)
{
	int n, err;

	for (n = 0; n < lq_hooks_nr; n++)
		lq_hooks[n].refused = prepare_replace(&lq_hooks[n]);
	err = replace_together();
	if (err) {
		try_each();
		err = replace_together();
	}
	for (n = 0; n < lq_hooks_nr; n++) {
		if (lq_hooks[n].refused)
			continue;
		lq_hooks[n].refused = err;
		if (!err)
			lq_hooks[n].way = LQ_HOOK_REPLACE;
	}
}

/*
 * Not by name: when ftrace has no memory for that it may succeed and yet have
 * found nothing, which stands for every function of the kernel.
 */
static int notice_entry(struct lq_hook *hook)
{
	int err;

	if (!LQ_FTRACE_SEES)
		return -EOPNOTSUPP;
	err = find_address(hook);
	if (!err)
		err = ftrace_set_filter_ip(&lq_notice_ops, hook->address, 0, 0);
	if (!err && !lq_noticing)
		err = ftrace_begin(&lq_notice_ops, &lq_noticing);
	if (!err)
		hook->way = LQ_HOOK_ENTRY;
	return err;
}

/* Without ftrace: the kretprobe's entry, and no return. */
static int entered_by_probe(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct lq_hook *hook = container_of(lq_get_kretprobe(ri), struct lq_hook,
					    probe);

	hook->entered(regs_get_kernel_argument(regs, 0),
		      regs_get_kernel_argument(regs, 1));
	return 1;
}

static int watch(struct lq_hook *hook)
{
	int err;

	memset(&hook->probe, 0, sizeof(hook->probe));
	hook->probe.kp.symbol_name = hook->name;
	hook->probe.entry_handler = hook->entered ? entered_by_probe :
						    hook->before;
	hook->probe.handler = hook->after;
	hook->probe.data_size = hook->data_size;
	hook->probe.maxactive = hook->maxactive;
	err = register_kretprobe(&hook->probe);
	if (!err)
		hook->way = LQ_HOOK_PROBE;
	return err;
}

/*
 * To disarm a kprobe by ftrace takes memory.  Without any, the kernel warns, leaves
 * the kprobe registered when it is unregistered, and does not tell: what it points
 * to would go with the module.  One that is disabled needs not be disarmed, and is
 * not called any more.  An entry of the kernel's own filter remains, which finds
 * no kprobe.
 */
static void unwatch_begin(struct lq_hook *hook)
{
	if (disable_kretprobe(&hook->probe))
		hook->probe.kp.flags |= KPROBE_FLAG_DISABLED;
}

static bool any_watched(void)
{
	int n;

	for (n = 0; n < lq_hooks_nr; n++) {
		if (lq_hooks[n].way == LQ_HOOK_PROBE)
			return true;
	}
	return false;
}

/* Noticing an entry excludes nobody: -EBUSY says that ftrace is off. */
static int try_entry(struct lq_hook *hook)
{
	int err = notice_entry(hook);

	if (!err || err == -EBUSY || err == -ENOMEM)
		return err;
	return watch(hook);
}

static const char *by_whom(int refused)
{
	return refused == -EBUSY ? ", another tracer or live patch does" : "";
}

/* Which policies are possible depends on it. */
static void say_watched(const struct lq_hook *hook)
{
	if (!hook->wrapper || !strcmp(hooks, "probe"))
		return;
	pr_info("cannot replace %s (%d%s): watching it by a kretprobe\n",
		hook->name, hook->refused, by_whom(hook->refused));
}

/* On PREEMPT_RT a probe may not do what a wrapper does: it is no other way. */
static int try_ways(struct lq_hook *hook)
{
	int err;

	if (hook->entered)
		return try_entry(hook);
	if (!hook->refused || (hook->wrapper && !strcmp(hooks, "replace")))
		return hook->refused;
	if (LQ_RT && hook->wrapper)
		return hook->refused;
	err = watch(hook);
	if (!err)
		say_watched(hook);
	return err;
}

static void say_why(const struct lq_hook *hook, int err)
{
	if (err == -ENOENT)
		pr_err("this kernel has no function %s that can be hooked\n",
		       hook->name);
	else if (LQ_RT && hook->wrapper && !strcmp(hooks, "probe"))
		pr_err("hooks=probe: PREEMPT_RT does not let a probe take locks, so %s can only be replaced\n",
		       hook->name);
	else if (LQ_RT && hook->wrapper)
		pr_err("cannot replace %s (%d%s), and PREEMPT_RT does not let a probe take locks\n",
		       hook->name, err, by_whom(err));
	else if (hook->wrapper && !strcmp(hooks, "replace"))
		pr_err("cannot replace %s (%d): load with hooks=auto\n",
		       hook->name, err);
	else if (hook->entered && err == -EBUSY)
		pr_err("cannot hook %s (%d): sysctl kernel.ftrace_enabled is 0\n",
		       hook->name, err);
	else
		pr_err("cannot hook %s (%d)\n", hook->name, err);
}

static int install(struct lq_hook *hook)
{
	int err;

	if (hook->sleeps && any_watched())
		return 0;
	err = try_ways(hook);
	if (!err)
		return 0;
	/* What decides can only be done without where it does not exist. */
	if (!hook->optional || (hook->wrapper && err != -ENOENT)) {
		say_why(hook, err);
		return err;
	}
	if (*hook->optional)
		pr_info("cannot hook %s (%d): %s\n", hook->name, err,
			hook->optional);
	return 0;
}

/* Entries go first: from then on ftrace cannot be switched off. */
static int install_all(bool entries)
{
	int n, err = 0;

	for (n = 0; n < lq_hooks_nr && !err; n++) {
		if (!lq_hooks[n].entered == !entries)
			err = install(&lq_hooks[n]);
	}
	return err;
}

/**
 * lq_hook_install() - hook all functions
 * @hooks_to_install: static; the hot ones first
 * @nr: how many
 *
 * Context: process, sleeps.
 * Return: 0, or a negative error, said in the log; then nothing is hooked.
 */
int lq_hook_install(struct lq_hook *hooks_to_install, int nr)
{
	int n, err;

	if (strcmp(hooks, "auto") && strcmp(hooks, "replace") &&
	    strcmp(hooks, "probe")) {
		pr_err("hooks=%s: must be auto, replace or probe\n", hooks);
		return -EINVAL;
	}
	lq_hooks = hooks_to_install;
	lq_hooks_nr = nr;
	for (n = 0; n < nr; n++)
		hooks_to_install[n].refused = -EOPNOTSUPP;
	err = install_all(true);
	if (!err) {
		if (strcmp(hooks, "probe"))
			replace_all();
		err = install_all(false);
	}
	if (err)
		lq_hook_remove(hooks_to_install, nr);
	return err;
}

static void wait_for_locked(void)
{
#ifdef CONFIG_PREEMPT_RT
	synchronize_srcu(&lq_hook_inside);
	synchronize_rcu_tasks();
#endif
}

/**
 * lq_hook_remove() - give all functions back
 * @hooks_to_remove: as installed
 * @nr: how many
 *
 * Nobody is inside a wrapper or handler when it returns, for this reason:
 * 1. unregister_ftrace_function() takes the sites back, then waits for every
 *    task that was preempted on its way to or inside a wrapper or callback
 *    (RCU tasks), and for every CPU to schedule.  None of them sleeps.
 * 2. unregister_kretprobes() waits for handlers; calls that are still blocked in
 *    a watched function return through the kernel's own trampoline without us.
 * 3. synchronize_rcu() covers what ran with bottom halves disabled.
 * 4. On PREEMPT_RT wrappers wait for locks, and 1. takes that for sleep.  They do
 *    so inside RCU, which disabled bottom halves imply there, or inside SRCU, see
 *    lq_hook_enter().  Once they have left it they can only be preempted on their
 *    way out: RCU tasks again.
 *
 * Context: process, sleeps.
 */
void lq_hook_remove(struct lq_hook *hooks_to_remove, int nr)
{
	struct kretprobe **probes;
	int n, nr_probes = 0;

	ftrace_end(&lq_redirect_ops, &lq_redirecting);
	/* All at once: each unregistration alone waits for a grace period. */
	probes = kcalloc(nr, sizeof(*probes), GFP_KERNEL);
	for (n = 0; n < nr; n++) {
		if (hooks_to_remove[n].way != LQ_HOOK_PROBE)
			continue;
		unwatch_begin(&hooks_to_remove[n]);
		if (probes)
			probes[nr_probes++] = &hooks_to_remove[n].probe;
		else
			unregister_kretprobe(&hooks_to_remove[n].probe);
	}
	if (nr_probes)
		unregister_kretprobes(probes, nr_probes);
	kfree(probes);
	/* After the kprobes: see find_address(). */
	ftrace_end(&lq_notice_ops, &lq_noticing);
	for (n = 0; n < nr; n++)
		hooks_to_remove[n].way = LQ_HOOK_OFF;
	synchronize_rcu();
	wait_for_locked();
}

static const char *way_name(enum lq_hook_way way)
{
	switch (way) {
	case LQ_HOOK_REPLACE:
		return "replace";
	case LQ_HOOK_PROBE:
		return "probe";
	case LQ_HOOK_ENTRY:
		return "entry";
	default:
		return "off";
	}
}

static u64 sum_hits(const struct lq_hook *hook)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(*per_cpu_ptr(hook->hits, cpu));
	return sum;
}

static unsigned long missed(const struct lq_hook *hook)
{
	if (hook->way != LQ_HOOK_PROBE)
		return 0;
	return hook->probe.nmissed + hook->probe.kp.nmissed;
}

/**
 * lq_hook_state() - how a function is hooked
 * @n: number of the hook, from 0
 * @state: filled
 *
 * Context: any, while the hooks are installed.
 * Return: false when there are no more.
 */
bool lq_hook_state(unsigned int n, struct lq_hook_state *state)
{
	if (n >= lq_hooks_nr)
		return false;
	state->name = lq_hooks[n].name;
	state->way = lq_hooks[n].way;
	state->hits = sum_hits(&lq_hooks[n]);
	state->missed = missed(&lq_hooks[n]);
	return true;
}

static int hooked_get(char *buffer, const struct kernel_param *param)
{
	int n, len = 0;

	for (n = 0; n < lq_hooks_nr; n++)
		len += scnprintf(buffer + len, PAGE_SIZE - len,
				 "%-30s %-7s hits %llu missed %lu\n",
				 lq_hooks[n].name, way_name(lq_hooks[n].way),
				 sum_hits(&lq_hooks[n]), missed(&lq_hooks[n]));
	return len;
}

static const struct kernel_param_ops hooked_ops = {
	.get = hooked_get,
};

module_param_cb(hooked, &hooked_ops, NULL, 0444);
MODULE_PARM_DESC(hooked,
		 "read only: how each function is hooked, calls seen, calls missed");
