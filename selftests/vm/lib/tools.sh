# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the files of lib/ share their variables
# The guest's user space: busybox and the few real programs the tests compare
# with, unpacked into the cache with the libraries they need. The same on every
# host, and the host needs none of it.

TOOLS_SUITE=bookworm
TOOLS_PACKAGES=(busybox-static bash coreutils util-linux iproute2 nginx-light)
# What is taken of them; their libraries follow. busybox's own versions of those
# that run another program would take busybox's applet even where a real one
# (ip, for one) stands in PATH.
TOOLS_PROGRAMS=(
	/bin/bash /bin/ip /bin/ss /sbin/tc /usr/bin/nstat /usr/sbin/nginx
	/usr/bin/env /usr/bin/timeout /usr/bin/unshare /usr/bin/nsenter /usr/bin/setpriv
)

tools_ready()
{
	cache_locked tools tools_make
	tools=$CACHE/tools
}

tools_recipe()
{
	printf '%s\n' "$TOOLS_SUITE ${TOOLS_PACKAGES[*]} ${TOOLS_PROGRAMS[*]}"
	declare -f tools_arrange
}

tools_make()
{
	local dir=$CACHE/tools
	if cache_sealed "$dir" "$(tools_recipe)"; then
		return
	fi
	cache_fresh "$dir"
	say "fetching the guest's programs"
	cache_locked "apt-$TOOLS_SUITE" tools_unpack "$dir"
	tools_arrange "$dir"
}

# apt resolves the packages for an empty system; what has no program or library
# in it is dropped later.
tools_unpack()
{
	local packages
	apt_open "$TOOLS_SUITE"
	apt_update
	packages=$(apt-get -qq install --no-install-recommends --print-uris "${TOOLS_PACKAGES[@]}" |
		sed -nE "s#^'.*/[^/]+' ([^_]+)_.*#\\1#p")
	[[ -n $packages ]] || die "apt resolves nothing for ${TOOLS_PACKAGES[*]}"
	# shellcheck disable=SC2086 # one word a package
	apt_unpack "$1/all" $packages
}

# Keep the programs and, asked of their own dynamic loader, their libraries.
tools_arrange()
{
	local dir=$1 all=$1/all root=$1/root program library loader paths
	loader=$all/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2
	paths=$all/lib/x86_64-linux-gnu:$all/usr/lib/x86_64-linux-gnu
	mkdir -p "$root/lib" "$root/lib64"
	install -D -m 755 "$all/bin/busybox" "$root/bin/busybox"
	cp -L "$loader" "$root/lib64/"
	for program in "${TOOLS_PROGRAMS[@]}"; do
		[[ -x $all$program ]] || die "the packages ${TOOLS_PACKAGES[*]} have no $program"
		# busybox has /bin to itself, so that PATH can put the real ones first.
		install -D -m 755 "$all$program" "$root/usr/bin/${program##*/}"
		while read -r library; do
			[[ -f $root/lib/${library##*/} ]] || cp -L "$library" "$root/lib/"
		done < <("$loader" --library-path "$paths" --list "$all$program" | awk '$2 == "=>" && $1 !~ /ld-linux/ { print $3 }')
	done
	# bash is sh too: busybox's shell takes its own applets before any PATH.
	ln -s /usr/bin/bash "$root/bin/bash"
	ln -s /usr/bin/bash "$root/bin/sh"
	for program in $("$root/bin/busybox" --list); do
		[[ -e $root/bin/$program || -L $root/bin/$program ]] || ln -s busybox "$root/bin/$program"
	done
	rm -rf "$all"
	cache_seal "$dir" "$(tools_recipe)" root/bin/busybox root/usr/bin/ss root/usr/bin/nginx
}
