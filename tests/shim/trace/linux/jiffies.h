/* SPDX-License-Identifier: GPL-2.0 */
#include "tests/shim/trace/kernel.h"
