/* SPDX-License-Identifier: GPL-2.0 */
/* 187f1882b5b0, 3.4: BUILD_BUG_ON() left linux/kernel.h, which uses it. */
#include <linux/bug.h>

void kc_probe(void);
void kc_probe(void)
{
	BUILD_BUG_ON(sizeof(char) != 1);
}
