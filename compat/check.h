/* SPDX-License-Identifier: GPL-2.0 */
/*
 * BUILD_BUG_ON() and ARRAY_SIZE().  tests/shim has a user-space twin.
 */
#ifndef COMPAT_CHECK_H
#define COMPAT_CHECK_H

#include <linux/kernel.h>
#include "compat/config.h"

#ifdef KC_HAVE_LINUX_BUG
#include <linux/bug.h>
#endif

#endif
