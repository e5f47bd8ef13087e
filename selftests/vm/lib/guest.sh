# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the files of lib/ share their variables
# A guest: one boot of a row's kernel that works off a list of jobs. The guest
# itself says what became of each; QEMU's exit status says nothing, since a panic
# ends it like a regular reboot does.

GUEST_MEMORY=1024
GUEST_BOOT_SECONDS=180
GUEST_TICKS=$(getconf CLK_TCK)
guest_pid=
# The sets of programs that the next boot's guest has besides the usual ones.
guest_sets=()
# A folder whose files it has, too, or nothing.
guest_files=

# guest_new ROW: an empty run folder for the loaded row in guest_dir.
guest_new()
{
	mkdir -p "$CACHE/run"
	guest_prune
	guest_dir=$(mktemp -d "$CACHE/run/$1.$(date +%H%M%S).XXXX")
	mkdir "$guest_dir/jobs" "$guest_dir/result"
	guest_token=listenq-$(od -An -N8 -tx8 /dev/urandom | tr -d ' ')
	: >"$guest_dir/jobs/order"
	printf 'TOKEN=%s\nPORT=/dev/%s\n' "$guest_token" "$arch_channel" >"$guest_dir/jobs/env"
}

# The last runs are for looking into: the last 20 stay whatever their age, of the
# others those of a day, but of more than 100 only what may still be running.
# Another run may be doing the same.
guest_prune()
{
	find "$CACHE/run" -mindepth 1 -maxdepth 1 -printf '%T@ %f\n' 2>/dev/null | sort -rn |
		awk -v now="$(date +%s)" '
			NR > 20 && now - $1 > 86400 || NR > 100 && now - $1 > 7200 { print $2 }' |
		(cd "$CACHE/run" && xargs -r -d '\n' rm -rf --) || true
}

# guest_sets_choose [SET...]: into guest_sets.
guest_sets_choose()
{
	local name
	guest_sets=()
	for name; do
		tools_set "$name"
		guest_sets+=("$name")
	done
}

# guest_memory: in MB. While it boots, a guest has its sets twice.
guest_memory()
{
	local memory=$((GUEST_MEMORY + row_memory)) name
	for name in "${guest_sets[@]}"; do
		tools_set "$name"
		memory=$((memory + set_memory + 2 * ($(stat -c %s "$(tools_archive "$name")") >> 20)))
	done
	printf '%s\n' "$memory"
}

# guest_job NAME TIMEOUT: add a job; its shell text comes on stdin.
guest_job()
{
	cat >"$guest_dir/jobs/$1.cmd"
	printf '%s\n' "$1" >>"$guest_dir/jobs/order"
	printf '%s\n' "$2" >"$guest_dir/jobs/$1.timeout"
}

# guest_mode NAME: QEMU's arguments. race: two CPUs that really run at once.
# time: one CPU and a clock that counts instructions, a nanosecond each, and skips
# what the guest waits: so it knows nothing of how busy the host is.
guest_mode()
{
	case $1 in
	race) guest_machine=(-smp '2,sockets=2' -accel 'tcg,thread=multi') ;;
	time) guest_machine=(-smp 1 -accel tcg -icount "shift=0,sleep=off") ;;
	*) die_usage "there is no mode '$1': race or time" ;;
	esac
}

guest_qemu()
{
	local append=$1 memory
	shift
	qemu_ready
	initramfs_make "$guest_dir/jobs" "$guest_dir/initramfs" "${guest_sets[@]}"
	memory=$(guest_memory)
	# Everything the kernel says is kept: a job may log much, and what a test
	# writes to /dev/kmsg is not rate limited. What looks after a real machine many
	# times a second is off: the emulated CPUs' counters are one.
	exec_qemu=("${qemu[@]}" "${arch_machine[@]}" "${guest_machine[@]}" -m "$memory"
		-nodefaults -no-user-config -display none -nic none -no-reboot
		-kernel "$kernel_image" -initrd "$guest_dir/initramfs"
		-append "console=$arch_console $append panic=-1 oops=panic tsc=reliable nowatchdog psi=0 log_buf_len=4M printk.devkmsg=on" "$@")
}

