/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_FTRACE_H
#define API_LINUX_FTRACE_H

#if API < API_EL8_1
#error "struct ftrace_ret_stack has no retp yet"
#endif

struct ftrace_ret_stack {
	unsigned long ret;
	unsigned long *retp;
};

#endif
