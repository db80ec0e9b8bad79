/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The registers of a task that does not run, as the switch away from it has saved
 * them on its stack.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "compat/read.h"
#include "compat/symbols.h"
#include "compat/task.h"
#include "compat/x86/regs.h"

#ifdef KC_HAVE_INACTIVE_TASK_FRAME

#include <asm/switch_to.h>

void kc_switch_init(void)
{
}

int kc_task_regs(const struct task_struct *t, struct pt_regs *regs)
{
	struct inactive_task_frame f;
	unsigned long sp = t->thread.sp;

	if (kc_read_kernel(&f, sp, sizeof(f)))
		return -EFAULT;
	memset(regs, 0, sizeof(*regs));
	regs->KC_REG(ip) = f.ret_addr;
	regs->KC_REG(sp) = sp + sizeof(f);
	regs->KC_REG(bp) = f.bp;
	regs->KC_REG(bx) = f.bx;
#ifdef CONFIG_X86_64
	regs->r12 = f.r12;
	regs->r13 = f.r13;
	regs->r14 = f.r14;
	regs->r15 = f.r15;
#else
	regs->KC_REG(si) = f.si;
	regs->KC_REG(di) = f.di;
#endif
	return 0;
}

#elif defined(KC_HAVE_SWITCH_MACRO)

#include <asm/switch_to.h>
#include <linux/thread_info.h>

/* Where tasks continue, and where new ones begin; written by kc_switch_init(). */
static unsigned long switch_pc, fork_pc;

#ifdef CONFIG_X86_64

#define FLAGS_PUSHED	(!memcmp(SAVE_CONTEXT, "pushf", 5))

/* The end of a call of target in the len bytes of code at addr; 0: none. */
static unsigned long after_call(unsigned long addr, unsigned long len,
				unsigned long target)
{
	u8 code[5];
	s32 by;

	for (; len >= sizeof(code); len--, addr++) {
		if (kc_read_kernel(code, addr, sizeof(code)) || code[0] != 0xe8)
			continue;
		memcpy(&by, code + 1, sizeof(by));
		if (addr + sizeof(code) + by == target)
			return addr + sizeof(code);
	}
	return 0;
}

/* The scheduler calls __switch_to() in one place, which is not saved. */
void kc_switch_init(void)
{
	static const char * const names[] = { "__schedule", "schedule" };
	unsigned long target = kc_symbol("__switch_to");
	struct kc_place place;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names) && target && !switch_pc; i++)
		if (!kc_symbol_at(kc_symbol(names[i]), &place))
			switch_pc = after_call(place.start, place.size, target);
	fork_pc = kc_symbol("ret_from_fork");
}

static unsigned long saved_pc(const struct task_struct *t)
{
	return switch_pc;
}

#else

#define FLAGS_PUSHED	1

void kc_switch_init(void)
{
	fork_pc = kc_symbol("ret_from_fork");
}

static unsigned long saved_pc(const struct task_struct *t)
{
	return t->thread.ip;
}

#endif

int kc_task_regs(const struct task_struct *t, struct pt_regs *regs)
{
	unsigned long sp = t->thread.sp, bp, pc = saved_pc(t);
	int is_new = test_tsk_thread_flag((struct task_struct *)t, TIF_FORK);

	if (is_new)
		pc = fork_pc;
	if (!pc || kc_read_kernel(&bp, sp, sizeof(bp)))
		return -EFAULT;
	memset(regs, 0, sizeof(*regs));
	regs->KC_REG(ip) = pc;
	regs->KC_REG(sp) = is_new ? sp : sp + (1 + FLAGS_PUSHED) * sizeof(sp);
	regs->KC_REG(bp) = is_new ? 0 : bp;
	return 0;
}

#else

void kc_switch_init(void)
{
}

int kc_task_regs(const struct task_struct *t, struct pt_regs *regs)
{
	return -EFAULT;
}

#endif
