/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What tracepoints show, as words and addresses.
 */
#ifndef _LISTENQ_TRACE_TEXT_H
#define _LISTENQ_TRACE_TEXT_H

#include <linux/in6.h>
#include <linux/types.h>
#include <uapi/linux/listenq.h>

struct lq_socket;
struct request_sock;
struct sk_buff;
struct sock;

/* Lengths of the words, their end included. */
#define LQ_STAGE_TEXT 8
#define LQ_VERDICT_TEXT 96
#define LQ_KIND_TEXT 20
#define LQ_PHASE_TEXT 12
#define LQ_ACTION_TEXT 4

/* Of a struct sockaddr_in6, as a number: bpftrace reads it in the format. */
#define LQ_SOCKADDR 28

/**
 * struct lq_peer - who knocked
 * @family: AF_INET or AF_INET6; 0: not known
 * @port: in host order
 * @address: an IPv4 address in the last four bytes
 */
struct lq_peer {
	u16 family;
	u16 port;
	struct in6_addr address;
};

/**
 * struct lq_decision - a verdict, for the tracepoint
 * @sk: the listener
 * @stage: where it fell
 * @which: bit n: counter n was advanced
 * @peer: who knocked
 */
struct lq_decision {
	struct sock *sk;
	const char *stage;
	u64 which;
	struct lq_peer peer;
};

void lq_peer_of_packet(struct lq_peer *peer, const struct sk_buff *skb);
void lq_peer_of_request(struct lq_peer *peer, const struct request_sock *req);

void lq_trace_listener(const struct lq_decision *decision, u64 *id, u32 *netns,
		       u16 *family);
u16 lq_trace_local(const struct lq_decision *decision, u8 *to);
u16 lq_trace_remote(const struct lq_decision *decision, u8 *to);
u16 lq_trace_socket(const struct lq_socket *socket, u8 *to);
void lq_trace_verdict(u64 which, char text[LQ_VERDICT_TEXT]);
void lq_trace_queues(const struct lq_decision *decision, u32 *acceptq,
		     u32 *acceptq_max, u32 *synq, u32 *synq_max);
const char *lq_trace_kind(enum listenq_episode_kind kind);
const char *lq_trace_phase(enum listenq_episode_phase phase);

#endif /* _LISTENQ_TRACE_TEXT_H */
