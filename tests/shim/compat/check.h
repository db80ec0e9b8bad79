/* SPDX-License-Identifier: GPL-2.0 */
/* The user-space twin of compat/check.h. */
#include <linux/kernel.h>
