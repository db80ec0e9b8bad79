/* SPDX-License-Identifier: GPL-2.0 */
/* e9ff3990f08e, 2.6.19. */
#include <linux/utsname.h>

const char *kc_probe(void);
const char *kc_probe(void)
{
	return init_utsname()->release;
}
