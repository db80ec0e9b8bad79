/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The two ways to make a frame: at the ring's cursor, and by the general path.
 * Random actions, on random registers and memory of which parts are unreadable,
 * make the same frame, errors and values of variables in both ways.
 *
 *	test_trace_hit			AGENT_PROGRAMS=N (default 1000000)
 *
 * Each hit is done twice, by two buffers that have had the same hits before.
 * N / 50 tracepoints are made, with 8 hits each.
 *
 * Built from: trace/hit/hit.c trace/hit/return.c trace/hit/collect.c
 * Built from: trace/hit/errors.c trace/hit/value.c trace/run/compile.c
 * Built from: trace/var/table.c trace/var/user.c trace/var/percpu.c
 * Built from: trace/var/missing.c trace/var/kret.c trace/var/bt.c
 * Built from: agent/verify.c agent/div64.c agent/fold.c agent/pattern.c
 * Built from: agent/act.c agent/decide.c agent/expr.c agent/run.c
 * Built from: ringbuf/ringbuf.c ringbuf/walk.c ringbuf/write.c ringbuf/read.c
 * Built from: rsp/packet.c rsp/reply.c rsp/scan.c rsp/parse.c rsp/parse_trace.c
 */
#include "tests/unit/test_agent_programs.h"
#include "tests/unit/test_trace_hit.h"

/* ---- programs ---------------------------------------------------------- */

/* Mostly quick, and often near the end of a page or of what is quick. */
static u64 address(void)
{
	switch (rnd(7)) {
	case 0:
		return SHIM_BASE + rnd(SHIM_QUICK * PAGE_SIZE);
	case 1:
		return SHIM_BASE + (1 + rnd(SHIM_PAGES)) * PAGE_SIZE - rnd(40);
	case 2:
		return SHIM_BASE + rnd(SHIM_PAGES * PAGE_SIZE);
	case 3:
		return SHIM_BASE + SHIM_QUICK * PAGE_SIZE - 1 - rnd(1100);
	default:
		return SHIM_BASE + rnd(3 * PAGE_SIZE);
	}
}

/* $pc, $cs and $st0 are rare: no steps. */
static u32 any_reg(void)
{
	return rnd(30) ? rnd(4) : rnd(7);
}

static u32 any_var(void)
{
	static const u8 simple[] = { 1, 2, 3, 4, 5, 8, 40, 41, 42, 43, 44 };
	static const u8 others[] = { 6, 7, BT, 45 };

	return rnd(20) ? simple[rnd(sizeof(simple))] :
			 others[rnd(sizeof(others))];
}

static u32 var_to_set(void)
{
	return rnd(20) ? 40 + rnd(5) : 6;
}

static char list[16384];	/* as in QTDP */

static void add_program(void)
{
	u32 i, at;

	flat = rnd(10) != 0;
	len = 0;
	for (i = 1 + !rnd(3); i; i--)
		put_statement();
	put(0x27, 1);
	at = strlen(list) + sprintf(list + strlen(list), "X%X,", len);
	for (i = 0; i < len; i++)
		at += sprintf(list + at, "%02x", code[i]);
}

/*
 * Registers, and $kret = 0 for a return. Only there dx may be named: at an entry
 * the general path puts FRAME_REGS_SECOND into the frame for it, the other does
 * not, and it has no meaning.
 */
static void begin_actions(void)
{
	static const char *const at_return[] = { "", "R02", "R3F" };

	if (rnd(4))
		strcpy(list, rnd(2) ? "R09" : "");
	else
		sprintf(list, "%sX7,22002d00132927", at_return[rnd(3)]);
}

static void add_action_of(u32 kind)
{
	u32 size = rnd(8) ? 1 + rnd(40) : 1 + rnd(5000);
	char *end = list + strlen(list);

	switch (kind) {
	case 0:
		sprintf(end, "M%X,%X,%X", rnd(4), rnd(20), size);
		break;
	case 1:
		sprintf(end, "MFFFFFFFF,%llX,%X", address(), size);
		break;
	case 2:
		sprintf(end, "X4,2e%04x27", BT);
		break;
	case 4:
	case 5:			/* a variable */
		sprintf(end, "X4,2e%04x27", any_var());
		break;
	case 3:			/* $_ret */
		sprintf(end, "X9,260002" "2208" "02" "0d%02x" "27",
			(u32)sizeof(long));
		break;
	default:
		add_program();
		break;
	}
}

/* ---- a hit ------------------------------------------------------------- */

#define RINGS	3
static const u32 ring_size[RINGS] = { 6000, 20000, 65536 };
static struct ringbuf *ring[2][RINGS];	/* of each way */

