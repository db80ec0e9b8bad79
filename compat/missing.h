/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Features that this kernel lacks, for the user.
 */
#ifndef COMPAT_MISSING_H
#define COMPAT_MISSING_H

/*
 * The name of the i-th missing feature; NULL after the last.
 * Context: any.
 */
const char *kc_missing_feature(unsigned int i);

#endif
