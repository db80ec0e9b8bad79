/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_ASM_PDA_H
#define API_ASM_PDA_H

#if API < API_EL6
struct x8664_pda {
	char *irqstackptr;
};

#define read_pda(field)	API_ANY(__typeof__(((struct x8664_pda *)0)->field))
#endif

#endif
