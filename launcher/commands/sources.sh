# SPDX-License-Identifier: GPL-2.0
# sources: find the kernel's sources, and print their directory
no_arguments "$@"
ask_box
find_vmlinux
find_sources
[ -n "$sources" ] || fail "no sources of $box_release" "$sources_why"
say "$sources${sources_why:+ ($sources_why)}"
[ -z "$sources_set" ] || say "in GDB: $sources_set"
