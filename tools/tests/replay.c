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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>
#include <linux/genetlink.h>
#include <linux/listenq.h>

#include "fuzz.h"
#include "message.h"
#include "tap.h"

static void reset(void)
{
	message_counts = 100;
	message_step = 1;
	message_lost = 0;
	kernel_reset();
}

static void fresh(void)
{
	reset();
	message_say_all();
}

/* Only the family is known. */
static void fresh_family(u32 version)
{
	struct message message;

	reset();
	message_family(&message, version);
	message_say(KERNEL_CONTROL, &message);
	message_error(&message, 0, NULL, 0);
	message_say(KERNEL_CONTROL, &message);
	message_say_controller();
}

/**
 * struct expectation - a run and its end
 * @line: the command line
 * @status: how it ends
 * @out: what it writes, among other things; nothing when empty
 * @err: what it complains; nothing when empty
 * @without: texts that it does not write, with `|` in between
 */
struct expectation {
	const char *line;
	int status;
	const char *out;
	const char *err;
	const char *without;
};

/* The listeners but one, or but two. */
#define NOT_443 "10.0.0.1"
#define ONLY_443 "*:444|[2001"
#define ONLY_444 "10.0.0.1|[2001"
#define ONLY_445 "10.0.0.1|*:444"

static const struct expectation expectations[] = {
	{ "listenq", 0, "FULL     17/16   18  3/16    5   117      133 10.0.0.1:", "", NULL },
	{ "listenq|-n|:443", 0, "10.0.0.1:443\n", "",
	  ONLY_443 },
	{ "listenq|-n|show|*:444", 0, "*:444\n", "",
	  ONLY_444 },
	{ "listenq|-n|[2001:db8::1]:445", 0, "[2001:db8::1]%lo:445\n", "",
	  ONLY_445 },
	{ "listenq|-n|[2001:db8::1]%lo:445", 0, "[2001:db8::1]%lo:445\n", "",
	  ONLY_445 },
	{ "listenq|-n|[2001:db8::1]%eth0:445", 0, "State", "",
	  ONLY_445 "|2001" },
	{ "listenq|-n|2001:db8::/32", 0, "[2001:db8::1]%lo:445\n", "",
	  ONLY_445 },
	{ "listenq|-np|10.0.0.0/8", 0, "10.0.0.1:443 nginx/4242\n", "",
	  ONLY_443 },
	{ "listenq|-n|sport = :443", 0, "10.0.0.1:443\n", "",
	  ONLY_443 },
	{ "listenq|-n|sport|=|443", 0, "10.0.0.1:443\n", "",
	  ONLY_443 },
	{ "listenq|sport = https", 0, "10.0.0.1:", "",
	  ONLY_443 },
	{ "listenq|-n|inode|1001", 0, "10.0.0.1:443\n", "",
	  ONLY_443 },
	{ "listenq|-n|-4|cgroup|55", 0, "10.0.0.1:443\n", "",
	  ONLY_443 },
	{ "listenq|-n|id|1|and|:443", 0, "10.0.0.1:443\n", "",
	  ONLY_443 },
	{ "listenq|-n|:444|or|:443|--sort|port", 0, "10.0.0.1:443\n", "", NULL },
	{ "listenq|-d", 0, "p50 <= 32 us, p90 <= 32 us, p99 <= 32 us", "", NULL },
	{ "listenq|-d|-n", 0, "10.0.0.1:443 FULL nginx/4242\n  id 1 inode 1001", "", NULL },
	{ "listenq|-o|-n", 0, "10.0.0.1:443 id=1 state=FULL owner=nginx/4242", "", NULL },
	{ "listenq|--sort|syncookie_sent", 0, "10.0.0.1", "", NULL },
	{ "listenq|totals", 0,
	  "syncookie_sent              105       105   105    105           -7", "", NULL },
	{ "listenq|hooks", 0, "tcp_conn_request replace exact     1234      0", "", NULL },
	{ "listenq|check|:443", 3, "FAILED: listen_drop 117, listen_overflow 133", "", NULL },
	{ "listenq|check|--max-drops|132|:443", 3, "FAILED", "", NULL },
	{ "listenq|check|--max-drops=133|:443", 0, "OK: listen_drop 117", "", NULL },
	{ "listenq|check|:9", 3, "no such listener", "", NULL },
	{ "listenq|-n|-4", 0, "10.0.0.1:443\n", "", ONLY_443 },
	{ "listenq|-n|-6", 0, "*:444\n", "", NOT_443 },
	{ "listenq|-n|10.0.0.1", 0, "10.0.0.1:443\n", "", ONLY_443 },
	{ "listenq|-n|10.0.0.2", 0, "State", "", ONLY_443 "|" NOT_443 },
	{ "listenq|-n|id|3", 0, "[2001:db8::1]%lo:445\n", "", ONLY_445 },
	{ "listenq|-n|cgroup|56", 0, "*:444\n", "", ONLY_444 },
	{ "listenq|-n|id|1|and|:444", 0, "State", "", ONLY_443 "|" NOT_443 },
	{ "listenq|-n|:https", 0, "10.0.0.1:443\n", "", ONLY_443 },
	{ "listenq|-n|-4|[::1]", 0, "State", "", ONLY_443 "|" NOT_443 },
	{ "listenq|check|--drops|:443", 1, "", "check takes no --drops", NULL },
	{ "listenq|check| ", 1, "", "which listeners?", NULL },
	{ "listenq|check|*", 3, "listen_drop 351", "", NULL },
	{ "listenq|watch|0", 1, "", "'0': from 0.01 to 86400 seconds", NULL },
	{ "listenq|watch|100000", 1, "", "from 0.01 to 86400 seconds", NULL },
	{ "listenq|watch|nan", 1, "", "from 0.01 to 86400 seconds", NULL },
	{ "listenq|totals|--nonzero", 1, "", "totals takes no --nonzero", NULL },
	{ "listenq|check", 1, "", "which listeners?", NULL },
	{ "listenq|-6|:443", 0, "State", "", NOT_443 "|" ONLY_443 },
	{ "listenq|help", 0, "usage: listenq", "", NULL },
	{ "listenq|-h", 0, "usage: listenq", "", NULL },
	{ "listenq|-V", 0, "listenq ", "", NULL },
	{ "listenq|--explain-counters", 0, "syn_received", "", NULL },
	{ "listenq|frobnicate", 1, "", "'frobnicate' is no filter", NULL },
	{ "listenq|:0", 1, "", "no filter", NULL },
	{ "listenq|:65536", 1, "", "no filter", NULL },
	{ "listenq|10.0.0.1/33", 1, "", "no filter", NULL },
	{ "listenq|[::1:80", 1, "", "no filter", NULL },
	{ "listenq|id|x", 1, "", "'x' is no such thing", NULL },
	{ "listenq|sport|=", 1, "", "of what value?", NULL },
	{ "listenq|:443|and|:444", 1, "", "'or' works between", NULL },
	{ "listenq|--sort|beauty", 1, "", "no such key", NULL },
	{ "listenq|-4|-6", 1, "", "not both", NULL },
	{ "listenq|hooks|-t", 1, "", "hooks takes no -t", NULL },
	{ "listenq|hooks|:443", 1, "", "what is ':443'?", NULL },
	{ "listenq|--max-drops|x|check|:1", 1, "", "is no number", NULL },
	{ "listenq|--nonsense", 1, "", "listenq: unrecognized option", NULL },
	{ "listenq|-N|/nonexistent", 2, "", "network namespace /nonexistent: No such file", NULL },
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
		if (!expected->without)
			continue;
		fresh();
		point(lacks(expected->line, expected->without),
		      "... and without %s", expected->without);
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
	      !asks("listenq|10.0.0.0/8", LISTENQ_A_LISTENER_ADDRESS4) &&
	      !asks("listenq|-4|[::1]", LISTENQ_A_LISTENER_ADDRESS6),
	      "what the kernel cannot do does not");
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

