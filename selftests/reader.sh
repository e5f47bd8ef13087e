#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# The reader at real listeners: what it shows is what /proc/listenq shows, its
# filters filter, and its exit status is one to rely on. Loads the module itself.
set -u

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=selftests/tap.sh
. "$here/tap.sh"
listenq=$here/listenq
load=$here/load
parameters=/sys/module/listenq/parameters
servers=()

# status NAME EXPECTED ARGS...: of the reader, which must say something on standard
# error if and only if it fails by 1 or 2, and be quick about it.
status()
{
	local name=$1 expected=$2 status bad=0
	shift 2
	timeout 20 "$listenq" "$@" >"$work/out" 2>"$work/err"
	status=$?
	[ "$status" -eq "$expected" ] || bad=1
	case $expected in
	1 | 2) grep -q '^[^ ]*listenq: .' "$work/err" || bad=1 ;;
	*) [ ! -s "$work/err" ] || bad=1 ;;
	esac
	if [ "$bad" -ne 0 ]; then
		echo "# $name: status $status, expected $expected"
		sed 's/^/# /' "$work/err"
	fi
	result "$bad" "$name"
}

# file LINE COLUMN: a figure of /proc/listenq.
file()
{
	awk -v line="$1" -v column="$2" '
		NR == 2 { for (i = 1; i <= NF; i++) at[$i] = i }
		$1 == line { print $at[column] }' /proc/listenq
}

# file_lines COLUMN...: of all listeners, one a line, in the order of the file.
file_lines()
{
	awk -v columns="$*" '
		NR == 2 { for (i = 1; i <= NF; i++) at[$i] = i
			  n = split(columns, wanted, " ") }
		NR > 2 && index($1, ":") {
			text = ""
			for (i = 1; i <= n; i++)
				text = text (i > 1 ? " " : "") $at[wanted[i]]
			print text
		}' /proc/listenq
}

# names ARGS...: the listeners that the table shows, by address and port.
names()
{
	"$listenq" -n "$@" | awk 'NR > 1 { print $8 }'
}

serve()
{
	"$load" serve "$@" 2>/dev/null &
	servers+=($!)
}

# until N COMMAND...: for at most so many seconds.
until_true()
{
	local tries=$(($1 * 10))
	shift
	until "$@"; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return 1
		sleep 0.1
	done
}

ended()
{
	! kill -0 "$1" 2>/dev/null
}

# interrupt PID: as by Ctrl-C; returns its exit status. Nothing holds us up.
interrupt()
{
	kill -INT "$1"
	until_true 5 ended "$1" || kill -KILL "$1"
	wait "$1"
}

listens()
{
	[ "$(file_lines local | grep -cxF "$1")" -eq 1 ]
}

check_without_module()
{
	local command
	for command in show monitor watch totals hooks 'check :80'; do
		# shellcheck disable=SC2086 # words
		status "without the module: $command" 2 $command
		same "without the module: $command: one line on how to load it" \
			"$(grep -cE 'insmod|modprobe' "$work/err") $(wc -l <"$work/err") $(wc -c <"$work/out")" \
			"1 1 0"
	done
	status "help needs no module" 0 --help
	status "version needs no module" 0 --version
	grep -q '^listenq [0-9]' "$work/out"
	result $? "version is a number"
}

check_usage()
{
	status "unknown option" 1 --frobnicate
	status "unknown command" 1 frobnicate
	status "port too large" 1 :65536
	status "address that is none" 1 1.2.3.4.5:80
	status "unknown sort key" 1 --sort nonsense
	status "check of nothing" 1 check
	status "max-drops without a number" 1 check --max-drops x :8000
	status "option without its value" 1 -N
	status "namespace that does not exist" 2 -N nowhere
}

# State Accept-Q Peak Syn-Q Peak Drops Overflow Local, as the file has them.
table_of_file()
{
	file_lines acceptq acceptq_max acceptq_peak synq synq_max synq_peak \
		listen_drop listen_overflow local |
		awk '{ print $1 "/" $2, $3, $4 "/" $5, $6, $7, $8, $9 }'
}

