/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_UTSNAME_H
#define API_LINUX_UTSNAME_H

#include <linux/types.h>

struct new_utsname {
	char release[65];
	char version[65];
};

#if API >= API_EL5
struct uts_namespace {
	struct new_utsname name;
};

extern struct uts_namespace init_uts_ns;

static inline struct new_utsname *init_utsname(void)
{
	return &init_uts_ns.name;
}
#else
extern struct new_utsname system_utsname;
#endif

#endif
