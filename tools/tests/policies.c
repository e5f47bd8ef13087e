// SPDX-License-Identifier: GPL-2.0
/*
 * The reader against a module that keeps policies, and one that refuses them.
 * What goes to the module is compared as numbers: attribute=value. TAP on stdout.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/listenq.h>

#include "message.h"
#include "store.h"
#include "tap.h"

/* Whether the policies are these. */
static bool stored(const char *wanted)
{
	bool good = !strcmp(store_text(), wanted);

	if (!good)
		printf("# there are:\n%s# instead of:\n%s", store_text(),
		       wanted);
	return good;
}

static void fresh(void)
{
	kernel_reset();
	message_say_all();
	store_begin();
}

static void input(const char *text)
{
	kernel_forget(KERNEL_INPUT);
	kernel_say(KERNEL_INPUT, text, strlen(text));
}

/**
 * struct taken - words, and what goes to the module
 * @line: the command line
 * @text: the policies that there are then
 * @shown: as they are shown
 */
struct taken {
	const char *line;
	const char *text;
	const char *shown;
};

#define SET "listenq|policy|set|"

static const struct taken takens[] = {
	{ SET ":443|backlog|4096", " 4=443 5=4096\n",
	  ":443 backlog 4096 # 2 listeners\n" },
	{ SET "*:443|backlog|0", " 4=443 5=0\n", ":443 backlog 0 # 2" },
	{ SET ":https|synq|2147483647", " 4=443 6=2147483647\n",
	  ":443 synq 2147483647 #" },
	{ SET "10.0.0.1:443|overflow|drop", " 2=0a000001 4=443 7=0\n",
	  "10.0.0.1:443 overflow drop #" },
	{ SET "0.0.0.0:65535|overflow|reset", " 2=00000000 4=65535 7=1\n",
	  "0.0.0.0:65535 overflow reset #" },
	{ SET "[::1]:1|syncookies|off",
	  " 3=00000000000000000000000000000001 4=1 8=0\n",
	  "[::1]:1 syncookies off #" },
	{ SET "[::]:1|syncookies|auto",
	  " 3=00000000000000000000000000000000 4=1 8=1\n",
	  "[::]:1 syncookies auto #" },
	{ SET "[::ffff:10.0.0.1]:1|syncookies|always",
	  " 3=00000000000000000000ffff0a000001 4=1 8=2\n",
	  "[::ffff:10.0.0.1]:1 syncookies always #" },
	{ SET ":1|synack-retries|127", " 4=1 9=127\n",
	  ":1 synack-retries 127 #" },
	{ SET ":1|queue|split", " 4=1 10=0\n", ":1 queue split #" },
	{ SET ":1|queue|single", " 4=1 10=1\n", ":1 queue single #" },
	{ SET ":1|syn-rate|1000000|burst|1", " 4=1 11=1000000 12=1\n",
	  ":1 syn-rate 1000000 burst 1 #" },
	{ SET ":1|burst|7", " 4=1 12=7\n", ":1 burst 7 #" },
	{ SET ":1|admit|all", " 4=1 13=0\n", ":1 admit all #" },
	{ SET ":1|admit|drop", " 4=1 13=1\n", ":1 admit drop #" },
	{ SET ":1|admit|reset", " 4=1 13=2\n", ":1 admit reset #" },
	{ SET ":1|for|500ms|queue|split", " 4=1 10=0 14=500\n",
	  ":1 queue split for 500ms #" },
	{ SET ":1|queue|split|for|30s", " 4=1 10=0 14=30000\n", " for 30s #" },
	{ SET ":1|queue|split|for|10m", " 4=1 10=0 14=600000\n", " for 10m #" },
	{ SET ":1|queue|split|for|2h", " 4=1 10=0 14=7200000\n", " for 2h #" },
	{ SET ":1|queue|split|for|1d", " 4=1 10=0 14=86400000\n", " for 1d #" },
	{ SET ":1|queue|split|for|1h30m", " 4=1 10=0 14=5400000\n",
	  " for 1h30m #" },
	{ SET ":1|queue|split|for|1d2h3m4s5ms", " 4=1 10=0 14=93784005\n",
	  " for 1d2h3m4s #" },
	{ SET ":1|queue|split|for|9s999ms", " 4=1 10=0 14=9999\n",
	  " for 9s999ms #" },
	{ SET ":1|queue|split|for|90m", " 4=1 10=0 14=5400000\n",
	  " for 1h30m #" },
	{ SET ":443|backlog|1|#|2|listeners", " 4=443 5=1\n", ":443 backlog 1 #" },
	{
		SET ":80|admit|all|syn-rate|9|burst|3|queue|split|for|1s",
		" 4=80 10=0 11=9 12=3 13=0 14=1000\n",
		":80 queue split syn-rate 9 burst 3 admit all for 1s # 2 listeners\n",
	},
};

static void test_taken(void)
{
	size_t n;

	for (n = 0; n < ARRAY_SIZE(takens); n++) {
		const struct taken *taken = &takens[n];

		fresh();
		point(ends(taken->line, 0, "", "") && stored(taken->text) &&
		      ends("listenq|policy|show|-n", 0, taken->shown, "") &&
		      store_requests() == 1, "%s", taken->line);
	}
}

/**
 * struct refused - what is wrong
 * @line: the command line
 * @err: what is said of it
 */
struct refused {
	const char *line;
	const char *err;
};

