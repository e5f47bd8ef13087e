/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /proc/net/listenq: a snapshot as text.
 */
#ifndef _LISTENQ_PROC_H
#define _LISTENQ_PROC_H

struct lq_netns;
struct net;

int lq_proc_init(void);
void lq_proc_exit(void);
int lq_proc_net_add(struct net *net, struct lq_netns *netns);
void lq_proc_net_remove(struct net *net);

#endif /* _LISTENQ_PROC_H */
