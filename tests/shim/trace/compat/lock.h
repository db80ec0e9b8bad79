/* SPDX-License-Identifier: GPL-2.0 */
#include "tests/shim/trace/kernel.h"

#define kc_assert_held(lock) do {	\
	if (!(lock)->taken)		\
		abort();		\
} while (0)
