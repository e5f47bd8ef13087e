// SPDX-License-Identifier: GPL-2.0
/* Loading and unloading, for the tests that do it themselves */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "lq.h"

static const char *const hooked_functions[] = {
	"tcp_conn_request", "tcp_check_req", "cookie_v4_check",
	"cookie_v6_check", "inet_csk_accept", "inet_csk_listen_stop"
};

int lq_insmod_file(const char *path, const char *args)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int failed;

	if (fd < 0)
		return -1;
	failed = syscall(SYS_finit_module, fd, args, 0) ? errno : 0;
	close(fd);
	errno = failed;
	return failed ? -1 : 0;
}

int lq_insmod(const char *args)
{
	return lq_insmod_file(LQ_MODULE, args);
}

int lq_rmmod_name(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK) ? -1 : 0;
}

int lq_rmmod(void)
{
	return lq_rmmod_name("listenq");
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

/*
 * On PREEMPT_RT a probe may take no lock: there hooks=probe is refused, which
 * loading.c tests.
 */
bool lq_probes_possible(void)
{
	struct utsname name;

	return uname(&name) || !strstr(name.version, "PREEMPT_RT");
}

/* Whether the module says that it knows whose a verdict is */
bool lq_exact(void)
{
	FILE *file = fopen("/sys/module/listenq/parameters/exact", "re");
	bool exact = file && fgetc(file) == 'Y';

	if (file)
		fclose(file);
	return exact;
}

static bool is_ours(const char *line)
{
	bool found = strstr(line, "listenq");

	for (unsigned int i = 0;
	     i < sizeof(hooked_functions) / sizeof(*hooked_functions); i++)
		found |= !!strstr(line, hooked_functions[i]);
	return found;
}

/* Whether one of ours is in the kernel's list of traced functions or kprobes */
bool lq_hooks_in(const char *path)
{
	FILE *file = fopen(path, "re");
	bool found = false;
	char line[512];

	while (file && fgets(line, sizeof(line), file))
		found |= is_ours(line);
	if (file)
		fclose(file);
	return found;
}

/* How often one that is hooked was called, as listenq says; LQ_NONE: it is not */
u64 lq_hits(const char *function)
{
	FILE *file = fopen(LQ_HOOKED_BY_US, "re");
	char line[256], name[64];
	u64 found = LQ_NONE;

	while (file && fgets(line, sizeof(line), file)) {
		unsigned long long hits;

		if (sscanf(line, "%63s %*s hits %llu", name, &hits) == 2 &&
		    !strcmp(name, function))
			found = hits;
	}
	if (file)
		fclose(file);
	return found;
}

/* Whether there is anything of it in the kernel */
bool lq_anything_left(void)
{
	struct stat st;

	return lq_loaded() || !lstat(LQ_FILE, &st) ||
	       !lstat("/proc/net/listenq", &st) ||
	       lq_hooks_in(LQ_HOOKED) || lq_hooks_in(LQ_KPROBES);
}

/* Whether it is hooked that way and has been called so often, and none missed */
bool lq_hooked(const char *function, const char *way, unsigned int hits)
{
	unsigned int seen, missed;
	char name[64], how[16], line[256];
	FILE *file = fopen(LQ_HOOKED_BY_US, "re");
	bool found = false;

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "%63s %15s hits %u missed %u", name, how,
			   &seen, &missed) == 4)
			found |= !strcmp(name, function) &&
				 !strcmp(how, way) && seen == hits && !missed;
	if (file)
		fclose(file);
	return found;
}

/* How many functions are traced, by whomever; some thousands is all of them */
unsigned int lq_functions_traced(void)
{
	FILE *file = fopen(LQ_HOOKED, "re");
	unsigned int n = 0;
	char line[512];

	while (file && fgets(line, sizeof(line), file))
		n++;
	if (file)
		fclose(file);
	return n;
}
