/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Compile what GDB sent about a tracepoint into what the hit path runs.
 *
 * Context of all functions: process, holds gtp.lock; tp is not armed.
 */
#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "arch/arch.h"
#include "compat/calls.h"
#include "compat/check.h"
#include "compat/read.h"
#include "compat/stack.h"
#include "trace/base/messages.h"
#include "trace/run/private.h"

/* State of gtp_compile(). */
struct compile {
	struct gtp_tracepoint *tp;
	struct rsp_tx *tx;	/* for errors */
	const char *doing; /* for errors */
	struct agent_insn *insn;	/* next free one */
	u32 nr_acts;
	u32 nr_exprs;		/* 'X' actions that GDB sent */
};

/*
 * Bytecode from GDB, and agent_compile()'s map of its offsets. Under gtp.lock.
 */
static u8 *code_buf;		/* AGENT_CODE_MAX bytes */
static u16 *map_buf;		/* AGENT_CODE_MAX entries */

int gtp_compile_begin(void)
{
	code_buf = vmalloc(AGENT_CODE_MAX);
	map_buf = vmalloc(AGENT_CODE_MAX * sizeof(*map_buf));
	if (code_buf && map_buf)
		return 0;
	gtp_compile_end();
	return -ENOMEM;
}

void gtp_compile_end(void)
{
	vfree(code_buf);
	vfree(map_buf);
	code_buf = NULL;
	map_buf = NULL;
}

static int complain(struct compile *c, const char *what)
{
	rsp_error(c->tx, MSG_TRACEPOINT, c->tp->num,
		  (unsigned long long)c->tp->addr, c->doing, what);
	return -EINVAL;
}

/* Name the variable in the instruction at pc, which does not allow that use. */
static int complain_var(struct compile *c, u32 pc, enum agent_error err)
{
	const struct gtp_var *var = gtp_var_find(agent_var_at(code_buf, pc));
	char buf[320];

	if (err == AGENT_E_TARGET)
		return complain(c, gtp_probe_usage(var->special->uses));
	snprintf(buf, sizeof(buf), WHY_VARIABLE, agent_strerror(err),
		 var ? var->name : "?");
	return complain(c, buf);
}

/* Set *uses to the GTP_USES_* of its variables. Return 0 or -EINVAL. */
static int compile_expr(struct compile *c, struct rsp_text hex,
			struct agent_prog *prog, int *uses)
{
	long len = rsp_unhex(hex, code_buf, AGENT_CODE_MAX);
	enum agent_error err;
	char buf[96];
	u32 pc = 0;

	if (len < 0)
		return complain(c, WHY_BAD_HEX);
	err = gtp_percpu_compile(code_buf, len, c->insn, map_buf, prog, &pc);
	if (err == AGENT_E_VAR_READONLY || err == AGENT_E_VAR_WRITEONLY ||
	    err == AGENT_E_TARGET)
		return complain_var(c, pc, err);
	if (err) {
		snprintf(buf, sizeof(buf), WHY_BYTECODE, agent_strerror(err),
			 pc);
		return complain(c, buf);
	}
	/* Other CPUs wait for gtp_hits.var_lock while it runs. */
	if (prog->rmw_var && prog->traces)
		return complain(c, WHY_UPDATES_AND_COLLECTS);
	c->insn += prog->nr;
	*uses = gtp_vars_used(prog);
	c->tp->uses |= *uses;
	return 0;
}

int agent_target_has_reg(unsigned int regno)
{
	return regno < arch_nr_regs &&
		arch_regs[regno].offset != ARCH_REG_UNSAVED;
}

/* Set the base of a block. */
static void put_base(struct gtp_tracepoint *tp, struct gtp_action *act, int reg)
{
	act->base_at = GTP_BASE_NONE;
	if (reg < 0)
		return;
	act->basereg = reg;
	if (reg == (int)arch_pc)
		act->off += tp->addr;
	else if (arch_regs[reg].size == sizeof(long))
		act->base_at = arch_regs[reg].offset;
	else
		act->base_at = GTP_BASE_BY_NUMBER;
}

static void set_memory(struct gtp_tracepoint *tp, struct gtp_action *act,
		       int reg, u64 off, u64 len)
{
	act->kind = GTP_ACT_MEMORY;
	act->off = off;
	act->len = len;
	put_base(tp, act, reg);
	if (!len || len > KC_QUICK_MAX || act->base_at == GTP_BASE_BY_NUMBER)
		return;
	act->size = GTP_BLOCK_HEAD + GTP_WHOLE(len);
}

