# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the files of lib/ share their variables
# The module for a row and the test programs, built in the cache from copies, as
# kbuild leaves its products beside the sources.

BUILD_CC=gcc-12

build_dir() { printf '%s\n' "$CACHE/build/$1"; }

# build_row ROW
build_row()
{
	kernel_ready "$1"
	build_tools_ready
	cache_locked "build-$1" build_module
}

# build_sources PATH...: the files there. Only products of a build are left out;
# whatever else a source folder has may matter to its makefile.
build_sources()
{
	# shellcheck disable=SC2153 # not a misspelt tree
	(cd "$TREE" && find "$@" -type f \
		! -name '*.o' ! -name '*.ko' ! -name '*.mod' ! -name '*.mod.c' ! -name '.*' \
		! -name Module.symvers ! -name modules.order 2>/dev/null | LC_ALL=C sort) || true
}

# build_sync FOLDER LIST: copy what changed of the files in the list and remove what
# vanished, so that make sees the truth and a rebuild is quick.
build_sync()
{
	local dir=$1 file
	mkdir -p "$dir"
	cp "$2" "$dir/.sources.new"
	if [[ -f $dir/.sources ]]; then
		while read -r file; do
			rm -f "$dir/$file"
		done < <(LC_ALL=C comm -23 "$dir/.sources" "$dir/.sources.new")
	fi
	while read -r file; do
		if ! cmp -s "$TREE/$file" "$dir/$file"; then
			mkdir -p "$dir/$(dirname "$file")"
			cp --preserve=mode "$TREE/$file" "$dir/$file"
		fi
	done <"$dir/.sources.new"
	mv "$dir/.sources.new" "$dir/.sources"
}

build_sync_module()
{
	local list=$1.list
	mkdir -p "$1"
	build_sources Kbuild module include selftests/modules >"$list"
	build_sync "$1" "$list"
	rm -f "$list"
}

build_module()
{
	local dir status=0
	dir=$(build_dir "$row_name")
	[[ -f $TREE/Kbuild ]] || die "$TREE has no Kbuild: there is no module to build"
	# Objects made against another release, or with the warning unnoticed, go.
	if [[ $(cat "$dir/.release" 2>/dev/null) != "$kernel_headers $(<"$row_dir.seal")" ]]; then
		rm -rf "$dir"
	fi
	build_sync_module "$dir"
	say "building listenq.ko for row $row_name ($kernel_release)"
	rm -f "$dir/.release"
	build_kbuild "$dir" >"$dir/.log" 2>&1 || status=$?
	# Name the files of the tree, not the copies.
	sed -i "s#$dir/##g" "$dir/.log"
	if ((status)); then
		cat "$dir/.log" >&2
		die "row $row_name: the build failed (see above)"
	fi
	# Only our files count: W=1 may say something about the kernel's headers. What
	# warned must be compiled again next time, or the warning would be gone: without
	# .release the folder is made afresh.
	if grep -qE '^(module|include|selftests|Kbuild)[^ ]*: warning:|^(WARNING|ERROR): modpost:' "$dir/.log"; then
		cat "$dir/.log" >&2
		die "row $row_name: the build gave warnings, which count as errors (see above)"
	fi
	[[ -f $dir/listenq.ko ]] || die "row $row_name: the build made no listenq.ko: does $TREE/Kbuild say obj-m += listenq.o?"
	printf '%s\n' "$kernel_headers $(<"$row_dir.seal")" >"$dir/.release"
}

build_tools_ready()
{
	if root_wanted "$row_suite"; then
		root_ready
	fi
}

# build_kbuild FOLDER ARGS...: the module there, for the loaded row's kernel. One that
# has KCOV shall be told what of the module has run.
build_kbuild()
{
	local dir=$1 run=() cc=$arch_cross$BUILD_CC
	shift
	if root_wanted "$row_suite"; then
		run=(root_run) cc=$ROOT_CC
	fi
	"${run[@]}" make -C "$kernel_headers" M="$dir" "${arch_kbuild[@]}" CC="$cc" W=1 \
		LISTENQ_SELFTESTS=m KCOV_INSTRUMENT=y "$@" modules
}

