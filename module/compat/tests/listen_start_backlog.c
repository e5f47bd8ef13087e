// SPDX-License-Identifier: GPL-2.0
/*
 * In 5.10: listen()'s argument is handed on.
 * Absent: static assertion failed
 */
#include <linux/build_bug.h>
#include <net/inet_connection_sock.h>

static_assert(__same_type(inet_csk_listen_start, int (struct sock *, int)));
