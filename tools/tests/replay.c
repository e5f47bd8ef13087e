// SPDX-License-Identifier: GPL-2.0
/*
 * The reader against a kernel that says what it likes. Every answer, good or
 * hostile, ends in output that is what it should be or in one line that says
 * what is wrong; the sanitizers see to the rest. TAP on stdout.
 *
 * usage: replay                  run the tests
 *        replay --corpus DIR     write what the fuzzer begins with
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <linux/genetlink.h>
#include <linux/listenq.h>

#include "fuzz.h"
#include "message.h"

static unsigned int points, failures;

static void point(bool good, const char *format, ...) __printf(2, 3);

static void point(bool good, const char *format, ...)
{
	va_list arguments;

	failures += !good;
	printf("%sok %u ", good ? "" : "not ", ++points);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	fflush(stdout);
}

/**
 * struct result - what came of a run
 * @out: what it wrote
 * @err: what it complained
 * @status: how it ended
 */
struct result {
	char *out;
	char *err;
	int status;
};

static void run(struct result *result, const char *line)
{
	result->status = kernel_run(&result->out, &result->err, line);
}

static void forget(struct result *result)
{
	free(result->out);
	free(result->err);
}

/* Runs, and says whether it ended so and both texts are to be found. */
static bool ends(const char *line, int status, const char *out, const char *err)
{
	struct result result;
	bool good;

	run(&result, line);
	good = result.status == status && strstr(result.out, out) &&
	       (*err ? !!strstr(result.err, err) : !*result.err);
	if (!good)
		printf("# %s: %d\n# %s\n# %s\n", line, result.status,
		       result.out, result.err);
	forget(&result);
	return good;
}

static void expect(const char *name, const char *line, int status,
		   const char *out, const char *err)
{
	point(ends(line, status, out, err), "%s", name);
}

static void fresh(void)
{
	kernel_reset();
	message_say_all();
}

/* Only the family is known. */
static void fresh_family(u32 version)
{
	struct message message;

	kernel_reset();
	message_family(&message, version);
	message_say(KERNEL_CONTROL, &message);
	message_error(&message, 0, NULL, 0);
	message_say(KERNEL_CONTROL, &message);
}

/**
 * struct expectation - a run and its end
 * @line: the command line
 * @status: how it ends
 * @out: what it writes, among other things
 * @err: what it complains; nothing else when empty
 */
struct expectation {
	const char *line;
	int status;
	const char *out;
	const char *err;
};

static const struct expectation expectations[] = {
	{ "listenq", 0, "FULL     17/16   18  3/16    5   117      133 10.0.0.1:", "" },
	{ "listenq|-n|:443", 0, "10.0.0.1:443\n", "" },
	{ "listenq|-n|show|*:444", 0, "*:444\n", "" },
	{ "listenq|-n|[2001:db8::1]:445", 0, "[2001:db8::1]%lo:445\n", "" },
	{ "listenq|-n|[2001:db8::1]%lo:445", 0, "[2001:db8::1]%lo:445\n", "" },
	{ "listenq|-n|2001:db8::/32", 0, "[2001:db8::1]%lo:445\n", "" },
	{ "listenq|-np|10.0.0.0/8", 0, "10.0.0.1:443 nginx/4242\n", "" },
	{ "listenq|-n|sport = :443", 0, "10.0.0.1:443\n", "" },
	{ "listenq|-n|sport|=|443", 0, "10.0.0.1:443\n", "" },
	{ "listenq|sport = https", 0, "10.0.0.1:", "" },
	{ "listenq|-n|inode|1001", 0, "10.0.0.1:443\n", "" },
	{ "listenq|-n|-4|cgroup|55", 0, "10.0.0.1:443\n", "" },
	{ "listenq|-n|id|1|and|:443", 0, "10.0.0.1:443\n", "" },
	{ "listenq|-n|:444|or|:443|--sort|port", 0, "10.0.0.1:443\n", "" },
	{ "listenq|-d", 0, "p50 <= 32 us, p90 <= 32 us, p99 <= 32 us", "" },
	{ "listenq|-d|-n", 0, "10.0.0.1:443 FULL nginx/4242\n  id 1 inode 1001", "" },
	{ "listenq|-o|-n", 0, "10.0.0.1:443 id=1 state=FULL owner=nginx/4242", "" },
	{ "listenq|--sort|syncookie_sent", 0, "10.0.0.1", "" },
	{ "listenq|totals", 0,
	  "syncookie_sent              105       105   105    105           -7", "" },
	{ "listenq|hooks", 0, "tcp_conn_request replace exact     1234      0", "" },
	{ "listenq|check|:443", 3, "FAILED: listen_drop 117, listen_overflow 133", "" },
	{ "listenq|check|--max-drops|132|:443", 3, "FAILED", "" },
	{ "listenq|check|--max-drops=133|:443", 0, "OK: listen_drop 117", "" },
	{ "listenq|check|:9", 3, "no such listener", "" },
	{ "listenq|check", 1, "", "which listeners?" },
	{ "listenq|-6|:443", 0, "State", "" },
	{ "listenq|help", 0, "usage: listenq", "" },
	{ "listenq|-h", 0, "usage: listenq", "" },
	{ "listenq|-V", 0, "listenq ", "" },
	{ "listenq|--explain-counters", 0, "syn_received", "" },
	{ "listenq|frobnicate", 1, "", "'frobnicate' is no filter" },
	{ "listenq|:0", 1, "", "no filter" },
	{ "listenq|:65536", 1, "", "no filter" },
	{ "listenq|10.0.0.1/33", 1, "", "no filter" },
	{ "listenq|[::1:80", 1, "", "no filter" },
	{ "listenq|id|x", 1, "", "'x' is no such thing" },
	{ "listenq|sport|=", 1, "", "of what value?" },
	{ "listenq|:443|and|:444", 1, "", "'or' works between" },
	{ "listenq|--sort|beauty", 1, "", "no such key" },
	{ "listenq|-4|-6", 1, "", "not both" },
	{ "listenq|hooks|-t", 1, "", "hooks takes no -t" },
	{ "listenq|hooks|:443", 1, "", "what is ':443'?" },
	{ "listenq|--max-drops|x|check|:1", 1, "", "is no number" },
	{ "listenq|--nonsense", 1, "", "listenq: unrecognized option" },
	{ "listenq|-N|/nonexistent", 2, "", "network namespace /nonexistent: No such file" },
};

