# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# What all parts use: messages, the temporary directory, small tests.

say() {
	printf '%s\n' "$*"
}

# MESSAGE [NEXT...]: what is wrong, and what to type; then the end.
fail() {
	warn "$@"
	exit 1
}

warn() {
	printf 'kgtp: %s\n' "$1" >&2
	shift
	for common_next; do
		printf '  next: %s\n' "$common_next" >&2
	done
}

usage() {
	printf 'kgtp: %s\n  next: kgtp help\n' "$1" >&2
	exit 2
}

need_value() {
	[ -n "${2:-}" ] || usage "$1 needs a value"
}

no_arguments() {
	[ $# -eq 0 ] || usage "$command takes no argument $1 (options come before the command)"
}

have() {
	command -v "$1" >/dev/null 2>&1
}

# [NEXT]: set $python to one that runs our programs.
need_python() {
	python=
	for common_try in python3 python; do
		if have "$common_try" && "$common_try" -c 'import sys; sys.exit(sys.version_info < (3, 6))' 2>/dev/null; then
			python=$common_try
			return
		fi
	done
	fail "Python 3.6 or later is not installed here" "$(advise_install python3)" "$@"
}

# TEXT FILE: is it in that binary? Some greps end a line at its first NUL.
contains() {
	tr '\000' '\n' <"$2" | grep -q -F -e "$1"
}

# Make $tmp, which leave() removes.
need_tmp() {
	[ -z "$tmp" ] || return 0
	tmp=${TMPDIR:-/tmp}/kgtp.$$
	(umask 077 && mkdir "$tmp") || {
		tmp=
		fail "cannot make a directory in ${TMPDIR:-/tmp}" "set TMPDIR to a directory that you can write to"
	}
}

leave() {
	[ -n "$tmp" ] || return 0
	[ ! -S "$tmp/ssh" ] || ssh -S "$tmp/ssh" -O exit "$host" 2>/dev/null
	rm -rf "$tmp"
}

version() {
	if [ -n "$tree" ]; then
		sed -n 's/^PACKAGE_VERSION="\(.*\)"/kgtp \1/p' "$tree/dkms.conf"
	else
		say "kgtp $(cat "$share/version")"
	fi
}

# The demo's guest, which only the source has.
run_vm() {
	[ -n "$tree" ] || tree=${KGTP_SOURCE:-}
	[ -x "$tree/tests/vm/shell" ] ||
		fail "the guest is a part of kgtp's source, which is not here" \
			"make shell, in a clone of the source; or KGTP_SOURCE=DIR kgtp --vm"
	say "kgtp: a guest with a kernel of Debian; the first time, packages and the kernel are downloaded"
	"$tree/tests/setup" vm || exit 1
	exec "$tree/tests/vm/shell" "$@"
}
