#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# KGTP: an experiment, with all that a box needs for it. Made by `kgtp bundle'.
#
#	sh FILE check|start|stop|status|undo	as root
#
# check says what start would do, and why it cannot; it changes nothing. start loads
# the module, sets the experiment up and starts it. stop ends the run, and keeps its
# frames in a file. undo takes all away, and unloads the module if start has loaded
# it. Each may be repeated. The last line is "kgtp: changed" or "kgtp: unchanged".
#
# KGTP_DIR is where all is kept: /var/lib/kgtp.
set -u
LC_ALL=C
export LC_ALL
PATH=$PATH:/usr/sbin:/sbin
dir=${KGTP_DIR:-/var/lib/kgtp}
frames=$dir/frames.tfile
changed=unchanged

fail() {
	printf 'kgtp: %s\n' "$1" >&2
	shift
	for next; do
		printf '  next: %s\n' "$next" >&2
	done
	exit 1
}

loaded() {
	grep -q '^kgtp ' /proc/modules
}

node() {	# NAME: print where it is
	for path in /proc/$1 /sys/kernel/debug/$1; do
		[ ! -e "$path" ] || {
			echo "$path"
			return
		}
	done
	return 1
}

# The payload, into $new: experiment, putgtprsp, modules/RELEASE/kgtp.ko, source/.
unpack() {
	new=$dir/new
	rm -rf "$new"
	(umask 077 && mkdir -p "$new") || fail "cannot make $new" "say another directory: KGTP_DIR=DIR"
	chmod 711 "$dir"	# whoever sudo works for fetches the frames
	tail -n "+$payload" "$0" | gzip -dc | (cd "$new" && tar xf -) ||
		fail "the bundle cannot be unpacked into $dir" "see that it is whole (cksum), and that $dir has space: df $dir"
	chmod 700 "$new/putgtprsp"
}

# Set $module: the file for this kernel, or empty; build: from the source.
find_module() {
	release=$(uname -r)
	module=$new/modules/$release/kgtp.ko
	[ ! -f "$module" ] || return 0
	for module in /lib/modules/"$release"/*/kgtp.ko* /lib/modules/"$release"/updates/dkms/kgtp.ko*; do
		[ ! -f "$module" ] || return 0
	done
	module=
	if [ -d "$new/source" ] && [ -f "/lib/modules/$release/build/Makefile" ] &&
	   command -v make >/dev/null && { command -v gcc || command -v cc; } >/dev/null; then
		module=build
		return 0
	fi
	[ ! -d "$new/source" ] ||
		fail "there is no kgtp.ko for $release here or in the bundle, and it cannot be built: make, gcc or the kernel's headers are missing" \
			"install them, or build it where they are, and: kgtp bundle EXPERIMENT kgtp.ko..."
	fail "there is no kgtp.ko for $release here or in the bundle" \
		"build it for that kernel, and: kgtp bundle EXPERIMENT kgtp.ko..."
}

load() {
	find_module
	if [ "$module" = build ]; then
		make -C "$new/source" KDIR="/lib/modules/$release/build" modules >"$dir/build.log" 2>&1 </dev/null ||
			fail "the module cannot be built" "tail $dir/build.log"
		module=$new/source/kgtp.ko
	fi
	case $module in
	"$new"/*) said=$(insmod "$module" 2>&1) ;;
	*) said=$(modprobe kgtp 2>&1) || said=$(insmod "$module" 2>&1) ;;
	esac || {
		dmesg | grep -i -e kgtp -e module | tail -n 3 >&2
		fail "the module does not load: $said" "dmesg | tail; the README has a section on Secure Boot"
	}
	: >"$dir/loaded"
	changed=changed
}

unload() {
	[ -f "$dir/loaded" ] || return 0
	! loaded || rmmod kgtp || fail "the module is in use" "end the sessions, and again: sh $0 undo"
	rm -f "$dir/loaded"
	changed=changed
}

# The relay of the run that was started, or else this bundle's.
relay() {
	[ -x "$dir/putgtprsp" ] || fail "nothing was started here" "sh $0 start"
	"$dir/putgtprsp" "$@"
}

running() {
	loaded && [ -x "$dir/putgtprsp" ] && "$dir/putgtprsp" --status >/dev/null 2>&1
}

do_check() {
	unpack
	if running && cmp -s "$new/experiment" "$dir/experiment"; then
		echo "this experiment is running"
	elif loaded; then
		"$new/putgtprsp" -f "$new/experiment" --check || exit 1
		echo "would start the experiment"
		changed=changed
	else
		find_module
		[ "$module" = build ] && echo "would build the module for $release, and load it" || echo "would load ${module#"$new"/}"
		echo "would start the experiment"
		changed=changed
	fi
}

do_start() {
	unpack
	if running && cmp -s "$new/experiment" "$dir/experiment"; then
		echo "this experiment is running already"
		return
	fi
	rm -f "$frames"
	loaded || load
	mv -f "$new/experiment" "$new/putgtprsp" "$dir/"
	relay -f "$dir/experiment" --start || {
		unload
		exit 1
	}
	changed=changed
}

do_stop() {
	if running; then
		relay --stop || exit 1
		changed=changed
	elif [ -f "$frames" ]; then
		echo "the run has ended, and its frames are in $frames"
		return
	fi
	[ -f "$dir/experiment" ] || fail "nothing was started here" "sh $0 start"
	loaded || fail "the module is gone, and the frames with it" "sh $0 start"
	(umask 077 && cat "$(node gtpframe)" >"$frames.new") || {
		rm -f "$frames.new"
		fail "the frames cannot be written to $dir" "see that it has space: df $dir; then again: sh $0 stop"
	}
	# Whoever sudo works for fetches it.
	[ -z "${SUDO_UID:-}" ] || chown "$SUDO_UID" "$frames.new"
	mv "$frames.new" "$frames"
	changed=changed
	echo "the frames are in $frames"
}

do_status() {
	if [ ! -x "$dir/putgtprsp" ]; then
		echo "nothing was started here"
	elif ! loaded; then
		echo "the module is not loaded"
	else
		relay --status
	fi
	[ ! -f "$frames" ] || ls -l "$frames"
}

do_undo() {
	! running || {
		relay --stop || exit 1
		changed=changed
	}
	unload
	[ ! -d "$dir" ] || {
		for one in experiment putgtprsp frames.tfile frames.tfile.new build.log loaded new; do
			rm -rf "${dir:?}/$one"
		done
		rmdir "$dir" || fail "$dir has files of somebody else" "ls $dir"
		changed=changed
	}
}

[ "$(id -u)" = 0 ] || fail "this needs root" "sudo sh $0 $*"
[ -f "$0" ] || fail "this is a file, with what it needs behind it" "copy it to the box, and: sh FILE start"
[ $# -eq 1 ] || set -- ''
new=
case $1 in
check) do_check ;;
start) do_start ;;
stop) do_stop ;;
status) do_status ;;
undo) do_undo ;;
*) fail "say one thing to do" "sh $0 check, start, stop, status or undo" ;;
esac
[ -z "$new" ] || rm -rf "$new"
# What check has made.
[ "$1" != check ] || rmdir "$dir" 2>/dev/null
echo "kgtp: $changed"
exit 0
