/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_ASM_DESC_H
#define API_ASM_DESC_H

#include <linux/percpu.h>
#include <asm/processor.h>

#if API < API_2_6_26 && defined(CONFIG_X86_32)
struct Xgt_desc_struct {
	unsigned long address;
};

extern struct Xgt_desc_struct per_cpu__cpu_gdt_descr;

#define GDT_ENTRY_TSS	16

static inline struct desc_struct *get_cpu_gdt_table(unsigned int cpu)
{
	return (struct desc_struct *)per_cpu(cpu_gdt_descr, cpu).address;
}
#endif

#endif
