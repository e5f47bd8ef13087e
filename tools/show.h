/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A listener as text, in full.
 */
#ifndef _LISTENQ_TOOL_SHOW_H
#define _LISTENQ_TOOL_SHOW_H

struct lq_listener;
struct lq_options;

void lq_print_details(const struct lq_listener *listener,
		      const struct lq_options *options);
void lq_print_oneline(const struct lq_listener *listener,
		      const struct lq_options *options);
void lq_explain_counters(void);

#endif
