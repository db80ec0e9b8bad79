/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_BUG_H
#define API_LINUX_BUG_H

#if API < API_2_6_26
#error "there is no linux/bug.h yet"
#endif

#if API < API_EL6
#include <linux/module.h>
#endif
#if API >= API_EL7
#define BUILD_BUG_ON(bad)	((void)sizeof(char[1 - 2 * !!(bad)]))
#endif

#endif
