/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Things as text for people.
 */
#ifndef _LISTENQ_TOOL_FORMAT_H
#define _LISTENQ_TOOL_FORMAT_H

#include "base.h"

struct lq_histogram;
struct lq_listener;

/* Room for an address, a device, a port. */
#define LQ_LOCAL_SIZE 160
/* Room for one owner. */
#define LQ_OWNER_SIZE 320
/* Room for the value of an enum. */
#define LQ_ENUM_SIZE 32
#define LQ_TIME_SIZE 64

void lq_format_address(char *text, size_t size,
		       const struct lq_listener *listener);
void lq_format_dev(char *text, size_t size, const struct lq_listener *listener);
void lq_format_local(char *text, size_t size,
		     const struct lq_listener *listener, bool numeric);
void lq_format_text(char *text, size_t size, const char *line);
void lq_format_bytes(char *text, size_t size, const char *bytes, size_t len);
void lq_format_owner(char *text, size_t size,
		     const struct lq_listener *listener);
void lq_format_enum(char *text, size_t size, const char * const *names,
		    u32 value);
void lq_format_time(char *text, size_t size, u64 nanoseconds);
const char *lq_format_state(const struct lq_listener *listener);
const char *lq_format_mark(const struct lq_listener *listener);
void lq_print_wrapped(const char *text, int indent);

#endif
