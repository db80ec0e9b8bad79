/* SPDX-License-Identifier: GPL-2.0 */
/* Up to 4.4. */
#include <linux/module.h>

unsigned long kc_probe(const struct module *mod);
unsigned long kc_probe(const struct module *mod)
{
	return (unsigned long)mod->module_core + mod->core_text_size +
	       mod->core_size + (mod->srcversion && mod->name[0]);
}
