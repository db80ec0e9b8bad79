/* SPDX-License-Identifier: GPL-2.0 */
/*
 * QTSave: the experiment and its frames as a file of the traced machine, in the
 * form that GDB's `target tfile' reads.  All process context, under gtp.lock.
 *
 * The file is the work of the process that has the device open, with its
 * rights.  It must be new, and where its name says: no symlink leads the kernel
 * to write elsewhere.
 */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "arch/arch.h"
#include "compat/clock.h"
#include "compat/file.h"
#include "trace/internal.h"
#include "trace/trace.h"

#define NAME_MAX_LEN	4095
/* GDB refuses a file with a longer line; it counts the one without its end. */
#define LINE_MAX_LEN	998
#define PART		4096	/* bytes of frames at a time */

struct save {
	struct rsp_tx *tx;
	u64 told_us;		/* when GDB last heard of us */
	struct file *file;
	loff_t pos;
	int err;		/* the first one; from then on nothing is written */
	unsigned int left_out;	/* lines that were too long */
	struct gtp_selected frame;
	struct rsp_tx line;	/* its payload is the line */
	char line_buf[LINE_MAX_LEN + 4];	/* and a packet's '$' and end */
	u8 regs[ARCH_REGS_MAX];
	u8 part[PART];		/* frames that are to be written */
	u32 used;		/* bytes of it */
	char path[NAME_MAX_LEN + 1];
};

static void save_bytes(struct save *s, const void *data, size_t n)
{
	if (!s->err)
		s->err = kc_file_append(s->file, data, n, &s->pos);
}

static void line_begin(struct save *s, const char *kind)
{
	rsp_tx_begin(&s->line);
	rsp_puts(&s->line, kind);
}

static int line_fits(const struct save *s)
{
	return !s->line.overflow;
}

static void line_end(struct save *s)
{
	if (!line_fits(s)) {
		s->left_out++;
		return;
	}
	save_bytes(s, s->line_buf + 1, rsp_tx_used(&s->line));
	save_bytes(s, "\n", 1);
}

static void save_status(struct save *s)
{
	line_begin(s, "status ");
	gtp_put_status(&s->line, 1);
	if (!line_fits(s)) {
		s->left_out++;
		line_begin(s, "status ");
		gtp_put_status(&s->line, 0);
	}
	line_end(s);
}

static void save_point(struct save *s, const struct gtp_point *tp)
{
	u32 n;

	for (n = 0; ; n++) {
		line_begin(s, "tp ");
		if (!gtp_put_piece(&s->line, tp, n))
			return;
		/* Frames can be read without the condition, if it must be. */
		if (!n && !line_fits(s)) {
			s->left_out++;
			line_begin(s, "tp ");
			gtp_put_definition(&s->line, tp, 0);
		}
		line_end(s);
	}
}

static void save_vars(struct save *s)
{
	u32 slot;

	for (slot = 0; ; slot++) {
		line_begin(s, "tsv ");
		if (!gtp_put_var(&s->line, slot))
			return;
		line_end(s);
	}
}

static void save_target(struct save *s)
{
	char *xml = gtp_target_xml();
	char *at, *end;

	if (!xml) {
		s->err = -ENOMEM;
		return;
	}
	for (at = xml; (end = strchr(at, '\n')); at = end + 1) {
		*end = '\0';
		line_begin(s, "tdesc ");
		rsp_puts(&s->line, at);
		line_end(s);
	}
	kfree(xml);
}

static void save_header(struct save *s)
{
	const struct gtp_point *tp;

	save_bytes(s, "\x7fTRACE0\n", 8);
	line_begin(s, "R ");
	rsp_printf(&s->line, "%x", gtp_reg_block_len());
	line_end(s);
	save_status(s);
	/* In the order of an upload. */
	list_for_each_entry_reverse(tp, gtp_shown_points(), list)
		save_point(s, tp);
	save_vars(s);
	save_target(s);
	save_bytes(s, "\n", 1);
}

static void save_part(struct save *s)
{
	save_bytes(s, s->part, s->used);
	s->used = 0;
}

static void save_frame(struct save *s)
{
	u32 regs_len = gtp_reg_block(&s->frame, s->regs);
	u64 off;
	u32 n;

	for (off = 0; ; off += n) {
		n = frame_tfile_read(&s->frame.frame, s->frame.num, s->regs,
				     regs_len, off, s->part + s->used,
				     PART - s->used);
		if (!n)
			return;
		s->used += n;
		if (s->used == PART)
			save_part(s);
	}
}

