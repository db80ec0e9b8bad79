#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Ask the kernel tree at $KDIR what its API is, by compiling, and write
# compat/config.h.  The answers are kept until the tree, its configuration, the
# compiler or the questions change.
#
#	KDIR=... MAKE=... compat/probe.sh [--table]
#
# Run from the top of the source tree.  PROBE_STAMP: anything else that the
# answers depend on (make variables, which reach $MAKE by themselves).
# --table prints what was decided, and why.
set -eu

out=compat/config.h
work=compat/.probe
make=${MAKE:-make}

die() {
	echo "kgtp: $*" >&2
	exit 1
}

[ -f "$KDIR/Makefile" ] ||
	die "no kernel build tree at $KDIR: install linux-headers-$(uname -r)" \
	    "(Debian, Ubuntu) or kernel-devel-$(uname -r) (Red Hat, SUSE)," \
	    "or say KDIR=DIR"
[ -f "$KDIR/Module.symvers" ] ||
	die "$KDIR/Module.symvers is missing: the tree must be a built one," \
	    "or come from your distribution's kernel headers package"

autoconf=
for f in include/generated/autoconf.h include/linux/autoconf.h; do
	[ -f "$KDIR/$f" ] && autoconf=$KDIR/$f && break
done
[ -n "$autoconf" ] || die "$KDIR is not configured (no autoconf.h)"

stamp=$( { echo "$KDIR ${PROBE_STAMP-}"; cat "$autoconf" "$KDIR/Module.symvers" \
	compat/families compat/probes/*.c compat/probe.sh; } | cksum | tr ' ' '-')
if [ "${1-}" != --table ] && [ -f $out ] &&
   [ "$(sed -n '1s/.*stamp \([^ ]*\) .*/\1/p' $out)" = "$stamp" ]; then
	exit 0
fi

echo "  PROBE   $KDIR"
rm -rf $work
mkdir -p $work
cp compat/probes/*.c $work/
objs=
for f in "$work"/*.c; do
	objs="$objs $(basename "$f" .c).o"
done
# "always" is the old spelling, "always-y" the new one: nothing is linked.
{
	echo "always := $objs"
	echo "always-y := $objs"
	echo "ccflags-y := -Werror -Wno-unused-parameter"
	echo "EXTRA_CFLAGS := -Werror"
} > $work/Kbuild
cp $work/Kbuild $work/Makefile
log=$work/log
$make -k -C "$KDIR" M="$PWD/$work" V=1 modules > $log 2>&1 || :

[ -f $work/control-compiles.o ] || {
	cc=$(sed -n 's/^.*: \([^ :]*\): \(command \)\{0,1\}[nN]o\{0,1\}t\{0,1\} \(such file\|found\).*$/\1/p' $log | head -n 1)
	[ -z "$cc" ] || die "$cc is missing: install the package of that name," \
		"or say CC=gcc"
	grep -m 3 -iE 'error|not found' $log >&2 || tail -n 3 $log >&2
	die "a module that must compile does not compile against $KDIR;" \
	    "the log is $log"
}
[ ! -f $work/control-fails.o ] ||
	die "a module that must not compile compiles against $KDIR;" \
	    "the log is $log"

exported() {	# "a+b|c": is this satisfied by Module.symvers?
	old=$IFS
	IFS='|'
	# shellcheck disable=SC2086
	set -- $1
	IFS=$old
	for alt in "$@"; do
		ok=1
		for sym in $(echo "$alt" | tr '+' ' '); do
			awk -v s="$sym" '$2 == s { f = 1 } END { exit !f }' \
				"$KDIR/Module.symvers" || { ok=0; break; }
		done
		[ $ok = 1 ] && return 0
	done
	return 1
}

tmp=$out.tmp
table=$work/table
: > $table
{
	echo "/* Made by compat/probe.sh for $KDIR: stamp $stamp (do not edit) */"
	echo "#ifndef COMPAT_CONFIG_H"
	echo "#define COMPAT_CONFIG_H"
	echo
} > $tmp
failed=
while read -r family need variants; do
	case $family in ''|'#'*) continue ;; esac
	winner=
	why=
	for v in $variants; do
		name=${v%%:*}
		if [ -f "compat/probes/$family-$name.c" ] &&
		   [ ! -f "$work/$family-$name.o" ]; then
			why="$why $name: does not compile;"
			continue
		fi
		case $v in
		*:*)
			if ! exported "${v#*:}"; then
				why="$why $name: not exported;"
				continue
			fi ;;
		esac
		winner=$name
		break
	done
	upper=$(echo "$winner" | tr '[:lower:]' '[:upper:]')
	if [ -n "$winner" ]; then
		echo "#define KC_HAVE_$upper 1	/* $family */" >> $tmp
		printf '%-14s %-26s %s\n' "$family" "$winner" "${why# }" >> $table
	else
		echo "/* $family: not available */" >> $tmp
		printf '%-14s %-26s %s\n' "$family" "-" "${why# }" >> $table
		[ "$need" = required ] && failed="$failed $family"
	fi
done < compat/families
{ echo; echo "#endif"; } >> $tmp
[ "${1-}" != --table ] || cat $table
[ -z "$failed" ] || {
	rm -f $tmp
	cat $table >&2
	die "this kernel offers no known way to:$failed; the log is $log"
}
mv $tmp $out
