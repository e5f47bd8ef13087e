// SPDX-License-Identifier: GPL-2.0
/* Loading and unloading, for the tests that do it themselves */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "lq.h"

static const char *const hooked_functions[] = {
	"tcp_conn_request", "tcp_check_req", "cookie_v4_check",
	"cookie_v6_check", "inet_csk_accept", "inet_csk_listen_stop"
};

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

/*
 * On PREEMPT_RT a probe may take no lock: there hooks=probe is refused, which
 * loading.c tests.
 */
bool lq_probes_possible(void)
{
	struct utsname name;

	return uname(&name) || !strstr(name.version, "PREEMPT_RT");
}

static bool file_has(const char *path, const char *word)
{
	FILE *file = fopen(path, "re");
	bool found = false;
	char line[512];

	while (file && fgets(line, sizeof(line), file))
		found |= !!strstr(line, word);
	if (file)
		fclose(file);
	return found;
}

/* Whether the module says that it knows whose a verdict is */
bool lq_exact(void)
{
	return file_has("/sys/module/listenq/parameters/exact", "Y");
}

/* Whether one of ours is in the kernel's list of traced functions or kprobes */
bool lq_hooks_in(const char *path)
{
	bool found = file_has(path, "listenq");

	for (unsigned int i = 0;
	     i < sizeof(hooked_functions) / sizeof(*hooked_functions); i++)
		found |= file_has(path, hooked_functions[i]);
	return found;
}
