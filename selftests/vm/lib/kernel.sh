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
	if [[ $row_suite == source ]]; then
		source_recipe
		return
	fi
	printf '%s\n' "$row_suite $row_kernel $row_arch"
	declare -f kernel_arrange kernel_prune
}

kernel_make()
{
	if [[ $row_suite == source ]]; then
		kernel_build
		return
	fi
	if cache_sealed "$row_dir" "$(kernel_recipe)"; then
		return
	fi
	cache_fresh "$row_dir"
	say "fetching the kernel of row $row_name"
	cache_locked "apt-$row_suite" kernel_unpack
	kernel_arrange
	kernel_seal
}

kernel_seal()
{
	local release headers
	release=$(<"$row_dir/release")
	headers=usr/src/linux-headers-$release
	cache_seal "$row_dir" "$(kernel_recipe)" release "boot/vmlinuz-$release" \
		"$headers/Makefile" "$headers/Module.symvers" "$headers/.config"
	say "row $row_name is Linux $release, $(du -sm "$row_dir" | cut -f 1) MB"
}

# kernel_newest: the newest release that the row can mean, or nothing. Names that
# apt knows are not all packages it has.
kernel_newest()
{
	local release
	while read -r release; do
		# shellcheck disable=SC2053 # a pattern
		if [[ $release == $row_kernel && -n $(apt_version "linux-image-$release") &&
			-n $(apt_version "linux-headers-$release") ]]; then
			printf '%s\n' "$release"
			return
		fi
	done < <(apt-cache pkgnames linux-image- | sed 's/^linux-image-//' | sort -rV)
}

# Image and headers lead to the other packages that matter through names of this
# kind. linux-base itself (install scripts) is of no use here.
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
			die "$row_suite has no package $name for row $row_name: try again when the mirror is complete"
		printf '%s\n' "$name"
		while read -r name; do
			todo+=("$name")
		done < <(apt_depends "$name" | grep -E "$KERNEL_PACKAGES" || true)
	done
}

kernel_unpack()
{
	local release packages
	# linux-kbuild, programs that the build runs, is to be the host's.
	if [[ $row_arch == "$ARCH_HOST" ]]; then
		apt_open "$row_suite"
	else
		apt_open "$row_suite" "$ARCH_HOST" "$row_arch"
	fi
	apt_update
	release=$(kernel_newest)
	[[ -n $release ]] ||
		die "$row_suite has no kernel $row_kernel with headers for row $row_name: correct $VM/rows, or try again when the mirror is complete"
	packages=$(kernel_packages "linux-image-$release" "linux-headers-$release")
	# shellcheck disable=SC2086 # one word a package
	apt_unpack "$row_dir" $packages
	printf '%s\n' "$release" >"$row_dir/release"
}

kernel_arrange()
{
	local release headers
	release=$(<"$row_dir/release")
	headers=$row_dir/usr/src/linux-headers-$release
	# Packages of trixie and later have all below /usr, the image beside the modules.
	if [[ -d $row_dir/usr/lib/modules ]]; then
		mkdir -p "$row_dir/boot" "$row_dir/lib"
		mv "$row_dir/usr/lib/modules" "$row_dir/lib/modules"
		mv "$row_dir/lib/modules/$release/vmlinuz" "$row_dir/boot/vmlinuz-$release"
	fi
	[[ -f $row_dir/boot/vmlinuz-$release && -f $headers/Makefile ]] ||
		die "row $row_name: the packages of $release lack the image or the headers"
	# The top makefile is the only one with absolute paths.
	sed -i "s#/usr/src/#$row_dir/usr/src/#g" "$headers/Makefile"
	# What newer headers have as vmlinux is there for type information only, which
	# would take pahole and which a test needs not.
	rm -f "$headers/vmlinux"
	kernel_prune "$row_dir/lib/modules/$release/kernel"
	rm -rf "${row_dir:?}/usr/share" "$row_dir/boot/System.map-$release"
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
