// SPDX-License-Identifier: GPL-2.0
/*
 * From 5.14 on.
 * Absent: 'LINUX_MIB_TCPMIGRATEREQFAILURE'
 */
#include <net/net_namespace.h>
#include <net/tcp.h>

void probe(struct net *net);

void probe(struct net *net)
{
	__NET_INC_STATS(net, LINUX_MIB_TCPMIGRATEREQFAILURE);
}
