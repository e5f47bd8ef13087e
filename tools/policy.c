// SPDX-License-Identifier: GPL-2.0
/*
 * listenq policy: what an operator asks for some listeners.
 */
#include <stdio.h>
#include <string.h>

#include "change.h"
#include "document.h"
#include "json.h"
#include "key.h"
#include "listener.h"
#include "netlink.h"
#include "options.h"
#include "policies.h"
#include "wording.h"

static void print_policy(const struct lq_policy *policy, bool numeric)
{
	char text[LQ_WORDING_SIZE], comment[32];

	lq_wording_format(text, sizeof(text), policy, numeric);
	lq_wording_listeners(comment, sizeof(comment), policy);
	printf("%s%s\n", text, comment);
}

static json_t *json_of(const struct lq_policies *policies,
		       const struct lq_policies *keys)
{
	json_t *json = json_array();
	size_t n;

	for (n = 0; n < policies->nr; n++) {
		const struct lq_policy *policy = &policies->policies[n];

		if (!keys->nr || lq_policies_find(keys, policy))
			json_array_append_new(json, lq_json_policy(policy));
	}
	return json;
}

static void print_policies(const struct lq_policies *policies,
			   const struct lq_policies *keys, bool numeric)
{
	size_t n;

	for (n = 0; n < policies->nr; n++) {
		const struct lq_policy *policy = &policies->policies[n];

		if (!keys->nr || lq_policies_find(keys, policy))
			print_policy(policy, numeric);
	}
}

static int parse_keys(struct lq_policies *keys, const char *verb, int nr,
		      char **words)
{
	struct lq_policy key;
	int n;

	for (n = 0; n < nr; n++) {
		if (lq_wording_key(&key, verb, words[n]))
			return LQ_EXIT_USAGE;
		lq_policies_add(keys, &key);
	}
	return 0;
}

static int load(struct lq_policies *policies)
{
	struct lq_error error;
	struct lq_netlink *netlink = lq_netlink_open(&error);
	int failed;

	if (!netlink)
		return lq_failed(&error);
	failed = lq_policies_load(policies, netlink, &error);
	lq_netlink_close(netlink);
	return failed ? lq_failed(&error) : 0;
}

static int show_these(const struct lq_policies *keys,
		      const struct lq_options *options)
{
	struct lq_policies policies = { 0 };
	int status = load(&policies);

	if (!status && options->json)
		lq_json_print(json_of(&policies, keys));
	else if (!status)
		print_policies(&policies, keys, options->numeric);
	if (!status && policies.changed)
		lq_note("policies came and went all the while: some may be missing");
	lq_policies_clear(&policies);
	return status;
}

static int run_show(const struct lq_options *options, int nr, char **words)
{
	struct lq_policies keys = { 0 };
	int status = parse_keys(&keys, "show", nr, words);

	if (!status)
		status = show_these(&keys, options);
	lq_policies_clear(&keys);
	return status;
}

static int set_these(const struct lq_policies *policies)
{
	struct lq_netlink *netlink;
	struct lq_error error;
	int status;

	netlink = lq_netlink_open(&error);
	if (!netlink)
		return lq_failed(&error);
	status = lq_change_all(netlink, policies);
	lq_netlink_close(netlink);
	return status;
}

static int parse_words(struct lq_policies *policies, int nr, char **words)
{
	struct lq_policy policy;

	if (lq_wording_parse(&policy, nr, words))
		return LQ_EXIT_USAGE;
	lq_policies_add(policies, &policy);
	return 0;
}

static int parse_document(struct lq_policies *policies, int nr, char **words)
{
	if (nr != 1)
		return lq_usage("policy set --json: of which file? One, or - for standard input");
	return lq_document_read(policies, *words);
}

static int run_set(const struct lq_options *options, int nr, char **words)
{
	struct lq_policies policies = { 0 };
	int status;

	if (options->json)
		status = parse_document(&policies, nr, words);
	else
		status = parse_words(&policies, nr, words);
	if (!status)
		status = set_these(&policies);
	lq_policies_clear(&policies);
	return status;
}

static int del_one(struct lq_netlink *netlink, const struct lq_policy *key)
{
	struct lq_error error;
	char text[LQ_KEY_SIZE];

	if (!lq_change_del(netlink, key, &error))
		return 0;
	lq_key_format(text, sizeof(text), key, true);
	lq_note("policy del: %s: %s", text, error.text);
	return LQ_EXIT_FAILED;
}

/* One that is not there does not keep the others. */
static int del_these(const struct lq_policies *keys)
{
	struct lq_netlink *netlink;
	struct lq_error error;
	int status = 0;
	size_t n;

	netlink = lq_netlink_open(&error);
	if (!netlink)
		return lq_failed(&error);
	for (n = 0; n < keys->nr; n++) {
		if (del_one(netlink, &keys->policies[n]))
			status = LQ_EXIT_FAILED;
	}
	lq_netlink_close(netlink);
	return status;
}

static int run_del(const struct lq_options *options, int nr, char **words)
{
	struct lq_policies keys = { 0 };
	int status;

	if (options->json)
		return lq_usage("policy del takes no -j");
	if (!nr)
		return lq_usage("policy del: which?");
	status = parse_keys(&keys, "del", nr, words);
	if (!status)
		status = del_these(&keys);
	lq_policies_clear(&keys);
	return status;
}

/**
 * struct verb - what can be done with policies
 * @name: on the command line
 * @run: does it, with the words that follow it
 */
struct verb {
	const char *name;
	int (*run)(const struct lq_options *options, int nr, char **words);
};

static const struct verb verbs[] = {
	{ "show", run_show },
	{ "set", run_set },
	{ "del", run_del },
	{ }
};

/**
 * lq_policy() - the command `policy`
 * @options: how
 * @nr: how many words follow
 * @words: they: what to do, and with which policies
 *
 * Return: how the program ends.
 */
int lq_policy(const struct lq_options *options, int nr, char **words)
{
	const struct verb *verb;

	if (!nr)
		return run_show(options, 0, words);
	for (verb = verbs; verb->name; verb++) {
		if (!strcmp(verb->name, *words))
			return verb->run(options, nr - 1, words + 1);
	}
	return lq_usage("policy: '%s' is not show, set or del", *words);
}
