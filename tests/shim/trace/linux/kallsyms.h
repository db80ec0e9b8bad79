/* SPDX-License-Identifier: GPL-2.0 */
#include "tests/shim/trace/kernel.h"

#define KSYM_NAME_LEN	127

unsigned long kallsyms_lookup_name(const char *name);
