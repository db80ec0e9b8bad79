/* SPDX-License-Identifier: GPL-2.0 */
/* Since 6.4 (ac3b43283923): memory by type. */
#include <linux/module.h>

unsigned long kc_probe(const struct module *mod);
unsigned long kc_probe(const struct module *mod)
{
	const struct module_memory *ro = &mod->mem[MOD_RODATA];

	return (unsigned long)mod->mem[MOD_TEXT].base +
	       mod->mem[MOD_TEXT].size + (unsigned long)ro->base + ro->size +
	       (mod->srcversion && mod->name[0]);
}
