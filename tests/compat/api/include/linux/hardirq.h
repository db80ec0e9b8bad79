/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_HARDIRQ_H
#define API_LINUX_HARDIRQ_H

#include <linux/preempt.h>

#define hardirq_count()	(preempt_count() & API_ANY(unsigned long))
#define softirq_count()	(preempt_count() & API_ANY(unsigned long))
#define HARDIRQ_OFFSET	API_ANY(unsigned long)
#define irq_count()	(preempt_count() & API_ANY(unsigned long))
#if API >= API_EL6
#define NMI_MASK	API_ANY(unsigned long)
#define NMI_OFFSET	API_ANY(unsigned long)
#endif
#if API >= API_EL7
#define in_serving_softirq()	(softirq_count() & API_ANY(unsigned long))
#endif

#endif
