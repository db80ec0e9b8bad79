/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_CAPABILITY_H
#define API_LINUX_CAPABILITY_H

#include <linux/types.h>

#define CAP_SYS_ADMIN	21

#if API >= API_EL7
bool capable(int cap);
#else
int capable(int cap);
#endif

#endif
