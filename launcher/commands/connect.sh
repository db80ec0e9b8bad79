# SPDX-License-Identifier: GPL-2.0
# connect [GDB-ARGUMENT...]: connect GDB to the module, which is loaded
ask_box
[ -n "$box_loaded" ] || fail "the module is not loaded" "kgtp load"
find_vmlinux
find_sources
connect_gdb "$@"
