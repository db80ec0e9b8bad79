/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COMPAT_X86_OOPS_H
#define COMPAT_X86_OOPS_H

#ifdef KC_HAVE_ASM_KDEBUG_H
#include <asm/kdebug.h>
#endif

#endif
