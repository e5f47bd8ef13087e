#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# nginx, HAProxy and Redis, a new connection for each request: first alone, then
# while listenq comes and goes and policies are set, changed and deleted. No request
# fails beyond those that failed before. Runs in a guest of the set servers.
set -u

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=selftests/tap.sh
. "$here/tap.sh"
seconds=6
# What a load is, in requests
least=100

configure()
{
	cat >nginx.conf <<-CONF
		pid $work/nginx.pid;
		error_log $work/nginx.log;
		daemon off;
		master_process off;
		events { worker_connections 512; }
		http {
			access_log off;
			server { listen 80 backlog=128; return 200 "hello\n"; }
		}
	CONF
	cat >haproxy.conf <<-CONF
		global
			maxconn 200
		defaults
			mode http
			timeout connect 20s
			timeout client 20s
			timeout server 20s
			option httpclose
		listen front
			bind 127.0.0.1:81
			server nginx 127.0.0.1:80
	CONF
}

# answers PORT: waits until a server listens there.
answers()
{
	local n
	for ((n = 0; n < 100; n++)); do
		! ss -ltnH "sport = :$1" | grep -q . || return 0
		sleep 0.1
	done
	return 1
}

start()
{
	nginx -c "$work/nginx.conf" -p "$work" -e "$work/nginx.log" &
	servers=($!)
	haproxy -db -f haproxy.conf >haproxy.log 2>&1 &
	servers+=($!)
	redis-server --port 6379 --bind 127.0.0.1 --save '' --dir "$work" >redis.log 2>&1 &
	servers+=($!)
	answers 80 && answers 81 && answers 6379
}

# requests FILE: those that were answered, and those that failed.
requests()
{
	awk '
		/requests in/ { done += $1 }
		/Socket errors:/ { for (i = 4; i <= NF; i += 2) lost += $i }
		/Non-2xx/ { lost += $NF }
		END { print done + 0, lost + 0 }' "$1"
}

# http PORT NAME: load on an HTTP server; on a slow machine longer.
http()
{
	local n answered=0
	for ((n = 0; n < 20 && answered <= least; n++)); do
		wrk -t 1 -c 8 -d "${seconds}s" --timeout 20s -H 'Connection: close' \
			"http://127.0.0.1:$1/" >>"$2.wrk" 2>&1
		read -r answered _ < <(requests "$2.wrk")
	done
}

# redis NAME: for the same time, in series that each end with a count.
redis()
{
	local end=$((SECONDS + seconds)) lost=0 done=0
	while ((SECONDS < end)); do
		if redis-benchmark -p 6379 -k 0 -c 8 -n 200 -t ping_mbulk,set -q >"$1.bench" 2>&1 &&
			! grep -qiE 'error|could not' "$1.bench"; then
			done=$((done + 400))
		else
			cat "$1.bench" >>redis.errors
			lost=$((lost + 1))
		fi
	done
	echo "$done $lost" >"$1.redis"
}

# run NAME: all three at once.
run()
{
	local loads
	http 80 "$1-nginx" &
	loads=($!)
	http 81 "$1-haproxy" &
	loads+=($!)
	redis "$1" &
	loads+=($!)
	wait "${loads[@]}"
}

# figures NAME SERVER: requests that were answered, and those that failed.
figures()
{
	if [ "$2" = redis ]; then
		cat "$1.redis"
		return
	fi
	requests "$1-$2.wrk"
}

# try COMMAND...: counted, as none may fail.
try()
{
	"$@" >>changes.log 2>&1 || echo "$*" >>refused
	tries=$((tries + 1))
}

# What an operator may do to a busy server without harming it.
change_policies()
{
	local port
	for port in 80 81 6379; do
		try listenq policy set ":$port" backlog 64
		try listenq policy set ":$port" backlog 512 synack-retries 3
	done
	try listenq policy set :80 syncookies always
	try listenq policy set 127.0.0.1:81 overflow reset queue split
	sleep 0.3
	awk 'NR == 2 { for (i = 1; i <= NF; i++) at[$i] = i }
		$1 == "total" { print $at["accepted"] }' /proc/listenq >>accepted
	try listenq policy del :80
	try listenq policy del 127.0.0.1:81
	try listenq policy del :81
}

# Comes and goes, the policy of port 6379 still in force, until there is a file stop,
# but in both modes at least, however slow the machine.
change()
{
	local modes=(replace probe) n=0
	tries=0
	while [ ! -e stop ] || [ "$n" -lt 2 ]; do
		# Watched by probes, listenq takes only policies that need no order.
		try insmod /listenq.ko "hooks=${modes[n % 2]}"
		if [ "${modes[n % 2]}" = replace ]; then
			change_policies
		else
			try listenq policy set :80 backlog 256
			sleep 0.3
		fi
		try rmmod listenq
		n=$((n + 1))
	done
	echo "$n $tries" >changed
}

# compare SERVER
compare()
{
	local got lost had lost_before
	read -r had lost_before < <(figures without "$1")
	read -r got lost < <(figures with "$1")
	echo "# $1: $had requests, $lost_before failed; with listenq $got, $lost failed"
	[ "$had" -gt "$least" ] && [ "$got" -gt "$least" ]
	result $? "$1 was under load"
	[ "$lost" -le "$lost_before" ]
	result $? "$1: no more requests failed"
}

work=$(mktemp -d)
cd "$work" || exit 1
ktap_print_header
ktap_set_plan 10
echo '10000 65000' >/proc/sys/net/ipv4/ip_local_port_range
configure
start
result $? "the servers listen"
run without
seconds=$((seconds * 2))
change &
changer=$!
run with
touch stop
wait "$changer"
for server in nginx haproxy redis; do
	compare "$server"
done
[ ! -e refused ] || sed 's/^/# refused: /' refused
[ ! -e refused ]
result $? "every change could be made"
read -r loads changes <changed
echo "# listenq came $loads times, $changes changes"
[ "$loads" -ge 2 ] && [ "$changes" -ge 16 ]
result $? "listenq came and went, policies changed"
awk '$1 > 0 { n++ } END { exit n < 1 }' accepted
result $? "listenq saw the connections"
kill "${servers[@]}"
wait 2>/dev/null
cd /
rm -rf "$work"
ktap_finished
