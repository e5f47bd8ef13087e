// SPDX-License-Identifier: GPL-2.0
/*
 * A network namespace of a test's own: sysctls as after boot, counters at 0,
 * every port free, and nothing to put back. 10.0.0.0/8 and fd00::/8 lead to
 * the loopback device and end there, so that answers to spoofed segments
 * vanish without a RST.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/route.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lq.h"

/* From linux/ipv6_route.h, which can't live beside net/route.h */
#define LQ_RTF_ANYCAST 0x00100000

static int loopback_set(int fd, bool up)
{
	struct ifreq ifr = { .ifr_name = "lo" };

	if (ioctl(fd, SIOCGIFFLAGS, &ifr))
		return -1;
	if (up)
		ifr.ifr_flags |= IFF_UP;
	else
		ifr.ifr_flags &= ~IFF_UP;
	return ioctl(fd, SIOCSIFFLAGS, &ifr);
}

static void set_address(struct sockaddr *place, const char *text)
{
	struct sockaddr_in address = { .sin_family = AF_INET };

	inet_pton(AF_INET, text, &address.sin_addr);
	memcpy(place, &address, sizeof(address));
}

static int route_v4(int fd)
{
	struct rtentry route = { .rt_flags = RTF_UP, .rt_dev = (char *)"lo" };

	set_address(&route.rt_dst, "10.0.0.0");
	set_address(&route.rt_genmask, "255.0.0.0");
	return ioctl(fd, SIOCADDRT, &route) && errno != EEXIST ? -1 : 0;
}

/*
 * An IPv6 unicast route over the loopback device is turned into a reject,
 * which would make the listener drop the SYN. An anycast route isn't, and the
 * kernel sends no RST for a segment to an anycast address.
 */
static int route_v6(void)
{
	struct in6_rtmsg route = {
		.rtmsg_dst_len = 8,
		.rtmsg_flags = RTF_UP | LQ_RTF_ANYCAST,
		.rtmsg_type = RTN_ANYCAST,
		.rtmsg_metric = 1,
		.rtmsg_ifindex = (int)if_nametoindex("lo"),
	};
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int failed;

	if (fd < 0)
		return -1;
	inet_pton(AF_INET6, "fd00::", &route.rtmsg_dst);
	failed = ioctl(fd, SIOCADDRT, &route) && errno != EEXIST;
	close(fd);
	return failed ? -1 : 0;
}

int lq_net_routes(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int failed;

	if (fd < 0)
		return -1;
	failed = loopback_set(fd, true) || route_v4(fd) || route_v6();
	close(fd);
	return failed ? -1 : 0;
}

/*
 * The kernel keeps a neighbour for each IPv6 address that a SYN-ACK went to,
 * half a kilobyte each, for minutes. They go with the device's state.
 */
int lq_net_forget(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int failed;

	if (fd < 0)
		return -1;
	failed = loopback_set(fd, false);
	close(fd);
	return failed || lq_net_routes() ? -1 : 0;
}

int lq_net_new(void)
{
	if (unshare(CLONE_NEWNET))
		return -1;
	return lq_net_routes();
}
