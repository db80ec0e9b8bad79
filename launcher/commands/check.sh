# SPDX-License-Identifier: GPL-2.0
# check [FILE]: is that vmlinux the running kernel's, with debug information?
[ $# -le 1 ] || usage "$command takes one file"
ask_box
vmlinux=${1:-$vmlinux}
find_vmlinux
say "$vmlinux is the vmlinux of the running kernel, $box_release (by its ${vmlinux_by:-name})"
