/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Actions as lists of steps: chains of pointers with the blocks that GDB
 * collects on the way, strings, variables, and what is assigned to variables.
 * Made by agent/act.c from verified bytecode without jumps, run by agent_act() of
 * agent/act_run.h.
 *
 * Like a decision, such an action knows no errors.  Where one is possible it
 * gives up before it has changed a variable, and agent_run() does all of it.
 */
#ifndef AGENT_ACT_H
#define AGENT_ACT_H

#include "agent/steps.h"

#define AGENT_BLOCK_MAX		(1UL << 20)	/* bytes */
#define AGENT_STRING_MAX	1024		/* a hit has room for all of it */

/*
 * Fill in step, of AGENT_STEPS_MAX entries.  Returns the number of steps, or 0
 * if agent_run() has to do it. *size: bytes that it collects at most, each item
 * in whole words with a head of `head' bytes.
 * Context: any.
 */
u32 agent_make_action(const struct agent_prog *prog, struct agent_maker *m,
		      struct agent_step *step, u32 head, u64 *size);

#endif