table()
{
	"$listenq" "$@" | awk 'NR > 1 { print $2, $3, $4, $5, $6, $7, $8 }'
}

check_table()
{
	same "the table is the file" "$(table -n)" "$(table_of_file)"
	same "show is the default" "$("$listenq")" "$("$listenq" show)"
	same "state of a full queue" \
		"$("$listenq" -n 127.0.0.1:8000 | awk 'NR > 1 { print $1 }')" FULL
	same "no line is longer than 80" \
		"$({ "$listenq"; "$listenq" -p; "$listenq" -d; "$listenq" totals
		     "$listenq" hooks; "$listenq" --explain-counters; } |
		   awk 'length > 80')" ""
	same "owners are the file's, and found for those older than the module" \
		"$("$listenq" -np | awk 'NR > 1 { print $9 }' | sed 's/,.*//' | tr '\n' ' ')" \
		"load/${servers[0]} $(file_lines owner | tail -n +2 | tr '\n' ' ')"
	same "counters are the file's" "$(details 127.0.0.1:8000)" "$(figures 127.0.0.1:8000)"
	same "every counter has its sentence" \
		"$("$listenq" --explain-counters | awk '/^[a-z]/ && NF > 2 { print $1 }' | sort)" \
		"$(counter_columns)"
}

# The counters stand between these columns; sorted, as the reader has newer ones
# behind.
counter_columns()
{
	awk 'NR == 2 { for (i = 1; i <= NF; i++) {
			if ($i == "syn_received") on = 1
			if (on) print $i
			if ($i == "accepted") exit } }' /proc/listenq | sort
}

# figures LINE: the counters of the file.
figures()
{
	local column value
	for column in $(counter_columns); do
		value=$(file "$1" "$column")
		echo "$column $value"
	done
}

# details FILTER: the same of `show -d`.
details()
{
	"$listenq" -d "$1" | awk '/^  [a-z_]+ +[0-9]+  / { print $1, $2 }' |
		sort
}

check_filters()
{
	local id inode
	id=$(file '[::1]:8001' id)
	inode=$(file '[::1]:8001' inode)
	same "port" "$(names :8000 | sort)" "$(printf '127.0.0.1:8000\n127.0.0.2:8000')"
	same "address and port" "$(names 127.0.0.2:8000)" 127.0.0.2:8000
	same "IPv6 address and port" "$(names '[::1]:8001')" '[::1]:8001'
	same "address" "$(names 127.0.0.2)" 127.0.0.2:8000
	same "as ss writes it" "$(names sport = :8001)" '[::1]:8001'
	same "as ss writes it, one word" "$(names 'sport = :8001')" '[::1]:8001'
	same "-6" "$(names -6)" '[::1]:8001'
	same "-4" "$(names -4 :8001)" ""
	same "alternatives" "$(names :8001 127.0.0.2:8000 | sort)" \
		"$(printf '127.0.0.2:8000\n[::1]:8001')"
	same "id" "$(names id "$id")" '[::1]:8001'
	same "inode" "$(names inode "$inode")" '[::1]:8001'
	same "--drops" "$(names --drops)" 127.0.0.1:8000
	same "nothing matches" "$(names :9; echo $?)" 0
	same "--sort drops" "$(names --sort drops | head -n 1)" 127.0.0.1:8000
	same "--sort port" "$(names --sort port | sed 's/.*://' | sort -n)" \
		"$(names --sort port | sed 's/.*://')"
}

check_check()
{
	local drops
	drops=$(file 127.0.0.1:8000 listen_drop)
	status "check: no drops" 0 check '[::1]:8001'
	status "check: drops" 3 check 127.0.0.1:8000
	status "check: as many as allowed" 0 check --max-drops "$drops" 127.0.0.1:8000
	status "check: one more than allowed" 3 check --max-drops $((drops - 1)) 127.0.0.1:8000
	status "check: no such listener" 3 check :9
}

