// SPDX-License-Identifier: GPL-2.0
/*
 * In 7.x the timeout is the request's own.
 * Absent: static assertion failed
 */
#include <linux/build_bug.h>
#include <net/inet_connection_sock.h>

static_assert(__same_type(inet_csk_reqsk_queue_hash_add,
			  bool (struct sock *, struct request_sock *)));
