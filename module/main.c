// SPDX-License-Identifier: GPL-2.0
/*
 * Loading and unloading.
 */
#include <linux/module.h>

#include "baseline.h"
#include "enumerate.h"
#include "event.h"
#include "life.h"
#include "listener.h"
#include "netlink.h"
#include "netns.h"
#include "probe.h"
#include "proc.h"
#include "synq.h"

/*
 * Watch births and deaths first, then hook, then look for those that were
 * there: nothing falls between.  Counting begins last, for all at one instant.
 */
static int __init listenq_init(void)
{
	int err;

	if (IS_ENABLED(CONFIG_PREEMPT_RT)) {
		pr_err("PREEMPT_RT is not supported: bottom halves can be preempted there\n");
		return -EOPNOTSUPP;
	}
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
	return 0;

no_netlink:
	lq_proc_exit();
no_listeners:
	lq_probe_remove();
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
	lq_probe_remove();
	lq_netns_exit();
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
