/* SPDX-License-Identifier: GPL-2.0 */
/*
 * GDB remote serial protocol: framing, parsing packets into commands, writing
 * replies.  Pure: no state but the caller's, no allocation.
 *
 * Source of the packet forms: the GDB manual, "Remote Protocol" and "Tracepoint
 * Packets".
 */
#ifndef RSP_RSP_H
#define RSP_RSP_H

#include <linux/types.h>

/* ---- receiving ---------------------------------------------------------- */

enum rsp_event {
	RSP_EV_NONE,		/* more bytes are needed */
	RSP_EV_PACKET,		/* rx->buf: rx->len unescaped bytes and a NUL */
	RSP_EV_BAD_CHECKSUM,	/* send '-' (never seen while rx->noack) */
	RSP_EV_TOO_LONG,	/* valid checksum, but the packet did not fit */
	RSP_EV_ACK,		/* '+' between packets */
	RSP_EV_NAK,		/* '-' between packets: resend the last reply */
	RSP_EV_INTERRUPT,	/* 0x03 between packets */
};

struct rsp_rx {
	char *buf;
	size_t size;		/* of buf; a packet may have size - 1 bytes */
	size_t len;
	int state;
	int escaped;
	int too_long;
	int noack;		/* set by the caller: ignore checksums */
	u8 sum;			/* of the bytes received, not unescaped */
	u8 want;		/* the checksum in the packet */
};

void rsp_rx_init(struct rsp_rx *rx, char *buf, size_t size);

/*
 * Feed one byte.  Junk between packets is ignored; a '$' inside a packet
 * restarts it.  After RSP_EV_PACKET the packet stays valid until the next call.
 */
enum rsp_event rsp_rx_byte(struct rsp_rx *rx, u8 c);
/* Can the next byte complete a packet? */
int rsp_rx_at_end(const struct rsp_rx *rx);
/*
 * Feed up to n bytes: up to an event, or to the byte that can complete a packet,
 * which is left to rsp_rx_byte().  Returns how many.
 */
size_t rsp_rx_bytes(struct rsp_rx *rx, const char *bytes, size_t n,
		    enum rsp_event *event);

/* Can GDB begin a session with this byte: an ack, a packet, an interrupt? */
int rsp_rx_begins(u8 c);
/* Has a packet begun and not ended yet? */
int rsp_rx_busy(const struct rsp_rx *rx);

/* ---- replying ----------------------------------------------------------- */

/*
 * A reply under construction, with its framing, in a fixed buffer.  Output that
 * does not fit sets ->overflow and is dropped; rsp_tx_end() then replaces the
 * reply by an error.
 */
struct rsp_tx {
	char *buf;
	size_t size;		/* at least RSP_TX_MIN */
	size_t len;		/* bytes in buf; includes framing once ended */
	size_t base;		/* start of the reply, after any notices */
	int overflow;
	u8 sum;			/* of the reply so far */
};

#define RSP_TX_MIN 64

void rsp_tx_init(struct rsp_tx *tx, char *buf, size_t size);
/* Start over with an empty reply (writes "$"; "$#00" if nothing follows). */
void rsp_tx_begin(struct rsp_tx *tx);
/*
 * Send console output to the user in a packet before the reply, and start the
 * reply over.  Dropped if it would leave no space for a reply.  Only for
 * packets during which GDB accepts it: QT*, qT*, qRcmd, and those that resume.
 */
void rsp_notice(struct rsp_tx *tx, const char *text);
/* Payload bytes so far, and how many more fit. */
size_t rsp_tx_used(const struct rsp_tx *tx);
size_t rsp_tx_room(const struct rsp_tx *tx);
/* Append '#' and the checksum; then send buf[0..len). */
void rsp_tx_end(struct rsp_tx *tx);

