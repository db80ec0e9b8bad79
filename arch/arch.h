/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What GDB and the trace engine have to know of a machine, as data.  Kbuild
 * links one file of this room.
 */
#ifndef ARCH_ARCH_H
#define ARCH_ARCH_H

#include <linux/types.h>

struct pt_regs;

#define ARCH_REG_UNSAVED	(-1)
#define ARCH_REGS_MAX		512	/* bytes of the `g' packet, at most */

/* A register, in the order of the `g' packet. */
struct arch_reg {
	const char *name;
	const char *type;	/* of target.xml */
	u16 bits;		/* in the `g' packet */
	s16 offset;		/* in struct pt_regs, or ARCH_REG_UNSAVED */
	u16 size;		/* in struct pt_regs, bytes */
};

extern const struct arch_reg arch_regs[];
extern const unsigned int arch_nr_regs;
extern const unsigned int arch_pc, arch_sp;	/* indexes in arch_regs */

extern const char * const arch_name;	/* target.xml's <architecture> */
extern const char * const arch_feature;	/* its <feature name> */

/*
 * Where a kernel may run elsewhere than where it was linked: the address that its
 * _text was linked for, and the multiples by which it may have been moved, to one
 * of which it was linked.  0: it runs where it was linked.
 */
extern const unsigned long arch_link_text, arch_link_align;

/* What may be in front of _stext: where CPUs start. */
#define ARCH_HEAD_MAX	0x10000UL

/*
 * Any context.  Where _text is, if _stext is there: what is in front of it is less
 * than a multiple of align.  0: that is not known.
 */
static inline unsigned long arch_text_below(unsigned long stext,
					    unsigned long align)
{
	unsigned long head = stext & (align - 1);

	return align > ARCH_HEAD_MAX && head < ARCH_HEAD_MAX ? stext - head : 0;
}

/* How much less a load address in the vmlinux is than the address. */
extern const unsigned long arch_load_offset;

/*
 * Any context.  The registers of kernel code that hit a probe, all that are
 * saved right: regs, or *copy.
 */
#ifdef CONFIG_X86_32
const struct pt_regs *arch_hit_regs(const struct pt_regs *regs,
				    struct pt_regs *copy);
#else
static inline const struct pt_regs *arch_hit_regs(const struct pt_regs *regs,
						  struct pt_regs *copy)
{
	return regs;
}
#endif

/*
 * Any context.  The same at the return of a function, as they were before its
 * `ret': sp is where the return address is (was: the kernel has put another one
 * there).
 */
const struct pt_regs *arch_return_regs(const struct pt_regs *regs,
				       struct pt_regs *copy);

/*
 * Registers, as bits by their indexes in arch_regs, that had a function's
 * arguments at its entry and have nothing that belongs to anybody at its return.
 */
extern const u32 arch_return_lost;

/* Of these, what has the second half of a value that takes two registers. */
extern const u32 arch_return_second;

/*
 * Process context; may sleep.  Is that a function's entry, where its return
 * address is where sp points to?
 */
int arch_is_entry(unsigned long addr);

/*
 * Process context; may sleep.  Where the kernel puts a probe that is set at that
 * address: not at an endbr at a function's entry, but behind it.
 */
unsigned long arch_probe_place(unsigned long addr);

/*
 * Any context.  Is that block, of len bytes at reg (-1: none) + add, what GDB
 * makes of `collect $_ret': the word next to the one that the frame pointer points
 * to?
 */
int arch_is_ret_block(int reg, u64 add, u64 len);

/*
 * Any context.  In the handler of a kprobe that is not ftrace's: has a trap
 * brought us here, as opposed to a jump?
 */
int arch_hit_by_trap(const struct pt_regs *regs);

/*
 * Process context.  Is there a call before that address, to which it may be the
 * return address?
 */
int arch_after_call(unsigned long addr);

/*
 * Process context, under gtp.lock.  Is that in the kernel's entry code, or right
 * behind it?  After the first arch_probe_check().
 */
int arch_in_entry(unsigned long addr);

/* The same of the code in which the stacks of idle tasks begin. */
int arch_in_start(unsigned long addr);

/*
 * Process context.  Do registers as entry code saves them stand there, or what
 * there is of them if words end before?
 */
int arch_has_regs(const unsigned long *word, u32 words);

/*
 * Process context, under gtp.lock; sleeps.  May a probe go there?  0, which says
 * only that the kernel may be asked; otherwise a negative errno, and the reason.
 */
int arch_probe_check(unsigned long addr, const char **why);

/* The same for a function's return, at an address where a probe may go. */
int arch_return_probe_check(unsigned long addr, const char **why);

/*
 * Process context.  Is a probe in the code there, whose first byte is otherwise
 * first?  1 also if it cannot be read.
 */
int arch_probe_is_in(unsigned long addr, u8 first, int on_ftrace);

/*
 * What the surroundings define: if a probe of ours is in at that address, the
 * first byte of the instruction there; otherwise -1.
 */
int arch_own_probe(unsigned long addr);

#endif
