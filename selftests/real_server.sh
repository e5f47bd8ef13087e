#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# nginx as the listener, ss and nstat as they are typed: the same figures.
set -u

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=selftests/tap.sh
. "$here/tap.sh"
work=$(mktemp -d)

# listenq LINE COLUMN
listenq()
{
	awk -v line="$1" -v column="$2" '
		NR == 2 { for (i = 1; i <= NF; i++) at[$i] = i }
		$1 == line { print $at[column] }' /proc/listenq
}

mib()
{
	nstat -asz "$1" | awk -v name="$1" '$1 == name { print $2 }'
}

# ss's Recv-Q and Send-Q of port 80
queues()
{
	ss -ltnH 'sport = :80' | awk '{ print $2, $3 }'
}

ktap_print_header
ktap_set_plan 7
overflows=$(mib TcpExtListenOverflows)
drops=$(mib TcpExtListenDrops)
nginx -c "$here/nginx.conf" -p "$work" -e "$work/error.log" &
nginx=$!
sleep 1
"$here/load" get 127.0.0.1 80 | grep -q '200 OK'
result $? "nginx answers"

# Hung: 17 fit, the others knock in vain.
kill -STOP "$nginx"
"$here/load" connect 127.0.0.1 80 40 10 >/dev/null
same "queues as ss shows them" \
	"$(listenq 0.0.0.0:80 acceptq) $(listenq 0.0.0.0:80 acceptq_max)" \
	"$(queues)"
same "the peak is the limit and one" "$(listenq 0.0.0.0:80 acceptq_peak)" 17
same "overflows as nstat counts them" \
	"$(listenq 0.0.0.0:80 listen_overflow)" \
	"$(($(mib TcpExtListenOverflows) - overflows))"
same "drops as nstat counts them" \
	"$(listenq 0.0.0.0:80 listen_drop)" \
	"$(($(mib TcpExtListenDrops) - drops))"
[ "$(listenq 0.0.0.0:80 listen_overflow)" -ge 23 ]
result $? "every client over the limit was refused at least once"

kill -CONT "$nginx"
"$here/load" get 127.0.0.1 80 | grep -q '200 OK' &&
	[ "$(listenq 0.0.0.0:80 acceptq)" = 0 ]
result $? "the queue empties when it goes on"

kill "$nginx"
wait "$nginx" 2>/dev/null
rm -rf "$work"
ktap_finished
