/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What compiles on all kernels but behaves differently: each fact with the
 * releases that it holds for.  All that are known depend on the machine, too:
 *
 * KC_FACT_TRAP_IS_NMI: the trap of a probe counts as an NMI in preempt_count()
 * while it is handled.
 * KC_FACT_DIRECT_MAP_IS_RAM: above KC_QUICK_FIRST (read.h) the direct map holds
 * nothing but RAM.
 * KC_FACT_FTRACE_LIKE_PROBE: what ftrace passes as registers is a pt_regs, with
 * what a probe at a function's entry gets.
 *
 * In all of compat/ the prefix kc_ stands for "kernel compatibility".
 */
#ifndef COMPAT_FACTS_H
#define COMPAT_FACTS_H

#include <linux/version.h>
#include "compat/config.h"
#include "compat/machine.h"
#include KC_MACHINE(facts.h)

#endif
