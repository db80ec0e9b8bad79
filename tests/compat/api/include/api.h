/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Comes first in every file that is compiled against these headers.  The
 * releases, oldest first; which of them is asked for is in its autoconf.h.
 */
#define API_2_6_18	1
#define API_EL5_0	2	/* 2.6.18-8.el5 */
#define API_EL5		3	/* 2.6.18-274.7.1.el5 */
#define API_2_6_26	4
#define API_2_6_27	5
#define API_EL6		6	/* 2.6.32-642.el6 */
#define API_EL7		7	/* 3.10.0-1160.el7 */
#define API_4_4		8
#define API_EL8_1	9	/* 4.18.0-147.5.1.el8 */
#define API_EL8_5	10	/* 4.18.0-348.2.1.el8 */

/* A value that the compiler knows nothing of. */
#define API_ANY(type) __extension__({					\
	type api_any_;							\
	__asm__ __volatile__("" : "=r"(api_any_));			\
	api_any_;							\
})
