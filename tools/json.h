/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Things as JSON.
 */
#ifndef _LISTENQ_TOOL_JSON_H
#define _LISTENQ_TOOL_JSON_H

#include <jansson.h>

#include "base.h"

struct lq_event;
struct lq_hook;
struct lq_listener;
struct lq_policy;
struct lq_set;
struct lq_totals;

json_t *lq_json_number(u64 number);
json_t *lq_json_listener(const struct lq_listener *listener);
json_t *lq_json_set(const struct lq_set *set);
json_t *lq_json_event(const struct lq_event *event);
json_t *lq_json_totals(const struct lq_totals *totals);
json_t *lq_json_policy(const struct lq_policy *policy);
json_t *lq_json_hook(const struct lq_hook *hook);
void lq_json_print(json_t *json);

#endif
