/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_IOPORT_H
#define API_LINUX_IOPORT_H

#include <linux/types.h>

typedef u64 resource_size_t;

struct resource {
	resource_size_t start;
	resource_size_t end;
	const char *name;
	unsigned long flags;
	struct resource *parent, *sibling, *child;
};

extern struct resource iomem_resource;

#endif
