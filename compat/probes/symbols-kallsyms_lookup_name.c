/* SPDX-License-Identifier: GPL-2.0 */
/* Exported from 2.6.33 to 5.6 (not on RHEL 6), and in early kernels. */
#include <linux/kallsyms.h>

unsigned long kc_probe(void);
unsigned long kc_probe(void)
{
	return kallsyms_lookup_name("_text");
}
