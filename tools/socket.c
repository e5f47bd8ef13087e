// SPDX-License-Identifier: GPL-2.0
/*
 * The transport: a generic netlink socket.
 */
#include <errno.h>
#include <fcntl.h>

#include <libmnl/libmnl.h>

#include "interrupt.h"
#include "socket.h"

/* Some seconds of events of thousands of listeners. */
#define LQ_RECEIVE_BUFFER (4 << 20)

/* libmnl's socket is all there is. */
static struct mnl_socket *mnl(const struct lq_socket *sock)
{
	return (struct mnl_socket *)sock;
}

static void set_option(struct mnl_socket *sock, int option)
{
	int on = 1;

	/* Older kernels lack some. Everything works without, if less well. */
	mnl_socket_setsockopt(sock, option, &on, sizeof(on));
}

/**
 * lq_socket_open() - connect to the kernel
 *
 * Return: a socket in the present network namespace, or NULL and errno.
 */
struct lq_socket *lq_socket_open(void)
{
	struct mnl_socket *sock = mnl_socket_open2(NETLINK_GENERIC,
						   SOCK_CLOEXEC);
	int error;

	if (!sock)
		return NULL;
	set_option(sock, NETLINK_EXT_ACK);
	set_option(sock, NETLINK_CAP_ACK);
	set_option(sock, NETLINK_GET_STRICT_CHK);
	if (!mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID))
		return (struct lq_socket *)sock;
	error = errno;
	mnl_socket_close(sock);
	errno = error;
	return NULL;
}

/**
 * lq_socket_close() - disconnect
 * @sock: not to be used any more; may be NULL
 */
void lq_socket_close(struct lq_socket *sock)
{
	if (sock)
		mnl_socket_close(mnl(sock));
}

/**
 * lq_socket_join() - get what is sent to a group
 * @sock: reads do not block any more
 * @group: the group's number
 *
 * Return: 0, or -1 and errno.
 */
int lq_socket_join(struct lq_socket *sock, u32 group)
{
	int fd = mnl_socket_get_fd(mnl(sock));
	int size = LQ_RECEIVE_BUFFER;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (fcntl(fd, F_SETFL, O_NONBLOCK))
		return -1;
	return mnl_socket_setsockopt(mnl(sock), NETLINK_ADD_MEMBERSHIP, &group,
				     sizeof(group));
}

/**
 * lq_socket_wait() - wait for something to read
 * @sock: whose
 * @milliseconds: how long at most; -1: for ever
 *
 * Return: as lq_wait().
 */
int lq_socket_wait(struct lq_socket *sock, int milliseconds)
{
	return lq_wait(mnl_socket_get_fd(mnl(sock)), milliseconds);
}

/**
 * lq_socket_send() - send a message
 * @sock: where to
 * @data: the message
 * @len: its length
 *
 * Return: what was sent, or -1 and errno.
 */
ssize_t lq_socket_send(struct lq_socket *sock, const void *data, size_t len)
{
	return mnl_socket_sendto(mnl(sock), data, len);
}

static ssize_t receive(int fd, void *data, size_t size,
		       struct sockaddr_nl *from)
{
	struct iovec room = { .iov_base = data, .iov_len = size };
	struct msghdr message = {
		.msg_name = from,
		.msg_namelen = sizeof(*from),
		.msg_iov = &room,
		.msg_iovlen = 1,
	};
	ssize_t len = recvmsg(fd, &message, 0);

	if (len >= 0 && message.msg_flags & MSG_TRUNC) {
		errno = ENOSPC;
		return -1;
	}
	return len;
}

/**
 * lq_socket_recv() - receive messages
 * @sock: where from
 * @data: where to, aligned for a struct nlmsghdr
 * @size: room there
 *
 * Return: how long what came is, or -1 and errno.
 */
ssize_t lq_socket_recv(struct lq_socket *sock, void *data, size_t size)
{
	int fd = mnl_socket_get_fd(mnl(sock));
	struct sockaddr_nl from = { .nl_pid = 0 };
	ssize_t len;

	/* Privileged programs may send us something, too. */
	do {
		len = receive(fd, data, size, &from);
	} while (len >= 0 && from.nl_pid);
	return len;
}
