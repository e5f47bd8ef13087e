// SPDX-License-Identifier: GPL-2.0
/* Fault injection, by debugfs and /proc/PID/fail-nth; kmemleak */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lq_fault.h"

#define FAIL_NTH	"/proc/thread-self/fail-nth"
#define TEXT		"/sys/module/listenq/sections/.text"

/* How far up a stack trace is looked at; the kernel's own limit */
#define DEPTH		32

/* Where modules are on amd64 and arm64, as it begins when printed */
#define NAMELESS	"0xffff"

static const char *const faults[] = { "failslab", "fail_page_alloc" };

#define NFAULTS (sizeof(faults) / sizeof(*faults))

/* Of the process that asked for it */
static int fail_nth = -1;

bool lq_fault_possible(void)
{
	return !access(FAIL_NTH, F_OK) &&
	       !access(LQ_DEBUGFS "/failslab/require-start", F_OK) &&
	       !access(LQ_DEBUGFS "/fail_page_alloc/require-start", F_OK);
}

/* Return: errno */
static int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), failed = 0;

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		failed = errno;
	if (fd >= 0)
		close(fd);
	return failed;
}

static void set(const char *fault, const char *name, const char *value)
{
	char path[128];
	int failed;

	snprintf(path, sizeof(path), LQ_DEBUGFS "/%s/%s", fault, name);
	failed = write_text(path, value);
	if (failed)
		lq_error("%s: %s: %s", path, value, strerror(failed));
}

static void set_all(const char *name, const char *value)
{
	for (unsigned int i = 0; i < NFAULTS; i++)
		set(faults[i], name, value);
}

static void set_number(const char *name, const char *format,
		       unsigned long value)
{
	char text[32];

	snprintf(text, sizeof(text), format, value);
	set_all(name, text);
}

/*
 * Every kind of allocation can fail, none does yet. For the calling process and
 * what it asks the kernel for; a child has to ask itself.
 */
int lq_fault_begin(void)
{
	set_all("probability", "0");
	set_all("interval", "1");
	set_all("times", "-1");
	set_all("space", "0");
	/* The kernel's log is searched for stack traces afterwards */
	set_all("verbose", "0");
	set_all("task-filter", "N");
	set_all("ignore-gfp-wait", "N");
	set("failslab", "cache-filter", "N");
	set("fail_page_alloc", "ignore-gfp-highmem", "N");
	set("fail_page_alloc", "min-order", "0");
	set_number("stacktrace-depth", "%lu", DEPTH);
	lq_fault_below(LQ_ANYWHERE);
	lq_fault_not_below(LQ_NOWHERE);
	if (fail_nth >= 0)
		close(fail_nth);
	fail_nth = open(FAIL_NTH, O_RDWR | O_CLOEXEC);
	if (fail_nth < 0)
		lq_error("%s: %s", FAIL_NTH, strerror(errno));
	return lq_errors ? -1 : 0;
}

/* From now on only those fail that are made for something called from there */
void lq_fault_below(struct lq_range range)
{
	set_number("require-start", "0x%lx", range.start);
	set_number("require-end", "0x%lx", range.end);
}

/* And none of those that are made for something called from here */
void lq_fault_not_below(struct lq_range range)
{
	set_number("reject-start", "0x%lx", range.start);
	set_number("reject-end", "0x%lx", range.end);
}

/* The nth one that this process causes, from 1, and no other */
void lq_fault_nth(unsigned int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", n);

	if (pwrite(fail_nth, text, len, 0) != len)
		lq_error("fail-nth %u: %s", n, strerror(errno));
}

/* Return: whether there were that many, so that it has failed */
bool lq_fault_end(void)
{
	char text[16] = "";

	if (pread(fail_nth, text, sizeof(text) - 1, 0) <= 0)
		lq_error("fail-nth: %s", strerror(errno));
	lq_fault_nth(0);
	return atoi(text) == 0;
}

/* Of all, whoever makes them: in interrupts and kernel threads, too */
void lq_fault_rate(unsigned int percent)
{
	set_number("probability", "%lu", percent);
}