#define UNLOADED "listenq: the module was unloaded: modprobe listenq, or insmod listenq.ko\n"

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
	message_error(&message, -EINVAL, "a\033[1mport\nis 0", 0);
	message_say(KERNEL_DUMP, &message);
	expect("in words that are printable", "listenq|:443", 2,
	       "", "the kernel refused: a\\033[1mport\\012is 0 (Invalid argument)\n");
	fresh_family(1);
	message_error(&message, -ENOENT, "no such thing", 0);
	message_say(KERNEL_DUMP, &message);
	expect("what is not there, says the module", "listenq", 2,
	       "", "the kernel refused: no such thing (No such file or directory)\n");
	fresh_family(1);
	message_error(&message, -ENOENT, NULL, 0);
	message_say(KERNEL_DUMP, &message);
	expect("the module is not there, says the kernel", "listenq", 2,
	       "", UNLOADED);
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
	expect("checked, too", "listenq|check|:443", 3,
	       "FAILED: listen_drop 117", "some may be missing");
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

static void say_message(enum kernel_channel channel, int code,
			const char *text)
{
	struct message message;

	message_error(&message, code, text, 0);
	message_say(channel, &message);
}

static void say_get(unsigned int which)
{
	struct message message;

	message_listener(&message, which);
	message_say(KERNEL_GET, &message);
	message_error(&message, 0, NULL, 0);
	message_say(KERNEL_GET, &message);
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
	      has_integer(first, "time_ns", NULL, 1700000001000000000) &&
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

/* Several connections, or the same again. */
static void say_family(u16 id)
{
	struct message message;
	struct nlattr *attr;

	message_family(&message, 1);
	mnl_attr_for_each(attr, &message.nlh, GENL_HDRLEN) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
			memcpy(attr + 1, &id, sizeof(id));
	}
	message_say(KERNEL_CONTROL, &message);
	say_message(KERNEL_CONTROL, 0, NULL);
}

