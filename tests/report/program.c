/* SPDX-License-Identifier: GPL-2.0 */
/* What tests/report/run takes for a kernel: types, variables and functions that call each other. */
#include <stdio.h>
#include <string.h>

enum colour { RED, GREEN = 5, BLUE = -3 };

struct name {
	unsigned int length;
	const char *text;
};

struct item {
	int id;
	unsigned int low : 3, high : 7;
	signed int small : 4;
	enum colour colour;
	char comm[16];
	struct name name;
	union {
		long number;
		void *address;
	};
	short row[3];
	unsigned char flag;
	_Bool yes;
	struct item *next;
};

struct task_struct {
	int pid;
	char comm[16];
};

struct item items[2] = {
	{ -7, 5, 100, -8, GREEN, "first", { 5, "hello" }, { -1 }, { 1, -2, 3 }, 200, 1, &items[1] },
	{ 12, 1, 2, 3, BLUE, "a name of 16 by", { 3, "b\"c\n" }, { 99 }, { 4, 5, 6 }, 0, 0, 0 },
};
struct task_struct task = { 4711, "worker" };
long counter = 42;

__attribute__((noinline)) int leaf(struct item *item, long count, unsigned char byte, const char *text)
{
	__asm__ volatile("" : : "r" (item), "r" (count), "r" (byte), "r" (text) : "memory");
	return item->id + count;
}

static inline __attribute__((always_inline)) int inner(struct item *item, int n)
{
	return leaf(item, n - 3, n * 40, item->name.text) + 1;
}

static inline __attribute__((always_inline)) int outer(struct item *item, int n)
{
	return inner(item, n) * 2;
}

/* Its frame is of a size that is known when it runs, so it is found by rbp. */
__attribute__((noinline)) int middle(struct item *item, int n)
{
	char place[n + 1];
	int ret;

	memset(place, n, n + 1);
	__asm__ volatile("" : : "r" (place) : "memory");
	ret = outer(item, n);
	return ret + place[0];
}

__attribute__((noinline)) int deeper(struct item *item, int n)
{
	int a = n * 3, b = n ^ 5, ret;

	__asm__ volatile("" : "+r" (a), "+r" (b) : : "memory");
	ret = n > 2 ? middle(item, n) : deeper(item, n + 1);
	return ret + a + b;
}

int main(void)
{
	printf("%d\n", deeper(&items[0], 1) + deeper(&items[1], 0));
	return 0;
}
