/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shared by the files of target/: what GDB is answered.
 *
 * Context of all functions, unless noted: process, holds gtp.lock.
 */
#ifndef TARGET_PRIVATE_H
#define TARGET_PRIVATE_H

#include "arch/arch.h"
#include "compat/space.h"
#include "trace/run/run.h"

/* Serve a packet: leave the reply in tx. The table of serve.c has them. */
typedef void (*gtp_serve_t)(const struct rsp_cmd *cmd, struct rsp_tx *tx);

/* ---- session.c: the session -------------------------------------------- */

/* A copy of the frame that QTFrame selected. */
struct gtp_selected {
	int valid;
	int gone;		/* no longer in the buffer */
	u64 n;
	u32 num, cpu;
	u64 pos;		/* in its CPU's ring */
	u64 addr;
	void *copy;		/* of `room' bytes; for vfree() */
	u32 room;
	int keeps_room;		/* until vfree(), also for a large frame */
	struct frame frame;
};

/* What GDB's symbols are; see vmlinux.c. */
enum gtp_verdict {
	VM_UNKNOWN,		/* fewer than two answers */
	VM_RIGHT,
	VM_UNMOVED,		/* right, but as linked */
	VM_WRONG,
};

#define GTP_SYMBOLS	10	/* that GDB is asked for */

/*
 * What belongs to the session with GDB; see gtp_slow, and self and peer of
 * gtp_hits, too. Under gtp.lock.
 */
struct gtp_session {
	struct gtp_selected selected;
	/* qTfP, qTfV: what comes next. */
	struct gtp_upload {
		struct gtp_tracepoint *tp;	/* NULL: none left */
		u32 piece, var;
	} upload;
	/* qTBuffer: frame of the last reply. GDB reads from start to end. */
	struct gtp_buffer_at {
		struct gtp_selected s;
		u8 regs[ARCH_REGS_MAX];
		u32 regs_len;
		u64 start, end;	/* offsets of this frame in the file */
	} buffer_at;
	/* qSymbol */
	struct gtp_symbols {
		enum gtp_verdict verdict;
		int any;	/* `monitor vmlinux any' */
		int reported;
		/* GDB's answers, from this time or the last. */
		struct {
			int found;
			u64 value;
		} answers[GTP_SYMBOLS];
		int checking;	/* asking only for the first and the last */
	} symbols;
	struct rsp_cmd deferred;	/* packet for the thread to serve */
	gtp_serve_t deferred_serve;
	int shows_tasks;	/* `monitor threads on' */
	s64 thread;		/* of the last Hg */
	/* qXfer:threads, qsThreadInfo: the list, and what comes next. */
	struct gtp_tasks {
		struct kc_task *task;	/* n of them; for vfree() */
		u32 n, at;
		u64 at_off;		/* of line `at' in the XML */
	} tasks;
	int missing_shown;	/* what this kernel lacks */
	u64 device;		/* address of device memory refused last */
	/* `monitor mem': what addresses below the kernel's half mean. */
	struct gtp_space {
		enum {
			GTP_SPACE_KERNEL,	/* nothing */
			GTP_SPACE_TASK,
			GTP_SPACE_PHYSICAL,
		} kind;
		struct kc_who who;	/* GTP_SPACE_TASK */
		long err;		/* of the last read */
	} space;
	int reads_devices;	/* `monitor io on' */
	int looks;		/* `monitor look': at the frames of a run */
	int error_texts;	/* GDB has said error-message+ */
	int is_lldb;		/* LLDB has sent a packet that GDB does not know */
};

extern struct gtp_session gtp_session;

void gtp_session_begin(void);
/* Refuse a packet of those for which GDB takes a text only if it has said so. */
void gtp_refuse(struct rsp_tx *tx, const char *text);

/* ---- fixed.c ----------------------------------------------------------- */

