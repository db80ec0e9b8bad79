/* SPDX-License-Identifier: GPL-2.0 */
/* f607c6685774, 2.6.32. */
#include <linux/mutex.h>
#include <linux/lockdep.h>

void kc_probe(struct mutex *m);
void kc_probe(struct mutex *m)
{
	lockdep_assert_held(m);
}
