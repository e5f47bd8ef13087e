// SPDX-License-Identifier: GPL-2.0
/*
 * Attributes, looked at before they are believed. Those whose number is not
 * known are a newer module's; those that are known are of their size.
 */
#include <string.h>

#include "attr.h"

/**
 * lq_attr_table() - sort attributes by their number
 * @first: where they begin
 * @len: their length
 * @table: set; of @max + 1, NULL where there is none
 * @max: highest number wanted
 * @what: whose attributes they are
 * @error: set on failure
 *
 * Return: 0 or -1.
 */
int lq_attr_table(const void *first, size_t len, const struct nlattr **table,
		  unsigned int max, const char *what, struct lq_error *error)
{
	const char *end = (const char *)first + len;
	const struct nlattr *attr = first;

	memset(table, 0, (max + 1) * sizeof(*table));
	while (mnl_attr_ok(attr, end - (const char *)attr)) {
		if (mnl_attr_get_type(attr) <= max)
			table[mnl_attr_get_type(attr)] = attr;
		attr = mnl_attr_next(attr);
	}
	if ((const char *)attr < end)
		return lq_nonsense(error, "%s: an attribute is cut off", what);
	return 0;
}

/**
 * lq_attr_nest() - sort the attributes in an attribute
 * @nest: where they are
 * @table: set; of @max + 1, NULL where there is none
 * @max: highest number wanted
 * @what: its name
 * @error: set on failure
 *
 * Return: 0 or -1.
 */
int lq_attr_nest(const struct nlattr *nest, const struct nlattr **table,
		 unsigned int max, const char *what, struct lq_error *error)
{
	if (mnl_attr_validate(nest, MNL_TYPE_NESTED) < 0)
		return lq_nonsense(error, "%s: not a nest", what);
	return lq_attr_table(mnl_attr_get_payload(nest),
			     mnl_attr_get_payload_len(nest), table, max, what,
			     error);
}

/**
 * lq_attr_number() - get a value of fixed size
 * @attr: where it is
 * @size: how long it has to be
 * @value: set; of that size
 * @what: its name
 * @error: set on failure
 *
 * Return: 0 or -1.
 */
int lq_attr_number(const struct nlattr *attr, size_t size, void *value,
		   const char *what, struct lq_error *error)
{
	/* mnl_attr_validate() lets shorter ones pass. */
	if (mnl_attr_get_payload_len(attr) != size)
		return lq_nonsense(error, "%s: %u bytes instead of %zu", what,
				   mnl_attr_get_payload_len(attr), size);
	memcpy(value, mnl_attr_get_payload(attr), size);
	return 0;
}

/**
 * lq_attr_string() - get a string
 * @attr: where it is, with or without a terminating zero
 * @string: set, always terminated
 * @size: room there
 * @what: its name
 * @error: set on failure
 *
 * Return: 0 or -1.
 */
int lq_attr_string(const struct nlattr *attr, char *string, size_t size,
		   const char *what, struct lq_error *error)
{
	const char *from = mnl_attr_get_payload(attr);
	size_t len = strnlen(from, mnl_attr_get_payload_len(attr));

	if (len >= size)
		return lq_nonsense(error, "%s: %zu characters", what, len);
	memcpy(string, from, len);
	string[len] = '\0';
	return 0;
}