static void say_gone(const char *family)
{
	struct message message;

	message_unloaded(&message, family);
	message_say(KERNEL_EVENTS, &message);
}

static void test_unloaded(void)
{
	struct message message;

	fresh();
	say_event(LISTENQ_CMD_EPISODE_NTF, MESSAGE_V4, 5);
	say_gone("listenq");
	say_event(LISTENQ_CMD_EPISODE_NTF, MESSAGE_DUAL, 6);
	expect("a monitor learns that the module was unloaded",
	       "listenq|monitor|-n", 2, "10.0.0.1:443", UNLOADED);
	fresh();
	say_gone("listenq2");
	say_event(LISTENQ_CMD_EPISODE_NTF, MESSAGE_DUAL, 6);
	expect("what becomes of others is nothing to it",
	       "listenq|monitor|-n", 0, "*:444", "");
	fresh();
	say_event(LISTENQ_CMD_EPISODE_NTF, MESSAGE_V4, 5);
	say_event(LISTENQ_CMD_EPISODE_NTF, MESSAGE_V4, 9);
	say_message(KERNEL_DUMP, -ENOENT, NULL);
	expect("... or when it catches up", "listenq|monitor|-n", 2,
	       "lost 3 events (gap)\n", UNLOADED);
	kernel_reset();
	message_say_controller();
	say_family(KERNEL_FAMILY);
	say_family(KERNEL_FAMILY + 1);
	message_say_dump(MESSAGE_V4, MESSAGE_V6);
	expect("... or while it begins", "listenq|monitor|-n", 2, "", UNLOADED);
	fresh();
	message_event(&message, LISTENQ_CMD_EPISODE_NTF, MESSAGE_V4, 5);
	message.nlh.nlmsg_type = KERNEL_FAMILY + 1;
	message_say(KERNEL_EVENTS, &message);
	expect("another family's events are not ours", "listenq|monitor|-n", 0,
	       "", "");
	fresh();
	say_message(KERNEL_DUMP, -ENOENT, NULL);
	kernel_stop_after(9);
	expect("a watch learns it, too", "listenq|watch|0.01|-n", 2,
	       "10.0.0.1:443", UNLOADED);
}

static bool lost_is(json_t *events, size_t n, const char *reason,
		    json_int_t count)
{
	json_t *event = json_array_get(events, n);

	return has_string(event, "event", NULL, "lost") &&
	       has_string(event, "reason", NULL, reason) &&
	       has_integer(event, "count", NULL, count);
}

