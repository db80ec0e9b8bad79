# SPDX-License-Identifier: GPL-2.0
# bundle EXPERIMENT [FILE...]: one file for boxes without GDB: experiment, relay, modules
bundle_out='' bundle_source='' bundle_experiment='' bundle_relay='' bundle_modules=''
bundle_say_how() {
	warn "$1" "kgtp bundle [-o FILE] [-s] EXPERIMENT [kgtp.ko...] [putgtprsp]"
	exit 2
}
need_tmp
mkdir "$tmp/box"
while [ $# -gt 0 ]; do
	case $1 in
	-o) need_value "$@"
		bundle_out=$2
		shift ;;
	-s) bundle_source=yes ;;
	-*) bundle_say_how "bundle has no option $1" ;;
	*)	[ -r "$1" ] || fail "$1 cannot be read" "name a file"
		if read_elf "$1"; then
			bundle_release=$(tr '\000' '\n' <"$1" | sed -n 's/^vermagic=\([^ ]*\) .*/\1/p')
			if [ -n "$bundle_release" ]; then
				contains "name=kgtp" "$1" || fail "$1 is a module, and not kgtp.ko" "name kgtp.ko"
				[ ! -e "$tmp/box/modules/$bundle_release" ] ||
					fail "two modules are for $bundle_release; the second is $1" "name one"
				mkdir -p "$tmp/box/modules/$bundle_release"
				cp "$1" "$tmp/box/modules/$bundle_release/kgtp.ko"
				# Debug information is for GDB, here. Binutils may not know the box's machine.
				[ -z "$elf_debug" ] || strip --strip-debug "$tmp/box/modules/$bundle_release/kgtp.ko" 2>/dev/null || :
				bundle_modules="$bundle_modules $bundle_release"
			elif contains putgtprsp "$1"; then
				[ -z "$bundle_relay" ] || bundle_say_how "$1 is a second putgtprsp"
				bundle_relay=$1
			else
				fail "$1 is neither kgtp.ko nor putgtprsp" "name those"
			fi
		elif [ -z "$bundle_experiment" ]; then
			bundle_experiment=$1
		else
			bundle_say_how "$1 is a second experiment"
		fi ;;
	esac
	shift
done
[ -n "$bundle_experiment" ] || bundle_say_how "no experiment is named"
sed 1q "$bundle_experiment" | grep -q '^kgtp-experiment ' ||
	fail "$bundle_experiment is not an experiment" "kgtp compile RECIPE --vmlinux VMLINUX -o $bundle_experiment"
if [ -z "$bundle_relay" ]; then
	bundle_relay=$here/putgtprsp
	[ -z "$tree" ] || bundle_relay=$tree/putgtprsp/putgtprsp
	[ -f "$bundle_relay" ] || fail "there is no putgtprsp: $bundle_relay" "make putgtprsp/putgtprsp CC=musl-gcc LDFLAGS=-static"
fi
# The boxes' C library may be another one: RHEL 5's is.
! contains /ld- "$bundle_relay" ||
	fail "$bundle_relay needs the C library of the machine that built it" \
		"in kgtp's source, with musl-tools installed: make -B putgtprsp/putgtprsp CC=musl-gcc LDFLAGS=-static; then name it: kgtp bundle ... putgtprsp/putgtprsp"
cp "$bundle_experiment" "$tmp/box/experiment" || exit 1
cp "$bundle_relay" "$tmp/box/putgtprsp" || exit 1
if [ -n "$bundle_source" ]; then
	find_source
	[ -n "$module_source" ] || fail "kgtp's source is not here" "in a clone of the source: launcher/kgtp bundle -s ..."
	if [ -n "$tree" ]; then
		make -s -C "$tree" install-dkms DESTDIR="$tmp/dkms" >/dev/null || exit 1
		mv "$tmp"/dkms/usr/src/kgtp-* "$tmp/box/source"
	else
		cp -R "$module_source" "$tmp/box/source" || exit 1
	fi
fi
: "${bundle_out:=${bundle_experiment%.*}.box}"
# The script says at which of its lines the payload begins: one more than it has, and this one.
{
	sed "1a\\
payload=$(($(wc -l <"$share/bundle/box.sh") + 2))" "$share/bundle/box.sh"
	(cd "$tmp/box" && tar cf - ./*) | gzip -9n
} >"$tmp/bundle" || exit 1
cp "$tmp/bundle" "$bundle_out" || fail "$bundle_out cannot be written" "say another file: -o FILE"
say "$bundle_out: for ${bundle_modules:-boxes that have kgtp.ko}${bundle_source:+, or built on the box}; on a box: sh ${bundle_out##*/} check"
