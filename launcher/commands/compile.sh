# SPDX-License-Identifier: GPL-2.0
# compile RECIPE -o FILE [--symbols]: GDB's commands as an experiment for putgtprsp -f
compile_recipe='' compile_out='' compile_names=''
while [ $# -gt 0 ]; do
	case $1 in
	-o|--output) need_value "$@"
		compile_out=$2
		shift ;;
	--output=*) compile_out=${1#*=} ;;
	--vmlinux) need_value "$@"
		vmlinux=$2
		shift ;;
	--vmlinux=*) vmlinux=${1#*=} ;;
	--symbols) compile_names=--symbols ;;
	-*) usage "compile has no option $1" ;;
	*)	[ -z "$compile_recipe" ] || usage "compile takes one recipe, not $1, too"
		compile_recipe=$1 ;;
	esac
	shift
done
[ -n "$compile_recipe" ] || usage "compile needs a file with GDB's commands: trace, actions, tvariable..."
[ -n "$compile_out" ] || usage "compile needs -o FILE"
[ -r "$compile_recipe" ] || fail "$compile_recipe cannot be read" "write GDB's commands into it: trace, actions, tvariable..."
need_gdb
[ -n "$vmlinux" ] ||
	fail "which kernel is it for?" "kgtp compile $compile_recipe --vmlinux FILE -o $compile_out" \
		"kgtp --ssh root@BOX vmlinux finds the box's here"
read_elf "$vmlinux" || fail "$vmlinux is $elf_is (compressed? GDB needs the vmlinux itself)" \
	"kgtp --ssh root@BOX vmlinux finds the box's here"
[ -n "$elf_debug" ] || fail "$vmlinux has no debug information" "install the package with it, as for kgtp connect"
need_python
if [ -n "$relay" ]; then
	compile_relay=$relay
elif [ -x "$tree/putgtprsp/putgtprsp" ]; then
	compile_relay="'$tree/putgtprsp/putgtprsp'"
else
	compile_relay=$(command -v putgtprsp) || fail "putgtprsp is not installed here" "make install-tools, in a clone of kgtp's source"
fi
case $vmlinux$compile_recipe$tree in
*\'*|*\"*|*\\*) fail "a file's name has a quote or a backslash, which GDB does not take" "copy or link it to another name" ;;
esac
choose_script
need_tmp
sources_set=
gdb_settings >"$tmp/settings.gdb"

# NAME OFFSET: record what GDB sends when the kernel has been moved that far.
compile_once() {
	{
		[ "$gdb_script" != "$scripts/kgtp.py" ] || say "source $gdb_script"
		say "target remote | $compile_relay -r '$tmp/$1' --dry='$vmlinux' --offset=$2"
		say "source $compile_recipe"
		say "echo kgtp: the end of the recipe\\n"
		say "tstart"
	} >"$tmp/compile.gdb"
	"$gdb" -nx -batch "$vmlinux" -x "$tmp/settings.gdb" -x "$tmp/compile.gdb" >"$tmp/said" 2>&1 </dev/null
	# It may have had a tstart of its own.
	if [ ! -f "$tmp/$1" ] || ! grep -q '^kgtp: the end of the recipe$' "$tmp/said"; then
		cat "$tmp/said" >&2
		fail "GDB has not taken $compile_recipe" "correct the line that GDB names"
	fi
}

# Both are so large that GDB's numbers for addresses have the same size; what is moved by
# their difference is an address.
compile_once first 0x0d000000
grep '^warning: ' "$tmp/said" >&2
compile_once second 0x1e200000
"$python" -B "$share/compile.py" "$tmp/first" "$tmp/second" "$vmlinux" "$compile_out" $compile_names
exit $?
