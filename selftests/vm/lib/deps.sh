# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154 # the files of lib/ share their variables
# What the host needs. Only what is missing is installed, and nothing of it runs
# as a service: the guest's programs are unpacked into the cache, not installed.

# package, and a program or file that shows it is there
DEPS='
	gcc                    gcc
	gcc-12                 gcc-12
	binutils               strip
	libc6-dev              /usr/lib/x86_64-linux-gnu/libc.a
	libelf-dev             /usr/include/gelf.h
	linux-libc-dev         /usr/include/linux/netlink.h
	make                   make
	flex                   flex
	bison                  bison
	bc                     bc
	cpio                   cpio
	xz-utils               xz
	perl                   perl
	python3                /usr/bin/python3
	python3-yaml           /usr/lib/python3/dist-packages/yaml/__init__.py
	python3-jsonschema     /usr/lib/python3/dist-packages/jsonschema/__init__.py
	pkg-config             pkg-config
	libmnl-dev             /usr/include/libmnl/libmnl.h
	libjansson-dev         /usr/include/jansson.h
	libncurses-dev         /usr/include/ncurses.h
	debian-archive-keyring /usr/share/keyrings/debian-archive-keyring.gpg
'
DEPS_ARM64='
	gcc-12-aarch64-linux-gnu aarch64-linux-gnu-gcc-12
	binutils-aarch64-linux-gnu aarch64-linux-gnu-strip
'
DEPS_LINT='
	sparse                 sparse
	shellcheck             shellcheck
	man-db                 man
	groff-base             troff
'

# deps_missing TABLE: the packages of it that the host lacks.
deps_missing()
{
	local package sign
	while read -r package sign; do
		[[ -n $package ]] || continue
		if [[ $sign == /* ]]; then
			[[ -e $sign ]] || printf '%s\n' "$package"
		else
			command -v "$sign" >/dev/null || printf '%s\n' "$package"
		fi
	done <<<"$1"
}

deps_as_root()
{
	if ((EUID == 0)); then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "need root for: $* (run it yourself, or install sudo)"
	fi
}

command_deps()
{
	local table=$DEPS missing row
	if [[ ${1:-} == --lint ]]; then
		table+=$DEPS_LINT
		shift
	fi
	for row; do
		row_load "$row"
		if [[ $arch == arm64 && $table != *"$DEPS_ARM64"* ]]; then
			table+=$DEPS_ARM64
		fi
	done
	missing=$(deps_missing "$table")
	if [[ -z $missing ]]; then
		say "nothing is missing"
		return
	fi
	say "installing ${missing//$'\n'/ }"
	deps_as_root apt-get -qq update || die "apt-get update failed (see above)"
	# shellcheck disable=SC2086 # one word a package
	deps_as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get -qq install -y --no-install-recommends $missing >&2 || die "apt-get install failed (see above)"
	missing=$(deps_missing "$table")
	[[ -z $missing ]] || die "still missing after the installation: ${missing//$'\n'/ }"
}
