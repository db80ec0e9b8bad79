/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COMPAT_CONFIG_H
#define COMPAT_CONFIG_H

#define KC_HAVE_COPY_INATOMIC 1	/* read_kernel */
#define KC_HAVE_USER_INATOMIC 1	/* user_copy */
#define KC_HAVE_PAGEFAULT_COUNT 1	/* pagefault */
#define KC_HAVE_PT_REGS_RAX 1	/* regs */
#define KC_HAVE_CREATE_PROC_ENTRY 1	/* proc */
#define KC_HAVE_DEBUGFS_CREATE 1	/* debugfs */
#define KC_HAVE_POLL_UINT 1	/* poll_type */
#define KC_HAVE_GETNSTIMEOFDAY 1	/* wall_clock */
#define KC_HAVE_WALL_ANCHOR 1	/* any_wall_clock */
#define KC_HAVE_SCHED_CLOCK_BY_NAME 1	/* hit_clock */
#define KC_HAVE_KALLSYMS_LOOKUP_NAME 1	/* symbols */
#define KC_HAVE_KALLSYMS_LOOKUP 1	/* symbol_at */
/* insn_check: not available */
#define KC_HAVE_ASM_SYSTEM 1	/* barrier */
#define KC_HAVE_ATOMIC64 1	/* sequence */
/* kprobe_batch: not available */
/* ftrace: not available */
/* ftrace_batch: not available */
#define KC_HAVE_KRETPROBE_RP 1	/* kretprobe */
/* kretprobe_entry: not available */
/* trap_context: not available */
#define KC_HAVE_KPROBE_FAULT_HANDLER 1	/* kprobe_faults */
/* kretprobe_guard: not available */
/* calls: not available */
/* graph: not available */
#define KC_HAVE_SCHED_STACK 1	/* task_stack */
#define KC_HAVE_SYSTEM_RSP 1	/* task_frame */
#define KC_HAVE_PDA_PCURRENT 1	/* task_runs */
/* task_state: not available */
/* page_state: not available */
#define KC_HAVE_PDA 1	/* irq_stack */
/* clock_order: not available */
#define KC_HAVE_FILE_PAGES 1	/* mem_available */
/* lockdown: not available */
/* check: not available */
/* lockdep: not available */
#define KC_HAVE_LOCK_CPU_HOTPLUG 1	/* hotplug */
#define KC_HAVE_ON_EACH_CPU_RETRY 1	/* run_on_cpu */
#define KC_HAVE_VFS_WRITE 1	/* file_write */
#define KC_HAVE_DENTRY 1	/* file_path */
#define KC_HAVE_UNLINK_PLAIN 1	/* file_unlink */
#define KC_HAVE_I_MUTEX 1	/* inode_lock */
#define KC_HAVE_SYSTEM_UTSNAME 1	/* kernel_name */
#define KC_HAVE_PERCPU_DATA 1	/* percpu_kmalloc */
/* low_percpu: not available */
#define KC_HAVE_MODULE_CORE 1	/* module_text */
#define KC_HAVE_PANIC_KERNEL_H 1	/* panic_list */
#define KC_HAVE_ASM_KDEBUG_H 1	/* die_chain */

#endif