static void test_commands(void)
{
	size_t n;

	for (n = 0; n < ARRAY_SIZE(expectations); n++) {
		const struct expectation *expected = &expectations[n];

		fresh();
		point(ends(expected->line, expected->status, expected->out,
			   expected->err),
		      "'%s' ends with %d", expected->line, expected->status);
	}
}

/* Whether a filter goes to the kernel. */
static bool asks(const char *line, u16 type)
{
	const struct nlmsghdr *nlh = kernel_asked();
	const struct nlattr *attr;
	struct result result;
	bool found = false;

	fresh();
	run(&result, line);
	forget(&result);
	mnl_attr_for_each(attr, nlh, GENL_HDRLEN)
		found |= mnl_attr_get_type(attr) == type;
	return found;
}

static void test_kernel_filters(void)
{
	point(asks("listenq|:443", LISTENQ_A_LISTENER_PORT) &&
	      asks("listenq|10.0.0.1", LISTENQ_A_LISTENER_ADDRESS4) &&
	      asks("listenq|::1", LISTENQ_A_LISTENER_ADDRESS6) &&
	      asks("listenq|-4", LISTENQ_A_LISTENER_FAMILY) &&
	      asks("listenq|id|3", LISTENQ_A_LISTENER_ID) &&
	      asks("listenq|inode|3", LISTENQ_A_LISTENER_INODE) &&
	      asks("listenq|cgroup|3", LISTENQ_A_LISTENER_CGROUP) &&
	      asks("listenq|--drops", LISTENQ_A_LISTENER_DROPS_ONLY),
	      "a filter goes to the kernel");
	point(!asks("listenq|:443|:444", LISTENQ_A_LISTENER_PORT) &&
	      !asks("listenq|10.0.0.0/8", LISTENQ_A_LISTENER_ADDRESS4),
	      "what the kernel cannot do does not");
}

static json_t *json_of(const char *line)
{
	struct result result;
	json_t *json;

	run(&result, line);
	json = result.status ? NULL :
	       json_loads(result.out, JSON_REJECT_DUPLICATES, NULL);
	if (!json)
		printf("# %s: %d, %s\n", line, result.status, result.err);
	forget(&result);
	return json;
}

static bool has_integer(json_t *json, const char *one, const char *two,
			json_int_t value)
{
	json_t *at = json_object_get(json, one);

	if (two)
		at = json_object_get(at, two);
	return json_is_integer(at) && json_integer_value(at) == value;
}

static bool has_string(json_t *json, const char *one, const char *two,
		       const char *value)
{
	json_t *at = json_object_get(json, one);

	if (two)
		at = json_object_get(at, two);
	return json_is_string(at) && !strcmp(json_string_value(at), value);
}