static void test_unsent(void)
{
	json_t *events;

	fresh();
	say_event(LISTENQ_CMD_EPISODE_NTF, MESSAGE_V4, 5);
	message_lost = 3;
	say_event(LISTENQ_CMD_EPISODE_NTF, MESSAGE_V4, 9);
	say_event(LISTENQ_CMD_EPISODE_NTF, MESSAGE_V4, 10);
	message_lost = 4;
	say_event(LISTENQ_CMD_EPISODE_NTF, MESSAGE_V4, 16);
	events = events_of("listenq|monitor|-j");
	point(json_array_size(events) == 7 && lost_is(events, 1, "unsent", 3) &&
	      lost_is(events, 4, "unsent", 1) && lost_is(events, 5, "gap", 4),
	      "what was never sent is told apart");
	json_decref(events);
}

/* An event that was found by reading listeners anew. */
static bool found(json_t *events, size_t n, const char *name, json_int_t id,
		  json_int_t drops)
{
	json_t *event = json_array_get(events, n);
	json_t *listener = json_object_get(event, "listener");

	return has_string(event, "event", NULL, name) &&
	       json_is_true(json_object_get(event, "caught_up")) &&
	       has_integer(listener, "id", NULL, id) &&
	       has_integer(listener, "counters", "listen_drop", drops) &&
	       has_string(listener, "owner", "comm", "nginx") &&
	       has_integer(listener, "owner", "pid", 4242);
}

static void test_catching_up(void)
{
	json_t *events;

	fresh();
	say_event(LISTENQ_CMD_EPISODE_NTF, MESSAGE_V4, 5);
	message_counts = 150;
	say_event(LISTENQ_CMD_EPISODE_NTF, MESSAGE_DUAL, 6);
	say_event(LISTENQ_CMD_EPISODE_NTF, MESSAGE_V4, 9);
	message_say_dump(MESSAGE_DUAL, MESSAGE_DUAL);
	message_counts = 160;
	message_say_dump(MESSAGE_V6, MESSAGE_V6);
	events = events_of("listenq|monitor|-j");
	point(json_array_size(events) == 6 &&
	      found(events, 4, "listener-del", MESSAGE_V4, 167) &&
	      found(events, 5, "listener-del", MESSAGE_V6, 117),
	      "counters are the last known, and nothing else has changed");
	json_decref(events);
	fresh();
	message_say_dump(MESSAGE_DUAL, MESSAGE_V6);
	message_counts = 50;
	say_event(LISTENQ_CMD_EPISODE_NTF, MESSAGE_V4, 5);
	say_event(LISTENQ_CMD_EPISODE_NTF, MESSAGE_V4, 7);
	events = events_of("listenq|monitor|-j");
	point(json_array_size(events) == 4 &&
	      found(events, 3, "listener-del", MESSAGE_V4, 117),
	      "an event that is older than the dump does not make it older");
	json_decref(events);
	fresh_family(1);
	message_say_dump(MESSAGE_V4, MESSAGE_DUAL);
	message_counts = 101;
	message_say_dump(MESSAGE_V4, MESSAGE_DUAL);
	message_counts = 100;
	say_event(LISTENQ_CMD_EPISODE_NTF, MESSAGE_V4, 5);
	say_event(LISTENQ_CMD_EPISODE_NTF, MESSAGE_V4, 7);
	events = events_of("listenq|monitor|-j");
	point(json_array_size(events) == 5 &&
	      found(events, 3, "changed", MESSAGE_V4, 118) &&
	      found(events, 4, "changed", MESSAGE_DUAL, 118),
	      "drops that grew meanwhile are told");
	json_decref(events);
}

/* A listener that is born without drops is known all the same. */
static void test_monitor_drops(void)
{
	json_t *events;

	fresh_family(1);
	message_say_dump(MESSAGE_V4, MESSAGE_DUAL);
	message_say_dump(MESSAGE_V4, 4);
	message_counts = 0;
	message_step = 0;
	say_get(4);
	say_event(LISTENQ_CMD_LISTENER_ADD_NTF, 4, 5);
	message_counts = 100;
	message_step = 1;
	say_event(LISTENQ_CMD_EPISODE_NTF, MESSAGE_V4, 8);
	events = events_of("listenq|monitor|--drops|-j");
	point(json_array_size(events) == 4 && lost_is(events, 0, "gap", 2) &&
	      found(events, 2, "listener-add", MESSAGE_V6, 117) &&
	      found(events, 3, "changed", 4, 117),
	      "monitor --drops knows births that it does not tell");
	json_decref(events);
}

