// SPDX-License-Identifier: GPL-2.0
/*
 * Going to another network namespace. Only sockets made there are of it: /proc
 * stays what it is.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "netns.h"

static int open_netns(const char *netns)
{
	char path[4096];
	int fd;

	if (strchr(netns, '/'))
		return open(netns, O_RDONLY | O_CLOEXEC);
	snprintf(path, sizeof(path), "/run/netns/%s", netns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	/* A namespace's name may be a number too. */
	if (fd >= 0 || netns[strspn(netns, "0123456789")])
		return fd;
	snprintf(path, sizeof(path), "/proc/%s/ns/net", netns);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/**
 * lq_netns_enter() - go to another network namespace
 * @netns: a name of ip-netns(8), a process id, or a path
 *
 * Return: 0, or how the program ends; the error has been told.
 */
int lq_netns_enter(const char *netns)
{
	struct lq_error error;
	int fd = open_netns(netns);

	if (fd >= 0 && !setns(fd, CLONE_NEWNET)) {
		close(fd);
		return 0;
	}
	lq_error_set(&error, "network namespace %s: %s", netns,
		     strerror(errno));
	if (fd >= 0)
		close(fd);
	return lq_failed(&error);
}
