/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's own counters of a namespace.
 */
#ifndef _LISTENQ_MIB_H
#define _LISTENQ_MIB_H

#include <linux/percpu.h>
#include <linux/snmp.h>
#include <net/net_namespace.h>
#include <net/snmp.h>

#include "counter.h"

/* In the header, so that the wrappers read at constant offsets. */
static const unsigned short lq_linux_mib[LQ_MIB_NR] = {
	[LQ_MIB_LISTENOVERFLOWS] = LINUX_MIB_LISTENOVERFLOWS,
	[LQ_MIB_LISTENDROPS] = LINUX_MIB_LISTENDROPS,
	[LQ_MIB_TCPREQQFULLDOCOOKIES] = LINUX_MIB_TCPREQQFULLDOCOOKIES,
	[LQ_MIB_TCPREQQFULLDROP] = LINUX_MIB_TCPREQQFULLDROP,
	[LQ_MIB_SYNCOOKIESSENT] = LINUX_MIB_SYNCOOKIESSENT,
	[LQ_MIB_SYNCOOKIESRECV] = LINUX_MIB_SYNCOOKIESRECV,
	[LQ_MIB_SYNCOOKIESFAILED] = LINUX_MIB_SYNCOOKIESFAILED,
	[LQ_MIB_EMBRYONICRSTS] = LINUX_MIB_EMBRYONICRSTS,
	[LQ_MIB_TCPDEFERACCEPTDROP] = LINUX_MIB_TCPDEFERACCEPTDROP,
	[LQ_MIB_TCPFASTOPENPASSIVE] = LINUX_MIB_TCPFASTOPENPASSIVE,
	[LQ_MIB_TCPFASTOPENPASSIVEFAIL] = LINUX_MIB_TCPFASTOPENPASSIVEFAIL,
	[LQ_MIB_TCPFASTOPENLISTENOVERFLOW] =
		LINUX_MIB_TCPFASTOPENLISTENOVERFLOW,
	[LQ_MIB_TCPFASTOPENCOOKIEREQD] = LINUX_MIB_TCPFASTOPENCOOKIEREQD,
};

/**
 * lq_mib_of() - a CPU's counters of a namespace
 * @net: the namespace
 * @cpu: which
 *
 * Return: an array of LINUX_MIB_MAX.
 */
static inline const unsigned long *lq_mib_of(const struct net *net, int cpu)
{
	return per_cpu_ptr(net->mib.net_statistics, cpu)->mibs;
}

/**
 * lq_mib_here() - this CPU's counters of a namespace
 * @net: the namespace
 *
 * Context: bottom halves disabled, or they mean nothing.
 * Return: an array of LINUX_MIB_MAX.
 */
static inline const unsigned long *lq_mib_here(const struct net *net)
{
	return raw_cpu_ptr(net->mib.net_statistics)->mibs;
}

#endif /* _LISTENQ_MIB_H */
