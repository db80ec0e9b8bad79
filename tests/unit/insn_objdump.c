// SPDX-License-Identifier: GPL-2.0
/*
 * Compare the decoder with objdump, instruction by instruction.
 *
 *	objdump -d -w --insn-width=32 FILE | insn_objdump 64|32
 *
 * Compilers use few of the instructions, so the other mode generates code with
 * every opcode of every map, in many forms:
 *
 *	insn_objdump 64|32 make > FILE
 *
 * The last line: N compared, N bad, N different.  Bad is what objdump could not
 * decode itself.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/x86_insn.h"

#define BYTES_MAX 64

static unsigned long compared, bad, different;
static int mode64;

/* objdump prints unusual prefixes on lines of their own. */
static int is_prefix(const char *word, size_t n)
{
	static const char * const prefixes[] = {
		"lock", "rep", "repz", "repnz", "data16", "data32", "addr16",
		"addr32", "cs", "ds", "es", "fs", "gs", "ss", "bnd", "notrack",
		"xacquire", "xrelease",
	};
	size_t i;

	if (n >= 3 && !strncmp(word, "rex", 3))
		return 1;
	for (i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
		if (strlen(prefixes[i]) == n && !strncmp(word, prefixes[i], n))
			return 1;
	return 0;
}

static int only_prefixes(const char *text)
{
	size_t n;

	for (;;) {
		text += strspn(text, " \t\n");
		if (!*text)
			return 1;
		n = strcspn(text, " \t\n");
		if (!is_prefix(text, n))
			return 0;
		text += n;
	}
}

static void compare(const u8 *bytes, unsigned int n, const char *where)
{
	/* Exactly these bytes, so that ASan sees a read of more. */
	u8 *copy = malloc(n);
	unsigned int len, i;

	memcpy(copy, bytes, n);
	len = x86_insn_len(copy, n, mode64);
	/* objdump merges fwait and an x87 instruction. */
	if (n > 1 && copy[0] == 0x9b && len == 1)
		len += x86_insn_len(copy + 1, n - 1, mode64);
	compared++;
	if (len != n && different++ < 20) {
		printf("%u here, %u there:", len, n);
		for (i = 0; i < n; i++)
			printf(" %02x", copy[i]);
		printf(" at %s", where);
	}
	free(copy);
}

/* A slot for one instruction, padded with one-byte instructions. */
static void make_slot(const char *start, size_t n, u8 op, const char *form)
{
	u8 slot[16];

	memset(slot, 0x90, sizeof(slot));
	memcpy(slot, start, n);
	slot[n++] = op;
	memcpy(slot + n, form, 2);
	fwrite(slot, 1, sizeof(slot), stdout);
}

/* objdump decodes these differently behind other prefixes. */
static int starts_prefix(u8 op)
{
	return memchr("\x26\x2e\x36\x3e\x62\x64\x65\x66\x67\x9b\xc4\xc5\xf0\xf2\xf3",
		      op, 15) || (mode64 && (op & 0xf0) == 0x40);
}

static void make_map(const char *start, size_t n, int one_byte)
{
	/* ModRM and SIB, or an immediate. */
	static const char forms[][2] = {
		"\x00\x90", "\x4d\x90", "\x93\x90", "\xdf\x90", "\x25\x90",
		"\x2e\x90", "\x76\x90", "\x04\x25", "\x54\x25", "\x9c\x24",
		"\xe1\x90", "\xf8\x90",
	};
	unsigned int op, i;

	for (op = 0; op < 256; op++)
		for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
			if (!one_byte || !n || !starts_prefix(op))
				make_slot(start, n, op, forms[i]);
}

static void make(void)
{
	static const char * const prefixes[] = {
		"", "\x66", "\x67", "\xf2", "\xf3", "\x66\x67", "\x48",
		"\x66\x4a", "\x65\xf3\x47",
	};
	static const char * const maps[] = { "", "\x0f", "\x0f\x38", "\x0f\x3a" };
	static const char * const vex[] = {
		"\xc5\xf8", "\xc5\xe9", "\xc4\xe1\x79", "\xc4\xe2\x7d",
		"\xc4\xe3\x79", "\xc4\xe2\xfa", "\xc4\xe3\xfd",
		"\x62\xf1\x7c\x48", "\x62\xf1\xfd\x28", "\x62\xf2\x7d\x48",
		"\x62\xf3\x7d\x48", "\x62\xf3\xfd\x0b", "\x62\xf5\x7c\x48",
		"\x62\xf6\x7d\x48", "\x8f\xe8\x78", "\x8f\xe9\x78",
		"\x8f\xea\x78",
	};
	char start[16];
	size_t i, j;

	for (i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
		for (j = 0; j < sizeof(maps) / sizeof(*maps); j++)
			make_map(start, snprintf(start, sizeof(start), "%s%s",
						 prefixes[i], maps[j]), !j);
	for (i = 0; i < sizeof(vex) / sizeof(*vex); i++)
		make_map(vex[i], strlen(vex[i]), 0);
}

int main(int argc, char **argv)
{
	static char line[4096];
	u8 bytes[BYTES_MAX];
	unsigned int n = 0;
	char *p, *end, *text;
	unsigned long value;

	mode64 = argc > 1 && atoi(argv[1]) == 64;
	if (argc > 2) {
		make();
		return 0;
	}
	while (fgets(line, sizeof(line), stdin)) {
		p = strstr(line, ":\t");
		if (!p) {
			n = 0;		/* a symbol, or a gap */
			continue;
		}
		p += 2;
		text = strchr(p, '\t');
		for (; n < BYTES_MAX; p = end) {
			value = strtoul(p, &end, 16);
			if (end == p || end - p > 3 || (text && end > text))
				break;
			bytes[n++] = value;
		}
		if (text && only_prefixes(text))
			continue;
		if (!text || strstr(text, "(bad)") || strstr(text, ".byte"))
			bad++;
		else
			compare(bytes, n, line);
		n = 0;
	}
	printf("%lu compared, %lu bad, %lu different\n", compared, bad,
	       different);
	return different != 0;
}
