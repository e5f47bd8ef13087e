// SPDX-License-Identifier: GPL-2.0
/* TCP segments made by hand, from senders that don't exist */
#include <arpa/inet.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "lq.h"

#define MAX_OPTIONS 40

struct segment {
	struct tcphdr tcp;
	u8 options[MAX_OPTIONS];
};

static int raw_socket(int family)
{
	static int fd_v4 = -1, fd_v6 = -1;
	static pid_t owner;
	int *fd = family == AF_INET ? &fd_v4 : &fd_v6;

	/* A forked sender may be in another namespace by now */
	if (owner != getpid()) {
		owner = getpid();
		fd_v4 = -1;
		fd_v6 = -1;
	}
	if (*fd < 0)
		*fd = socket(family, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	return *fd;
}

static u32 add_words(u32 sum, const void *data, size_t len)
{
	const u8 *byte = data;

	for (; len > 1; byte += 2, len -= 2)
		sum += byte[0] << 8 | byte[1];
	if (len)
		sum += byte[0] << 8;
	return sum;
}

static u16 fold(u32 sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum & 0xffff);
}

/* 50,000 ports times 2^24 addresses: no two sources below 2^32 are alike */
#define SOURCE_PORTS	50000

static u16 source_port(u32 source)
{
	return 1024 + source % SOURCE_PORTS;
}

static in_addr_t source_address(u32 source)
{
	return htonl(10u << 24 | (source & 0xffffff));
}

static size_t fill_segment(struct segment *segment,
			   const struct lq_packet *packet)
{
	size_t len = sizeof(segment->tcp) + packet->options_len;

	memset(segment, 0, sizeof(*segment));
	segment->tcp.source = htons(source_port(packet->source));
	segment->tcp.dest = htons(packet->port);
	segment->tcp.seq = htonl(packet->source * 2654435761u);
	segment->tcp.ack_seq = htonl(packet->ack_seq);
	segment->tcp.doff = len / 4;
	segment->tcp.syn = !packet->ack;
	segment->tcp.ack = packet->ack;
	segment->tcp.window = htons(65000);
	if (packet->options_len)
		memcpy(segment->options, packet->options, packet->options_len);
	return len;
}

static int send_v4(const struct lq_packet *packet)
{
	struct {
		struct ip ip;
		struct segment segment;
	} frame;
	struct sockaddr_in to = { .sin_family = AF_INET };
	size_t len = fill_segment(&frame.segment, packet);
	u32 sum;

	memset(&frame.ip, 0, sizeof(frame.ip));
	frame.ip.ip_v = 4;
	frame.ip.ip_hl = sizeof(frame.ip) / 4;
	frame.ip.ip_len = htons(sizeof(frame.ip) + len);
	frame.ip.ip_ttl = 64;
	frame.ip.ip_p = IPPROTO_TCP;
	frame.ip.ip_src.s_addr = source_address(packet->source);
	frame.ip.ip_dst.s_addr = htonl(INADDR_LOOPBACK);
	to.sin_addr = frame.ip.ip_dst;

	sum = add_words(IPPROTO_TCP + len, &frame.ip.ip_src, 8);
	frame.segment.tcp.check = fold(add_words(sum, &frame.segment, len));
	return sendto(raw_socket(AF_INET), &frame, sizeof(frame.ip) + len, 0,
		      (struct sockaddr *)&to, sizeof(to)) < 0 ? -1 : 0;
}

/*
 * An address for many ports: the kernel has a neighbour for each address that it
 * answers, and a table for them that grows and never shrinks.
 */
static int send_v6(const struct lq_packet *packet)
{
	struct {
		struct ip6_hdr ip;
		struct segment segment;
	} frame;
	struct sockaddr_in6 to = { .sin6_family = AF_INET6 };
	size_t len = fill_segment(&frame.segment, packet);
	u32 low = htonl(packet->source / SOURCE_PORTS), sum;

	memset(&frame.ip, 0, sizeof(frame.ip));
	frame.ip.ip6_vfc = 6 << 4;
	frame.ip.ip6_plen = htons(len);
	frame.ip.ip6_nxt = IPPROTO_TCP;
	frame.ip.ip6_hops = 64;
	frame.ip.ip6_src.s6_addr[0] = 0xfd;
	memcpy(&frame.ip.ip6_src.s6_addr[12], &low, sizeof(low));
	frame.ip.ip6_dst = in6addr_loopback;
	to.sin6_addr = in6addr_loopback;

	sum = add_words(IPPROTO_TCP + len, &frame.ip.ip6_src, 32);
	frame.segment.tcp.check = fold(add_words(sum, &frame.segment, len));
	return sendto(raw_socket(AF_INET6), &frame, sizeof(frame.ip) + len, 0,
		      (struct sockaddr *)&to, sizeof(to)) < 0 ? -1 : 0;
}

int lq_packet_send(const struct lq_packet *packet)
{
	if (packet->options_len > MAX_OPTIONS || packet->options_len % 4)
		return -1;
	return packet->family == AF_INET ? send_v4(packet) : send_v6(packet);
}

/* Returns how many could not be sent; what was sent may still be on its way */
int lq_syn_send(int family, int port, u32 first_source, unsigned int count)
{
	struct lq_packet syn = {
		.family = family, .port = port, .source = first_source
	};
	int failed = 0;

	for (; count; count--, syn.source++)
		failed += lq_packet_send(&syn) < 0;
	return failed;
}

/*
 * A moment later, and so after the kernel's verdicts: one that is busy leaves
 * segments to ksoftirqd, which on one CPU has to wait for us.
 */
int lq_syn_flood(int family, int port, u32 first_source, unsigned int count)
{
	int failed = lq_syn_send(family, port, first_source, count);

	lq_sleep_ms(2);
	return failed;
}

/* One in some millions of random values would be right; 1 is as random as any */
int lq_bad_cookie(int family, int port, u32 source)
{
	struct lq_packet ack = {
		.family = family, .port = port, .source = source,
		.ack = true, .ack_seq = 1
	};

	return lq_packet_send(&ack);
}

/*
 * A router's word that the SYN-ACK to this source did not get there, with a
 * sequence number that is not its own, so that nothing comes of it.
 */
int lq_icmp_unreachable(int port, u32 source)
{
	struct {
		struct icmphdr icmp;
		struct ip ip;
		struct tcphdr tcp;
	} frame;
	struct sockaddr_in to = { .sin_family = AF_INET };
	int fd, failed;

	memset(&frame, 0, sizeof(frame));
	frame.icmp.type = ICMP_DEST_UNREACH;
	frame.icmp.code = ICMP_HOST_UNREACH;
	frame.ip.ip_v = 4;
	frame.ip.ip_hl = sizeof(frame.ip) / 4;
	frame.ip.ip_len = htons(sizeof(frame.ip) + sizeof(frame.tcp));
	frame.ip.ip_p = IPPROTO_TCP;
	frame.ip.ip_src.s_addr = htonl(INADDR_LOOPBACK);
	frame.ip.ip_dst.s_addr = source_address(source);
	frame.tcp.source = htons(port);
	frame.tcp.dest = htons(source_port(source));
	frame.icmp.checksum = fold(add_words(0, &frame, sizeof(frame)));
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);

	fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
	if (fd < 0)
		return -1;
	failed = sendto(fd, &frame, sizeof(frame), 0, (struct sockaddr *)&to,
			sizeof(to)) < 0;
	close(fd);
	return failed ? -1 : 0;
}
