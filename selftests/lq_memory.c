// SPDX-License-Identifier: GPL-2.0
/*
 * Memory in use, and the kernel's slab caches by name, to say which of them has
 * grown when some have
 */
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

/* Seconds without less memory in use that count as silence, and the limit */
#define SETTLED		6
#define SETTLE_LIMIT	180

/* A line of /proc/meminfo, or -1 */
long lq_memory_kb(const char *name)
{
	FILE *file = fopen("/proc/meminfo", "re");
	size_t len = strlen(name);
	long value = -1;
	char line[128];

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, name, len) && line[len] == ':')
			value = atol(line + len + 1);
	if (file)
		fclose(file);
	return value;
}

/* Free objects that caches keep for their next users */
static void shrink_caches(void)
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

static bool is_reclaimable(const char *name)
{
	char path[96], answer = '0';
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/slab/%s/reclaim_account",
		 name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	if (read(fd, &answer, 1) != 1)
		answer = '0';
	close(fd);
	return answer == '1';
}

static bool read_line(const char *line, struct lq_cache *cache)
{
	unsigned long used, objects, size, pages, slabs;

	if (sscanf(line,
		   "%39s %lu %lu %lu %*u %lu : tunables %*u %*u %*u : slabdata %*u %lu",
		   cache->name, &used, &objects, &size, &pages, &slabs) != 6 ||
	    is_reclaimable(cache->name))
		return false;
	cache->kb = pages * slabs * (sysconf(_SC_PAGESIZE) >> 10);
	cache->unused_bytes = (objects - used) * size;
	return true;
}

/* Those that there are now; what has no room is not looked at. */
static void read_caches(struct lq_memory *memory)
{
	FILE *file = fopen("/proc/slabinfo", "re");
	char line[512];

	memory->caches = 0;
	while (file && memory->caches < LQ_CACHES &&
	       fgets(line, sizeof(line), file))
		memory->caches += read_line(line,
					    &memory->cache[memory->caches]);
	if (file)
		fclose(file);
}

/* What caches keep though nobody has it, as the rest of its page is used */
static long unused_kb(const struct lq_memory *memory)
{
	long bytes = 0;

	for (unsigned int i = 0; i < memory->caches; i++)
		bytes += memory->cache[i].unused_bytes;
	return bytes >> 10;
}

static void look(struct lq_memory *memory)
{
	shrink_caches();
	read_caches(memory);
	memory->percpu_kb = lq_memory_kb("Percpu");
	memory->slab_kb = lq_memory_kb("SUnreclaim") - unused_kb(memory);
}

/*
 * The kernel frees in batches and after grace periods. What is leaked never
 * comes back, so the least that was seen until nothing came back any more is
 * what is in use.
 */
void lq_memory_settle(struct lq_memory *least)
{
	static struct lq_memory now;
	unsigned int quiet = 0;

	if (lq_net_forget())
		ksft_print_msg("loopback: %s\n", strerror(errno));
	look(least);
	for (unsigned int i = 0; i < SETTLE_LIMIT && quiet < SETTLED; i++) {
		long percpu_kb = least->percpu_kb, slab_kb = least->slab_kb;

		sleep(1);
		look(&now);
		quiet++;
		if (now.percpu_kb < percpu_kb || now.slab_kb < slab_kb)
			quiet = 0;
		*least = now;
		if (percpu_kb < least->percpu_kb)
			least->percpu_kb = percpu_kb;
		if (slab_kb < least->slab_kb)
			least->slab_kb = slab_kb;
	}
	ksft_print_msg("Percpu %ld kB, slabs %ld kB\n", least->percpu_kb,
		       least->slab_kb);
}

static long kb_of(const struct lq_memory *memory, const char *name)
{
	for (unsigned int i = 0; i < memory->caches; i++)
		if (!strcmp(memory->cache[i].name, name))
			return memory->cache[i].kb;
	return 0;
}

/* For whoever has to find out. Pages that belong to no cache are in neither. */
void lq_memory_print(const struct lq_memory *before,
		     const struct lq_memory *after)
{
	for (unsigned int i = 0; i < after->caches; i++) {
		const struct lq_cache *cache = &after->cache[i];
		long grown = cache->kb - kb_of(before, cache->name);

		if (grown >= GROWN_KB)
			ksft_print_msg("%s: %ld kB more, now %ld\n",
				       cache->name, grown, cache->kb);
	}
}
