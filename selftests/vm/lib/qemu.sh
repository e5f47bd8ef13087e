# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the files of lib/ share their variables
# The emulator: unpacked into the cache with the libraries it needs, so that it is
# the same on every host. QEMU 8.0 and before must not be used: with a thread a CPU
# they now and then run a stale translation of code that another CPU has patched
# ("Oops: int3" at a place that holds no int3), and their cmpxchg16b may leave
# arbitrary flags behind, the trap flag among them ("WARNING ... exc_debug_kernel").

QEMU_SUITE=trixie

# qemu_ready: the command for the loaded architecture's guests, into qemu.
qemu_ready()
{
	local dir=$arch_cache/qemu
	cache_locked "qemu-$arch" qemu_make "$dir"
	qemu=("$dir/lib/ld-linux-x86-64.so.2" --library-path "$dir/lib" "$dir/bin/$arch_qemu" -L "$dir/share")
}

qemu_recipe()
{
	printf '%s\n' "$QEMU_SUITE $arch_qemu_package $arch_qemu"
	declare -f qemu_arrange
}

qemu_make()
{
	local dir=$1
	if cache_sealed "$dir" "$(qemu_recipe)"; then
		return
	fi
	cache_fresh "$dir"
	say "fetching QEMU for $arch"
	cache_locked "apt-$QEMU_SUITE" apt_unpack_closure "$QEMU_SUITE" "$ARCH_HOST" "$dir/all" "$arch_qemu_package"
	qemu_arrange "$dir"
	cache_seal "$dir" "$(qemu_recipe)" "bin/$arch_qemu"
}

# The program, its libraries and the little firmware that such guests see; all else
# that came goes.
qemu_arrange()
{
	local dir=$1 all=$1/all library folders
	mkdir -p "$dir"/{bin,lib,share}
	[[ -x $all/usr/bin/$arch_qemu ]] || die "$arch_qemu_package has no $arch_qemu: correct $VM/lib/arch.sh"
	cp "$all/usr/bin/$arch_qemu" "$dir/bin/"
	cp -L "$(find "$all" -name ld-linux-x86-64.so.2 | head -n 1)" "$dir/lib/"
	folders=$(find "$all" -name '*.so.*' -printf '%h\n' | sort -u | paste -s -d :)
	while read -r library; do
		cp -L "$library" "$dir/lib/"
	done < <("$dir/lib/ld-linux-x86-64.so.2" --library-path "$folders" --list "$dir/bin/$arch_qemu" |
		awk '$2 == "=>" && $1 !~ /ld-linux/ { print $3 }')
	find "$all/usr/share" \( -name 'bios*.bin' -o -name 'linuxboot*.bin' -o -name kvmvapic.bin \) \
		-exec cp -L -t "$dir/share" {} +
	rm -rf "$all"
}