# sparse_possible ROW: the sparse of bookworm, and of trixie, knows nothing of
# __typeof_unqual__, which the headers of 7.x are full of.
sparse_possible()
{
	row_load "$1"
	! root_wanted "$row_suite"
}

# sparse_row ROW: the module under sparse; any word from it is an error.
sparse_row()
{
	kernel_ready "$1"
	cache_locked "sparse-$1" sparse_module
}

sparse_module()
{
	local dir status=0
	dir=$(build_dir "sparse-$row_name")
	rm -rf "$dir"
	build_sync_module "$dir"
	say "sparse on row $row_name ($kernel_release)"
	build_kbuild "$dir" C=2 CF=-D__CHECK_ENDIAN__ >"$dir/.log" 2>&1 || status=$?
	# Older makefiles name a file by its whole path, newer ones from the folder.
	sed -i "s#$dir/##g" "$dir/.log"
	if ((status)) || grep -qE '^(module|selftests)[^ ]*: (warning|error):' "$dir/.log"; then
		cat "$dir/.log" >&2
		die "row $row_name: not clean under sparse (see above)"
	fi
	# A makefile that finds fault with sparse goes on without it.
	if ! grep -qE '^ *CHECK +module/' "$dir/.log"; then
		cat "$dir/.log" >&2
		die "row $row_name: sparse was not run (see above)"
	fi
}

# The test programs: the same for every row of an architecture.
# build_selftests [lenient]
build_selftests()
{
	[[ -f $TREE/selftests/Makefile ]] || return 0
	kselftest_ready
	sysroot_ready
	cache_locked build-selftests build_selftests_make "${1:-}"
}

build_selftests_run()
{
	make -s -C "$TREE/selftests" OUTPUT="$arch_cache/selftests" KSFT="$kselftest" "${sysroot_make[@]}" "$@"
}

build_selftests_make()
{
	local tree=$arch_cache/selftests/.tree
	# What make knows by its times is of one tree.
	if [[ ! -f $tree || $(<"$tree") != "$TREE" ]]; then
		rm -rf "$arch_cache/selftests"
	fi
	mkdir -p "$arch_cache/selftests"
	printf '%s\n' "$TREE" >"$tree"
	if build_selftests_run >&2; then
		return
	fi
	[[ $1 == lenient ]] || die "the test programs do not build (see above)"
	say "the test programs do not build (see above): going on with what there is"
}

# build_collect TREE: put what was built for the row into a guest's tree.
build_collect()
{
	cache_locked "build-$row_name" build_collect_module "$1"
	if [[ -f $TREE/selftests/Makefile ]]; then
		cache_locked build-selftests build_collect_selftests "$1"
	fi
	if [[ -f $TREE/selftests/demo.sh ]]; then
		cp -p "$TREE/selftests/demo.sh" "$1/selftests/"
	fi
	cache_locked build-reader reader_collect "$1"
}

build_collect_module()
{
	local dir ko
	dir=$(build_dir "$row_name")
	if [[ -f $TREE/Kbuild && -f $dir/listenq.ko ]]; then
		# Debug information is large and means nothing in the guest.
		"${arch_cross}strip" -g -o "$1/listenq.ko" "$dir/listenq.ko"
		for ko in "$dir/selftests/modules/"*.ko; do
			[[ ! -f $ko ]] || "${arch_cross}strip" -g -o "$1/selftests/${ko##*/}" "$ko"
		done
	fi
}

# A makefile that has no such list yet puts nothing into the guest.
build_collect_selftests()
{
	local file files
	files=$(build_selftests_run list-guest-files 2>/dev/null) || files=
	while read -r file; do
		if [[ -f $file ]]; then
			cp -p "$file" "$1/selftests/"
		fi
	done <<<"$files"
}
