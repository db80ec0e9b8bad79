# SPDX-License-Identifier: GPL-2.0
# record -o DIR [OPTION...]: write a run to files while it goes on (record --help)
[ "$via" = local ] || fail "a run is recorded on its own box" "on the box: kgtp record -o DIR"
record_relay=$(command -v putgtprsp) || record_relay=$tree/putgtprsp/putgtprsp
[ -x "$record_relay" ] || fail "putgtprsp is not installed" "make install"
case " $* " in
*" -h "*|*" --help "*) ;;
*)	box_uid=$(id -u)
	need_root "to record" ;;
esac
exec "$record_relay" --record "$@"
