# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the files of lib/ share their variables
# `test`: the suites of the table on the rows, as one KTAP report.

# What a healthy kernel never says. "possible" is lockdep's word; the flood
# message has a capital letter and is normal, as is what kmemleak says when it is its
# own memory that is made to fail.
KMSG_BAD='\bBUG\b|WARNING|Oops|\bpossible\b|\bstall|\bleak|kmemleak|general protection|Call Trace|KASAN|KCSAN|UBSAN|KFENCE|hung task|blocked for more than|lockup|lockdep|refcount_t|list_(add|del) corruption|use-after-free|unable to handle|scheduling while atomic|sleeping function'
KMSG_GOOD='Cannot allocate a scan area, scanning the full object|loading out-of-tree module taints kernel|module verification failed|Possible SYN flooding'

SUITES=${LISTENQ_SUITES:-$VM/suites}
# What rows of the class core run, what those of the class fewer do not, and what only
# those of the class debug do. Of the table that is ours: another table is run on
# every row.
CORE_SUITES=$VM/core-suites
ONCE_SUITES=$VM/once-suites
DEBUG_SUITES=$VM/debug-suites

suite_all()
{
	awk '$1 !~ /^#/ && NF' "$SUITES"
}

# The sets of programs that any suite of the loaded row wants.
suite_row_sets()
{
	local suite_table
	suite_choose
	suite_of_row
	awk '{ n = split($2, word, "+"); while (n > 1) print word[n--] }' <<<"$suite_table" | sort -u
}

# suite_field NAME N: column N of a suite; column 4 is the rest of the line.
suite_field()
{
	awk -v name="$1" -v n="$2" '
		$1 == name && n < 4 { print $n }
		$1 == name && n == 4 { sub(/^[ \t]*([^ \t]+[ \t]+)([^ \t]+[ \t]+)([^ \t]+[ \t]+)/, ""); print }' <<<"$suite_table"
}

# suite_choose [SUITE[.POINT]]: into suite_chosen, suite_table, checked, and
# suite_point.
suite_choose()
{
	local chosen=${1:-} name mode seconds command sets
	suite_chosen=$chosen
	sets=$(printf '(\+%s)?' "${TOOLS_SETS[@]}")
	[[ -f $SUITES ]] || die "$SUITES does not exist"
	suite_table=$(suite_all)
	suite_point=
	if [[ -n $chosen ]]; then
		suite_table=$(awk -v name="${chosen%%.*}" '$1 == name' <<<"$suite_table")
		[[ -n $suite_table ]] || die "there is no suite '${chosen%%.*}' in $SUITES"
		[[ $chosen != *.* ]] || suite_point=${chosen#*.}
	fi
	[[ -n $suite_table ]] || die "$SUITES lists no suite yet"
	while read -r name mode seconds command; do
		[[ $name =~ ^[A-Za-z0-9_-]+$ && $mode =~ ^(race|time)$sets$ && $seconds =~ ^[1-9][0-9]*$ && -n $command ]] ||
			die "$SUITES: the line of '$name' is not: name race|time[+SET...] seconds command (sets, in this order: ${TOOLS_SETS[*]})"
	done <<<"$suite_table"
	[[ -z $(cut -d ' ' -f 1 <<<"$suite_table" | sort | uniq -d) ]] || die "$SUITES: a name is there twice"
}

# suite_of_row: leave in suite_table what the loaded row's class has of it. A suite
# that was asked for by name is run wherever it was asked for.
suite_of_row()
{
	if [[ $row_class == debug || -n $suite_chosen || -n ${LISTENQ_SUITES:-} ]]; then
		return
	fi
	if [[ $row_class == core ]]; then
		suite_keep 1 "$CORE_SUITES"
	elif [[ $row_class == fewer ]]; then
		suite_keep 0 "$ONCE_SUITES"
	fi
	suite_keep 0 "$DEBUG_SUITES"
}

# suite_keep 1|0 FILE: of suite_table only those that the file lists, or does not.
suite_keep()
{
	local name names
	names=$(awk '$1 !~ /^#/ && NF { print $1 }' "$2")
	while read -r name; do
		suite_all | awk -v name="$name" '$1 == name { found = 1 } END { exit !found }' ||
			die "$2: there is no suite '$name' in $SUITES"
	done <<<"$names"
	suite_table=$(awk -v keep="$1" 'NR == FNR { listed[$1] = 1; next } ($1 in listed) == keep' \
		- <(printf '%s\n' "$suite_table") <<<"$names")
}

# The harness names a test FIXTURE.TEST or FIXTURE.VARIANT.TEST; -r wants all of
# that, -t only the last word.
suite_point_args()
{
	case $suite_point in
	'') ;;
	*.*) printf -- '-r %s\n' "$suite_point" ;;
	*) printf -- '-t %s\n' "$suite_point" ;;
	esac
}

# The modes of the chosen suites, with their sets: each is a boot.
suite_modes()
{
	local mode
	for mode in time race; do
		awk -v mode="$mode" '$2 == mode || index($2, mode "+") == 1 { print $2 }' <<<"$suite_table" | LC_ALL=C sort -u
	done
}

