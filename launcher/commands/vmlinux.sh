# SPDX-License-Identifier: GPL-2.0
# vmlinux: find the vmlinux of the running kernel, and print its path
no_arguments "$@"
ask_box
find_vmlinux
say "$vmlinux"
