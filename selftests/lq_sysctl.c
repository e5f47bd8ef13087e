// SPDX-License-Identifier: GPL-2.0
/* Sysctls by their file below /proc/sys, with a memory of what they were */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lq.h"

#define MAX_SAVED 16

static struct {
	char name[64];
	long value;
} saved[MAX_SAVED];
static int nsaved;

static int write_value(const char *name, long value)
{
	char path[128], text[32];
	int fd, len, ok;

	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	len = snprintf(text, sizeof(text), "%ld", value);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	ok = write(fd, text, len) == len;
	close(fd);
	return ok ? 0 : -1;
}

static void save(const char *name)
{
	for (int i = 0; i < nsaved; i++)
		if (!strcmp(saved[i].name, name))
			return;
	if (nsaved == MAX_SAVED) {
		lq_error("too many sysctls");
		return;
	}
	snprintf(saved[nsaved].name, sizeof(saved[nsaved].name), "%s", name);
	saved[nsaved++].value = lq_sysctl_get(name);
}

long lq_sysctl_get(const char *name)
{
	char path[128];
	long value = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	file = fopen(path, "re");
	if (!file || fscanf(file, "%ld", &value) != 1)
		lq_error("can't read sysctl %s", name);
	if (file)
		fclose(file);
	return value;
}

int lq_sysctl_set(const char *name, long value)
{
	save(name);
	if (write_value(name, value)) {
		lq_error("can't set sysctl %s to %ld", name, value);
		return -1;
	}
	return 0;
}

void lq_sysctl_restore(void)
{
	while (nsaved) {
		nsaved--;
		write_value(saved[nsaved].name, saved[nsaved].value);
	}
}
