// SPDX-License-Identifier: GPL-2.0
/*
 * Loading and unloading.
 */
#include <linux/cache.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/moduleparam.h>

#include "baseline.h"
#include "compat/rt.h"
#include "enumerate.h"
#include "event.h"
#include "life.h"
#include "listener.h"
#include "netlink.h"
#include "netns.h"
#include "probe.h"
#include "proc.h"
#include "synq.h"

/* Whether a difference of this CPU's counters is due to one call only. */
static bool lq_exact __ro_after_init;

static int exact_get(char *buffer, const struct kernel_param *param)
{
	return scnprintf(buffer, PAGE_SIZE, "%c\n", lq_exact ? 'Y' : 'N');
}

static const struct kernel_param_ops exact_ops = {
	.get = exact_get,
};

module_param_cb(exact, &exact_ops, NULL, 0444);
MODULE_PARM_DESC(exact,
		 "read only: N where bottom halves of one CPU can preempt each other, so that to which listener a verdict belongs is approximate");

/* On PREEMPT_RT it is hooks that watch deaths, see listenq_exit(). */
static void unhook(void)
{
	if (LQ_RT)
		lq_netns_exit();
	lq_probe_remove();
	if (!LQ_RT)
		lq_netns_exit();
}

/*
 * Watch births and deaths first, then hook, then look for those that were
 * there: nothing falls between.  Counting begins last, for all at one instant.
 */
static int __init listenq_init(void)
{
	int err;

	err = lq_synq_init();
	if (err)
		return err;
	err = lq_listener_init();
	if (err)
		return err;
	err = lq_event_init();
	if (err)
		goto no_event;
	err = lq_life_watch();
	if (err)
		goto no_life;
	err = lq_netns_init();
	if (err)
		goto no_netns;
	err = lq_probe_install();
	if (err)
		goto no_probe;
	err = lq_enumerate();
	if (err)
		goto no_listeners;
	err = lq_baseline_take();
	if (err)
		goto no_listeners;
	err = lq_proc_init();
	if (err)
		goto no_listeners;
	/* The last: an unfinished dump holds the module. */
	err = lq_netlink_init();
	if (err)
		goto no_netlink;
	lq_event_start();
	lq_exact = lq_bh_serialised();
	if (!lq_exact)
		pr_notice("bottom halves of one CPU can preempt each other on this kernel: to which listener a verdict belongs is approximate\n");
	return 0;

no_netlink:
	lq_proc_exit();
no_listeners:
	unhook();
	goto no_netns;
no_probe:
	lq_netns_exit();
no_netns:
	lq_life_unwatch();
no_life:
	lq_event_exit();
no_event:
	lq_listener_exit();
	return err;
}

/*
 * In reverse.  Deaths are watched until the last namespace, and with it the
 * last reader, has gone: an entry must not outlive its socket.
 */
static void __exit listenq_exit(void)
{
	lq_event_stop();
	lq_netlink_exit();
	lq_proc_exit();
	unhook();
	lq_life_unwatch();
	lq_event_exit();
	lq_listener_exit();
}

module_init(listenq_init);
module_exit(listenq_exit);

MODULE_DESCRIPTION("TCP listen queues: depth, overflows and cookies by listener");
MODULE_AUTHOR("The listenq authors");
MODULE_LICENSE("GPL");
MODULE_VERSION(LISTENQ_VERSION);