static struct gtp_hit_ctx *ctx;
static struct pt_regs regs;	/* as passed to a handler */
static struct gtp_call call;

/* What a hit has made. */
struct outcome {
	struct ringbuf_hdr hdr;		/* all 0: no frame */
	struct gtp_count count;
	u64 word[ARRAY_SIZE(word)];
	int stopping;
	struct gtp_stop_cause cause;
	u64 too_big, unlisted;
	struct gtp_error errors[GTP_ERRORS];
	u8 frame[65536];
};

static struct outcome at_cursor, general;
static unsigned long tracepoints, refused, whole, steps;
static unsigned long hits, finished, values, crossed, errors, frames, ended;

/* split: as if the frame did not fit into the page. */
static void run_handler(int split)
{
	if (tp->kind_flags & PROBE_AT_RETURN)
		return_always(tp, &regs, (unsigned long)0x1122334455667788ULL,
			      &call, AGENT_TRUE);
	else if (split && ringbuf_enter(ctx->rc))
		gtp_hit_rest(ctx, tp, &regs);
	else
		hit_always(tp, &regs);
}

static void hit(struct ringbuf *rb, enum gtp_dispatch way, int split,
		struct outcome *o)
{
	u64 end = ringbuf_end(rb, 0);
	struct ringbuf_info info;
	u32 i;

	memset(o, 0, sizeof(*o));
	memset(ctx->errors, 0, sizeof(ctx->errors));
	memset(tp->count, 0, sizeof(*tp->count));
	memset(&gtp.stop_cause, 0, sizeof(gtp.stop_cause));
	ctx->errors_unlisted = 0;
	ctx->fault = 0;
	ctx->tp = NULL;
	ctx->rc = ringbuf_writer(rb, 0);
	gtp.stopping = 0;
	gtp_hits.running = 1;
	gtp_set_dispatch(tp, way);
	run_handler(split);
	CHECK(!ringbuf_is_busy(ctx->rc));
	if (!ringbuf_read_hdr(rb, 0, end, &o->hdr) &&
	    o->hdr.size <= sizeof(o->frame))
		CHECK_EQ(ringbuf_read(rb, 0, end, 0, o->frame,
				      o->hdr.size - sizeof(o->hdr)), 0);
	ringbuf_get_info(rb, 0, &info);
	o->too_big = info.too_big;
	o->count = *tp->count;
	for (i = 0; i < ARRAY_SIZE(word); i++)
		o->word[i] = *word[i];
	o->stopping = gtp.stopping;
	o->cause = gtp.stop_cause;
	o->unlisted = ctx->errors_unlisted;
	memcpy(o->errors, ctx->errors, sizeof(o->errors));
}

/* ---- values ------------------------------------------------------------ */

static void fill_memory(void)
{
	u32 i;
	u64 v;

	for (i = 0; i + 8 <= sizeof(shim_memory); i += rnd(4) ? 8 : 3) {
		v = rnd(6) ? address() :
		    rnd(2) ? edge() : (u64)rnd(~0U) * rnd(~0U);
		memcpy(shim_memory + i, &v, 8);
	}
	if (rnd(2))		/* a long string */
		memset(shim_memory + rnd(4 * PAGE_SIZE), 'x', rnd(3000));
}

static void set_values(void)
{
	unsigned long sp = rnd(4) ? SHIM_STACK + 8 * rnd(SHIM_STACK_SIZE / 8) :
				    address();
	u32 i, faults = !rnd(3);

	regs.ax = rnd(4) ? address() : edge();
	regs.dx = rnd(4) ? address() : edge();
	regs.di = rnd(4) ? sp + rnd(40) - 20 : address();
	regs.sp = ~sp;		/* see arch_hit_regs() */
	for (i = 0; i < SHIM_PAGES; i++)
		shim_fault[i] = !faults || rnd(8) ? 0 :
				rnd(4) ? -EFAULT : -EPERM;
	shim_calls_replaced = !rnd(6);
	for (i = 0; i < ARRAY_SIZE(word); i++)
		*word[i] = rnd(3) ? edge() : address();
}

/* ---- the comparison ---------------------------------------------------- */

