/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_ATOMIC_H
#define API_LINUX_ATOMIC_H

#if API < API_EL6
#error "there is no linux/atomic.h yet"
#endif
#include <asm/atomic.h>

#endif
