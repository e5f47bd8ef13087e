// SPDX-License-Identifier: GPL-2.0
/* The kernel's slab caches by name: which of them has grown, when some have */
#include <glob.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lq.h"

/* Less is what caches keep for their next users */
#define GROWN_KB	8

/* Free objects that caches keep for their next users */
void lq_slab_shrink(void)
{
	glob_t caches;

	if (glob("/sys/kernel/slab/*/shrink", 0, NULL, &caches)) {
		ksft_print_msg("/sys/kernel/slab has no cache to shrink\n");
		return;
	}
	for (size_t i = 0; i < caches.gl_pathc; i++) {
		int fd = open(caches.gl_pathv[i], O_WRONLY | O_CLOEXEC);

		if (fd < 0 || write(fd, "1", 1) != 1)
			ksft_print_msg("%s: %s\n", caches.gl_pathv[i],
				       strerror(errno));
		if (fd >= 0)
			close(fd);
	}
	globfree(&caches);
}

static bool read_line(const char *line, struct lq_slab *slab)
{
	unsigned long pages, slabs;

	if (sscanf(line,
		   "%39s %*u %*u %*u %*u %lu : tunables %*u %*u %*u : slabdata %*u %lu",
		   slab->name, &pages, &slabs) != 3)
		return false;
	slab->kb = pages * slabs * (sysconf(_SC_PAGESIZE) >> 10);
	return true;
}

/* Those that there are now; what has no room is not looked at. */
void lq_slab_read(struct lq_slabs *slabs)
{
	FILE *file = fopen("/proc/slabinfo", "re");
	char line[512];

	slabs->n = 0;
	while (file && slabs->n < LQ_SLABS && fgets(line, sizeof(line), file))
		slabs->n += read_line(line, &slabs->slab[slabs->n]);
	if (file)
		fclose(file);
}

static long kb_of(const struct lq_slabs *slabs, const char *name)
{
	for (unsigned int i = 0; i < slabs->n; i++)
		if (!strcmp(slabs->slab[i].name, name))
			return slabs->slab[i].kb;
	return 0;
}

/* For whoever has to find out. Pages that belong to no cache are in neither. */
void lq_slab_print(const struct lq_slabs *before, const struct lq_slabs *after)
{
	for (unsigned int i = 0; i < after->n; i++) {
		const struct lq_slab *slab = &after->slab[i];
		long grown = slab->kb - kb_of(before, slab->name);

		if (grown >= GROWN_KB)
			ksft_print_msg("%s: %ld kB more, now %ld\n",
				       slab->name, grown, slab->kb);
	}
}
