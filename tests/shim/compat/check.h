/* SPDX-License-Identifier: GPL-2.0 */
/* compat/check.h for user space. */
#include <linux/kernel.h>