/* From birth to end */
static void say_life(void)
{
	fresh();
	say_get(7);
	say_event(LISTENQ_CMD_LISTENER_ADD_NTF, 7, 5);
	say_event(LISTENQ_CMD_EPISODE_NTF, 7, 6);
	say_event(LISTENQ_CMD_LISTENER_DEL_NTF, 7, 7);
}

static bool owned_life(json_t *events)
{
	json_t *event;
	size_t n;

	json_array_foreach(events, n, event) {
		json_t *listener = json_object_get(event, "listener");

		if (!has_string(listener, "owner", "comm", "nginx") ||
		    !has_integer(listener, "owner", "pid", 4242))
			return false;
	}
	return n == 3;
}

static void test_monitor_owners(void)
{
	json_t *events;

	fresh();
	say_event(LISTENQ_CMD_EPISODE_NTF, MESSAGE_V4, 5);
	expect("an episode has the owner that the dump had",
	       "listenq|monitor|-n", 0, "1.004s nginx/4242\n", "");
	say_life();
	expect("a listener's birth has the one that was asked for",
	       "listenq|monitor|-n", 0, ":449 id 7 backlog 16 nginx/4242\n", "");
	say_life();
	expect("... and its episodes", "listenq|monitor|-n", 0,
	       ":449 queue 17/16 peak 18 verdicts 7 total 19 for 1.004s nginx/4242\n", "");
	say_life();
	expect("... and its end", "listenq|monitor|-n", 0,
	       ":449 id 7 accepted 134 drops 117 overflow 133 nginx/4242\n", "");
	fresh();
	say_message(KERNEL_GET, -ENOENT, "no such listener");
	say_event(LISTENQ_CMD_LISTENER_ADD_NTF, MESSAGE_V4, 5);
	say_event(LISTENQ_CMD_LISTENER_DEL_NTF, MESSAGE_V4, 6);
	expect("one that closed at once has the dump's", "listenq|monitor|-n",
	       0, "overflow 133 nginx/4242\n", "");
	say_life();
	events = events_of("listenq|monitor|-j");
	point(owned_life(events), "in JSON, too");
	json_decref(events);
}

/* Of the year in which the tests are run, or later. */
static void test_monitor_times(void)
{
	struct result result;
	unsigned int lines = 0, dated = 0;
	const char *at;

	fresh();
	message_say_dump(MESSAGE_DUAL, 4);
	say_event(LISTENQ_CMD_EPISODE_NTF, MESSAGE_V4, 5);
	say_event(LISTENQ_CMD_EPISODE_NTF, MESSAGE_V4, 9);
	run(&result, "listenq|monitor|-t");
	for (at = result.out; *at; at = strchr(at, '\n') + 1) {
		lines++;
		dated += atoi(at) > 2025 && at[4] == '-' && at[10] == 'T';
	}
	point(lines == 5 && dated == 3 && strstr(result.out, " lost 3 events"),
	      "what has no time of its own has the present one with -t");
	forget(&result);
}

#define ROW "FULL %*s %*s %lf %lf %lf %lf %lf %63s"

static void test_watch(void)
{
	double syn, drop, overflow, accepted, cookies;
	struct result result;
	const char *second;
	char local[64];

	fresh_family(1);
	message_say_dump(MESSAGE_V4, MESSAGE_V4);
	message_step = 1001;
	message_say_dump(MESSAGE_V4, MESSAGE_V4);
	message_step = 1;
	kernel_stop_after(3);
	run(&result, "listenq|watch|0.01|-n");
	second = strstr(result.out, "\n\n");
	second = second ? strstr(second, "FULL ") : NULL;
	point(!result.status && strstr(result.out, " - ") && second &&
	      sscanf(second, ROW, &syn, &drop, &overflow, &accepted, &cookies,
		     local) == 6 &&
	      syn > 20 && syn <= 200000 && drop > 8.4 * syn &&
	      drop < 8.6 * syn && overflow > 16 * syn && accepted > overflow &&
	      cookies > 2.4 * syn && cookies < 2.6 * syn &&
	      !strcmp(local, "10.0.0.1:443"), "watch shows rates");
	if (!second)
		printf("# %s\n", result.out);
	forget(&result);
}

