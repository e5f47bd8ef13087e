/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints: every decision, every change of state.
 *
 * For perf, trace-cmd and bpftrace; the words are those of /proc/listenq.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM listenq

#if !defined(_LISTENQ_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _LISTENQ_TRACE_H

#include <linux/in6.h>
#include <linux/tracepoint.h>

#include "event.h"
#include "snapshot.h"
#include "trace_text.h"

/*
 * A verdict about a SYN, an ACK, a request: @verdict names the counters that
 * it advances.  The queues are as they are right after it.
 */
TRACE_EVENT(listenq_verdict,
	    TP_PROTO(const struct lq_decision *decision),
	    TP_ARGS(decision),
	    TP_STRUCT__entry(__field(u64, id)
			     __field(u32, netns)
			     __field(u16, family)
			     __field(u16, lport)
			     __array(u8, laddr, LQ_SOCKADDR)
			     __array(u8, raddr, LQ_SOCKADDR)
			     __field(u16, rport)
			     __array(char, stage, LQ_STAGE_TEXT)
			     __array(char, verdict, LQ_VERDICT_TEXT)
			     __field(u32, acceptq)
			     __field(u32, acceptq_max)
			     __field(u32, synq)
			     __field(u32, synq_max)),
	    TP_fast_assign(lq_trace_listener(decision, &__entry->id,
					     &__entry->netns,
					     &__entry->family);
			   __entry->lport = lq_trace_local(decision,
							   __entry->laddr);
			   __entry->rport = lq_trace_remote(decision,
							    __entry->raddr);
			   strscpy_pad(__entry->stage, decision->stage,
				       LQ_STAGE_TEXT);
			   lq_trace_verdict(decision->which, __entry->verdict);
			   lq_trace_queues(decision, &__entry->acceptq,
					   &__entry->acceptq_max,
					   &__entry->synq, &__entry->synq_max);),
	    TP_printk("id=%llu netns=%u local=%pISpc remote=%pISpc stage=%s verdict=%s acceptq=%u/%u synq=%u/%u",
		      __entry->id, __entry->netns, __entry->laddr, __entry->raddr,
		      __entry->stage, __entry->verdict, __entry->acceptq,
		      __entry->acceptq_max, __entry->synq, __entry->synq_max)
);

/* What is sent as episode-ntf. */
TRACE_EVENT(listenq_episode,
	    TP_PROTO(const struct net *net,
		     const struct lq_row *row,
		     const struct lq_event *event),
	    TP_ARGS(net, row, event),
	    TP_STRUCT__entry(__field(u64, id)
			     __field(u32, netns)
			     __field(u16, family)
			     __field(u16, lport)
			     __array(u8, laddr, LQ_SOCKADDR)
			     __array(char, kind, LQ_KIND_TEXT)
			     __array(char, phase, LQ_PHASE_TEXT)
			     __field(u64, verdicts)
			     __field(u64, total)
			     __field(u64, depth)
			     __field(u64, limit)
			     __field(u64, peak)
			     __field(u64, duration_ns)),
	    TP_fast_assign(__entry->id = row->id;
			   __entry->netns = net->ns.inum;
			   __entry->family = row->socket.family;
			   __entry->lport = lq_trace_socket(&row->socket,
							    __entry->laddr);
			   strscpy_pad(__entry->kind, lq_trace_kind(event->kind),
				       LQ_KIND_TEXT);
			   strscpy_pad(__entry->phase,
				       lq_trace_phase(event->phase),
				   LQ_PHASE_TEXT);
			   __entry->verdicts = event->verdicts;
			   __entry->total = event->total;
			   __entry->depth = event->depth;
			   __entry->limit = event->limit;
			   __entry->peak = event->peak;
			   __entry->duration_ns = event->duration_ns;),
	    TP_printk("id=%llu netns=%u local=%pISpc kind=%s phase=%s verdicts=%llu total=%llu depth=%llu limit=%llu peak=%llu duration_ns=%llu",
		      __entry->id, __entry->netns, __entry->laddr, __entry->kind,
		      __entry->phase, __entry->verdicts, __entry->total,
		      __entry->depth, __entry->limit, __entry->peak,
		      __entry->duration_ns)
);

/* What is sent as listener-add-ntf and listener-del-ntf. */
TRACE_EVENT(listenq_listener,
	    TP_PROTO(const struct net *net,
		     const struct lq_row *row,
		     enum lq_event_what what),
	    TP_ARGS(net, row, what),
	    TP_STRUCT__entry(__field(u64, id)
			     __field(u32, netns)
			     __field(u16, family)
			     __field(u16, lport)
			     __array(u8, laddr, LQ_SOCKADDR)
			     __array(char, action, LQ_ACTION_TEXT)
			     __array(char, comm, TASK_COMM_LEN)
			     __field(u64, accepted)
			     __field(u64, listen_overflow)
			     __field(u64, listen_drop)),
	    TP_fast_assign(__entry->id = row->id;
			   __entry->netns = net->ns.inum;
			   __entry->family = row->socket.family;
			   __entry->lport = lq_trace_socket(&row->socket,
							    __entry->laddr);
			   strscpy_pad(__entry->action,
				       what == LQ_EVENT_ADD ? "add" : "del",
				       LQ_ACTION_TEXT);
			   strscpy_pad(__entry->comm, row->comm, TASK_COMM_LEN);
			   __entry->accepted = row->accepted;
			   __entry->listen_overflow = row->listen_overflow;
			   __entry->listen_drop = row->sums.count[LQ_LISTEN_DROP];),
	    TP_printk("id=%llu netns=%u local=%pISpc action=%s comm=%s accepted=%llu listen_overflow=%llu listen_drop=%llu",
		      __entry->id, __entry->netns, __entry->laddr, __entry->action,
		      __entry->comm, __entry->accepted, __entry->listen_overflow,
		      __entry->listen_drop)
);

#endif /* _LISTENQ_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
