/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COMPAT_CONFIG_H
#define COMPAT_CONFIG_H

#define KC_HAVE_COPY_FROM_KERNEL_NOFAULT 1	/* read_kernel */
#define KC_HAVE_RAW_COPY_FROM_USER 1	/* user_copy */
#define KC_HAVE_PAGEFAULT_DISABLE 1	/* pagefault */
#define KC_HAVE_PT_REGS_AX 1	/* regs */
#define KC_HAVE_PROC_OPS 1	/* proc */
#define KC_HAVE_DEBUGFS_UNSAFE 1	/* debugfs */
#define KC_HAVE_POLL_T 1	/* poll_type */
#define KC_HAVE_KTIME_GET_REAL_TS64 1	/* wall_clock */
#define KC_HAVE_KTIME_GET_REAL_FAST_NS 1	/* any_wall_clock */
#define KC_HAVE_SCHED_CLOCK_H 1	/* hit_clock */
#define KC_HAVE_KPROBE_SYMBOL_NAME 1	/* symbols */
#define KC_HAVE_SPRINT_SYMBOL 1	/* symbol_at */
#define KC_HAVE_ASM_INSN 1	/* insn_check */
#define KC_HAVE_ASM_BARRIER 1	/* barrier */
#define KC_HAVE_ATOMIC64 1	/* sequence */
#define KC_HAVE_UNREGISTER_KPROBES 1	/* kprobe_batch */
#define KC_HAVE_FTRACE_FREGS 1	/* ftrace */
#define KC_HAVE_FTRACE_SET_FILTER_IPS 1	/* ftrace_batch */
#define KC_HAVE_KRETPROBE_RETADDR 1	/* kretprobe */
#define KC_HAVE_KRETPROBE_ENTRY_HANDLER 1	/* kretprobe_entry */
/* trap_context: not available */
/* kprobe_faults: not available */
#define KC_HAVE_KPROBE_BUSY 1	/* kretprobe_guard */
#define KC_HAVE_CALLS_RETHOOK 1	/* calls */
#define KC_HAVE_GRAPH_WORDS 1	/* graph */
#define KC_HAVE_TASK_STACK_H 1	/* task_stack */
#define KC_HAVE_INACTIVE_TASK_FRAME 1	/* task_frame */
#define KC_HAVE_ON_CPU 1	/* task_runs */
#define KC_HAVE_TASK_NEW_STATE 1	/* task_state */
#define KC_HAVE_POISON_OFFLINE 1	/* page_state */
#define KC_HAVE_IRQ_STACK_NAME 1	/* irq_stack */
#define KC_HAVE_CHECK_TSC_UNSTABLE 1	/* clock_order */
#define KC_HAVE_SI_MEM_AVAILABLE 1	/* mem_available */
#define KC_HAVE_SECURITY_LOCKED_DOWN 1	/* lockdown */
#define KC_HAVE_LINUX_BUG 1	/* check */
#define KC_HAVE_LOCKDEP_ASSERT_HELD 1	/* lockdep */
#define KC_HAVE_CPUS_READ_LOCK 1	/* hotplug */
#define KC_HAVE_SMP_CALL_FUNCTION_SINGLE 1	/* run_on_cpu */
#define KC_HAVE_KERNEL_WRITE 1	/* file_write */
#define KC_HAVE_PATH 1	/* file_path */
#define KC_HAVE_UNLINK_IDMAP 1	/* file_unlink */
#define KC_HAVE_INODE_LOCK 1	/* inode_lock */
#define KC_HAVE_INIT_UTSNAME 1	/* kernel_name */
/* percpu_kmalloc: not available */
#define KC_HAVE_THIS_CPU_OFF 1	/* low_percpu */
#define KC_HAVE_MODULE_MEM 1	/* module_text */
#define KC_HAVE_PANIC_NOTIFIER_H 1	/* panic_list */
#define KC_HAVE_KDEBUG_H 1	/* die_chain */

#endif
