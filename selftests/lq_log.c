// SPDX-License-Identifier: GPL-2.0
/* The kernel's log, as far as it is the module's */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lq.h"

/* The kernel's log from here on, for what a refused load says in it */
int lq_log_open(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0)
		lseek(fd, 0, SEEK_END);
	return fd;
}

/* How many lines listenq has said since, and whether one has the word */
int lq_log_lines(int log, const char *word, bool *found)
{
	char line[1024];
	ssize_t len;
	int lines = 0;

	*found = false;
	while ((len = read(log, line, sizeof(line) - 1)) > 0) {
		line[len] = 0;
		/* The kernel's own word about a first foreign module */
		if (!strstr(line, ";listenq: ") || strstr(line, "taint"))
			continue;
		lines++;
		*found |= !!strstr(line, word);
	}
	return lines;
}
