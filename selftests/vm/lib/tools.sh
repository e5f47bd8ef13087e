# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the files of lib/ share their variables
# The guest's user space: busybox and the few real programs the tests compare
# with, unpacked into the cache with the libraries they need. The same on every
# host, and the host needs none of it. What only some suites want, and would cost
# every boot its time, is in sets of its own.

TOOLS_SUITE=bookworm
TOOLS_PACKAGES=(
	busybox-static bash coreutils util-linux iproute2 nginx-light
	libmnl0 libjansson4 libncursesw6 libtinfo6 ncurses-base
)
# What is taken of them; their libraries follow. busybox's own versions of those
# that run another program would take busybox's applet even where a real one
# (ip, for one) stands in PATH.
TOOLS_PROGRAMS=(
	/bin/bash /bin/ip /bin/ss /sbin/tc /usr/bin/nstat /usr/sbin/nginx
	/usr/bin/env /usr/bin/timeout /usr/bin/unshare /usr/bin/nsenter /usr/bin/setpriv
)
# What our own programs, built on the host, link with.
TOOLS_LIBRARIES=(libmnl.so.0 libjansson.so.4 libncursesw.so.6 libtinfo.so.6)
TOOLS_TERMINALS=(d/dumb l/linux v/vt100 x/xterm x/xterm-256color)

# The sets, in alphabetical order. See tools_set.
TOOLS_SETS=(bpf python servers trace)

# tools_set NAME: what a set is made of.
tools_set()
{
	set_packages=() set_programs=() set_memory=0
	case $1 in
	bpf)
		set_packages=(bpftrace)
		set_programs=(/usr/bin/bpftrace)
		# The compiler in it reads the kernel's types.
		set_memory=1024
		;;
	python)
		set_packages=(python3-minimal libpython3-stdlib python3-yaml)
		set_programs=(/usr/bin/python3)
		;;
	servers)
		set_packages=(haproxy redis-server redis-tools wrk)
		set_programs=(
			/usr/sbin/haproxy /usr/bin/redis-server
			/usr/bin/redis-benchmark /usr/bin/wrk
		)
		;;
	trace)
		set_packages=(trace-cmd)
		set_programs=(/usr/bin/trace-cmd)
		;;
	*) die_usage "there is no set '$1' of guest programs: ${TOOLS_SETS[*]}" ;;
	esac
}

# tools_ready [SET...]: the programs of every guest in tools/root, and of each set
# an archive (see tools_archive).
tools_ready()
{
	local name
	cache_locked "tools-$arch" tools_make
	tools=$arch_cache/tools
	for name; do
		tools_set "$name"
		[[ $name != python ]] || kselftest_ready
		cache_locked "tools-$name" tools_set_make "$name"
	done
}

tools_archive() { printf '%s\n' "$arch_cache/tools-$1/set.cpio"; }

tools_recipe()
{
	printf '%s\n' "$TOOLS_SUITE ${TOOLS_PACKAGES[*]} ${TOOLS_PROGRAMS[*]} ${TOOLS_LIBRARIES[*]} ${TOOLS_TERMINALS[*]}"
	declare -f tools_arrange tools_paths tools_take tools_libraries tools_find tools_needed
}

# A set has only the libraries that the first one has not.
tools_set_recipe()
{
	tools_recipe
	printf '%s\n' "$1 ${set_packages[*]} ${set_programs[*]}"
	declare -f tools_set_arrange
	if [[ $1 == python ]]; then
		printf '%s\n' "${PYTHON_LEAVE[*]} ${PYTHON_NATIVE_LEAVE[*]} ${PYTHON_SPECS[*]}"
		declare -f tools_python tools_python_compile tools_python_ynl
		cat "$CACHE/linux.seal"
	fi
}

tools_make()
{
	local dir=$arch_cache/tools
	if cache_sealed "$dir" "$(tools_recipe)"; then
		return
	fi
	cache_fresh "$dir"
	say "fetching the guest's programs"
	# What has no program or library in it is dropped later.
	cache_locked "apt-$TOOLS_SUITE" apt_unpack_closure "$TOOLS_SUITE" "$arch" "$dir/all" "${TOOLS_PACKAGES[@]}"
	tools_arrange "$dir"
}

tools_set_make()
{
	local name=$1 dir=$arch_cache/tools-$1 recipe
	recipe=$(tools_set_recipe "$name")
	if cache_sealed "$dir" "$recipe"; then
		return
	fi
	cache_fresh "$dir"
	say "fetching the guest's programs of the set $name"
	cache_locked "apt-$TOOLS_SUITE" apt_unpack_closure "$TOOLS_SUITE" "$arch" "$dir/all" "${set_packages[@]}"
	tools_set_arrange "$name" "$dir"
	cache_seal "$dir" "$recipe" set.cpio
	say "the set $name is $(($(stat -c %s "$dir/set.cpio") >> 20)) MB"
}

# tools_paths FOLDER: where what was unpacked has its libraries.
tools_paths()
{
	all=$1/all root=$1/root
	paths=$all/lib/$arch_libs:$all/usr/lib/$arch_libs
	mkdir -p "$root/lib" "$root/usr/bin"
}

# tools_take PROGRAM...: programs with their libraries into root.
tools_take()
{
	local program
	for program; do
		[[ -x $all$program ]] || die "the packages have no $program: correct $VM/lib/tools.sh"
		# busybox has /bin to itself, so that PATH can put the real ones first.
		install -D -m 755 "$all$program" "$root/usr/bin/${program##*/}"
		tools_libraries "$all$program"
	done
}