/*
 * $_ret at a function's entry: take the word at sp. GDB uses the frame
 * pointer, which few kernels keep.
 */
static void set_ret(struct gtp_tracepoint *tp, struct gtp_action *act, u64 len)
{
	set_memory(tp, act, arch_sp, 0, len);
	act->kind = GTP_ACT_RET;
	kc_calls_init();
}

/* $bt: bt_size bytes, or fewer if the stack ends before. */
static void set_bt(struct gtp_tracepoint *tp, struct gtp_action *act)
{
	set_memory(tp, act, arch_sp, 0, gtp_hits.bt_size);
	act->kind = GTP_ACT_BT;
	act->head = FRAME_HEAD('V', act->var->num, sizeof(u64));
	if (act->len % sizeof(u64))
		act->size = GTP_SIZE_ANY;
	if (act->size != GTP_SIZE_ANY)
		act->size += GTP_VAR_BLOCK;
}

/* How hit_value() reads a variable, and from what. */
static u8 quick_way(struct gtp_var *var, unsigned long *from)
{
	*from = 0;
	if (var->special) {
		*from = (unsigned long)var->special->get;
		return var->special->quick;
	}
	if (gtp_var_own(var)) {
		*from = (__force unsigned long)gtp_var_own(var);
		return GTP_QUICK_OWN;
	}
	*from = (unsigned long)gtp_var_word(var);
	return GTP_QUICK_WORD;
}

/* A variable to collect. */
static void set_collect(struct gtp_action *act)
{
	act->quick = quick_way(act->var, &act->from);
	act->kind = act->quick ? GTP_ACT_QUICK : GTP_ACT_COLLECT;
	if (!act->quick)
		return;
	act->head = FRAME_HEAD('V', act->var->num, sizeof(u64));
	act->size = GTP_VAR_BLOCK;
}

/* A variable to add to. */
static void set_add(struct gtp_action *act)
{
	act->kind = GTP_ACT_ADD;
	act->own = gtp_var_own(act->var);
	if (!act->own)
		act->word = gtp_var_word(act->var);
	act->size = 0;
}

/* What is needed while steps are made. */
struct making {
	struct agent_step step[AGENT_STEPS_MAX];
	struct agent_maker maker;
};

static struct agent_step *keep_steps(const struct agent_step *step, u32 nr)
{
	size_t size = nr * sizeof(*step);
	struct agent_step *kept = gtp_define_alloc(size);

	return kept ? memcpy(kept, step, size) : NULL;
}

/* Put into a step of a variable what a hit needs, in place of the slot. */
static void resolve_var(struct agent_step *s)
{
	struct gtp_var *var;
	unsigned long from;

	if (s->op < STEP_COLLECT)
		return;
	var = gtp_var_slot(s->imm);
	s->size = quick_way(var, &from);
	s->imm = from;
	s->mask = FRAME_HEAD('V', var->num, sizeof(u64));
}

/* Without memory the expression stays with the interpreter. */
static void set_steps(struct gtp_action *act)
{
	struct making *m = kmalloc(sizeof(*m), GFP_KERNEL | __GFP_NOWARN);
	struct agent_step *step;
	u64 size;
	u32 nr, i;

	if (!m)
		return;
	BUILD_BUG_ON(AGENT_BLOCK_MAX > KC_QUICK_MAX);
	BUILD_BUG_ON(AGENT_TEMPS >= AGENT_STACK_MAX);
	step = m->step;
	nr = agent_make_action(&act->prog, &m->maker, step, GTP_BLOCK_HEAD,
			       &size);
	for (i = 0; i < nr; i++)
		resolve_var(&step[i]);
	act->steps = nr ? keep_steps(step, nr) : NULL;
	if (act->steps) {
		act->kind = GTP_ACT_STEPS;
		act->size = size;
	}
	kfree(m);
}

/* Turn an expression into a simple action of another kind. */
static void simplify(struct gtp_tracepoint *tp, struct gtp_action *act)
{
	struct agent_pattern s;
	struct gtp_var *var;

	if (!agent_match_pattern(&act->prog, &s))
		return;
	if (s.kind == AGENT_SET)
		return;
	if (s.kind == AGENT_BLOCK) {
		if (arch_is_ret_block(s.reg, s.add, s.len) &&
		    arch_is_entry(tp->addr))
			set_ret(tp, act, s.len);
		else
			set_memory(tp, act, s.reg, s.add, s.len);
		return;
	}
	var = gtp_var_slot(s.slot);
	if (s.kind == AGENT_INCREMENT && var->special)
		return;
	act->var = var;
	act->off = s.add;
	if (gtp_var_is_bt(var))
		set_bt(tp, act);
	else if (s.kind == AGENT_COLLECT)
		set_collect(act);
	else
		set_add(act);
}

