/* SPDX-License-Identifier: GPL-2.0 */
/*
 * agent/ against a second, simple interpreter, which works on the bytes, checks
 * everything at every step, and does not decode in advance.
 * Random programs: valid ones, valid ones with changed bytes, and random bytes.
 * The sequence is the same in every run; an argument gives the number of
 * rounds.
 */
#include "tests/unit/test_agent_fake.h"

static u64 seed = 0xfeedfacecafebeefULL;
static long rounds = 40000;

static u32 rnd(u32 n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (u32)(seed >> 32) % n;
}

/* ---- simple interpreter ------------------------------------------------- */

struct ref {
	const u8 *code;
	size_t len, pc;
	u64 stack[AGENT_STACK_MAX];
	u32 depth, deepest;
	/* what agent_compile() should have refused */
	const char *wrong;
	enum agent_error err;
	struct fake *fake;
};

static u64 fetch(struct ref *r, int n)
{
	u64 v = 0;

	for (; n; n--) {
		if (r->pc >= r->len) {
			r->wrong = "operand past the end";
			return 0;
		}
		v = v * 256 + r->code[r->pc++];
	}
	return v;
}

static u64 pop(struct ref *r)
{
	if (!r->depth) {
		r->wrong = "underflow";
		return 0;
	}
	return r->stack[--r->depth];
}

static void push(struct ref *r, u64 v)
{
	if (r->depth == AGENT_STACK_MAX) {
		r->wrong = "overflow";
		return;
	}
	r->stack[r->depth++] = v;
	if (r->depth > r->deepest)
		r->deepest = r->depth;
}

static u64 divide(struct ref *r, int op, u64 a, u64 b)
{
	s64 sa = (s64)a, sb = (s64)b;

	if (!b) {
		r->err = AGENT_E_DIV_ZERO;
		return 0;
	}
	if (op == 6)
		return a / b;
	if (op == 8)
		return a % b;
	if (sb == -1)
		return op == 5 ? 0 - a : 0;
	return (u64)(op == 5 ? sa / sb : sa % sb);
}

static u64 arith(struct ref *r, int op, u64 a, u64 b)
{
	u64 v = a;
	int i;

	switch (op) {
	case 0x02:
		return a + b;
	case 0x03:
		return a - b;
	case 0x04:
		return a * b;
	case 0x09:
		return b >= 64 ? 0 : a << b;
	case 0x0b:
		return b >= 64 ? 0 : a >> b;
	case 0x0a:
		for (i = 0; i < 64 && (u64)i < b; i++)
			v = v >> 1 | (v & 0x8000000000000000ULL);
		return v;
	case 0x0f:
		return a & b;
	case 0x10:
		return a | b;
	case 0x11:
		return a ^ b;
	case 0x13:
		return a == b ? 1 : 0;
	case 0x14:
		return (s64)a < (s64)b ? 1 : 0;
	case 0x15:
		return a < b ? 1 : 0;
	}
	return divide(r, op, a, b);
}

static u64 extend(u64 v, u64 n, int sign)
{
	u64 bit;

	if (n >= 64)
		return v;
	bit = 1ULL << (n - 1);
	v &= bit | (bit - 1);
	return sign && (v & bit) ? v | ~(bit | (bit - 1)) : v;
}

static void refer(struct ref *r, int bytes)
{
	u64 addr = pop(r), v = 0;
	u8 mem[8];
	int i;

	r->err = agent_target_read(NULL, addr, mem, (u32)bytes);
	/* little-endian, like the machines that run the tests */
	for (i = bytes - 1; i >= 0 && !r->err; i--)
		v = v << 8 | mem[i];
	if (!r->err)
		push(r, v);
}

static void variable(struct ref *r, int op)
{
	u32 slot = 0;
	u64 v;

	if (agent_target_var((u32)fetch(r, 2), op == 0x2d ? AGENT_VAR_WRITE : AGENT_VAR_READ,
			     &slot)) {
		r->wrong = "variable";
		return;
	}
	if (op == 0x2c) {
		agent_target_getv(r->fake, slot, &v);
		push(r, v);
	} else if (op == 0x2d) {
		v = pop(r);
		agent_target_setv(r->fake, slot, v);
		push(r, v);
	} else {
		r->err = agent_target_tracev(r->fake, slot);
	}
}

