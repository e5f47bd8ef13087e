// SPDX-License-Identifier: GPL-2.0
/* Must compile on every kernel: else the tests themselves do not work. */
#include <linux/ftrace.h>
#include <linux/module.h>
#include <net/sock.h>
#include <net/tcp.h>