static void show(void)
{
	u32 i;

	printf("%s%s\n  frames of %u and %u bytes, at most %u; errors %llu and %llu\n",
	       tp->kind_flags ? "at a return: " : "", list,
	       at_cursor.hdr.size, general.hdr.size, tp->size,
	       at_cursor.count.errors, general.count.errors);
	for (i = 0; i < ARRAY_SIZE(word); i++)
		if (at_cursor.word[i] != general.word[i])
			printf("  word %u is %llx, expected %llx\n", i,
			       at_cursor.word[i], general.word[i]);
	for (i = 0; i < max(at_cursor.hdr.size, general.hdr.size); i++)
		if (at_cursor.frame[i] != general.frame[i])
			break;
	printf("  frames are the same for %u bytes\n", i);
}

static void compare(u32 r, int is_split)
{
	enum gtp_dispatch way = gtp_compiled_dispatch(tp);
	u64 before[ARRAY_SIZE(word)], end = ringbuf_end(ring[0][r], 0);
	u32 i;

	for (i = 0; i < ARRAY_SIZE(word); i++)
		before[i] = *word[i];
	hit(ring[0][r], way, is_split, &at_cursor);
	finished += !ctx->tp;
	values += !ctx->tp && way != GTP_DISPATCH_PLAIN &&
		  way != GTP_DISPATCH_ACTIONS;
	for (i = 0; i < ARRAY_SIZE(word); i++)
		*word[i] = before[i];
	hit(ring[1][r], GTP_DISPATCH_SLOW, 0, &general);
	CHECK(!memcmp(&at_cursor, &general, sizeof(general)));
	if (tp->fixed_end == tp->acts_end && general.hdr.size)
		CHECK(general.hdr.size <= sizeof(general.hdr) + tp->size);
	hits++;
	frames += general.hdr.size != 0;
	crossed += end / PAGE_SIZE != ringbuf_end(ring[0][r], 0) / PAGE_SIZE;
	errors += general.count.errors != 0;
	ended += general.stopping;
}

static void hit_often(void)
{
	u32 r = rnd(RINGS), i, way;

	gtp.stop_on_error = !rnd(8);
	gtp_hits.circular = rnd(8) != 0;
	for (way = 0; way < 2; way++) {
		ringbuf_reset(ring[way][r]);
		ringbuf_set_circular(ring[way][r], gtp_hits.circular);
	}
	tp->enabled = 1;
	tp->count = kc_alloc_percpu(struct gtp_count);
	fill_memory();
	for (i = 0; i < 8 && !unit_failed_; i++) {
		set_values();
		compare(r, !rnd(3));
	}
	if (unit_failed_)
		show();
	free(tp->count);
}

static void test_random(void)
{
	const char *asked = getenv("AGENT_PROGRAMS");
	unsigned long n = (asked ? strtoul(asked, NULL, 0) : 1000000) / 50;
	const char *error;
	u32 i;

	while (n-- && !unit_failed_) {
		begin_actions();
		for (i = rnd(6); i; i--)
			add_action_of(rnd(16));
		gtp_hits.bt_size = rnd(8) ? 8 << rnd(10) : 100;
		error = compile(NULL, list);
		if (*error) {
			refused++;
		} else {
			tracepoints++;
			whole += tp->fixed_end == tp->acts_end;
			for (i = 0; i < tp->nr_acts; i++)
				steps += tp->acts[i].kind == GTP_ACT_STEPS;
			hit_often();
		}
		drop();
	}
	printf("  %lu tracepoints, %lu of known size, %lu refused, %lu steps; %lu hits, %lu frames, %lu finished at the cursor, %lu of them with values only, %lu across pages, %lu with errors, %lu end the run\n",
	       tracepoints, whole, refused, steps, hits, frames, finished,
	       values, crossed, errors, ended);
	CHECK(refused < tracepoints / 4 && whole > tracepoints / 4);
	CHECK(steps > tracepoints / 4 && frames > hits / 2);
	CHECK(finished > hits / 10 && values > hits / 100);
	CHECK(crossed > hits / 40);
	CHECK(errors > hits / 20 && ended > hits / 100);
}

int main(void)
{
	u32 r, way;

	gtp.nr_cpus = SHIM_CPUS;
	gtp_hits.self = -1;
	gtp_hits.peer = -1;
	ctx = gtp_hits.hit_ctx = kc_alloc_percpu(struct gtp_hit_ctx);
	ctx->print_level = GTP_LEVEL_FRAME;
	if (define_vars())
		return 1;
	for (r = 0; r < RINGS; r++)
		for (way = 0; way < 2; way++)
			ring[way][r] = ringbuf_alloc(ring_size[r], 1);
	RUN(test_random);
	for (r = 0; r < RINGS; r++)
		for (way = 0; way < 2; way++)
			ringbuf_free(ring[way][r]);
	gtp_vars_exit();
	free(ctx);
	return unit_end();
}
