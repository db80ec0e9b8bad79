/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hit path: from a probe that fired to a frame in the trace buffer.
 *
 * Runs in whatever context the probe fired in, NMI included, with any lock
 * held.  It calls only: the no-fault reader, the clock, and the rooms agent/
 * and ringbuf/, none of which sleep, allocate or take a lock.
 */
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/string.h>

#include "arch/arch.h"
#include "compat/barrier.h"
#include "compat/clock.h"
#include "compat/read.h"
#include "compat/stack.h"
#include "trace/internal.h"

#define BLOCK_HEAD	(2 * sizeof(u64))	/* of an M block */
#define WORDS(n)	(((n) + sizeof(u64) - 1) / sizeof(u64))

/* Any context.  See internal.h. */
void gtp_end_run(enum gtp_reason reason, const struct gtp_point *tp,
		   enum agent_error err, int in_cond, u64 addr)
{
	if (cmpxchg(&gtp.stopping, 0, 1))
		return;
	gtp.end.reason = reason;
	gtp.end.num = tp ? tp->num : 0;
	gtp.end.err = err;
	gtp.end.in_cond = in_cond;
	gtp.end.addr = addr;
	kc_store_release(&gtp.running, 0);
}

/* ---- what agent/ asks of its surroundings, while it runs ------------------ */

/* Any context. */
u64 agent_target_reg(void *target, unsigned int regno)
{
	const struct gtp_cpu *tc = target;
	const struct arch_reg *reg = &arch_regs[regno];
	const char *field;

	if (regno == arch_pc)
		return tc->tp->addr;
	field = (const char *)tc->regs + reg->offset;
	switch (reg->size) {
	case sizeof(u16):
		return *(const u16 *)field;
	case sizeof(u32):
		return *(const u32 *)field;
	default:
		return *(const u64 *)field;
	}
}

/* Any context. */
enum agent_error agent_target_read(void *target, u64 addr, void *buf, u32 len)
{
	struct gtp_cpu *tc = target;

	if (!kc_read_kernel(buf, addr, len)) {
		gtp_return_patch(tc, addr, buf, len);
		return AGENT_OK;
	}
	tc->fault = addr;
	return AGENT_E_MEMORY;
}

/* Any context.  The first byte of [addr, addr + len) that cannot be read. */
static u64 hit_fault_addr(u64 addr, u32 len)
{
	u64 end = addr + len;
	char c;

	while (addr < end) {
		if (kc_read_kernel(&c, addr, 1))
			return addr;
		addr = (addr | (PAGE_SIZE - 1)) + 1;
	}
	return end - len;	/* it was there again when we looked */
}

/* Any context.  Head and address of a memory block. */
static int hit_begin_block(struct gtp_cpu *tc, u64 addr, u64 len)
{
	u64 head[2];

	head[0] = FRAME_HEAD('M', 0, len);
	head[1] = addr;
	return ringbuf_append(&tc->frame, head, sizeof(head));
}

/* Any context.  A block that is in one page of the buffer, and can be read. */
static int hit_small_block(struct gtp_cpu *tc, u64 addr, u32 len)
{
	u32 room = BLOCK_HEAD + WORDS(len) * sizeof(u64);
	u64 *p = ringbuf_take(&tc->frame, room);

	if (!p)
		return 0;
	p[0] = FRAME_HEAD('M', 0, len);
	p[1] = addr;
	p[1 + WORDS(len)] = 0;
	if (kc_read_kernel(p + 2, addr, len)) {
		ringbuf_give_back(&tc->frame, room);
		return 0;
	}
	gtp_return_patch(tc, addr, p + 2, len);
	return 1;
}

/*
 * Any context.  A block is put in whole, or not at all; or up to the first byte
 * that is not there, if a part will do.
 */