static void test_json_show(void)
{
	json_t *json, *v4, *v6;

	fresh();
	json = json_of("listenq|-j");
	v4 = json_array_get(json, 0);
	v6 = json_array_get(json, 2);
	point(json_array_size(json) == 3, "show -j is an array of listeners");
	point(has_integer(v4, "id", NULL, 1) &&
	      has_string(v4, "family", NULL, "inet") &&
	      has_string(v4, "local", "address", "10.0.0.1") &&
	      has_integer(v4, "local", "port", 443) &&
	      !json_object_get(json_object_get(v4, "local"), "dev") &&
	      json_is_false(json_object_get(v4, "v6only")),
	      "an IPv4 listener");
	point(has_integer(v4, "acceptq", "len", 17) &&
	      has_integer(v4, "acceptq", "max", 16) &&
	      has_integer(v4, "acceptq", "peak", 18) &&
	      has_integer(v4, "acceptq", "start", 1) &&
	      has_integer(v4, "acceptq", "discarded", 2) &&
	      has_integer(v4, "synq", "len", 3) &&
	      has_integer(v4, "synq", "young", 2) &&
	      has_integer(v4, "synq", "peak", 5), "its queues");
	point(json_object_size(json_object_get(v4, "counters")) ==
	      LISTENQ_A_COUNTERS_MAX - 1 &&
	      has_integer(v4, "counters", "syn_received", 102) &&
	      has_integer(v4, "counters", "accepted",
			  100 + LISTENQ_A_COUNTERS_ACCEPTED), "its counters");
	point(has_string(v4, "owner", "comm", "nginx") &&
	      has_integer(v4, "owner", "pid", 4242) &&
	      has_integer(v4, "owner", "uid", 33) &&
	      has_integer(v4, "inode", NULL, 1001) &&
	      has_integer(v4, "cgroup", NULL, 55) &&
	      has_integer(v4, "since_ns", NULL, 1700000000123456789),
	      "its owner and socket");
	point(has_integer(json_object_get(v4, "histograms"), "handshake_us",
			  "32", 95), "its times");
	point(has_string(v6, "local", "dev", "lo") &&
	      json_is_true(json_object_get(v6, "v6only")) &&
	      has_string(json_array_get(json, 1), "local", "address", "*"),
	      "IPv6 and dual stack");
	json_decref(json);
}

/* Whatever a program calls itself */
static void test_names(void)
{
	static const char * const names[] = {
		"a b", "\\x", "\"quoted\"", "\n\t\033[1m", "\303\244\303\266",
		"\377\376", "\303", "\355\240\200", "%s%n", "\001\177",
		"0123456789abcde\303",
	};
	struct message message;
	struct result result;
	bool json_good = true, text_good = true;
	size_t n;
	char *c;

	for (n = 0; n < ARRAY_SIZE(names); n++) {
		json_t *json, *owner;

		fresh_family(1);
		message_listener(&message, MESSAGE_V4);
		mnl_attr_put(&message.nlh, LISTENQ_A_LISTENER_COMM,
			     strlen(names[n]), names[n]);
		message_say(KERNEL_DUMP, &message);
		message_done(&message, 0, NULL);
		message_say(KERNEL_DUMP, &message);
		json = json_of("listenq|-j");
		owner = json_object_get(json_array_get(json, 0), "owner");
		json_good &= json_is_string(json_object_get(owner, "comm"));
		json_decref(json);
		run(&result, "listenq|-do");
		for (c = result.out; *c; c++)
			text_good &= *c == '\n' || (*c >= ' ' && *c < 127);
		text_good &= strchr(result.out, '\n')[1] == '\0';
		forget(&result);
	}
	point(json_good, "any name is valid JSON");
	point(text_good, "any name is one printable word");
}

static bool name_is(const char *name, const char *shown)
{
	struct message message;
	json_t *json;
	bool good;

	fresh_family(1);
	message_listener(&message, MESSAGE_V4);
	mnl_attr_put(&message.nlh, LISTENQ_A_LISTENER_COMM, strlen(name), name);
	message_say(KERNEL_DUMP, &message);
	message_done(&message, 0, NULL);
	message_say(KERNEL_DUMP, &message);
	json = json_of("listenq|-j");
	good = has_string(json_array_get(json, 0), "owner", "comm", shown);
	json_decref(json);
	return good;
}

