# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2154
# GDB: connect it, and say in five lines to what.

gdb=${KGTP_GDB:-gdb}

need_gdb() {
	have "$gdb" ||
		fail "gdb is not installed here" "$(advise_install gdb)" "or, on a machine that has it: kgtp --ssh root@THIS-BOX"
}

# GDB's target: set $target.
choose_target() {
	case $via in
	port) target=$at
		return ;;
	command) [ -n "$relay" ] || usage "with --via, --relay says how GDB reaches putgtprsp there" ;;
	esac
	if [ -n "$relay" ]; then
		target="| $relay"
		return
	fi
	[ -n "$box_relay" ] || [ ! -x "$tree/putgtprsp/putgtprsp" ] || [ "$via" != local ] ||
		box_relay=$tree/putgtprsp/putgtprsp
	[ -n "$box_relay" ] ||
		fail "putgtprsp is not installed on ${host:-this box}" "there, in a clone of kgtp's source: make && make install"
	target="| $box_relay"
	[ "$via" != ssh ] || {
		[ "$box_uid" = 0 ] || box_relay="sudo -n $box_relay"
		target="| ssh -S $tmp/ssh $host $box_relay"
	}
}

# Settings; only those that this GDB knows, as an unknown one is an error.
gdb_settings() {
	gdb_major=$("$gdb" --version 2>/dev/null | sed -n '1s/.*[ (]\([0-9][0-9]*\)\.[0-9].*/\1/p')
	[ -n "$gdb_major" ] || gdb_major=7
	if [ "$gdb_major" -ge 8 ]; then
		say "set print entry-values no"
	fi
	if [ "$gdb_major" -ge 12 ]; then
		# It would ask.
		if [ -n "${DEBUGINFOD_URLS:-}" ]; then
			say "set debuginfod enabled on"
		else
			say "set debuginfod enabled off"
		fi
	fi
	# As slow as a serial line may be.
	say "set remotetimeout 10"
	[ -z "$sources_set" ] || say "$sources_set"
}

# The script for this GDB: set $gdb_script, empty if there is none.
choose_script() {
	gdb_script=
	if [ -f "$scripts/kgtp.py" ] &&
	   [ "$("$gdb" -nx -batch -ex 'python print("yes")' 2>/dev/null </dev/null)" = yes ]; then
		gdb_script=$scripts/kgtp.py
	elif [ -f "$scripts/kgtp.gdb" ]; then
		gdb_script=$scripts/kgtp.gdb
	fi
}

# NAME TEXT: a command that prints a line.
gdb_line() {
	printf 'echo %-9s %s\\n\n' "$1" "$(say "$2" | sed 's/\\/\\\\/g')"
}

five_lines() {
	gdb_line kernel "$box_release${box_machine:+, $box_machine}${box_name:+, $box_name}"
	gdb_line CPUs "${box_cpus:-unknown}"
	if [ -n "$sources" ]; then
		gdb_line symbols "$vmlinux (checked: ${vmlinux_by:-name}), sources $sources${sources_why:+ ($sources_why)}"
	else
		gdb_line symbols "$vmlinux (checked: ${vmlinux_by:-name}), no sources: $sources_why"
	fi
	gdb_line lacks "$box_lacks"
	if [ -n "$gdb_script" ]; then
		gdb_line type "help kgtp; print jiffies_64; trace vfs_read, tstart, tstop, tfind, bt"
	else
		gdb_line type "print jiffies_64; trace vfs_read, tstart, tstop, tfind, bt"
	fi
}

# [GDB's arguments]
connect_gdb() {
	need_gdb
	need_root "to open the device"
	case $box_lockdown in
	*"[confidentiality]"*)
		fail "the kernel is locked down for confidentiality: nobody may read its memory" \
			"boot it with lockdown=integrity or without lockdown=" ;;
	esac
	choose_target
	find_session
	[ -z "$box_session" ] ||
		fail "another session is open: process $box_session has ${box_device}" \
			"quit that GDB; or, if nobody is there: kill ${box_session%% *}; then again: kgtp"
	choose_script
	ask_lacks
	need_tmp
	gdb_settings >"$tmp/settings.gdb"
	# GDB leaves a file at the first error, so nothing is said unless it is connected.
	{
		[ -z "$module_path" ] || [ "$gdb_script" != "$scripts/kgtp.py" ] || say "set kgtp module-path $module_path"
		say "target remote $target"
		five_lines
	} >"$tmp/connect.gdb"
	# Ctrl-C is GDB's.
	trap : INT
	if [ -n "$gdb_script" ]; then
		"$gdb" -q "$vmlinux" -x "$tmp/settings.gdb" -ex "source $gdb_script" -x "$tmp/connect.gdb" "$@"
	else
		"$gdb" -q "$vmlinux" -x "$tmp/settings.gdb" -x "$tmp/connect.gdb" "$@"
	fi
	exit $?
}
