/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_ASM_CMPXCHG_H
#define API_ASM_CMPXCHG_H

#if API < API_EL7
#error "cmpxchg() is in asm/system.h"
#endif
#define cmpxchg(p, old, new)	__sync_val_compare_and_swap(p, old, new)
#define xchg(p, v)		__sync_lock_test_and_set(p, v)

#endif
