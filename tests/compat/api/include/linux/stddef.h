/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_STDDEF_H
#define API_LINUX_STDDEF_H

#define NULL	((void *)0)
#define offsetof(type, field)	__builtin_offsetof(type, field)
#if API >= API_EL5
enum { false, true };
#endif

#endif
