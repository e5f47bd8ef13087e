/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A request leaves the SYN queue: the wrapper that a policy calls as well.
 */
#ifndef _LISTENQ_PROBE_SYNQ_H
#define _LISTENQ_PROBE_SYNQ_H

#include <linux/types.h>

struct request_sock;
struct sock;

/*
 * __inet_csk_reqsk_queue_drop(), not declared in any header.  Everything but a
 * completed handshake comes through it: expiry, reset, abort, a listener that
 * has closed.
 */
bool lq_reqsk_queue_drop(struct sock *sk, struct request_sock *req,
			 bool from_timer);

#endif /* _LISTENQ_PROBE_SYNQ_H */
