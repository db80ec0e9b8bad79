/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where a probe may be, and why not elsewhere.
 *
 * Context of all functions: process, holds gtp.lock; may sleep.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "arch/arch.h"
#include "compat/missing.h"
#include "compat/symbols.h"
#include "trace/base/messages.h"
#include "trace/probe/private.h"

/*
 * Why addr is no code; NULL: it may be. Not inline: 32-bit kernels limit a
 * function to 1024 bytes of stack.
 */
static noinline const char *no_code(u64 addr)
{
	unsigned long etext = kc_symbol("_etext");
	struct kc_place place;

	if (kc_symbol_at(addr, &place))
		return WHY_NO_CODE;
	/*
	 * Module symbols look like "name+0x1/0x2 [module]". Without
	 * CONFIG_KALLSYMS_ALL _etext may be missing, and data have no names.
	 */
	if (etext && addr >= etext && !strchr(place.text, '['))
		return WHY_DATA;
	return NULL;
}

const char *gtp_place_error(const struct gtp_tracepoint *tp, int err)
{
	const char *why = NULL;

	if (tp->place_err == -EINVAL)
		return tp->place_why;
	/*
	 * Each of these has several causes, in the kernel or in arch/. Data can
	 * look like instructions, too.
	 */
	if (err == -EINVAL || err == -ENODATA || err == -ENOENT ||
	    err == -EILSEQ)
		why = no_code(tp->addr);
	if (why)
		return why;
	if (tp->place_err)
		return tp->place_why;
	switch (err) {
	case -EINVAL:
		return WHY_NOT_ALLOWED;
	case -ENOENT:
		return WHY_NO_CODE;
	case -EILSEQ:
		return tp->place_why;
	case -ENOMEM:
		return WHY_PROBE_NO_MEMORY;
	case -EBUSY:
		return WHY_PROBE_BUSY;
	case -EOPNOTSUPP:
		return WHY_INSTRUCTION;
	default:
		return WHY_REFUSED;
	}
}

void gtp_place_check(struct gtp_tracepoint *tp)
{
	tp->place_err = 0;
	if ((unsigned long)tp->addr == tp->addr)
		tp->place_err = arch_probe_check(tp->addr, &tp->place_why);
	if (tp->kind->check && !tp->place_err)
		tp->place_err = tp->kind->check(tp->addr, &tp->place_why);
}

void gtp_place_refuse(struct rsp_tx *tx, const struct gtp_tracepoint *tp,
		      int err)
{
	struct kc_place place;
	int known = (unsigned long)tp->addr == tp->addr &&
		    !kc_symbol_at(tp->addr, &place);

	rsp_error(tx, MSG_PLACE, tp->num, (unsigned long long)tp->addr,
		  gtp_place_error(tp, err), known ? place.text : "",
		  known ? ", " : "", -err);
}