static void test_json_names(void)
{
	point(name_is("\303\244b", "\303\244b"), "UTF-8 stays as it is");
	point(name_is("a\377b", "a\\377b"), "what is none is \\ooo");
	point(name_is("a\\377", "a\\\\377"), "a backslash is two");
	point(name_is("a\nb", "a\nb"), "control characters come back");
	point(name_is("ab\303", "ab\\303"), "a character cut off");
}

static void test_errors(void)
{
	struct message message;

	kernel_reset();
	message_error(&message, -ENOENT, NULL, 0);
	message_say(KERNEL_CONTROL, &message);
	expect("no module", "listenq", 2,
	       "",
	       "listenq: the module is not loaded: modprobe listenq, or insmod listenq.ko\n");
	fresh_family(1);
	message_error(&message, -EINVAL, "port is 0", NLMSG_HDRLEN +
		      GENL_HDRLEN);
	message_say(KERNEL_DUMP, &message);
	expect("a refusal says why and what", "listenq|:443", 2,
	       "", "the kernel refused: port is 0 (Invalid argument), attribute port\n");
	fresh_family(1);
	message_done(&message, -ENOMEM, "no memory left");
	message_say(KERNEL_DUMP, &message);
	expect("a dump that fails at its end", "listenq", 2,
	       "", "the kernel refused: no memory left (Cannot allocate memory)\n");
	fresh_family(1);
	kernel_fail(KERNEL_DUMP, ENOSPC);
	expect("a read that fails", "listenq", 2,
	       "", "cannot hear the kernel: No space left on device\n");
	fresh_family(1);
	kernel_say(KERNEL_DUMP, "", 0);
	expect("an empty answer", "listenq", 2,
	       "", "makes no sense: it is empty\n");
}

static void test_changed(void)
{
	struct message message, done;
	int n;

	message_done(&done, 0, NULL);
	fresh_family(1);
	for (n = 0; n < 4; n++) {
		message_listener(&message, MESSAGE_V4);
		message.nlh.nlmsg_flags |= NLM_F_DUMP_INTR;
		message_say(KERNEL_DUMP, &message);
		message_say(KERNEL_DUMP, &done);
	}
	expect("a dump that always changes is shown, and said to", "listenq|-n", 0,
	       "10.0.0.1:443", "some may be missing");
	fresh_family(1);
	message_say(KERNEL_DUMP, &message);
	message_say(KERNEL_DUMP, &done);
	message_say_dump(MESSAGE_DUAL, MESSAGE_DUAL);
	expect("one that changed is repeated, and forgotten", "listenq|-n", 0,
	       "Port\nFULL     17/16   18  3/16    5   117      133 *:444\n", "");
}

static void test_versions(void)
{
	struct message message;
	struct nlattr *nest;

	fresh_family(2);
	message_say_dump(MESSAGE_V4, MESSAGE_V4);
	expect("a newer module is told", "listenq", 0,
	       "10.0.0.1", "speaks version 2, this program version 1");
	expect("... once", "listenq", 0, "10.0.0.1", "");
	fresh_family(1);
	message_listener(&message, MESSAGE_V4);
	mnl_attr_put_u32(&message.nlh, 99, 1);
	mnl_attr_put_u64(&message.nlh, LISTENQ_A_LISTENER_MAX + 1, 1);
	message_say(KERNEL_DUMP, &message);
	message_done(&message, 0, NULL);
	message_say(KERNEL_DUMP, &message);
	expect("what is new is ignored", "listenq", 0, "10.0.0.1", "");
	fresh_family(1);
	memset(&message, 0, sizeof(message));
	mnl_nlmsg_put_header(&message)->nlmsg_type = KERNEL_FAMILY;
	mnl_nlmsg_put_extra_header(&message.nlh, GENL_HDRLEN);
	nest = mnl_attr_nest_start(&message.nlh, LISTENQ_A_LISTENER_ACCEPTQ);
	mnl_attr_put_u64(&message.nlh, LISTENQ_A_ACCEPTQ_LEN, 4);
	mnl_attr_nest_end(&message.nlh, nest);
	message_say(KERNEL_DUMP, &message);
	message_done(&message, 0, NULL);
	message_say(KERNEL_DUMP, &message);
	expect("what an older one does not have is a dash", "listenq", 0,
	       "ok         4/-    -   -/-    -     -        - -:-\n", "");
}

