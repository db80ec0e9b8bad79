# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2154
# What to install on this distribution; each function prints the command to type.

# debian, ubuntu, rhel (with all that is built like it), fedora, suse, arch, or other.
family() {
	for advice_id in $1; do
		case $advice_id in
		ubuntu|debian|fedora|suse|arch) say "$advice_id"; return ;;
		sles|sled|opensuse*) say suse; return ;;
		rhel|centos|rocky|almalinux|ol|amzn|scientific) say rhel; return ;;
		esac
	done
	say other
}

# This machine's, unless the box's.
os_here() {
	if [ "$via" = local ] && [ -n "${box_os:-}" ]; then
		say "$box_os"
		return
	fi
	# Not all commands ask the box.
	advice_file=/etc/os-release
	[ "$via" != local ] || advice_file=$root$advice_file
	# shellcheck source=/dev/null
	[ ! -f "$advice_file" ] || (ID='' ID_LIKE=''; . "$advice_file"; say "$ID $ID_LIKE")
}

# yum is what RHEL 5 to 7 have.
advise_yum() {
	if [ -x "$root/usr/bin/dnf" ]; then say dnf; else say yum; fi
}

# PACKAGE...: for the machine that kgtp runs on.
advise_install() {
	advice_family=$(family "$(os_here)")
	case $advice_family in
	debian|ubuntu) say "apt install $*" ;;
	rhel|fedora) say "$(advise_yum) install $*" ;;
	suse) say "zypper install $*" ;;
	arch) say "pacman -S $*" ;;
	*) say "install $*" ;;
	esac
}

# The box's kernel: its headers, to build the module.
advise_headers() {
	case $(family "$box_os") in
	debian|ubuntu) say "apt install gcc make linux-headers-$box_release" ;;
	rhel|fedora)
		case $box_release in
		*.el5PAE|*.el5xen) say "yum install gcc make kernel-${box_release##*.el5}-devel-${box_release%%.el5*}.el5" ;;
		*.el[567]*) say "yum install gcc make kernel-devel-$box_release" ;;
		*) say "dnf install gcc make elfutils-libelf-devel kernel-devel-$box_release" ;;
		esac ;;
	suse) say "zypper install gcc make kernel-${box_release##*-}-devel, of version $box_release" ;;
	arch) say "pacman -S gcc make linux-headers" ;;
	*) say "install gcc, make and the headers of $box_release: /lib/modules/$box_release/build" ;;
	esac
}

# The box's kernel: its vmlinux with debug information.
advise_vmlinux() {
	case $(family "$box_os") in
	debian) say "apt install linux-image-$box_release-dbg" ;;
	ubuntu) say "apt install linux-image-$box_release-dbgsym (from http://ddebs.ubuntu.com: apt install ubuntu-dbgsym-keyring, and add that source)" ;;
	rhel)
		case $box_release in
		*.el5*) say "rpm -i kernel-debuginfo-$box_release and kernel-debuginfo-common of that version, from the debuginfo channel" ;;
		*.el[67]*) say "debuginfo-install kernel-$box_release (from yum-utils)" ;;
		*) say "dnf debuginfo-install kernel-$box_release (from dnf-plugins-core)" ;;
		esac ;;
	fedora) say "dnf debuginfo-install kernel-$box_release; or debuginfod: DEBUGINFOD_URLS=https://debuginfod.fedoraproject.org" ;;
	suse) say "zypper --plus-content debug install kernel-${box_release##*-}-debuginfo, of version $box_release" ;;
	arch) say "DEBUGINFOD_URLS=https://debuginfod.archlinux.org kgtp vmlinux" ;;
	*) say "install the debug information of $box_release; of a kernel of your own, keep the vmlinux of the build (CONFIG_DEBUG_INFO=y)" ;;
	esac
}

advise_sources() {
	case $(family "$box_os") in
	debian|ubuntu)
		advice_version=$(kernel_version)
		say "apt install linux-source-$advice_version, and tar -C /usr/src -xf /usr/src/linux-source-$advice_version.tar.xz" ;;
	rhel|fedora)
		case $box_release in
		*.el5*) say "rpm -i kernel-debuginfo-common-$box_release" ;;
		*) say "debuginfo-install kernel-$box_release brings them, in kernel-debuginfo-common" ;;
		esac ;;
	suse) say "zypper --plus-content debug install kernel-${box_release##*-}-debugsource" ;;
	*) say "unpack the kernel's source as /usr/src/linux-$box_release" ;;
	esac
}

# As Debian and Ubuntu name linux-source: 6.1, and 5.15.0.
kernel_version() {
	case $(family "$box_os") in
	ubuntu) say "${box_release%%-*}" ;;
	*) say "$box_release" | sed 's/^\([0-9]*\.[0-9]*\).*/\1/' ;;
	esac
}

# A module must be signed if the firmware checks what it boots (Secure Boot).
advise_signing() {	# FILE
	cat >&2 <<-EOT
	  next, with DKMS, which signs with a key of its own:
	    mokutil --import /var/lib/dkms/mok.pub    (Ubuntu: /var/lib/shim-signed/mok/MOK.der)
	    reboot, choose "Enroll MOK" and type the password that you gave; then: kgtp load
	  or sign it by hand, with a new key:
	    openssl req -new -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=kgtp/ -keyout kgtp.key -outform DER -out kgtp.der
	    /lib/modules/$box_release/build/scripts/sign-file sha256 kgtp.key kgtp.der $1
	    mokutil --import kgtp.der, reboot and enroll it as above; then: kgtp load
	  or switch Secure Boot off in the firmware (or: mokutil --disable-validation, and reboot)
	EOT
}
