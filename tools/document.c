// SPDX-License-Identifier: GPL-2.0
/*
 * Policies out of JSON, as lq_json_policy() writes them. All that can be wrong
 * is told by its place, as jq(1) would call it: .[1].local.port
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "document.h"
#include "error.h"
#include "format.h"
#include "key.h"
#include "listener.h"
#include "policies.h"
#include "setting.h"

/* Where there is no number of an element. */
#define LQ_ALONE ((size_t)-1)
#define LQ_PLACE_SIZE 32
/* As much of a key, or of what jansson says, as is worth to be shown. */
#define LQ_SHOWN_SIZE 160

/* Key and what it tells of a policy, not asks. */
#define LQ_LOCAL "local"
#define LQ_TIMEOUT "timeout_ms"
#define LQ_LISTENERS "listeners"
#define LQ_SINCE "since_ns"

/**
 * struct element - a policy in the document
 * @file: the document
 * @at: its number; LQ_ALONE: it is all there is
 * @json: it
 * @policy: what it says
 */
struct element {
	const char *file;
	size_t at;
	json_t *json;
	struct lq_policy policy;
};

static void format_place(char *text, size_t size, size_t at)
{
	if (at == LQ_ALONE)
		snprintf(text, size, ".");
	else
		snprintf(text, size, ".[%zu]", at);
}

/* Key may be empty: then it is the element itself that is wrong. */
static int refuse(const struct element *element, const char *key,
		  const char *why)
{
	char place[LQ_PLACE_SIZE], shown[LQ_SHOWN_SIZE];

	format_place(place, sizeof(place), element->at);
	lq_format_text(shown, sizeof(shown), key);
	return lq_usage("policy set: %s: %s%s%s: %s", element->file, place,
			*key && element->at != LQ_ALONE ? "." : "", shown,
			why);
}

static int refuse_setting(const struct element *element,
			  const struct lq_setting *setting)
{
	char why[LQ_RANGE_SIZE + 16], range[LQ_RANGE_SIZE];

	lq_setting_range(range, sizeof(range), setting);
	snprintf(why, sizeof(why), "%s is wanted", range);
	return refuse(element, setting->key, why);
}

static bool is_number(const json_t *json, json_int_t min, json_int_t max)
{
	return json_is_integer(json) && json_integer_value(json) >= min &&
	       json_integer_value(json) <= max;
}

/* Numbers are numbers, names are texts. */
static bool has_value(const struct lq_setting *setting, const json_t *json,
		      u32 *value)
{
	if (setting->names)
		return json_is_string(json) &&
		       lq_setting_value(setting, json_string_value(json),
					value);
	if (!is_number(json, setting->min, setting->max))
		return false;
	*value = json_integer_value(json);
	return true;
}

static int read_settings(struct element *element)
{
	struct lq_policy *policy = &element->policy;
	const struct lq_setting *setting;

	for (setting = lq_settings; setting->word; setting++) {
		const json_t *json = json_object_get(element->json,
						     setting->key);

		if (!json)
			continue;
		if (!has_value(setting, json, &policy->value[setting->type]))
			return refuse_setting(element, setting);
		policy->have |= 1ULL << setting->type;
	}
	if (lq_setting_any(policy))
		return 0;
	return refuse(element, "", "it has no setting");
}

static int read_timeout(struct element *element)
{
	const json_t *json = json_object_get(element->json, LQ_TIMEOUT);

	if (!json)
		return 0;
	if (!is_number(json, 1, INT64_MAX))
		return refuse(element, LQ_TIMEOUT,
			      "a number of milliseconds from 1 on is wanted");
	element->policy.timeout = json_integer_value(json);
	element->policy.have |= 1ULL << LISTENQ_A_POLICY_TIMEOUT;
	return 0;
}

static bool is_nothing(const json_t *json)
{
	return !json || json_is_null(json);
}

static int read_address(struct element *element, const json_t *local)
{
	const json_t *address = json_object_get(local, "address");

	if (is_nothing(address))
		return 0;
	if (json_is_string(address) &&
	    lq_key_set_address(&element->policy, json_string_value(address)))
		return 0;
	return refuse(element, LQ_LOCAL ".address",
		      "an IPv4 or IPv6 address, or null, is wanted");
}

/* The address says it already: only what contradicts it is wrong. */
static int check_family(const struct element *element, const json_t *local)
{
	const json_t *family = json_object_get(local, "family");
	int wanted = lq_key_family(&element->policy);
	char why[LQ_RANGE_SIZE];

	if (is_nothing(family))
		return 0;
	if (wanted && json_is_string(family) &&
	    !strcmp(json_string_value(family), lq_key_family_name(wanted)))
		return 0;
	snprintf(why, sizeof(why), "%s is wanted, as the address is",
		 wanted ? lq_key_family_name(wanted) : "null");
	return refuse(element, LQ_LOCAL ".family", why);
}

