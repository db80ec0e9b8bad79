/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_ASM_TSC_H
#define API_ASM_TSC_H

#if API < API_EL6
#error "there is no asm/tsc.h yet"
#endif
int check_tsc_unstable(void);

#endif
