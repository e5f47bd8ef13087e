/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Events as text.
 */
#ifndef _LISTENQ_TOOL_EVENT_H
#define _LISTENQ_TOOL_EVENT_H

#include "base.h"

/* Room for what happened. */
#define LQ_EVENT_SIZE 48

struct lq_event;
struct lq_options;

void lq_event_name(char *text, size_t size, const struct lq_event *event);
void lq_event_print_time(const struct lq_event *event);
void lq_event_print(const struct lq_event *event, const char *prefix,
		    const struct lq_options *options);

#endif
