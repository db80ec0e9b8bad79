/* SPDX-License-Identifier: GPL-2.0 */
/*
 * qXfer: target.xml, and the contents of a frame. tasks.c has the threads.
 *
 * Context of all functions: process, holds gtp.lock.
 */
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "arch/arch.h"
#include "trace/target/private.h"

/* At most 127 bytes a line: one per register, nine others, and a longer one. */
#define TARGET_XML_MAX	((ARCH_REGS_MAX / 4 + 9) * 128 + KERNEL_MAX)
#define KERNEL_MAX	160

/* Part [off, off + size) of a text that is generated on the fly. */
struct window {
	u64 off;		/* of the text, still to skip */
	char *buf;
	size_t size, len;
	int more;		/* the text continues past the window */
};

static void win_puts(struct window *w, const char *s)
{
	for (; *s; s++) {
		if (w->off)
			w->off--;
		else if (w->len < w->size)
			w->buf[w->len++] = *s;
		else
			w->more = 1;
	}
}

/*
 * Which kernel this is, and where: a comment that GDB's tsave keeps, since it
 * copies this text. Readers: `kgtp open', and people.
 */
static void make_kernel(struct window *w)
{
	char line[KERNEL_MAX];
	unsigned int i;
	int n;

	n = snprintf(line, sizeof(line), "<!-- kgtp: _text=0x%lx offset=0x%lx",
		     gtp_kernel.text, gtp_kernel.slide);
	if (gtp_kernel.build_id_len)
		n += snprintf(line + n, sizeof(line) - n, " build-id=");
	for (i = 0; i < gtp_kernel.build_id_len; i++)
		n += snprintf(line + n, sizeof(line) - n, "%02x",
			      gtp_kernel.build_id[i]);
	snprintf(line + n, sizeof(line) - n, " -->\n");
	win_puts(w, line);
}

static void make_features(struct window *w)
{
	const struct arch_reg *reg;
	char line[128];
	unsigned int i;

	win_puts(w, "<?xml version=\"1.0\"?>\n"
		 "<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n");
	make_kernel(w);
	win_puts(w, "<target>\n<architecture>");
	win_puts(w, arch_name);
	win_puts(w, "</architecture>\n<osabi>none</osabi>\n<feature name=\"");
	win_puts(w, arch_feature);
	win_puts(w, "\">\n");
	for (i = 0; i < arch_nr_regs; i++) {
		reg = &arch_regs[i];
		snprintf(line, sizeof(line),
			 "<reg name=\"%s\" bitsize=\"%u\" type=\"%s\"/>\n",
			 reg->name, reg->bits, reg->type);
		win_puts(w, line);
	}
	win_puts(w, "</feature>\n</target>\n");
}

char *gtp_target_xml(void)
{
	struct window w;

	memset(&w, 0, sizeof(w));
	w.size = TARGET_XML_MAX;
	w.buf = kzalloc(w.size + 1, GFP_KERNEL);
	if (w.buf)
		make_features(&w);
	return w.buf;
}

static void make_frame_info(struct window *w)
{
	struct frame_block b;
	char line[96];
	u32 pos = 0;

	win_puts(w, "<?xml version=\"1.0\"?>\n"
		 "<!DOCTYPE traceframe-info SYSTEM \"traceframe-info.dtd\">\n"
		 "<traceframe-info>\n");
	while (frame_next(&gtp_session.selected.frame, &pos, &b) > 0) {
		if (b.kind == 'M')
			snprintf(line, sizeof(line),
				 "<memory start=\"0x%llx\" length=\"0x%x\"/>\n",
				 (unsigned long long)b.addr, b.len);
		else if (b.kind == 'V')
			snprintf(line, sizeof(line), "<tvar id=\"0x%x\"/>\n",
				 b.num);
		else
			continue;
		win_puts(w, line);
	}
	win_puts(w, "</traceframe-info>\n");
}

/* These texts never need XML escapes. */
static void serve_text(const struct rsp_cmd *cmd, struct rsp_tx *tx,
		       void (*make)(struct window *w))
{
	struct window w;

	memset(&w, 0, sizeof(w));
	w.off = cmd->u.xfer.off;
	w.size = min_t(u64, cmd->u.xfer.len, rsp_tx_room(tx) - 1);
	w.buf = kmalloc(w.size + 1, GFP_KERNEL);
	if (!w.buf) {
		rsp_error_num(tx, 1);
		return;
	}
	make(&w);
	rsp_putc(tx, w.more ? 'm' : 'l');
	rsp_put_binary(tx, w.buf, w.len, w.len);
	kfree(w.buf);
}

void gtp_serve_xfer(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	static const char target_xml[] = "target.xml";

	switch (cmd->u.xfer.object) {
	case RSP_OBJ_FEATURES:
		if (cmd->u.xfer.annex.len != sizeof(target_xml) - 1 ||
		    memcmp(cmd->u.xfer.annex.p, target_xml,
			   sizeof(target_xml) - 1))
			rsp_error_num(tx, 0);
		else
			serve_text(cmd, tx, make_features);
		break;
	case RSP_OBJ_TRACEFRAME_INFO:
		if (!gtp_session.selected.valid || gtp_session.selected.gone)
			rsp_error_num(tx, 1);
		else
			serve_text(cmd, tx, make_frame_info);
		break;
	case RSP_OBJ_THREADS:
		gtp_serve_threads_xfer(cmd, tx);
		break;
	}
}
