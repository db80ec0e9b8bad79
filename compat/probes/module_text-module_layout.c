/* SPDX-License-Identifier: GPL-2.0 */
/* Since 4.5 (7523e4dc5057), up to 6.3. */
#include <linux/module.h>

unsigned long kc_probe(const struct module *mod);
unsigned long kc_probe(const struct module *mod)
{
	return (unsigned long)mod->core_layout.base +
	       mod->core_layout.text_size + mod->core_layout.size +
	       (mod->srcversion && mod->name[0]);
}