void gtp_serve_supported(const struct rsp_cmd *cmd, struct rsp_tx *tx);
void gtp_serve_lldb(const struct rsp_cmd *cmd, struct rsp_tx *tx);
void gtp_serve_stop_reason(const struct rsp_cmd *cmd, struct rsp_tx *tx);
void gtp_serve_resume(const struct rsp_cmd *cmd, struct rsp_tx *tx);
void gtp_serve_current_thread(const struct rsp_cmd *cmd, struct rsp_tx *tx);
void gtp_serve_attached(const struct rsp_cmd *cmd, struct rsp_tx *tx);
void gtp_serve_offsets(const struct rsp_cmd *cmd, struct rsp_tx *tx);
void gtp_serve_read_only(const struct rsp_cmd *cmd, struct rsp_tx *tx);
void gtp_serve_ok(const struct rsp_cmd *cmd, struct rsp_tx *tx);
void gtp_serve_malformed(const struct rsp_cmd *cmd, struct rsp_tx *tx);

/* ---- define.c ---------------------------------------------------------- */

void gtp_serve_init(const struct rsp_cmd *cmd, struct rsp_tx *tx);
void gtp_serve_tdp(const struct rsp_cmd *cmd, struct rsp_tx *tx);
void gtp_serve_actions(const struct rsp_cmd *cmd, struct rsp_tx *tx);
void gtp_serve_source(const struct rsp_cmd *cmd, struct rsp_tx *tx);
void gtp_serve_var(const struct rsp_cmd *cmd, struct rsp_tx *tx);
void gtp_serve_ro(const struct rsp_cmd *cmd, struct rsp_tx *tx);
void gtp_serve_toggle(const struct rsp_cmd *cmd, struct rsp_tx *tx);

/* ---- control.c --------------------------------------------------------- */

void gtp_serve_disconnected(const struct rsp_cmd *cmd, struct rsp_tx *tx);
void gtp_serve_circular(const struct rsp_cmd *cmd, struct rsp_tx *tx);
void gtp_serve_size(const struct rsp_cmd *cmd, struct rsp_tx *tx);
void gtp_serve_notes(const struct rsp_cmd *cmd, struct rsp_tx *tx);
void gtp_serve_start(const struct rsp_cmd *cmd, struct rsp_tx *tx);
void gtp_serve_stop(const struct rsp_cmd *cmd, struct rsp_tx *tx);

/* ---- stat.c ------------------------------------------------------------ */

/* Show what gtpstat has as notices, as many as fit. */
void gtp_stat_tell(struct rsp_tx *tx);

/* ---- status.c ---------------------------------------------------------- */

void gtp_serve_status(const struct rsp_cmd *cmd, struct rsp_tx *tx);
void gtp_serve_tp(const struct rsp_cmd *cmd, struct rsp_tx *tx);
void gtp_serve_tv(const struct rsp_cmd *cmd, struct rsp_tx *tx);
/* Of all CPUs; of an empty buffer before the first QTStart. */
void gtp_buffer_info(struct ringbuf_info *info);
/* The qTStatus reply without its T; notes: include the user's notes. */
void gtp_put_status(struct rsp_tx *tx, int notes);
/* The same for a file whose frames are yet to come: GDB may look at them. */
void gtp_put_streamed(struct rsp_tx *tx, int notes);

/* ---- remarks.c --------------------------------------------------------- */

/* The n-th remark of all kinds. Return 0 if there is none. */
int gtp_remark(u32 n, char *buf, size_t size);
/* Notes of qTStatus in hex: the user's, then the remarks. */
void gtp_put_notes(struct rsp_tx *tx);

/* ---- deferred.c -------------------------------------------------------- */

/*
 * Let the thread serve a slow packet. cmd's text must stay until the reply.
 */
void gtp_defer_packet(const struct rsp_cmd *cmd, struct rsp_tx *tx,
		      gtp_serve_t serve);

/* ---- tfind.c ----------------------------------------------------------- */

void gtp_serve_frame(const struct rsp_cmd *cmd, struct rsp_tx *tx);
int gtp_frame_takes_long(const struct rsp_cmd *cmd);
void gtp_select_none(void);
void gtp_select_drop(void);	/* drop index and selection */
void gtp_select_moved(void);	/* the buffer was resized */
/*
 * Number the frames of the run that are there at the next QTFrame, until
 * gtp_look_end(); hits go on meanwhile.
 */
