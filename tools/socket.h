/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bytes to and from the kernel. Nothing else of the program talks to it, so
 * that a test can put recorded bytes in its place.
 */
#ifndef _LISTENQ_TOOL_SOCKET_H
#define _LISTENQ_TOOL_SOCKET_H

#include <sys/types.h>

#include "base.h"

struct lq_socket;

struct lq_socket *lq_socket_open(void);
void lq_socket_close(struct lq_socket *sock);
int lq_socket_join(struct lq_socket *sock, u32 group);
int lq_socket_wait(struct lq_socket *sock, int milliseconds);
ssize_t lq_socket_send(struct lq_socket *sock, const void *data, size_t len);
ssize_t lq_socket_recv(struct lq_socket *sock, void *data, size_t size);

#endif
