/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hooking kernel functions: replaced by a wrapper, or watched by a kretprobe.
 * Knows nothing of sockets.
 */
#ifndef _LISTENQ_HOOK_H
#define _LISTENQ_HOOK_H

#include <linux/kprobes.h>
#include <linux/percpu.h>

/**
 * enum lq_hook_way - how a function is hooked
 * @LQ_HOOK_OFF: not (yet)
 * @LQ_HOOK_REPLACE: our wrapper runs in its place and calls it
 * @LQ_HOOK_PROBE: a kretprobe runs our code before and after it
 */
enum lq_hook_way {
	LQ_HOOK_OFF,
	LQ_HOOK_REPLACE,
	LQ_HOOK_PROBE,
};

/**
 * struct lq_hook - one kernel function
 * @name: its symbol
 * @wrapper: takes its place; has its very type.  NULL: can only be watched
 * @set_original: tells the wrapper's static_call() where the original goes on
 * @before: kretprobe entry handler; nonzero: do not run @after
 * @after: kretprobe return handler; NULL: only the entry is of interest
 * @data_size: of what @before keeps for @after
 * @maxactive: calls watched at a time; 0: the kernel's default
 * @hits: calls seen, per CPU
 * @optional: why it can be done without, or NULL: load fails without it
 * @way: how it is hooked
 * @address: of the function's ftrace site
 * @probe: used when @way is LQ_HOOK_PROBE
 */
struct lq_hook {
	const char *name;
	void *wrapper;
	void (*set_original)(unsigned long address);
	kretprobe_handler_t before;
	kretprobe_handler_t after;
	size_t data_size;
	int maxactive;
	unsigned long __percpu *hits;
	const char *optional;
	enum lq_hook_way way;
	unsigned long address;
	struct kretprobe probe;
};

int lq_hook_install(struct lq_hook *hooks, int nr);
void lq_hook_remove(struct lq_hook *hooks, int nr);

#endif /* _LISTENQ_HOOK_H */