static enum agent_error hit_block(struct gtp_cpu *tc, u64 addr, u64 len,
				  int part_will_do)
{
	u32 mark = ringbuf_mark(&tc->frame);
	enum agent_error err = AGENT_E_NO_ROOM;
	u64 done = 0;
	u64 at = addr;
	u32 got;
	void *p;

	if (!len)
		return AGENT_OK;
	/* What may end early is not read twice: at most one fault. */
	if (len < PAGE_SIZE &&
	    (!part_will_do || (addr & (PAGE_SIZE - 1)) + len <= PAGE_SIZE) &&
	    hit_small_block(tc, addr, len))
		return AGENT_OK;
	if (len > GTP_BLOCK_MAX)
		return AGENT_E_TOO_BIG;
	/* Before older frames make way for what will never fit. */
	if (!part_will_do && !ringbuf_fits(&tc->frame, BLOCK_HEAD + len))
		return AGENT_E_NO_ROOM;
	if (hit_begin_block(tc, addr, len))
		goto undo;
	while (done < len) {
		p = ringbuf_space(&tc->frame, len - done, &got);
		if (!p)
			goto undo;
		if (part_will_do)
			got = min_t(u32, got, PAGE_SIZE - (at & (PAGE_SIZE - 1)));
		if (kc_read_kernel(p, at, got)) {
			if (part_will_do)
				break;
			tc->fault = hit_fault_addr(at, got);
			err = AGENT_E_MEMORY;
			goto undo;
		}
		gtp_return_patch(tc, at, p, got);
		ringbuf_advance(&tc->frame, got);
		at += got;
		done += got;
	}
	if (!done) {
		err = AGENT_OK;
		goto undo;
	}
	if (done < len)
		ringbuf_patch(&tc->frame, mark, FRAME_HEAD('M', 0, done));
	if (!ringbuf_pad(&tc->frame))
		return AGENT_OK;
undo:
	ringbuf_rewind(&tc->frame, mark);
	return err;
}

/* Any context. */
static int hit_prints(const struct gtp_cpu *tc)
{
	return tc->print_level < GTP_LEVEL_FRAME;
}

/*
 * Any context.  Of what an action collects only the last is printed: before that
 * come the pointers on the way to it.
 */
static enum agent_error hit_want(struct gtp_cpu *tc, enum gtp_print kind,
				 u64 value, u64 len, const char *name)
{
	tc->wanted.kind = kind;
	tc->wanted.value = value;
	tc->wanted.len = len;
	tc->wanted.name = name;
	return AGENT_OK;
}

/* Any context. */
enum agent_error agent_target_trace(void *target, u64 addr, u64 len)
{
	if (hit_prints(target))
		return hit_want(target, GTP_PRINT_MEMORY, addr, len, NULL);
	return hit_block(target, addr, len, 0);
}

/*
 * Any context.  The length is known only at the end, so the head is put in
 * after the string.
 */
enum agent_error agent_target_trace_str(void *target, u64 addr, u64 max)
{
	struct gtp_cpu *tc = target;
	u32 mark = ringbuf_mark(&tc->frame);
	enum agent_error err = AGENT_E_NO_ROOM;
	u32 len = 0;
	char c = 1;
	u32 got;
	u8 *p;

	if (!max)
		return AGENT_OK;
	if (hit_prints(tc))
		return hit_want(tc, GTP_PRINT_STRING, addr, max, NULL);
	if (hit_begin_block(tc, addr, 0))
		goto undo;
	while (c && len < max && len < GTP_BLOCK_MAX) {
		p = ringbuf_space(&tc->frame, 1, &got);
		if (!p)
			goto undo;
		if (kc_read_kernel(&c, addr + len, 1)) {
			tc->fault = addr + len;
			err = AGENT_E_MEMORY;
			goto undo;
		}
		*p = c;
		ringbuf_advance(&tc->frame, 1);
		len++;
	}
	ringbuf_patch(&tc->frame, mark, FRAME_HEAD('M', 0, len));
	if (!ringbuf_pad(&tc->frame))
		return AGENT_OK;
undo:
	ringbuf_rewind(&tc->frame, mark);
	return err;
}

/* Any context. */
enum agent_error agent_target_getv(void *target, u32 slot, u64 *val)
{
	struct gtp_var *var = gtp_var_slot(slot);

	*val = var->special ? var->special->get(target) :
			      kc_load64(gtp_var_word(var));
	return AGENT_OK;
}

/* Any context.  One that can be set: agent_target_var() saw to that. */
enum agent_error agent_target_setv(void *target, u32 slot, u64 val)
{
	struct gtp_var *var = gtp_var_slot(slot);

	if (var->special)
		return var->special->put(target, val);
	kc_store64(gtp_var_word(var), val);
	return AGENT_OK;
}

/* Any context. */
static enum agent_error hit_put_var(struct gtp_cpu *tc,
				    const struct gtp_var *var, u64 value)
{
	u64 block[2];
	u64 *p = ringbuf_take(&tc->frame, sizeof(block));
	u64 *to = p ? p : block;

	to[0] = FRAME_HEAD('V', var->num, sizeof(u64));
	to[1] = value;
	if (!p && ringbuf_append(&tc->frame, block, sizeof(block)))
		return AGENT_E_NO_ROOM;
	return AGENT_OK;
}

/* Any context. */
enum agent_error agent_target_tracev(void *target, u32 slot)
{
	const struct gtp_var *var = gtp_var_slot(slot);
	struct gtp_cpu *tc = target;
	u64 value;

