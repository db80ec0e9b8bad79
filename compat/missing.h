/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What other kernels have and this one has not, for its user to know.
 */
#ifndef COMPAT_MISSING_H
#define COMPAT_MISSING_H

/* Any context.  The i-th such thing, by name; NULL behind the last. */
const char *kc_missing(unsigned int i);

#endif
