// SPDX-License-Identifier: GPL-2.0
/*
 * The queues as the kernel shows them itself: TCP_INFO of a listener holds the
 * very figures that ss prints as Recv-Q and Send-Q, and /proc/net/tcp has a
 * line for each request in a SYN queue.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lq.h"

#define PROC_SYN_RECV 3

int lq_queues(int fd, struct lq_queues *queues)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) ||
	    info.tcpi_state != TCP_LISTEN) {
		lq_error("descriptor %d is no listener", fd);
		return -1;
	}
	queues->acceptq = info.tcpi_unacked;
	queues->acceptq_max = info.tcpi_sacked;
	return 0;
}

unsigned int lq_acceptq(int fd)
{
	struct lq_queues queues = { 0 };

	lq_queues(fd, &queues);
	return queues.acceptq;
}

unsigned int lq_acceptq_max(int fd)
{
	struct lq_queues queues = { 0 };

	lq_queues(fd, &queues);
	return queues.acceptq_max;
}

static int diag_request(int family)
{
	struct {
		struct nlmsghdr header;
		struct inet_diag_req_v2 request;
	} message = {
		.header = {
			.nlmsg_len = sizeof(message),
			.nlmsg_type = SOCK_DIAG_BY_FAMILY,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		},
		.request = {
			.sdiag_family = family,
			.sdiag_protocol = IPPROTO_TCP,
			.idiag_states = 1 << TCP_LISTEN,
		},
	};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

	if (fd >= 0 && send(fd, &message, sizeof(message), 0) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool diag_take(const struct nlmsghdr *header, int port,
		      struct lq_queues *queues)
{
	const struct inet_diag_msg *message = NLMSG_DATA(header);

	if (header->nlmsg_type != SOCK_DIAG_BY_FAMILY ||
	    ntohs(message->id.idiag_sport) != port)
		return false;
	queues->acceptq = message->idiag_rqueue;
	queues->acceptq_max = message->idiag_wqueue;
	return true;
}

/* -1 where the kernel has no inet_diag, or no such listener */
int lq_diag_queues(int family, int port, struct lq_queues *queues)
{
	static union {
		char bytes[1 << 16];
		struct nlmsghdr align;
	} buffer;
	int fd = diag_request(family), found = -1;
	bool done = fd < 0;

	while (!done) {
		struct nlmsghdr *header = (struct nlmsghdr *)buffer.bytes;
		ssize_t got = recv(fd, &buffer, sizeof(buffer), 0);
		size_t left = got > 0 ? (size_t)got : 0;

		done = !left;
		for (; NLMSG_OK(header, left);
		     header = NLMSG_NEXT(header, left)) {
			if (header->nlmsg_type == NLMSG_DONE ||
			    header->nlmsg_type == NLMSG_ERROR)
				done = true;
			else if (diag_take(header, port, queues))
				found = 0;
		}
	}
	if (fd >= 0)
		close(fd);
	return found;
}

/* -1 without ss; without inet_diag its Send-Q of a listener is always 0 */
int lq_ss_queues(int port, struct lq_queues *queues)
{
	char command[64];
	int found = -1;
	FILE *pipe;

	snprintf(command, sizeof(command),
		 "ss -Hltn 'sport = :%d' 2>/dev/null", port);
	pipe = popen(command, "re");
	if (!pipe)
		return -1;
	if (fscanf(pipe, "LISTEN %u %u", &queues->acceptq,
		   &queues->acceptq_max) == 2)
		found = 0;
	pclose(pipe);
	return found;
}

static unsigned int count_requests(const char *path, int port, bool young)
{
	FILE *file = fopen(path, "re");
	unsigned int n = 0;
	char line[512];

	while (file && fgets(line, sizeof(line), file)) {
		unsigned int local, state, retransmits;

		if (sscanf(line,
			   " %*d: %*[0-9A-F]:%x %*[0-9A-F]:%*x %x %*x:%*x %*x:%*x %x",
			   &local, &state, &retransmits) != 3)
			continue;
		n += (local == (unsigned int)port || port == LQ_ANY_PORT) &&
		     state == PROC_SYN_RECV && !(young && retransmits);
	}
	if (file)
		fclose(file);
	return n;
}

/* Requests in the SYN queues of this port */
unsigned int lq_syn_recv(int port)
{
	return count_requests("/proc/net/tcp", port, false) +
	       count_requests("/proc/net/tcp6", port, false);
}

/* Those whose SYN-ACK has not timed out yet */
unsigned int lq_syn_recv_young(int port)
{
	return count_requests("/proc/net/tcp", port, true) +
	       count_requests("/proc/net/tcp6", port, true);
}