# guest_boot MODE [live]: boot, watch, take the results apart. What went wrong is
# in guest_problem (empty: the guest came to its regular end).
guest_boot()
{
	local live=${2:-} tail_pid=
	guest_mode "$1"
	: >"$guest_dir/channel"
	guest_qemu quiet -serial "file:$guest_dir/console.log" \
		-chardev "file,id=channel,path=$guest_dir/channel" -device "$arch_channel_device,chardev=channel"
	"${exec_qemu[@]}" </dev/null >"$guest_dir/qemu.log" 2>&1 9>&- &
	guest_pid=$!
	if [[ -n $live ]]; then
		{ tail -c +1 -s 0.1 -f --pid="$guest_pid" "$guest_dir/channel" |
			awk -v token="$guest_token" -v live=1 -f "$VM/lib/channel.awk"; } &
		tail_pid=$!
	fi
	guest_watch
	wait "$guest_pid" 2>/dev/null || true
	guest_pid=
	[[ -z $tail_pid ]] || wait "$tail_pid" || true
	rm -f "$guest_dir/initramfs"
	awk -v token="$guest_token" -v dir="$guest_dir/result" -f "$VM/lib/channel.awk" "$guest_dir/channel"
	if [[ -z $guest_problem && ! -e $guest_dir/result/bye ]]; then
		guest_problem=$(guest_death)
	fi
}

# Wait for the end. Every mark from the guest starts a new deadline: the boot's,
# a job's, or that of the few things in between. How long each job took is left in
# its file .seconds: of the host's time, as the guest's clock may skip what it waits,
# and of the host's CPUs.
guest_watch()
{
	local last='' mark='' limit=$((GUEST_BOOT_SECONDS * row_slow)) since=$SECONDS what='the boot' job='' cpu=0
	guest_cpu=0
	guest_problem=
	while kill -0 "$guest_pid" 2>/dev/null; do
		guest_cpu_read
		mark=$(grep -aF "$guest_token " "$guest_dir/channel" | tail -n 1 || true)
		if [[ $mark != "$last" ]]; then
			last=$mark
			guest_job_took "$job" "$since" "$cpu"
			since=$SECONDS job='' cpu=$guest_cpu
			# shellcheck disable=SC2086 # split into its words
			set -- $mark
			case ${2:-} in
			begin) limit=$(<"$guest_dir/jobs/$3.timeout") what="job $3" job=$3 ;;
			*) limit=$((60 * row_slow)) what='the guest after a job' ;;
			esac
		fi
		if ((SECONDS - since >= limit)); then
			guest_problem="timeout: $what took longer than $limit s"
			kill "$guest_pid" 2>/dev/null || true
			return
		fi
		sleep 0.2
	done
	guest_job_took "$job" "$since" "$cpu"
}

# guest_job_took JOB SINCE CPU: nothing when there was none.
guest_job_took()
{
	[[ -z $1 ]] || printf '%s %s\n' $((SECONDS - $2)) $((guest_cpu - $3)) >"$guest_dir/result/$1.seconds"
}

# guest_cpu_read: into guest_cpu the seconds of the host's CPUs that QEMU had, unless
# it has ended.
guest_cpu_read()
{
	local stat
	{ read -r stat <"/proc/$guest_pid/stat"; } 2>/dev/null || return 0
	# shellcheck disable=SC2086 # split into its words
	set -- ${stat##*) }
	guest_cpu=$(((${12} + ${13}) / GUEST_TICKS))
}

# Why a guest ended without saying so, in words from its console.
guest_death()
{
	local line
	line=$(grep -aoE '(Kernel panic|BUG:|Oops:|general protection|Unable to handle|Out of memory).*' "$guest_dir/console.log" | head -n 1 | tr -d '\r' || true)
	if [[ -n $line ]]; then
		printf 'the guest died: %s\n' "$line"
	elif [[ -s $guest_dir/qemu.log ]]; then
		printf 'QEMU ended: %s\n' "$(head -n 1 "$guest_dir/qemu.log")"
	else
		printf 'the guest ended without reporting\n'
	fi
}

# guest_stop: nothing of ours survives an interrupted run.
guest_stop()
{
	if [[ -n $guest_pid ]]; then
		kill "$guest_pid" 2>/dev/null || true
	fi
}
