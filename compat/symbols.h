/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel symbols that modules cannot link to.
 */
#ifndef COMPAT_SYMBOLS_H
#define COMPAT_SYMBOLS_H

/* Process context.  0 or a negative errno; call once, before kc_symbol(). */
int kc_symbols_init(void);

/* Process context.  The address of a kernel symbol, 0 if there is none. */
unsigned long kc_symbol(const char *name);

#endif