void gtp_look_begin(void);
void gtp_look_end(void);
/*
 * Copy frame n into *s, which is zeroed at first. Return 0, -ENOENT, -ESTALE or
 * -ENOMEM. On an error *s stays, or is marked as gone.
 */
int gtp_copy_frame(u64 n, struct gtp_selected *s);
/* The same for the frame at ref, whose number is n. */
int gtp_copy_ref(const struct ringbuf_ref *ref, u64 n, struct gtp_selected *s);
/* Number the frames once the run has ended. Return 0, -ENOMEM or -EINTR. */
int gtp_frames_index(void);
int gtp_frames_many(void);	/* too many to walk quickly */

/* ---- tfile.c; target.h has more ----------------------------------------- */

/*
 * May the next frame of this walk be taken out of the buffer? Return 0; -EAGAIN:
 * not yet; -ENOENT: the file ends here. It may begin the walk anew.
 */
typedef int (*gtp_may_take_t)(struct ringbuf_walk *walk);

/*
 * As gtp_tfile_open(), for the holder of gtp.lock. NULL: no memory. may_take:
 * frames leave the buffer as they are read, by gtp_tfile_part() only, and may be
 * added meanwhile; or NULL.
 */
struct gtp_tfile *gtp_tfile_new(gtp_may_take_t may_take);
/*
 * Read a part, for the holder of gtp.lock: as gtp_tfile_read(), but never -ESTALE;
 * -EAGAIN: not done yet, or no frame can be taken yet.
 */
ssize_t gtp_tfile_part(struct gtp_tfile *t, u64 off, void *dst, size_t n);
/* Can the byte at off be read without another frame? */
int gtp_tfile_holds(const struct gtp_tfile *t, u64 off);
struct ringbuf_walk *gtp_tfile_walk(const struct gtp_tfile *t);	/* or NULL */
/* Frames are dropped, or have moved: files that are open end. */
void gtp_tfile_outdate(void);
/* Frames read so far; lines left out. Need not hold gtp.lock. */
u64 gtp_tfile_frames(const struct gtp_tfile *t);
unsigned int gtp_tfile_left_out(const struct gtp_tfile *t);

/* ---- pipe.c; target.h and run.h have more -------------------------------- */

/* Frames are about to be dropped. */
void gtp_pipe_cut(void);
/*
 * Frames that the reader of gtpframe_pipe has missed: dropped in this run before
 * it came to them; and by a tstart while it is open. info: of all CPUs.
 */
u64 gtp_pipe_lost(const struct ringbuf_info *info);

/* ---- callers.c --------------------------------------------------------- */

/* Mark in the copy of a frame where the call chain ends. */
void gtp_callers_end(struct gtp_selected *s);

/* ---- regs.c: registers of the selected frame --------------------------- */

void gtp_serve_regs(const struct rsp_cmd *cmd, struct rsp_tx *tx);
void gtp_serve_reg(const struct rsp_cmd *cmd, struct rsp_tx *tx);
/* Those of any frame, in the order of `g'. */
u32 gtp_reg_block_len(void);
/* Once, before the others. 0 or -EINVAL: the machine has too many registers. */
int gtp_regs_init(void);
/* dst has ARCH_REGS_MAX bytes. Return the length used. */
u32 gtp_reg_block(const struct gtp_selected *s, u8 *dst);
/*
 * The same. Return which have no value, as bits by index; their bytes are
 * undefined.
 * Context: any, including NMI.
 */
u64 gtp_copy_regs(const struct gtp_selected *s, u8 *dst);

/* ---- last.c: frames in the kernel's log, at an oops or panic ------------ */

/*
 * Once, when all else is there; and first of all at the end.
 * Context: process; sleeps.
 */
void gtp_last_init(void);
void gtp_last_exit(void);

/* ---- memory.c ---------------------------------------------------------- */

