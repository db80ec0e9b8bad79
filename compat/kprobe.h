/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kprobes.
 */
#ifndef COMPAT_KPROBE_H
#define COMPAT_KPROBE_H

#include <linux/kprobes.h>
#include "compat/config.h"

/*
 * When these return, no handler of the probes runs on any CPU.  Calls that a
 * return probe still follows return through the kernel's trampoline, without
 * us.
 * Context: process, may sleep.
 */
static inline void kc_unregister_kprobes(struct kprobe **kps, int n)
{
#ifdef KC_HAVE_UNREGISTER_KPROBES
	unregister_kprobes(kps, n);
#else
	int i;

	for (i = 0; i < n; i++)
		unregister_kprobe(kps[i]);
#endif
}

static inline void kc_unregister_kretprobes(struct kretprobe **rps, int n)
{
#ifdef KC_HAVE_UNREGISTER_KPROBES
	unregister_kretprobes(rps, n);
#else
	int i;

	for (i = 0; i < n; i++)
		unregister_kretprobe(rps[i]);
#endif
}

/*
 * Since 4.16 (297f9233b53a) unregistering a probe may fail: ftrace needs
 * memory, or has disabled itself after a bug.  The kernel then sets addr to
 * NULL and keeps the probe in its table.
 */
static inline int kc_kprobe_stays(const struct kprobe *kp)
{
	return !kp->addr;
}

/*
 * Restore the address of a probe that stays, and mark it disabled.  The kernel
 * then finds this disabled probe when another one is set there, and arms the
 * new one.
 */
static inline void kc_kprobe_keep(struct kprobe *kp, kprobe_opcode_t *addr)
{
#ifdef KPROBE_FLAG_DISABLED
	kp->flags |= KPROBE_FLAG_DISABLED;
#endif
	kp->addr = addr;
}

/*
 * Is the probe hit through an ftrace call, not a trap or a jump?
 * Context: any.
 */
static inline int kc_kprobe_on_ftrace(const struct kprobe *kp)
{
#ifdef KPROBE_FLAG_FTRACE
	return !!(kp->flags & KPROBE_FLAG_FTRACE);
#else
	return 0;
#endif
}

/*
 * Has the probe's module been unloaded?  Up to 2.6.28 (e8386a0cb22f) a module
 * with a probe cannot be unloaded.
 * Context: any.
 */
static inline int kc_kprobe_gone(const struct kprobe *kp)
{
#ifdef KPROBE_FLAG_GONE
	return !!(kp->flags & KPROBE_FLAG_GONE);
#else
	return 0;
#endif
}

/*
 * Up to 5.13 (ec6aba3d2be1) a fault in a handler counts as a missed hit, even
 * if the handler recovers.  fn is called after each such count, in the context
 * of the hit, and must return 0.  Call this before the probe is registered.
 */
static inline void kc_kprobe_on_fault(struct kprobe *kp,
				      int (*fn)(struct kprobe *kp,
						struct pt_regs *regs,
						int trapnr))
{
#ifdef KC_HAVE_KPROBE_FAULT_HANDLER
	kp->fault_handler = fn;
#endif
}

/*
 * Do kprobes refuse an address inside an instruction?  Since 2.6.33
 * (b46b3d70c9c0) and in RHEL 6 they decode the function up to it; asm/insn.h
 * came with that.
 */
#ifdef KC_HAVE_ASM_INSN
#define kc_kprobes_check_insn()	1
#else
#define kc_kprobes_check_insn()	0
#endif

/* Without return probes registering one fails. */
#if defined(CONFIG_KRETPROBES) || defined(ARCH_SUPPORTS_KRETPROBES)
#define kc_has_kretprobes()	1
#else
#define kc_has_kretprobes()	0
#endif

/*
 * May a function that the kernel's return trampoline calls have a return probe?
 * Up to 5.7 (9b38cc704e84) that could recurse forever.
 */
#ifdef KC_HAVE_KPROBE_BUSY
#define kc_kretprobes_guarded()	1
#else
#define kc_kretprobes_guarded()	0
#endif

/*
 * The return probe of an instance.
 * Context: any, in its handler.
 */
static inline struct kretprobe *kc_kretprobe(struct kretprobe_instance *ri)
{
#ifdef KC_HAVE_KRETPROBE_RP
	return ri->rp;
#else
	return get_kretprobe(ri);
#endif
}

/*
 * Memory for each call from its entry to its return, since 2.6.25
 * (f47cd9b553aa).  at_entry is called in the context of a kprobe's handler.  It
 * must return 0: else the kernel does not follow the call.
 */
#ifdef KC_HAVE_KRETPROBE_ENTRY_HANDLER
#define kc_kretprobe_has_data()	1

static inline void kc_kretprobe_keep(struct kretprobe *rp, size_t size,
				     kretprobe_handler_t at_entry)
{
	rp->data_size = size;
	rp->entry_handler = at_entry;
}

/* Context: any, in a handler of a return probe. */
static inline void *kc_kretprobe_data(struct kretprobe_instance *ri)
{
	return ri->data;
}
#else
#define kc_kretprobe_has_data()	0

static inline void kc_kretprobe_keep(struct kretprobe *rp, size_t size,
				     kretprobe_handler_t at_entry)
{
}

static inline void *kc_kretprobe_data(struct kretprobe_instance *ri)
{
	return NULL;
}
#endif

/*
 * The address to which the function returns.  Up to 2.6.32, of several return
 * probes on one function only the first to be set has it in ret_addr; the
 * others have the trampoline's address there.  So follow the list, which has
 * this task's calls in order.
 * Context: any, in the handler of a return probe.
 */
static inline unsigned long kc_return_addr(struct kretprobe_instance *ri,
					   const struct pt_regs *regs)
{
#if defined(KC_HAVE_KRETPROBE_RETADDR)
	return instruction_pointer((struct pt_regs *)regs);
#elif defined(KC_HAVE_KRETPROBE_GET)
	return (unsigned long)ri->ret_addr;
#else
	unsigned long ip = instruction_pointer((struct pt_regs *)regs);
	struct task_struct *task = ri->task;
	struct hlist_node *node;

	/* ip may be one past the trampoline's breakpoint. */
	while (ri->task != task || (unsigned long)ri->ret_addr == ip ||
	       (unsigned long)ri->ret_addr == ip - 1) {
		node = ri->hlist.next;
		if (!node)
			return ip;
		ri = hlist_entry(node, struct kretprobe_instance, hlist);
	}
	return (unsigned long)ri->ret_addr;
#endif
}

#endif