static void shuffle(struct ref *r, int op)
{
	u64 a, b, c;

	switch (op) {
	case 0x28:
		a = pop(r);
		push(r, a);
		push(r, a);
		break;
	case 0x29:
		pop(r);
		break;
	case 0x2b:
		b = pop(r);
		a = pop(r);
		push(r, b);
		push(r, a);
		break;
	case 0x32:
		a = fetch(r, 1);
		if (a >= r->depth)
			r->wrong = "pick too far";
		else
			push(r, r->stack[r->depth - 1 - a]);
		break;
	case 0x33:
		c = pop(r);
		b = pop(r);
		a = pop(r);
		push(r, c);
		push(r, a);
		push(r, b);
		break;
	}
}

static void collect(struct ref *r, int op)
{
	u64 addr, len;

	if (op == 0x0c || op == 0x2f) {
		len = pop(r);
		addr = pop(r);
		if (op == 0x0c)
			r->err = agent_target_trace(r->fake, addr, len);
		else
			r->err = agent_target_trace_str(r->fake, addr, len);
	} else {
		len = fetch(r, op == 0x0d ? 1 : 2);
		addr = pop(r);
		r->err = agent_target_trace(r->fake, addr, len);
		push(r, addr);
	}
}

/* All instructions but jumps and end. */
static void step(struct ref *r, int op)
{
	u64 a, b;

	switch (op) {
	case 0x02: case 0x03: case 0x04: case 0x05: case 0x06: case 0x07: case 0x08:
	case 0x09: case 0x0a: case 0x0b: case 0x0f: case 0x10: case 0x11: case 0x13:
	case 0x14: case 0x15:
		b = pop(r);
		a = pop(r);
		push(r, arith(r, op, a, b));
		break;
	case 0x0c: case 0x0d: case 0x2f: case 0x30:
		collect(r, op);
		break;
	case 0x0e:
		push(r, pop(r) ? 0 : 1);
		break;
	case 0x12:
		push(r, pop(r) ^ ~0ULL);
		break;
	case 0x16: case 0x2a:
		b = fetch(r, 1);
		if (!b) {
			r->wrong = "extension of 0 bits";
			break;
		}
		push(r, extend(pop(r), b, op == 0x16));
		break;
	case 0x17: case 0x18: case 0x19: case 0x1a:
		refer(r, 1 << (op - 0x17));
		break;
	case 0x22: case 0x23: case 0x24: case 0x25:
		push(r, fetch(r, 1 << (op - 0x22)));
		break;
	case 0x26:
		a = fetch(r, 2);
		if (!agent_target_has_reg((u32)a))
			r->wrong = "register";
		push(r, fake_reg((u32)a));
		break;
	case 0x28: case 0x29: case 0x2b: case 0x32: case 0x33:
		shuffle(r, op);
		break;
	case 0x2c: case 0x2d: case 0x2e:
		variable(r, op);
		break;
	default:
		r->wrong = "opcode";
	}
}

static enum agent_error ref_run(struct ref *r, u64 *res)
{
	int budget = AGENT_JUMP_BUDGET;

	*res = 0;
	while (!r->wrong && !r->err) {
		size_t at = r->pc;
		int op = (int)fetch(r, 1);

		if (op == 0x27 && !r->wrong) {
			*res = r->depth ? r->stack[r->depth - 1] : 0;
			return AGENT_OK;
		}
		if (op == 0x20 || op == 0x21) {
			u64 to = fetch(r, 2);

			if (op == 0x20 && !pop(r))
				continue;
			if (to <= at) {
				budget -= (int)(at + 3 - to);
				if (budget < 0)
					r->err = AGENT_E_BUDGET;
			}
			r->pc = to;
		} else if (!r->wrong) {
			step(r, op);
		}
	}
	return r->err;
}

/* ---- one program in both ------------------------------------------------ */

static unsigned long accepted, refused, ended[AGENT_E_NR];

static void show(const u8 *code, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		printf("%02x", code[i]);
	printf("\n");
}

/* Returns whether agent_compile() accepted it. */
static int both(const u8 *code, size_t n)
{
	static struct fake other;
	struct ref r;
	enum agent_error err, want;
	u64 value;
	int room = rnd(8) ? -1 : (int)rnd(4);

	fake_init(&fake);
	fake.room = room;
	err = run_bytes(code, n);
	ended[err]++;
	if (err && err < AGENT_E_DIV_ZERO) {
		refused++;
		CHECK(err_pc < n || err == AGENT_E_EMPTY);
		return 0;
	}
	accepted++;
	other = fake;
	fake_init(&fake);
	fake.room = room;
	memset(&r, 0, sizeof(r));
	r.code = code;
	r.len = n;
	r.fake = &fake;
	want = ref_run(&r, &value);
	CHECK_STR(r.wrong ? r.wrong : "", "");
	CHECK_EQ(err, want);
	CHECK_EQ(result, value);
	CHECK(r.deepest <= prog.max_depth);
	CHECK_STR(other.log, fake.log);
	CHECK(!memcmp(other.var, fake.var, sizeof(fake.var)));
	if (unit_failed_)
		show(code, n);
	return 1;
}