	if (var->special && var->special->collect)
		return var->special->collect(tc, var);
	agent_target_getv(target, slot, &value);
	if (hit_prints(tc))
		return hit_want(tc, GTP_PRINT_VAR, value, sizeof(value),
				var->name);
	return hit_put_var(tc, var, value);
}

/* Any context.  In a run no tracepoint goes; one that comes is whole when it is in the list. */
enum agent_error gtp_hit_switch(u64 num, int on)
{
	struct gtp_point *tp;
	int found = !num;

	list_for_each_entry(tp, &gtp.points, list) {
		if (num && tp->num != num)
			continue;
		kc_store(&tp->enabled, on);
		found = 1;
	}
	return found ? AGENT_OK : AGENT_E_BAD_POINT;
}

/* ---- a hit ---------------------------------------------------------------- */

/*
 * Any context, under ringbuf_enter(), so that the CPU that holds the lock cannot
 * hit again.  Nor may an interrupt come between: it could wait for a lock whose
 * owner hits on another CPU, and waits for ours.
 */
static enum agent_error hit_run(struct gtp_cpu *tc,
				const struct agent_prog *prog)
{
	enum agent_error err;
	unsigned long flags;

	if (!prog->rmw_var)
		return agent_run(prog, tc, tc->stack, &tc->result);
	raw_local_irq_save(flags);
	while (cmpxchg(&gtp.var_lock, 0, 1))
		cpu_relax();
	err = agent_run(prog, tc, tc->stack, &tc->result);
	kc_store_release(&gtp.var_lock, 0);
	raw_local_irq_restore(flags);
	return err;
}

/* Any context. */
static enum agent_error hit_collect_regs(struct gtp_cpu *tc)
{
	u64 head = FRAME_HEAD('R', tc->tp->is_return ? FRAME_REGS_RETURN : 0,
			      sizeof(struct pt_regs));
	u32 words = WORDS(sizeof(struct pt_regs));
	u64 *p = ringbuf_take(&tc->frame, (1 + words) * sizeof(u64));

	if (p) {
		p[0] = head;
		p[words] = 0;
		memcpy(p + 1, tc->regs, sizeof(struct pt_regs));
	} else if (ringbuf_append(&tc->frame, &head, sizeof(head)) ||
		   ringbuf_append(&tc->frame, tc->regs,
				  sizeof(struct pt_regs)) ||
		   ringbuf_pad(&tc->frame)) {
		return AGENT_E_NO_ROOM;
	}
	tc->has_regs = 1;
	return AGENT_OK;
}

/*
 * Any context.  What GDB needs to unwind: registers, and the stack's top.  Of a
 * task's stack no byte behind its end, which the memory of others may follow;
 * of other stacks up to the first page that is not there, and no more than the
 * largest has.
 */
enum agent_error gtp_hit_bt(struct gtp_cpu *tc, const struct gtp_var *var)
{
	u64 sp = agent_target_reg(tc, arch_sp);
	u64 len = min_t(u64, gtp.bt_size, kc_stack_left(sp));
	enum agent_error err = AGENT_OK;

	if (!tc->has_regs)
		err = hit_collect_regs(tc);
	if (!err)
		err = hit_block(tc, sp, len, 1);
	/* So that tdump has something to say of it. */
	return err ? err : hit_put_var(tc, var, gtp.bt_size);
}

/* Any context. */
static enum agent_error hit_actions(struct gtp_cpu *tc)
{
	const struct gtp_point *tp = tc->tp;
	const struct gtp_action *act = tp->acts;
	enum agent_error err = AGENT_OK;
	u64 base;
	u32 i;

	tc->has_regs = 0;
	if (tp->regs)
		err = hit_collect_regs(tc);
	tc->regs_end = ringbuf_mark(&tc->frame);
	for (i = 0; !err && i < tp->nr_acts; i++, act++) {
		if (act->kind == 'X') {
			err = hit_run(tc, &act->prog);
		} else {
			base = act->basereg < 0 ? 0 :
				agent_target_reg(tc, act->basereg);
			err = agent_target_trace(tc, base + act->off, act->len);
		}
		if (!err && tc->wanted.kind)
			err = gtp_print_wanted(tc, act->name);
	}
	return err;
}

/* Any context.  Orders frames; unique where the clocks give no order. */
static u64 hit_time(void)
{
	if (gtp.clock_orders)
		return kc_clock();
	return kc_sequence_next(&gtp.sequence);
}