/* GDB is told each second, or it would give up. */
static void save_progress(struct save *s, u64 frames)
{
	u64 now = kc_wall_us();
	char text[64];

	if (signal_pending(current) && !s->err)
		s->err = -EINTR;
	cond_resched();
	if (now - s->told_us < 1000000)
		return;
	s->told_us = now;
	snprintf(text, sizeof(text), "%llu trace frames saved so far...\n",
		 (unsigned long long)frames);
	rsp_notice(s->tx, text);
	gtp_send_notices(s->tx);
}

static void save_frames(struct save *s)
{
	static const u8 end[4];
	int ret = gtp.rb ? gtp_frames_index() : -ENOENT;
	u64 n;

	for (n = 0; !ret && !s->err; n++) {
		ret = gtp_copy_frame(n, &s->frame);
		if (ret)
			break;
		save_frame(s);
		save_progress(s, n);
	}
	vfree(s->frame.copy);
	save_part(s);
	if (ret && ret != -ENOENT && !s->err)
		s->err = ret;
	save_bytes(s, end, sizeof(end));
}

/* Is the file where its name says, with no symlink on the way? */
static int save_in_place(struct save *s, const char *name)
{
	const char *real = kc_file_path(s->file, s->path, sizeof(s->path));

	if (!IS_ERR(real) && !strcmp(real, name))
		return 1;
	if (IS_ERR(real))
		rsp_error(s->tx, "the file's path is too long");
	else
		rsp_error(s->tx, "that name leads to %.300s: give the name without symlinks, . and ..",
			  real);
	return 0;
}

static const char *save_error(int err)
{
	switch (err) {
	case -EEXIST:
		return "a file of that name is there already";
	case -ENOENT:
	case -ENOTDIR:
		return "there is no such directory";
	case -ENOSPC:
		return "no space is left there";
	case -EDQUOT:
		return "the quota there is used up";
	case -EFBIG:
		return "the file would be too big";
	case -EROFS:
		return "that is a read-only file system";
	case -EACCES:
	case -EPERM:
		return "that is not allowed";
	case -ENOMEM:
		return "no memory";
	case -ESTALE:
		return "a trace frame went from the buffer meanwhile";
	case -EINTR:
		return "interrupted";
	case -ENAMETOOLONG:
		return "the name is too long";
	default:
		return "the file could not be written";
	}
}

static void save_to(struct save *s, const char *name)
{
	char text[96];
	int ret;

	s->file = kc_file_create(name);
	if (IS_ERR(s->file)) {
		rsp_error(s->tx, "cannot make the file: %s (errno %d)",
			  save_error(PTR_ERR(s->file)), -(int)PTR_ERR(s->file));
		return;
	}
	if (!save_in_place(s, name)) {
		kc_file_end(s->file, 0);
		return;
	}
	save_header(s);
	save_frames(s);
	ret = kc_file_end(s->file, !s->err);
	if (!s->err)
		s->err = ret;
	if (s->err) {
		rsp_error(s->tx, "nothing is saved: %s (errno %d)",
			  save_error(s->err), -s->err);
		return;
	}
	if (s->left_out) {
		snprintf(text, sizeof(text),
			 "%u lines that GDB would find too long are left out.\n",
			 s->left_out);
		rsp_notice(s->tx, text);
	}
	rsp_ok(s->tx);
}

/* NULL, or what is wrong with it. */
static const char *save_check(const char *name, long len)
{
	if (gtp.armed)
		return "the trace is running";
	if (len < 0)
		return "the file's name is too long";
	if (strlen(name) != len)
		return "the file's name has a byte of zeros";
	if (name[0] != '/')
		return "the file's name must be an absolute one, like /root/trace";
	return NULL;
}

void gtp_serve_save(struct rsp_text hexname, struct rsp_tx *tx)
{
	char *name = kmalloc(NAME_MAX_LEN + 1, GFP_KERNEL);
	struct save *s = vmalloc(sizeof(*s));
	const char *why = "no memory";
	long len;

	if (name && s) {
		memset(s, 0, sizeof(*s));
		s->tx = tx;
		s->told_us = kc_wall_us();
		rsp_tx_init(&s->line, s->line_buf, sizeof(s->line_buf));
		len = rsp_unhex(hexname, name, NAME_MAX_LEN);
		name[len < 0 ? 0 : len] = '\0';
		why = save_check(name, len);
		if (!why)
			save_to(s, name);
	}
	if (why)
		rsp_error(tx, "%s", why);
	vfree(s);
	kfree(name);
}
