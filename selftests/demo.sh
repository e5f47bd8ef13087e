#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What `make demo` shows, inside the guest: a real server that hangs, a slow
# one and a flood, and what listenq says of them beside ss and nstat.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
load=$here/load
work=$(mktemp -d)

say()
{
	printf '\n\033[1m== %s\033[0m\n' "$*"
}

run()
{
	printf '\033[2m$ %s\033[0m\n' "$*"
	"$@" || true
}

listenq()
{
	printf '\033[2m$ listenq %s\033[0m\n' "$*"
	"$here/listenq" "$@" || echo "(exit status $?)"
}

# Only what the question is about; nstat shows growth since its last call.
mibs()
{
	run nstat -z TcpExtListenOverflows TcpExtListenDrops \
		TcpExtTCPReqQFullDoCookies TcpExtSyncookiesSent \
		TcpExtSyncookiesRecv
}

start_nginx()
{
	nginx -c "$here/nginx.conf" -p "$work" -e "$work/error.log" &
	nginx=$!
}

finish()
{
	kill -CONT "$nginx" 2>/dev/null || true
	kill "$nginx" "$slow" "$monitor" 2>/dev/null || true
	rmmod listenq
	rm -rf "$work"
}

say "Linux $(uname -r): nginx with a backlog of 16 on port 80, a slow server with 4 on 8080"
start_nginx
sleep 1
insmod /listenq.ko
trap finish EXIT
"$here/listenq" monitor -t >"$work/events" &
monitor=$!
"$load" serve 127.0.0.1 8080 4 300 &
slow=$!
sleep 1
run "$load" get 127.0.0.1 80
listenq hooks
listenq show -p
nstat -n

say "3 am: nginx hangs, 60 clients come, 20 go to the slow server"
kill -STOP "$nginx"
"$load" connect 127.0.0.1 8080 20 8 >"$work/slow" &
waiter=$!
"$load" connect 127.0.0.1 80 60 6 | sed 's/^/port 80:   /'
wait "$waiter"
sed 's/^/port 8080: /' "$work/slow"
run ss -ltn
mibs
listenq show --sort drops -p
listenq check --max-drops 100 :80
listenq totals
echo "nstat counts the whole machine (a moment earlier: the slow server's clients go on"
echo "knocking); listenq splits it by listener, and 'Unattributed' says that none is missing."

say "what can be changed at once, without a restart: room for 64; who finds it full is told so"
listenq policy set :80 backlog 64 overflow reset for 10m
"$load" connect 127.0.0.1 80 60 3 | sed 's/^/port 80: /'
listenq show :80
listenq policy show
listenq policy del :80
run ss -ltn 'sport = :80'

say "nginx goes on: the queue empties, and how long connections waited is known"
kill -CONT "$nginx"
sleep 1
run "$load" get 127.0.0.1 80
listenq show -d :80

say "a SYN flood on port 80 (3,000 SYNs from addresses that nobody has)"
nstat -n
"$load" flood 80 3000
run "$load" get 127.0.0.1 80
mibs
listenq show
listenq show -d 'sport = :80'
dmesg | grep 'Possible SYN flooding' | tail -n 1

say "what a dashboard gets"
listenq show -j :80
echo
run head -n 3 /proc/listenq

say "what listenq monitor -t said meanwhile"
sleep 2
kill "$monitor"
wait "$monitor" || true
cat "$work/events"

cat <<'END'

What to look at:
  Accept-Q 17/16                     the accept queue is full now: the program does
                                     not accept, or its backlog is too small
  acceptq_overflow_syn, _ack         what was refused because of it, by stage; over
                                     all listeners it is nstat's ListenOverflows
  policy set, 17/64, refused         48 more got in, 12 got a RST instead of silence;
                                     after policy del the limit is nginx's again
  synq_full_cookie                   more half-open requests than the limit: a flood,
                                     or clients that cannot answer
  syncookie_recv, established_cookie real clients got in through the flood
  wait for accept()                  how long connections waited for the program
  begin, progress, end               since when, how bad, and until when
END
