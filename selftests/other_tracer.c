// SPDX-License-Identifier: GPL-2.0
/* ftrace's function tracer, in an instance of its own */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "other.h"

#define INSTANCE LQ_TRACEFS "/instances/lq_other"

static void tracer_detach(void)
{
	other_write(INSTANCE "/current_tracer", "nop");
	if (rmdir(INSTANCE))
		lq_error("function tracer: %s", strerror(errno));
}

static int tracer_attach(void)
{
	int failed = 0;

	if (mkdir(INSTANCE, 0700))
		return -1;
	for (int i = 0; i < other_functions && !failed; i++)
		failed = other_append(INSTANCE "/set_ftrace_filter",
				      other_function[i]) ? errno : 0;
	if (!failed)
		failed = other_write(INSTANCE "/current_tracer",
				     "function") ? errno : 0;
	if (failed)
		tracer_detach();
	errno = failed;
	return failed ? -1 : 0;
}

/* "task-pid [cpu] flags time: function <-caller" */
static int traced_function(char *line)
{
	char *end = strstr(line, " <-"), *name;

	if (!end)
		return -1;
	*end = 0;
	name = strrchr(line, ' ');
	return name ? other_named(name + 1) : -1;
}

static int tracer_calls(u64 *calls)
{
	FILE *file = fopen(INSTANCE "/trace", "re");
	u64 kept = 0, written = 1;
	char line[512];

	memset(calls, 0, other_functions * sizeof(*calls));
	while (file && fgets(line, sizeof(line), file)) {
		int n = traced_function(line);

		if (n >= 0)
			calls[n]++;
		else if (*line == '#')
			sscanf(line, "# entries-in-buffer/entries-written: %llu/%llu",
			       &kept, &written);
	}
	if (file)
		fclose(file);
	return kept == written ? 0 : -1;
}

const struct other other_tracer = {
	.name = "tracer",
	.attach = tracer_attach,
	.detach = tracer_detach,
	.calls = tracer_calls,
};
