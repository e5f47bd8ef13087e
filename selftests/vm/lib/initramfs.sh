# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the files of lib/ share their variables
# The guest's file system: cpio archives, one after another, that the kernel
# unpacks into one tree. The first, large one is kept, as are those of the sets of
# programs that are asked for; the last holds what changes from run to run.

# Uncompressed: unpacking costs more under emulation than reading does.
# Owned by root, whoever makes it.
initramfs_pack()
{
	(cd "$1" && find . -mindepth 1 | LC_ALL=C sort | cpio --quiet --create --format=newc --owner=0:0 --reproducible)
}

# initramfs_base: the archive of everything that changes seldom, to stdout.
initramfs_base()
{
	local dir=$arch_cache/initramfs recipe
	recipe=$(cat "$tools.seal" "$VM/guest/"* "$VM/lib/initramfs.sh")
	if ! cache_sealed "$dir" "$recipe"; then
		initramfs_base_make "$dir"
		cache_seal "$dir" "$recipe" base.cpio
	fi
	cat "$dir/base.cpio"
}

initramfs_base_make()
{
	local dir=$1 tmp=$1/tree
	cache_drop "$dir"
	mkdir -p "$dir"
	cp -a "$tools/root" "$tmp"
	mkdir -p "$tmp"/{dev,proc,sys,run,tmp,modules,jobs,selftests,etc,usr/sbin,var/log/nginx,var/lib/nginx}
	ln -s /run "$tmp/var/run"
	ln -s /proc/mounts "$tmp/etc/mtab"
	printf 'root:x:0:0:root:/:/bin/sh\nwww-data:x:33:33:www:/:/bin/false\nnobody:x:65534:65534:nobody:/:/bin/false\n' >"$tmp/etc/passwd"
	printf 'root:x:0:\nwww-data:x:33:\nnogroup:x:65534:\n' >"$tmp/etc/group"
	printf '127.0.0.1 localhost\n::1 localhost\n' >"$tmp/etc/hosts"
	install -m 755 "$VM/guest/init" "$tmp/init"
	install -m 755 "$VM/guest/with-module" "$tmp/usr/bin/with-module"
	initramfs_pack "$tmp" >"$dir/base.cpio"
	rm -rf "$tmp"
}

# initramfs_modules TREE: the modules of guest-modules, from the row's kernel.
initramfs_modules()
{
	local tree=$1 name file
	mkdir -p "$tree/modules"
	: >"$tree/modules/order"
	# A kernel that was built here has what it needs built in.
	[[ $row_suite != source ]] || return 0
	while read -r name; do
		file=$(find "$row_dir/lib/modules" -name "$name.ko" -o -name "$name.ko.xz" | head -n 1)
		[[ -n $file ]] || die "row $row_name has no module $name: correct $VM/guest-modules"
		if [[ $file == *.xz ]]; then
			xz -dc "$file" >"$tree/modules/$name.ko"
		else
			cp "$file" "$tree/modules/$name.ko"
		fi
		printf '%s\n' "$name" >>"$tree/modules/order"
	done < <(awk '$1 !~ /^#/ && NF { print $1 }' "$VM/guest-modules")
}

# initramfs_spec TREE: our specification, where the netlink client in the set python
# has the kernel's.
initramfs_spec()
{
	# shellcheck disable=SC2153 # not a misspelt tree
	if [[ -f $TREE/$YNL_SPEC ]]; then
		install -D -m 644 "$TREE/$YNL_SPEC" "$1/ynl/Documentation/netlink/specs/${YNL_SPEC##*/}"
	fi
}

# initramfs_make JOBS ARCHIVE [SET...]: the whole for one run. JOBS is a folder made
# by guest_job; what was built for the row is added.
initramfs_make()
{
	local jobs=$1 archive=$2 tree name
	shift 2
	tree=$(mktemp -d "$CACHE/run/tree.XXXXXX")
	tools_ready "$@"
	cp -a "$jobs" "$tree/jobs"
	mkdir -p "$tree/selftests"
	build_collect "$tree"
	initramfs_modules "$tree"
	if [[ -n $guest_files ]]; then
		cp -a "$guest_files/." "$tree/"
	fi
	{
		cache_locked initramfs initramfs_base
		for name; do
			cat "$(tools_archive "$name")"
			[[ $name != python ]] || initramfs_spec "$tree"
		done
		initramfs_pack "$tree"
	} >"$archive"
	rm -rf "$tree"
}
