# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the files of lib/ share their variables
# The emulator: unpacked into the cache with the libraries it needs, so that it is
# the same on every host. QEMU 8.0 and before must not be used: with a thread a CPU
# they now and then run a stale translation of code that another CPU has patched
# ("Oops: int3" at a place that holds no int3), and their cmpxchg16b may leave
# arbitrary flags behind, the trap flag among them ("WARNING ... exc_debug_kernel").

QEMU_SUITE=trixie
QEMU_PACKAGE='qemu-system-x86'
QEMU_PROGRAM=/usr/bin/qemu-system-x86_64

# qemu_ready: the command into qemu.
qemu_ready()
{
	local dir=$CACHE/qemu
	cache_locked qemu qemu_make
	qemu=("$dir/lib/ld-linux-x86-64.so.2" --library-path "$dir/lib" "$dir/bin/${QEMU_PROGRAM##*/}" -L "$dir/share")
}

qemu_recipe()
{
	printf '%s\n' "$QEMU_SUITE $QEMU_PACKAGE $QEMU_PROGRAM"
	declare -f qemu_arrange
}

qemu_make()
{
	local dir=$CACHE/qemu
	if cache_sealed "$dir" "$(qemu_recipe)"; then
		return
	fi
	cache_fresh "$dir"
	say "fetching QEMU"
	cache_locked "apt-$QEMU_SUITE" apt_unpack_closure "$QEMU_SUITE" "$dir/all" "$QEMU_PACKAGE"
	qemu_arrange "$dir"
	cache_seal "$dir" "$(qemu_recipe)" "bin/${QEMU_PROGRAM##*/}"
}

# The program, its libraries and its firmware; all else that came goes.
qemu_arrange()
{
	local dir=$1 all=$1/all library folders
	mkdir -p "$dir"/{bin,lib,share}
	[[ -x $all$QEMU_PROGRAM ]] || die "$QEMU_PACKAGE has no $QEMU_PROGRAM: correct $VM/lib/qemu.sh"
	cp "$all$QEMU_PROGRAM" "$dir/bin/"
	cp -L "$(find "$all" -name ld-linux-x86-64.so.2 | head -n 1)" "$dir/lib/"
	folders=$(find "$all" -name '*.so.*' -printf '%h\n' | sort -u | paste -s -d :)
	while read -r library; do
		cp -L "$library" "$dir/lib/"
	done < <("$dir/lib/ld-linux-x86-64.so.2" --library-path "$folders" --list "$dir/bin/${QEMU_PROGRAM##*/}" |
		awk '$2 == "=>" && $1 !~ /ld-linux/ { print $3 }')
	cp -rL "$all"/usr/share/{qemu,seabios}/* "$dir/share/"
	rm -rf "$all"
}
