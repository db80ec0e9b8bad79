# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2154
# The vmlinux with debug information of the box's kernel: find it, and see that it is
# that kernel's. It is on this machine, where GDB runs.

# Where distributions put it, one path a line.
vmlinux_places() {
	vmlinux_debug=$root/usr/lib/debug
	cat <<-EOT
	$vmlinux_debug/boot/vmlinux-$box_release
	$vmlinux_debug/lib/modules/$box_release/vmlinux
	$vmlinux_debug/usr/lib/modules/$box_release/vmlinux
	$vmlinux_debug/lib/modules/$box_release/vmlinux.debug
	$vmlinux_debug/usr/lib/modules/$box_release/vmlinux.debug
	$vmlinux_debug/boot/vmlinux-$box_release.debug
	$vmlinux_debug/vmlinux-$box_release
	$root/lib/modules/$box_release/build/vmlinux
	$root/lib/modules/$box_release/vmlinux
	$root/boot/vmlinux-$box_release
	$root/usr/src/linux-$box_release/vmlinux
	EOT
	[ -z "$box_buildid" ] || {
		vmlinux_rest=${box_buildid#??}
		say "$vmlinux_debug/.build-id/${box_buildid%"$vmlinux_rest"}/$vmlinux_rest.debug"
	}
}

# FILE: is it the box's kernel's, with debug information? If not, $vmlinux_why.
# $vmlinux_by says what was compared.
check_vmlinux() {
	vmlinux_why='' vmlinux_by=''
	if [ ! -r "$1" ] || [ -d "$1" ]; then
		vmlinux_why="$1 cannot be read"
		return 1
	fi
	read_elf "$1" || {
		vmlinux_why="$1 is $elf_is (compressed? GDB needs the vmlinux itself)"
		return 1
	}
	if [ -n "$box_buildid" ] && [ -n "$elf_buildid" ]; then
		vmlinux_by="build ID $elf_buildid"
		[ "$elf_buildid" = "$box_buildid" ] || {
			vmlinux_why="$1 is of another kernel$(banner_of "$1"), with build ID $elf_buildid; $box_release runs, with build ID $box_buildid"
			return 1
		}
	elif [ -n "$box_banner" ]; then
		# Kernels before 2.6.23 have no notes.
		vmlinux_by="version text"
		contains "$box_banner" "$1" || {
			vmlinux_why="$1 is of another kernel$(banner_of "$1"); $box_release runs: $box_banner"
			return 1
		}
	fi
	[ -n "$elf_debug" ] || {
		vmlinux_why="$1 is that kernel's, and has no debug information"
		return 1
	}
}

# Print ", RELEASE" of a vmlinux, from its linux_banner.
banner_of() {
	tr '\000' '\n' <"$1" 2>/dev/null |
		sed -n '/^Linux version [0-9]/{s/^Linux version \([^ ]*\).*/, \1/p;q;}'
}

# Set $vmlinux to the file, or fail and say what to install.
find_vmlinux() {
	if [ -n "$vmlinux" ]; then
		check_vmlinux "$vmlinux" ||
			fail "$vmlinux_why" "$(advise_vmlinux)" "without --vmlinux, kgtp looks for the right one"
		return
	fi
	need_tmp
	vmlinux_places >"$tmp/places"
	: >"$tmp/refused"
	while read -r vmlinux_file; do
		[ -e "$vmlinux_file" ] || continue
		if check_vmlinux "$vmlinux_file"; then
			vmlinux=$vmlinux_file
			return
		fi
		printf 'kgtp: %s\n' "$vmlinux_why" >>"$tmp/refused"
	done <"$tmp/places"
	if ask_debuginfod; then
		vmlinux=$vmlinux_file
		return
	fi
	cat "$tmp/refused" >&2
	set -- "no vmlinux with debug information of $box_release${box_buildid:+ (build ID $box_buildid)}" \
		"$(advise_vmlinux)"
	[ -z "$box_buildid" ] || can_ask_debuginfod ||
		set -- "$@" "or debuginfod-find (package debuginfod, or elfutils) with DEBUGINFOD_URLS, if your distribution has such a server"
	if [ "$via" = local ]; then
		set -- "$@" "or, on a machine that has it: kgtp --ssh root@THIS-BOX --vmlinux FILE"
	elif find_vmlinux_there; then
		set -- "$@" "or take the box's: scp $host:$vmlinux_there . && kgtp --ssh $host --vmlinux ${vmlinux_there##*/}"
	else
		set -- "$@" "here, not on the box; or copy the file and type: kgtp --vmlinux FILE ..."
	fi
	fail "$@"
}

# Does the box have one, in one of the places? Set $vmlinux_there.
find_vmlinux_there() {
	[ "$via" = ssh ] || return 1
	vmlinux_there=$(box "for f in $(sed "s,^$root/,/," "$tmp/places" | tr '\n' ' '); do
		[ ! -f \$R\$f ] || echo \$f
	done" | head -n 1)
	[ -n "$vmlinux_there" ]
}

can_ask_debuginfod() {
	[ -n "$box_buildid" ] && [ -n "${DEBUGINFOD_URLS:-}" ] && have debuginfod-find
}

# By build ID, from the servers that the distribution or the user has named.
ask_debuginfod() {
	can_ask_debuginfod || return 1
	say "kgtp: asking debuginfod for $box_buildid; it may send some 500 MB" >&2
	vmlinux_file=$(debuginfod-find debuginfo "$box_buildid" 2>"$tmp/debuginfod") || {
		printf 'kgtp: debuginfod: %s\n' "$(tail -n 1 "$tmp/debuginfod")" >>"$tmp/refused"
		return 1
	}
	check_vmlinux "$vmlinux_file" || {
		printf 'kgtp: from debuginfod: %s\n' "$vmlinux_why" >>"$tmp/refused"
		return 1
	}
}
