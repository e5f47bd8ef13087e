/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Going to another network namespace.
 */
#ifndef _LISTENQ_TOOL_NETNS_H
#define _LISTENQ_TOOL_NETNS_H

int lq_netns_enter(const char *netns);

#endif
