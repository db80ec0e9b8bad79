/* SPDX-License-Identifier: GPL-2.0 */
/* Up to 2.6.26; smp_call_function_single() was not exported everywhere then. */
#include <linux/smp.h>

int kc_probe(void (*fn)(void *), void *arg);
int kc_probe(void (*fn)(void *), void *arg)
{
	return on_each_cpu(fn, arg, 0, 1);
}