/* One listener, with so many drops. */
static void say_listener(unsigned int which, u64 counts)
{
	struct message message;

	message_counts = counts;
	message_listener(&message, which);
	message_say(KERNEL_DUMP, &message);
}

static bool is_order(const char *text, const char *one, const char *two,
		     const char *three)
{
	const char *at = strstr(text, one);

	at = at ? strstr(at, two) : NULL;
	return at && strstr(at, three);
}

static bool order_is(const char *line, const char *one, const char *two,
		     const char *three)
{
	struct result result;
	struct message done;
	bool good;

	fresh_family(1);
	say_listener(MESSAGE_V4, 100);
	say_listener(MESSAGE_DUAL, 300);
	say_listener(MESSAGE_V6, 200);
	message_counts = 100;
	message_done(&done, 0, NULL);
	message_say(KERNEL_DUMP, &done);
	run(&result, line);
	good = is_order(result.out, one, two, three);
	forget(&result);
	return good;
}

static void test_sort(void)
{
	point(order_is("listenq|-n|--sort|drops", ":444\n", ":445\n", ":443\n"),
	      "--sort drops: the worst first");
	point(order_is("listenq|-n|--sort|accepted", ":444\n", ":445\n",
		       ":443\n"), "--sort with the name of a counter");
	point(order_is("listenq|-n|--sort|port", ":443\n", ":444\n", ":445\n"),
	      "--sort port: the smallest first");
	point(order_is("listenq|-n", ":443\n", ":444\n", ":445\n"),
	      "else as they come");
}

/* Without its values. */
static void names_only(char *line)
{
	char *to = line;
	bool value = false;

	for (; *line && *line != '\n'; line++) {
		value &= *line != ' ';
		value |= *line == '=';
		if (!value)
			*to++ = *line;
	}
	*to = '\0';
}

static void test_zeroes(void)
{
	struct result result;
	struct message done;
	char *line, *other;

	message_done(&done, 0, NULL);
	fresh_family(1);
	say_listener(MESSAGE_V4, 100);
	message_step = 0;
	say_listener(MESSAGE_DUAL, 0);
	message_step = 1;
	message_counts = 100;
	message_say(KERNEL_DUMP, &done);
	point(ends("listenq|-n|--drops", 0, "10.0.0.1:443\n", "") &&
	      lacks("listenq|-n|--drops", "*:444"),
	      "--drops leaves out who dropped nothing");
	point(ends("listenq|-d|-n|:444", 0, "\n  accepted                             0  ", ""),
	      "show -d has zeroes");
	point(lacks("listenq|-d|-n|--nonzero|:444", "accepted"),
	      "--nonzero leaves them out");
	run(&result, "listenq|-o|-n");
	point(strstr(result.out, " accept_wait_us=- policy=-\n"),
	      "a histogram that is empty has its place");
	line = strstr(result.out, " id=");
	other = line ? strchr(line, '\n') : NULL;
	other = other ? strstr(other, " id=") : NULL;
	if (other)
		names_only(other);
	if (line)
		names_only(line);
	point(other && !strcmp(line, other) && strstr(line, " accepted"),
	      "a line of -o has the same fields whatever they are");
	forget(&result);
}

/* Of everything, and as many as there may ever be */
static void test_histogram(void)
{
	u64 times[LISTENQ_HISTOGRAM_BUCKETS] = {
		[10] = 60000000000, [20] = 39000000000, [27] = 1000000000,
	};
	struct message message;
	struct result result;
	unsigned int n, longest = 0;
	const char *at;

	times[0] = 1;
	fresh_family(1);
	message_listener(&message, MESSAGE_V4);
	for (n = 0; n < 2; n++)
		mnl_attr_put(&message.nlh, LISTENQ_A_LISTENER_HANDSHAKE_US + n,
			     sizeof(times), times);
	message_say(KERNEL_DUMP, &message);
	message_done(&message, 0, NULL);
	message_say(KERNEL_DUMP, &message);
	run(&result, "listenq|-d");
	for (at = result.out; *at; at = strchr(at, '\n') + 1) {
		n = strcspn(at, "\n");
		longest = n > longest ? n : longest;
	}
	point(strstr(result.out, "100000000001, p50 <= 1.024 ms,") &&
	      strstr(result.out, " p90 <= 1.049 s, p99 <= 1.049 s\n") &&
	      strstr(result.out, "\n    <= 65.54 ms   ") &&
	      strstr(result.out, "\n    <=     1 us #  ") &&
	      strstr(result.out, "\n    >= 67.11 s  #  "),
	      "times have units that can be read");
	point(longest <= 80, "80 columns are enough: %u", longest);
	forget(&result);
}

