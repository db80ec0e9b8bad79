/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COMPAT_X86_SYMBOLS_H
#define COMPAT_X86_SYMBOLS_H

/* Boot erases the endbr of functions that are not exported. */
#ifdef CONFIG_X86_KERNEL_IBT
#define KC_CHECKS_CALLS	1
#else
#define KC_CHECKS_CALLS	0
#endif
#define KC_ENTRY_MARK	4	/* an endbr */

#endif
