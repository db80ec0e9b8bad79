# SPDX-License-Identifier: GPL-2.0
# build: build the module for this kernel, and do not load it
no_arguments "$@"
ask_box
[ "$via" = local ] || fail "the module is built on the box" "on the box: kgtp build"
build_module
find_module
say "built: ${module_file:-(nothing)}"
