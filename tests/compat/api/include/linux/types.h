/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_TYPES_H
#define API_LINUX_TYPES_H

#include <linux/compiler.h>
#include <linux/stddef.h>

#ifdef CONFIG_X86_32
#define BITS_PER_LONG	32
#else
#define BITS_PER_LONG	64
#endif

typedef signed char s8, __s8;
typedef short s16, __s16;
typedef int s32, __s32;
typedef long long s64, __s64;
typedef unsigned char u8, __u8;
typedef unsigned short u16, __u16, umode_t;
typedef unsigned int u32, __u32, gfp_t;
#ifdef CONFIG_X86_32
typedef unsigned short mode_t;
#else
typedef unsigned int mode_t;
#endif
typedef unsigned long long u64, __u64;

#ifdef CONFIG_X86_32
typedef unsigned int size_t;
typedef int ssize_t;
#else
typedef unsigned long size_t;
typedef long ssize_t;
#endif
typedef long long loff_t;
typedef int pid_t;

#if API >= API_EL5
typedef _Bool bool;
#endif
#if API >= API_2_6_26
typedef unsigned long uintptr_t;
#endif
#if API >= API_EL6
typedef unsigned int fmode_t;
#endif
#if API >= API_EL8_1
typedef unsigned int __poll_t;
#endif

#endif
