# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the files of lib/ share their variables
# The root: a small trixie to build in, with DKMS as its users have it. What trixie's headers bring along (objtool,
# for one) needs a newer C library than the host's, and their modules want the
# compiler that the kernel was built with. Unpacked into the cache, never installed;
# entered without being root.

ROOT_SUITE=trixie
ROOT_CC=gcc-14
ROOT_PACKAGES=(
	bash coreutils dash findutils grep mawk sed
	make "$ROOT_CC" libelf1t64
	dkms gzip hostname kmod mount openssl tar util-linux xz-utils
)

# root_wanted SUITE: whether kernels of the suite are built there.
root_wanted() { [[ $1 == "$ROOT_SUITE"* ]]; }

root_ready()
{
	cache_locked root root_make
	root=$CACHE/root
}

root_recipe()
{
	printf '%s\n' "$ROOT_SUITE ${ROOT_PACKAGES[*]}"
	declare -f root_unpack
}

root_make()
{
	local dir=$CACHE/root
	if cache_sealed "$dir" "$(root_recipe)"; then
		return
	fi
	cache_fresh "$dir"
	say "fetching $ROOT_SUITE's compiler (95 MB download)"
	cache_locked "apt-$ROOT_SUITE" root_unpack "$dir"
	cache_seal "$dir" "$(root_recipe)" usr/bin/make "usr/bin/$ROOT_CC"
}

root_unpack()
{
	local dir=$1 packages
	apt_open "$ROOT_SUITE"
	apt_update
	# With the links from / into /usr, which must be there before anything else.
	apt_unpack "$dir" base-files
	packages=$(apt_resolve "${ROOT_PACKAGES[@]}")
	# shellcheck disable=SC2086 # one word a package
	apt_unpack "$dir" $packages
	# Otherwise made when the package is installed.
	ln -s mawk "$dir/usr/bin/awk"
	rm -rf "$dir/usr/share/"{doc,info,locale,man}
}

# root_run COMMAND ARGS...: run it in there, once root_ready. It sees the cache where
# it is, and no other folder of the host.
root_run()
{
	local user=()
	mkdir -p "$root$CACHE"
	((EUID == 0)) || user=(--user --map-root-user)
	# shellcheck disable=SC2016 # for the shell in the new namespaces
	unshare "${user[@]}" --mount --pid --fork --kill-child sh -ec '
		root=$1 cache=$2
		shift 2
		mount --rbind /dev "$root/dev"
		mount -t proc proc "$root/proc"
		mount -t tmpfs tmpfs "$root/tmp"
		mount --bind "$cache" "$root$cache"
		PATH=$PATH:/usr/sbin:/sbin
		exec chroot "$root" env -i PATH=/usr/bin LC_ALL=C "$@"
	' sh "$root" "$CACHE" "$@"
}
