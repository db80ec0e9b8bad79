/* SPDX-License-Identifier: GPL-2.0 */
/* Control: if this does not compile, compat/ has no files for the machine. */
#include "../machine.h"
