# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The cache: everything that is fetched or built lives here, nothing in the
# source tree. A folder of the cache counts only once it is sealed: the seal is
# written last and is checked before every use, so that an interrupted or
# damaged folder is found out and made again.

CACHE=${LISTENQ_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/listenq}

cache_open()
{
	mkdir -p "$CACHE/lock" || die "cannot create the cache $CACHE: set LISTENQ_CACHE to a folder you can write"
	CACHE=$(cd "$CACHE" && pwd -P)
	# The kernel's makefiles split their arguments at these.
	case $CACHE in
	*[[:space:]:#]*) die "the cache path '$CACHE' contains a space, ':' or '#', which make cannot handle: set LISTENQ_CACHE" ;;
	esac
}

# cache_locked NAME COMMAND ARGS...: run the command while holding a lock. In a
# subshell, so that the lock ends with it. Never call it in a condition: bash
# would ignore `set -e` inside.
cache_locked()
{
	local name=$1
	shift
	(
		exec 9>"$CACHE/lock/$name"
		if ! flock -w 3 9; then
			say "waiting for another run to finish with $name"
			flock 9
		fi
		"$@"
	)
}

# Names, types and sizes of all files: cheap, and enough to notice what is
# missing or truncated. Folders are left out, their size means nothing.
cache_tree_sum()
{
	(cd "$1" && find . ! -type d -printf '%P %s %y\n' | LC_ALL=C sort | sha256sum | cut -d ' ' -f 1)
}

# A folder's seal also says how it was made, as a RECIPE: any text that changes
# when the folder would come out differently. And it knows the folder's own path,
# because some of what is inside does too.
cache_recipe_sum()
{
	printf '%s\n' "$1" "$2" | sha256sum | cut -d ' ' -f 1
}

# cache_seal FOLDER RECIPE KEYFILE...: declare it complete; key files (relative
# paths) are checked by content as well.
cache_seal()
{
	local dir=$1 recipe=$2 tmp=$1.seal.tmp
	shift 2
	{
		cache_recipe_sum "$dir" "$recipe"
		cache_tree_sum "$dir"
		(cd "$dir" && sha256sum -- "$@")
	} >"$tmp"
	mv -f "$tmp" "$dir.seal"
}

# cache_sealed FOLDER RECIPE
cache_sealed()
{
	local dir=$1 recipe sum
	[[ -d $dir && -s $dir.seal ]] || return 1
	{
		read -r recipe && read -r sum || return 1
		[[ $recipe == "$(cache_recipe_sum "$dir" "$2")" ]] || return 1
		[[ $sum == "$(cache_tree_sum "$dir")" ]] || return 1
		(cd "$dir" && sha256sum --status -c -) || return 1
	} <"$dir.seal"
}

# cache_fresh FOLDER: an empty folder to fill, the old one and its seal gone.
cache_fresh()
{
	if [[ -e $1 ]]; then
		say "$1 is incomplete, damaged or outdated: making it again"
	fi
	cache_drop "$1"
	mkdir -p "$1"
}

cache_drop()
{
	rm -f "$1.seal"
	rm -rf "$1"
}
