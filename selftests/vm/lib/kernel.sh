# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the files of lib/ share their variables
# A row's kernel: image, headers and the modules a guest might load, unpacked
# into the cache without being installed.

# kernel_ready ROW: have it, fetching when it is not there or damaged.
kernel_ready()
{
	row_load "$1"
	cache_locked "kernel-$1" kernel_make "$1"
	kernel_release=$(<"$row_dir/release")
	kernel_image=$row_dir/boot/vmlinuz-$kernel_release
	kernel_headers=$row_dir/usr/src/linux-headers-$kernel_release
}

kernel_recipe()
{
	printf '%s\n' "$row_suite $row_image $row_headers $row_arch"
	declare -f kernel_arrange kernel_prune
}

kernel_make()
{
	if cache_sealed "$row_dir" "$(kernel_recipe)"; then
		return
	fi
	cache_fresh "$row_dir"
	say "fetching the kernel of row $row_name"
	cache_locked "apt-$row_suite" kernel_unpack
	kernel_arrange
}

# The meta packages lead to the packages that matter through names of this kind.
# linux-base itself (install scripts) is of no use here.
KERNEL_PACKAGES='^linux-(image|binary|base|headers|kbuild|modules)-'

kernel_packages()
{
	local todo=("$@") name
	local -A seen=()
	while ((${#todo[@]})); do
		name=${todo[0]}
		todo=("${todo[@]:1}")
		[[ -z ${seen[$name]:-} ]] || continue
		seen[$name]=1
		[[ -n $(apt_version "$name") ]] ||
			die "$row_suite has no package $name for row $row_name: correct $VM/rows, or try again when the mirror is complete"
		printf '%s\n' "$name"
		while read -r name; do
			todo+=("$name")
		done < <(apt_depends "$name" | grep -E "$KERNEL_PACKAGES" || true)
	done
}

kernel_unpack()
{
	local packages
	apt_open "$row_suite"
	apt_update
	packages=$(kernel_packages "$row_image" "$row_headers")
	# shellcheck disable=SC2086 # one word a package
	apt_unpack "$row_dir" $packages
}

kernel_arrange()
{
	local images=("$row_dir"/boot/vmlinuz-*) release headers
	[[ -f ${images[0]} && ${#images[@]} == 1 ]] || die "row $row_name: expected one boot/vmlinuz-* in its packages"
	release=${images[0]##*/vmlinuz-}
	headers=usr/src/linux-headers-$release
	[[ -f $row_dir/$headers/Makefile ]] ||
		die "row $row_name: image $release has no headers of the same release: the mirror may be in the middle of an update, try again later"
	# The top makefile is the only one with absolute paths.
	sed -i "s#/usr/src/#$row_dir/usr/src/#g" "$row_dir/$headers/Makefile"
	# What newer headers have as vmlinux is there for type information only, which
	# would take pahole and which a test needs not.
	rm -f "$row_dir/$headers/vmlinux"
	kernel_prune "$row_dir/lib/modules/$release/kernel"
	rm -rf "${row_dir:?}/usr/share" "$row_dir/boot/System.map-$release"
	printf '%s\n' "$release" >"$row_dir/release"
	cache_seal "$row_dir" "$(kernel_recipe)" release "boot/vmlinuz-$release" "$headers/Makefile" "$headers/Module.symvers" "$headers/.config"
	say "row $row_name is Linux $release"
}

# A full image has four thousand modules; a guest without hardware can use none
# but these.
kernel_prune()
{
	local modules=$1
	[[ -d $modules ]] || return 0
	find "$modules" -name '*.ko*' \
		! -path "$modules/net/*" ! -path "$modules/lib/*" ! -path "$modules/crypto/*" \
		! -path "$modules/arch/*/crypto/*" ! -regex "$modules/drivers/net/[^/]*" -delete
	find "$modules" -type d -empty -delete
}
