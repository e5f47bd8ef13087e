// SPDX-License-Identifier: GPL-2.0
/*
 * Who has a socket open: one walk over the descriptors of all processes that
 * we may look at. What we may not see is left out.
 */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "listener.h"
#include "owner.h"
#include "set.h"

/**
 * lq_owner_known() - whether the module knows who a listener's owner is
 * @listener: whose
 *
 * Return: whether it does: nobody has to be looked for.
 */
bool lq_owner_known(const struct lq_listener *listener)
{
	return lq_has(listener->have, LISTENQ_A_LISTENER_PID) &&
	       lq_has(listener->have, LISTENQ_A_LISTENER_COMM);
}

static void read_comm(int process, struct lq_comm *comm)
{
	int fd = openat(process, "comm", O_RDONLY | O_CLOEXEC);
	ssize_t len;

	comm->len = 0;
	if (fd < 0)
		return;
	len = read(fd, comm->text, sizeof(comm->text));
	close(fd);
	if (len > 0)
		comm->len = len - (comm->text[len - 1] == '\n');
}

/* A process, or a thread that has left it, may go at any time. */
static bool socket_of(int fds, const char *name, u64 *inode)
{
	unsigned long long number;
	char link[64];
	ssize_t len = readlinkat(fds, name, link, sizeof(link) - 1);

	if (len < 0)
		return false;
	link[len] = '\0';
	if (sscanf(link, "socket:[%llu]", &number) != 1)
		return false;
	*inode = number;
	return true;
}

static void add(struct lq_owners *owners, const struct lq_holder *holder)
{
	/* Doubled at powers of two. */
	if (!(owners->nr & (owners->nr - 1)))
		owners->holders = lq_realloc(owners->holders,
					     owners->nr ? 2 * owners->nr : 1,
					     sizeof(*owners->holders));
	owners->holders[owners->nr++] = *holder;
}

static void read_fds(struct lq_owners *owners, int fds,
		     struct lq_holder *holder)
{
	DIR *dir = fdopendir(fds);
	const struct dirent *entry;

	if (!dir) {
		close(fds);
		return;
	}
	while ((entry = readdir(dir))) {
		if (!socket_of(dirfd(dir), entry->d_name, &holder->inode))
			continue;
		holder->fd = atoi(entry->d_name);
		add(owners, holder);
	}
	closedir(dir);
}

static void read_process(struct lq_owners *owners, int process, u32 pid)
{
	struct lq_holder holder = { .pid = pid };
	int fds = openat(process, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fds < 0)
		return;
	read_comm(process, &holder.comm);
	read_fds(owners, fds, &holder);
}

static int compare(const void *one, const void *other)
{
	const struct lq_holder *a = one, *b = other;

	if (a->inode != b->inode)
		return a->inode < b->inode ? -1 : 1;
	if (a->pid != b->pid)
		return a->pid < b->pid ? -1 : 1;
	return a->fd - b->fd;
}

static void read_proc(struct lq_owners *owners)
{
	const struct dirent *entry;
	DIR *proc = opendir("/proc");

	owners->read = true;
	if (!proc)
		return;
	while ((entry = readdir(proc))) {
		int process;

		if (!isdigit((unsigned char)*entry->d_name))
			continue;
		process = openat(dirfd(proc), entry->d_name,
				 O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (process < 0)
			continue;
		read_process(owners, process, atoi(entry->d_name));
		close(process);
	}
	closedir(proc);
	if (owners->nr)
		qsort(owners->holders, owners->nr, sizeof(*owners->holders),
		      compare);
}

static size_t first_of(const struct lq_owners *owners, u64 inode)
{
	size_t low = 0, high = owners->nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (owners->holders[middle].inode < inode)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/**
 * lq_owners_find() - find a listener's owners, unless the module knows them
 * @owners: zeroed at first; lives longer than @listener
 * @listener: gets them
 */
void lq_owners_find(struct lq_owners *owners, struct lq_listener *listener)
{
	size_t first, n;

	listener->holders = NULL;
	listener->nr_holders = 0;
	if (lq_owner_known(listener) ||
	    !lq_has(listener->have, LISTENQ_A_LISTENER_INODE))
		return;
	if (!owners->read)
		read_proc(owners);
	first = first_of(owners, listener->inode);
	for (n = first; n < owners->nr; n++) {
		if (owners->holders[n].inode != listener->inode)
			break;
	}
	listener->holders = owners->nr ? &owners->holders[first] : NULL;
	listener->nr_holders = n - first;
}

/**
 * lq_owners_find_all() - find the owners of all that the module knows none of
 * @owners: zeroed at first; lives longer than @set
 * @set: the listeners
 */
void lq_owners_find_all(struct lq_owners *owners, const struct lq_set *set)
{
	size_t n;

	for (n = 0; n < set->nr; n++)
		lq_owners_find(owners, set->listeners[n]);
}

/**
 * lq_owners_free() - forget them
 * @owners: empty afterwards, to be read anew
 */
void lq_owners_free(struct lq_owners *owners)
{
	free(owners->holders);
	memset(owners, 0, sizeof(*owners));
}