/* ---- programs ----------------------------------------------------------- */

#define MAX_CODE	200
#define MAX_JUMPS	16

static struct {
	u8 code[2000];
	size_t n;
	int depth;
	struct {
		size_t at;	/* of the operand */
		int depth;
	} open[MAX_JUMPS];	/* forward jumps without a target yet */
	int nr_open;
	struct {
		size_t at;
		int depth;
	} label[MAX_JUMPS];	/* targets for jumps back */
	int nr_labels;
} gen;

static void emit(u64 v, int bytes)
{
	while (bytes--)
		gen.code[gen.n++] = (u8)(v >> (8 * bytes));
}

static u64 number(void)
{
	u64 v = (u64)rnd(0x10000) << 48 | (u64)rnd(0x10000) << 32 |
		(u64)rnd(0x10000) << 16 | rnd(0x10000);

	switch (rnd(6)) {
	case 0:
		return rnd(4);
	case 1:
		return rnd(80);
	case 2:
		return FAKE_BASE + rnd(FAKE_SIZE);
	case 3:
		return ~0ULL - rnd(3);
	case 4:
		return 0x8000000000000000ULL - rnd(2);
	}
	return v >> rnd(64);
}

static void gen_push(void)
{
	int size;

	switch (rnd(4)) {
	case 0:
		emit(0x26, 1);
		emit(rnd(FAKE_REGS), 2);
		break;
	case 1:
		emit(0x2c, 1);
		emit(1 + rnd(7), 2);
		break;
	default:
		size = rnd(4);
		emit(0x22 + size, 1);
		emit(number(), 1 << size);
		break;
	}
	gen.depth++;
}

static void gen_unary(void)
{
	static const u8 ops[] = { 0x0e, 0x12, 0x16, 0x2a, 0x17, 0x18, 0x19, 0x1a, 0x0d, 0x30,
				  0x2d };
	u8 op = ops[rnd(sizeof(ops))];

	if (op >= 0x17 && op <= 0x1a && rnd(20)) {
		/* mostly a readable address */
		emit(0x2923, 2);
		emit(FAKE_BASE + rnd(FAKE_SIZE - 6), 2);
	}
	emit(op, 1);
	if (op == 0x16 || op == 0x2a)
		emit(1 + rnd(100), 1);
	else if (op == 0x0d)
		emit(rnd(256), 1);
	else if (op == 0x30)
		emit(rnd(0x10000), 2);
	else if (op == 0x2d)
		emit(1 + rnd(5), 2);
}

static void gen_binary(void)
{
	static const u8 ops[] = { 2, 3, 4, 5, 6, 7, 8, 9, 0xa, 0xb, 0xf, 0x10, 0x11, 0x13,
				  0x14, 0x15 };
	u8 op = ops[rnd(sizeof(ops))];

	if (op >= 5 && op <= 8 && rnd(8))
		emit(0x220110, 3);	/* | 1: mostly not 0 */
	emit(op, 1);
	gen.depth--;
}

/* Resolve open jumps to the current position, and place labels there. */
static void gen_place(int all)
{
	int i;

	for (i = 0; i < gen.nr_open; ) {
		if (gen.open[i].depth != gen.depth || (!all && rnd(2))) {
			i++;
			continue;
		}
		gen.code[gen.open[i].at] = (u8)(gen.n >> 8);
		gen.code[gen.open[i].at + 1] = (u8)gen.n;
		gen.open[i] = gen.open[--gen.nr_open];
	}
	if (gen.nr_labels < MAX_JUMPS && !rnd(6)) {
		gen.label[gen.nr_labels].at = gen.n;
		gen.label[gen.nr_labels++].depth = gen.depth;
	}
}

/* A goto, then continue with the stack depth of an open jump, as its target. */
static void gen_goto(void)
{
	int i = (int)rnd((u32)gen.nr_open);
	size_t from = gen.open[i].at;
	int depth = gen.open[i].depth;

	emit(0x210000, 3);
	gen.open[i].at = gen.n - 2;
	gen.open[i].depth = gen.depth;
	gen.code[from] = (u8)(gen.n >> 8);
	gen.code[from + 1] = (u8)gen.n;
	gen.depth = depth;
}

