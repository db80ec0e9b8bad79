/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets that set up, start and stop the run.
 *
 * Context of all functions: process, holds gtp.lock.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "compat/barrier.h"
#include "compat/check.h"
#include "compat/missing.h"
#include "trace/base/messages.h"
#include "trace/target/private.h"
#include "trace/target/target.h"

void gtp_serve_disconnected(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	gtp.disconnected = cmd->u.flag;
	rsp_ok(tx);
}

void gtp_serve_circular(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	kc_store(&gtp_hits.circular, cmd->u.flag);
	if (gtp.rb)
		ringbuf_set_circular(gtp.rb, gtp_hits.circular);
	rsp_ok(tx);
}

void gtp_serve_size(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	int gone = gtp_session.selected.gone;
	int ret = gtp_set_size(cmd->u.size);

	if (ret == -EINTR)
		rsp_error(tx, MSG_RESIZE_INTERRUPTED,
			  (unsigned long long)gtp.size);
	else if (ret)
		rsp_error(tx, MSG_RESIZE_NO_MEMORY,
			  (unsigned long long)gtp.size,
			  (unsigned long long)(gtp_alloc_max() +
					       (gtp.rb ? gtp.size : 0)));
	if (ret)
		return;
	if (gtp_session.selected.gone && !gone)
		rsp_notice(tx, NOTE_FRAME_DROPPED);
	rsp_ok(tx);
}

/*
 * Limits in bytes, of two digits each: qTStatus must have space for all notes
 * and its other fields.
 */
#define NOTE_MAX	4096
#define USER_MAX	1024
#define STATUS_REST	0x3000

/* Digits of a note to keep, without splitting a UTF-8 character. */
static size_t note_digits(struct rsp_text hex, size_t most)
{
	size_t n = 2 * most;

	if (hex.len <= n)
		return hex.len;
	while (n && strchr("89abAB", hex.p[n]))
		n -= 2;
	return n;
}

/*
 * A note that the packet does not name stays. Cut one that is too long: if it
 * were refused, GDB could not start a run, since it sends the note each time.
 */
static int set_note(char **note, struct rsp_text hex, const char *what,
		    size_t most, struct rsp_tx *tx)
{
	char text[112];
	size_t len = hex.len;
	char *s;

	BUILD_BUG_ON(2 * (USER_MAX + 2 * NOTE_MAX) + STATUS_REST >
		     GTP_PACKET_SIZE);
	if (!hex.p)
		return 0;
	hex.len = note_digits(hex, most);
	s = gtp_strdup(hex);
	if (!s)
		return -ENOMEM;
	kfree(*note);
	*note = s;
	if (hex.len == len)
		return 0;
	snprintf(text, sizeof(text), NOTE_CUT, what, (unsigned int)(len / 2),
		 (unsigned int)(hex.len / 2));
	rsp_notice(tx, text);
	return 0;
}

void gtp_serve_notes(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	if (set_note(&gtp.user, cmd->u.notes.user, "user", USER_MAX, tx) ||
	    set_note(&gtp.notes, cmd->u.notes.notes, "notes", NOTE_MAX, tx) ||
	    set_note(&gtp.stop_note, cmd->u.notes.tstop, "stop-notes",
		     NOTE_MAX, tx))
		rsp_error(tx, MSG_NOTE_NO_MEMORY);
	else
		rsp_ok(tx);
}

/* Once per session. */
static void tell_missing(struct rsp_tx *tx)
{
	char text[128];
	unsigned int i;

	if (gtp_session.missing_shown)
		return;
	gtp_session.missing_shown = 1;
	for (i = 0; kc_missing_feature(i); i++) {
		snprintf(text, sizeof(text), NOTE_MISSING,
			 kc_missing_feature(i));
		rsp_notice(tx, text);
	}
}

void gtp_serve_start(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	if (gtp_may_start(tx) || gtp_vmlinux_check(tx))
		return;
	tell_missing(tx);
	if (!gtp_start(gtp_session.reads_devices, tx))
		rsp_ok(tx);
}

void gtp_serve_stop(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	gtp_stop(GTP_STOPPED, tx);
	rsp_ok(tx);
}
