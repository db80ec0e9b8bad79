# SPDX-License-Identifier: GPL-2.0
# flight EXPERIMENT: record all the time; write the last frames out when a tracepoint's passcount is reached
flight_dir=. flight_files=10 flight_experiment=
while [ $# -gt 0 ]; do
	case $1 in
	-o) need_value "$@"
		flight_dir=$2
		shift ;;
	-n) need_value "$@"
		flight_files=$2
		shift ;;
	-*) usage "flight has no option $1: kgtp flight [-o DIR] [-n FILES] EXPERIMENT" ;;
	*)	[ -z "$flight_experiment" ] || usage "flight takes one experiment"
		flight_experiment=$1 ;;
	esac
	shift
done
[ -n "$flight_experiment" ] || usage "flight needs an experiment: kgtp compile makes one"
case $flight_files in
''|0*|*[!0-9]*) usage "-n needs a number of files, from 1" ;;
esac
[ "$via" = local ] || fail "the recorder runs on the box itself" "on the box: kgtp flight $flight_experiment"
[ -r "$flight_experiment" ] || fail "$flight_experiment cannot be read" "name a file of kgtp compile"
grep -q '^QTDP:[^-].*:E:[^:]*:[1-9a-fA-F]' "$flight_experiment" ||
	fail "no tracepoint of $flight_experiment has a passcount, which says when to write" \
		"in the recipe: passcount 1 N, for the tracepoint that is the trigger"
grep -q '^QTBuffer:circular:1' "$flight_experiment" ||
	fail "the buffer of $flight_experiment is not circular: it would have the first frames, not the last" \
		"in the recipe: set circular-trace-buffer on"
[ -w "$flight_dir/." ] || fail "$flight_dir is no directory that can be written to" "say another one: -o DIR"
ask_box
load_module
ask_box
[ -n "$box_relay" ] || fail "there is no putgtprsp" "make install"

flight_run=
flight_node() {
	for flight_path in "$root/proc/$1" "$root/sys/kernel/debug/$1"; do
		[ ! -e "$flight_path" ] || break
	done
}
flight_end() {
	[ -z "$flight_run" ] || "$box_relay" --stop >/dev/null 2>&1
	leave
}
trap flight_end EXIT

# Keep the newest. Names are times, so they sort.
flight_prune() {
	set -- "$flight_dir"/flight-*.tfile
	while [ $# -gt "$flight_files" ]; do
		rm -f "$1"
		shift
	done
}

flight_node gtpstat
flight_stat=$flight_path
flight_node gtpframe
while :; do
	"$box_relay" -f "$flight_experiment" --start || fail "the experiment does not start, for the reason above" "$box_relay -f $flight_experiment --check"
	flight_run=on
	[ -n "${flight_said:-}" ] || say "recording; the files go to $flight_dir; Ctrl-C ends it"
	flight_said=yes
	# A second at least, for files are named by it: the trigger may come at once.
	while sleep 1; grep -q '^running  *1$' "$flight_stat"; do
		:
	done
	flight_run=
	flight_why=$("$box_relay" --status | sed 1q)
	case $flight_why in
	*'pass count'*) ;;
	*)	fail "the run has ended: $flight_why" "kgtp status; kgtp flight $flight_experiment" ;;
	esac
	flight_file=$flight_dir/flight-$(date +%Y%m%d-%H%M%S).tfile
	(umask 077 && cat "$flight_path" >"$flight_file.part") || {
		rm -f "$flight_file.part"
		fail "$flight_file cannot be written" "make space: df $flight_dir; the frames are kept until the next run: cat $flight_path >FILE"
	}
	mv "$flight_file.part" "$flight_file"
	flight_prune
	say "$flight_file: $flight_why"
done