static void test_device(void)
{
	struct message message;
	json_t *json;

	fresh_family(1);
	message_listener(&message, MESSAGE_V6);
	mnl_attr_put_strz(&message.nlh, LISTENQ_A_LISTENER_IFNAME, "\303\244\377\\");
	message_say(KERNEL_DUMP, &message);
	message_done(&message, 0, NULL);
	message_say(KERNEL_DUMP, &message);
	json = json_of("listenq|-j");
	point(has_string(json_array_get(json, 0), "local", "dev",
			 "\303\244\\377\\\\"), "a device has a name as programs have");
	json_decref(json);
}

static int open_socket = -1;

static void close_socket(void)
{
	close(open_socket);
}

/* A listener of this very process, which the module does not know. */
static void say_our_own(enum kernel_channel channel, unsigned int which)
{
	struct message message;
	struct stat stat;

	open_socket = socket(AF_INET, SOCK_STREAM, 0);
	if (open_socket < 0 || fstat(open_socket, &stat))
		abort();
	memset(&message, 0, sizeof(message));
	mnl_nlmsg_put_header(&message)->nlmsg_type = KERNEL_FAMILY;
	mnl_nlmsg_put_extra_header(&message.nlh, GENL_HDRLEN);
	mnl_attr_put_u64(&message.nlh, LISTENQ_A_LISTENER_ID, which);
	mnl_attr_put_u64(&message.nlh, LISTENQ_A_LISTENER_INODE, stat.st_ino);
	message_say(channel, &message);
	message_done(&message, 0, NULL);
	message_say(channel, &message);
}

static void bear(void)
{
	say_our_own(KERNEL_GET, 7);
}

static void test_processes(void)
{
	struct result result;
	const char *first;

	fresh_family(1);
	say_our_own(KERNEL_DUMP, MESSAGE_V4);
	kernel_call_at(3, close_socket);
	kernel_stop_after(3);
	run(&result, "listenq|watch|0.01|-p");
	first = strstr(result.out, " replay/");
	point(first && !strstr(first + 1, " replay/") &&
	      strstr(first, " -:- -\n"), "watch -p looks anew each time");
	forget(&result);
	fresh_family(1);
	say_our_own(KERNEL_DUMP, MESSAGE_V4);
	say_event(LISTENQ_CMD_EPISODE_NTF, MESSAGE_V4, 5);
	run(&result, "listenq|monitor|-p|-n");
	point(strstr(result.out, " replay/"), "monitor -p finds owners in /proc");
	forget(&result);
	close_socket();
	fresh_family(1);
	say_our_own(KERNEL_DUMP, MESSAGE_V4);
	close_socket();
	say_event(LISTENQ_CMD_LISTENER_ADD_NTF, 7, 5);
	say_event(LISTENQ_CMD_LISTENER_DEL_NTF, 7, 6);
	kernel_call_at(5, bear);
	run(&result, "listenq|monitor|-p|-n");
	first = strstr(result.out, "listener-add ");
	first = first ? strstr(first, " replay/") : NULL;
	first = first ? strstr(first, "listener-del ") : NULL;
	point(first && strstr(first, " replay/"), "and those of the newborn");
	forget(&result);
	close_socket();
}

#define TWO_POLICIES "[{\"local\":{\"port\":1},\"backlog\":1},{\"local\":{\"port\":2},\"overflow\":\"reset\",\"timeout_ms\":9}]"

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

/* A line for each policy that was set and could not be put back, besides. */
static bool is_complaint(const char *text)
{
	while (!strncmp(text, "listenq: ", 9) && strchr(text, '\n')) {
		text = strchr(text, '\n') + 1;
		if (strncmp(text, "listenq: not put back: ", 23))
			return !*text;
	}
	return false;
}

