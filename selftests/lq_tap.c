// SPDX-License-Identifier: GPL-2.0
/* A packet socket on the loopback device that counts SYN-ACKs and RSTs */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "lq_tap.h"

/* Nothing may get lost between two readings */
#define TAP_BUFFER (32 << 20)

int lq_tap_open(struct lq_tap *tap)
{
	struct sockaddr_ll on = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)if_nametoindex("lo"),
	};
	int size = TAP_BUFFER;

	memset(tap, 0, sizeof(*tap));
	tap->fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
			 0);
	if (tap->fd < 0)
		return -1;
	if (setsockopt(tap->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size,
		       sizeof(size)) ||
	    bind(tap->fd, (struct sockaddr *)&on, sizeof(on))) {
		lq_tap_close(tap);
		return -1;
	}
	return 0;
}

void lq_tap_close(struct lq_tap *tap)
{
	if (tap->fd >= 0)
		close(tap->fd);
	tap->fd = -1;
}

/* Where the segment begins; 0: it is none */
static size_t segment_at(const u8 *packet, size_t len, u16 protocol)
{
	size_t at = 0;

	if (protocol == ETH_P_IP && len > sizeof(struct ip) &&
	    packet[offsetof(struct ip, ip_p)] == IPPROTO_TCP)
		at = (packet[0] & 15) * 4;
	if (protocol == ETH_P_IPV6 && len > sizeof(struct ip6_hdr) &&
	    packet[offsetof(struct ip6_hdr, ip6_nxt)] == IPPROTO_TCP)
		at = sizeof(struct ip6_hdr);
	return at + sizeof(struct tcphdr) > len ? 0 : at;
}

static void count(struct lq_tap *tap, const struct tcphdr *tcp)
{
	unsigned int i = ntohs(tcp->source) - LQ_TAP_PORT;

	if (i >= LQ_TAP_PORTS)
		return;
	if (tcp->rst)
		tap->resets[i]++;
	if (!tcp->syn || !tcp->ack)
		return;
	tap->synacks[i]++;
	if (tap->nisns < LQ_TAP_ISNS)
		tap->isn[tap->nisns++] = ntohl(tcp->seq);
}

static void check_losses(const struct lq_tap *tap)
{
	struct tpacket_stats stats = { 0 };
	socklen_t len = sizeof(stats);

	if (getsockopt(tap->fd, SOL_PACKET, PACKET_STATISTICS, &stats, &len))
		lq_error("the tap has no statistics: %s", strerror(errno));
	else if (stats.tp_drops)
		lq_error("the tap lost %u packets", stats.tp_drops);
}

/* The device shows each packet twice: as it leaves and as it arrives */
void lq_tap_read(struct lq_tap *tap)
{
	struct sockaddr_ll from;
	socklen_t from_len = sizeof(from);
	u8 packet[256];
	ssize_t len;

	/* ENETDOWN comes once when the device was down for a moment */
	while ((len = recvfrom(tap->fd, packet, sizeof(packet), 0,
			       (struct sockaddr *)&from, &from_len)) >= 0 ||
	       errno == ENETDOWN) {
		struct tcphdr tcp;
		size_t at;

		from_len = sizeof(from);
		if (len < 0 || from.sll_pkttype == PACKET_OUTGOING)
			continue;
		at = segment_at(packet, len, ntohs(from.sll_protocol));
		if (!at)
			continue;
		memcpy(&tcp, packet + at, sizeof(tcp));
		count(tap, &tcp);
	}
	check_losses(tap);
}

/* The ISNs that were seen so far don't count */
void lq_tap_forget(struct lq_tap *tap)
{
	lq_tap_read(tap);
	tap->nisns = 0;
}

unsigned int lq_tap_synacks(struct lq_tap *tap, int port)
{
	lq_tap_read(tap);
	return tap->synacks[port - LQ_TAP_PORT];
}

unsigned int lq_tap_resets(struct lq_tap *tap, int port)
{
	lq_tap_read(tap);
	return tap->resets[port - LQ_TAP_PORT];
}