/* The same of those that need new pages */
void lq_fault_pages(unsigned int percent)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", percent);
	set("fail_page_alloc", "probability", text);
}

static bool is_one_of(const char *name, const char *const *functions)
{
	for (; *functions; functions++)
		if (!strcmp(name, *functions))
			return true;
	return false;
}

/* From the first of some functions of one source file to behind the last one */
struct lq_range lq_range_of(const char *const *functions)
{
	struct lq_range range = { ~0ul, 0 };
	unsigned long address, *symbol = NULL;
	size_t n = 0, space = 0;
	FILE *file = fopen("/proc/kallsyms", "re");
	char line[256], name[128], type;

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%lx %c %127s", &address, &type, name) != 3 ||
		    strchr(line, '['))
			continue;
		if (n == space) {
			space = space ? 2 * space : 1 << 16;
			symbol = realloc(symbol, space * sizeof(*symbol));
		}
		symbol[n++] = address;
		if (!is_one_of(name, functions))
			continue;
		if (address < range.start)
			range.start = address;
		if (address > range.end)
			range.end = address;
	}
	if (file)
		fclose(file);
	if (!range.end) {
		lq_error("no function %s in kallsyms", *functions);
		free(symbol);
		return range;
	}

	/* Where the next one begins */
	for (address = ~0ul; n--;)
		if (symbol[n] > range.end && symbol[n] < address)
			address = symbol[n];
	range.end = address;
	free(symbol);
	return range;
}

/* All of the code that it has while it is loaded */
struct lq_range lq_range_of_module(void)
{
	struct lq_range range = { 0, 0 };
	FILE *file = fopen(TEXT, "re"), *modules;
	unsigned long size = 0;
	char line[256];

	if (!file || fscanf(file, "%lx", &range.start) != 1)
		lq_error("%s can't be read", TEXT);
	if (file)
		fclose(file);
	modules = fopen("/proc/modules", "re");
	while (modules && fgets(line, sizeof(line), modules))
		if (!strncmp(line, "listenq ", 8))
			size = strtoul(line + 8, NULL, 10);
	if (modules)
		fclose(modules);
	range.end = range.start + size;
	return range;
}

/* A function of the module, or of one that is not there any more */
static bool is_ours(const char *line)
{
	const char *word = line + strspn(line, " ");

	return strstr(line, "[listenq]") ||
	       !strncmp(word, NAMELESS, strlen(NAMELESS));
}

static void print_leak(const char *text)
{
	for (const char *end; (end = strchr(text, '\n')); text = end + 1)
		fprintf(stderr, "# %.*s\n", (int)(end - text), text);
}

/* Its lines are one object up to the next one that begins with its name */
static int count_leaks(FILE *file)
{
	char object[8192] = "", line[512];
	bool ours = false, more;
	size_t len = 0;
	int n = 0;

	do {
		more = fgets(line, sizeof(line), file);
		if (!more || !strncmp(line, "unreferenced", 12)) {
			if (ours)
				print_leak(object);
			n += ours;
			ours = false;
			len = 0;
			object[0] = 0;
		}
		ours |= more && is_ours(line);
		if (more && len + strlen(line) < sizeof(object))
			len += snprintf(object + len, sizeof(object) - len,
					"%s", line);
	} while (more);
	return n;
}

/* Return: whether this kernel looks for leaks; one that does has KASAN, too */
bool lq_leaks_watched(void)
{
	return !access(LQ_KMEMLEAK, F_OK);
}

/* It believes in a leak only when it has seen it twice, some seconds old */
int lq_leaks(void)
{
	FILE *file;
	int n;

	sleep(6);
	if (write_text(LQ_KMEMLEAK, "scan"))
		return LQ_LEAKS_UNKNOWN;
	sleep(1);
	write_text(LQ_KMEMLEAK, "scan");
	file = fopen(LQ_KMEMLEAK, "re");
	if (!file)
		return LQ_LEAKS_UNKNOWN;
	n = count_leaks(file);
	fclose(file);
	return n;
}
