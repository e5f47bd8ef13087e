// SPDX-License-Identifier: GPL-2.0
/* kprobes and kretprobes, as events; what they count is in kprobe_profile */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "other.h"

#define EVENTS	LQ_TRACEFS "/kprobe_events"
#define ENABLE	LQ_TRACEFS "/events/lq_other/enable"
#define PROFILE	LQ_TRACEFS "/kprobe_profile"

static void probe_detach(void)
{
	char line[128];

	other_write(ENABLE, "0");
	for (int i = 0; i < other_functions; i++) {
		snprintf(line, sizeof(line), "-:lq_other/f%d", i);
		other_append(EVENTS, line);
	}
}

static int probe_attach(char type)
{
	char line[128];
	int failed = 0;

	for (int i = 0; i < other_functions && !failed; i++) {
		snprintf(line, sizeof(line), "%c:lq_other/f%d %s", type, i,
			 other_function[i]);
		failed = other_append(EVENTS, line) ? errno : 0;
	}
	if (!failed)
		failed = other_write(ENABLE, "1") ? errno : 0;
	if (failed)
		probe_detach();
	errno = failed;
	return failed ? -1 : 0;
}

static int kprobe_attach(void)
{
	return probe_attach('p');
}

static int kretprobe_attach(void)
{
	return probe_attach('r');
}

/* A call that the kernel knows it has missed was not seen */
static int probe_calls(u64 *calls)
{
	FILE *file = fopen(PROFILE, "re");
	u64 hits, missed;
	char line[256];
	int n, seen = 0;

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, " f%d %llu %llu", &n, &hits, &missed) != 3 ||
		    n < 0 || n >= other_functions)
			continue;
		if (missed)
			ksft_print_msg("%s: %llu missed\n", other_function[n],
				       missed);
		calls[n] = hits;
		seen++;
	}
	if (file)
		fclose(file);
	return seen == other_functions ? 0 : -1;
}

const struct other other_kprobe = {
	.name = "kprobe",
	.attach = kprobe_attach,
	.detach = probe_detach,
	.calls = probe_calls,
};

const struct other other_kretprobe = {
	.name = "kretprobe",
	.attach = kretprobe_attach,
	.detach = probe_detach,
	.calls = probe_calls,
};