# suite_row ROW: all chosen suites, a boot for each mode; points on stdout. Guests
# with one CPU run beside the others, as their clock stands still when they wait for
# the host's.
suite_row()
{
	local mode beside=() others=()
	build_for_guest "$1" >&2
	printf '# row %s: Linux %s\n' "$row_name" "$kernel_release"
	suite_of_row
	for mode in $(suite_modes); do
		if [[ $mode == time* ]]; then
			beside+=("$mode")
		else
			others+=("$mode")
		fi
	done
	suite_start_beside "${beside[@]}"
	for mode in "${others[@]}"; do
		suite_mode "$mode"
	done
	suite_end_beside "${beside[@]}"
}

# suite_start_beside MODE...: into suite_beside and suite_beside_out.
suite_start_beside()
{
	local mode
	suite_beside=()
	suite_beside_out=$(mktemp -d "$CACHE/run/modes.XXXXXX")
	trap 'suite_kill "${suite_beside[@]}"; guest_stop' EXIT
	for mode; do
		(
			trap guest_stop EXIT
			trap 'exit 130' INT TERM
			suite_mode "$mode" >"$suite_beside_out/$mode"
		) &
		suite_beside+=($!)
	done
}

# suite_end_beside MODE...: their points.
suite_end_beside()
{
	local mode n=0 status
	for mode; do
		status=0
		wait "${suite_beside[n]}" || status=$?
		n=$((n + 1))
		cat "$suite_beside_out/$mode"
		((status == 0)) || printf 'not ok - %s.%s # the boot could not be made (status %s)\n' "$row_name" "$mode" "$status"
	done
	trap guest_stop EXIT
	rm -rf "$suite_beside_out"
}