static void test_large(void)
{
	struct message message;
	struct nlattr *nest;
	json_t *json;

	fresh_family(1);
	message_listener(&message, MESSAGE_V4);
	nest = mnl_attr_nest_start(&message.nlh, LISTENQ_A_LISTENER_ACCEPTQ);
	mnl_attr_put_u64(&message.nlh, LISTENQ_A_ACCEPTQ_LEN, -1);
	mnl_attr_nest_end(&message.nlh, nest);
	message_say(KERNEL_DUMP, &message);
	message_done(&message, 0, NULL);
	message_say(KERNEL_DUMP, &message);
	expect("a number of 64 bits is shown", "listenq", 0,
	       "18446744073709551615/-", "");
	json = json_of("listenq|-j");
	point(has_integer(json_array_get(json, 0), "acceptq", "len",
			  0x7fffffffffffffff), "and is the largest of JSON");
	json_decref(json);
}

static void say_event(u8 command, unsigned int which, u64 seq)
{
	struct message message;

	message_event(&message, command, which, seq);
	message_say(KERNEL_EVENTS, &message);
}

static void say_get(unsigned int which)
{
	struct message message;

	message_listener(&message, which);
	message_say(KERNEL_GET, &message);
	message_error(&message, 0, NULL, 0);
	message_say(KERNEL_GET, &message);
}

/* The events of a monitor, an array. */
static json_t *events_of(const char *line)
{
	json_t *events = json_array(), *event;
	struct result result;
	const char *at;

	run(&result, line);
	if (result.status || *result.err)
		printf("# %d %s\n", result.status, result.err);
	for (at = result.out; *at; at = strchr(at, '\n') + 1) {
		event = json_loads(at, JSON_DISABLE_EOF_CHECK |
				   JSON_REJECT_DUPLICATES, NULL);
		json_array_append_new(events, event);
	}
	forget(&result);
	return events;
}

static void test_monitor(void)
{
	json_t *events, *first;

	fresh();
	say_get(7);
	say_event(LISTENQ_CMD_EPISODE_NTF, MESSAGE_V4, 5);
	say_event(LISTENQ_CMD_LISTENER_ADD_NTF, 7, 6);
	say_event(LISTENQ_CMD_LISTENER_DEL_NTF, MESSAGE_V6, 7);
	events = events_of("listenq|monitor|-j");
	first = json_array_get(events, 0);
	point(json_array_size(events) == 3 &&
	      has_string(first, "event", NULL, "synq-full") &&
	      has_string(first, "phase", NULL, "progress") &&
	      has_integer(first, "seq", NULL, 5) &&
	      has_integer(first, "verdicts", NULL, 7) &&
	      has_integer(first, "total", NULL, 19) &&
	      has_integer(first, "depth", NULL, 17) &&
	      has_integer(first, "limit", NULL, 16) &&
	      has_integer(first, "peak", NULL, 18) &&
	      has_integer(first, "time", NULL, 1700000001000000000) &&
	      has_integer(first, "duration_ns", NULL, 1004000000),
	      "an episode");
	point(has_integer(json_object_get(first, "listener"), "owner", "pid",
			  4242), "its owner is known from the dump");
	point(has_string(json_array_get(events, 1), "event", NULL,
			 "listener-add") &&
	      has_integer(json_object_get(json_array_get(events, 1),
					  "listener"), "owner", "pid", 4242),
	      "a new listener's owner is asked for");
	point(has_string(json_array_get(events, 2), "event", NULL,
			 "listener-del"), "a listener that closed");
	json_decref(events);
	expect("nothing more", "listenq|monitor|-n|:443", 0, "", "");
	fresh();
	say_event(LISTENQ_CMD_EPISODE_NTF, MESSAGE_V4, 5);
	say_event(LISTENQ_CMD_EPISODE_NTF, MESSAGE_DUAL, 6);
	expect("a filter works for events", "listenq|monitor|-n|:444", 0,
	       "synq-full progress *:444 queue 17/16 peak 18 verdicts 7 total 19 for 1.004s nginx/4242\n",
	       "");
}

