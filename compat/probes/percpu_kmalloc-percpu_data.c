/* SPDX-License-Identifier: GPL-2.0 */
/* Up to 2.6.29: pointers, each to a kmalloc() of its own. */
#include <linux/percpu.h>

void *kc_probe(struct percpu_data *data);
void *kc_probe(struct percpu_data *data)
{
	return data->ptrs[0];
}
