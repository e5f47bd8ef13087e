// SPDX-License-Identifier: GPL-2.0
/* A live patch that changes nothing: modules/lq_patch.c */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "other.h"

#define MODULE	"/selftests/lq_patch.ko"
#define CALLS	"/sys/module/lq_patch/parameters/calls"

static int patch_attach(void)
{
	char args[1024] = "functions=";
	size_t len = strlen(args);

	for (int i = 0; i < other_functions; i++)
		len += snprintf(args + len, sizeof(args) - len, "%s%s",
				i ? "," : "", other_function[i]);
	return lq_insmod_file(MODULE, args);
}

static void patch_detach(void)
{
	if (lq_rmmod_name("lq_patch"))
		lq_error("lq_patch: %s", strerror(errno));
}

static int patch_calls(u64 *calls)
{
	FILE *file = fopen(CALLS, "re");
	char name[64];
	int seen = 0;
	u64 value;

	while (file && fscanf(file, "%63s %llu", name, &value) == 2) {
		int n = other_named(name);

		if (n < 0)
			continue;
		calls[n] = value;
		seen++;
	}
	if (file)
		fclose(file);
	return seen == other_functions ? 0 : -1;
}

const struct other other_patch = {
	.name = "patch",
	.redirects = true,
	.attach = patch_attach,
	.detach = patch_detach,
	.calls = patch_calls,
};
