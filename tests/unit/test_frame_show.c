// SPDX-License-Identifier: GPL-2.0
/* Values as text: each format, each size, and truncation. */
#include <stdlib.h>

#include "frame/frame.h"
#include "tests/unit/unit.h"

static char text[1024];

/* From a copy of exactly len bytes, into exactly size bytes. */
static const char *show(u32 size, enum frame_show how, const void *data, u32 len, int cut)
{
	u8 *copy = malloc(len + !len);
	char *dst = malloc(size);

	memcpy(copy, data, len);
	memset(dst, 'x', size);
	frame_show(dst, size, how, copy, len, cut);
	strcpy(text, dst);
	free(copy);
	free(dst);
	return text;
}

#define SHOW(how, data, len)	show(200, FRAME_SHOW_##how, data, len, 0)

static void test_numbers(void)
{
	static const u8 minus[8] = { 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	static const u8 two[8] = { 2 };

	CHECK_STR(SHOW(AUTO, two, 1), "2");
	CHECK_STR(SHOW(AUTO, two, 2), "2");
	CHECK_STR(SHOW(AUTO, two, 4), "2");
	CHECK_STR(SHOW(AUTO, two, 8), "2");
	CHECK_STR(SHOW(AUTO, minus, 1), "254");
	CHECK_STR(SHOW(SIGNED, minus, 1), "-2");
	CHECK_STR(SHOW(SIGNED, minus, 2), "-2");
	CHECK_STR(SHOW(SIGNED, minus, 4), "-2");
	CHECK_STR(SHOW(SIGNED, minus, 8), "-2");
	CHECK_STR(SHOW(UNSIGNED, minus, 2), "65534");
	CHECK_STR(SHOW(UNSIGNED, minus, 4), "4294967294");
	CHECK_STR(SHOW(UNSIGNED, minus, 8), "18446744073709551614");
	CHECK_STR(SHOW(HEX, minus, 4), "0xfffffffe");
	CHECK_STR(SHOW(HEX, minus, 8), "0xfffffffffffffffe");
}

static void test_bytes(void)
{
	CHECK_STR(SHOW(AUTO, "abc", 3), "61 62 63");
	CHECK_STR(SHOW(SIGNED, "\0\xff\x10zz", 5), "00 ff 10 7a 7a");
	CHECK_STR(SHOW(BYTES, "\1\2\3\4", 4), "01 02 03 04");
	CHECK_STR(SHOW(BYTES, "", 0), "");
	CHECK_STR(show(200, FRAME_SHOW_AUTO, "\1\2\3\4", 4, 1), "01 02 03 04...");
}

static void test_strings(void)
{
	CHECK_STR(SHOW(STRING, "load\0rest", 9), "\"load\"");
	CHECK_STR(SHOW(STRING, "no end", 6), "\"no end\"");
	CHECK_STR(SHOW(STRING, "", 0), "\"\"");
	CHECK_STR(SHOW(STRING, "a\n\"\\\x7f\xff%s", 8), "\"a\\012\\\"\\\\\\177\\377%s\"");
	CHECK_STR(show(200, FRAME_SHOW_STRING, "abc", 3, 1), "\"abc\"...");
}

static void test_room(void)
{
	u32 size;

	for (size = 1; size < 12; size++) {
		show(size, FRAME_SHOW_STRING, "0123456789", 10, 1);
		CHECK_EQ(strlen(text), size - 1);
		CHECK(!strncmp(text, "\"0123456789", size - 1));
	}
	CHECK_STR(show(4, FRAME_SHOW_UNSIGNED, "\xff\xff\xff\xff", 4, 0), "429");
}

int main(void)
{
	RUN(test_numbers);
	RUN(test_bytes);
	RUN(test_strings);
	RUN(test_room);
	return unit_end();
}