static void test_lost(void)
{
	json_t *events;

	kernel_reset();
	fresh();
	message_say_dump(MESSAGE_DUAL, 4);
	say_event(LISTENQ_CMD_EPISODE_NTF, MESSAGE_V4, 5);
	say_event(LISTENQ_CMD_EPISODE_NTF, MESSAGE_V4, 9);
	events = events_of("listenq|monitor|-j");
	point(json_array_size(events) == 5 &&
	      has_string(json_array_get(events, 1), "event", NULL, "lost") &&
	      has_integer(json_array_get(events, 1), "count", NULL, 3),
	      "a gap is told");
	point(has_string(json_array_get(events, 3), "event", NULL,
			 "listener-del") &&
	      has_integer(json_object_get(json_array_get(events, 3),
					  "listener"), "id", NULL, 1) &&
	      has_string(json_array_get(events, 4), "event", NULL,
			 "listener-add") &&
	      has_integer(json_object_get(json_array_get(events, 4),
					  "listener"), "id", NULL, 4) &&
	      json_is_true(json_object_get(json_array_get(events, 4),
					   "caught_up")),
	      "and what it may have hidden");
	json_decref(events);
	fresh();
	say_event(LISTENQ_CMD_EPISODE_NTF, MESSAGE_V4, 5);
	kernel_fail(KERNEL_EVENTS, ENOBUFS);
	say_event(LISTENQ_CMD_EPISODE_NTF, MESSAGE_V4, 6);
	events = events_of("listenq|monitor|-j");
	point(json_array_size(events) == 3 &&
	      has_integer(json_array_get(events, 1), "seq", NULL, 6) &&
	      has_string(json_array_get(events, 2), "event", NULL, "lost") &&
	      has_integer(json_array_get(events, 2), "count", NULL, 6),
	      "an overrun is told, and how many the totals say are missing");
	json_decref(events);
	fresh();
	kernel_fail(KERNEL_EVENTS, ENOBUFS);
	events = events_of("listenq|monitor|-j");
	point(json_is_null(json_object_get(json_array_get(events, 0), "count")),
	      "or that nobody knows");
	json_decref(events);
}

static void test_watch(void)
{
	struct message message, done;

	message_done(&done, 0, NULL);
	fresh_family(1);
	message_say_dump(MESSAGE_V4, MESSAGE_V4);
	message_listener(&message, MESSAGE_V4);
	message_say(KERNEL_DUMP, &message);
	message_say(KERNEL_DUMP, &done);
	kernel_stop_after(4);
	expect("watch shows rates", "listenq|watch|0.01|-n", 0,
	       "FULL     17/16  3/16   0.0    0.0    0.0     0.0    0.0 10.0.0.1:443\n",
	       "");
}

/* Where an attribute is, and in which others. */
#define ATTRIBUTES_MAX 512
#define DEPTH_MAX 4

struct place {
	size_t at;
	size_t nests[DEPTH_MAX];
	int depth;
};

/**
 * struct mutation - hostile variants of a message
 * @channel: when it is said
 * @name: of the message
 * @good: the message
 * @places: its attributes
 * @nr: how many
 * @lines: what is run
 * @runs: how often something was
 * @bad: how often that ended as it may not
 */
struct mutation {
	enum kernel_channel channel;
	const char *name;
	struct message good;
	struct place places[ATTRIBUTES_MAX];
	size_t nr;
	const char * const *lines;
	unsigned int runs;
	unsigned int bad;
};

static struct nlattr *attr_at(struct message *message, size_t at)
{
	return (struct nlattr *)((char *)message + at);
}

static void find_places(struct mutation *mutation, size_t from, size_t to,
			const struct place *in)
{
	while (from + sizeof(struct nlattr) <= to) {
		struct nlattr *attr = attr_at(&mutation->good, from);
		struct place *place = &mutation->places[mutation->nr++];

		if (in)
			*place = *in;
		if (in)
			place->nests[place->depth++] = in->at;
		place->at = from;
		if (attr->nla_type & NLA_F_NESTED)
			find_places(mutation, from + MNL_ATTR_HDRLEN,
				    from + attr->nla_len, place);
		from += MNL_ALIGN(attr->nla_len);
	}
}

/* One line that says what is wrong, or output as it should be. */
static bool is_sound(const struct result *result, const char *line)
{
	json_t *json;
	bool good;

	if (result->status == 2)
		return !strncmp(result->err, "listenq: ", 9) &&
		       strchr(result->err, '\n') &&
		       !strchr(result->err, '\n')[1];
	if (result->status && result->status != 3)
		return false;
	if (!strstr(line, "-j") || strstr(line, "monitor"))
		return true;
	json = json_loads(result->out, 0, NULL);
	good = json;
	json_decref(json);
	return good;
}

static void say_hostile(struct mutation *mutation,
			const struct message *message, size_t len)
{
	struct message other;

	kernel_reset();
	if (mutation->channel != KERNEL_CONTROL)
		fresh_family(1);
	if (mutation->channel != KERNEL_DUMP)
		message_say_dump(MESSAGE_V4, MESSAGE_V6);
	/* The good one comes too: states must not carry over. */
	kernel_say(mutation->channel, message, len);
	message_done(&other, 0, NULL);
	if (mutation->channel == KERNEL_TOTALS ||
	    mutation->channel == KERNEL_CONTROL)
		message_error(&other, 0, NULL, 0);
	if (mutation->channel == KERNEL_EVENTS)
		other = mutation->good;
	message_say(mutation->channel, &other);
}

