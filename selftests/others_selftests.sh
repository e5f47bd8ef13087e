#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# The kernel's own network selftests, each once without listenq and once with it
# and a policy on a port that none of them uses: the results are the same.
# shellcheck disable=SC2317 # called by name
set -u

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=selftests/tap.sh
. "$here/tap.sh"
wanted=12
ran=0

# A name, and how it is called in a network namespace of its own.
tests=(
	'bind_timewait       ./bind_timewait'
	'bind_wildcard       ./bind_wildcard'
	'mptcp_connect       mptcp_transfer 127.0.0.1'
	'mptcp_connect_v6    mptcp_transfer ::1 -6'
	'mptcp_inq           ./mptcp_inq'
	'mptcp_inq_tcp       ./mptcp_inq -t tcp -r tcp'
	'mptcp_sockopt       ./mptcp_sockopt'
	'mptcp_sockopt_v6    ./mptcp_sockopt -6'
	'reuseaddr_conflict  ./reuseaddr_conflict'
	'reuseaddr_ports     ./reuseaddr_ports_exhausted.sh'
	'reuseport_addr_any  ./reuseport_addr_any'
	'reuseport_bpf       ./reuseport_bpf'
	'reuseport_bpf_cpu   ./reuseport_bpf_cpu'
	'reuseport_dualstack ./reuseport_dualstack'
	'sk_connect_zero     ./sk_connect_zero_addr'
	'sk_bind_sendto      ./sk_bind_sendto_listen'
	'so_incoming_cpu     ./so_incoming_cpu'
	'stress_reuseport    nonlocal ./stress_reuseport_listen 40 25'
	'tcp_fastopen_key_v4 fastopen -4'
	'tcp_fastopen_key_v6 fastopen -6'
	'tcp_fastopen_rotate fastopen -4r'
	'tcp_inq             ./tcp_inq'
)

# mptcp_transfer ADDRESS [OPTION]: both ways, through a listener.
mptcp_transfer()
{
	local address=$1 server status
	shift
	seq 1 20000 >"$TMPDIR/there"
	seq 20000 40000 >"$TMPDIR/back"
	timeout 60 ./mptcp_connect "$@" -t 10000 -l -p 12001 -s MPTCP "$address" \
		<"$TMPDIR/back" >"$TMPDIR/got-there" &
	server=$!
	until ss -ltnH 'sport = :12001' | grep -q . || ! kill -0 "$server"; do
		sleep 0.1
	done
	timeout 60 ./mptcp_connect "$@" -t 10000 -p 12001 -s MPTCP "$address" \
		<"$TMPDIR/there" >"$TMPDIR/got-back"
	status=$?
	[ "$status" -eq 0 ] || kill "$server"
	wait "$server" || status=$?
	cmp "$TMPDIR/there" "$TMPDIR/got-there" && cmp "$TMPDIR/back" "$TMPDIR/got-back" || status=1
	return "$status"
}

# fastopen OPTION: what its own script does with each.
fastopen()
{
	echo 3 >/proc/sys/net/ipv4/tcp_fastopen
	exec timeout 100 ./tcp_fastopen_backup_key "$1"
}

# nonlocal COMMAND...: as its own script calls it.
nonlocal()
{
	echo 1 >/proc/sys/net/ipv6/ip_nonlocal_bind
	ulimit -n 24100
	exec timeout 100 "$@"
}

# is_long NAME: billions of instructions, where each costs many.
is_long()
{
	[ "${LISTENQ_FEWER:-1}" -ge 5 ] || return 1
	case $1 in
	bind_wildcard | tcp_fastopen_*) ;;
	*) return 1 ;;
	esac
}

# one FOLDER NAME COMMAND...: its output and status into the folder.
one()
{
	local out=$1/$2
	shift 2
	if is_long "${out##*/}"; then
		echo "takes minutes with a kernel as slow as this" >"$out.out"
		echo "status 4" >"$out.status"
		: >"$out.points"
		return
	fi
	unshare -n "$here/${0##*/}" --inside "$@" >"$out.out" 2>&1
	echo "status $?" >"$out.status"
	# A point's number and name; what stands behind # may differ.
	grep -E '^ *(not )?ok [0-9]' "$out.out" | sed 's/ #.*//' >"$out.points"
}

# all FOLDER
all()
{
	local test name command
	mkdir "$1"
	for test in "${tests[@]}"; do
		read -r name command <<<"$test"
		# shellcheck disable=SC2086 # split into its words
		one "$1" "$name" $command
	done
}

# compare NAME: both runs. What was skipped in both is no result.
compare()
{
	local name=$1 status
	status=$(<"$work/without/$name.status")
	if [ "$status" = "status 4" ] && cmp -s "$work/without/$name.status" "$work/with/$name.status"; then
		skip "$name" "in both runs: $(tail -n 1 "$work/without/$name.out")"
		return
	fi
	# What fails by itself shows nothing.
	[ "$status" != "status 0" ] || ran=$((ran + 1))
	if ! diff "$work/without/$name.status" "$work/with/$name.status" >"$work/diff" ||
		! diff "$work/without/$name.points" "$work/with/$name.points" >>"$work/diff"; then
		sed 's/^/# /' "$work/diff"
		tail -n 20 "$work/with/$name.out" | sed 's/^/# with: /'
		result 1 "$name: the same"
		return
	fi
	[ "$status" = "status 0" ] || tail -n 3 "$work/without/$name.out" | sed "s/^/# $status in both: /"
	result 0 "$name: the same, $status, $(wc -l <"$work/with/$name.points") points"
}

if [ "${1:-}" = --inside ]; then
	shift
	ip link set lo up
	# A policy is one of this namespace.
	if [ -d /sys/module/listenq ]; then
		listenq policy set :9999 backlog 7 overflow reset || exit 1
	fi
	cd "$here" || exit 1
	case $1 in
	*mptcp_*)
		if [ ! -d /proc/sys/net/mptcp ]; then
			echo "this kernel has no MPTCP"
			exit 4
		fi
		;;
	esac
	case $1 in
	mptcp_transfer | fastopen | nonlocal) "$@" ;;
	*) exec timeout 100 "$@" ;;
	esac
	exit
fi

work=$(mktemp -d)
export TMPDIR=$work
ktap_print_header
ktap_set_plan "$((${#tests[@]} + 2))"
all "$work/without"
insmod /listenq.ko || exit 1
all "$work/with"
rmmod listenq
result $? "listenq can be unloaded"
for test in "${tests[@]}"; do
	compare "${test%% *}"
done
[ "$ran" -ge "$wanted" ]
result $? "$ran of them ran, $wanted are wanted"
rm -rf "$work"
ktap_finished
