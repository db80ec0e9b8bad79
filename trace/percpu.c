/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Addresses of per-CPU variables.  Where the kernel has them from 0 on, GDB has
 * moved them with all the rest by what qOffsets said, the slide: its
 * &runqueues is in [slide, slide + size).  So that
 *
 *	(struct rq *)((char *)&runqueues + __per_cpu_offset[1])
 *
 * is right everywhere, `m' answers the words of __per_cpu_offset[] less the
 * slide, live and of frames: GDB adds what it has moved.  What runs at a hit reads
 * the real words, so constants in that range are moved back when they are
 * compiled, in expressions that name the table: others have numbers there, too, and
 * addresses of the user's.  A sum could not be repaired: real address + slide may
 * be mapped.
 */
#include <linux/kernel.h>

#include "compat/percpu.h"
#include "compat/read.h"
#include "trace/internal.h"

/* Written once, at init.  low is 0 where nothing needs to be done. */
static u64 low;
static unsigned long table, table_len;	/* __per_cpu_offset[] */

void gtp_percpu_init(void)
{
	if (!gtp.slide)
		return;
	low = kc_low_percpu();
	table = kc_percpu_offsets(&table_len);
}

u64 gtp_percpu_place(u64 addr)
{
	return addr - gtp.slide < low ? addr - gtp.slide : addr;
}

static int moves_consts;	/* while an expression is compiled */

u64 agent_target_const(u64 v)
{
	return moves_consts ? gtp_percpu_place(v) : v;
}

enum agent_error gtp_percpu_compile(const u8 *code, u32 len,
				    struct agent_insn *insn, u16 *map,
				    struct agent_prog *prog, u32 *err_pc)
{
	enum agent_error err;

	moves_consts = 0;
	err = agent_compile(code, len, insn, map, prog, err_pc);
	if (err || !low || !agent_has_number(prog, table, table_len))
		return err;
	/* It names the table: once more, with its constants moved. */
	moves_consts = 1;
	return agent_compile(code, len, insn, map, prog, err_pc);
}

void gtp_percpu_patch(u64 addr, void *buf, u32 len)
{
	u64 at = max_t(u64, addr, table);
	u64 end = min_t(u64, addr + len, table + table_len);
	u64 word, from;

	if (!low)
		return;
	while (at < end) {
		from = (at - table) % sizeof(word);
		/* It does not change after boot. */
		if (kc_read_kernel(&word, at - from, sizeof(word)))
			return;
		word -= gtp.slide;
		for (; from < sizeof(word) && at < end; from++, at++)
			((u8 *)buf)[at - addr] = ((const u8 *)&word)[from];
	}
}

void gtp_percpu_patch_frame(struct frame *f)
{
	struct frame_block b;
	u32 pos = 0;

	if (!low)
		return;
	while (frame_next(f, &pos, &b) > 0)
		if (b.kind == 'M')
			gtp_percpu_patch(b.addr, (u8 *)b.data, b.len);
}