static const struct refused refuseds[] = {
	{ "listenq|policy|add|:443", "policy: 'add' is not show, set or del\n" },
	{ "listenq|policy|set", "policy set: of which port? :443, 10.0.0.1:443 or [::1]:443\n" },
	{ SET "443|backlog|1", "policy set: '443' is no port, alone or with an address: :443, " },
	{ SET ":0|backlog|1", "':0' is no port" },
	{ SET ":65536|backlog|1", "':65536' is no port" },
	{ SET "10.0.0.1|backlog|1", "'10.0.0.1' is no port" },
	{ SET "::1|backlog|1", "'::1' is no port" },
	{ SET "10.0.0.0/8:1|backlog|1", "'10.0.0.0/8:1' is no port" },
	{ SET "[::1]/64:1|backlog|1", "'[::1]/64:1' is no port" },
	{ SET "10.0.0.1%lo:1|backlog|1", "'10.0.0.1%lo:1' is no port" },
	{ SET "10.0.0.256:1|backlog|1", "'10.0.0.256:1' is no port" },
	{ SET ":nosuchservice|backlog|1", "':nosuchservice' is no port" },
	{ SET ":*|backlog|1", "':*' is no port" },
	{
		SET ":1",
		"policy set: :1: which setting? backlog, synq, overflow, syncookies, synack-retries, queue, syn-rate, burst, admit\n",
	},
	{ SET ":1|for|1m", "policy set: :1: which setting? backlog" },
	{ SET ":1|#|backlog|4", "policy set: :1: which setting? backlog" },
	{
		SET ":1|backlogs|1",
		"policy set: 'backlogs' is no setting: backlog, synq, overflow, syncookies, synack-retries, queue, syn-rate, burst, admit or for\n",
	},
	{
		SET ":1|backlog",
		"policy set: backlog: of what value? It takes a number from 0 to 2147483647\n",
	},
	{ SET ":1|backlog|x", "policy set: backlog: 'x' is not a number from 0 to 2147483647\n" },
	{ SET ":1|backlog| 1", "policy set: backlog: ' 1' is not a number" },
	{ SET ":1|backlog|+1", "policy set: backlog: '+1' is not a number" },
	{ SET ":1|backlog|1k", "policy set: backlog: '1k' is not a number" },
	{ SET ":1|backlog|2147483648", "'2147483648' is not a number from 0 to 2147483647\n" },
	{
		SET ":1|synq|99999999999999999999999",
		"policy set: synq: '99999999999999999999999' is not a number",
	},
	{ SET ":1|overflow|rst", "policy set: overflow: 'rst' is not drop or reset\n" },
	{ SET ":1|overflow", "policy set: overflow: of what value? It takes drop or reset\n" },
	{ SET ":1|syncookies|on", "policy set: syncookies: 'on' is not off, auto or always\n" },
	{
		SET ":1|synack-retries|128",
		"policy set: synack-retries: '128' is not a number from 0 to 127\n",
	},
	{ SET ":1|queue|bsd", "policy set: queue: 'bsd' is not split or single\n" },
	{ SET ":1|syn-rate|0", "policy set: syn-rate: '0' is not a number from 1 to 1000000\n" },
	{
		SET ":1|syn-rate|1|burst|1000001",
		"policy set: burst: '1000001' is not a number from 1 to 1000000\n",
	},
	{ SET ":1|admit|none", "policy set: admit: 'none' is not all, drop or reset\n" },
	{ SET ":1|backlog|1|backlog|2", "policy set: backlog is there twice\n" },
	{ SET ":1|backlog|1|for|1s|for|2s", "policy set: for is there twice\n" },
	{
		SET ":1|backlog|1|for",
		"policy set: for: of what value? It takes a duration as 500ms, 30s, 10m, 1h30m or 1d\n",
	},
	{ SET ":1|backlog|1|for|30", "policy set: for: '30' is not a duration as 500ms, " },
	{ SET ":1|backlog|1|for|0s", "'0s' is not a duration" },
	{ SET ":1|backlog|1|for|+1s", "'+1s' is not a duration" },
	{ SET ":1|backlog|1|for|m", "'m' is not a duration" },
	{ SET ":1|backlog|1|for|1m1h", "'1m1h' is not a duration" },
	{ SET ":1|backlog|1|for|1s1s", "'1s1s' is not a duration" },
	{ SET ":1|backlog|1|for|1w", "'1w' is not a duration" },
	{ SET ":1|backlog|1|for|1.5h", "'1.5h' is not a duration" },
	{ SET ":1|backlog|1|for|213503982335d", "'213503982335d' is not a duration" },
	{
		SET ":1|backlog|1|for|18446744073709551616ms",
		"'18446744073709551616ms' is not a duration",
	},
	{ "listenq|policy|del", "policy del: which?\n" },
	{ "listenq|policy|del|443", "policy del: '443' is no port" },
	{ "listenq|policy|del|:1|:x", "policy del: ':x' is no port" },
	{ "listenq|policy|del|-j|:1", "policy del takes no -j\n" },
	{ "listenq|policy|show|443", "policy show: '443' is no port" },
	{ "listenq|policy|-d", "policy takes no -d\n" },
	{
		"listenq|policy|set|--json",
		"policy set --json: of which file? One, or - for standard input\n",
	},
	{ "listenq|policy|set|--json|a|b", "policy set --json: of which file? One" },
	{
		"listenq|policy|set|--json|/nonexistent/x",
		"policy set: cannot read /nonexistent/x: No such file or directory\n",
	},
	{ "listenq|policy|set|--json|/", "policy set: cannot read /: Is a directory\n" },
};

