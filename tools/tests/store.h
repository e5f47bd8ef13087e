/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A module that keeps policies.
 */
#ifndef _LISTENQ_TESTS_STORE_H
#define _LISTENQ_TESTS_STORE_H

#include "base.h"

struct message;

void store_begin(void);
void store_refuse(unsigned int request, int code, const char *text,
		  unsigned int type);
void store_say_at(unsigned int request, const struct message *message);
void store_pass(u64 milliseconds);
unsigned int store_requests(void);
const char *store_text(void);

#endif
