# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the files of lib/ share their variables
# `dkms`: what a user of DKMS does, from `dkms add` to `dkms remove`, in the root and
# for the given rows; what it installs is loaded by modprobe in a guest of each.

# dkms_run STEP...: one command in the root, whose /usr/src, /lib/modules and DKMS
# tree are folders of dkms_dir. The source is the tree, as it is.
dkms_run()
{
	# shellcheck disable=SC2016 # for the shell in there
	root_run sh -ec '
		dir=$1 source=$2
		shift 2
		PATH=/usr/sbin:/usr/bin
		mount --bind "$dir/src" /usr/src
		mount --bind "$dir/modules" /usr/lib/modules
		mount --bind "$dir/dkms" /var/lib/dkms
		cd "$source"
		exec "$@"
	' sh "$dkms_dir" "$dkms_dir/source" "$@" >"$dkms_dir/log" 2>&1
}

# dkms_point NAME COMMAND...: ok when the command succeeds.
dkms_point()
{
	local name=$1
	shift
	if "$@"; then
		printf 'ok - dkms.%s\n' "$name"
		return
	fi
	sed 's/^/# /' "$dkms_dir/log"
	printf 'not ok - dkms.%s\n' "$name"
	dkms_failed=1
}

dkms_prepare()
{
	dkms_dir=$(mktemp -d "$CACHE/run/dkms.XXXXXX")
	mkdir -p "$dkms_dir"/{src,modules,dkms,source}
	mkdir -p "$root/var/lib/dkms" "$root/usr/src" "$root/usr/lib/modules"
	build_sync_module "$dkms_dir/source"
	cp "$TREE/dkms.conf" "$dkms_dir/source/"
	dkms_version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"$/\1/p' "$dkms_dir/source/dkms.conf")
}

# dkms_kernel ROW: as if its packages were installed in the root. With the list of
# its modules that depmod makes then; DKMS makes no new one where there is none.
dkms_kernel()
{
	local modules
	kernel_ready "$1"
	modules=$dkms_dir/modules/$kernel_release
	cp -a "$row_dir/lib/modules/$kernel_release" "$modules"
	ln -sfn "$kernel_headers" "$modules/build"
	dkms_run depmod "$kernel_release"
}

# dkms_modprobe: in a guest of the loaded row; once more after it was unloaded.
dkms_modprobe()
{
	local command='set -e
		for i in 1 2; do
			modprobe listenq
			grep -q . /proc/listenq
			modprobe -r listenq
			if test -e /proc/listenq; then exit 1; fi
		done'
	guest_files=$dkms_dir/guest
	rm -rf "$guest_files"
	mkdir -p "$guest_files/lib"
	cp -r "$dkms_dir/modules" "$guest_files/lib/"
	rm -rf "$guest_files/lib/modules/"*/{build,source,kernel}
	exec_command race 60 "$command" >"$dkms_dir/log" 2>&1
	guest_files=
	return "$exec_status"
}

dkms_installed()
{
	find "$dkms_dir/modules/$kernel_release/updates/dkms" -name 'listenq.ko*' 2>"$dkms_dir/log" | grep -q .
}

dkms_nothing_left()
{
	find "$dkms_dir/modules" "$dkms_dir/dkms" -name '*listenq*' >"$dkms_dir/log"
	[[ ! -s $dkms_dir/log ]]
}

# dkms_row ROW
dkms_row()
{
	dkms_kernel "$1"
	dkms_point "$1.build" dkms_run dkms build "listenq/$dkms_version" -k "$kernel_release"
	dkms_point "$1.install" dkms_run dkms install "listenq/$dkms_version" -k "$kernel_release"
	dkms_point "$1.installed" dkms_installed
	dkms_point "$1.modprobe" dkms_modprobe
}

command_dkms()
{
	local row
	dkms_failed=0
	(($# > 0)) || die_usage "dkms wants the ROWs of kernels"
	# shellcheck disable=SC2046 # one word a row
	arch_need $(rows_chosen "$@")
	mkdir -p "$CACHE/run"
	root_ready
	dkms_prepare
	dkms_point add dkms_run dkms add .
	for row; do
		dkms_row "$row"
	done
	dkms_point remove dkms_run dkms remove "listenq/$dkms_version" --all
	dkms_point nothing-left dkms_nothing_left
	if ((dkms_failed)); then
		say "what it left behind: $dkms_dir"
	else
		rm -rf "$dkms_dir"
	fi
	return "$dkms_failed"
}
