/* SPDX-License-Identifier: GPL-2.0 */
/* Format values as text for users. */
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/types.h>

#include "frame/frame.h"

struct text {
	char *p;
	u32 room;		/* excluding the NUL */
};

static void put(struct text *t, char c)
{
	if (!t->room)
		return;
	*t->p++ = c;
	t->room--;
}

/* Returns 1 if the data has the size of an integer. */
static int load(const u8 *data, u32 len, u64 *u, s64 *s)
{
	union {
		u8 v8;
		u16 v16;
		u32 v32;
		u64 v64;
	} m;

	if (len != 1 && len != 2 && len != 4 && len != 8)
		return 0;
	memcpy(&m, data, len);
	switch (len) {
	case 1:
		*u = m.v8;
		*s = (s8)m.v8;
		break;
	case 2:
		*u = m.v16;
		*s = (s16)m.v16;
		break;
	case 4:
		*u = m.v32;
		*s = (s32)m.v32;
		break;
	default:
		*u = m.v64;
		*s = (s64)m.v64;
		break;
	}
	return 1;
}

static void put_number(struct text *t, enum frame_show how, u64 u, s64 s)
{
	char digits[24];
	char *p = digits;

	if (how == FRAME_SHOW_SIGNED)
		snprintf(digits, sizeof(digits), "%lld", (long long)s);
	else if (how == FRAME_SHOW_HEX)
		snprintf(digits, sizeof(digits), "0x%llx",
			 (unsigned long long)u);
	else
		snprintf(digits, sizeof(digits), "%llu",
			 (unsigned long long)u);
	while (*p)
		put(t, *p++);
}

static void put_string(struct text *t, const u8 *data, u32 len)
{
	u32 i;

	put(t, '"');
	for (i = 0; i < len && data[i]; i++) {
		u8 c = data[i];

		if (c < ' ' || c > '~') {
			put(t, '\\');
			put(t, '0' + (c >> 6));
			put(t, '0' + (c >> 3 & 7));
			put(t, '0' + (c & 7));
			continue;
		}
		if (c == '"' || c == '\\')
			put(t, '\\');
		put(t, c);
	}
	put(t, '"');
}

static void put_bytes(struct text *t, const u8 *data, u32 len)
{
	static const char digits[] = "0123456789abcdef";
	u32 i;

	for (i = 0; i < len; i++) {
		if (i)
			put(t, ' ');
		put(t, digits[data[i] >> 4]);
		put(t, digits[data[i] & 15]);
	}
}

void frame_show(char *dst, u32 size, enum frame_show how, const u8 *data,
		u32 len, int cut)
{
	struct text t;
	u64 u;
	s64 s;

	t.p = dst;
	t.room = size - 1;
	if (how == FRAME_SHOW_STRING)
		put_string(&t, data, len);
	else if (how < FRAME_SHOW_STRING && !cut && load(data, len, &u, &s))
		put_number(&t, how, u, s);
	else
		put_bytes(&t, data, len);
	if (cut) {
		put(&t, '.');
		put(&t, '.');
		put(&t, '.');
	}
	*t.p = '\0';
}
