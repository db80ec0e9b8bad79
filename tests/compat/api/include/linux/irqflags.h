/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_IRQFLAGS_H
#define API_LINUX_IRQFLAGS_H

/* The flags must be an unsigned long. */
#define API_FLAGS(flags)	((void)((unsigned long *)0 == &(flags)))
#define local_irq_save(flags)	do { API_FLAGS(flags); (flags) = 0; } while (0)
#define local_irq_restore(flags)	do { API_FLAGS(flags); (void)(flags); } while (0)
#define raw_local_irq_save(flags)	local_irq_save(flags)
#define raw_local_irq_restore(flags)	local_irq_restore(flags)

#endif
