/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kprobes.
 */
#ifndef COMPAT_KPROBE_H
#define COMPAT_KPROBE_H

#include <linux/kprobes.h>
#include "compat/config.h"

/*
 * Process context; sleep.  When they return no handler of these runs any more,
 * on any CPU.  Of return probes there may still be calls under way, which the
 * kernel then sees to alone.
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
 * Since 4.16 (297f9233b53a) the kernel may fail to take a probe out: ftrace needs
 * memory for that, or has been switched off after a bug.  It says so by an address
 * of NULL, and keeps the probe in its table.
 */
static inline int kc_kprobe_stays(const struct kprobe *kp)
{
	return !kp->addr;
}

/*
 * One that stays, at that address.  Its place can be probed again: the kernel finds
 * that this one is there, is disabled, and that the place is to be armed.
 */
static inline void kc_kprobe_keep(struct kprobe *kp, kprobe_opcode_t *addr)
{
#ifdef KPROBE_FLAG_DISABLED
	kp->flags |= KPROBE_FLAG_DISABLED;
#endif
	kp->addr = addr;
}

/* Any context.  Is it hit by a call of ftrace's, not by a trap or a jump? */
static inline int kc_kprobe_on_ftrace(const struct kprobe *kp)
{
#ifdef KPROBE_FLAG_FTRACE
	return !!(kp->flags & KPROBE_FLAG_FTRACE);
#else
	return 0;
#endif
}

/*
 * Any context.  Has the module gone that it is in?  Up to 2.6.28 (e8386a0cb22f)
 * no module goes that has a probe.
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
 * Until 5.13 (ec6aba3d2be1) a fault in a handler counts as a hit that was missed,
 * also where the handler copes with it.  For one that is not registered yet: fn hears
 * of each, in the context of the hit and behind that count; it returns 0.
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
 * Do this kernel's kprobes refuse a place in the middle of an instruction?
 * Since 2.6.33 (b46b3d70c9c0) and in RHEL 6: they decode what is before it, and
 * the decoder's header came with that.
 */
#ifdef KC_HAVE_ASM_INSN
#define kc_kprobes_check_insn()	1
#else
#define kc_kprobes_check_insn()	0
#endif

/* Has this kernel return probes?  Where not, to register one is an error. */
#if defined(CONFIG_KRETPROBES) || defined(ARCH_SUPPORTS_KRETPROBES)
#define kc_has_kretprobes()	1
#else
#define kc_has_kretprobes()	0
#endif

/*
 * May a return probe be at a function that the kernel's own handling of returns
 * calls?  Up to 5.7 (9b38cc704e84) that could go round for ever.
 */
#ifdef KC_HAVE_KPROBE_BUSY
#define kc_kretprobes_guarded()	1
#else
#define kc_kretprobes_guarded()	0
#endif

/* Any context, in the handler of a return probe: whose it is. */
static inline struct kretprobe *kc_kretprobe(struct kretprobe_instance *ri)
{
#ifdef KC_HAVE_KRETPROBE_RP
	return ri->rp;
#else
	return get_kretprobe(ri);
#endif
}

/*
 * Any context, in the handler of a return probe.  Where the function returns
 * to.  With several return probes at one function, all but the first to be set
 * had the trampoline's address there, up to 2.6.32; the calls of this task stand
 * one after the other in the list.
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

	/* A breakpoint's ip is behind it. */
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