/*
 * act is NULL in the first pass. Return 1 if there may be something to run, 0
 * if not, or a negative errno.
 */
static int compile_x(struct compile *c, const struct rsp_action *a,
		     struct gtp_action *act)
{
	const char *why;
	int uses, err;

	if (!act)
		return 1;
	err = compile_expr(c, a->hex, &act->prog, &uses);
	if (err)
		return err;
	act->ordinal = c->nr_exprs++;
	if (gtp_probe_is_claimed(uses)) {
		err = gtp_probe_claim(c->tp, uses, &act->prog, &why);
		act->ordinal = GTP_NO_ORDINAL;
		return err ? complain(c, why) : 0;
	}
	/* GDB sends an empty "expression" for a register. */
	if (agent_does_nothing(&act->prog)) {
		act->ordinal = GTP_NO_ORDINAL;
		return 0;
	}
	act->kind = GTP_ACT_EXPR;
	act->size = GTP_SIZE_ANY;
	simplify(c->tp, act);
	return 1;
}

static int compile_m(struct compile *c, const struct rsp_action *a,
		     struct gtp_action *act)
{
	if (a->len > GTP_BLOCK_MAX)
		return complain(c, agent_strerror(AGENT_E_TOO_BIG));
	if (a->basereg >= 0 && !agent_target_has_reg(a->basereg))
		return complain(c, agent_strerror(AGENT_E_BAD_REG));
	if (act) {
		act->ordinal = GTP_NO_ORDINAL;
		act->size = GTP_SIZE_ANY;
		set_memory(c->tp, act, a->basereg, a->off, a->len);
	}
	return 1;
}

/* The first 32 registers: the mask ends with their digits. */
static u32 first_regs(struct rsp_text mask)
{
	u8 bytes[sizeof(u32)];
	u32 regs = 0;
	long i, n;

	if (mask.len > 2 * sizeof(bytes)) {
		mask.p += mask.len - 2 * sizeof(bytes);
		mask.len = 2 * sizeof(bytes);
	}
	n = rsp_unhex(mask, bytes, sizeof(bytes));
	for (i = 0; i < n; i++)
		regs = regs << 8 | bytes[i];
	return regs;
}

/*
 * arch_return_second also holds an argument, and `collect $args' does not mean
 * the return value. So show it only if the mask names it without the other
 * argument registers, or names all registers.
 */
static void compile_regs(struct compile *c, struct rsp_text mask)
{
	u32 regs = first_regs(mask), all = (1U << arch_pc) - 1;

	c->tp->regs = GTP_REGS_BLOCK;
	c->tp->regs_named |= regs;
	if (regs & arch_return_second &&
	    ((regs & arch_return_clobbered) == arch_return_second ||
	     (regs & all) == all))
		c->tp->regs_are |= FRAME_REGS_SECOND;
}

/* acts is NULL in the first pass, which only counts. */
static int compile_action(struct compile *c, const struct rsp_action *a,
			  struct gtp_action *acts)
{
	struct gtp_action *act = acts ? &acts[c->nr_acts] : NULL;
	int runs = 1;

	if (a->kind == 'R') {
		compile_regs(c, a->hex);
		return 0;
	}
	if (a->kind == 'X')
		runs = compile_x(c, a, act);
	if (a->kind == 'M')
		runs = compile_m(c, a, act);
	else if (a->kind != 'X')
		return complain(c, WHY_STATIC_DATA);
	if (runs < 0)
		return runs;
	c->nr_acts += runs;
	return 0;
}

static int compile_actions(struct compile *c, struct gtp_action *acts)
{
	struct rsp_action a;
	struct gtp_string *t;
	struct rsp_text list;
	const char *why;
	int step = 0;
	int ret, err;

	c->nr_acts = 0;
	c->nr_exprs = 0;
	c->doing = "compile actions";
	list_for_each_entry(t, &c->tp->actions, list) {
		list.p = t->text;
		list.len = t->len;
		while ((ret = rsp_next_action(&list, &step, &a, &why)) > 0) {
			if (step)
				return complain(c, WHY_STEPPING);
			err = compile_action(c, &a, acts);
			if (err)
				return err;
		}
		if (ret < 0)
			return complain(c, why);
	}
	return 0;
}