/* One line that says what is wrong, or output as it should be. */
static bool is_sound(const struct result *result, const char *line)
{
	json_t *json;
	bool good;

	if (result->status == 2)
		return is_complaint(result->err);
	if (result->status && result->status != 3)
		return false;
	if (!strstr(line, "-j") || strstr(line, "monitor") ||
	    strstr(line, "set"))
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
	kernel_say(KERNEL_INPUT, TWO_POLICIES, strlen(TWO_POLICIES));
	if (mutation->channel != KERNEL_POLICIES)
		message_say(KERNEL_POLICIES, &other);
	if (mutation->channel == KERNEL_TOTALS ||
	    mutation->channel == KERNEL_POLICY ||
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

static const char * const policy_lines[] = {
	"listenq|policy|-j", "listenq|policy|show|-n", NULL,
};

/* Refused, and put back, or not. */
static const char * const set_lines[] = {
	"listenq|policy|set|:443|backlog|1", "listenq|policy|del|:443",
	"listenq|policy|set|--json|-", NULL,
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
		{ KERNEL_DUMP, "a listener's policy", .lines = show_lines },
		{ KERNEL_EVENTS, "a policy's event", .lines = monitor_lines },
		{ KERNEL_POLICIES, "a policy", .lines = policy_lines },
		{ KERNEL_POLICY, "a policy's refusal", .lines = set_lines },
	};
	static const u64 asked[] = { 17, 4096, 16 };
	size_t n;

	message_listener(&mutations[0].good, MESSAGE_V6);
	message_event(&mutations[1].good, LISTENQ_CMD_EPISODE_NTF, MESSAGE_V6,
		      9);
	message_totals(&mutations[2].good);
	message_hook(&mutations[3].good);
	message_family(&mutations[4].good, 1);
	message_error(&mutations[5].good, -EINVAL, "no", 20);
	message_done(&mutations[6].good, -EINVAL, "no");
	message_listener(&mutations[7].good, MESSAGE_V4);
	mutations[7].good.nlh.nlmsg_len = MNL_NLMSG_HDRLEN + GENL_HDRLEN;
	message_put_policy(&mutations[7].good, LISTENQ_A_LISTENER_POLICY);
	message_put_asked(&mutations[7].good, LISTENQ_A_LISTENER_ACCEPTQ,
			  asked);
	message_put_asked(&mutations[7].good, LISTENQ_A_LISTENER_SYNQ, asked);
	message_policy_event(&mutations[8].good, LISTENQ_POLICY_CHANGE_SET, 9);
	message_full_policy(&mutations[9].good);
	message_error(&mutations[10].good, -EPERM, "no", 20);
	for (n = 0; n < ARRAY_SIZE(mutations); n++)
		mutate(&mutations[n]);
}

static void write_said(FILE *file, u8 channel, const void *data, u16 len)
{
	putc(channel, file);
	fwrite(&len, sizeof(len), 1, file);
	fwrite(data, len, 1, file);
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
	message_controller(&messages[KERNEL_CONTROLLER]);
	message_full_policy(&messages[KERNEL_POLICIES]);
	message_error(&messages[KERNEL_POLICY], -EINVAL, "no", 20);
	for (line = 0; line < FUZZ_LINES; line++) {
		FILE *file;

		snprintf(path, sizeof(path), "%s/line-%u", dir, line);
		file = fopen(path, "w");
		if (!file)
			return 1;
		putc(line, file);
		for (channel = 0; channel < KERNEL_INPUT; channel++)
			write_said(file, channel, &messages[channel],
				   messages[channel].nlh.nlmsg_len);
		write_said(file, KERNEL_INPUT, TWO_POLICIES,
			   strlen(TWO_POLICIES));
		if (fclose(file))
			return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "--corpus"))
		return write_corpus(argv[2]);
	tap_begin();
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
	test_unsent();
	test_catching_up();
	test_monitor_drops();
	test_monitor_owners();
	test_monitor_times();
	test_unloaded();
	test_watch();
	test_sort();
	test_zeroes();
	test_histogram();
	test_device();
	test_processes();
	test_mutations();
	kernel_reset();
	return tap_end();
}
