// SPDX-License-Identifier: GPL-2.0
/*
 * The hot loops of the pure layers, in user space: hosted WHAT SIZE COUNT
 *
 *	write, read	COUNT frames of SIZE bytes (a multiple of 8) through the
 *			ring buffer
 *	copy		COUNT times memcpy() of as much, page by page
 *	run, loop	COUNT times SIZE rounds of a bytecode: the module's
 *			interpreter, and a plain switch over undecoded bytes
 *
 * Prints the nanoseconds that COUNT took.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <linux/types.h>

#include "agent/agent.h"
#include "agent/decide.h"
#include "agent/ops.h"
#include "ringbuf/ringbuf.h"

#define BUFFER	(4UL << 20)
#define PAGES	(BUFFER / RINGBUF_PAGE_SIZE)
#define FRAME_MAX	65536

/* ---- environment -------------------------------------------------------- */

int ringbuf_cpu_present(unsigned int cpu)
{
	return cpu == 0;
}

void *ringbuf_page_alloc(void)
{
	return aligned_alloc(RINGBUF_PAGE_SIZE, RINGBUF_PAGE_SIZE);
}

void ringbuf_page_free(void *page)
{
	free(page);
}

void *ringbuf_table_alloc(size_t bytes)
{
	return calloc(1, bytes);
}

void ringbuf_table_free(void *table)
{
	free(table);
}

int ringbuf_yield(const char *what, u64 done)
{
	return 0;
}

void ringbuf_run_on_cpu(unsigned int cpu, void (*fn)(void *arg), void *arg)
{
	fn(arg);
}

int agent_target_has_reg(unsigned int regno)
{
	return 1;
}

enum agent_error agent_target_var(unsigned int num, int use, u32 *slot)
{
	return AGENT_E_BAD_VAR;
}

u64 agent_target_const(u64 v)
{
	return v;
}

int agent_target_var_shared(u32 slot)
{
	return 0;
}

int agent_step_has_reg(unsigned int regno, int in_action, u16 *at)
{
	return 0;
}

int agent_step_has_var(u32 slot, u8 *kind)
{
	return 0;
}

int agent_step_sets_var(u32 slot)
{
	return 0;
}

int agent_step_same_var(u32 a, u32 b)
{
	return a == b;
}

enum agent_error agent_target_reg(void *target, unsigned int regno, u64 *val)
{
	*val = 1;
	return AGENT_OK;
}

enum agent_error agent_target_read(void *target, u64 addr, void *buf, u32 len)
{
	return AGENT_E_MEMORY;
}

enum agent_error agent_target_trace(void *target, u64 addr, u64 len)
{
	return AGENT_E_NO_ROOM;
}

enum agent_error agent_target_trace_str(void *target, u64 addr, u64 max)
{
	return AGENT_E_NO_ROOM;
}

enum agent_error agent_target_getv(void *target, u32 slot, u64 *val)
{
	return AGENT_E_TARGET;
}

enum agent_error agent_target_setv(void *target, u32 slot, u64 val)
{
	return AGENT_E_TARGET;
}

enum agent_error agent_target_tracev(void *target, u32 slot)
{
	return AGENT_E_TARGET;
}

/* ---- the loops ---------------------------------------------------------- */

static u8 data[FRAME_MAX];

