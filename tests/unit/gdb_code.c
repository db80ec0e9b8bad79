/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For tests/unit/gdb_code: types of all sizes and signs, and a function whose
 * arguments are in the registers that test_agent_random.h has.
 */
struct inner {
	signed char c;
	unsigned char uc;
	short s;
	unsigned short us;
	int i;
	unsigned int u;
	long l;
	unsigned long ul;
	unsigned int low : 3, mid : 7, high : 22;
	int sbit : 5;
	struct inner *next;
	struct outer *up;
	char name[16];
	enum { RED, GREEN = 5, BLUE = 200 } color;
	_Bool flag;
};

struct outer {
	unsigned int mode;
	int flags;
	struct inner *in;
	struct { struct inner *a, *b; } pair;
	char text[8];
	unsigned long bits[4];
};

int traced(struct outer *file, struct inner *buf, unsigned long count, int *pos);

__attribute__((noinline))
int traced(struct outer *file, struct inner *buf, unsigned long count, int *pos)
{
	return file->flags + buf->i + (int)count + *pos;
}

int main(void)
{
	struct outer o = { 0 };
	struct inner i = { 0 };
	int pos = 0;

	return traced(&o, &i, 0, &pos);
}