static bool is_one_line(const char *text)
{
	const char *end = strchr(text, '\n');

	return end && !end[1];
}

/* Nothing is sent. */
static bool is_refused(const char *line, const char *err)
{
	struct result result;
	bool good;

	run(&result, line);
	good = result.status == 1 && !*result.out &&
	       !strncmp(result.err, "listenq: ", 9) &&
	       strstr(result.err, err) && is_one_line(result.err) &&
	       !store_requests();
	if (!good)
		printf("# %s: %d %s\n", line, result.status, result.err);
	forget(&result);
	return good;
}

static void test_refused(void)
{
	size_t n;

	for (n = 0; n < ARRAY_SIZE(refuseds); n++) {
		fresh();
		point(is_refused(refuseds[n].line, refuseds[n].err), "%s",
		      refuseds[n].line);
	}
}

#define ALL_SETTINGS \
	"|admit|all|syn-rate|9|burst|3|queue|split|synack-retries|2|syncookies|off|overflow|reset|synq|8|backlog|7|for|9m59s"

static bool all_well(const char *line)
{
	return ends(line, 0, "", "");
}

/* A policy with everything, one with an IPv6 address, one with neither. */
static bool set_three(void)
{
	fresh();
	return all_well(SET "10.0.0.1:443" ALL_SETTINGS) &&
	       all_well(SET "[2001:db8::1]:443|backlog|9") &&
	       all_well(SET ":443|admit|drop");
}

#define THREE							\
	" 2=0a000001 4=443 5=7 6=8 7=1 8=0 9=2 10=0 11=9 12=3 13=0 14=599000\n" \
	" 3=20010db8000000000000000000000001 4=443 5=9\n"	\
	" 4=443 13=1\n"

static void test_show(void)
{
	point(set_three() && stored(THREE) &&
	      ends("listenq|policy|-n", 0,
		   "10.0.0.1:443 backlog 7 synq 8 overflow reset syncookies off synack-retries 2 queue split syn-rate 9 burst 3 admit all for 9m59s # 2 listeners\n"
		   "[2001:db8::1]:443 backlog 9 # 2 listeners\n"
		   ":443 admit drop # 2 listeners\n", ""),
	      "policy alone shows all, in the module's order");
	point(ends("listenq|policy|show", 0, ":https admit drop #", ""),
	      "ports have names");
	point(ends("listenq|policy|show|-n|:443", 0, ":443 admit drop # 2", "") &&
	      lacks("listenq|policy|show|-n|:443", "backlog"),
	      "a filter is the key, exactly");
	point(ends("listenq|policy|show|-n|[2001:db8::1]:443|10.0.0.1:https",
		   0, "[2001:db8::1]:443 backlog 9 #", "") &&
	      lacks("listenq|policy|show|-n|[2001:db8::1]:443|10.0.0.1:443",
		    "drop"), "several are alternatives");
	point(ends("listenq|policy|show|-n|0.0.0.0:443", 0, "", "") &&
	      ends("listenq|policy|show|-j|:444", 0, "[]\n", ""),
	      "what is not there is not shown");
	fresh();
	expect("none is nothing", "listenq|policy", 0, "", "");
	expect("... in JSON, too", "listenq|policy|-j", 0, "[]\n", "");
}

static void test_json_show(void)
{
	json_t *json, *all, *v6, *port;

	set_three();
	json = json_of("listenq|policy|show|-j");
	all = json_array_get(json, 0);
	v6 = json_array_get(json, 1);
	port = json_array_get(json, 2);
	point(has_string(all, "local", "address", "10.0.0.1") &&
	      has_string(all, "local", "family", "inet") &&
	      has_integer(all, "local", "port", 443) &&
	      has_integer(all, "backlog", NULL, 7) &&
	      has_integer(all, "synq", NULL, 8) &&
	      has_string(all, "overflow", NULL, "reset") &&
	      has_string(all, "syncookies", NULL, "off") &&
	      has_integer(all, "synack_retries", NULL, 2) &&
	      has_string(all, "queue", NULL, "split") &&
	      has_integer(all, "syn_rate", NULL, 9) &&
	      has_integer(all, "syn_burst", NULL, 3) &&
	      has_string(all, "admit", NULL, "all") &&
	      has_integer(all, "timeout_ms", NULL, 599000) &&
	      has_integer(all, "listeners", NULL, 2) &&
	      has_integer(all, "since_ns", NULL, 1700000002000000000) &&
	      json_object_size(all) == 13, "show -j has everything");
	point(has_string(v6, "local", "address", "2001:db8::1") &&
	      has_string(v6, "local", "family", "inet6") &&
	      json_object_size(v6) == 4, "what is not asked for is absent");
	point(json_is_null(json_object_get(json_object_get(port, "local"),
					   "address")) &&
	      json_is_null(json_object_get(json_object_get(port, "local"),
					   "family")),
	      "a port alone has an address of null");
	json_decref(json);
}

/* The output of a command is the input of the next. */
static void feed(const char *line)
{
	struct result result;

	run(&result, line);
	input(result.out);
	forget(&result);
}

/* Each line of what is shown is a policy that can be set. */
static bool set_lines(char *text)
{
	char line[512], *word, *rest;
	bool good = true;
	size_t at;

	while ((word = strsep(&text, "\n")) && *word) {
		at = snprintf(line, sizeof(line), "listenq|policy|set");
		for (rest = word; (word = strsep(&rest, " "));)
			at += snprintf(line + at, sizeof(line) - at, "|%s",
				       word);
		good &= all_well(line);
	}
	return good;
}