void gtp_compile_drop(struct gtp_tracepoint *tp)
{
	u32 i;

	for (i = 0; i < tp->nr_acts; i++) {
		kfree(tp->acts[i].name);
		kfree(tp->acts[i].steps);
	}
	kfree(tp->acts);
	kfree(tp->decision);
	if (tp->code_is_large)
		vfree(tp->code);
	else
		kfree(tp->code);
	tp->acts = NULL;
	tp->decision = NULL;
	tp->code = NULL;
	tp->nr_acts = 0;
	tp->acts_end = NULL;
	tp->fixed_end = NULL;
	tp->size = 0;
	tp->has_cond = 0;
	tp->prefilter = GTP_PREFILTER_NONE;
	tp->regs = 0;
	gtp_probe_default(tp);
	tp->regs_are = 0;
	tp->regs_named = 0;
	tp->absent_regs = 0;
	tp->maxactive = 0;
	tp->uses = 0;
}

/*
 * Most need little. vmalloc() takes whole pages, from an address range that is
 * small on 32-bit machines.
 */
static struct agent_insn *compile_alloc(struct gtp_tracepoint *tp, size_t nr)
{
	size_t size = nr * sizeof(struct agent_insn);

	if (!gtp_can_define(size))
		return NULL;
	tp->code_is_large = size > PAGE_SIZE;
	tp->code = tp->code_is_large ? vmalloc(size) :
				       kmalloc(size, GFP_KERNEL);
	return tp->code;
}

/* An upper bound: each byte of bytecode takes two digits. */
static size_t compile_max_insns(const struct gtp_tracepoint *tp)
{
	const struct gtp_string *t;
	size_t n = tp->cond_hex ? strlen(tp->cond_hex) / 2 : 0;

	list_for_each_entry(t, &tp->actions, list)
		n += t->len / 2;
	return n;
}

/*
 * GDB before 7.6.1 still sends the step count after the user has removed
 * while-stepping from the actions.
 */
static void warn_step(struct compile *c)
{
	char text[112];

	snprintf(text, sizeof(text), NOTE_STEPPING, c->tp->num);
	rsp_notice(c->tx, text);
	gtp_send_notices(c->tx);
}

/* The tracepoint whose steps are made. Under gtp.lock. */
static const struct gtp_tracepoint *compiled;

/*
 * Can a decision read it before arch_hit_regs() or arch_return_regs() has
 * completed the registers? At a return also not through the frame pointer: it
 * does not know where the kernel has replaced the return address.
 */
static int is_early_reg(unsigned int regno)
{
	u16 at = arch_regs[regno].offset;

	if (!(compiled->kind_flags & PROBE_AT_RETURN))
		return at < arch_regs[arch_sp].offset;
	return at < arch_regs[arch_pc].offset &&
	       !arch_is_ret_block(regno, sizeof(long), sizeof(long));
}

/* Only a register that pt_regs holds as a whole word. */
int agent_step_has_reg(unsigned int regno, int in_action, u16 *at)
{
	const struct arch_reg *reg = &arch_regs[regno];

	*at = reg->offset;
	return reg->size == sizeof(unsigned long) && regno != arch_pc &&
	       (in_action || is_early_reg(regno)) &&
	       !(compiled->absent_regs >> regno & 1);
}

int agent_step_has_var(u32 slot, u8 *kind)
{
	const struct gtp_var *var = gtp_var_slot(slot);
	u8 quick = var->special ? var->special->quick : GTP_QUICK_NONE;
	int calls = quick == GTP_QUICK_CLOCK || quick == GTP_QUICK_CALL;

	*kind = calls || quick == GTP_QUICK_CLAIM ? GTP_QUICK_NONE : quick;
	return !var->special || calls || *kind;
}

int agent_step_sets_var(u32 slot)
{
	return !gtp_var_slot(slot)->special;
}

/* $p_x, $per_cpu_x and $p_x0 may be one word. */
int agent_step_same_var(u32 a, u32 b)
{
	const struct gtp_percpu *each = gtp_var_slot(a)->each;

	return a == b || (each && each == gtp_var_slot(b)->each);
}

/* The condition is what follows on adding to the variable in that slot. */
static enum gtp_prefilter prefilter_of_sum(struct gtp_tracepoint *tp, u32 slot)
{
	struct gtp_var *var = gtp_var_slot(slot);

