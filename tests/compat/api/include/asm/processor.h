/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_ASM_PROCESSOR_H
#define API_ASM_PROCESSOR_H

#include <asm/page.h>

typedef struct {
	unsigned long seg;
} mm_segment_t;

struct cpuinfo_x86 {
	u8 x86_vendor;
};

struct thread_struct {
#if API >= API_2_6_26
	unsigned long sp;
#if API < API_EL8_1 && defined(CONFIG_X86_32)
	unsigned long ip;
#endif
#elif defined(CONFIG_X86_32)
	unsigned long esp;
	unsigned long eip;
#else
	unsigned long rsp;
#endif
};

#if API < API_2_6_26 && defined(CONFIG_X86_32)
struct desc_struct {
	unsigned long a, b;
};

struct tss_struct {
	unsigned long esp0;
};
#endif

extern struct cpuinfo_x86 boot_cpu_data;

#if API >= API_EL6 && defined(CONFIG_X86_64)
#define TASK_SIZE_MAX	API_ANY(unsigned long)
#elif defined(CONFIG_X86_32)
#define TASK_SIZE	API_ANY(unsigned long)
#else
#define TASK_SIZE64	API_ANY(unsigned long)
#endif

#define task_pt_regs(task)	((void)(task), API_ANY(struct pt_regs *))

static inline void cpu_relax(void)
{
	barrier();
}

#endif