static int read_port(struct element *element, const json_t *local)
{
	const json_t *port = json_object_get(local, "port");

	if (!is_number(port, 1, 65535))
		return refuse(element, LQ_LOCAL ".port",
			      "a number from 1 to 65535 is wanted");
	element->policy.port = json_integer_value(port);
	element->policy.have |= 1ULL << LISTENQ_A_POLICY_PORT;
	return 0;
}

static int check_local_keys(const struct element *element, json_t *local)
{
	char place[LQ_SHOWN_SIZE];
	const char *key;
	json_t *value;

	json_object_foreach(local, key, value) {
		if (!strcmp(key, "address") || !strcmp(key, "family") ||
		    !strcmp(key, "port"))
			continue;
		snprintf(place, sizeof(place), LQ_LOCAL ".%s", key);
		return refuse(element, place,
			      "there is no such key: address, family or port");
	}
	return 0;
}

static int read_local(struct element *element)
{
	json_t *local = json_object_get(element->json, LQ_LOCAL);

	if (!json_is_object(local))
		return refuse(element, LQ_LOCAL,
			      "an object with a port is wanted");
	if (check_local_keys(element, local) || read_address(element, local) ||
	    check_family(element, local))
		return LQ_EXIT_USAGE;
	return read_port(element, local);
}

static bool is_known(const char *key)
{
	static const char * const others[] = {
		LQ_LOCAL, LQ_TIMEOUT, LQ_LISTENERS, LQ_SINCE,
	};
	const struct lq_setting *setting;
	size_t n;

	for (setting = lq_settings; setting->word; setting++) {
		if (!strcmp(setting->key, key))
			return true;
	}
	for (n = 0; n < ARRAY_SIZE(others); n++) {
		if (!strcmp(others[n], key))
			return true;
	}
	return false;
}

/* What is misspelt would be a policy that nobody asked for. */
static int check_keys(const struct element *element)
{
	const char *key;
	json_t *value;

	json_object_foreach(element->json, key, value) {
		if (!is_known(key))
			return refuse(element, key, "there is no such key");
	}
	return 0;
}

static int check_double(const struct element *element,
			const struct lq_policies *policies)
{
	const struct lq_policy *found = lq_policies_find(policies,
							 &element->policy);
	char why[LQ_SHOWN_SIZE], key[LQ_KEY_SIZE];

	if (!found)
		return 0;
	lq_key_format(key, sizeof(key), found, true);
	snprintf(why, sizeof(why), "there is %s already, .[%zu]", key,
		 found - policies->policies);
	return refuse(element, LQ_LOCAL, why);
}

static int read_element(struct lq_policies *policies, const char *file,
			json_t *json, size_t at)
{
	struct element element = { .file = file, .at = at, .json = json };

	if (!json_is_object(json))
		return refuse(&element, "", "an object, a policy, is wanted");
	if (check_keys(&element) || read_local(&element) ||
	    read_settings(&element) || read_timeout(&element) ||
	    check_double(&element, policies))
		return LQ_EXIT_USAGE;
	lq_policies_add(policies, &element.policy);
	return 0;
}

static int read_all(struct lq_policies *policies, const char *file,
		    json_t *json)
{
	json_t *element;
	size_t n;

	if (!json_is_array(json))
		return read_element(policies, file, json, LQ_ALONE);
	json_array_foreach(json, n, element) {
		if (read_element(policies, file, element, n))
			return LQ_EXIT_USAGE;
	}
	return 0;
}

static int refuse_text(const char *file, const json_error_t *why)
{
	char shown[LQ_SHOWN_SIZE];

	lq_format_text(shown, sizeof(shown), why->text);
	return lq_usage("policy set: %s: line %d: %s", file, why->line, shown);
}

static int read_stream(struct lq_policies *policies, const char *file,
		       FILE *stream)
{
	json_error_t why;
	json_t *json;
	int status;

	errno = 0;
	json = json_loadf(stream, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY,
			  &why);
	/* A folder can be opened. */
	if (ferror(stream))
		status = lq_usage("policy set: cannot read %s: %s", file,
				  strerror(errno));
	else if (!json)
		status = refuse_text(file, &why);
	else
		status = read_all(policies, file, json);
	json_decref(json);
	return status;
}

/**
 * lq_document_read() - read policies from a file
 * @policies: they are added to these
 * @file: an array of policies, or one; `-` is standard input
 *
 * Return: 0, or how the program ends; the error has been told.
 */
int lq_document_read(struct lq_policies *policies, const char *file)
{
	FILE *stream;
	int status;

	if (!strcmp(file, "-"))
		return read_stream(policies, "standard input", stdin);
	stream = fopen(file, "re");
	if (!stream)
		return lq_usage("policy set: cannot read %s: %s", file,
				strerror(errno));
	status = read_stream(policies, file, stream);
	fclose(stream);
	return status;
}