suite_kill()
{
	(($# == 0)) || kill "$@" 2>/dev/null || true
}

# suite_mode MODE[+SET...]: all suites of one mode.
suite_mode()
{
	local names
	names=$(awk -v mode="$1" '$2 == mode { print $1 }' <<<"$suite_table")
	# A guest that died takes only one suite with it: the others get a new boot.
	while [[ -n $names ]]; do
		# shellcheck disable=SC2086 # one word a suite
		suite_boot "$1" $names
		names=$suite_left
	done
}

# suite_boot MODE[+SET...] SUITE...: leaves those that did not get their turn in suite_left.
suite_boot()
{
	local mode=${1%%+*} boot=$row_name.$1 name sets
	IFS=+ read -r -a sets <<<"$1"
	guest_sets_choose "${sets[@]:1}"
	shift
	guest_new "$row_name"
	for name; do
		{
			printf 'export POINT=%q POINT_ARGS=%q\n' "$suite_point" "$(suite_point_args)"
			printf 'export LISTENQ_FEWER=%s\n' "$((row_slow * row_fewer))"
			suite_field "$name" 4
		} | guest_job "$name" "$(($(suite_field "$name" 3) * row_slow * suite_patience))"
	done
	say "row $row_name, $mode${guest_sets:+ with ${guest_sets[*]}}: $*"
	guest_boot "$mode"
	suite_left=
	while (($#)); do
		name=$1
		shift
		suite_result "$name"
		if [[ -n $suite_broken ]]; then
			say "output, kernel log and console: $guest_dir"
			if [[ -e $guest_dir/result/$name.out ]]; then
				suite_left=$*
				return
			fi
			# No job began: it is the boot that fails, and it would again.
			(($# == 0)) || printf "not ok - $row_name.%s.end # not run: the guest did not boot\n" "$@"
			return
		fi
	done
	if [[ -n $guest_problem ]]; then
		printf 'not ok - %s.%s.shutdown # %s\n' "$row_name" "$name" "$guest_problem"
	else
		suite_leak "$boot.no-leak"
		suite_lockdep "$boot.locks-watched"
	fi
}

# suite_result NAME: its points; suite_broken says why if it did not get to its end.
suite_result()
{
	local name=$1 result=$guest_dir/result/$1 output status='' seconds cpu
	suite_broken=
	if [[ -s $result.status ]]; then
		status=$(<"$result.status")
	else
		suite_broken=${guest_problem:-the guest reported no end}
	fi
	output=$result.out
	[[ -e $output ]] || output=/dev/null
	awk -v prefix="$row_name.$name." -v status="$status" -v problem="$suite_broken" \
		-v point="$suite_point" -v verbose="$suite_verbose" -f "$VM/lib/ktap.awk" \
		"$output"
	[[ -z $suite_broken ]] || return 0
	suite_kmsg "$name" "$result.kmsg"
	if [[ -s $result.seconds ]]; then
		read -r seconds cpu <"$result.seconds"
		printf '# %s.%s: %s s, %s s of the CPUs\n' "$row_name" "$name" "$seconds" "$cpu"
	fi
}

suite_kmsg()
{
	local point=$row_name.$1.kernel-log-clean bad
	if [[ ! -e $2 ]]; then
		suite_broken=${guest_problem:-no kernel log}
		printf 'not ok - %s # %s\n' "$point" "$suite_broken"
		return
	fi
	if suite_has KCSAN; then
		suite_races "$row_name.$1.no-data-race-of-ours" "$2"
	fi
	bad=$(grep -aE "$KMSG_BAD" "$2" | grep -avE "$KMSG_GOOD" | head -n 20 || true)
	if [[ -z $bad ]]; then
		printf 'ok - %s\n' "$point"
		return
	fi
	printf '# %s\n' "${bad//$'\n'/$'\n'# }"
	printf '# all of it: %s\nnot ok - %s # the kernel complained\n' "$2" "$point"
}

# suite_has OPTION: is the row's kernel configured with it?
suite_has()
{
	grep -qx "CONFIG_$1=y" "$kernel_headers/.config"
}

# suite_leak POINT
suite_leak()
{
	local leaks=$guest_dir/result/guest.leak
	suite_has DEBUG_KMEMLEAK || return 0
	if [[ ! -e $leaks ]]; then
		printf 'not ok - %s # nobody looked\n' "$1"
	elif [[ -s $leaks ]]; then
		sed 's/^/# /' "$leaks"
		printf 'not ok - %s # memory that nobody has a pointer to\n' "$1"
	else
		printf 'ok - %s\n' "$1"
	fi
}

# suite_lockdep POINT: it turns itself off at its first report, and when it has no
# more room, which no log of a later suite would show.
suite_lockdep()
{
	suite_has PROVE_LOCKING || return 0
	if grep -qE '^ debug_locks: +1$' "$guest_dir/result/guest.lockdep" 2>/dev/null; then
		printf 'ok - %s\n' "$1"
	else
		printf 'not ok - %s # lockdep was off at the end\n' "$1"
	fi
}

# suite_races POINT LOG: which of the races that it reports concern listenq; leaves
# the rest of it in the log. What the kernel does to itself is only counted.
suite_races()
{
	local n
	: >"$2.ours"
	: >"$2.theirs"
	awk -v ours="$2.ours" -v theirs="$2.theirs" -f "$VM/lib/kcsan.awk" "$2" >"$2.rest"
	mv "$2.rest" "$2"
	n=$(grep -c 'BUG: KCSAN' "$2.theirs") || true
	printf '# %s data races without listenq: %s\n' "$n" "$2.theirs"
	if [[ -s $2.ours ]]; then
		sed 's/^/# /' "$2.ours"
		printf 'not ok - %s # KCSAN saw unmarked accesses race\n' "$1"
	else
		printf 'ok - %s\n' "$1"
	fi
}

# suite_rows JOBS ROW...: so many at a time, each printed when it has ended.
suite_rows()
{
	local jobs=$1 row out
	shift
	out=$(mktemp -d "$CACHE/run/report.XXXXXX")
	for row; do
		((${#suite_running[@]} < jobs)) || suite_row_end "$out"
		(
			trap guest_stop EXIT
			trap 'exit 130' INT TERM
			if ((jobs > 1)); then
				exec >"$out/$row"
			fi
			suite_row "$row"
		) &
		suite_running[$!]=$row
	done
	while ((${#suite_running[@]})); do
		suite_row_end "$out"
	done
	rm -rf "$out"
}

# suite_row_end FOLDER: waits for any.
suite_row_end()
{
	local pid row status=0
	wait -n -p pid "${!suite_running[@]}" || status=$?
	row=${suite_running[$pid]}
	unset "suite_running[$pid]"
	[[ ! -e $1/$row ]] || cat "$1/$row"
	((status == 0)) || printf 'not ok - %s # the row could not be tested (status %s)\n' "$row" "$status"
}

suite_stop()
{
	suite_kill "${!suite_running[@]}"
}

command_test()
{
	local jobs=1 chosen='' rows tally status=0
	local words=()
	suite_verbose=0 suite_patience=1
	# The rows under way, by process
	declare -gA suite_running=()
	# Options may stand before and after the rows.
	while (($#)); do
		case $1 in
		-j | -t) (($# > 1)) || die_usage "$1 needs a value" ;;&
		-j) jobs=$2; shift ;;
		-j*) jobs=${1#-j} ;;
		-t) chosen=$2; shift ;;
		-v) suite_verbose=1 ;;
		-*) die_usage "unknown option $1" ;;
		*) words+=("$1") ;;
		esac
		shift
	done
	[[ $jobs =~ ^[1-9][0-9]*$ ]] || die_usage "-j wants a number, not '$jobs'"
	# Rows side by side take each other's time.
	((jobs == 1)) || suite_patience=2
	rows=$(rows_chosen "${words[@]}")
	# shellcheck disable=SC2086 # one word a row
	arch_need $rows
	suite_choose "$chosen"
	mkdir -p "$CACHE/run"
	trap suite_stop EXIT
	exec 3> >(exec awk -f "$VM/lib/tally.awk")
	tally=$!
	# shellcheck disable=SC2086 # one word a row
	suite_rows "$jobs" $rows >&3
	exec 3>&-
	wait "$tally" || status=$?
	exit "$status"
}