static void gen_if_goto(void)
{
	int i;

	gen.depth--;
	if (!rnd(8)) {
		for (i = 0; i < gen.nr_labels; i++) {
			if (gen.label[i].depth == gen.depth) {
				emit(0x20, 1);
				emit(gen.label[i].at, 2);
				return;
			}
		}
	}
	emit(0x200000, 3);
	gen.open[gen.nr_open].at = gen.n - 2;
	gen.open[gen.nr_open++].depth = gen.depth;
}

static void gen_shuffle(void)
{
	switch (rnd(5)) {
	case 0:
		emit(0x28, 1);
		gen.depth++;
		break;
	case 1:
		emit(0x29, 1);
		gen.depth--;
		break;
	case 2:
		emit(0x32, 1);
		emit(rnd((u32)gen.depth), 1);
		gen.depth++;
		break;
	case 3:
		if (gen.depth >= 2)
			emit(0x2b, 1);
		break;
	case 4:
		if (gen.depth >= 3)
			emit(0x33, 1);
		break;
	}
}

static void gen_one(void)
{
	u32 kind = rnd(20);

	if (kind < 6 || !gen.depth) {
		gen_push();
	} else if (kind < 10) {
		gen_unary();
	} else if (kind < 13 && gen.depth >= 2) {
		gen_binary();
	} else if (kind < 16) {
		gen_shuffle();
	} else if (kind < 17) {
		emit(0x2e, 1);
		emit(1 + rnd(7), 2);
	} else if (kind < 18 && gen.depth >= 2) {
		emit(rnd(2) ? 0x0c : 0x2f, 1);
		gen.depth -= 2;
	} else if (kind < 19 && gen.nr_open) {
		gen_goto();
	} else if (gen.nr_open < MAX_JUMPS) {
		gen_if_goto();
	}
}

/* Generate a valid program. */
static void generate(void)
{
	size_t want = 1 + rnd(MAX_CODE);

	memset(&gen, 0, sizeof(gen));
	while (gen.n < want) {
		gen_place(0);
		gen_one();
		while (gen.depth > 20) {
			emit(0x29, 1);
			gen.depth--;
		}
	}
	gen_place(1);
	while (gen.nr_open) {
		for (; gen.depth < gen.open[0].depth; gen.depth++)
			emit(0x2207, 2);
		for (; gen.depth > gen.open[0].depth; gen.depth--)
			emit(0x29, 1);
		gen_place(1);
	}
	emit(0x27, 1);
}

static void test_sound(void)
{
	long i;

	for (i = 0; i < rounds && !unit_failed_; i++) {
		generate();
		if (!both(gen.code, gen.n)) {
			printf("refused at %u:\n", err_pc);
			show(gen.code, gen.n);
			CHECK(0);
		}
	}
	CHECK(ended[AGENT_OK] > (unsigned long)rounds / 4);
}

static void test_changed(void)
{
	long i;

	accepted = 0;
	for (i = 0; i < rounds && !unit_failed_; i++) {
		int k;

		generate();
		for (k = rnd(3); k >= 0; k--)
			gen.code[rnd((u32)gen.n)] = (u8)rnd(rnd(2) ? 256 : 0x35);
		both(gen.code, gen.n);
	}
	printf("  changed: %lu of %ld accepted\n", accepted, rounds);
	CHECK(accepted > 0);
}

static void test_senseless(void)
{
	u8 code[40];
	long i;

	accepted = 0;
	for (i = 0; i < 4 * rounds && !unit_failed_; i++) {
		size_t k, n = rnd(sizeof(code));
		u32 top = rnd(2) ? 256 : 0x35;

		for (k = 0; k < n; k++)
			code[k] = (u8)rnd(top);
		if (n && rnd(2))
			code[n - 1] = 0x27;
		both(code, n);
	}
	printf("  senseless: %lu of %ld accepted\n", accepted, 4 * rounds);
	CHECK(accepted > 0);
}

static void test_variety(void)
{
	int i;

	for (i = 0; i < AGENT_E_NR; i++)
		printf("  %8lu %s\n", ended[i], agent_strerror((enum agent_error)i));
	CHECK(ended[AGENT_E_DIV_ZERO] && ended[AGENT_E_MEMORY] && ended[AGENT_E_NO_ROOM]);
	CHECK(ended[AGENT_E_BUDGET] && ended[AGENT_E_DEPTH] && ended[AGENT_E_UNDERFLOW]);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		rounds = atol(argv[1]);
	RUN(test_sound);
	RUN(test_changed);
	RUN(test_senseless);
	RUN(test_variety);
	return unit_end();
}