# tools_libraries FILE: what it needs, and what that needs. Not asked of its dynamic
# loader, which the host may not be able to run.
tools_libraries()
{
	local name library
	for name in $(tools_needed "$1"); do
		[[ ! -f $root/lib/$name && ! -f $arch_cache/tools/root/lib/$name ]] || continue
		library=$(tools_find "$name")
		[[ -n $library ]] || die "the packages lack $name, which ${1##*/} needs"
		cp -L "$library" "$root/lib/$name"
		tools_libraries "$library"
	done
}

# tools_find LIBRARY
tools_find()
{
	find "${paths%%:*}/" "${paths##*:}/" -maxdepth 1 -name "$1" 2>/dev/null | head -n 1
}

# tools_needed FILE: the libraries it names, but for the loader.
tools_needed()
{
	LC_ALL=C readelf -d "$1" | awk -F '[][]' '/\(NEEDED\)/ && $2 !~ /^ld-linux/ { print $2 }'
}

tools_arrange()
{
	local all root paths name file
	tools_paths "$1"
	install -D -m 755 "$all/bin/busybox" "$root/bin/busybox"
	install -D -m 755 "$all/lib/$arch_libs/${arch_loader##*/}" "$root$arch_loader"
	tools_take "${TOOLS_PROGRAMS[@]}"
	for name in "${TOOLS_LIBRARIES[@]}"; do
		file=$(tools_find "$name")
		[[ -n $file ]] || die "the packages ${TOOLS_PACKAGES[*]} have no $name"
		cp -L "$file" "$root/lib/"
		tools_libraries "$file"
	done
	for name in "${TOOLS_TERMINALS[@]}"; do
		install -D -m 644 "$all/lib/terminfo/$name" "$root/lib/terminfo/$name"
	done
	# bash is sh too: busybox's shell takes its own applets before any PATH.
	ln -s /usr/bin/bash "$root/bin/bash"
	ln -s /usr/bin/bash "$root/bin/sh"
	rm -rf "$all"
	cache_seal "$1" "$(tools_recipe)" root/bin/busybox root/usr/bin/ss root/usr/bin/nginx
}

tools_set_arrange()
{
	local name=$1 dir=$2 all root paths
	tools_paths "$dir"
	tools_take "${set_programs[@]}"
	[[ $name != python ]] || tools_python
	initramfs_pack "$root" >"$dir/set.cpio"
	rm -rf "$all" "$root"
}

# Parts of Python's library that no test needs, and those of its native modules
# that would bring large libraries along or are not for use.
PYTHON_LEAVE=(
	test idlelib lib2to3 ensurepip distutils tkinter turtledemo pydoc_data sqlite3
	venv curses dbm xmlrpc wsgiref config-3.\* turtle.py pydoc.py __pycache__
)
PYTHON_NATIVE_LEAVE=(
	_ssl _hashlib _sqlite3 _tkinter _curses _curses_panel readline _dbm _gdbm nis
	_test\* _xxtest\* _ctypes_test xx\* _codecs_\* ossaudiodev audioop
)
# The kernel's specifications that the guest gets beside ours.
PYTHON_SPECS=(nlctrl netdev)

# Python's library as byte code, as compiling it anew in the guest takes long; and
# the kernel's netlink client, which is what all of it is for.
tools_python()
{
	local lib name file
	lib=$(cd "$all/usr/lib" && echo python3.*)
	[[ -f $all/usr/lib/$lib/os.py ]] || die "the packages have not one Python but '$lib'"
	mkdir -p "$root/usr/lib/python3/dist-packages"
	cp -a "$all/usr/lib/$lib" "$root/usr/lib/"
	cp -a "$all/usr/lib/python3/dist-packages/"{yaml,_yaml} "$root/usr/lib/python3/dist-packages/"
	for name in "${PYTHON_LEAVE[@]}"; do
		find "$root/usr/lib/$lib" "$root/usr/lib/python3" -depth -name "$name" -exec rm -rf {} +
	done
	for name in "${PYTHON_NATIVE_LEAVE[@]}"; do
		find "$root/usr/lib/$lib/lib-dynload" -name "$name.cpython-*" -delete
	done
	while read -r file; do
		tools_libraries "$file"
	done < <(find "$root/usr/lib" -name '*.so')
	tools_python_compile -b "$root/usr/lib/$lib" "$root/usr/lib/python3"
	find "$root/usr/lib" -name '*.py' -delete
	tools_python_ynl
}

# By the Python that will run it, which has to be one for this host. Times of files
# mean nothing in the guest.
tools_python_compile()
{
	[[ $arch == "$ARCH_HOST" ]] || die "the set python is for guests of $ARCH_HOST only"
	PYTHONHOME=$all/usr timeout 300 "$all/lib/$arch_libs/${arch_loader##*/}" --library-path "$paths" "$all/usr/bin/python3" -E -S \
		-m compileall -q --invalidation-mode unchecked-hash -s "$root" -p / "$@" ||
		die "cannot compile Python's library for the guest (see above)"
}

tools_python_ynl()
{
	local ynl=$root/ynl/tools/net/ynl netlink=$root/ynl/Documentation/netlink name
	mkdir -p "$ynl/lib" "$netlink/specs"
	cp "$CACHE/linux/tools/net/ynl/cli.py" "$ynl/"
	cp "$CACHE/linux/tools/net/ynl/lib/"*.py "$ynl/lib/"
	cp "$CACHE/linux/Documentation/netlink/"*.yaml "$netlink/"
	for name in "${PYTHON_SPECS[@]}"; do
		cp "$CACHE/linux/Documentation/netlink/specs/$name.yaml" "$netlink/specs/"
	done
	tools_python_compile "$ynl"
}