void rsp_putc(struct rsp_tx *tx, char c);
void rsp_puts(struct rsp_tx *tx, const char *s);
/* printf-style text, under 512 bytes when formatted. */
void rsp_printf(struct rsp_tx *tx, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Lower-case hex without leading zeros ("0" for 0). */
void rsp_put_num(struct rsp_tx *tx, u64 v);
/* Two hex digits per byte. */
void rsp_put_hex(struct rsp_tx *tx, const void *data, size_t n);
/*
 * Where the caller may write up to n bytes for rsp_put_hex() or rsp_put_binary(),
 * instead of into a buffer of its own: the second half of what their digits take,
 * or all of them escaped, so each byte is read before it is overwritten.  NULL:
 * their digits do not fit.
 */
void *rsp_hex_space(struct rsp_tx *tx, size_t n);
/* A NUL-terminated string as hex. */
void rsp_put_hex_str(struct rsp_tx *tx, const char *s);
/* "xx" n times, for n bytes of unavailable registers; long runs are encoded. */
void rsp_put_unavailable(struct rsp_tx *tx, size_t n);
/*
 * Binary data, escaped; stops before a byte that does not fit in `room` more
 * payload bytes.  Returns the number of data bytes written.
 */
size_t rsp_put_binary(struct rsp_tx *tx, const void *data, size_t n, size_t room);
/* Replace the payload by "OK". */
void rsp_ok(struct rsp_tx *tx);
/*
 * Replace the payload by "E.text", for packets to which GDB expects a textual
 * error (QT*, qRcmd, vAttach...) and shows it; for others, only if it has said
 * error-message+.
 */
void rsp_error(struct rsp_tx *tx, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/*
 * Replace the payload by "Enn". nn is kept out of 0x10-0x1f, which GDB shows as
 * protocol errors of its own, and 0x20-0x2f, which GDB up to 7.6 does.
 */
void rsp_error_num(struct rsp_tx *tx, unsigned int nn);

/* ---- packets as commands ------------------------------------------------ */

enum rsp_cmd_id {
	RSP_UNKNOWN = 0,	/* reply empty */
	RSP_MALFORMED,		/* known name, bad arguments: see cmd->why */

	/* session */
	RSP_QSUPPORTED,		/* u.supported: what GDB supports */
	RSP_QSTARTNOACK,
	RSP_EXTENDED,		/* ! */
	RSP_LLDB,		/* QThreadSuffixSupported, which only LLDB sends */
	RSP_STOP_REASON,	/* ? */
	RSP_SET_THREAD,		/* H: u.thread */
	RSP_CURRENT_THREAD,	/* qC */
	RSP_THREADS_FIRST,	/* qfThreadInfo */
	RSP_THREADS_NEXT,	/* qsThreadInfo */
	RSP_THREAD_EXTRA,	/* qThreadExtraInfo: u.thread */
	RSP_THREAD_ALIVE,	/* T: u.thread */
	RSP_ATTACHED,		/* qAttached[:pid] */
	RSP_OFFSETS,		/* qOffsets */
	RSP_SYMBOL,		/* qSymbol: u.symbol; hex: its name, or "" */
	RSP_KILL,		/* k and vKill */
	RSP_DETACH,		/* D */
	RSP_MONITOR,		/* qRcmd: hex */
	RSP_XFER_READ,		/* qXfer:object:read:annex:off,len */

	/* state */
	RSP_READ_REGS,		/* g */
	RSP_READ_REG,		/* p: u.reg */
	RSP_WRITE_REGS,		/* G, P */
	RSP_READ_MEM,		/* m: u.mem */
	RSP_READ_BINARY,	/* x: u.mem */
	RSP_WRITE_MEM,		/* M, X */
	RSP_BREAKPOINT,		/* Z, z */
	RSP_RESUME,		/* c s C S bc bs vCont;... */
	RSP_VCONT_QUERY,	/* vCont? */

	/* tracing */
	RSP_QTINIT,
	RSP_QTDP,		/* a tracepoint: u.tdp */
	RSP_QTDP_ACTIONS,	/* QTDP:-n:addr:...: u.actions */
	RSP_QTDPSRC,		/* u.src */
	RSP_QTDV,		/* u.var */
	RSP_QTRO,		/* text: the ranges; rsp_next_range() */
	RSP_QTDISCONNECTED,	/* u.flag */
	RSP_QTBUFFER_CIRCULAR,	/* u.flag */
	RSP_QTBUFFER_SIZE,	/* u.size: bytes, or RSP_SIZE_DEFAULT */
	RSP_QTNOTES,		/* u.notes */
	RSP_QTSTART,
	RSP_QTSTOP,
	RSP_QTENABLE,		/* u.tp */
	RSP_QTDISABLE,		/* u.tp */
	RSP_QTFRAME,		/* u.frame */
	RSP_QTSTATUS,		/* qTStatus */
	RSP_QTP,		/* qTP: u.tp */
	RSP_QTV,		/* qTV: u.var.num */
	RSP_QTFP,		/* qTfP */
	RSP_QTSP,		/* qTsP */
	RSP_QTFV,		/* qTfV */
	RSP_QTSV,		/* qTsV */
	RSP_QTBUFFER_READ,	/* qTBuffer: u.mem */
	RSP_QTSAVE,		/* hex: the file name */
	RSP_QTMINFTPILEN,
};

/* qXfer objects */
enum rsp_object {
	RSP_OBJ_FEATURES,
	RSP_OBJ_TRACEFRAME_INFO,
	RSP_OBJ_THREADS,
};

enum rsp_frame_how {
	RSP_FRAME_NUMBER,	/* a: the number; RSP_FRAME_NONE: none */
	RSP_FRAME_PC,		/* a */
	RSP_FRAME_TRACEPOINT,	/* a */
	RSP_FRAME_RANGE,	/* a..b, both inclusive */
	RSP_FRAME_OUTSIDE,	/* not in a..b */
};

/* What QTFrame asks for. */
struct rsp_frame {
	enum rsp_frame_how how;
	u64 a, b;
};

#define RSP_FRAME_NONE	0xffffffffULL
#define RSP_SIZE_DEFAULT (~0ULL)

/* Part of the packet, not NUL-terminated. */
struct rsp_text {
	const char *p;
	size_t len;
};

struct rsp_cmd {
	enum rsp_cmd_id id;
	const char *why;	/* RSP_MALFORMED: a sentence, no full stop */
	struct rsp_text text;	/* for ids that say "text" */
	struct rsp_text hex;	/* for ids that say "hex": even, all hex */
	union {
		struct { char op; s64 id; } thread;	/* id -1: all, 0: any */
		struct { int error_message; } supported;
		struct { u64 num; } reg;
		struct { u64 addr, len; } mem;
		struct { int found; u64 value; } symbol;	/* and hex: the name */
		struct {
			enum rsp_object object;
			struct rsp_text annex;
			u64 off, len;
		} xfer;
		struct {
			u32 num;
			u64 addr;
			int enabled;
			u64 step, pass;
			int is_static;		/* S */
			struct rsp_text cond;	/* hex bytecode, len 0: none */
			int more;		/* QTDP:- packets follow */
		} tdp;
		struct {
			u32 num;
			u64 addr;
			struct rsp_text list;	/* rsp_next_action() */
			int more;
		} actions;
		struct {
			u32 num;
			u64 addr;
			struct rsp_text type;	/* "at", "cond" or "cmd" */
			u64 start, total;	/* bytes of the source string */
			struct rsp_text hex;	/* this part of it */
		} src;
		struct {
			u32 num;
			s64 value;
			int builtin;
			struct rsp_text name;	/* hex */
		} var;
		int flag;
		u64 size;
		struct {
			/* ->p NULL: not in the packet, keep the old one */
			struct rsp_text user, notes, tstop;	/* hex */
		} notes;
		struct { u32 num; u64 addr; } tp;
		struct rsp_frame frame;
	} u;
};

/* buf must be NUL-terminated at buf[len]; cmd points into it. */
void rsp_parse(const char *buf, size_t len, struct rsp_cmd *cmd);

struct rsp_action {
	char kind;		/* 'R', 'M', 'X', 'L' */
	s64 basereg;		/* M: -1 for an absolute address */
	u64 off, len;		/* M; X: len is the number of bytecode bytes */
	struct rsp_text hex;	/* R: the mask; X: the bytecode */
};

/*
 * Take the next action off *list.  `*step` keeps the 'S' state between calls
 * (an 'S' applies to the rest of the packet); start with 0.  Returns 1; 0 at
 * the end; -1 with *why set to a sentence.
 */
int rsp_next_action(struct rsp_text *list, int *step, struct rsp_action *act,
		    const char **why);

/* Take the next "start,end" off a QTro list: 1, 0 at the end, -1 malformed. */
int rsp_next_range(struct rsp_text *list, u64 *start, u64 *end);

/*
 * Does QTFrame ask for the frames of tracepoint num at addr?  Not for
 * RSP_FRAME_NUMBER, which asks for one frame.
 */
int rsp_frame_matches(const struct rsp_frame *f, u32 num, u64 addr);

/*
 * Decode hex into dst (at most size bytes).  Returns the number of bytes, or -1
 * (odd, not hex, or too long).
 */
long rsp_unhex(struct rsp_text hex, void *dst, size_t size);

/* ---- source text of an action, from QTDPsrc ----------------------------- */

/*
 * Which command is it: 'c' for collect, 't' for teval, 0 for others?  Removes
 * the name and its modifiers from *line.
 */
char rsp_source_command(struct rsp_text *line);
/* Take the next of the comma-separated expressions: 1, or 0 at the end. */
int rsp_source_expr(struct rsp_text *line, struct rsp_text *expr);

#endif
