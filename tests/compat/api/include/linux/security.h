/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_SECURITY_H
#define API_LINUX_SECURITY_H

#include <linux/capability.h>

#endif