static void test_round_trip(void)
{
	struct result result;
	char before[4096];

	set_three();
	feed("listenq|policy|show|-j");
	store_begin();
	point(all_well("listenq|policy|set|--json|-") && stored(THREE),
	      "what show -j writes, set --json - takes");
	feed("listenq|policy|show|-j|[2001:db8::1]:443");
	store_begin();
	point(all_well("listenq|policy|set|-j|-") &&
	      stored(" 3=20010db8000000000000000000000001 4=443 5=9\n"),
	      "... with a filter, too");
	set_three();
	snprintf(before, sizeof(before), "%s", store_text());
	run(&result, "listenq|policy|show");
	store_begin();
	point(set_lines(result.out) && stored(before),
	      "every line that is shown is one that set takes");
	forget(&result);
	fresh();
	input("[]");
	point(all_well("listenq|policy|set|--json|-") && !store_requests(),
	      "no policies are none");
	input("{\"local\":{\"port\":7},\"backlog\":1,\"since_ns\":null,\"listeners\":\"many\"}");
	point(all_well("listenq|policy|set|--json|-") &&
	      stored(" 4=7 5=1\n"), "one alone, and what is only told");
}

/**
 * struct document - what is wrong with some JSON
 * @text: the JSON
 * @err: what is said of it
 */
struct document {
	const char *text;
	const char *err;
};

/* A policy with something else in it, and the second of two. */
#define ONE(more) "{\"local\":{\"port\":7},\"backlog\":1," more "}"
#define TWO(second) "[{\"local\":{\"port\":9},\"synq\":1},{" second "}]"

static const struct document documents[] = {
	{ "", "policy set: standard input: line 1: " },
	{ "[", "standard input: line 1: " },
	{ "\n\n[}", "standard input: line 3: " },
	{ "[] []", "end of file expected" },
	{ "7", "standard input: .: an object, a policy, is wanted\n" },
	{ "[7]", "standard input: .[0]: an object, a policy, is wanted\n" },
	{ "[[]]", ".[0]: an object, a policy, is wanted\n" },
	{ "{\"a\":1,\"a\":2}", "duplicate object key" },
	{ ONE("\"backlogs\":1"), "standard input: .backlogs: there is no such key\n" },
	{ ONE("\"a\\u001b[1m\\n\":1"), ".a\\033[1m\\012: there is no such key\n" },
	{ TWO("\"local\":{\"port\":7},\"bcklog\":1"), ".[1].bcklog: there is no such key\n" },
	{ ONE("\"since\":1"), ".since: there is no such key\n" },
	{ "{\"backlog\":1}", ".local: an object with a port is wanted\n" },
	{ "{\"local\":7}", ".local: an object with a port is wanted\n" },
	{ "{\"local\":{},\"backlog\":1}", ".local.port: a number from 1 to 65535 is wanted\n" },
	{
		TWO("\"local\":{\"port\":\"7\"}"),
		".[1].local.port: a number from 1 to 65535 is wanted\n",
	},
	{ "{\"local\":{\"port\":0}}", ".local.port: a number from 1" },
	{ "{\"local\":{\"port\":65536}}", ".local.port: a number from 1" },
	{ "{\"local\":{\"port\":7.0}}", ".local.port: a number from 1" },
	{
		"{\"local\":{\"port\":7,\"dev\":\"lo\"}}",
		".local.dev: there is no such key: address, family or port\n",
	},
	{
		"{\"local\":{\"port\":7,\"address\":7}}",
		".local.address: an IPv4 or IPv6 address, or null, is wanted\n",
	},
	{ "{\"local\":{\"port\":7,\"address\":\"*\"}}", ".local.address: an IPv4" },
	{ "{\"local\":{\"port\":7,\"address\":\"10.1\"}}", ".local.address: an IPv4" },
	{ "{\"local\":{\"port\":7,\"address\":\"[::1]\"}}", ".local.address: an IPv4" },
	{
		"{\"local\":{\"port\":7,\"address\":\"::1\",\"family\":\"inet\"}}",
		".local.family: inet6 is wanted, as the address is\n",
	},
	{
		"{\"local\":{\"port\":7,\"address\":\"1.1.1.1\",\"family\":4}}",
		".local.family: inet is wanted",
	},
	{ "{\"local\":{\"port\":7,\"family\":\"inet\"}}", ".local.family: null is wanted" },
	{ "{\"local\":{\"port\":7}}", "standard input: .: it has no setting\n" },
	{ TWO("\"local\":{\"port\":7},\"timeout_ms\":1"), ".[1]: it has no setting\n" },
	{
		"{\"local\":{\"port\":7},\"backlog\":\"1\"}",
		".backlog: a number from 0 to 2147483647 is wanted\n",
	},
	{ "{\"local\":{\"port\":7},\"backlog\":null}", ".backlog: a number from 0" },
	{ "{\"local\":{\"port\":7},\"backlog\":1.5}", ".backlog: a number from 0" },
	{ "{\"local\":{\"port\":7},\"backlog\":-1}", ".backlog: a number from 0" },
	{ "{\"local\":{\"port\":7},\"backlog\":2147483648}", ".backlog: a number from 0" },
	{ "{\"local\":{\"port\":7},\"backlog\":4294967297}", ".backlog: a number from 0" },
	{ ONE("\"synack_retries\":128"), ".synack_retries: a number from 0 to 127 is wanted\n" },
	{ ONE("\"syn_rate\":0"), ".syn_rate: a number from 1 to 1000000 is wanted\n" },
	{ ONE("\"syn_burst\":true"), ".syn_burst: a number from 1 to 1000000 is wanted\n" },
	{ ONE("\"overflow\":\"rst\""), ".overflow: drop or reset is wanted\n" },
	{ ONE("\"overflow\":1"), ".overflow: drop or reset is wanted\n" },
	{ ONE("\"syncookies\":[]"), ".syncookies: off, auto or always is wanted\n" },
	{ ONE("\"queue\":\"\""), ".queue: split or single is wanted\n" },
	{ ONE("\"admit\":{}"), ".admit: all, drop or reset is wanted\n" },
	{ ONE("\"timeout_ms\":0"), ".timeout_ms: a number of milliseconds from 1 on is wanted\n" },
	{ ONE("\"timeout_ms\":\"1s\""), ".timeout_ms: a number of milliseconds" },
	{ ONE("\"timeout_ms\":99999999999999999999"), "too big integer" },
	{ TWO("\"local\":{\"port\":9},\"backlog\":1"), ".[1].local: there is :9 already, .[0]\n" },
	{
		TWO("\"local\":{\"port\":9,\"address\":null},\"backlog\":1"),
		".[1].local: there is :9 already, .[0]\n",
	},
};

