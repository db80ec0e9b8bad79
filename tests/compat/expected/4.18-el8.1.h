/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COMPAT_CONFIG_H
#define COMPAT_CONFIG_H

#define KC_HAVE_PROBE_KERNEL_READ 1	/* read_kernel */
#define KC_HAVE_RAW_COPY_FROM_USER 1	/* user_copy */
#define KC_HAVE_PAGEFAULT_DISABLE 1	/* pagefault */
#define KC_HAVE_PT_REGS_AX 1	/* regs */
#define KC_HAVE_PROC_FOPS 1	/* proc */
#define KC_HAVE_DEBUGFS_UNSAFE 1	/* debugfs */
#define KC_HAVE_POLL_T 1	/* poll_type */
#define KC_HAVE_KTIME_GET_REAL_TS64 1	/* wall_clock */
#define KC_HAVE_KTIME_GET_REAL_FAST_NS 1	/* any_wall_clock */
#define KC_HAVE_SCHED_CLOCK_H 1	/* hit_clock */
#define KC_HAVE_KALLSYMS_LOOKUP_NAME 1	/* symbols */
#define KC_HAVE_SPRINT_SYMBOL 1	/* symbol_at */
#define KC_HAVE_ASM_INSN 1	/* insn_check */
#define KC_HAVE_ASM_BARRIER 1	/* barrier */
#define KC_HAVE_ATOMIC64 1	/* sequence */
#define KC_HAVE_UNREGISTER_KPROBES 1	/* kprobe_batch */
/* ftrace: not available */
/* ftrace_batch: not available */
#define KC_HAVE_KRETPROBE_RP 1	/* kretprobe */
#define KC_HAVE_KRETPROBE_ENTRY_HANDLER 1	/* kretprobe_entry */
#define KC_HAVE_IST_ENTER 1	/* trap_context */
#define KC_HAVE_KPROBE_FAULT_HANDLER 1	/* kprobe_faults */
/* kretprobe_guard: not available */
/* calls: not available */
#define KC_HAVE_GRAPH_ENTRIES 1	/* graph */
#define KC_HAVE_TASK_STACK_H 1	/* task_stack */
#define KC_HAVE_INACTIVE_TASK_FRAME 1	/* task_frame */
#define KC_HAVE_ON_CPU 1	/* task_runs */
/* task_state: not available */
#define KC_HAVE_POISON 1	/* page_state */
#define KC_HAVE_IRQ_STACK_NAME 1	/* irq_stack */
#define KC_HAVE_CHECK_TSC_UNSTABLE 1	/* clock_order */
#define KC_HAVE_SI_MEM_AVAILABLE 1	/* mem_available */
/* lockdown: not available */
#define KC_HAVE_LINUX_BUG 1	/* check */
#define KC_HAVE_LOCKDEP_ASSERT_HELD 1	/* lockdep */
#define KC_HAVE_CPUS_READ_LOCK 1	/* hotplug */
#define KC_HAVE_SMP_CALL_FUNCTION_SINGLE 1	/* run_on_cpu */
#define KC_HAVE_KERNEL_WRITE 1	/* file_write */
#define KC_HAVE_PATH 1	/* file_path */
#define KC_HAVE_UNLINK_DELEGATED 1	/* file_unlink */
#define KC_HAVE_INODE_LOCK 1	/* inode_lock */
#define KC_HAVE_INIT_UTSNAME 1	/* kernel_name */
/* percpu_kmalloc: not available */
#define KC_HAVE_THIS_CPU_OFF 1	/* low_percpu */
#define KC_HAVE_MODULE_LAYOUT 1	/* module_text */
#define KC_HAVE_PANIC_KERNEL_H 1	/* panic_list */
#define KC_HAVE_KDEBUG_H 1	/* die_chain */

#endif
