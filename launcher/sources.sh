# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2154
# The kernel's sources, so that GDB's `list vfs_read' shows code.

sources_file=fs/read_write.c	# of vfs_read()

# Set $sources to the directory (empty: none; $sources_why has the reason), and
# $sources_set to GDB's command that makes it find them (may be empty).
find_sources() {
	sources='' sources_set='' sources_why=''
	need_gdb
	# The names in the debug information: relative ones, or absolute ones of where
	# the kernel was built.
	sources_said=$("$gdb" -nx -batch -ex 'list vfs_read' -ex 'info source' "$vmlinux" 2>/dev/null </dev/null)
	sources_there=$(say "$sources_said" | sed -n 's/^Located in //p')
	sources_name=$(say "$sources_said" | sed -n 's/^Current source file is //p')
	if [ -f "$sources_there" ]; then
		sources=${sources_there%/"$sources_file"}
		return
	fi
	for sources_dir in \
		"$root/usr/src/linux-source-$(kernel_version)" \
		"$root/usr/src/linux-source-$(kernel_version)/linux-source-$(kernel_version)" \
		"$root/usr/src/debug/"kernel-*"/linux-$box_release" \
		"$root/usr/src/debug/"kernel-*"/linux-${box_release%."$box_machine"}"* \
		"$root/usr/src/debug/"kernel-*/linux-"${box_release%%-*}"* \
		"$root/lib/modules/$box_release/source" \
		"$root/lib/modules/$box_release/build" \
		"$root/usr/src/linux-$box_release" \
		"$root/usr/src/linux-${box_release%-*}" \
		"$root/usr/src/linux-${box_release%%-*}"
	do
		[ -f "$sources_dir/$sources_file" ] || continue
		sources=$sources_dir
		break
	done
	sources_tar=$root/usr/src/linux-source-$(kernel_version).tar.xz
	if [ -z "$sources" ] && [ -f "$sources_tar" ]; then
		sources_why="they are packed: tar -C ${sources_tar%/*} -xf $sources_tar"
	elif [ -z "$sources" ]; then
		sources_why=$(advise_sources)
	else
		set_sources
		compare_sources
	fi
}

# Debian's releases have no third number, and linux-source may be newer than the kernel
# that runs: then lines are not where GDB thinks.
compare_sources() {
	sources_want=$(say "$box_banner" | sed -n 's/.* Debian \([0-9][0-9.]*\)[-+~].*/\1/p')
	sources_have=$(sed -n -e 's/^VERSION = //p' -e 's/^PATCHLEVEL = //p' -e 's/^SUBLEVEL = //p' -e 5q \
		"$sources/Makefile" 2>/dev/null | tr '\n' . | sed 's/\.$//')
	[ -z "$sources_want" ] || [ -z "$sources_have" ] || [ "$sources_want" = "$sources_have" ] ||
		sources_why="of $sources_have, while $sources_want runs: lines may be off"
}

set_sources() {
	case $sources_name in
	/*/"$sources_file") sources_set="set substitute-path ${sources_name%/"$sources_file"} $sources" ;;
	*) sources_set="directory $sources" ;;
	esac
}
