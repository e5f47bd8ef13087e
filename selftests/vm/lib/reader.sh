# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the files of lib/ share their variables
# The reader, tools/listenq, built in the cache from copies.

# reader_build strict|lenient: up to date in reader_program, which is empty if the tree
# has no reader (or, lenient, if it cannot be built).
reader_build()
{
	reader_program=
	[[ -f $TREE/tools/Makefile ]] || return 0
	sysroot_ready
	cache_locked build-reader reader_make "$1"
	if [[ -e $arch_cache/reader/.built ]]; then
		reader_program=$arch_cache/reader/tools/listenq
	fi
}

# Programs that someone built in the tree, for one, are no sources.
reader_sources()
{
	local file magic
	build_sources tools module dkms.conf | while read -r file; do
		IFS= read -r -N 4 magic <"$TREE/$file" 2>/dev/null || magic=
		[[ $magic == $'\x7fELF' ]] || printf '%s\n' "$file"
	done
}

# What the program is made of. The rest of the copy is there for who knows what;
# that is up to the makefile.
reader_recipe()
{
	(cd "$TREE" && grep -E '^(tools|module/uapi)/|^module/[^/]*\.yaml$|^dkms\.conf$' "$1" | LC_ALL=C sort | xargs -d '\n' sha256sum --)
	cc --version | head -n 1
	printf '%s\n' "${sysroot_make[@]}"
}

# reader_sync FOLDER: the copy. Afresh after every change, whatever the makefile
# knows of headers, unless .built says that this is what was built there.
reader_sync()
{
	local dir=$1 list=$1.list
	mkdir -p "$dir"
	reader_sources >"$list"
	reader_recipe "$list" >"$dir.recipe"
	cmp -s "$dir/.built" "$dir.recipe" || rm -rf "$dir"
	build_sync "$dir" "$list"
	rm -f "$list"
}

reader_make()
{
	local dir=$arch_cache/reader status=0
	reader_sync "$dir"
	if [[ ! -e $dir/.built ]]; then
		say "building the reader"
	fi
	# A warning would be gone the next time: without .built all is made again.
	rm -f "$dir/.built"
	make -C "$dir/tools" "${sysroot_make[@]}" >"$dir/.log" 2>&1 || status=$?
	sed -i "s#$dir/##g" "$dir/.log"
	if ((status)); then
		reader_bad "$1" "does not build"
	elif grep -qE 'warning:' "$dir/.log"; then
		reader_bad "$1" "builds with warnings, which count as errors"
	elif [[ ! -x $dir/tools/listenq ]]; then
		reader_bad "$1" "is not there after make: does tools/Makefile make it?"
	else
		mv "$dir.recipe" "$dir/.built"
	fi
}

# Its tests, in a copy of their own: they may build it otherwise.
reader_check()
{
	local dir=$arch_cache/reader-check
	sysroot_ready
	reader_sync "$dir"
	rm -f "$dir/.built"
	timeout 300 make -s -C "$dir/tools" check || die "the reader's tests failed (see above)"
	mv "$dir.recipe" "$dir/.built"
}

reader_bad()
{
	cat "$arch_cache/reader/.log" >&2
	[[ $1 == lenient ]] || die "the reader $2 (see above)"
	say "the reader $2 (see above): going on without it"
}

# reader_collect TREE: put it into a guest's tree. The guest has other libraries
# than the host.
reader_collect()
{
	local program=$arch_cache/reader/tools/listenq missing
	[[ -f $TREE/tools/Makefile && -e $arch_cache/reader/.built ]] || return 0
	missing=$(comm -23 <(tools_needed "$program" | sort) <(cd "$tools/root/lib" && printf '%s\n' * | sort))
	[[ -z $missing ]] ||
		die "the guest lacks what the reader links with, ${missing//$'\n'/ }: add it to TOOLS_LIBRARIES in $VM/lib/tools.sh"
	"${arch_cross}strip" -o "$1/selftests/listenq" "$program"
}

command_reader()
{
	need make cc
	[[ -f $TREE/tools/Makefile ]] || die "$TREE has no tools/Makefile"
	case $* in
	'')
		reader_build strict
		printf '%s\n' "$reader_program"
		;;
	--check) cache_locked build-reader-check reader_check ;;
	*) die_usage "reader knows only --check" ;;
	esac
}
