/* SPDX-License-Identifier: GPL-2.0 */
/* Of one CPU no work is for another; what would bring it there is a macro. */
#include <linux/smp.h>

#ifdef CONFIG_SMP
#error "there may be another CPU"
#endif