#define NINES \
	"[{\"local\":{\"port\":9},\"synq\":1},{\"local\":{\"port\":9,\"address\":\"0.0.0.0\"},\"backlog\":1}]"

static void test_documents(void)
{
	size_t n;

	for (n = 0; n < ARRAY_SIZE(documents); n++) {
		fresh();
		input(documents[n].text);
		point(is_refused("listenq|policy|set|--json|-",
				 documents[n].err), "document %zu", n);
	}
	fresh();
	input(NINES);
	point(all_well("listenq|policy|set|--json|-") &&
	      stored(" 4=9 6=1\n 2=00000000 4=9 5=1\n"),
	      "a port alone is not that of no address");
}

#define FOUR "[{\"local\":{\"port\":1},\"backlog\":11},{\"local\":{\"port\":2},\"backlog\":12},{\"local\":{\"port\":3},\"backlog\":13},{\"local\":{\"port\":4},\"backlog\":14}]"
#define SET_FOUR "listenq|policy|set|--json|-"

#define REFUSED_BACKLOG \
	"listenq: policy set: :4: the kernel refused: backlog is above somaxconn (Invalid argument), attribute backlog; nothing has changed\n"
#define NOT_PERMITTED \
	":1: the kernel refused: Operation not permitted: CAP_NET_ADMIN over the user namespace of the network namespace is needed; nothing has changed\n"
#define REFUSED(key) \
	"listenq: policy set: " key ": the kernel refused: no (Invalid argument)"
#define NOT_BACK_SET \
	"\nlistenq: not put back: now ':2 backlog 12', before ':2 synq 2 overflow reset for "
#define NOT_BACK_DEL \
	"\nlistenq: not put back: now ':3 backlog 13', before 'none': the kernel refused: not now (Device or resource busy)\n"

/* There is one for the first port without an end, for the second with one. */
static void fresh_two(void)
{
	fresh();
	all_well(SET ":1|backlog|1");
	all_well(SET ":2|synq|2|overflow|reset|for|1m");
	input(FOUR);
}

#define TWO_BEFORE " 4=1 5=1\n 4=2 6=2 7=1 14="

/* Of the second's time some milliseconds may have passed. */
static bool is_as_before(void)
{
	const char *text = store_text();
	size_t len = strlen(TWO_BEFORE);
	int left = strncmp(text, TWO_BEFORE, len) ? -1 : atoi(text + len);
	bool good = left > 50000 && left <= 60000 && is_one_line(text + len);

	if (!good)
		printf("# there are:\n%s", text);
	return good;
}

static void test_undo(void)
{
	struct message nonsense;

	fresh_two();
	point(all_well(SET_FOUR) &&
	      stored(" 4=1 5=11\n 4=2 5=12\n 4=3 5=13\n 4=4 5=14\n"),
	      "several are set");
	fresh_two();
	store_refuse(4, EINVAL, "backlog is above somaxconn",
		     LISTENQ_A_POLICY_BACKLOG);
	point(ends(SET_FOUR, 2, "", REFUSED_BACKLOG) &&
	      is_as_before() && store_requests() == 9,
	      "when the last is refused, all are as before");
	fresh_two();
	store_refuse(1, EPERM, NULL, 0);
	point(ends(SET_FOUR, 2, "", NOT_PERMITTED) &&
	      is_as_before() && store_requests() == 3,
	      "when the first is, nothing is to be done");
	fresh_two();
	message_error(&nonsense, 0, NULL, 0);
	nonsense.nlh.nlmsg_len = NLMSG_HDRLEN + 2;
	store_say_at(3, &nonsense);
	point(ends(SET_FOUR, 2, "", ":3: the kernel's answer makes no sense: ") &&
	      is_as_before(), "what may have been taken is put back, too");
	fresh_two();
	store_refuse(3, EINVAL, "no", 0);
	store_refuse(4, EBUSY, "not now", 0);
	point(ends(SET_FOUR, 2, "", REFUSED(":3") NOT_BACK_SET) &&
	      stored(" 4=1 5=1\n 4=2 5=12\n"),
	      "what cannot be put back is told");
	fresh_two();
	store_refuse(4, EINVAL, "no", 0);
	store_refuse(5, EBUSY, "not now", 0);
	point(ends(SET_FOUR, 2, "", REFUSED(":4") NOT_BACK_DEL),
	      "... what there was not, too");
	fresh_two();
	store_refuse(4, EINVAL, "no", 0);
	store_refuse(5, ENOENT, "no policy has this key", 0);
	expect("one that has gone meanwhile is as it should be", SET_FOUR, 2,
	       "", REFUSED(":4") "; nothing has changed\n");
}

