// SPDX-License-Identifier: GPL-2.0
/*
 * Before 5.19; lhash2 is the one with all listeners' nulls lists since.
 * Absent: no member named 'listening_hash'
 */
#include <net/inet_hashtables.h>

struct inet_listen_hashbucket *probe(struct inet_hashinfo *hashinfo);

struct inet_listen_hashbucket *probe(struct inet_hashinfo *hashinfo)
{
	return hashinfo->listening_hash;
}
