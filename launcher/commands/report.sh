# SPDX-License-Identifier: GPL-2.0
# report FILE [OPTION...]: what is in a file of trace frames: as text, JSON, a page... (report --help)
report_python=
for report_try in python3 python; do
	if have "$report_try" && "$report_try" -c 'import sys; sys.exit(sys.version_info < (3, 6))' 2>/dev/null; then
		report_python=$report_try
		break
	fi
done
[ -n "$report_python" ] ||
	fail "Python 3.6 or later is not installed here" "$(advise_install python3)" "or copy the file to a machine that has it: nothing of this box is asked"
report_main=${tree:-$share}/report/main.py
[ -f "$report_main" ] || fail "$report_main is missing" "install kgtp again (make install)"
[ -z "$vmlinux" ] || {
	KGTP_VMLINUX=$vmlinux
	export KGTP_VMLINUX
}
"$report_python" -B "$report_main" "$@"
exit $?
