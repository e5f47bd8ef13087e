# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the files of lib/ share their variables
# One command in a guest, or a shell there.

# exec_command MODE TIMEOUT COMMAND [load ARGS]: run it on the loaded row, print
# its output as it comes, leave its status in exec_status. 125: it could not be run
# or did not end.
exec_command()
{
	local mode=$1 timeout=$2 command=$3
	guest_new "$row_name"
	{
		if [[ ${4:-} == load ]]; then
			printf 'insmod /listenq.ko %s || exit 125\n' "${5:-}"
		fi
		printf '%s\n' "$command"
	} | guest_job command "$timeout"
	guest_boot "$mode" live
	if [[ -n $guest_problem ]]; then
		say "$guest_problem"
		say "console: $guest_dir/console.log"
		exec_status=125
		return
	fi
	exec_status=$(<"$guest_dir/result/command.status")
	if ((exec_status)); then
		say "kernel log: $guest_dir/result/command.kmsg (console: $guest_dir/console.log)"
	fi
}

exec_shell()
{
	guest_new "$row_name"
	: >"$guest_dir/jobs/shell"
	guest_mode "$1"
	guest_qemu 'quiet' -serial mon:stdio
	say "Ctrl-A x ends the guest at once"
	"${exec_qemu[@]}"
}