static void die(const char *what)
{
	fprintf(stderr, "hosted: %s\n", what);
	exit(1);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

static inline void put_frame(struct ringbuf_cpu *rc, u32 size, int split)
{
	struct ringbuf_cursor c = ringbuf_reserve(rc, size, 1, 2, 3, split);
	u32 got, left = size / sizeof(u64);
	const u8 *from = data;
	u64 *to;

	if (!c.hdr)
		die("no room");
	for (; left; left -= got, from += got * sizeof(u64)) {
		to = ringbuf_piece(rc, &c, left, &got, split);
		memcpy(to, from, got * sizeof(u64));
	}
	ringbuf_commit(rc, &c, split);
}

/* As a hit does. */
static void write_frame(struct ringbuf_cpu *rc, u32 size)
{
	if (!ringbuf_enter(rc))
		die("busy");
	if (ringbuf_page_has(rc, size))
		put_frame(rc, size, 0);
	else
		put_frame(rc, size, 1);
	ringbuf_leave(rc);
}

/* A buffer that is full, and remains so. */
static struct ringbuf *buffer(u32 size)
{
	struct ringbuf *rb = ringbuf_alloc(BUFFER, 1);
	unsigned long n;

	if (!rb)
		die("no memory");
	ringbuf_set_circular(rb, 1);
	for (n = 0; n < 2 * BUFFER / size; n++)
		write_frame(ringbuf_writer(rb, 0), size);
	return rb;
}

static double bench_write(u32 size, long count)
{
	struct ringbuf_cpu *rc = ringbuf_writer(buffer(size), 0);
	double start = now();
	long n;

	for (n = 0; n < count; n++)
		write_frame(rc, size);
	return now() - start;
}

static double bench_read(u32 size, long count)
{
	struct ringbuf *rb = buffer(size);
	struct ringbuf_hdr hdr;
	double start = now();
	u64 pos;
	long n;

	for (n = 0, pos = ringbuf_first(rb, 0); n < count; n++) {
		if (pos == ringbuf_end(rb, 0))
			pos = ringbuf_first(rb, 0);
		if (ringbuf_read_hdr(rb, 0, pos, &hdr) ||
		    ringbuf_read(rb, 0, pos, 0, data, size))
			die("a frame is gone");
		pos += hdr.size;
	}
	return now() - start;
}

static double bench_copy(u32 size, long count)
{
	u8 *page[PAGES];
	unsigned long at = 0, used, part;
	double start;
	long n;
	u32 off;

	for (n = 0; n < (long)PAGES; n++)
		memset(page[n] = ringbuf_page_alloc(), 1, RINGBUF_PAGE_SIZE);
	start = now();
	for (n = 0; n < count; n++) {
		for (off = 0; off < size; off += part) {
			used = at & (RINGBUF_PAGE_SIZE - 1);
			part = RINGBUF_PAGE_SIZE - used;
			if (part > size - off)
				part = size - off;
			memcpy(page[at / RINGBUF_PAGE_SIZE % PAGES] + used,
			       data + off, part);
			at += part;
		}
	}
	return now() - start;
}

/* x = (x ^ x >> 3) + 7, and a test of it, repeated */
static const u8 round_code[] = {
	OP_DUP, OP_CONST8, 3, OP_RSH_UNSIGNED, OP_BIT_XOR, OP_CONST8, 7, OP_ADD,
	OP_DUP, OP_LOG_NOT, OP_POP,
};

static u32 make_code(u8 *code, u32 rounds)
{
	u32 len = 0;

	if (rounds * sizeof(round_code) + 4 > AGENT_CODE_MAX)
		die("too many rounds");
	/* A constant would be folded, and all that follows. */
	code[len++] = OP_REG;
	code[len++] = 0;
	code[len++] = 0;
	for (; rounds; rounds--, len += sizeof(round_code))
		memcpy(code + len, round_code, sizeof(round_code));
	code[len++] = OP_END;
	return len;
}

/* Each byte is checked when it is run; the top of the stack is in memory. */
static u64 plain_switch(const u8 *code, u32 len)
{
	u64 stack[AGENT_STACK_MAX];
	u32 pc = 0;
	int sp = 0;

	while (pc < len) {
		if (sp >= AGENT_STACK_MAX - 1)
			die("overflow");
		switch (code[pc++]) {
		case OP_ADD:
			if (sp < 2)
				die("underflow");
			sp--;
			stack[sp - 1] += stack[sp];
			break;
		case OP_RSH_UNSIGNED:
			if (sp < 2)
				die("underflow");
			sp--;
			stack[sp - 1] >>= stack[sp];
			break;
		case OP_BIT_XOR:
			if (sp < 2)
				die("underflow");
			sp--;
			stack[sp - 1] ^= stack[sp];
			break;
		case OP_LOG_NOT:
			if (sp < 1)
				die("underflow");
			stack[sp - 1] = !stack[sp - 1];
			break;
		case OP_CONST8:
			if (pc >= len)
				die("truncated");
			stack[sp++] = code[pc++];
			break;
		case OP_REG:
			if (len - pc < 2)
				die("truncated");
			stack[sp++] = 1;
			pc += 2;
			break;
		case OP_DUP:
			if (sp < 1)
				die("underflow");
			stack[sp] = stack[sp - 1];
			sp++;
			break;
		case OP_POP:
			if (sp < 1)
				die("underflow");
			sp--;
			break;
		case OP_END:
			return sp ? stack[sp - 1] : 0;
		default:
			die("opcode");
		}
	}
	return 0;
}

static double bench_code(int plain, u32 rounds, long count)
{
	static u8 code[AGENT_CODE_MAX];
	static struct agent_insn insn[AGENT_CODE_MAX];
	static u16 map[AGENT_CODE_MAX];
	u64 stack[AGENT_STACK_MAX], result = 0, wanted;
	struct agent_prog prog;
	u32 len = make_code(code, rounds);
	double start;
	long n;

	if (agent_compile(code, len, insn, map, &prog, NULL))
		die("the bytecode is refused");
	wanted = plain_switch(code, len);
	start = now();
	for (n = 0; n < count; n++) {
		if (plain)
			result = plain_switch(code, len);
		else if (agent_run(&prog, NULL, stack, &result))
			die("the bytecode fails");
		if (result != wanted)
			die("two results");
	}
	return now() - start;
}

int main(int argc, char **argv)
{
	const char *what = argc == 4 ? argv[1] : "";
	u32 size = argc == 4 ? atol(argv[2]) : 0;
	long count = argc == 4 ? atol(argv[3]) : 0;
	double took = -1;

	if (size < 1 || size > FRAME_MAX || count < 1)
		return 2;
	if (!strcmp(what, "write"))
		took = bench_write(size, count);
	else if (!strcmp(what, "read"))
		took = bench_read(size, count);
	else if (!strcmp(what, "copy"))
		took = bench_copy(size, count);
	else if (!strcmp(what, "run") || !strcmp(what, "loop"))
		took = bench_code(*what == 'l', size, count);
	else
		return 2;
	printf("%.0f\n", took);
	return 0;
}
