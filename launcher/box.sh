# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2154
# The box: the machine whose kernel is looked at. It may be this one, or one that runs
# our commands: through ssh (--ssh), or by a program of the user's (--via). A port
# (HOST:PORT) runs none; there, what the module tells GDB must do.

# Run lines of shell on the box. $R in them is the directory of the box's files, and
# $PATH has those of its administrator. ssh gets them on standard input, as the user's
# shell there may be another one.
box() {
	box_lines="PATH=\$PATH:/usr/local/sbin:/usr/sbin:/sbin
$1"
	case $via in
	local) (R=$root; eval "$box_lines") ;;
	ssh) printf 'R=\n%s\n' "$box_lines" | ssh -S "$tmp/ssh" "$host" "${box_sh:-sh}" ;;
	command)
		# shellcheck disable=SC2086 # it is a command and its first arguments
		$host "R=; $box_lines" </dev/null ;;
	esac
}

# The same with the rights of root, which need_root has seen to be there.
box_as_root() {
	if [ "$via" = ssh ] && [ "$box_uid" != 0 ]; then
		(box_sh="sudo -n sh"; box "$1")
	else
		box "$1"
	fi
}

# To do what $1 says, here; on another box, sudo will tell.
need_root() {
	[ "$via" != local ] || [ "$box_uid" = 0 ] || fail "$1 needs root" "sudo kgtp $command"
}

# One connection for all commands, and for GDB's relay, which cannot ask for a password.
need_ssh() {
	need_tmp
	[ ! -S "$tmp/ssh" ] || return 0
	have ssh || fail "ssh is not installed here" "$(advise_install ssh)"
	ssh -M -N -f -S "$tmp/ssh" "$host" ||
		fail "ssh cannot connect to $host" "ssh $host, until that works"
}

# Ask the box what it is: release, machine, version (/proc/version), cpus, os, loaded,
# module (the version of the loaded one), device, relay, uid, buildid. All but the first
# are empty if not known.
ask_box() {
	box_release='' box_machine='' box_version='' box_cpus='' box_os='' box_buildid=''
	box_loaded='' box_module='' box_device='' box_relay='' box_uid='' box_kgtp='' box_banner='' box_lockdown=''
	case $via in
	port) ask_port
		return ;;
	# What is made for it must stay, and be known here: box runs in subshells, too.
	ssh) need_ssh ;;
	esac
	# shellcheck disable=SC2016 # the box expands it
	box_said=$(box '
		echo release $(uname -r)
		echo machine $(uname -m)
		echo "version $(cat $R/proc/version)"
		n=0
		while read -r word rest; do
			case $word in processor*) n=$((n + 1)) ;; esac
		done 2>/dev/null <$R/proc/cpuinfo
		echo cpus $n
		uid=$(id -u 2>/dev/null)
		echo uid ${uid:-0}
		while read -r word rest; do
			[ "$word" != kgtp ] || echo loaded yes
		done 2>/dev/null <$R/proc/modules
		[ ! -r $R/sys/module/kgtp/version ] || echo module $(cat $R/sys/module/kgtp/version)
		for d in /sys/kernel/debug/gtp /proc/gtp; do
			[ ! -e $R$d ] || echo device $d
		done
		for p in putgtprsp kgtp; do
			f=$(command -v $p 2>/dev/null) && echo $p $f
		done
		if [ -f $R/etc/os-release ]; then
			. $R/etc/os-release
			echo os ${ID:-} ${ID_LIKE:-}
		elif [ -f $R/etc/redhat-release ]; then
			echo os rhel
		elif [ -f $R/etc/SuSE-release ]; then
			echo os suse
		elif [ -f $R/etc/debian_version ]; then
			echo os debian
		fi
		[ ! -f $R/sys/kernel/security/lockdown ] ||
			echo lockdown $(cat $R/sys/kernel/security/lockdown)
		true') || fail "the box does not answer: $host" "try: ${via} $host uname -r"
	while read -r box_word box_rest; do
		case $box_word in
		release) box_release=$box_rest ;;
		machine) box_machine=$box_rest ;;
		version) box_version=$box_rest ;;
		cpus) box_cpus=$box_rest ;;
		uid) box_uid=$box_rest ;;
		loaded) box_loaded=yes ;;
		module) box_module=$box_rest ;;
		device) box_device=$box_rest ;;
		putgtprsp) box_relay=$box_rest ;;
		kgtp) box_kgtp=$box_rest ;;
		os) box_os=$box_rest ;;
		lockdown) box_lockdown=$box_rest ;;
		esac
	done <<-EOT
	$box_said
	EOT
	[ -n "$box_release" ] || fail "the box does not tell its kernel: $host" "try there: uname -r"
	[ -n "$box_os" ] || guess_os
	box_banner=$box_version
	# shellcheck disable=SC2016
	box_buildid=$(box '[ ! -r $R/sys/kernel/notes ] || cat $R/sys/kernel/notes' | notes_build_id)
}