static void try(struct mutation *mutation, const struct message *message,
		size_t len)
{
	size_t n;

	for (n = 0; mutation->lines[n]; n++) {
		struct result result;

		say_hostile(mutation, message, len);
		run(&result, mutation->lines[n]);
		mutation->runs++;
		if (!is_sound(&result, mutation->lines[n])) {
			mutation->bad++;
			printf("# %s: %d %s\n", mutation->lines[n],
			       result.status, result.err);
		}
		forget(&result);
	}
}

/* Make an attribute's payload longer or shorter, and all around it. */
static void resize(struct message *message, const struct place *place,
		   size_t len)
{
	struct nlattr *attr = attr_at(message, place->at);
	size_t old = MNL_ALIGN(attr->nla_len);
	size_t new = MNL_ALIGN(MNL_ATTR_HDRLEN + len);
	char *data = (char *)attr;
	int n;

	memmove(data + new, data + old,
		message->nlh.nlmsg_len - place->at - old);
	if (MNL_ATTR_HDRLEN + len > attr->nla_len)
		memset(data + attr->nla_len, 0xff,
		       MNL_ATTR_HDRLEN + len - attr->nla_len);
	attr->nla_len = MNL_ATTR_HDRLEN + len;
	for (n = 0; n < place->depth; n++)
		attr_at(message, place->nests[n])->nla_len += new - old;
	message->nlh.nlmsg_len += new - old;
}

static void try_lengths(struct mutation *mutation, const struct place *place)
{
	size_t len = attr_at(&mutation->good, place->at)->nla_len;
	struct message message;
	size_t n;

	/* Long ones at their ends only. */
	for (n = 0; n <= len + 9; n++) {
		if (n > 24 && n + 9 < len)
			continue;
		message = mutation->good;
		resize(&message, place, n);
		try(mutation, &message, message.nlh.nlmsg_len);
		/* What the header says is not so. */
		message = mutation->good;
		attr_at(&message, place->at)->nla_len = n;
		try(mutation, &message, message.nlh.nlmsg_len);
	}
	attr_at(&message, place->at)->nla_len = 0xffff;
	try(mutation, &message, message.nlh.nlmsg_len);
}

static void try_types(struct mutation *mutation, const struct place *place)
{
	struct message message;
	unsigned int type;

	for (type = 0; type < 24; type++) {
		message = mutation->good;
		attr_at(&message, place->at)->nla_type = type;
		try(mutation, &message, message.nlh.nlmsg_len);
	}
	attr_at(&message, place->at)->nla_type = 0xffff;
	try(mutation, &message, message.nlh.nlmsg_len);
}

static void try_contents(struct mutation *mutation, const struct place *place)
{
	static const u8 fills[] = { 0x00, 0xff, 0x80, 0x04, 'A' };
	const struct nlattr *good = attr_at(&mutation->good, place->at);
	size_t len = good->nla_len - MNL_ATTR_HDRLEN;
	struct message message;
	size_t n;

	for (n = 0; n < ARRAY_SIZE(fills); n++) {
		message = mutation->good;
		memset(attr_at(&message, place->at) + 1, fills[n], len);
		try(mutation, &message, message.nlh.nlmsg_len);
	}
	/* Twice, one in the other. */
	message = mutation->good;
	resize(&message, place, len + good->nla_len);
	memcpy((char *)attr_at(&message, place->at) + MNL_ATTR_HDRLEN, good,
	       good->nla_len);
	try(mutation, &message, message.nlh.nlmsg_len);
	/* Twice, one after the other. */
	message = mutation->good;
	mnl_attr_put(&message.nlh, good->nla_type, len, good + 1);
	try(mutation, &message, message.nlh.nlmsg_len);
	/* Longer than anything. */
	message = mutation->good;
	resize(&message, place, 1000 * sizeof(u64));
	try(mutation, &message, message.nlh.nlmsg_len);
}

static void try_cuts(struct mutation *mutation)
{
	u32 len = mutation->good.nlh.nlmsg_len;
	struct message message;
	u32 n;

	for (n = 0; n < len; n++) {
		try(mutation, &mutation->good, n);
		message = mutation->good;
		message.nlh.nlmsg_len = n;
		try(mutation, &message, n);
		if (n % 16)
			continue;
		try(mutation, &message, len);
	}
}

