/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_VERSION_H
#define API_LINUX_VERSION_H

#define KERNEL_VERSION(a, b, c)	(((a) << 16) + ((b) << 8) + (c))

#if API >= API_EL8_1
#define LINUX_VERSION_CODE	266752	/* 4.18.0 */
#elif API >= API_4_4
#define LINUX_VERSION_CODE	263346	/* 4.4.178 */
#elif API >= API_EL7
#define LINUX_VERSION_CODE	199168	/* 3.10.0 */
#elif API >= API_EL6
#define LINUX_VERSION_CODE	132640	/* 2.6.32 */
#elif API >= API_2_6_27
#define LINUX_VERSION_CODE	(132635)	/* 2.6.27 */
#elif API >= API_2_6_26
#define LINUX_VERSION_CODE	132634	/* 2.6.26 */
#else
#define LINUX_VERSION_CODE	132626	/* 2.6.18 */
#endif

#endif
