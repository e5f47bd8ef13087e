# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the files of lib/ share their variables
# The kernel's own selftest harness and makefile, style checker and netlink
# generator, from its source package: a few files out of a large tree.

KSELFTEST_PACKAGE=linux-source-6.12
# lib.mk includes makefiles of scripts/ and tools/scripts/.
KSELFTEST_FILES=(
	tools/testing/selftests/kselftest_harness.h
	tools/testing/selftests/kselftest.h
	tools/testing/selftests/lib.mk
	tools/testing/selftests/kselftest
	tools/testing/selftests/net
	tools/scripts
	tools/net/ynl
	Documentation/netlink
	scripts/checkpatch.pl
	scripts/spelling.txt
	scripts/const_structs.checkpatch
	scripts/kernel-doc
	scripts/subarch.include
	scripts/Makefile.compiler
	scripts/Makefile.extrawarn
	scripts/Makefile.lib
)

# kselftest_ready: the folder that has kselftest_harness.h and lib.mk, in
# kselftest.
kselftest_ready()
{
	cache_locked kselftest kselftest_make
	kselftest=$CACHE/linux/tools/testing/selftests
}

kselftest_make()
{
	local dir=$CACHE/linux recipe="$SOURCE_SUITE $KSELFTEST_PACKAGE ${KSELFTEST_FILES[*]}"
	if cache_sealed "$dir" "$recipe"; then
		return
	fi
	source_archive "$KSELFTEST_PACKAGE"
	cache_fresh "$dir"
	tar -C "$dir" -xJf "$source_file" --strip-components=1 "${KSELFTEST_FILES[@]/#/$KSELFTEST_PACKAGE/}" ||
		die "$KSELFTEST_PACKAGE lacks a file of the list in $VM/lib/kselftest.sh (see above)"
	cache_seal "$dir" "$recipe" "${KSELFTEST_FILES[0]}" "${KSELFTEST_FILES[2]}" scripts/checkpatch.pl
}
