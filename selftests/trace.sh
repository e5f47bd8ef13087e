#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# The tracepoints, by trace-cmd: each records while traffic runs, its lines can be
# read, and the verdicts that were traced are those that were counted. Runs in a
# guest of the set trace; loads the module itself.
set -u

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=selftests/tap.sh
. "$here/tap.sh"
load=$here/load
parameters=/sys/module/listenq/parameters

# file LINE COLUMN: a figure of /proc/listenq.
file()
{
	awk -v line="$1" -v column="$2" '
		NR == 2 { for (i = 1; i <= NF; i++) at[$i] = i }
		$1 == line { print $at[column] }' /proc/listenq
}

# What a verdict can count: all but what is a sum of others, and accept(), which
# is no verdict.
counters()
{
	awk 'NR == 2 { for (i = 1; i <= NF; i++) {
			if ($i == "syn_received") on = 1
			if ($i == "listen_overflow") exit
			if (on) print $i } }' /proc/listenq
}

fields_of()
{
	awk '$1 == "field:" || /field:/ { sub(/;.*/, ""); sub(/\[.*/, ""); print $NF }' \
		"/sys/kernel/tracing/events/listenq/$1/format" | grep -v '^common_' | tr '\n' ' '
}

# has_fields EVENT FIELD...
has_fields()
{
	local event=$1 field fields
	fields=" $(fields_of "$event")"
	shift
	for field; do
		[[ $fields == *" $field "* ]] || { echo "# $event has no $field, but$fields"; return 1; }
	done
}

# A server that accepts nothing, one that is slow, and one that is flooded.
traffic()
{
	local servers
	"$load" serve 127.0.0.1 8000 1 100000 &
	servers=($!)
	"$load" serve ::1 8001 0 300 &
	servers+=($!)
	"$load" serve 127.0.0.1 8002 4 100000 &
	servers+=($!)
	sleep 0.5
	"$load" connect 127.0.0.1 8000 6 2 >/dev/null &
	"$load" connect ::1 8001 5 4 >/dev/null
	"$load" flood 8002 40
	sleep 1
	kill "${servers[@]}"
	wait
	# Until the requests that are left have gone, and the last event has come.
	sleep 3
}

# record ARGS...: of trace-cmd, while the traffic runs; leaves a report.
record()
{
	trace-cmd start -b 8192 "$@" >/dev/null || return 1
	traffic
	trace-cmd stop
	trace-cmd extract -o "$work/trace.dat" >/dev/null 2>&1
	trace-cmd report -i "$work/trace.dat" >"$work/report" 2>"$work/errors"
	trace-cmd reset
}

lines()
{
	grep -c " $1: " "$work/report"
}

# not_like EVENT REGEX: lines of an event that are otherwise.
not_like()
{
	grep " $1: " "$work/report" | grep -vE "$2"
}

address='(127\.0\.0\.1|10\.[0-9.]+|\[::1\]):[0-9]+'
common='id=[0-9]+ netns=[0-9]+'

check_readable()
{
	same "every verdict can be read" "$(not_like listenq_verdict "$common local=$address remote=$address stage=(syn|ack|cookie|synack|request|icmp) verdict=[a-z_]+(\|[a-z_]+)* acceptq=[0-9]+/[0-9]+ synq=[0-9]+/[0-9]+$")" ""
	same "every episode can be read" "$(not_like listenq_episode "$common local=$address kind=(acceptq-overflow|synq-full|syncookies) phase=(begin|progress|end) verdicts=[0-9]+ total=[0-9]+ depth=[0-9]+ limit=[0-9]+ peak=[0-9]+ duration_ns=[0-9]+$")" ""
	same "every life can be read" "$(not_like listenq_listener "$common local=$address action=(add|del) comm=load .*$")" ""
	same "nothing else was said" "$(cat "$work/errors")" ""
	same "all of this namespace" "$(grep -oE 'netns=[0-9]+' "$work/report" | sort -u)" \
		"netns=$(readlink /proc/self/ns/net | tr -cd 0-9)"
}

# Of each counter, how many lines name it and how far it grew.
traced_counters()
{
	local counter
	for counter in $(counters); do
		echo "$counter $(grep -cE "[=|]$counter(\||\$| )" "$work/verdicts")"
	done
}

grown_counters()
{
	local counter
	for counter in $(counters); do
		echo "$counter $(file total "$counter")"
	done
}

check_verdicts()
{
	local counter
	grep ' listenq_verdict: ' "$work/report" |
		grep -oE 'verdict=[^ ]+' >"$work/verdicts"
	same "verdicts traced are verdicts counted" "$(traced_counters)" \
		"$(grown_counters)"
	for counter in acceptq_overflow_syn syncookie_sent established; do
		[ "$(file total "$counter")" -gt 0 ]
		result $? "there was $counter"
	done
}

# episodes KIND: the sum of verdicts in its lines.
episodes()
{
	grep " listenq_episode: .*kind=$1 " "$work/report" |
		grep -oE 'verdicts=[0-9]+' | awk -F= '{ n += $2 } END { print n + 0 }'
}

check_episodes()
{
	same "episodes of overflow" "$(episodes acceptq-overflow)" \
		"$(file total listen_overflow)"
	same "episodes of cookies" "$(episodes syncookies)" \
		"$(file total syncookie_sent)"
	same "as many ends as begins" "$(grep -c ' phase=end ' "$work/report")" \
		"$(grep -c ' phase=begin ' "$work/report")"
	same "lives" "$(grep -c ' action=add ' "$work/report") $(grep -c ' action=del ' "$work/report")" \
		"3 3"
}

# A filter of trace-cmd's: only the lines that have the word.
check_filter()
{
	local before
	before=$(file total acceptq_overflow_syn)
	record -e listenq:listenq_verdict -f 'verdict ~ "*overflow_syn*"'
	same "a filter on the verdict" "$(lines listenq_verdict)" \
		"$(($(file total acceptq_overflow_syn) - before))"
	before=$(file total syn_received)
	record -e listenq:listenq_verdict -f 'lport == 8002'
	same "a filter on the port" \
		"$(grep -oE 'local=[^ ]+' "$work/report" | sort -u)" "local=127.0.0.1:8002"
}

inside()
{
	ktap_print_header
	ktap_set_plan 21
	work=$(mktemp -d)
	ip link set lo up
	# Floods are to leave nothing behind for long.
	echo 0 >/proc/sys/net/ipv4/tcp_synack_retries
	insmod /listenq.ko || exit 1
	echo 200 >"$parameters/event_period_ms"
	echo 300 >"$parameters/event_quiet_ms"
	same "three events" "$(trace-cmd list -e '^listenq:' | sort | tr '\n' ' ')" \
		"listenq:listenq_episode listenq:listenq_listener listenq:listenq_verdict "
	has_fields listenq_verdict id netns laddr lport raddr rport stage verdict \
		acceptq acceptq_max synq synq_max
	result $? "fields of a verdict"
	has_fields listenq_episode id netns laddr lport kind phase verdicts total \
		depth limit
	result $? "fields of an episode"
	has_fields listenq_listener id netns laddr lport action comm
	result $? "fields of a life"
	record -e listenq
	check_readable
	check_verdicts
	check_episodes
	check_filter
	trace-cmd start -e listenq >/dev/null
	rmmod listenq
	same "unloads while it is traced" "$?" 0
	trace-cmd reset
	[ ! -e /sys/kernel/tracing/events/listenq ]
	result $? "the events are gone"
	rm -rf "$work"
	ktap_finished
}

if [ "${1:-}" = --inside ]; then
	inside
fi
exec unshare -n "$0" --inside