void gtp_serve_mem(const struct rsp_cmd *cmd, struct rsp_tx *tx);
void gtp_serve_binary(const struct rsp_cmd *cmd, struct rsp_tx *tx);
/* See gtp_remark_t: memory of a device that was not read. */
int gtp_remark_device(u32 n, char *buf, size_t size);
/* The same: that `monitor mem' has chosen other memory. */
int gtp_remark_space(u32 n, char *buf, size_t size);
void gtp_space_monitor(const char *args, struct rsp_tx *tx);

/* ---- qtbuffer.c -------------------------------------------------------- */

void gtp_serve_buffer(const struct rsp_cmd *cmd, struct rsp_tx *tx);
int gtp_buffer_takes_long(const struct rsp_cmd *cmd);
void gtp_buffer_drop(void);

/* ---- upload.c ---------------------------------------------------------- */

void gtp_serve_upload(const struct rsp_cmd *cmd, struct rsp_tx *tx);
/*
 * Put piece n of a tracepoint, or the variable in slot. Return 0 if there is
 * none.
 */
int gtp_put_piece(struct rsp_tx *tx, const struct gtp_tracepoint *tp, u32 n);
int gtp_put_var(struct rsp_tx *tx, u32 slot);
void gtp_put_definition(struct rsp_tx *tx, const struct gtp_tracepoint *tp,
			int with_cond);

/* ---- xfer.c ------------------------------------------------------------ */

void gtp_serve_xfer(const struct rsp_cmd *cmd, struct rsp_tx *tx);
/* target.xml, for kfree(); NULL: no memory. */
char *gtp_target_xml(void);

/* ---- tasks.c ----------------------------------------------------------- */

#define GTP_THREAD_KERNEL	1
#define THREAD_KERNEL	"the running kernel"

void gtp_serve_set_thread(const struct rsp_cmd *cmd, struct rsp_tx *tx);
void gtp_serve_thread_alive(const struct rsp_cmd *cmd, struct rsp_tx *tx);
void gtp_serve_thread_extra(const struct rsp_cmd *cmd, struct rsp_tx *tx);
void gtp_serve_threads_first(const struct rsp_cmd *cmd, struct rsp_tx *tx);
void gtp_serve_threads_next(const struct rsp_cmd *cmd, struct rsp_tx *tx);
void gtp_serve_threads_xfer(const struct rsp_cmd *cmd, struct rsp_tx *tx);
/*
 * Those of the selected thread that arch_task_saved names. Return 0; -EAGAIN if
 * it has none, as it runs; -ESRCH if it is gone.
 */
int gtp_thread_regs(struct pt_regs *regs);
void gtp_threads_drop(void);		/* drop the copies */
/*
 * Copy memory of the selected thread's stack, as it was when its registers were
 * read. Return how many bytes, or 0; then *n is lowered to those in front of it.
 */
u32 gtp_thread_stack(u64 addr, void *buf, u32 *n);
void gtp_threads_monitor(const char *args, struct rsp_tx *tx);

/* ---- save.c ------------------------------------------------------------ */

void gtp_serve_save(const struct rsp_cmd *cmd, struct rsp_tx *tx);
int gtp_save_open(const struct rsp_cmd *cmd, struct rsp_tx *tx);
int gtp_save_answers(const struct rsp_tx *tx);
void gtp_save_leave(void);
void gtp_save_init(const char *dir);
void gtp_save_exit(void);

/* ---- monitor.c --------------------------------------------------------- */

void gtp_serve_monitor(const struct rsp_cmd *cmd, struct rsp_tx *tx);

/* ---- vmlinux.c --------------------------------------------------------- */

void gtp_serve_symbol(const struct rsp_cmd *cmd, struct rsp_tx *tx);
/* Only for replies before which GDB prints notices. */
void gtp_vmlinux_tell(struct rsp_tx *tx);
/* May tracepoints be set? Return 0, or -EPERM with an error in tx. */
int gtp_vmlinux_check(struct rsp_tx *tx);
void gtp_vmlinux_monitor(const char *args, struct rsp_tx *tx);

#endif
