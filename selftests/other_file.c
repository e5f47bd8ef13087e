// SPDX-License-Identifier: GPL-2.0
/* Files of the kernel's that are told something */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "other.h"

const char *other_function[OTHER_MAX_FUNCTIONS];
int other_functions;

static int write_text(const char *path, const char *text, int flags)
{
	ssize_t len = strlen(text);
	int fd = open(path, O_WRONLY | O_CLOEXEC | flags);
	int failed;

	if (fd < 0)
		return -1;
	failed = write(fd, text, len) == len ? 0 : errno;
	close(fd);
	errno = failed;
	return failed ? -1 : 0;
}

int other_write(const char *path, const char *text)
{
	return write_text(path, text, O_TRUNC);
}

int other_append(const char *path, const char *text)
{
	return write_text(path, text, O_APPEND);
}

/* Return: the number of the function of that name, or -1 */
int other_named(const char *name)
{
	for (int i = 0; i < other_functions; i++)
		if (!strcmp(name, other_function[i]))
			return i;
	return -1;
}
