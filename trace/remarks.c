/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the user should know of the run, and no packet has a place for: GDB shows
 * it in `tstatus', as trace notes, and gtpstat has it, too.  Process context,
 * under gtp.lock.
 */
#include <linux/kernel.h>

#include "trace/internal.h"

/* To add a kind of remark is to add its function here. */
static const gtp_remark_t kinds[] = {
	gtp_remark_off,
	gtp_remark_error,
	gtp_remark_device,
	gtp_remark_kept,
	gtp_remark_gone,
	NULL
};

int gtp_remark(u32 n, char *buf, size_t size)
{
	const gtp_remark_t *kind;
	u32 i;

	for (kind = kinds; *kind; kind++) {
		for (i = 0; (*kind)(i, buf, size); i++)
			if (!n--)
				return 1;
	}
	return 0;
}

void gtp_put_notes(struct rsp_tx *tx)
{
	char buf[GTP_REMARK_LEN];
	int more = gtp.notes && gtp.notes[0];
	u32 n;

	rsp_puts(tx, more ? gtp.notes : "");
	for (n = 0; n < GTP_REMARKS_SHOWN && gtp_remark(n, buf, sizeof(buf));
	     n++) {
		if (more)
			rsp_put_hex_str(tx, "; ");
		rsp_put_hex_str(tx, buf);
		more = 1;
	}
	if (n == GTP_REMARKS_SHOWN && gtp_remark(n, buf, sizeof(buf)))
		rsp_put_hex_str(tx, "; more in gtpstat");
}
