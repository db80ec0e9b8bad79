# SPDX-License-Identifier: GPL-2.0
# report FILE [OPTION...]: what is in a file of trace frames: as text, JSON, a page... (report --help)
need_python "or copy the file to a machine that has it: nothing of this box is asked"
report_main=${tree:-$share}/report/main.py
[ -f "$report_main" ] || fail "$report_main is missing" "install kgtp again (make install)"
[ -z "$vmlinux" ] || {
	KGTP_VMLINUX=$vmlinux
	export KGTP_VMLINUX
}
"$python" -B "$report_main" "$@"
exit $?
