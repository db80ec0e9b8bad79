/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_CACHE_H
#define API_LINUX_CACHE_H

#define SMP_CACHE_BYTES	(64)

#endif
