/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_TYPES_H
#define API_LINUX_TYPES_H

#include <linux/compiler.h>
#include <linux/stddef.h>

#define BITS_PER_LONG	64

typedef signed char s8, __s8;
typedef short s16, __s16;
typedef int s32, __s32;
typedef long long s64, __s64;
typedef unsigned char u8, __u8;
typedef unsigned short u16, __u16, umode_t;
typedef unsigned int u32, __u32, mode_t, gfp_t;
typedef unsigned long long u64, __u64;

typedef unsigned long size_t;
typedef long ssize_t;
typedef long long loff_t;
typedef int pid_t;

#if API >= API_EL6
typedef _Bool bool;
typedef unsigned long uintptr_t;
typedef unsigned int fmode_t;
#endif

#endif
