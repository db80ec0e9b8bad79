/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Addresses of per-CPU variables. Where the kernel links them from 0 on, GDB
 * moves them like everything else, by the slide in qOffsets: its &runqueues is
 * in [slide, slide + size). Two adjustments make
 *
 *	(struct rq *)((char *)&runqueues + __per_cpu_offset[1])
 *
 * right everywhere:
 *
 * - GDB sees the words of __per_cpu_offset[] less the slide, in live memory and
 *   in frames, since it has added the slide already.
 * - Hits read the real words. So constants in that range are moved back when
 *   compiled, but only in expressions that name the table: in others they may
 *   be numbers, or user addresses.
 *
 * The sum itself could not be repaired: real address + slide may be mapped.
 */
#include <linux/kernel.h>

#include "compat/percpu.h"
#include "compat/read.h"
#include "trace/run/private.h"

/* Written once, at init. low is 0 if there is nothing to adjust. */
static u64 low;
static unsigned long table, table_len;	/* __per_cpu_offset[] */

void gtp_percpu_init(void)
{
	if (!gtp_kernel.slide)
		return;
	low = kc_low_percpu();
	table = kc_percpu_offsets(&table_len);
}

u64 gtp_percpu_place(u64 addr)
{
	return addr - gtp_kernel.slide < low ? addr - gtp_kernel.slide : addr;
}

static int moves_consts;	/* while compiling; under gtp.lock */

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
	/* It names the table: compile again with its constants moved. */
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
		/* The table does not change after boot. */
		if (kc_read_kernel(&word, at - from, sizeof(word)))
			return;
		word -= gtp_kernel.slide;
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
