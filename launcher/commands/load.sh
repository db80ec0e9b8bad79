# SPDX-License-Identifier: GPL-2.0
# load: load the module; build it, if there is none for this kernel
no_arguments "$@"
ask_box
if [ -n "$box_loaded" ]; then
	say "the module is loaded already"
else
	load_module
	say "the module is loaded"
fi
