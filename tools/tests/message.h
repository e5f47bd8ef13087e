/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a module says, made by hand.
 */
#ifndef _LISTENQ_TESTS_MESSAGE_H
#define _LISTENQ_TESTS_MESSAGE_H

#include <libmnl/libmnl.h>

#include "base.h"
#include "kernel.h"

#define MESSAGE_SIZE 20000

/**
 * struct message - a message
 * @nlh: its header
 * @room: for what follows
 */
struct message {
	struct nlmsghdr nlh;
	char room[MESSAGE_SIZE - sizeof(struct nlmsghdr)];
} __aligned(8);

/* Which of the listeners that the module says it has. */
#define MESSAGE_V4 1
#define MESSAGE_DUAL 2
#define MESSAGE_V6 3

/* Counter n of what is said next is message_counts + n * message_step. */
extern u64 message_counts, message_step;
/* What the next events say of events that could not be sent. */
extern u64 message_lost;

void message_family(struct message *message, u32 version);
void message_controller(struct message *message);
void message_unloaded(struct message *message, const char *family);
void message_listener(struct message *message, unsigned int which);
void message_event(struct message *message, u8 command, unsigned int which,
		   u64 seq);
void message_policy(struct message *message, const void *attributes,
		    size_t len);
void message_put_policy(struct message *message, u16 type);
void message_full_policy(struct message *message);
void message_put_asked(struct message *message, u16 type, const u64 *values);
void message_policy_event(struct message *message, u32 change, u64 seq);
void message_totals(struct message *message);
void message_hook(struct message *message);
void message_done(struct message *message, int code, const char *text);
void message_error(struct message *message, int code, const char *text,
		   unsigned int offset);
void message_say(enum kernel_channel channel, const struct message *message);
void message_say_controller(void);
void message_say_all(void);
void message_say_dump(unsigned int first, unsigned int last);

#endif