/* Whether an error is all that is said. */
static bool says_only(const char *line, const char *err)
{
	struct result result;
	bool good;

	run(&result, line);
	good = result.status == 2 && !strcmp(result.err, err);
	if (!good)
		printf("# %d %s", result.status, result.err);
	forget(&result);
	return good;
}

static void test_undo_told(void)
{
	fresh_two();
	store_refuse(4, EINVAL, "no", 0);
	point(says_only(SET_FOUR, REFUSED(":4") "; nothing has changed\n"),
	      "nothing else is said when all is put back");
	fresh();
	store_refuse(1, EINVAL, "no", 0);
	point(says_only(SET ":1|backlog|1", REFUSED(":1") "\n") &&
	      store_requests() == 1, "one is refused, and that is all");
}

/* A policy that would have been over by then is not made to last. */
static void sleep_a_little(void)
{
	usleep(60000);
}

static void test_undo_late(void)
{
	fresh();
	all_well(SET ":1|backlog|1|for|50ms");
	input("[{\"local\":{\"port\":1},\"backlog\":11},{\"local\":{\"port\":2},\"backlog\":12}]");
	store_refuse(2, EINVAL, "no", 0);
	/* The family, the one policy; the family, the dump, a policy. */
	kernel_call_at(5, sleep_a_little);
	point(ends(SET_FOUR, 2, "", REFUSED(":2") "; nothing has changed\n") &&
	      stored(""), "one whose time is over meanwhile stays over");
}

/* Dumps of one policy that changed meanwhile. */
static void fresh_changing(int nr)
{
	struct message message;

	fresh();
	kernel_answer(NULL);
	while (nr--) {
		message_policy(&message, "", 0);
		message.nlh.nlmsg_flags |= NLM_F_DUMP_INTR;
		message_say(KERNEL_POLICIES, &message);
		message_done(&message, 0, NULL);
		message_say(KERNEL_POLICIES, &message);
	}
}

static void test_changing(void)
{
	struct message message;

	fresh_changing(3);
	message_done(&message, 0, NULL);
	message_say(KERNEL_POLICIES, &message);
	expect("a dump that changed is repeated, and forgotten",
	       "listenq|policy", 0, "", "");
	fresh_changing(4);
	expect("a dump that always changes is shown, and said to",
	       "listenq|policy", 0, ":- # 2 listeners\n",
	       "some may be missing\n");
	input(FOUR);
	expect("but nothing is changed that could not be put back", SET_FOUR, 2,
	       "", "policies came and went all the while: nothing was changed\n");
}

static unsigned int requests_then;

static void note_signal(int signal)
{
	(void)signal;
	requests_then = store_requests();
}

static void send_signal(void)
{
	raise(SIGTERM);
}

static void test_signal(void)
{
	struct sigaction old, new = { .sa_handler = note_signal };

	sigaction(SIGTERM, &new, &old);
	fresh();
	input(FOUR);
	kernel_call_at(4, send_signal);
	point(all_well(SET_FOUR) && requests_then == 4,
	      "a signal waits until all are set");
	sigaction(SIGTERM, &old, NULL);
}

#define NO_SUCH_KEY \
	"listenq: policy del: :443: the kernel refused: no policy has this key (No such file or directory)\n"

static void test_del(void)
{
	set_three();
	point(all_well("listenq|policy|del|:443|10.0.0.1:443") &&
	      stored(" 3=20010db8000000000000000000000001 4=443 5=9\n"),
	      "del deletes");
	point(ends("listenq|policy|del|:443|[2001:db8::1]:https", 2, "",
		   NO_SUCH_KEY) &&
	      stored(""), "what is not there does not keep the others");
	fresh();
	store_refuse(1, EPERM, NULL, 0);
	expect("who may is said", "listenq|policy|del|:443", 2, "",
	       "not permitted: CAP_NET_ADMIN over the user namespace of the network namespace is needed\n");
	fresh();
	store_refuse(1, EPERM, "not yours", 0);
	expect("... unless the module says it", "listenq|policy|del|:443", 2,
	       "", "the kernel refused: not yours (Operation not permitted)\n");
}

static void say_refusal(enum kernel_channel channel, int code, const char *text)
{
	struct message message;

	message_error(&message, -code, text, 0);
	message_say(channel, &message);
}

#define OLDER "the module loaded is older than this program and has no policies: load the one that belongs to this program\n"

