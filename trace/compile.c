/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From what GDB sent of a tracepoint to what the hit path runs.  All process
 * context, under gtp.lock; of a tracepoint whose probe is not in.
 */
#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "arch/arch.h"
#include "trace/compile.h"
#include "trace/trace.h"

/* What gtp_compile() works with. */
struct compile {
	struct gtp_point *tp;
	struct rsp_tx *tx;	/* takes the complaint */
	const char *where;	/* for the complaint */
	u8 *code;		/* AGENT_CODE_MAX bytes */
	u16 *map;		/* AGENT_CODE_MAX entries */
	struct agent_insn *insn;	/* the next free one */
	u32 nr_acts;
	u32 nr_exprs;		/* 'X' among the actions that GDB sent */
};

static int complain(struct compile *c, const char *what)
{
	rsp_error(c->tx, "tracepoint %u at 0x%llx: %s: %s", c->tp->num,
		  (unsigned long long)c->tp->addr,
		  c->where, what);
	return -1;
}

/* By name: its number is the operand of the instruction at pc. */
static int complain_var(struct compile *c, u32 pc, enum agent_error err)
{
	u32 num = c->code[pc + 1] << 8 | c->code[pc + 2];
	const struct gtp_var *var = gtp_var_find(num);
	char buf[320];

	snprintf(buf, sizeof(buf), "%s: %s", agent_strerror(err),
		 var ? var->name : "?");
	return complain(c, buf);
}

static int compile_expr(struct compile *c, struct rsp_text hex,
			struct agent_prog *prog)
{
	long len = rsp_unhex(hex, c->code, AGENT_CODE_MAX);
	enum agent_error err;
	char buf[96];
	u32 pc = 0;

	if (len < 0)
		return complain(c, "the bytecode is not hex, or over 16384 bytes");
	err = agent_compile(c->code, len, c->insn, c->map, prog, &pc);
	if (err == AGENT_E_TARGET)
		return complain(c, gtp_kret_usage);
	if (err == AGENT_E_VAR_READONLY || err == AGENT_E_VAR_WRITEONLY)
		return complain_var(c, pc, err);
	if (err) {
		snprintf(buf, sizeof(buf), "%s (bytecode offset %u)",
			 agent_strerror(err), pc);
		return complain(c, buf);
	}
	/* Other CPUs wait while it runs. */
	if (prog->rmw_var && prog->traces)
		return complain(c, "it changes a variable and collects memory: make it two");
	c->insn += prog->nr;
	c->tp->uses |= gtp_special_uses(prog);
	return 0;
}

int agent_target_has_reg(unsigned int regno)
{
	return regno < arch_nr_regs &&
		arch_regs[regno].offset != ARCH_REG_UNSAVED;
}

/*
 * What GDB says in bytecode, but is done otherwise.  1 if that is all, -1 with a
 * complaint, otherwise 0; *act may have become another one.
 */
static int compile_special(struct compile *c, struct rsp_action *act)
{
	long len = rsp_unhex(act->hex, c->code, AGENT_CODE_MAX);
	int is_kret;
	const char *why = gtp_return_action(c->tp, c->code, len, &is_kret);

	if (why)
		return complain(c, why);
	/* Few kernels keep the frame pointer that it goes by. */
	if (arch_is_ret_expr(c->code, len) && arch_is_entry(c->tp->addr)) {
		act->kind = 'M';
		act->basereg = arch_sp;
		act->off = 0;
		act->len = sizeof(long);
	}
	return is_kret;
}

/* acts is NULL in the first round, which only counts. */
static int compile_action(struct compile *c, struct rsp_action *a,
			  struct gtp_action *acts)
{
	struct gtp_action *act = acts ? &acts[c->nr_acts] : NULL;
	int done = a->kind == 'X' ? compile_special(c, a) : 0;

	if (done)
		return done < 0 ? -1 : 0;
	switch (a->kind) {
	case 'R':
		c->tp->regs = 1;
		return 0;
	case 'X':
		if (act && compile_expr(c, a->hex, &act->prog))
			return -1;
		if (act)
			act->ordinal = c->nr_exprs;
		c->nr_exprs++;
		/* A register's "expression" is empty: nothing to run. */
		if (act && act->prog.nr <= 1)
			return 0;
		break;
	case 'M':
		if (a->len > GTP_BLOCK_MAX)
			return complain(c, agent_strerror(AGENT_E_TOO_BIG));
		if (a->basereg >= 0 && !agent_target_has_reg(a->basereg))
			return complain(c, agent_strerror(AGENT_E_BAD_REG));
		if (act) {
			act->basereg = a->basereg;
			act->off = a->off;
			act->len = a->len;
		}
		break;
	default:
		return complain(c, "static tracepoint data is not available");
	}
	if (act)
		act->kind = a->kind;
	c->nr_acts++;
	return 0;
}

