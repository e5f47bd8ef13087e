# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the files of lib/ share their variables
# An apt of our own for each suite and architecture: it resolves and downloads
# packages, and never looks at or touches what is installed. Needs no root.

APT_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# apt_mirror SUITE: the mirror this machine itself uses, or nothing. The labels in
# the lists tell the archives apart. A machine that never read its lists has no
# labels: then the usual last part of the mirror's address has to do.
apt_mirror()
{
	local label=Debian folder=debian mirror
	if [[ $1 == *-security ]]; then
		label=Debian-Security folder=debian-security
	fi
	# shellcheck disable=SC2016 # apt's own variables
	mirror=$(env -u APT_CONFIG apt-get indextargets --format '$(LABEL)|$(REPO_URI)' 'Created-By: Packages' |
		awk -F '|' -v label="$label" '$1 == label && !mirror { mirror = $2 } END { print mirror }')
	if [[ -z $mirror ]]; then
		mirror=$(env -u APT_CONFIG apt-get update --print-uris 2>/dev/null |
			sed -nE "s#^'([^']*/$folder/)dists/[^/]+/InRelease'.*#\\1#p" | awk 'NR == 1') || true
	fi
	printf '%s\n' "$mirror"
}

# apt_open SUITE [ARCH...]: set up (or reuse) its apt and point APT_CONFIG at it. The
# first architecture is the one that a package is of if there is a choice.
apt_open()
{
	local suite=$1 arches=("${@:2}") root mirror
	((${#arches[@]})) || arches=("$ARCH_HOST")
	root=$CACHE/apt/$suite-$(IFS=-; printf '%s' "${arches[*]}")
	mirror=$(apt_mirror "$suite")
	[[ -n $mirror ]] || die "this machine's apt knows no mirror for $suite: add one to /etc/apt/sources.list.d and run apt-get update"
	[[ -r $APT_KEYRING ]] || die "$APT_KEYRING is missing: install debian-archive-keyring"
	mkdir -p "$root"/{empty,lists/partial,cache/archives/partial}
	: >"$root/status"
	printf 'deb [signed-by=%s] %s %s main\n' "$APT_KEYRING" "$mirror" "$suite" >"$root/sources.list"
	{
		cat <<-CONF
			Dir::Etc::sourcelist "$root/sources.list";
			Dir::Etc::sourceparts "$root/empty";
			Dir::Etc::preferences "$root/empty/preferences";
			Dir::Etc::preferencesparts "$root/empty";
			Dir::Etc::main "$root/empty/apt.conf";
			Dir::Etc::parts "$root/empty";
			Dir::State "$root";
			Dir::State::lists "$root/lists";
			Dir::State::status "$root/status";
			Dir::Cache "$root/cache";
			Dir::Cache::pkgcache "";
			Dir::Cache::srcpkgcache "";
			APT::Architecture "${arches[0]}";
			APT::Architectures { $(printf '"%s"; ' "${arches[@]}")};
			APT::Sandbox::User "root";
			Acquire::Languages "none";
			Acquire::GzipIndexes "true";
			Acquire::Check-Valid-Until "false";
		CONF
		# The machine's hooks and preferences stay out, its proxies don't.
		env -u APT_CONFIG apt-config dump | grep -iE '^Acquire::(http|https|Retries|Check-Date)\b' || true
	} >"$root/apt.conf"
	export APT_CONFIG=$root/apt.conf
	apt_root=$root
}

# apt_retry COMMAND...: mirrors answer 404 or time out now and then. Between the
# tries the lists are read again, as a package may have been superseded.
apt_retry()
{
	local try
	for try in 1 2 3 4; do
		if "$@" >"$apt_root/log" 2>&1; then
			return 0
		fi
		say "$* failed ($(grep -m 1 '^E:' "$apt_root/log" || echo 'no reason given')), try $try of 4"
		sleep $((try * 2))
		apt-get -qq update >>"$apt_root/log" 2>&1 || true
	done
	cat "$apt_root/log" >&2
	return 1
}

# apt_update: read the lists unless they are younger than an hour.
apt_update()
{
	local stamp=$apt_root/updated
	if [[ -n $(find "$stamp" -mmin -60 2>/dev/null) ]]; then
		return
	fi
	apt_retry apt-get -qq -o APT::Update::Error-Mode=any update || die "cannot read the package lists (see above): is the mirror in $apt_root/sources.list reachable?"
	touch "$stamp"
}

# apt_version PACKAGE: the version apt would install, or nothing.
apt_version()
{
	apt-cache policy "$1" | awk '$1 == "Candidate:" && $2 != "(none)" { print $2 }'
}

# apt_depends PACKAGE: the names in Depends, one a line, first alternatives only.
apt_depends()
{
	apt-cache show --no-all-versions "$1" |
		sed -nE 's/^(Pre-)?Depends: //p' | tr ',' '\n' | sed -E 's/^ +//; s/[ (|:].*//'
}

# apt_resolve PACKAGE...: the packages that make them work on an empty system, and
# they themselves.
apt_resolve()
{
	local packages
	packages=$(apt-get -qq install --no-install-recommends --print-uris "$@" |
		sed -nE "s#^'.*/[^/]+' ([^_]+)_.*#\\1#p")
	[[ -n $packages ]] || die "apt resolves nothing for $*"
	printf '%s\n' "$packages"
}

# apt_unpack_closure SUITE ARCH FOLDER PACKAGE...: what makes them work, and they.
apt_unpack_closure()
{
	local dir=$3 packages
	apt_open "$1" "$2"
	shift 3
	apt_update
	packages=$(apt_resolve "$@")
	# shellcheck disable=SC2086 # one word a package
	apt_unpack "$dir" $packages
}

# apt_unpack FOLDER PACKAGE...: download and unpack, leaving no .deb behind. apt
# takes a second to start: all of them at once, and what a failed try has got is not
# fetched again.
apt_unpack()
{
	local dir=$1 package debs=$1/.debs
	shift
	mkdir -p "$debs"
	(cd "$debs" && apt_retry apt-get -q download "$@") || die "cannot download $* (see above)"
	for package in "$debs"/*.deb; do
		dpkg-deb -x "$package" "$dir" || die "cannot unpack ${package##*/}"
	done
	rm -rf "$debs"
}
