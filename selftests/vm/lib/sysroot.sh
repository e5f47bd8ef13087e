# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the files of lib/ share their variables
# The sysroot: what programs for another architecture than the host's are compiled
# and linked with. For the host's own, it's the host.

# As the guest's programs
SYSROOT_SUITE=bookworm
SYSROOT_PACKAGES=(libc6-dev linux-libc-dev libmnl-dev libjansson-dev libncurses-dev)

# sysroot_ready: what to tell the makefiles of programs for the loaded architecture,
# in sysroot_make.
sysroot_ready()
{
	local dir=$arch_cache/sysroot
	sysroot_make=()
	[[ $arch != "$ARCH_HOST" ]] || return 0
	cache_locked "sysroot-$arch" sysroot_fill "$dir"
	sysroot_make=(
		"CC=$arch_cross$BUILD_CC --sysroot=$dir"
		"PKG_CONFIG=env PKG_CONFIG_SYSROOT_DIR=$dir PKG_CONFIG_LIBDIR=$dir/usr/lib/$arch_libs/pkgconfig pkg-config"
	)
}

sysroot_recipe()
{
	printf '%s\n' "$SYSROOT_SUITE ${SYSROOT_PACKAGES[*]}"
}

sysroot_fill()
{
	local dir=$1
	if cache_sealed "$dir" "$(sysroot_recipe)"; then
		return
	fi
	cache_fresh "$dir"
	say "fetching the libraries to link with for $arch"
	cache_locked "apt-$SYSROOT_SUITE" apt_unpack_closure "$SYSROOT_SUITE" "$arch" "$dir" "${SYSROOT_PACKAGES[@]}"
	cache_seal "$dir" "$(sysroot_recipe)" "usr/lib/$arch_libs/libc.a"
}
