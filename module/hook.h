/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hooking kernel functions: replaced by a wrapper, watched by a kretprobe, or
 * only their entry noticed.  Knows nothing of sockets.
 */
#ifndef _LISTENQ_HOOK_H
#define _LISTENQ_HOOK_H

#include <linux/kprobes.h>
#include <linux/percpu.h>
#include <linux/srcu.h>

/**
 * enum lq_hook_way - how a function is hooked
 * @LQ_HOOK_OFF: not (yet)
 * @LQ_HOOK_REPLACE: our wrapper runs in its place and calls it
 * @LQ_HOOK_PROBE: a kretprobe runs our code before and after it
 * @LQ_HOOK_ENTRY: ftrace runs our code when it is entered
 */
enum lq_hook_way {
	LQ_HOOK_OFF,
	LQ_HOOK_REPLACE,
	LQ_HOOK_PROBE,
	LQ_HOOK_ENTRY,
};

/**
 * struct lq_hook - one kernel function
 * @name: its symbol
 * @wrapper: takes its place; has its very type.  NULL: can only be watched
 * @set_original: tells the wrapper where the original goes on
 * @entered: only the entry is of interest: gets the first two arguments, with
 *	preemption disabled
 * @before: kretprobe entry handler; nonzero: do not run @after
 * @after: kretprobe return handler
 * @data_size: of what @before keeps for @after
 * @maxactive: calls watched at a time; 0: the kernel's default
 * @hits: calls seen, per CPU
 * @sleeps: it can be interrupted by the functions that are watched: while a
 *	kprobe handler runs, these would be missed.  So it is left alone unless
 *	all of them are replaced
 * @optional: why it can be done without, "" for no matter, or NULL: load fails
 *	without it
 * @way: how it is hooked
 * @refused: why it could not be replaced
 * @address: of the function's ftrace site
 * @probe: used when @way is LQ_HOOK_PROBE, or for an entry without ftrace
 */
struct lq_hook {
	const char *name;
	void *wrapper;
	void (*set_original)(unsigned long address);
	void (*entered)(unsigned long first, unsigned long second);
	kretprobe_handler_t before;
	kretprobe_handler_t after;
	size_t data_size;
	int maxactive;
	unsigned long __percpu *hits;
	bool sleeps;
	const char *optional;
	enum lq_hook_way way;
	int refused;
	unsigned long address;
	struct kretprobe probe;
};

/**
 * struct lq_hook_state - how a function is hooked, for readers
 * @name: its symbol
 * @way: how it is hooked
 * @hits: calls seen
 * @missed: calls known to have been missed
 */
struct lq_hook_state {
	const char *name;
	enum lq_hook_way way;
	u64 hits;
	u64 missed;
};

#ifdef CONFIG_PREEMPT_RT
extern struct srcu_struct lq_hook_inside;
#endif

/*
 * In a wrapper that may be called with bottom halves enabled, around what may wait
 * for a lock: see lq_hook_remove().
 */
static inline int lq_hook_enter(void)
{
#ifdef CONFIG_PREEMPT_RT
	return srcu_read_lock(&lq_hook_inside);
#else
	return 0;
#endif
}

static inline void lq_hook_leave(int inside)
{
#ifdef CONFIG_PREEMPT_RT
	srcu_read_unlock(&lq_hook_inside, inside);
#endif
}

bool lq_hook_state(unsigned int n, struct lq_hook_state *state);
int lq_hook_install(struct lq_hook *hooks, int nr);
void lq_hook_remove(struct lq_hook *hooks, int nr);

#endif /* _LISTENQ_HOOK_H */