static void test_older(void)
{
	fresh();
	kernel_answer(NULL);
	say_refusal(KERNEL_POLICIES, EOPNOTSUPP, NULL);
	say_refusal(KERNEL_POLICY, EOPNOTSUPP, NULL);
	expect("an older module has no policies", "listenq|policy", 2, "",
	       "listenq: " OLDER);
	expect("... to set", SET ":443|backlog|1", 2, "", OLDER);
	expect("... to delete", "listenq|policy|del|:443", 2, "", OLDER);
	input(FOUR);
	expect("... of a file", SET_FOUR, 2, "", "listenq: " OLDER);
	expect("the rest is served", "listenq|-n", 0,
	       "FULL     17/16   18  3/16    5", "");
	fresh();
	store_refuse(1, EOPNOTSUPP, "with hooks=probe only backlog",
		     LISTENQ_A_POLICY_SYN_BURST);
	expect("what a newer one does not support, it says itself",
	       SET ":1|syn-rate|5|burst|1", 2, "",
	       "the kernel refused: with hooks=probe only backlog (Operation not supported), attribute burst\n");
	fresh();
	store_refuse(1, EINVAL, "too long", LISTENQ_A_POLICY_TIMEOUT);
	expect("a timeout is called as it is said", SET ":1|queue|split|for|9d",
	       2, "", "too long (Invalid argument), attribute for\n");
	kernel_reset();
	say_refusal(KERNEL_CONTROL, ENOENT, NULL);
	expect("no module", "listenq|policy", 2, "",
	       "the module is not loaded: ");
	fresh();
	store_refuse(1, ENOENT, NULL, 0);
	expect("one that goes", "listenq|policy|del|:1", 2, "",
	       ":1: the module was unloaded: ");
}

/* A listener whose accept queue has another limit than was asked for. */
static void fresh_listener(void)
{
	static const u64 acceptq[] = { 17, 4096, 16 };
	static const u64 synq[] = { 3, 512, 128 };
	struct message message;

	fresh();
	kernel_forget(KERNEL_DUMP);
	message_listener(&message, MESSAGE_V4);
	message_put_asked(&message, LISTENQ_A_LISTENER_ACCEPTQ, acceptq);
	message_put_asked(&message, LISTENQ_A_LISTENER_SYNQ, synq);
	message_put_policy(&message, LISTENQ_A_LISTENER_POLICY);
	message_say(KERNEL_DUMP, &message);
	message_listener(&message, MESSAGE_DUAL);
	message_say(KERNEL_DUMP, &message);
	message_done(&message, 0, NULL);
	message_say(KERNEL_DUMP, &message);
}

#define WORDS "backlog 4096 synq 512 overflow reset syncookies off synack-retries 3"

static void test_listener(void)
{
	json_t *json, *listener;

	fresh_listener();
	expect("a listener under a policy is marked, and has both limits",
	       "listenq|-n", 0,
	       "drop* 17/4096(16)    - 3/512(128)    -   117      133 10.0.0.1:443\n"
	       "FULL        17/16   18       3/16    5   117      133 *:444\n", "");
	expect("-d has the policy", "listenq|-d|-n", 0,
	       "  accept queue  now 17 max 4096 asked 16\n"
	       "  SYN queue     now 3 max 512 asked 128\n"
	       "  policy        10.0.0.1:443 backlog 4096 synq 512 overflow reset syncookies\n"
	       "                off synack-retries 3 queue split syn-rate 1000 burst 50 admit\n"
	       "                all for 9m59s # 2 listeners\n"
	       "                in force since 20", "");
	expect("-o has it in a word", "listenq|-o|-n", 0,
	       " policy=10.0.0.1:443,backlog,4096,synq,512,overflow,reset,syncookies,off,synack-retries,3,queue,split,syn-rate,1000,burst,50,admit,all,for,9m59s\n",
	       "");
	expect("... and both limits", "listenq|-o|-n", 0,
	       " acceptq_discarded=- acceptq_asked=16 ", "");
	expect("... or none", "listenq|-o|-n|:444", 0, " policy=-\n", "");
	kernel_stop_after(2);
	expect("watch marks it, too", "listenq|watch|0.01|-n", 0,
	       "drop* 17/4096(16) 3/512(128) ", "");
	kernel_stop_after(0);
	fresh_listener();
	json = json_of("listenq|-j");
	listener = json_array_get(json, 0);
	point(has_integer(listener, "acceptq", "asked", 16) &&
	      has_integer(listener, "acceptq", "max", 4096) &&
	      has_integer(listener, "synq", "asked", 128) &&
	      has_integer(listener, "policy", "backlog", 4096) &&
	      has_integer(listener, "policy", "timeout_ms", 599123) &&
	      has_string(json_object_get(listener, "policy"), "local",
			 "address", "10.0.0.1") &&
	      has_integer(listener, "counters", "policy_refused",
			  100 + LISTENQ_A_COUNTERS_POLICY_REFUSED) &&
	      has_integer(listener, "counters", "policy_cookie",
			  100 + LISTENQ_A_COUNTERS_POLICY_COOKIE),
	      "so does -j");
	listener = json_array_get(json, 1);
	point(listener && !json_object_get(listener, "policy") &&
	      !json_object_get(json_object_get(listener, "acceptq"), "asked"),
	      "one without has neither");
	json_decref(json);
	expect("the counters are explained", "listenq|--explain-counters", 0,
	       "\npolicy_reset              Segments that a policy answered with a RST.\n",
	       "");
}

static void say_change(u32 change, u64 seq)
{
	struct message message;

	message_policy_event(&message, change, seq);
	message_say(KERNEL_EVENTS, &message);
}

static void fresh_changes(void)
{
	fresh();
	say_change(LISTENQ_POLICY_CHANGE_SET, 5);
	say_change(LISTENQ_POLICY_CHANGE_DEL, 6);
	say_change(LISTENQ_POLICY_CHANGE_EXPIRE, 7);
	say_change(9, 8);
}

#define REST " queue split syn-rate 1000 burst 50 admit all"
#define CHANGED(name) "policy-" name " 10.0.0.1:443 " WORDS REST
#define LEFT " for 9m59s\n"

