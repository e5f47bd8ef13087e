// SPDX-License-Identifier: GPL-2.0
/*
 * The reader against a kernel that says anything at all.
 */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base.h"
#include "fuzz.h"
#include "kernel.h"
#include "message.h"

int fuzz_one(const u8 *data, size_t size) asm("LLVMFuzzerTestOneInput");

/* Answers out of the input; what has none has a good one. */
static void say(const u8 *data, size_t size)
{
	bool said[KERNEL_CHANNELS] = { false };
	struct message message;

	while (size >= 3) {
		unsigned int channel = data[0] % KERNEL_CHANNELS;
		size_t len = data[1] | data[2] << 8;

		data += 3;
		size -= 3;
		if (len > size)
			len = size;
		kernel_say(channel, data, len);
		said[channel] = true;
		data += len;
		size -= len;
	}
	if (!said[KERNEL_CONTROL])
		message_family(&message, 1);
	else
		message_error(&message, 0, NULL, 0);
	message_say(KERNEL_CONTROL, &message);
	message_error(&message, 0, NULL, 0);
	message_say(KERNEL_CONTROL, &message);
	if (!said[KERNEL_CONTROLLER])
		message_say_controller();
	message_say(KERNEL_CONTROLLER, &message);
	message_say(KERNEL_GET, &message);
	message_say(KERNEL_TOTALS, &message);
	message_say(KERNEL_POLICY, &message);
	message_done(&message, 0, NULL);
	message_say(KERNEL_DUMP, &message);
	message_say(KERNEL_HOOKS, &message);
	message_say(KERNEL_POLICIES, &message);
}

static void check_json(const char *line, const char *text)
{
	json_t *json;

	/* Events are a line each. */
	do {
		if (!*text && strstr(line, "monitor"))
			return;
		json = json_loads(text, JSON_DISABLE_EOF_CHECK, NULL);
		if (!json)
			abort();
		json_decref(json);
		text = strchr(text, '\n') + 1;
	} while (strstr(line, "monitor"));
}

int fuzz_one(const u8 *data, size_t size)
{
	const char *line;
	char *out, *err;
	int status;

	if (!size)
		return 0;
	line = fuzz_lines[*data % FUZZ_LINES];
	kernel_reset();
	kernel_stop_after(16);
	say(data + 1, size - 1);
	status = kernel_run(&out, &err, line);
	/* Only standard input can be wrong as a call. */
	if (status < 0 || status > 3 || (status == 1 && !strstr(line, "--json")))
		abort();
	if (status && status != 3 && strncmp(err, "listenq: ", 9))
		abort();
	if (!status && strstr(line, "|-j"))
		check_json(line, out);
	free(out);
	free(err);
	return 0;
}