# What can be seen of JSON without a parser; ynl.py has one.
check_json()
{
	local out
	out=$("$listenq" -j)
	same "an object for each" "$(grep -o '"acceptq"' <<<"$out" | wc -l)" \
		"$(file_lines local | wc -l)"
	same "an array" "$(head -c 1 <<<"$out")$(tail -c 2 <<<"$out")" '[]'
	same "ids are the file's" \
		"$(grep -oE '"id": ?[0-9]+' <<<"$out" | grep -oE '[0-9]+')" \
		"$(file_lines id)"
	same "no listener, an empty array" "$("$listenq" -j :9 | tr -d ' \n')" '[]'
}

# Output that can't be written is an error, a reader that goes away is none.
check_output()
{
	local statuses
	"$listenq" >/dev/full 2>"$work/err"
	same "full disk" "$? $(wc -l <"$work/err")" "2 1"
	"$listenq" -j >/dev/full 2>"$work/err"
	same "full disk, JSON" "$? $(wc -l <"$work/err")" "2 1"
	"$listenq" >&- 2>"$work/err"
	same "closed standard output" "$? $(wc -l <"$work/err")" "2 1"
	timeout 20 "$listenq" monitor >/dev/full 2>"$work/err" &
	sleep 1
	"$load" flood 8000 5
	wait $!
	same "full disk, monitor" "$? $(wc -l <"$work/err")" "2 1"
	timeout 20 "$listenq" watch 0.2 2>"$work/err" | head -n 1 >/dev/null
	statuses=${PIPESTATUS[0]}
	same "a reader that leaves" "$statuses $(wc -l <"$work/err")" "141 0"
}

check_totals()
{
	local column
	same "totals are the file's" \
		"$("$listenq" totals -a | awk '$1 == "listen_overflow" { print $2, $3, $4, $5, $6 }')" \
		"$(for column in closed untracked total kernel unattributed; do
			file "$column" listen_overflow
		done | tr '\n' ' ' | sed 's/ $//')"
	same "hooks are the parameter's" \
		"$("$listenq" hooks | awk 'NR > 1 { print $1, $2 }')" \
		"$(awk '{ print $1, $2 }' "$parameters/hooked")"
}

phases()
{
	grep '"event": *"acceptq-overflow"' "$work/events" |
		grep -oE '"phase": *"[a-z]+"' | grep -oE '(begin|progress|end)' | uniq | tr '\n' ' '
}

has_ended()
{
	phases | grep -q 'end '
}

# One overflow, from the first to the last of it, as JSON and as text.
check_monitor()
{
	local json text
	sleep 1
	"$listenq" monitor -j 127.0.0.1:8000 >"$work/events" &
	json=$!
	"$listenq" monitor -t 127.0.0.1:8000 >"$work/lines" &
	text=$!
	sleep 1
	"$load" flood 8000 30
	until_true 10 has_ended
	interrupt "$json"
	same "monitor -j: interrupted" $? 0
	interrupt "$text"
	same "monitor -t: interrupted" $? 0
	phases | grep -qE '^begin (progress )?end $'
	result $? "monitor -j: begin and end"
	same "monitor -j: an object a line" \
		"$(grep -cE '^\{.*\}$' "$work/events")" "$(wc -l <"$work/events")"
	same "monitor -j: verdicts" \
		"$(grep -oE '"verdicts": *[0-9]+' "$work/events" | awk -F: '{ n += $2 } END { print n }')" 30
	grep -qE '^[^ ]*[0-9]{2}:[0-9]{2}:[0-9]{2}.*acceptq-overflow.*begin.*127\.0\.0\.1:8000' "$work/lines" &&
		grep -q 'acceptq-overflow.*end' "$work/lines"
	result $? "monitor -t: a line each, with the time"
}