static bool monitors(const char *line)
{
	fresh_changes();
	return ends(line, 0, CHANGED("set") LEFT CHANGED("del") LEFT
		    CHANGED("expire") "\n" CHANGED("unknown-9") LEFT, "");
}

static bool monitors_nothing(const char *line)
{
	fresh_changes();
	return ends(line, 0, "", "");
}

static void test_monitor(void)
{
	json_t *events, *first;

	point(monitors("listenq|monitor|-n"), "monitor tells changes");
	point(monitors("listenq|monitor|-n|:443") &&
	      monitors("listenq|monitor|-n|sport = :443") &&
	      monitors("listenq|monitor|-n|10.0.0.1:443") &&
	      monitors("listenq|monitor|-n|10.0.0.0/8") &&
	      monitors("listenq|monitor|-n|:444|:443") &&
	      monitors("listenq|monitor|-n|:443|:444") &&
	      monitors("listenq|monitor|-n|-4"), "... to whom they concern");
	point(monitors_nothing("listenq|monitor|-n|:444") &&
	      monitors_nothing("listenq|monitor|-n|sport = :444") &&
	      monitors_nothing("listenq|monitor|-n|10.0.0.2") &&
	      monitors_nothing("listenq|monitor|-n|10.0.0.1:444") &&
	      monitors_nothing("listenq|monitor|-n|a00:1::/32") &&
	      monitors_nothing("listenq|monitor|-n|[::1]:443") &&
	      monitors_nothing("listenq|monitor|-n|-6") &&
	      monitors_nothing("listenq|monitor|-n|id|1") &&
	      monitors_nothing("listenq|monitor|-n|--drops") &&
	      monitors_nothing("listenq|monitor|-n|:443|and|inode|5"),
	      "... and to nobody else");
	fresh();
	say_change(LISTENQ_POLICY_CHANGE_SET, 5);
	expect("-t tells when", "listenq|monitor|-t|-n", 0,
	       ".000000 policy-set 10.0.0.1:443 backlog", "");
	fresh_changes();
	events = events_of("listenq|monitor|-j");
	first = json_array_get(events, 0);
	point(json_array_size(events) == 4 &&
	      has_string(first, "event", NULL, "policy-set") &&
	      has_integer(first, "seq", NULL, 5) &&
	      has_integer(first, "lost", NULL, 0) &&
	      has_integer(first, "time_ns", NULL, 1700000001000000000) &&
	      has_integer(first, "policy", "backlog", 4096) &&
	      !json_object_get(first, "listener") &&
	      has_string(json_array_get(events, 1), "event", NULL,
			 "policy-del") &&
	      has_string(json_array_get(events, 2), "event", NULL,
			 "policy-expire"), "-j tells all");
	json_decref(events);
	fresh();
	say_change(LISTENQ_POLICY_CHANGE_SET, 5);
	say_change(LISTENQ_POLICY_CHANGE_DEL, 9);
	expect("a gap is told among them, too", "listenq|monitor|-n|:444", 0,
	       "lost 3 events (gap)\n", "");
}

static void say_policy(const void *attributes, size_t len)
{
	struct message message;

	fresh();
	kernel_answer(NULL);
	message_policy(&message, attributes, len);
	message_say(KERNEL_POLICIES, &message);
	message_done(&message, 0, NULL);
	message_say(KERNEL_POLICIES, &message);
}

/* What a module of ours does not say. */
static void test_strange(void)
{
	struct message message;
	struct nlmsghdr *nlh;

	mnl_nlmsg_put_header(&message);
	nlh = &message.nlh;
	mnl_attr_put_u32(nlh, LISTENQ_A_POLICY_OVERFLOW, 9);
	mnl_attr_put_u32(nlh, 60, 1);
	say_policy(nlh + 1, nlh->nlmsg_len - NLMSG_HDRLEN);
	expect("what a newer one has is shown as far as it is known",
	       "listenq|policy", 0, ":- overflow unknown-9 # 2 listeners\n",
	       "");
	expect("... in JSON, too", "listenq|policy|-j", 0,
	       "{\"address\":null,\"family\":null},\"overflow\":\"unknown-9\",\"lis",
	       "");
	mnl_attr_put_u32(nlh, LISTENQ_A_POLICY_ADDRESS4, 0);
	mnl_attr_put(nlh, LISTENQ_A_POLICY_ADDRESS6, 16,
		     "0123456789abcdef");
	say_policy(nlh + 1, nlh->nlmsg_len - NLMSG_HDRLEN);
	expect("two addresses make no sense", "listenq|policy", 2, "",
	       "makes no sense: a policy of two addresses\n");
	mnl_nlmsg_put_header(&message);
	mnl_attr_put_u64(nlh, LISTENQ_A_POLICY_BACKLOG, 9);
	say_policy(nlh + 1, nlh->nlmsg_len - NLMSG_HDRLEN);
	expect("... nor does a number of another size", "listenq|policy", 2, "",
	       "makes no sense: backlog: 8 bytes instead of 4\n");
}

int main(void)
{
	setenv("TZ", "UTC", 1);
	tap_begin();
	test_taken();
	test_refused();
	test_show();
	test_json_show();
	test_round_trip();
	test_documents();
	test_undo();
	test_undo_told();
	test_undo_late();
	test_changing();
	test_signal();
	test_del();
	test_older();
	test_listener();
	test_monitor();
	test_strange();
	kernel_reset();
	return tap_end();
}