static void mutate(struct mutation *mutation)
{
	size_t n;

	if (mutation->good.nlh.nlmsg_type >= NLMSG_MIN_TYPE)
		find_places(mutation, NLMSG_HDRLEN + GENL_HDRLEN,
			    mutation->good.nlh.nlmsg_len, NULL);
	else
		find_places(mutation, NLMSG_HDRLEN +
			    (mutation->good.nlh.nlmsg_type == NLMSG_DONE ?
			     sizeof(int) : sizeof(struct nlmsgerr)),
			    mutation->good.nlh.nlmsg_len, NULL);
	for (n = 0; n < mutation->nr; n++) {
		try_lengths(mutation, &mutation->places[n]);
		try_types(mutation, &mutation->places[n]);
		try_contents(mutation, &mutation->places[n]);
	}
	try_cuts(mutation);
	point(mutation->runs && !mutation->bad,
	      "%s with each of its %zu attributes hostile, %u runs",
	      mutation->name, mutation->nr, mutation->runs);
}

static const char * const show_lines[] = {
	"listenq|-j", "listenq|-d|-a", "listenq|-p|-n|:443", NULL,
};

static const char * const monitor_lines[] = {
	"listenq|monitor|-j", "listenq|monitor|-t|-n", NULL,
};

static const char * const totals_lines[] = {
	"listenq|totals|-j", "listenq|totals|-a|-d", NULL,
};

static const char * const hooks_lines[] = {
	"listenq|hooks|-j", "listenq|hooks", NULL,
};

static void test_mutations(void)
{
	static struct mutation mutations[] = {
		{ KERNEL_DUMP, "a listener", .lines = show_lines },
		{ KERNEL_EVENTS, "an event", .lines = monitor_lines },
		{ KERNEL_TOTALS, "totals", .lines = totals_lines },
		{ KERNEL_HOOKS, "a hook", .lines = hooks_lines },
		{ KERNEL_CONTROL, "the family", .lines = monitor_lines },
		{ KERNEL_DUMP, "a refusal", .lines = show_lines },
		{ KERNEL_DUMP, "a dump's end", .lines = show_lines },
	};
	size_t n;

	message_listener(&mutations[0].good, MESSAGE_V6);
	message_event(&mutations[1].good, LISTENQ_CMD_EPISODE_NTF, MESSAGE_V6,
		      9);
	message_totals(&mutations[2].good);
	message_hook(&mutations[3].good);
	message_family(&mutations[4].good, 1);
	message_error(&mutations[5].good, -EINVAL, "no", 20);
	message_done(&mutations[6].good, -EINVAL, "no");
	for (n = 0; n < ARRAY_SIZE(mutations); n++)
		mutate(&mutations[n]);
}

/* What the fuzzer begins with: good answers, in its own format. */
static int write_corpus(const char *dir)
{
	struct message messages[KERNEL_CHANNELS];
	unsigned int line, channel;
	char path[512];

	message_family(&messages[KERNEL_CONTROL], 1);
	message_listener(&messages[KERNEL_DUMP], MESSAGE_V6);
	message_listener(&messages[KERNEL_GET], MESSAGE_V4);
	message_totals(&messages[KERNEL_TOTALS]);
	message_hook(&messages[KERNEL_HOOKS]);
	message_event(&messages[KERNEL_EVENTS], LISTENQ_CMD_EPISODE_NTF,
		      MESSAGE_V4, 5);
	for (line = 0; line < FUZZ_LINES; line++) {
		FILE *file;

		snprintf(path, sizeof(path), "%s/line-%u", dir, line);
		file = fopen(path, "w");
		if (!file)
			return 1;
		putc(line, file);
		for (channel = 0; channel < KERNEL_CHANNELS; channel++) {
			u16 len = messages[channel].nlh.nlmsg_len;

			putc(channel, file);
			fwrite(&len, sizeof(len), 1, file);
			fwrite(&messages[channel], len, 1, file);
		}
		if (fclose(file))
			return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "--corpus"))
		return write_corpus(argv[2]);
	printf("TAP version 13\n");
	test_commands();
	test_kernel_filters();
	test_json_show();
	test_names();
	test_json_names();
	test_errors();
	test_changed();
	test_versions();
	test_large();
	test_monitor();
	test_lost();
	test_watch();
	test_mutations();
	kernel_reset();
	printf("1..%u\n", points);
	return failures ? 1 : 0;
}
