/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Return addresses on the stack that the kernel has replaced. See also
 * target/callers.c.
 */
#include <linux/string.h>

#include "compat/calls.h"
#include "trace/hit/hit.h"

#define WORD	sizeof(unsigned long)

/*
 * buf was read from addr, on the current task's stack. Restore the return
 * addresses that the kernel has replaced. If a slot was replaced several times,
 * the last entry has the real address.
 * Context: any, including NMI.
 */
void gtp_callers_patch(u64 addr, void *buf, u32 len)
{
	struct kc_calls at;
	struct kc_call call;
	unsigned long word;
	u64 off;

	memset(&at, 0, sizeof(at));
	while (len >= WORD && kc_calls_next(&at, &call)) {
		off = call.slot - addr;
		if (off > len - WORD)
			continue;
		memcpy(&word, (u8 *)buf + off, WORD);
		if (kc_is_trampoline(word))
			memcpy((u8 *)buf + off, &call.ret, WORD);
	}
}