check_namespaces()
{
	ip netns add other
	ip netns exec other ip link set lo up
	ip netns exec other "$load" serve 127.0.0.1 8100 3 100000 &
	servers+=($!)
	until_true 10 ip netns exec other grep -q ':8100 ' /proc/listenq
	same "namespace by name" "$(names -N other)" 127.0.0.1:8100
	same "namespace by process" "$(names -N "$!")" 127.0.0.1:8100
	same "namespace by path" "$(names -N /run/netns/other)" 127.0.0.1:8100
	ip netns delete other
}

# What the policies are, without the time that is left and the number of listeners.
policies()
{
	"$listenq" policy show -n | sed 's/ for .*//; s/ #.*//'
}

limits()
{
	"$listenq" -n 127.0.0.2:8000 | awk 'NR > 1 { sub(/^[0-9]+\//, "", $2); print $1, $2 }'
}

check_policies()
{
	local saved
	same "without policies" "$(policies)" ""
	status "policy set" 0 policy set :8000 backlog 3 overflow reset for 10m
	same "policy show" "$(policies)" ":8000 backlog 3 overflow reset"
	same "a listener under policy: both limits" "$(limits)" "ok* 3(5)"
	same "the file's column" "$(file 127.0.0.2:8000 policy)" backlog=3,overflow=reset
	status "policy set of an address" 0 policy set 127.0.0.2:8000 queue single
	same "the most exact one" "$(limits)" "ok* 5"
	status "refused by the kernel" 2 policy set 127.0.0.2:8000 queue single synq 1
	grep -q 'queue single has no SYN queue' "$work/err"
	result $? "refused by the kernel: it says why"
	status "unknown word" 1 policy set :8000 backlogg 1
	same "nothing has changed" "$(policies)" \
		":8000 backlog 3 overflow reset
127.0.0.2:8000 queue single"
	saved=$("$listenq" policy show -j)
	status "policy del" 0 policy del :8000 127.0.0.2:8000
	same "undone" "$(limits)" "ok 5"
	status "policy del of none" 2 policy del :8000
	printf '%s\n' "$saved" >"$work/saved"
	status "policy set --json" 0 policy set --json "$work/saved"
	same "restored" "$(policies)" \
		":8000 backlog 3 overflow reset
127.0.0.2:8000 queue single"
	same "policies without privilege" \
		"$(setpriv --reuid=65534 --regid=65534 --clear-groups "$listenq" policy set :1 admit drop 2>&1 |
		   grep -c CAP_NET_ADMIN)" 1
	# One stays when the module goes.
	status "policy del of one" 0 policy del :8000
}

inside()
{
	local name
	ip link set lo up
	serve 127.0.0.1 7999 3 100000
	until_true 10 grep -q '0100007F:1F3F ' /proc/net/tcp
	insmod /listenq.ko || exit 1
	echo 200 >"$parameters/event_period_ms"
	echo 300 >"$parameters/event_quiet_ms"
	serve 127.0.0.1 8000 1 100000
	serve 127.0.0.2 8000 5 100000
	serve ::1 8001 5 10
	serve 0.0.0.0 8080 5 10
	for name in 127.0.0.1:8000 127.0.0.2:8000 '[::1]:8001' 0.0.0.0:8080; do
		until_true 10 listens "$name"
	done
	"$load" connect 127.0.0.1 8000 2 1 >/dev/null &
	"$load" connect ::1 8001 3 1 >/dev/null
	"$load" flood 8000 20
	check_usage
	check_table
	check_filters
	check_check
	check_json
	check_totals
	check_monitor
	check_output
	check_namespaces
	check_policies
	same "without privilege" \
		"$(setpriv --reuid=65534 --regid=65534 --clear-groups "$listenq" -n)" \
		"$("$listenq" -n)"
	kill "${servers[@]}"
	rmmod listenq
	same "unloads" $? 0
}

if [ "${1:-}" = --inside ]; then
	ktap_print_header
	ktap_set_plan 91
	work=$(mktemp -d)
	check_without_module
	inside
	rm -rf "$work"
	ktap_finished
fi
exec unshare -n "$0" --inside
