/* SPDX-License-Identifier: GPL-2.0 */
/* 8691e5a8f691, 2.6.27: four arguments. */
#include <linux/smp.h>

int kc_probe(void (*fn)(void *), void *arg);
int kc_probe(void (*fn)(void *), void *arg)
{
	return smp_call_function_single(0, fn, arg, 1);
}
