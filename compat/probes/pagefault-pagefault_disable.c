/* SPDX-License-Identifier: GPL-2.0 */
/* Since 2.6.20 (a866374aecc9): a fault waits for no page. */
#include <linux/sched.h>
#include <linux/uaccess.h>

void kc_probe(void);
void kc_probe(void)
{
	pagefault_disable();
	pagefault_enable();
}