	if (var->special)
		return GTP_PREFILTER_NONE;
	tp->shared = &var->value;
	if (!var->each)
		return GTP_PREFILTER_SHARED;
	tp->counter = gtp_var_own(var);
	return KC_HAS_ADD_OWN64 && tp->counter ? GTP_PREFILTER_COUNTER :
						 GTP_PREFILTER_NONE;
}

/* What has a prefilter of its own? */
static enum gtp_prefilter prefilter_of_test(const struct gtp_tracepoint *tp)
{
	if (tp->test.op == STEP_TEST_REG)
		return GTP_PREFILTER_REG;
	return tp->test.op == STEP_VALUE && tp->test.size == GTP_QUICK_PID ?
	       GTP_PREFILTER_PID : GTP_PREFILTER_NONE;
}

static enum gtp_prefilter keep_decision(struct gtp_tracepoint *tp,
					const struct making *m, u32 nr)
{
	tp->decision = keep_steps(m->step, nr);
	if (!tp->decision)
		return GTP_PREFILTER_NONE;
	/* A return has one way to decide. */
	return !(tp->kind_flags & PROBE_AT_RETURN) &&
	       agent_find_gate(m->step, &tp->test) ? GTP_PREFILTER_REG_MORE :
						     GTP_PREFILTER_DECISION;
}

static enum gtp_prefilter choose_prefilter(struct gtp_tracepoint *tp,
					   struct making *m)
{
	enum gtp_prefilter found = GTP_PREFILTER_NONE;
	u32 slot = 0, skip, nr;
	int is_test;

	skip = agent_begins_with_sum(&tp->cond, &slot, &tp->add);
	nr = agent_make_decision(&tp->cond, skip, &m->maker, m->step);
	if (!nr || (skip && m->maker.may_fail))
		return GTP_PREFILTER_NONE;
	if (tp->kind_flags & PROBE_AT_RETURN)
		return skip ? GTP_PREFILTER_NONE : keep_decision(tp, m, nr);
	is_test = agent_is_one_test(m->step, nr, &tp->test) &&
		  (tp->test.op == STEP_GIVEN) == !!skip;
	if (skip)
		found = prefilter_of_sum(tp, slot);
	else if (is_test)
		found = prefilter_of_test(tp);
	if (is_test && found)
		return found;
	if (!skip)
		return keep_decision(tp, m, nr);
	if (!found || !keep_decision(tp, m, nr))
		return GTP_PREFILTER_NONE;
	return found == GTP_PREFILTER_SHARED ? GTP_PREFILTER_SHARED_MORE :
					       GTP_PREFILTER_COUNTER_MORE;
}

/* Without memory the condition stays with the interpreter. */
static enum gtp_prefilter compile_prefilter(struct gtp_tracepoint *tp)
{
	enum gtp_prefilter found = GTP_PREFILTER_NONE;
	struct making *m;

	m = kmalloc(sizeof(*m), GFP_KERNEL | __GFP_NOWARN);
	if (m)
		found = choose_prefilter(tp, m);
	kfree(m);
	return found;
}

/* Which registers have a value at a return. */
static void set_return_regs(struct gtp_tracepoint *tp)
{
	tp->regs_are |= FRAME_REGS_RETURN;
	if (tp->uses & GTP_USES_KRET_ARGS) {
		tp->regs_are |= FRAME_REGS_ARGS;
		return;
	}
	tp->absent_regs = arch_return_clobbered;
	if (tp->regs_are & FRAME_REGS_SECOND)
		tp->absent_regs &= ~(u64)arch_return_second;
}

/* At a return a stack needs its return address, and a register may be absent. */
static int needs_ctx(const struct gtp_tracepoint *tp,
		     const struct gtp_action *act)
{
	if (!(tp->kind_flags & PROBE_AT_RETURN))
		return 0;
	if (act->kind == GTP_ACT_MEMORY)
		return act->base_at >= 0 && tp->absent_regs >> act->basereg & 1;
	return act->kind == GTP_ACT_BT || act->kind == GTP_ACT_RET;
}

/* Add up the leading actions of known size. */
static void set_size(struct gtp_tracepoint *tp)
{
	struct gtp_action *act = tp->acts;

	tp->acts_end = act + tp->nr_acts;
	tp->size = tp->regs;
	for (; act != tp->acts_end; act++) {
		if (act->kind == GTP_ACT_EXPR)
			set_steps(act);
		if (act->size > GTP_BLOCK_MAX - tp->size ||
		    needs_ctx(tp, act))
			break;
		tp->size += act->size;
	}
	tp->fixed_end = act;
}

