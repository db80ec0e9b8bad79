#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Find out the API of the kernel tree at $KDIR by compiling probes, and write
# compat/config.h.  The answers are kept until the tree, its configuration, the
# make variables or the probes change.
#
#	KDIR=... MAKE=... compat/probe.sh
#
# Run from the top of the source tree.  PROBE_STAMP: anything else that the
# answers depend on (make variables, which reach $MAKE by themselves).
# compat/.probe/table lists the decisions and their reasons.
set -eu
LC_ALL=C
export LC_ALL

out=compat/config.h
work=compat/.probe
log=$work/log
table=$work/table
make=${MAKE:-make}

die() {
	echo "kgtp: $*" >&2
	exit 1
}

# make -n runs this script, too, to pass on make's job slots.
flags=${MAKEFLAGS-}
case ${flags%% *} in
-*|*=*) ;;
*n*) exit 0 ;;
esac

# kbuild cannot handle such paths, and reports that late or not at all.
case $PWD$KDIR in
*[[:space:]:%]*)
	die "kernel modules can not be built in a directory whose path has" \
	    "spaces, colons or percent signs ($PWD, KDIR=$KDIR): move it" ;;
esac

case $KDIR in
/lib/modules/*/build) release=${KDIR#/lib/modules/} release=${release%/build} ;;
*) release=$(uname -r) ;;
esac
headers="linux-headers-$release (Debian, Ubuntu), kernel-devel-$release (Red Hat)"
headers="$headers or kernel-default-devel (SUSE)"

[ -f "$KDIR/Makefile" ] ||
	die "no kernel build tree at $KDIR: install $headers, or say KDIR=DIR"
autoconf=
for f in include/generated/autoconf.h include/linux/autoconf.h; do
	[ -f "$KDIR/$f" ] && autoconf=$KDIR/$f && break
done
[ -n "$autoconf" ] ||
	die "the kernel tree $KDIR is not configured (no autoconf.h):" \
	    "install $headers, or build that tree first"
[ -f "$KDIR/Module.symvers" ] ||
	die "the kernel tree $KDIR is not built (no Module.symvers):" \
	    "install $headers, or build that tree first"

stamp=$( {
	echo "$KDIR ${PROBE_STAMP-} ${ARCH-} ${CROSS_COMPILE-} ${KCFLAGS-}"
	cat "$autoconf" "$KDIR/Module.symvers" compat/families \
		compat/probes/*.c compat/machine.h compat/probe.sh
} | cksum | tr ' ' '-')
if [ -f $out ] && [ -f $table ] &&
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
# Nothing is linked.  "always" is the old spelling, "always-y" the new one.
{
	echo "always := $objs"
	echo "always-y := $objs"
	# Before 2.6.24 the tree itself accepts undeclared functions.  No other
	# warning may fail a probe: vendors' headers cause some.
	echo "ccflags-y := -Werror-implicit-function-declaration"
	echo "EXTRA_CFLAGS := -Werror-implicit-function-declaration"
	# The flags of a module, though none is linked (new and old names).
	echo 'CFLAGS_KERNEL := $(CFLAGS_MODULE)'
	echo 'KBUILD_CFLAGS_KERNEL := $(KBUILD_CFLAGS_MODULE)'
} > $work/Kbuild
cp $work/Kbuild $work/Makefile
$make -k -C "$KDIR" M="$PWD/$work" V=1 modules > $log 2>&1 < /dev/null || :

[ -f $work/control-compiles.o ] || {
	# the messages of make, dash and bash
	cc=$(sed -n -e 's/^.*: \([^ :]*\(cc\|clang\)[0-9.]*\(-[^ :]*\)*\): No such file.*/\1/p' \
		-e 's/^.*: \([^ :]*\(cc\|clang\)[0-9.]*\(-[^ :]*\)*\): \(command \)*not found.*/\1/p' \
		$log | head -n 1)
	[ -z "$cc" ] ||
		die "the compiler $cc is missing: install $cc, or say CC=COMPILER"
	grep -m 3 -iE 'error|not found' $log >&2 || tail -n 3 $log >&2
	die "a module that must compile does not compile against $KDIR;" \
	    "the log is $log"
}
[ ! -f $work/control-fails.o ] ||
	die "a module that must not compile compiles against $KDIR;" \
	    "the log is $log"

[ -f $work/control-machine.o ] ||
	die "there are no files for the machine of $KDIR:" \
	    "see \"To add a machine\" in docs/porting.md"

exported() {	# does Module.symvers satisfy "a+b|c"?
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

tmp=$work/config.h
row() {	# four columns
	printf '%-14s %-9s %-26s %s\n' "$@" | sed 's/ *$//' >> $table
}
: > $table
row family need way "why not the newer ones"
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
				why="$why $name: ${v#*:} is not exported;"
				continue
			fi ;;
		esac
		winner=$name
		break
	done
	upper=$(echo "$winner" | tr '[:lower:]' '[:upper:]')
	if [ -n "$winner" ]; then
		echo "#define KC_HAVE_$upper 1	/* $family */" >> $tmp
		row "$family" "$need" "$winner" "${why# }"
	else
		echo "/* $family: not available */" >> $tmp
		row "$family" "$need" none "${why# }"
		[ "$need" = required ] && failed="$failed $family"
	fi
done < compat/families
{ echo; echo "#endif"; } >> $tmp
[ -z "$failed" ] || {
	cat $table >&2
	die "this kernel offers no known way to:$failed; the log is $log"
}
# kbuild rebuilds when the command line changes or a header is newer.  For
# another tree neither may be the case.
$make -s clean-objects
mv $tmp $out
