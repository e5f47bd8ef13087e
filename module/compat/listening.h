/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's hash of listeners: what differs between kernels.
 */
#ifndef _LISTENQ_COMPAT_LISTENING_H
#define _LISTENQ_COMPAT_LISTENING_H

#include <linux/kernel.h>
#include <net/inet_hashtables.h>

/* The table in which each listener is linked by its sk_nulls_node. */
#ifdef LQ_HAVE_LISTENING_HASH
#define lq_listening_buckets(hashinfo) ARRAY_SIZE((hashinfo)->listening_hash)
#define lq_listening_bucket(hashinfo, n) (&(hashinfo)->listening_hash[n])
#else
#define lq_listening_buckets(hashinfo) ((hashinfo)->lhash2_mask + 1)
#define lq_listening_bucket(hashinfo, n) (&(hashinfo)->lhash2[n])
#endif

#endif /* _LISTENQ_COMPAT_LISTENING_H */
