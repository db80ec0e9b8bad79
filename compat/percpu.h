/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Per-CPU memory.
 */
#ifndef COMPAT_PERCPU_H
#define COMPAT_PERCPU_H

#include <linux/percpu.h>

/* A mark for sparse, since 2.6.33 (e0fdb0e050ea). */
#ifndef __percpu
#define __percpu
#endif

#endif
