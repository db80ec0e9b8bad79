/* SPDX-License-Identifier: GPL-2.0 */
#include <linux/kernel.h>
#include "compat/percpu.h"
#include "compat/stack.h"
#include "compat/symbols.h"
#ifdef KC_HAVE_PDA
#include <asm/pda.h>
#endif

#if defined(CONFIG_X86_32)

/* All stacks have the size and alignment of a task's. */
void kc_stack_init(void)
{
}

unsigned long kc_other_stack_left(unsigned long sp)
{
	return THREAD_SIZE - (sp & (THREAD_SIZE - 1));
}

#else

#if defined(KC_HAVE_PCPU_HOT)

void kc_stack_init(void)
{
}

static unsigned long irq_stack_top(void)
{
	return (unsigned long)this_cpu_read(pcpu_hot.hardirq_stack_ptr);
}

#elif defined(KC_HAVE_PDA)

void kc_stack_init(void)
{
}

static unsigned long irq_stack_top(void)
{
	return (unsigned long)read_pda(irqstackptr);
}

#else

static unsigned long __percpu *top_ptr;

/* With IBT kc_symbol() may find none of the names. */
void kc_stack_init(void)
{
	static const char * const names[] = {
		"hardirq_stack_ptr",		/* since 5.2 */
		"irq_stack_ptr",		/* 2.6.33 */
		"per_cpu__irq_stack_ptr",	/* 2.6.30 */
	};
	static int looked_up;
	unsigned int i;

	for (i = 0; !looked_up && !top_ptr && i < ARRAY_SIZE(names); i++)
		top_ptr = (unsigned long __percpu *)kc_symbol(names[i]);
	looked_up = 1;
}

static unsigned long irq_stack_top(void)
{
	return top_ptr ? *kc_this_cpu(top_ptr) : 0;
}

#endif

/* The largest stack: a task's, or the interrupt stack of four pages. */
#define STACK_MAX \
	(THREAD_SIZE > 4 * PAGE_SIZE ? THREAD_SIZE : 4 * PAGE_SIZE)

/* The initial sp of interrupts may be some words below the stack's end. */
unsigned long kc_other_stack_left(unsigned long sp)
{
	unsigned long end = (irq_stack_top() + PAGE_SIZE - 1) & PAGE_MASK;
	unsigned long left = end - sp;

	return left - 1 < STACK_MAX ? left : STACK_MAX;
}

#endif
