/* SPDX-License-Identifier: GPL-2.0 */
/* d6d29896c665, 3.17. */
#include <linux/ktime.h>
#include <linux/timekeeping.h>

void kc_probe(struct timespec64 *ts);
void kc_probe(struct timespec64 *ts)
{
	ktime_get_real_ts64(ts);
}
