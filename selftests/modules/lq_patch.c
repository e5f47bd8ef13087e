// SPDX-License-Identifier: GPL-2.0
/*
 * A live patch that changes nothing: redirects functions as one does, counts
 * their calls, and has the originals resumed past their ftrace sites.
 *
 * The way back is a static call's trampoline, a direct jump: it needs to know
 * nothing of the function's type.
 */
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/static_call.h>

#include "../../module/compat/ftrace.h"
#include "../../module/compat/original.h"

#define MAX_FUNCTIONS 16

static char *functions[MAX_FUNCTIONS];
static int functions_nr;
module_param_array(functions, charp, &functions_nr, 0444);
MODULE_PARM_DESC(functions, "what to redirect");

static atomic64_t calls[MAX_FUNCTIONS];

static int calls_get(char *buffer, const struct kernel_param *param)
{
	int n, len = 0;

	for (n = 0; n < functions_nr; n++)
		len += scnprintf(buffer + len, PAGE_SIZE - len, "%s %lld\n",
				 functions[n], atomic64_read(&calls[n]));
	return len;
}

static const struct kernel_param_ops calls_ops = {
	.get = calls_get,
};

module_param_cb(calls, &calls_ops, NULL, 0444);
MODULE_PARM_DESC(calls, "read only: how often each was called");

#if LQ_FTRACE_SEES && LQ_SITE_KNOWN && defined(CONFIG_HAVE_STATIC_CALL)

static unsigned long address[MAX_FUNCTIONS];

static void nothing(void)
{
}

DEFINE_STATIC_CALL(resume_0, nothing);
DEFINE_STATIC_CALL(resume_1, nothing);
DEFINE_STATIC_CALL(resume_2, nothing);
DEFINE_STATIC_CALL(resume_3, nothing);
DEFINE_STATIC_CALL(resume_4, nothing);
DEFINE_STATIC_CALL(resume_5, nothing);
DEFINE_STATIC_CALL(resume_6, nothing);
DEFINE_STATIC_CALL(resume_7, nothing);
DEFINE_STATIC_CALL(resume_8, nothing);
DEFINE_STATIC_CALL(resume_9, nothing);
DEFINE_STATIC_CALL(resume_10, nothing);
DEFINE_STATIC_CALL(resume_11, nothing);
DEFINE_STATIC_CALL(resume_12, nothing);
DEFINE_STATIC_CALL(resume_13, nothing);
DEFINE_STATIC_CALL(resume_14, nothing);
DEFINE_STATIC_CALL(resume_15, nothing);

#define RESUME(n) { &STATIC_CALL_KEY(resume_##n), \
		    STATIC_CALL_TRAMP_ADDR(resume_##n) }

static const struct {
	struct static_call_key *key;
	void *trampoline;
} resume[MAX_FUNCTIONS] = {
	RESUME(0), RESUME(1), RESUME(2), RESUME(3),
	RESUME(4), RESUME(5), RESUME(6), RESUME(7),
	RESUME(8), RESUME(9), RESUME(10), RESUME(11),
	RESUME(12), RESUME(13), RESUME(14), RESUME(15),
};

static void notrace redirect(unsigned long ip, unsigned long parent_ip,
			     struct ftrace_ops *ops,
			     struct lq_ftrace_regs *fregs)
{
	int n;

	for (n = 0; n < functions_nr; n++) {
		if (address[n] == ip) {
			atomic64_inc(&calls[n]);
			lq_ftrace_set_ip(fregs,
					 (unsigned long)resume[n].trampoline);
			return;
		}
	}
}

static struct ftrace_ops patch_ops = {
	.func = redirect,
	.flags = FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT |
		 LQ_FTRACE_FLAGS,
};

static int prepare(int n)
{
	struct kprobe probe = {
		.symbol_name = functions[n],
		.flags = KPROBE_FLAG_DISABLED,
	};
	int err = register_kprobe(&probe);

	if (err)
		return err;
	address[n] = (unsigned long)probe.addr;
	unregister_kprobe(&probe);
	__static_call_update(resume[n].key, resume[n].trampoline,
			     (void *)(address[n] + LQ_SITE_SIZE));
	return ftrace_set_filter_ip(&patch_ops, address[n], 0, 0);
}

static int __init patch_init(void)
{
	int n, err = functions_nr ? 0 : -EINVAL;

	for (n = 0; n < functions_nr && !err; n++)
		err = prepare(n);
	if (!err)
		err = register_ftrace_function(&patch_ops);
	if (err)
		lq_ftrace_free_filter(&patch_ops);
	return err;
}

static void __exit patch_exit(void)
{
	unregister_ftrace_function(&patch_ops);
	lq_ftrace_free_filter(&patch_ops);
}

#else

static int __init patch_init(void)
{
	return -EOPNOTSUPP;
}

static void __exit patch_exit(void)
{
}

#endif

module_init(patch_init);
module_exit(patch_exit);
MODULE_DESCRIPTION("listenq selftests: a live patch that changes nothing");
MODULE_LICENSE("GPL");
