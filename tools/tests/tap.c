// SPDX-License-Identifier: GPL-2.0
/*
 * Runs of the program, and what is told of them. TAP on stdout.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"
#include "tap.h"

static unsigned int points, failures;

/**
 * tap_begin() - begin
 */
void tap_begin(void)
{
	printf("TAP version 13\n");
}

/**
 * tap_end() - end
 *
 * Return: how the program ends.
 */
int tap_end(void)
{
	printf("1..%u\n", points);
	return failures ? 1 : 0;
}

/**
 * point() - tell whether something is as it should be
 * @good: whether it is
 * @format: as printf's: what it is
 */
void point(bool good, const char *format, ...)
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
 * run() - run the program
 * @result: set; to be forgotten
 * @line: its command line; words are separated by `|`
 */
void run(struct result *result, const char *line)
{
	result->status = kernel_run(&result->out, &result->err, line);
}

/**
 * forget() - forget what came of a run
 * @result: not to be used any more
 */
void forget(struct result *result)
{
	free(result->out);
	free(result->err);
}

/* An empty one is to be empty. */
static bool has_text(const char *text, const char *wanted)
{
	return *wanted ? !!strstr(text, wanted) : !*text;
}

/**
 * ends() - run, and look whether it ends so
 * @line: the command line
 * @status: how it should end
 * @out: what it should write, among other things; empty: nothing
 * @err: what it should complain, so, too
 *
 * Return: whether it does.
 */
bool ends(const char *line, int status, const char *out, const char *err)
{
	struct result result;
	bool good;

	run(&result, line);
	good = result.status == status && has_text(result.out, out) &&
	       has_text(result.err, err);
	if (!good)
		printf("# %s: %d\n# %s\n# %s\n", line, result.status,
		       result.out, result.err);
	forget(&result);
	return good;
}

/**
 * expect() - a point about how a run ends
 * @name: of the point
 * @line: as ends() has it
 * @status: as ends() has it
 * @out: as ends() has it
 * @err: as ends() has it
 */
void expect(const char *name, const char *line, int status, const char *out,
	    const char *err)
{
	point(ends(line, status, out, err), "%s", name);
}

/**
 * lacks() - run, and look whether it writes none of some texts
 * @line: the command line
 * @texts: they, with `|` in between
 *
 * Return: whether it writes none.
 */
bool lacks(const char *line, const char *texts)
{
	struct result result;
	char copy[64], *text;
	bool good = true;

	run(&result, line);
	snprintf(copy, sizeof(copy), "%s", texts);
	for (text = strtok(copy, "|"); text; text = strtok(NULL, "|"))
		good &= !strstr(result.out, text);
	if (!good)
		printf("# %s: has one of %s\n# %s\n", line, texts, result.out);
	forget(&result);
	return good;
}

/**
 * json_of() - run, and read what it writes
 * @line: the command line
 *
 * Return: a new reference; NULL: it failed, or wrote no JSON.
 */
json_t *json_of(const char *line)
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

/**
 * has_integer() - whether an object has a number
 * @json: the object
 * @one: its key
 * @two: a key of what is there; NULL: it is there itself
 * @value: the number
 *
 * Return: whether it has.
 */
bool has_integer(json_t *json, const char *one, const char *two,
		 json_int_t value)
{
	json_t *at = json_object_get(json, one);

	if (two)
		at = json_object_get(at, two);
	return json_is_integer(at) && json_integer_value(at) == value;
}

/**
 * has_string() - whether an object has a text
 * @json: the object
 * @one: its key
 * @two: a key of what is there; NULL: it is there itself
 * @value: the text
 *
 * Return: whether it has.
 */
bool has_string(json_t *json, const char *one, const char *two,
		const char *value)
{
	json_t *at = json_object_get(json, one);

	if (two)
		at = json_object_get(at, two);
	return json_is_string(at) && !strcmp(json_string_value(at), value);
}

/**
 * events_of() - run a monitor, and read the events that it writes
 * @line: the command line
 *
 * Return: a new reference to an array.
 */
json_t *events_of(const char *line)
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
