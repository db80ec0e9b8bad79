/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What GDB and trace/ need to know of a machine.  Kbuild links one register
 * table (x86_32.c or x86_64.c).
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
 * For a kernel that may be relocated: the link address of _text, and the
 * alignment of both that address and the move.  0: it runs where it was linked.
 */
extern const unsigned long arch_link_text, arch_link_align;

/* The most code before _stext: where CPUs start. */
#define ARCH_HEAD_MAX	0x10000UL

/*
 * The address of _text: the last multiple of align up to _stext.  Returns 0 if
 * that is not certain.
 */
static inline unsigned long arch_text_below(unsigned long stext,
					    unsigned long align)
{
	unsigned long head = stext & (align - 1);

	return align > ARCH_HEAD_MAX && head < ARCH_HEAD_MAX ? stext - head : 0;
}

/* An address in the vmlinux minus its load address. */
extern const unsigned long arch_load_offset;

/*
 * A machine's own header has what hits inline:
 *
 * arch_hit_regs(regs, copy): complete the registers of kernel code that hit a
 * probe.  Returns regs or copy, as const struct pt_regs *.  Fields in front of
 * that of arch_sp must be those of regs: a prefilter reads them there.
 *
 * arch_stack_pointer(regs): sp of completed registers, an unsigned long.
 *
 * arch_return_regs(regs, copy): arch_hit_regs() for a return probe, the
 * registers before the function's `ret'.  sp is at the return address, which
 * the kernel has replaced.  Returns copy.
 *
 * Context: any, including NMI.
 */
#ifdef CONFIG_X86
#include "arch/x86_hit.h"
#endif

/*
 * Mask by index in arch_regs: registers that hold arguments at a function's
 * entry and nothing of use at its return.
 */
extern const u32 arch_return_clobbered;

/* Of these, what may hold the second half of a two-register return value. */
extern const u32 arch_return_second;

/* Mask by index: what kc_task_regs() has of a task that does not run. */
extern const u64 arch_task_saved;

/*
 * arch_keep_args(regs, args): keep the registers of arch_return_clobbered, and
 * others that hold arguments but no value at the return, in ARCH_ARGS words.
 * regs are what a handler at the entry gets.
 * arch_put_args(regs, args): put them into regs, which are those of the return.
 * Inline in the machine's header.  Context: any.
 */

/*
 * The second half of the value of a function that returns with regs.
 * Context: any.
 */
unsigned long arch_second_result(const struct pt_regs *regs);

/*
 * Is addr at a function's entry, where sp points to the return address?
 * Context: process, may sleep.
 */
int arch_is_entry(unsigned long addr);

/*
 * Where the kernel puts a probe set at addr: past an endbr at a function's
 * entry.
 * Context: process, may sleep.
 */
unsigned long arch_probe_place(unsigned long addr);

/*
 * Is the block of len bytes at reg (-1: none) + add the one GDB asks for on
 * `collect $_ret': the word after the one at the frame pointer?
 * Context: any.
 */
int arch_is_ret_block(int reg, u64 add, u64 len);

/*
 * Was a kprobe that is not on ftrace hit by a trap, not a jump?
 * Context: any, in its handler.
 */
int arch_hit_by_trap(const struct pt_regs *regs);

/*
 * Does a call instruction end at addr, so that addr may be a return address?
 * Context: process.
 */
int arch_after_call(unsigned long addr);

/*
 * Is the return address addr in entry code that debug information does not
 * cover?  Valid after the first arch_probe_check().
 * Context: process, holds gtp.lock.
 */
int arch_in_entry(unsigned long addr);

/* The same for the code where the stacks of idle tasks start. */
int arch_in_start(unsigned long addr);

/*
 * Can these be registers saved by entry code?  1 also if there are too few
 * words to tell.
 * Context: process.
 */
int arch_has_regs(const unsigned long *word, u32 words);

/*
 * Is a probe at addr safe?  Returns 0 if so (the kernel may still refuse it; *why
 * is the reason of its -EILSEQ); otherwise a negative errno, with the reason in
 * *why.
 * Context: process, holds gtp.lock, may sleep.
 */
int arch_probe_check(unsigned long addr, const char **why);

/* The same for a return probe, after arch_probe_check() has accepted addr. */
int arch_return_probe_check(unsigned long addr, const char **why);

/*
 * Is a probe in the code at addr, whose first byte without one is first?  1
 * also if the code cannot be read.
 * Context: process.
 */
int arch_probe_is_in(unsigned long addr, u8 first, int on_ftrace);

/*
 * The trap of a probe at addr: has the kernel put a jump in its place?
 * Context: process.
 */
int arch_probe_is_jump(unsigned long addr);

/*
 * Where a kprobe has the registers and the stack of a function's entry: behind
 * ftrace's instruction at addr, unless something jumps there.  0: nowhere.
 * Context: process, may sleep.
 */
unsigned long arch_behind_ftrace(unsigned long addr);

/*
 * Defined in trace/: the first arch_probe_check() calls this for each symbol that
 * it looks up; n is how many there were before.
 * Context: process, holds gtp.lock.
 */
void arch_probe_progress(u32 n);

/*
 * Defined in trace/: the first byte of the original instruction if one of our
 * probes is armed at addr; otherwise -1.
 */
int arch_own_probe(unsigned long addr);

#endif
