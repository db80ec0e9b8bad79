# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# What an ELF file is, read with od and awk: a box need not have binutils.

# awk: the bytes of `od -An -v -tx1` into b[0..n-1]; num(at, size) is a number there.
# shellcheck disable=SC2016 # awk expands it
elf_awk='
function hex(s) { return index("0123456789abcdef", substr(s, 1, 1)) * 16 + index("0123456789abcdef", substr(s, 2, 1)) - 17 }
function num(at, size,	i, v) {
	for (i = 0; i < size; i++)
		v = v * 256 + hex(b[big ? at + i : at + size - 1 - i])
	return v + 0
}
{ for (i = 1; i <= NF; i++) b[n++] = $i }
'

# Print the build ID in the notes on standard input; nothing if there is none.
notes_build_id() {
	od -An -v -tx1 | bytes_build_id
}

bytes_build_id() {
	awk "$elf_awk"'
	END {
		# Sizes are small, so a large one shows the other byte order.
		big = 0
		big = num(0, 4) > 65535
		for (at = 0; at + 12 <= n; at += size) {
			size = 12 + int((num(at, 4) + 3) / 4) * 4 + int((num(at + 4, 4) + 3) / 4) * 4
			if (num(at, 4) != 4 || num(at + 8, 4) != 3 ||
			    b[at + 12] b[at + 13] b[at + 14] b[at + 15] != "474e5500")
				continue
			for (i = 0; i < num(at + 4, 4); i++)
				printf "%s", b[at + 16 + i]
			exit
		}
	}'
}

elf_bytes() {	# FILE OFFSET SIZE
	od -An -v -tx1 -j "$2" -N "$3" "$1" 2>/dev/null
}

# FILE: set elf_is (elf, or why it is none), elf_buildid, elf_debug (yes: it has
# debug information).
read_elf() {
	elf_is='' elf_buildid='' elf_debug=''
	# shellcheck disable=SC2046 # numbers
	set -- "$1" $(elf_bytes "$1" 0 64 | awk "$elf_awk"'
	END {
		if (n < 52 || b[0] b[1] b[2] b[3] != "7f454c46")
			exit
		big = b[5] == "02"
		if (b[4] == "02")
			print 64, big + 0, num(40, 8), num(58, 2) * num(60, 2), num(58, 2), num(62, 2)
		else
			print 32, big + 0, num(32, 4), num(46, 2) * num(48, 2), num(46, 2), num(50, 2)
	}')
	[ $# -eq 7 ] || {
		elf_is="no ELF file"
		return 1
	}
	elf_is=elf
	# Notes: offset and size; then the section with the names.
	elf_found=$(elf_bytes "$1" "$4" "$5" | awk -v bits="$2" -v big="$3" -v each="$6" -v names="$7" "$elf_awk"'
	function field(s, at64, at32) {
		return bits == 64 ? num(s * each + at64, 8) : num(s * each + at32, 4)
	}
	END {
		for (s = 0; s * each < n; s++) {
			if (num(s * each + 4, 4) == 7)
				print "note", field(s, 24, 16), field(s, 32, 20)
			if (s == names)
				print "names", field(s, 24, 16), field(s, 32, 20)
		}
	}')
	while read -r elf_word elf_at elf_size; do
		case $elf_word in
		note)	[ -n "$elf_buildid" ] ||
				elf_buildid=$(elf_bytes "$1" "$elf_at" "$elf_size" | bytes_build_id) ;;
		# .debug_info, or .zdebug_info
		names)	case $(elf_bytes "$1" "$elf_at" "$elf_size" | tr -d ' \n') in
			*64656275675f696e666f*) elf_debug=yes ;;
			esac ;;
		esac
	done <<-EOT
	$elf_found
	EOT
}
