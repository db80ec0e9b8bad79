/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_PTRACE_H
#define API_LINUX_PTRACE_H

#include <asm/ptrace.h>

#endif
