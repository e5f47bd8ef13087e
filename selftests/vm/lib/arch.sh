# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the files of lib/ share their variables
# An architecture of guests, on a host that is amd64.

ARCH_HOST=amd64

# arch_load NAME: what depends on it, into the arch_* variables.
#   cross    what the names of the compiler and its like begin with
#   kbuild   what the kernel's makefile is told
#   libs     the folder of shared libraries in Debian's packages
#   loader   the dynamic loader's path
#   qemu     the emulator, and the package that has it
#   machine  what it emulates. cortex-a72: max takes three times as long
#   console  the first serial port, which QEMU's first -serial is
#   channel  the second, which is in every kernel too, and the device that has it:
#            the machine virt has only one port of its own
arch_load()
{
	arch=$1
	arch_cache=$CACHE/$arch
	case $arch in
	amd64)
		arch_cross=''
		arch_kbuild=()
		arch_libs=x86_64-linux-gnu
		arch_loader=/lib64/ld-linux-x86-64.so.2
		arch_qemu=qemu-system-x86_64
		arch_qemu_package='qemu-system-x86'
		# A clock that does not wait went forward by a millisecond at a time with
		# an HPET, and kernels have more to do with what a newer CPU can.
		arch_machine=(-machine 'q35,hpet=off' -cpu qemu64)
		arch_console=ttyS0
		arch_channel=ttyS1
		arch_channel_device=isa-serial
		;;
	arm64)
		arch_cross=aarch64-linux-gnu-
		arch_kbuild=(ARCH=arm64 "CROSS_COMPILE=$arch_cross")
		arch_libs=aarch64-linux-gnu
		arch_loader=/lib/ld-linux-aarch64.so.1
		arch_qemu=qemu-system-aarch64
		arch_qemu_package='qemu-system-arm'
		arch_machine=(-machine virt -cpu cortex-a72)
		arch_console=ttyAMA0
		arch_channel=ttyS0
		arch_channel_device=pci-serial
		;;
	*)
		die "$VM/rows: there is no architecture '$arch': amd64 or arm64"
		;;
	esac
}

# arch_need ROW...: what building these rows and booting them takes of the host.
arch_need()
{
	local row
	need make cpio readelf
	for row; do
		row_load "$row"
		need "$arch_cross$BUILD_CC" "${arch_cross}strip"
	done
}
