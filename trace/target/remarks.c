/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Remarks: facts about the run that no packet has a field for. GDB shows them
 * in `tstatus' as trace notes; gtpstat has them, too.
 *
 * Context of all functions: process, holds gtp.lock.
 */
#include <linux/kernel.h>

#include "compat/check.h"
#include "trace/target/private.h"

/*
 * Add new kinds here. Problems of the run come first, then those of hits, which
 * may be many.
 */
static const gtp_remark_t kinds[] = {
	gtp_remark_off,
	gtp_remark_kept,
	gtp_remark_unloaded,
	gtp_remark_space,
	gtp_remark_device,
	gtp_remark_returns,
	gtp_remark_error,
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

/* Number of kinds, from this one on, that have a remark. */
static u32 kinds_left(const gtp_remark_t *kind, char *buf, size_t size)
{
	u32 n = 0;

	for (; *kind; kind++)
		n += (*kind)(0, buf, size);
	return n;
}

/* Show at least the first remark of each kind. */
void gtp_put_notes(struct rsp_tx *tx)
{
	int more = gtp.notes && gtp.notes[0], hidden = 0;
	u32 n, most, room = GTP_REMARKS_SHOWN;
	char buf[GTP_REMARK_LEN];
	const gtp_remark_t *kind;

	BUILD_BUG_ON(ARRAY_SIZE(kinds) - 1 > GTP_REMARKS_SHOWN);
	rsp_puts(tx, more ? gtp.notes : "");
	for (kind = kinds; *kind; kind++) {
		most = room - kinds_left(kind + 1, buf, sizeof(buf));
		for (n = 0; (*kind)(n, buf, sizeof(buf)); n++) {
			if (n == most) {
				hidden = 1;
				break;
			}
			if (more)
				rsp_put_hex_str(tx, "; ");
			rsp_put_hex_str(tx, buf);
			more = 1;
		}
		room -= n;
	}
	if (hidden)
		rsp_put_hex_str(tx, "; more in gtpstat");
}
