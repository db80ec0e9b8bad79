/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_ASM_TSC_H
#define API_ASM_TSC_H

#if API < API_2_6_26 && !(API == API_EL5 && defined(CONFIG_X86_32))
#error "there is no asm/tsc.h yet"
#endif
#if API >= API_2_6_26
int check_tsc_unstable(void);
#endif

#endif
