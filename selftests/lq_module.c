// SPDX-License-Identifier: GPL-2.0
/* Loading and unloading, for the tests that do it themselves */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lq.h"

int lq_insmod(const char *args)
{
	int fd = open(LQ_MODULE, O_RDONLY | O_CLOEXEC);
	int failed;

	if (fd < 0)
		return -1;
	failed = syscall(SYS_finit_module, fd, args, 0) ? errno : 0;
	close(fd);
	errno = failed;
	return failed ? -1 : 0;
}

int lq_rmmod(void)
{
	return syscall(SYS_delete_module, "listenq", O_NONBLOCK) ? -1 : 0;
}

bool lq_loaded(void)
{
	FILE *file = fopen("/proc/modules", "re");
	bool found = false;
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		found |= !strncmp(line, "listenq ", 8);
	if (file)
		fclose(file);
	return found;
}
