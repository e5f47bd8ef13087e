# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the files of lib/ share their variables
# Rows of the suite `source`: kernels that are built here, of Debian's source
# package (the table's third column) with a configuration of our own: config/base
# and, of a row VERSION-NAME, config/NAME. In the cache such a row looks like one
# that was fetched.

SOURCE_SUITE=bookworm-security
# What no kernel of ours compiles: most of the archive. Kconfig and makefiles of
# everything must be there.
SOURCE_LEFT_OUT=(
	'*/Documentation/*.rst' '*/Documentation/*.txt' '*/Documentation/*.yaml' '*/Documentation/*.svg'
	'*/arch/[!x]*/*.[chS]' '*.dts' '*.dtsi' '*/selftests/*' '*/sound/*.[chS]' '*/tools/perf/*'
	'*/drivers/gpu/*.[chS]' '*/drivers/media/*.[chS]' '*/drivers/staging/*.[chS]'
	'*/drivers/scsi/*.[chS]' '*/drivers/infiniband/*.[chS]' '*/drivers/usb/*.[chS]'
	'*/drivers/net/ethernet/*.[chS]' '*/drivers/net/wireless/*.[chS]'
)

# source_row: what guests of such a row need. Without ACPI the MP tables of the
# older machine tell of the second CPU. Checks cost time, and shadow memory space.
source_row()
{
	arch_machine=(-machine 'pc,hpet=off' -cpu qemu64)
	row_slow=5
	row_memory=1024
}

# source_archive PACKAGE: the kernel's source, packed as the package has it, kept
# because several need it; its path in source_file.
source_archive()
{
	source_dir=$CACHE/source/$1
	source_file=$source_dir/usr/src/$1.tar.xz
	cache_locked "source-$1" source_fetch "$1"
}

source_fetch()
{
	if cache_sealed "$source_dir" "$1 $SOURCE_SUITE"; then
		return
	fi
	cache_fresh "$source_dir"
	say "fetching $1 (150 MB)"
	cache_locked "apt-$SOURCE_SUITE" source_download "$1"
	[[ -f $source_file ]] || die "package $1 has no ${source_file##*/}"
	cache_seal "$source_dir" "$1 $SOURCE_SUITE" version
}

source_download()
{
	apt_open "$SOURCE_SUITE"
	apt_update
	apt_version "$1" >"$source_dir/version"
	[[ -s $source_dir/version ]] || die "$SOURCE_SUITE has no package $1"
	apt_unpack "$source_dir" "$1"
}

source_fragment()
{
	local file=$VM/config/${row_name#*-}
	[[ -f $file ]] || die "row $row_name: there is no $file"
	grep -h ^CONFIG_ "$VM/config/base" "$file"
}

# A kernel comes out differently with another source, configuration or compiler.
source_recipe()
{
	source_archive "$row_kernel"
	cat "$source_dir/version"
	"$BUILD_CC" -dumpfullversion
	source_fragment
	declare -f source_build source_install
}

# kernel_build: the loaded row's kernel, unless it is there.
kernel_build()
{
	if cache_sealed "$row_dir" "$(kernel_recipe)"; then
		return
	fi
	need "$BUILD_CC" make flex bison bc
	cache_fresh "$row_dir"
	say "building the kernel of row $row_name (several minutes)"
	source_archive "$row_kernel"
	source_build "$row_dir/build"
	source_install "$row_dir/build"
	rm -rf "$row_dir/build" "$row_dir/log"
	kernel_seal
}

# source_make FOLDER TARGET...: with nothing in it of this machine or this minute.
source_make()
{
	local dir=$1
	shift
	make -C "$dir" CC="$BUILD_CC" HOSTCC="$BUILD_CC" KBUILD_BUILD_USER=listenq \
		KBUILD_BUILD_HOST=selftests KBUILD_BUILD_TIMESTAMP=@0 "$@" >>"$row_dir/log" 2>&1 || {
		tail -n 30 "$row_dir/log" >&2
		die "row $row_name: make $* failed (see above; all of it: $row_dir/log)"
	}
}

source_build()
{
	mkdir "$1"
	tar -C "$1" --use-compress-program 'xz -T0' -xf "$source_file" \
		--strip-components=1 "${SOURCE_LEFT_OUT[@]/#/--exclude=}"
	source_fragment >"$1/fragment"
	source_make "$1" KCONFIG_ALLCONFIG=fragment allnoconfig
	source_check "$1"
	source_make "$1" -j "$(nproc)" bzImage modules
}

# source_check FOLDER: make takes silently what it likes of a fragment.
source_check()
{
	local missing
	missing=$(awk -F = '
		NR == FNR { if (/^CONFIG_/) has[$1] = $0; next }
		$2 == "n" ? ($1 in has) : has[$1] != $0' "$1/.config" "$1/fragment")
	[[ -z $missing ]] || die "row $row_name: these lines of config/base or config/${row_name#*-} did not take, as something they depend on is not set: ${missing//$'\n'/ }"
}

# source_install FOLDER: of what was built there, what a fetched row has.
source_install()
{
	local release headers
	release=$(<"$1/include/config/kernel.release")
	headers=$row_dir/usr/src/linux-headers-$release
	mkdir -p "$row_dir/boot" "$row_dir/usr/src"
	cp "$1/arch/x86/boot/bzImage" "$row_dir/boot/vmlinuz-$release"
	source_make "$1" run-command \
		KBUILD_RUN_COMMAND="+\$(srctree)/scripts/package/install-extmod-build $headers"
	cp "$1/.config" "$headers/.config"
	printf '%s\n' "$release" >"$row_dir/release"
}