/* Any context.  There is no room: a loss, or the end of the run. */
static void hit_no_room(struct gtp_cpu *tc)
{
	if (gtp.circular) {
		ringbuf_discard_too_big(&tc->frame);
		return;
	}
	ringbuf_discard(&tc->frame);
	gtp_end_run(GTP_FULL, tc->tp, AGENT_OK, 0, 0);
}

/* Any context, under ringbuf_enter().  The condition holds. */
static void hit_frame(struct gtp_cpu *tc, struct ringbuf_cpu *rc,
		      struct gtp_count *count)
{
	struct gtp_point *tp = tc->tp;
	enum agent_error err;
	u32 passed = 0;
	u32 size;

	if (tp->pass) {
		passed = atomic_inc_return(&tp->passed);
		if (passed > tp->pass)
			return;
	}
	tc->time = hit_time();
	err = AGENT_E_NO_ROOM;
	if (!ringbuf_begin(rc, &tc->frame))
		err = hit_actions(tc);
	if (err == AGENT_E_NO_ROOM) {
		hit_no_room(tc);
		goto out;
	}
	size = ringbuf_mark(&tc->frame);
	if (tc->printed && size == tc->regs_end) {
		ringbuf_discard(&tc->frame);
	} else {
		size += sizeof(struct ringbuf_hdr);
		ringbuf_commit(&tc->frame, tp->num, tc->time, tp->addr);
	}
	kc_store64(&count->hits, count->hits + 1);
	kc_store64(&count->bytes, count->bytes + size);
	if (err)
		gtp_end_run(GTP_ERROR, tp, err, 0, tc->fault);
out:
	if (passed && passed == tp->pass)
		gtp_end_run(GTP_PASSCOUNT, tp, AGENT_OK, 0, 0);
}

/* Any context. */
static void hit_print_reset(struct gtp_cpu *tc)
{
	if (gtp.uses & GTP_USES_PRINT)
		tc->time = hit_time();	/* a condition may print, too */
	tc->print_level = GTP_LEVEL_FRAME;
	tc->print_format = FRAME_SHOW_AUTO;
	tc->print_tmp = 0;
	tc->wanted.kind = GTP_PRINT_NONE;
	tc->printed = 0;
	tc->dumped = 0;
}

/* Any context.  Is it a process of the session's own that hits? */
static int hit_is_ours(const struct gtp_point *tp)
{
	pid_t tgid = current->tgid;

	return tgid && (tgid == gtp.self || tgid == gtp.peer) &&
	       !gtp.self_trace && !(tp->uses & GTP_USES_SELF);
}

/*
 * Any context incl. NMI, preemption off (kprobes see to that); does not sleep.
 * Most hits of most tracepoints end here, before anything is written.
 */
int gtp_kprobe_hit(struct kprobe *kp, struct pt_regs *regs)
{
	struct gtp_point *tp = container_of(kp, struct gtp_point, kp);
	const unsigned long *reg = (void *)((char *)regs + tp->range_at);

	if (!tp->has_range || agent_in_range(&tp->range, *reg))
		gtp_hit(tp, regs, 0);
	return 0;
}

/* The same; the range holds.  ret_addr: of a return, where to. */
noinline void gtp_hit(struct gtp_point *tp, struct pt_regs *regs,
		      unsigned long ret_addr)
{
	unsigned int cpu = smp_processor_id();
	struct ringbuf_cpu *rc;
	struct gtp_cpu *tc;
	int cooked = gtp.uses & GTP_USES_COOKED;
	enum agent_error err = AGENT_OK;

	if (!kc_load_acquire(&gtp.running) || !kc_load(&tp->enabled))
		return;
	if (hit_is_ours(tp) || kc_load(&gtp.printer) == current)
		return;
	rc = ringbuf_enter(gtp.rb, cpu);
	if (!rc)
		return;
	tc = per_cpu_ptr(gtp.cpus, cpu);
	tc->tp = tp;
	if (cooked)
		gtp_cooked_begin(tc);
	tc->ret_addr = ret_addr;
	tc->handler_regs = regs;
	tc->regs = tp->is_return ? arch_return_regs(regs, &tc->copy) :
				   arch_hit_regs(regs, &tc->copy);
	tc->has_wall = 0;
	hit_print_reset(tc);
	tc->result = 1;
	if (tp->has_cond)
		err = hit_run(tc, &tp->cond);
	if (err)
		gtp_end_run(GTP_ERROR, tp, err, 1, tc->fault);
	else if (tc->result)
		hit_frame(tc, rc, per_cpu_ptr(tp->count, cpu));
	if (cooked)
		gtp_cooked_end(tc);
	ringbuf_leave(rc);
}
