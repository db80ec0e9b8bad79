/* SPDX-License-Identifier: GPL-2.0 */
/* fe557319aa06, 5.8: probe_kernel_read() was renamed. */
#include <linux/uaccess.h>

long kc_probe(void *dst, const void *src);
long kc_probe(void *dst, const void *src)
{
	return copy_from_kernel_nofault(dst, src, 8);
}
