/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel symbols that modules cannot link to.
 */
#ifndef COMPAT_SYMBOLS_H
#define COMPAT_SYMBOLS_H

/*
 * Process context; sleeps.  The address of a kernel symbol, 0 if there is none.
 * Of a function that starts with an endbr, the address behind that.
 */
unsigned long kc_symbol(const char *name);

#endif
