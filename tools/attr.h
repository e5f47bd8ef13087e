/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Attributes, looked at before they are believed.
 */
#ifndef _LISTENQ_TOOL_ATTR_H
#define _LISTENQ_TOOL_ATTR_H

#include <libmnl/libmnl.h>

#include "error.h"
#include "base.h"

int lq_attr_table(const void *first, size_t len, const struct nlattr **table,
		  unsigned int max, const char *what, struct lq_error *error);
int lq_attr_nest(const struct nlattr *nest, const struct nlattr **table,
		 unsigned int max, const char *what, struct lq_error *error);
int lq_attr_number(const struct nlattr *attr, size_t size, void *value,
		   const char *what, struct lq_error *error);
int lq_attr_string(const struct nlattr *attr, char *string, size_t size,
		   const char *what, struct lq_error *error);

#endif
