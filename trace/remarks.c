/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the user should know of the run, and no packet has a place for: GDB shows
 * it in `tstatus', as trace notes, and gtpstat has it, too.  Process context,
 * under gtp.lock.
 */
#include <linux/kernel.h>

#include "compat/check.h"
#include "trace/internal.h"

/*
 * To add a kind of remark is to add its function here: first what is wrong with
 * the run as such, then what goes wrong in hits, of which there may be many.
 */
static const gtp_remark_t kinds[] = {
	gtp_remark_off,
	gtp_remark_kept,
	gtp_remark_gone,
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

/* How many kinds from this one on have something to say. */
static u32 kinds_left(const gtp_remark_t *kind, char *buf, size_t size)
{
	u32 n = 0;

	for (; *kind; kind++)
		n += (*kind)(0, buf, size);
	return n;
}

/* No kind hides another: the first of each kind has a place. */
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
