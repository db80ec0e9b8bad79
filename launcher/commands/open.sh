# SPDX-License-Identifier: GPL-2.0
# open FILE [ARGUMENT...]: GDB with a trace file: a copy of gtpframe, or one of tsave
[ $# -gt 0 ] || usage "open needs the name of a trace file"
need_gdb
choose_script
[ "$gdb_script" = "$scripts/kgtp.py" ] ||
	fail "$gdb has no Python, which finds the kernel that the file belongs to" \
		"by hand: grep -a 'kgtp:' $1; then symbol-file VMLINUX -o OFFSET and target tfile $1"
[ -r "$1" ] || fail "$1 cannot be read"
file=$1
shift
need_tmp
sources_set=
gdb_settings >"$tmp/settings.gdb"
trap : INT
"$gdb" -q ${vmlinux:+"$vmlinux"} -x "$tmp/settings.gdb" -ex "source $gdb_script" -ex "kgtp open $file" "$@"
exit $?
