# SPDX-License-Identifier: GPL-2.0
# status [loaded]: what is there and what is missing, or only what is loaded; changes nothing
status_only=${1:-}
[ "$status_only" != loaded ] || shift
no_arguments "$@"
row() {
	printf '%-9s %s\n' "$1" "$2"
}
status_module() {
	if [ -n "$box_loaded" ]; then
		status_own=$(version)
		status_own=${status_own#kgtp }
		if [ -z "$box_module" ] || [ "$box_module" = "$status_own" ]; then
			status_own=
		else
			status_own=", version $box_module; kgtp is $status_own; next: kgtp unload, and kgtp load"
		fi
		row module "loaded${box_device:+, device $box_device}$status_own"
	elif [ "$via" = local ]; then
		find_module
		row module "not loaded${module_file:+; $module_file}; next: kgtp load"
	else
		row module "not loaded; next: kgtp load"
	fi
	find_session
	[ -z "$box_session" ] || row session "open: process $box_session"
}
need_tmp
ask_box
if [ "$status_only" = loaded ]; then
	# Packages show this when they are upgraded or removed.
	[ -z "$box_loaded" ] || status_module
	return 0
fi
row kernel "$box_release${box_machine:+, $box_machine}"
row "build ID" "${box_buildid:-none in /sys/kernel/notes: the version text is compared}"
status_module
row relay "${box_relay:-no putgtprsp; next: make install}"
if said=$(find_vmlinux 2>&1 >/dev/null; say "$vmlinux") && [ -f "$said" ]; then
	row symbols "$said"
else
	row symbols "$(say "$said" | sed -n 's/^kgtp: //p' | tail -n 1); next: kgtp vmlinux"
fi
if have "$gdb"; then
	row gdb "$("$gdb" --version 2>/dev/null | sed -n 1p)"
else
	row gdb "none; next: $(advise_install gdb)"
fi
