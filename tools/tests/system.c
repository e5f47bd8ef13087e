// SPDX-License-Identifier: GPL-2.0
/*
 * What needs a real kernel, but no module: a pipe that is full, and messages
 * that are not the kernel's. TAP on stdout.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "base.h"
#include "interrupt.h"
#include "output.h"
#include "socket.h"

#define PIPE_SIZE 4096
#define FORGED 0x77

static unsigned int points, failures;

static void point(bool good, const char *name)
{
	failures += !good;
	printf("%sok %u %s\n", good ? "" : "not ", ++points, name);
	fflush(stdout);
}

/* More than fits, in the midst of printf() or at its end. */
static int write_much(bool at_once)
{
	int n;

	for (n = 0; n < 4 * PIPE_SIZE && !lq_interrupted; n++) {
		putchar('x');
		if (!at_once && n % 100 == 99 && lq_output_flush())
			return 1;
	}
	if (!lq_interrupted)
		return 9;
	return lq_output_flush();
}

/* A writer into a pipe that nobody empties, and a signal: how it ends. */
static int interrupted(bool at_once)
{
	int fds[2], status;
	pid_t child;

	if (pipe2(fds, O_CLOEXEC) || fcntl(fds[1], F_SETPIPE_SZ, PIPE_SIZE) < 0)
		return -1;
	child = fork();
	if (!child) {
		dup2(fds[1], STDOUT_FILENO);
		setvbuf(stdout, NULL, _IOFBF, 1024);
		lq_interrupt_catch();
		alarm(10);
		_exit(write_much(at_once) ? 1 : lq_output_close(0));
	}
	usleep(300000);
	kill(child, SIGTERM);
	waitpid(child, &status, 0);
	close(fds[0]);
	close(fds[1]);
	return status;
}

static struct nlmsghdr *put_request(void *buffer, u32 seq)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *header;

	nlh->nlmsg_type = GENL_ID_CTRL;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	nlh->nlmsg_seq = seq;
	header = mnl_nlmsg_put_extra_header(nlh, sizeof(*header));
	header->cmd = CTRL_CMD_GETFAMILY;
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, "nlctrl");
	return nlh;
}

/* The first socket of a process has its number. */
static bool forge(void)
{
	struct sockaddr_nl to = { .nl_family = AF_NETLINK, .nl_pid = getpid() };
	struct mnl_socket *other = mnl_socket_open(NETLINK_GENERIC);
	char buffer[512] = { 0 };
	struct nlmsghdr *nlh = put_request(buffer, FORGED);
	bool sent;

	if (!other || mnl_socket_bind(other, 0, MNL_SOCKET_AUTOPID))
		return false;
	sent = sendto(mnl_socket_get_fd(other), nlh, nlh->nlmsg_len, 0,
		      (struct sockaddr *)&to, sizeof(to)) > 0;
	mnl_socket_close(other);
	return sent;
}

static void test_sender(void)
{
	struct lq_socket *sock = lq_socket_open();
	char buffer[8192] __aligned(8);
	struct nlmsghdr *nlh = (struct nlmsghdr *)buffer;

	if (!sock || !forge()) {
		point(true, "a message of another program # SKIP not permitted");
		lq_socket_close(sock);
		return;
	}
	put_request(buffer, 1);
	lq_socket_send(sock, nlh, nlh->nlmsg_len);
	point(lq_socket_recv(sock, buffer, sizeof(buffer)) > 0 &&
	      nlh->nlmsg_seq == 1, "a message of another program is not heard");
	put_request(buffer, 2);
	lq_socket_send(sock, nlh, nlh->nlmsg_len);
	point(lq_socket_recv(sock, buffer, 32) < 0 && errno == ENOSPC,
	      "one that does not fit is an error");
	lq_socket_close(sock);
}

int main(void)
{
	printf("TAP version 13\n");
	fflush(stdout);
	point(!interrupted(false), "a signal while a flush waits ends with 0");
	point(!interrupted(true), "a signal while printf() waits ends with 0");
	test_sender();
	printf("1..%u\n", points);
	return failures ? 1 : 0;
}