static int compile_parts(struct compile *c)
{
	struct gtp_tracepoint *tp = c->tp;
	struct rsp_text cond;
	const char *why;
	int uses, err;

	if (tp->is_static)
		return complain(c, WHY_STATIC);
	if (tp->cond_hex) {
		c->doing = "compile condition";
		cond.p = tp->cond_hex;
		cond.len = strlen(tp->cond_hex);
		err = compile_expr(c, cond, &tp->cond, &uses);
		if (err)
			return err;
		if (gtp_probe_is_claimed(uses))
			return complain(c, gtp_probe_usage(uses));
		tp->has_cond = 1;
	}
	err = compile_actions(c, NULL);
	if (err)
		return err;
	if (c->nr_acts) {
		tp->acts = gtp_define_alloc(c->nr_acts * sizeof(*tp->acts));
		if (!tp->acts)
			return complain(c, WHY_NO_MEMORY);
	}
	tp->nr_acts = c->nr_acts;	/* for gtp_compile_drop() */
	err = compile_actions(c, tp->acts);
	if (err)
		return err;
	tp->nr_acts = c->nr_acts;
	tp->nr_exprs = c->nr_exprs;
	why = gtp_return_refuses(tp);
	if (why)
		return complain(c, why);
	if (tp->kind_flags & PROBE_AT_RETURN)
		set_return_regs(tp);
	if (tp->uses & GTP_USES_REGS) {
		tp->regs = GTP_REGS_BLOCK;
		kc_calls_init();
	}
	if (tp->uses & (GTP_USES_REGS | GTP_USES_PRINT))
		kc_stack_init();
	tp->regs_head = FRAME_HEAD('R', tp->regs_are, sizeof(struct pt_regs));
	compiled = tp;
	set_size(tp);
	if (tp->uses & GTP_USES_PRINT)
		gtp_name_actions(tp);
	if (tp->has_cond)
		tp->prefilter = compile_prefilter(tp);
	if (tp->prefilter)
		tp->has_cond = 0;
	if (tp->step)
		warn_step(c);
	return 0;
}

int gtp_compile(struct gtp_tracepoint *tp, struct rsp_tx *tx)
{
	struct compile c;
	int ret = -ENOMEM;

	gtp_compile_drop(tp);
	c.tp = tp;
	c.tx = tx;
	c.doing = "set";
	c.insn = compile_alloc(tp, compile_max_insns(tp) + 1);
	if (c.insn)
		ret = compile_parts(&c);
	else
		complain(&c, WHY_NO_MEMORY);
	if (ret)
		gtp_compile_drop(tp);
	return ret;
}

enum gtp_dispatch gtp_compiled_dispatch(const struct gtp_tracepoint *tp)
{
	enum gtp_dispatch dispatch = GTP_DISPATCH_PLAIN;
	const struct gtp_action *act;

	for (act = tp->acts; act != tp->acts_end; act++) {
		if (act->kind != GTP_ACT_QUICK || act->quick > GTP_QUICK_OWN)
			return GTP_DISPATCH_ACTIONS;
		if (act->quick == GTP_QUICK_CLOCK)
			dispatch = GTP_DISPATCH_CLOCK;
		else if (dispatch == GTP_DISPATCH_PLAIN)
			dispatch = GTP_DISPATCH_VALUES;
	}
	return dispatch;
}

/* ---- a module that has returned at another address --------------------- */

static int goes_by_pc(const struct gtp_action *act)
{
	return act->kind == GTP_ACT_MEMORY && act->base_at == GTP_BASE_NONE &&
	       act->basereg == arch_pc;
}

int gtp_compile_names(const struct gtp_tracepoint *tp, u64 start, u64 size)
{
	const struct gtp_action *act;

	if (agent_has_number(&tp->cond, start, size))
		return 1;
	for (act = tp->acts; act != tp->acts_end; act++) {
		if (agent_has_number(&act->prog, start, size))
			return 1;
		if (act->kind == GTP_ACT_MEMORY &&
		    act->base_at == GTP_BASE_NONE && !goes_by_pc(act) &&
		    act->off < start + size && start < act->off + act->len)
			return 1;
	}
	return 0;
}

void gtp_compile_move(struct gtp_tracepoint *tp, u64 by)
{
	u32 i;

	for (i = 0; i < tp->nr_acts; i++)
		if (goes_by_pc(&tp->acts[i]))
			tp->acts[i].off += by;
}
