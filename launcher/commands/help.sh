# SPDX-License-Identifier: GPL-2.0
# help: this list; man kgtp has more
no_arguments "$@"
cat <<'EOT'
kgtp [OPTION...] [COMMAND]: a running kernel, at a (gdb) prompt

  kgtp                      on the box itself: load the module, find the symbols, connect
  kgtp --ssh [USER@]HOST    the same on another machine; the symbols are found here
  kgtp HOST:PORT            the same with `putgtprsp -l PORT' there
  kgtp --vm [KERNEL]        a guest to try it in

  --vmlinux FILE            this vmlinux with debug information, if it is that kernel's
  --module-path DIR[:DIR]   modules' .ko files with debug information are here
  --via COMMAND             the box runs the shell lines that are COMMAND's last argument
  --relay COMMAND           connect GDB to this command's standard input and output

Each step alone, with the same options in front:

EOT
for file in "$share"/commands/*.sh; do
	sed -n 's/^# \([a-z][^:]*\): \(.*\)/\1|\2/p;3q' "$file" |
		while IFS='|' read -r name text; do
			printf '  %-25s %s\n' "$name" "$text"
		done
done
