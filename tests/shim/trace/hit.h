/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel for hits: memory at addresses from SHIM_BASE on, registers, the
 * current task, clocks that stand still. The test defines the data.
 */
#ifndef SHIM_TRACE_HIT_H
#define SHIM_TRACE_HIT_H

#include "tests/shim/trace/kernel.h"

#ifndef __always_inline
#define __always_inline	inline __attribute__((__always_inline__))
#endif

/* ---- one thread -------------------------------------------------------- */

#define cmpxchg(p, old, new) ({				\
	__typeof__(*(p)) was_ = *(p);			\
	if (was_ == (old))				\
		*(p) = (new);				\
	was_;						\
})
#define atomic_inc_return(a)		(++(a)->counter)
#define raw_local_irq_save(flags)	((void)((flags) = 0))
#define raw_local_irq_restore(flags)	((void)(flags))
#define raw_smp_processor_id()		0
#define cpu_relax()			abort()	/* nobody else has the lock */
#define __GFP_NOWARN			0

/* ---- time -------------------------------------------------------------- */

#define kc_clock()		((u64)12345)
#define kc_cycles()		((u64)67890)
#define kc_sequence_next(p)	(++*(p))

/* ---- memory ------------------------------------------------------------ */

#define SHIM_BASE	0x40000000U
#define SHIM_PAGES	12
#define SHIM_QUICK	8		/* pages that kc_is_quick() accepts */
#define SHIM_STACK	(SHIM_BASE + 4 * PAGE_SIZE)
#define SHIM_STACK_SIZE	(2 * PAGE_SIZE)

extern u8 shim_memory[SHIM_PAGES * PAGE_SIZE];
extern int shim_fault[SHIM_PAGES];	/* why a page is unreadable; or 0 */

#define KC_BIG_ENDIAN	0

/* As copies do that fault, leave something else in dst. */
static inline long kc_read_there(void *dst, u64 addr, size_t n)
{
	u64 at = addr - SHIM_BASE, page;

	memset(dst, 0xee, n);
	if (at > sizeof(shim_memory) || n > sizeof(shim_memory) - at)
		return -EFAULT;
	for (page = at / PAGE_SIZE; page * PAGE_SIZE < at + n; page++)
		if (shim_fault[page])
			return shim_fault[page];
	memcpy(dst, shim_memory + at, n);
	return 0;
}

#define kc_read_kernel	kc_read_there

static inline long kc_read_words(void *dst, u64 addr, size_t n)
{
	return kc_read_there(dst, addr, n * sizeof(u64));
}

static inline long kc_read_value(u64 *v, u64 addr, size_t n)
{
	*v = 0;
	return kc_read_there(v, addr, n);
}

static inline u64 kc_add_own64(u64 *p, u64 n)
{
	return *p += n;
}

static inline void kc_copy_words(u64 *dst, const u64 *src, size_t n)
{
	memcpy(dst, src, n * sizeof(*dst));
}

static inline int kc_is_quick(u64 addr, size_t n)
{
	if (n < 1 || n > KC_QUICK_MAX)
		abort();
	return n <= SHIM_QUICK * PAGE_SIZE &&
	       addr - SHIM_BASE <= SHIM_QUICK * PAGE_SIZE - n;
}

static inline int kc_is_direct_word(u64 addr)
{
	return kc_is_quick(addr, sizeof(u64));
}

static inline const void *kc_read_next(u64 *v, size_t n, const void *at,
				       size_t by, const void *other)
{
	return kc_read_value(v, *v, n) ? other : (const char *)at + by;
}

static inline int kc_is_kernel(u64 addr, size_t n)
{
	return addr + n - 1 >= addr;
}

static inline int kc_is_user(u64 addr, size_t n)
{
	return 0;
}

static inline long kc_read_user(void *dst, u64 addr, size_t n, int trapped)
{
	abort();
}

/* ---- the stack --------------------------------------------------------- */

static inline unsigned long kc_stack_left(unsigned long sp)
{
	unsigned long used = sp - SHIM_STACK;

	return used < SHIM_STACK_SIZE ? SHIM_STACK_SIZE - used : 0;
}

static inline unsigned long kc_task_words_left(unsigned long sp)
{
	return sp % sizeof(u64) ? 0 : kc_stack_left(sp) / sizeof(u64);
}

extern int shim_calls_replaced;

#define kc_calls_replaced()	(shim_calls_replaced)

/* ---- the machine ------------------------------------------------------- */

#define kc_kprobe_on_ftrace(kp)	((void)(kp), 0)

static inline unsigned long arch_stack_pointer(const struct pt_regs *regs)
{
	return regs->sp;
}

/* Handlers get registers without sp, as on x86 with 32 bits. */
static inline const struct pt_regs *arch_hit_regs(const struct pt_regs *regs,
						  struct pt_regs *copy)
{
	*copy = *regs;
	copy->sp = ~regs->sp;
	return copy;
}

static inline const struct pt_regs *arch_return_regs(const struct pt_regs *regs,
						     struct pt_regs *copy)
{
	return arch_hit_regs(regs, copy);
}

static inline void arch_put_args(struct pt_regs *regs,
				 const unsigned long *args)
{
	regs->dx = args[0];
	regs->di = args[1];
}

#endif