# Who is at the port? The module says it in a session without symbols.
ask_port() {
	need_gdb
	box_said=$("$gdb" -nx -batch -ex 'set remotetimeout 10' -ex "target remote $at" \
		-ex 'monitor vmlinux' -ex 'monitor stat' 2>&1 </dev/null)
	box_release=$(say "$box_said" | sed -n 's/^The kernel is \([^ ]*\) .*\.$/\1/p')
	box_banner=$(say "$box_said" | sed -n 's/^The kernel is [^ ]* \(.*\)\.$/\1/p')
	[ -n "$box_release" ] || {
		say "$box_said" | tail -n 3 >&2
		fail "no kgtp answers at $at" \
			"on the box: kgtp load, and putgtprsp -l ${at##*:}" \
			"better, without a port: kgtp --ssh HOST"
	}
	box_loaded=yes box_uid=0 box_stat=$box_said
	box_cpus=$(say "$box_said" | grep -c '^cpu [0-9]')
	[ "$box_cpus" -gt 0 ] || box_cpus="unknown (print them: print __num_online_cpus)"
	guess_os
}

# The distribution, by the name that it gives its kernels.
guess_os() {
	case $box_release in
	*.el[5-9]*|*.el1[0-9]*) box_os=rhel ;;
	*.fc[0-9]*) box_os=fedora ;;
	*-default) box_os=suse ;;
	*-generic) box_os=ubuntu ;;
	*-amd64|*-686*|*-arm64) box_os=debian ;;
	esac
}

# Who has the device open? Only one session can be: $box_session is its process and
# that one's name, or empty.
find_session() {
	box_session=
	[ "$via" != port ] && [ -n "$box_device" ] || return 0
	# ls names a directory only beside something else: there may be one process.
	# shellcheck disable=SC2016
	box_session=$(box_as_root 'ls -l $R/proc/version $R/proc/[0-9]*/fd 2>/dev/null' |
		sed -n 's,^.*/\([0-9][0-9]*\)/fd:$,\1,
			/^[0-9]*$/h
			/ -> .*\/gtp$/{g;p;q;}')
	[ -z "$box_session" ] ||
		box_session="$box_session ($(box_as_root "cat \$R/proc/$box_session/comm" 2>/dev/null))"
}

# What the kernel lacks, of gtpstat, in one line: $box_lacks.
ask_lacks() {
	# shellcheck disable=SC2016
	[ "$via" = port ] || box_stat=$(box_as_root '
		for f in /proc/gtpstat /sys/kernel/debug/gtpstat; do
			[ ! -e $R$f ] || { cat $R$f; break; }
		done')
	case $box_stat in
	*"# tracepoint address"*) ;;
	*)	box_lacks="(there is no gtpstat to read it from; the first tstart lists it)"
		return ;;
	esac
	box_lacks=$(say "$box_stat" |
		sed -n 's/^.*ot available on this kernel: \(.*\)$/\1/p' |
		awk 'NR > 1 { printf "; " } { printf "%s", $0 }')
	[ -n "$box_lacks" ] || box_lacks="nothing that kgtp uses"
}
