/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_KPROBES_H
#define API_LINUX_KPROBES_H

#include <linux/list.h>
#include <linux/types.h>
#include <asm/ptrace.h>

#if API < API_2_6_26
#define ARCH_SUPPORTS_KRETPROBES
#endif

struct kprobe;
typedef u8 kprobe_opcode_t;
typedef int (*kprobe_pre_handler_t)(struct kprobe *kp, struct pt_regs *regs);
typedef void (*kprobe_post_handler_t)(struct kprobe *kp, struct pt_regs *regs,
				      unsigned long flags);
typedef int (*kprobe_fault_handler_t)(struct kprobe *kp, struct pt_regs *regs,
				      int trapnr);

struct kprobe {
	unsigned long nmissed;
	kprobe_opcode_t *addr;
	kprobe_pre_handler_t pre_handler;
	kprobe_post_handler_t post_handler;
	kprobe_fault_handler_t fault_handler;
	kprobe_opcode_t opcode;
#if API >= API_2_6_26
	const char *symbol_name;
	unsigned int offset;
#elif API >= API_EL5_0
	char *symbol_name;
	unsigned int offset;
#endif
#if API >= API_EL6
	u32 flags;
#endif
};

struct task_struct;
struct kretprobe_instance;
typedef int (*kretprobe_handler_t)(struct kretprobe_instance *ri,
				   struct pt_regs *regs);

struct kretprobe {
	struct kprobe kp;
	kretprobe_handler_t handler;
#if API >= API_2_6_26
	kretprobe_handler_t entry_handler;
	size_t data_size;
#endif
	int maxactive;
	int nmissed;
};

struct kretprobe_instance {
	struct hlist_node hlist;
	struct kretprobe *rp;
	kprobe_opcode_t *ret_addr;
	struct task_struct *task;
#if API >= API_2_6_26
	char data[0];
#endif
};

int register_kprobe(struct kprobe *kp);
void unregister_kprobe(struct kprobe *kp);
int register_kretprobe(struct kretprobe *rp);
void unregister_kretprobe(struct kretprobe *rp);

#if API >= API_EL6
#define KPROBE_FLAG_GONE	1
#define KPROBE_FLAG_DISABLED	2
#if API >= API_EL7
#define KPROBE_FLAG_FTRACE	8
#endif
int disable_kprobe(struct kprobe *kp);
int enable_kprobe(struct kprobe *kp);
#endif

#if API >= API_EL8_5
void kprobe_busy_begin(void);
void kprobe_busy_end(void);
#endif

#if API >= API_EL5
int register_kprobes(struct kprobe **kps, int n);
void unregister_kprobes(struct kprobe **kps, int n);
int register_kretprobes(struct kretprobe **rps, int n);
void unregister_kretprobes(struct kretprobe **rps, int n);
#endif

#endif
