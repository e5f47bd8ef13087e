// SPDX-License-Identifier: GPL-2.0
/*
 * In 5.10; from 6.1 on lhash2 is the table that links listeners this way.
 * Absent: no member named 'listening_hash'
 */
#include <net/inet_hashtables.h>

struct inet_listen_hashbucket *probe(struct inet_hashinfo *hashinfo);

struct inet_listen_hashbucket *probe(struct inet_hashinfo *hashinfo)
{
	return hashinfo->listening_hash;
}
