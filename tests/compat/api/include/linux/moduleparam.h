/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_MODULEPARAM_H
#define API_LINUX_MODULEPARAM_H

#include <linux/kernel.h>

/* That the variable has the type is checked; nothing else is. */
#define API_PARAM_charp		char *
#define API_PARAM_int		int
#define API_PARAM_uint		unsigned int
#define API_PARAM_ulong		unsigned long
#define module_param(name, type, perm)					\
	module_param_named(name, name, type, perm)
#define module_param_named(name, value, type, perm)			\
	static API_PARAM_##type *api_param_##name			\
		__attribute__((used)) = &value;				\
	static char api_perm_##name[(perm) ? 1 : -1] __attribute__((unused))
#define MODULE_PARM_DESC(name, text)					\
	static const char api_desc_##name[] __attribute__((unused)) = text

#endif
