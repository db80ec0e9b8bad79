# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2154
# The module: build it, load it, and say why that fails.

# Load it, if it is not loaded.
load_module() {
	[ -z "$box_loaded" ] || return 0
	case $via in
	port) return ;;
	local) load_here ;;
	*) load_there ;;
	esac
	ask_box
	[ -n "$box_loaded" ] || fail "the module is loaded, and /proc/modules does not show it" "dmesg | tail"
}

# By the box's own kgtp if it has one, which can build the module.
load_there() {
	if [ -n "$box_kgtp" ]; then
		box_as_root "$box_kgtp load </dev/null" || fail "$host cannot load the module, for the reason above" "do that on $host, and again: kgtp"
		return
	fi
	module_said=$(box_as_root "modprobe kgtp 2>&1") ||
		explain_load "$module_said" "/lib/modules/$box_release/extra/kgtp.ko"
}

load_here() {
	module_disabled=$root/proc/sys/kernel/modules_disabled
	need_root "to load a module"
	[ ! -r "$module_disabled" ] || [ "$(cat "$module_disabled")" != 1 ] ||
		fail "no module can be loaded until the next boot: kernel.modules_disabled is 1" \
			"find who sets it: grep -r modules_disabled /etc/sysctl.conf /etc/sysctl.d; then reboot"
	find_module
	if [ -z "$module_file" ]; then
		build_module
		find_module
		[ -n "$module_file" ] ||
			fail "the module was built, and is not where it should be" "kgtp status"
	fi
	case $module_file in
	"$root"/lib/modules/*)
		module_said=$(modprobe kgtp 2>&1) && return
		# depmod has not seen it yet, or there is none, as with busybox.
		case $module_said in
		*"not found"*|*modules.dep*) module_said=$(insmod "$module_file" 2>&1) && return ;;
		esac ;;
	*)	module_said=$(insmod "$module_file" 2>&1) && return ;;
	esac
	explain_load "$module_said" "$module_file"
}

# Where modprobe finds it: make install, DKMS, packages; in the source tree, built for
# this kernel. Or $module_file is empty.
find_module() {
	module_file=
	for module_dir in extra updates/dkms updates weak-updates extra/kgtp weak-updates/kgtp; do
		for module_end in ko ko.xz ko.gz ko.zst; do
			module_file=$root/lib/modules/$box_release/$module_dir/kgtp.$module_end
			[ ! -f "$module_file" ] || return 0
		done
	done
	for module_dir in $tree ${KGTP_SOURCE:-} "$root/usr/src/kgtp-"*; do
		module_file=$module_dir/kgtp.ko
		[ ! -f "$module_file" ] || ! is_for_this_kernel "$module_file" || return 0
	done
	module_file=
}

# vermagic is plain text in the file.
is_for_this_kernel() {
	contains "vermagic=$box_release " "$1"
}

build_module() {
	find_source
	[ -n "$module_source" ] ||
		fail "there is no kgtp.ko for $box_release, and kgtp's source is not here" \
			"in a clone of the source: make && make install" \
			"or, to have it built for each new kernel: make dkms"
	need_to_build
	say "kgtp: building the module for $box_release, in $module_source" >&2
	need_tmp
	if [ "$module_by" = dkms ]; then
		dkms install -m kgtp -v "${module_source##*/kgtp-}" -k "$box_release" >"$tmp/build" 2>&1 </dev/null
	else
		make -C "$module_source" KDIR="$root/lib/modules/$box_release/build" modules >"$tmp/build" 2>&1 </dev/null
	fi || {
		tail -n 15 "$tmp/build" >&2
		module_log=$root/var/lib/dkms/kgtp/${module_source##*/kgtp-}/build/make.log
		[ "$module_by" != dkms ] || [ ! -f "$module_log" ] ||
			fail "the module cannot be built" "see $module_log"
		fail "the module cannot be built, for the reason above" "make -C $module_source"
	}
}

# The source: the tree of this kgtp, or what DKMS has. DKMS keeps it up to date.
find_source() {
	module_source='' module_by=make
	for module_dir in $tree ${KGTP_SOURCE:-}; do
		[ ! -f "$module_dir/Kbuild" ] || {
			module_source=$module_dir
			return
		}
	done
	# The newest one comes last.
	for module_dir in "$root/usr/src/kgtp-"*; do
		[ ! -f "$module_dir/dkms.conf" ] || module_source=$module_dir
	done
	[ -z "$module_source" ] || ! have dkms || module_by=dkms
}

need_to_build() {
	module_missing=
	have make || module_missing=" make"
	have gcc || have cc || module_missing="$module_missing gcc"
	[ -f "$root/lib/modules/$box_release/build/Makefile" ] ||
		module_missing="$module_missing headers-of-$box_release"
	[ -z "$module_missing" ] ||
		fail "to build the module, this is missing:$module_missing" "$(advise_headers)"
}

# What insmod said, and the file: say what it means.
explain_load() {
	module_log=$(box_as_root "dmesg 2>/dev/null | tail -n 12" | grep -i -e kgtp -e 'module verif' -e lockdown -e PKCS | tail -n 3)
	printf '%s\n' "$1" >&2
	[ -z "$module_log" ] || printf '%s\n' "$module_log" >&2
	case $1$module_log in
	*"equired key not available"*|*"ey was rejected"*|*"equired key missing"*|*"unsigned module"*|*"PKCS"*)
		warn "the kernel takes signed modules only (Secure Boot, or module.sig_enforce): kgtp.ko needs a signature"
		advise_signing "$2"
		exit 1 ;;
	*"peration not permitted"*)
		case $box_lockdown in
		*"[integrity]"*|*"[confidentiality]"*)
			warn "the kernel is locked down, and takes signed modules only"
			advise_signing "$2"
			exit 1 ;;
		esac
		fail "this process may not load modules: in a container?" "kgtp load, as root of the box itself" ;;
	*"nvalid module format"*|*"xec format error"*)
		fail "$2 is not for this kernel, $box_release" "$(again_built "$2")" ;;
	*"nknown symbol"*)
		fail "$2 needs symbols that this kernel has not: it was built for another one" "$(again_built "$2")" ;;
	*"not found"*|*"No such file"*)
		fail "there is no kgtp.ko for $box_release on ${host:-this box}" \
			"there, in a clone of kgtp's source: make && make install" \
			"headers that this needs: $(advise_headers)" ;;
	esac
	fail "the module does not load, for the reason above" "dmesg | tail"
}

again_built() {
	say "rm $1; kgtp load (it is built again); if there is no source here: make && make install in a clone of it"
}
