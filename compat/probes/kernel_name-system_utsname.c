/* SPDX-License-Identifier: GPL-2.0 */
/* Up to 2.6.18. */
#include <linux/utsname.h>

const char *kc_probe(void);
const char *kc_probe(void)
{
	return system_utsname.release;
}
