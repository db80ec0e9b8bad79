/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_SORT_H
#define API_LINUX_SORT_H

#include <linux/types.h>

void sort(void *base, size_t n, size_t size,
	  int (*compare)(const void *, const void *),
	  void (*exchange)(void *, void *, int));

#endif
