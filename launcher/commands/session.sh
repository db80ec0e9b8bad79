# SPDX-License-Identifier: GPL-2.0
# session [GDB-ARGUMENT...]: what kgtp alone does: all of load, vmlinux, sources, connect
ask_box
need_gdb
find_vmlinux
load_module
find_sources
connect_gdb "$@"
