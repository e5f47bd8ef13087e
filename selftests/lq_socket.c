// SPDX-License-Identifier: GPL-2.0
/* Real servers and real clients, all over the loopback device */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lq.h"

#define MAX_FILES 20000

/* What lq_close_all() closes */
static bool is_open[MAX_FILES];

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static int remember(int fd)
{
	if (fd >= 0 && fd < MAX_FILES)
		is_open[fd] = true;
	return fd;
}

/* "*" is both families, as ss writes it */
static socklen_t make_address(union address *address, const char *text,
			      int port)
{
	memset(address, 0, sizeof(*address));
	if (!strchr(text, ':') && *text != '*') {
		address->v4.sin_family = AF_INET;
		address->v4.sin_port = htons(port);
		inet_pton(AF_INET, text, &address->v4.sin_addr);
		return sizeof(address->v4);
	}
	address->v6.sin6_family = AF_INET6;
	address->v6.sin6_port = htons(port);
	if (*text != '*')
		inet_pton(AF_INET6, text, &address->v6.sin6_addr);
	return sizeof(address->v6);
}

static int set_int(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value));
}

void lq_nonblock(int fd)
{
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

/* A bound socket, not yet listening, never blocking */
int lq_socket_bind(int domain, int protocol, const char *address, int port,
		   bool v6only, bool reuseport)
{
	union address to;
	socklen_t len = make_address(&to, address, port);
	int fd = socket(domain, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
			protocol);

	if (fd < 0)
		return -1;
	set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (reuseport)
		set_int(fd, SOL_SOCKET, SO_REUSEPORT, 1);
	if (domain == AF_INET6)
		set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, v6only);
	if (bind(fd, &to.any, len)) {
		close(fd);
		return -1;
	}
	return remember(fd);
}

int lq_listen(const char *address, int port, int backlog)
{
	bool v6 = strchr(address, ':') || *address == '*';
	bool both = *address == '*' || !strncmp(address, "::ffff:", 7);
	int fd = lq_socket_bind(v6 ? AF_INET6 : AF_INET, 0, address, port,
				!both, false);

	if (fd >= 0 && listen(fd, backlog)) {
		lq_close(fd);
		return -1;
	}
	return fd;
}

/* Sends the SYN and returns, connected or not */
int lq_connect_begin(const char *address, int port)
{
	union address to;
	socklen_t len = make_address(&to, address, port);
	int fd = socket(to.any.sa_family,
			SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (connect(fd, &to.any, len) && errno != EINPROGRESS) {
		close(fd);
		return -1;
	}
	return remember(fd);
}

/* A client that believes itself connected */
int lq_connect(const char *address, int port)
{
	int fd = lq_connect_begin(address, port);

	if (fd < 0)
		return -1;
	if (!lq_wait_until(lq_state(fd) == TCP_ESTABLISHED, 200)) {
		lq_close(fd);
		return -1;
	}
	return fd;
}

/* Clients one after the other, each seen in the accept queue before the next */
int lq_connect_fill(const char *address, int port, int listener,
		    unsigned int count)
{
	unsigned int before = lq_acceptq(listener), done;

	for (done = 0; done < count; done++) {
		if (lq_connect(address, port) < 0)
			break;
		if (!lq_wait_until(lq_acceptq(listener) == before + done + 1,
				   200))
			break;
	}
	return done;
}

/* How many there were; they are closed at once */
int lq_accept_all(int listener)
{
	int n = 0, fd;

	while ((fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		close(fd);
		n++;
	}
	return n;
}

int lq_state(int fd)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len))
		return -1;
	return info.tcpi_state;
}

unsigned int lq_retransmits(int fd)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len))
		lq_error("no TCP_INFO: %s", strerror(errno));
	return info.tcpi_total_retrans;
}

/*
 * Makes a listener deaf to everything but SYNs: requests are answered, clients
 * believe themselves connected, and their ACKs are lost. What is in the SYN
 * queue stays there until lq_release() and the next segment of the client.
 */
int lq_hold(int listener)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 13),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x02, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(*code), code };

	return setsockopt(listener, SOL_SOCKET, SO_ATTACH_FILTER, &program,
			  sizeof(program));
}

int lq_release(int listener)
{
	return set_int(listener, SOL_SOCKET, SO_DETACH_FILTER, 0);
}

/* Leaves without TIME_WAIT */
void lq_reset(int fd)
{
	struct linger linger = { .l_onoff = 1 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	lq_close(fd);
}

void lq_close(int fd)
{
	if (fd < 0)
		return;
	if (fd < MAX_FILES)
		is_open[fd] = false;
	close(fd);
}

void lq_close_all(void)
{
	for (int fd = 0; fd < MAX_FILES; fd++)
		if (is_open[fd])
			lq_close(fd);
}

void lq_many_files(void)
{
	struct rlimit limit = { MAX_FILES, MAX_FILES };

	if (setrlimit(RLIMIT_NOFILE, &limit))
		lq_error("can't raise the limit of open files");
}

u64 lq_inode(int fd)
{
	struct stat st = { 0 };

	if (fstat(fd, &st))
		lq_error("fstat: %s", strerror(errno));
	return st.st_ino;
}