static int compile_actions(struct compile *c, struct gtp_action *acts)
{
	struct rsp_action a;
	struct gtp_text *t;
	struct rsp_text list;
	const char *why;
	int step = 0;
	int ret;

	c->nr_acts = 0;
	c->nr_exprs = 0;
	c->where = "actions";
	list_for_each_entry(t, &c->tp->actions, list) {
		list.p = t->text;
		list.len = t->len;
		while ((ret = rsp_next_action(&list, &step, &a, &why)) > 0) {
			if (step)
				return complain(c, "while-stepping is not available");
			if (compile_action(c, &a, acts))
				return -1;
		}
		if (ret < 0)
			return complain(c, why);
	}
	return 0;
}

void gtp_compile_drop(struct gtp_point *tp)
{
	u32 i;

	for (i = 0; i < tp->nr_acts; i++)
		kfree(tp->acts[i].name);
	kfree(tp->acts);
	vfree(tp->code);
	tp->acts = NULL;
	tp->code = NULL;
	tp->nr_acts = 0;
	tp->has_cond = 0;
	tp->has_range = 0;
	tp->regs = 0;
	tp->is_return = 0;
	tp->maxactive = 0;
	tp->uses = 0;
}

/* An upper bound: every byte of bytecode is two digits in the texts. */
static size_t compile_max_insns(const struct gtp_point *tp)
{
	const struct gtp_text *t;
	size_t n = tp->cond_hex ? strlen(tp->cond_hex) / 2 : 0;

	list_for_each_entry(t, &tp->actions, list)
		n += t->len / 2;
	return n;
}

/*
 * Before 7.6.1 GDB goes on sending the step count when the user has taken
 * while-stepping out of the actions.
 */
static void warn_step(struct compile *c)
{
	char text[112];

	snprintf(text, sizeof(text),
		 "Tracepoint %u: while-stepping is not available; a step count without actions is ignored.\n",
		 c->tp->num);
	rsp_notice(c->tx, text);
	gtp_send_notices(c->tx);
}

/*
 * Only of a register that is a whole word where the kernel has saved it:
 * arch_hit_regs() leaves those below sp as they are.
 */
static int compile_range(struct gtp_point *tp)
{
	const struct arch_reg *reg;

	if (tp->is_return || !agent_as_range(&tp->cond, &tp->range))
		return 0;
	reg = &arch_regs[tp->range.reg];
	tp->range_at = reg->offset;
	return reg->size == sizeof(unsigned long) &&
		tp->range.reg != arch_pc &&
		reg->offset < arch_regs[arch_sp].offset;
}

static int compile_parts(struct compile *c)
{
	struct gtp_point *tp = c->tp;
	struct rsp_text cond;

	if (tp->is_static)
		return complain(c, "static tracepoints are not available");
	if (tp->cond_hex) {
		cond.p = tp->cond_hex;
		cond.len = strlen(tp->cond_hex);
		if (compile_expr(c, cond, &tp->cond))
			return -1;
		tp->has_cond = 1;
	}
	if (compile_actions(c, NULL))
		return -1;
	if (c->nr_acts) {
		tp->acts = kzalloc(c->nr_acts * sizeof(*tp->acts), GFP_KERNEL);
		if (!tp->acts)
			return complain(c, "no memory");
	}
	if (compile_actions(c, tp->acts))
		return -1;
	tp->nr_acts = c->nr_acts;
	if (tp->uses & GTP_USES_PRINT)
		gtp_print_names(tp, c->nr_exprs);
	tp->has_range = tp->has_cond && compile_range(tp);
	if (tp->has_range)
		tp->has_cond = 0;
	if (tp->step)
		warn_step(c);
	return 0;
}

int gtp_compile(struct gtp_point *tp, struct rsp_tx *tx)
{
	struct compile c;
	int ret = -1;

	gtp_compile_drop(tp);
	c.tp = tp;
	c.tx = tx;
	c.where = "condition";
	c.code = vmalloc(AGENT_CODE_MAX);
	c.map = vmalloc(AGENT_CODE_MAX * sizeof(*c.map));
	tp->code = vmalloc((compile_max_insns(tp) + 1) *
			   sizeof(struct agent_insn));
	c.insn = tp->code;
	if (c.code && c.map && c.insn)
		ret = compile_parts(&c);
	else
		complain(&c, "no memory");
	vfree(c.code);
	vfree(c.map);
	if (ret)
		gtp_compile_drop(tp);
	return ret;
}
