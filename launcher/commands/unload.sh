# SPDX-License-Identifier: GPL-2.0
# unload: unload the module
no_arguments "$@"
ask_box
[ "$via" != port ] || fail "a port cannot unload the module" "on the box: kgtp unload"
if [ -z "$box_loaded" ]; then
	say "the module is not loaded"
else
	need_root "to unload a module"
	said=$(box_as_root "rmmod kgtp 2>&1") || {
		printf '%s\n' "$said" >&2
		find_session
		[ -z "$box_session" ] ||
			fail "a session is open: process $box_session" \
				"in that GDB: tstop, and quit; or, if nobody is there: kill ${box_session%% *}; then: kgtp unload"
		fail "the module does not go: a run is on, whose GDB has gone" "kgtp, then tstop and quit; then: kgtp unload"
	}
	say "the module is unloaded"
fi
