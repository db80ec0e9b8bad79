/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of trace/ share.  Context rules and locks: docs/design.md.
 */
#ifndef GTP_INTERNAL_H
#define GTP_INTERNAL_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/ptrace.h>
#include <linux/types.h>

#include "agent/agent.h"
#include "compat/barrier.h"
#include "compat/kprobe.h"
#include "compat/percpu.h"
#include "compat/sequence.h"
#include "compat/word64.h"
#include "frame/frame.h"
#include "ringbuf/ringbuf.h"
#include "rsp/rsp.h"

/* ---- definitions -------------------------------------------------------- */

/* A text that GDB sent, kept to be sent back (qTfP). */
struct gtp_text {
	struct list_head list;
	u64 start, total;	/* source strings */
	char *type;		/* source strings: "at", "cond", "cmd" */
	u32 len;
	char text[];
};

/* Bytes of one block at most: a frame's size has 32 bits. */
#define GTP_BLOCK_MAX	(1UL << 30)

/* An action, ready to run. */
struct gtp_action {
	char kind;		/* GTP_ACT_ */
	s16 base_at;		/* M: where it is in pt_regs; GTP_BASE_ */
	u16 basereg;		/* M, GTP_BASE_BY_NUMBER */
	u32 size;		/* of what it puts into a frame, at most */
	u64 off, len;		/* M; A: what is added is off */
	u64 head;		/* V: of its block in a frame */
	struct gtp_var *var;	/* V, A */
	kc_word64_t __percpu *own;	/* V, A: gtp_var_own(), ... */
	kc_word64_t *word;	/* ... or where its value is; NULL: special */
	struct agent_prog prog;	/* X */
	u32 ordinal;		/* of the expressions that GDB sent, from 0 */
	char *name;		/* as the user typed it, or NULL */
};

#define GTP_ACT_MEMORY	'M'
#define GTP_ACT_RET	'C'	/* $_ret: M, of where the function returns to */
#define GTP_ACT_BT	'B'	/* $bt: M as well as V */
#define GTP_ACT_EXPR	'X'
#define GTP_ACT_COLLECT	'V'	/* a variable */
#define GTP_ACT_ADD	'A'	/* to a variable */

#define GTP_BASE_NONE		(-1)
#define GTP_BASE_BY_NUMBER	(-2)
#define GTP_SIZE_ANY		(~0U)
#define GTP_NO_ORDINAL		(~0U)

struct gtp_count {
	kc_word64_t hits;	/* frames begun */
	kc_word64_t bytes;	/* in the trace buffer, since the start */
	kc_word64_t errors;	/* what could not be read or computed */
};

/* What a tracepoint's condition and actions need the hit path to do. */
#define GTP_USES_SELF	1	/* hits by the session's process count */
#define GTP_USES_COOKED	2	/* the time that hits take is measured */
#define GTP_USES_SWITCH	4	/* tracepoints are enabled and disabled */
#define GTP_USES_PRINT	8	/* values or stacks are printed */
#define GTP_USES_STATE	16	/* there is something to be reset for each hit */
#define GTP_USES_REGS	32	/* the frame must have registers ($bt) */
#define GTP_USES_KRET	64	/* the return of a function is meant */

/* Conditions that are decided before anything is claimed, as ranges. */
enum gtp_gate {
	GTP_GATE_NONE,
	GTP_GATE_REG,		/* of a register */
	GTP_GATE_PID,		/* of $current_task_pid */
	GTP_GATE_COUNTER,	/* of a per-CPU variable that is counted up */
	GTP_GATE_SHARED,	/* of another one */
};

/* Which way a hit goes then. */
enum gtp_way {
	GTP_WAY_PLAIN,		/* registers, or nothing, and the TSC */
	GTP_WAY_ACTIONS,
	GTP_WAY_SLOW,		/* what few hits need, too */
};

/* The frame's R block. */
#define GTP_REGS_BLOCK \
	(sizeof(u64) + ((sizeof(struct pt_regs) + sizeof(u64) - 1) & \
			~(sizeof(u64) - 1)))
#define GTP_BLOCK_HEAD	(2 * sizeof(u64))	/* of an M block */
#define GTP_VAR_BLOCK	(2 * sizeof(u64))	/* a V block */

/* What the kernel did not deliver: hits, and returns. */
struct gtp_lost {
	unsigned long missed, returns;
};

struct gtp_point;
struct gtp_site;

/* Any context incl. NMI, preemption off: a hit of that tracepoint. */
typedef int (*gtp_hit_t)(struct gtp_point *tp, struct pt_regs *regs);

/* A tracepoint at one address. */
struct gtp_point {
	/*
	 * What a hit reads comes first.  But for the first three: from QTStart to
	 * the next QTStart or QTinit.
	 */
	int enabled;
	u32 num;
	u64 addr;
	enum gtp_gate gate;	/* a condition without bytecode */
	enum gtp_way way;	/* what else there is to do */
	u16 range_at;		/* GTP_GATE_REG: where it is in pt_regs */
	u32 regs;		/* bytes of the frame's R block, or 0 */
	struct agent_range range;
	kc_word64_t __percpu *counter;	/* GTP_GATE_COUNTER */
	kc_word64_t *shared;	/* GTP_GATE_SHARED */
	struct gtp_count __percpu *count;	/* NULL before the first run */
	struct gtp_action *acts;
	const struct gtp_action *acts_end;
	const struct gtp_action *sized_end;	/* of those in front that have */
	u32 size;		/* a known size; of a frame with them, less header */
	u32 nr_acts;
	u32 nr_exprs;		/* 'X' among the actions that GDB sent */
	int uses;		/* GTP_USES_ */
	int has_cond;		/* bytecode */
	int is_return;		/* $kret: at the function's return */
	u16 regs_are;		/* FRAME_REGS_, of a frame's */
	struct agent_prog cond;
	u64 pass;		/* as defined */
	atomic_t passed;

	/* From when its probe is in: probes.c. */
	struct gtp_point *next_here;	/* of those that the probe serves */
	gtp_hit_t hit;		/* by its gate */
	struct gtp_site *site;	/* NULL: it is not armed */

	struct list_head list;	/* gtp.points */
	struct hlist_node hash;	/* by number and address, once in that list */
	u64 serial;		/* in the order of definition */
	u64 told;		/* the address that GDB last gave it */
	struct gtp_gone *gone;	/* its module went in this run: modules.c */
	int away;		/* ... and is not back */
	int refused;		/* it is back, and this one was not armed */
	int is_static;
	int skipped;		/* gtp_is_skipped() when it was defined */
	u64 step;
	char *cond_hex;		/* NULL: none */
	struct list_head actions;	/* gtp_text */
	struct list_head sources;	/* gtp_text */

	/* From QTStart to the next QTStart or QTinit. */
	void *code;		/* memory of all decoded programs, */
	int code_is_large;	/* of vmalloc() */
	int place_err;		/* arch_probe_check() said no, and why */
	const char *place_why;
	int maxactive;		/* calls that are followed at once; 0: default */
	/* Of sites it was in; those of its site before it was there. */
	struct gtp_lost lost, lost_before;
	int is_kept;		/* in gtp.kept_points */
	u64 kept_hits, kept_bytes, kept_errors;	/* in gtp.kept_points, instead of count */
};

struct gtp_cpu;
/* addr: where it is, or where it was when GDB set it. */
struct gtp_point *gtp_point_find(u32 num, u64 addr);
/* In gtp_shown_points(). */
struct gtp_point *gtp_point_find_shown(u32 num, u64 addr);
void gtp_points_free(void);
void gtp_points_keep(void);
void gtp_points_drop_kept(void);

/* ---- what the frames belong to: kept.c -------------------------------------- */

/*
 * QTinit: what is defined from now on is another experiment.  That of the
 * frames, if there was a run, is kept for who reads, until the next run begins.
 */
void gtp_keep(void);
void gtp_drop_kept(void);
/* Any context in a run: no list is kept then. */
struct list_head *gtp_shown_points(void);
/*
 * Any context, in a run, without gtp.lock: nothing leaves the list, and one that
 * joins is whole when it is there (gtp_point_show()).
 */
#define gtp_next_in_run(head)	\
	list_entry(kc_load(&(head)->next), struct gtp_point, list)
#define gtp_each_in_run(tp, head)	\
	for (tp = gtp_next_in_run(head); &tp->list != (head);	\
	     tp = gtp_next_in_run(&tp->list))

/* ---- returns: kret.c ------------------------------------------------------ */

/*
 * Process context, under gtp.lock.  An action that uses kret: NULL, and it is
 * `teval $kret=N', has been done, and is not to run; or what is wrong with it.
 */
const char *gtp_return_action(struct gtp_point *tp,
			      const struct agent_prog *prog);
/* Process context; may sleep.  Like arch_probe_check(). */
int gtp_return_check(unsigned long addr, const char **why);
/* Any context.  In place of the kernel's address, that of the caller. */
void gtp_return_patch(const struct gtp_cpu *tc, u64 addr, void *buf, u32 len);
u64 gtp_get_kret(struct gtp_cpu *tc);
enum agent_error gtp_put_kret(struct gtp_cpu *tc, u64 val);
extern const char gtp_kret_usage[];

/* ---- callers: callers.c --------------------------------------------------- */

struct gtp_selected;

/* Any context.  In place of the kernel's addresses, those of the callers. */
void gtp_callers_patch(u64 addr, void *buf, u32 len);
/* Process context, under gtp.lock.  In a frame's copy: where there is none. */
void gtp_callers_end(struct gtp_selected *s);

/* ---- variables ---------------------------------------------------------- */

#define GTP_VARS_MAX	1024

struct gtp_var;
struct gtp_percpu;

/* A variable that the module itself knows. */
struct gtp_special {
	const char *name;
	/*
	 * Any context; tc NULL when GDB asks outside of a hit.  NULL: it can
	 * only be set.
	 */
	u64 (*get)(struct gtp_cpu *tc);
	void (*set)(u64 val);	/* QTDV; NULL: refused */
	/* Any context: set by an action or a condition; NULL: refused. */
	enum agent_error (*put)(struct gtp_cpu *tc, u64 val);
	/* Any context: `collect'; NULL: the value. */
	enum agent_error (*collect)(struct gtp_cpu *tc,
				    const struct gtp_var *var);
	int uses;		/* GTP_USES_: of a tracepoint that names it */
};

struct gtp_var {
	u32 num;
	int builtin;		/* as GDB said */
	const struct gtp_special *special;
	s64 initial;
	kc_word64_t value;	/* hit path */
	struct gtp_percpu *each;	/* instead: a value for each CPU */
	int cpu;		/* the one whose; -1: who executes */
	char name[];
};

/* special.c; their numbers are 1, 2, ... */
extern const struct gtp_special gtp_specials[];
extern const u32 gtp_nr_specials;
void gtp_specials_init(void);
/* Any context.  Does the probe itself count as an NMI? */
int gtp_is_trapped(const struct gtp_cpu *tc);
int gtp_special_uses(const struct agent_prog *prog);
/* Why there is no variable of this name; NULL: there may be one. */
const char *gtp_special_missing(const char *name);
void gtp_cooked_begin(struct gtp_cpu *tc);
void gtp_cooked_end(struct gtp_cpu *tc);
u64 gtp_cooked(u64 now, int cycles);
void gtp_cooked_reset(void);

int gtp_vars_init(void);
void gtp_vars_clear(void);	/* all but the special ones */
void gtp_vars_keep(void);
void gtp_vars_drop_kept(void);
void gtp_vars_exit(void);
void gtp_vars_start(void);	/* initial values */
struct gtp_var *gtp_var_slot(u32 slot);	/* NULL behind the last */
struct gtp_var *gtp_var_find(u32 num);
/* The same two, of the experiment that is shown. */
struct gtp_var *gtp_var_slot_shown(u32 slot);
struct gtp_var *gtp_var_find_shown(u32 num);
s64 gtp_var_get(struct gtp_var *var);
s64 gtp_var_initial(struct gtp_var *var);	/* for GDB to upload */
/* The value of each CPU, where it is the one of who executes; or NULL. */
kc_word64_t __percpu *gtp_var_own(const struct gtp_var *var);
/* Any context, preemption off.  Where the value is; not of a special one. */
kc_word64_t *gtp_var_word(struct gtp_var *var);
int gtp_var_is_pid(const struct gtp_var *var);
/* Every frame has this one, collected or not. */
int gtp_var_is_cpu_id(const struct gtp_var *var);
/* QTDV.  0, or -1 with the reply in tx. */
int gtp_var_define(u32 num, s64 value, int builtin, struct rsp_text hexname,
		   struct rsp_tx *tx);

/* ---- the run ------------------------------------------------------------ */

enum gtp_reason {
	GTP_NOT_RUN,
	GTP_STOPPED,		/* QTStop */
	GTP_FULL,
	GTP_DISCONNECTED,
	GTP_PASSCOUNT,
	GTP_ERROR,
};

/* Why the run ended. */
struct gtp_end {
	enum gtp_reason reason;
	u32 num;		/* tracepoint */
	enum agent_error err;
	int in_cond;		/* or in an action */
	u64 addr;		/* AGENT_E_MEMORY: first byte that is not there */
};

/* What an action has asked for last, where it is to be printed. */
enum gtp_print {
	GTP_PRINT_NONE,
	GTP_PRINT_VAR,
	GTP_PRINT_MEMORY,
	GTP_PRINT_RET,		/* memory: $_ret */
	GTP_PRINT_STRING,
	GTP_PRINT_STACK,
};

struct gtp_wanted {
	enum gtp_print kind;
	u64 value;		/* or address */
	u64 len;
	const char *name;	/* of a variable */
};

#define GTP_LEVEL_FRAME	8	/* $printk_level: do not print */

struct gtp_fifo;

/* Variables that an expression can set before something in it that can fail. */
struct gtp_set {
	u32 slot;
	u64 value;
};

/* Errors of one kind, in one place.  One CPU's; see errors.c. */
struct gtp_error {
	struct gtp_point *tp;	/* NULL: free; written last */
	u32 where;		/* GTP_IN_COND, or the action: 1, 2, ... */
	enum agent_error err;
	kc_word64_t count;
	kc_word64_t first, last;	/* addresses, if it is of memory */
	kc_word64_t first_time, last_time;
};

#define GTP_IN_COND	0
#define GTP_ERRORS	32	/* entries; a run has few kinds of errors */

/* Scratch of one CPU, used under its ringbuf_enter(). */
struct gtp_cpu {
	struct ringbuf_cpu *rc;	/* of this CPU; written before the first run */
	struct gtp_point *tp;
	const struct pt_regs *regs;
	const struct pt_regs *handler_regs;	/* as they came */
	unsigned long ret_addr;	/* tp->is_return */
	int patches;		/* return addresses that have been replaced */
	u64 fault;
	u64 result;		/* of the last expression */
	int has_wall;		/* $xtime_sec, $xtime_nsec: sampled */
	u32 wall_nsec;
	u64 wall_sec;
	/* GTP_USES_COOKED: of this hit, and of those since the start */
	u64 entered_clock, entered_cycles;
	kc_word64_t spent_clock, spent_cycles;
	/* GTP_USES_PRINT */
	struct gtp_fifo *fifo;	/* from the first run that prints on */
	u64 time;		/* of the hit */
	u64 print_level, print_format, print_tmp;
	struct gtp_wanted wanted;
	int printed;
	int dumped;		/* the stack */
	/* prog->sets_early: what is set when all of it has been computed */
	int deferring;
	u32 nr_sets;
	struct gtp_set sets[AGENT_SETS_MAX];
	kc_word64_t errors_unlisted;
	struct gtp_error errors[GTP_ERRORS];
	struct pt_regs copy;	/* arch_hit_regs(), arch_return_regs() */
	u64 stack[AGENT_STACK_MAX];
};

/* What orders frames: see "Order" in docs/design.md. */
enum gtp_clock {
	GTP_CLOCK_CYCLES,
	GTP_CLOCK_NS,
	GTP_CLOCK_COUNTS,
};

/* What CPUs write together is on a line of its own. */
#define GTP_SHARED	__attribute__((aligned(128)))

struct gtp {
	/* What each hit reads; written while no run is on, or a word at a time. */
	int running;		/* cleared by the first to stop */
	pid_t self, peer;	/* the session's process, and GDB's; or -1 */
	struct task_struct *printer;	/* who prints now */
	struct gtp_cpu __percpu *cpus;	/* from the first QTStart on */
	enum gtp_clock clock;
	int uses;		/* GTP_USES_ of all tracepoints */
	int circular;
	u64 bt_size;		/* $bt: bytes of stack */
	u64 self_trace;

	/* What hits write. */
	int var_lock GTP_SHARED;	/* 1 while a variable is updated */
	kc_sequence_t sequence GTP_SHARED;	/* GTP_CLOCK_COUNTS */

	struct mutex lock GTP_SHARED;	/* all but what is said to be of the hit path */

	struct list_head points;
	struct list_head ro;	/* gtp_range: QTro */
	int ran;		/* the frames are of these */
	/* From QTinit to the next run: those that the frames are of. */
	int keeps;
	struct list_head kept_points, kept_ro;

	/* the run */
	int stopping;		/* hit path: cmpxchg 0 -> 1 claims `end' */
	struct gtp_end end;	/* written by the claimer, then running = 0 */
	int armed;		/* probes are in */
	unsigned int nr_cpus;	/* highest possible CPU + 1 */
	u64 start_us, stop_us;
	int index_ready;

	/* settings */
	struct ringbuf *rb;	/* allocated at the first QTStart */
	u64 size, default_size;	/* bytes */
	int disconnected;
	char *user, *notes, *stop_note;	/* hex, or NULL */
	u64 ignore_error;
	s64 last_errno;
	u64 stop_on_error;	/* read by hits that meet an error */
	int told_missing;	/* to this session */
	u64 device;		/* live: the last of a device's that was refused */
	int reads_devices;	/* `monitor io on' in this session */
	struct rsp_cmd later;	/* what the thread is to answer, */
	struct rsp_tx *later_tx;	/* in this; or NULL */
	int watch;		/* the session has a deadline; written without the lock */
	struct rsp_tx *serving;	/* what it is answering; or NULL */
	u64 told_us;		/* when GDB last heard of that */
	int give_up;		/* without the lock: end what takes long */
	unsigned long text;	/* where _text is; 0: not known, and not moved */
	unsigned long stext;	/* where _stext is */
	unsigned long slide;	/* how far from where it was linked */
};

extern struct gtp gtp;

/*
 * later.c: what takes long.  Let the thread do it, and answer.  The packet stays
 * until then.
 */
void gtp_serve_later(const struct rsp_cmd *cmd, struct rsp_tx *tx);
void gtp_serve_now(void);	/* what there is of that */
/*
 * Process context.  To be called now and then by what takes long: so much of it
 * is done ("N trace frames numbered so far").  Gives way to others, and tells GDB
 * each second.  0, or -EINTR: nobody waits for it any more.
 */
int gtp_progress(const char *what, u64 done);
int gtp_run_init(void);
void gtp_run_exit(void);
/* 0, or -1 with the reply in tx. */
int gtp_start(struct rsp_tx *tx);
void gtp_stop(enum gtp_reason reason, struct rsp_tx *tx);	/* notices, or NULL */
/* The hit path has ended the run, and its probes are in. */
int gtp_must_settle(void);
/* Take them out then. */
void gtp_settle(void);
/* The thread, between two batches of that: gives gtp.lock away for a moment. */
void gtp_breathe(u32 done);
void gtp_wait_settled(void);	/* if the thread is at it; frees the lock */
void gtp_run_wake(void);	/* the thread */
/* Any context.  The first call ends the run, the others do nothing. */
void gtp_end_run(enum gtp_reason reason, const struct gtp_point *tp,
		   enum agent_error err, int in_cond, u64 addr);
int gtp_set_size(u64 bytes);
/*
 * May that many bytes be allocated?  A vmalloc() that fails logs a backtrace,
 * and one that nearly fails has the OOM killer at the neighbours.
 */
int gtp_may_take(u64 bytes);
/* ... so that it is that much in all? */
int gtp_may_grow(u64 more, u64 total);
u64 gtp_may_have(void);		/* how many may be */
/* The same of something small that belongs to the experiment, of which there may be many. */
int gtp_may_define(size_t bytes);
void *gtp_define_alloc(size_t bytes);	/* zeros, for kfree(); or NULL */
void gtp_define_none(void);	/* QTinit */
/*
 * A tracepoint that is in no list yet joins the run: 0, or -1 with the reply in
 * tx.
 */
int gtp_start_late(struct gtp_point *tp, struct rsp_tx *tx);
/* Put one probe in while a run is on: NULL, or why not. */
const char *gtp_arm_late(struct gtp_point *tp);
/* place.c: can there be a probe?  What is found out stays in tp. */
void gtp_place_check(struct gtp_point *tp);
/* Why its probe is not in, after that error: text without a full stop. */
const char *gtp_place_error(const struct gtp_point *tp, int err);
void gtp_place_refuse(struct rsp_tx *tx, const struct gtp_point *tp, int err);
void gtp_get_count(const struct gtp_point *tp, struct gtp_count *sum);

/*
 * probes.c: any context.  Hits that the kernel did not deliver (a kprobe inside a
 * kprobe handler), and returns that it did not follow.
 */
u64 gtp_missed(const struct gtp_point *tp);
u64 gtp_missed_returns(const struct gtp_point *tp);
u64 gtp_get_lost_missed(struct gtp_cpu *tc);
u64 gtp_get_lost_returns(struct gtp_cpu *tc);

/* modules.c: modules that go and return during a run. */
int gtp_modules_init(void);
void gtp_modules_exit(void);
/* From before the first probe is in until the last is out. */
void gtp_modules_watch(int on);
void gtp_modules_settle(void);
void gtp_modules_forget(void);
int gtp_remark_gone(u32 n, char *buf, size_t size);

/* hit.c: a hit, by how the tracepoint's condition is decided. */
gtp_hit_t gtp_hit_by_gate(enum gtp_gate gate);
/* What a site's kprobe is to call, now that its tracepoints are these. */
kprobe_pre_handler_t gtp_hit_handler(const struct gtp_site *site);
/* The handler of a probe that serves nobody: touches nothing. */
int gtp_hit_none(struct kprobe *kp, struct pt_regs *regs);
/* Any context incl. NMI, preemption off. */
void gtp_return_hit(struct gtp_point *tp, struct pt_regs *regs,
		    unsigned long ret_addr);
/* Any context.  That tracepoint, or all (0), from now on. */
enum agent_error gtp_hit_switch(u64 num, int on);
/* collect.c: any context.  An R block: 0, or there is no room. */
int gtp_collect_regs(struct gtp_cpu *tc, u64 head);
/*
 * Any context, in a hit.  Memory of the kernel's, or of the task that hit: n bytes,
 * up to a page of them, or the error, and tc->fault is where.
 */
enum agent_error gtp_read(struct gtp_cpu *tc, void *dst, u64 addr, u32 n);
/* The same, up to a NUL, which is among the *len bytes then. */
enum agent_error gtp_read_string(struct gtp_cpu *tc, u8 *p, u64 addr, u32 n,
				 u32 *len);
/* A block of memory, whole or not at all. */
enum agent_error gtp_collect_block(struct gtp_cpu *tc, u64 addr, u64 len);
enum agent_error gtp_collect_var(struct gtp_cpu *tc, struct gtp_var *var);
/* `collect $_ret', which is at addr. */
enum agent_error gtp_collect_ret(struct gtp_cpu *tc, u64 addr);
/* `collect $bt' */
enum agent_error gtp_collect_bt(struct gtp_cpu *tc, const struct gtp_var *var);

/* Any context, in a hit.  What an expression has set, when it is known to end. */
enum agent_error gtp_put_sets(struct gtp_cpu *tc);

/* ---- errors: errors.c ----------------------------------------------------- */

/*
 * Any context, under ringbuf_enter().  A condition (GTP_IN_COND) or an action has
 * met an error, of memory at tc->fault: AGENT_OK, and it is counted, if the run
 * goes on; otherwise err.
 */
enum agent_error gtp_hit_error(struct gtp_cpu *tc, u32 where,
			       enum agent_error err);
/* Process context.  No run is on. */
void gtp_errors_reset(void);
int gtp_remark_error(u32 n, char *buf, size_t size);

/* ---- printing: print.c -------------------------------------------------- */

/* Any context, in a hit. */
enum agent_error gtp_print_wanted(struct gtp_cpu *tc, const char *name);
void gtp_print_stack(struct gtp_cpu *tc);
/* Process context.  Before hits may print, by gtp.uses: 0 or -ENOMEM. */
int gtp_print_prepare(void);
void gtp_print_reset(void);
/* Process context.  Names for actions that have none, as the user typed them. */
void gtp_print_names(struct gtp_point *tp);
/* Print the oldest record: 0 if there is none. */
int gtp_print_one(void);
/* Print all, before what they point to is freed. */
void gtp_print_flush(void);
void gtp_print_exit(void);
int gtp_print_pending(void);
u64 gtp_print_lost(void);	/* records, in this run */

/* ---- frames ------------------------------------------------------------- */

#define GTP_GONE	"the trace frame is no longer in the buffer"

/* The frame that QTFrame has selected; a copy. */
struct gtp_selected {
	int valid;
	int gone;		/* dropped from the buffer since */
	u64 n;
	u32 num, cpu;
	u64 pos;		/* in that CPU's ring */
	u64 addr;
	void *copy;		/* of room bytes, to be vfree()d in the end */
	u32 room;
	struct frame frame;
};

extern struct gtp_selected gtp_selected;

void gtp_select_none(void);
/* The buffer has another size: frames may have gone, and new numbers. */
void gtp_frames_moved(void);
void gtp_frames_drop(void);	/* the index and the selection */
void gtp_serve_frame(const struct rsp_cmd *cmd, struct rsp_tx *tx);
/*
 * A copy of frame n, in place of the one that was in *s (zeros at first): 0, or
 * -ENOENT, -ESTALE or -ENOMEM, and that one stays.
 */
int gtp_copy_frame(u64 n, struct gtp_selected *s);
/* 0, -ENOMEM or -EINTR.  The run has ended. */
int gtp_frames_index(void);
int gtp_frames_many(void);	/* so that looking at all takes its time */
int gtp_frame_takes_long(const struct rsp_cmd *cmd);

/* regs.c: of the selected frame; and the block of any, in the order of `g'. */
void gtp_put_regs(struct rsp_tx *tx);
void gtp_put_reg(u64 num, struct rsp_tx *tx);
u32 gtp_reg_block_len(void);
/* Into ARCH_REGS_MAX bytes; returns its length. */
u32 gtp_reg_block(const struct gtp_selected *s, u8 *dst);

/* buffer.c */
void gtp_buffer_drop(void);
void gtp_serve_buffer(u64 off, u64 len, struct rsp_tx *tx);
int gtp_buffer_takes_long(u64 off);

/* ---- packets ------------------------------------------------------------ */

/* serve_trace.c: 1 if the command was one of tracing. */
int gtp_serve_trace(const struct rsp_cmd *cmd, struct rsp_tx *tx);
/* The thread: that is one. */
void gtp_serve_trace_now(const struct rsp_cmd *cmd, struct rsp_tx *tx);
/* What qTStatus says behind the T; notes: with the user's notes. */
void gtp_put_status(struct rsp_tx *tx, int notes);
/*
 * remarks.c.  A kind of remark: its n-th text goes into buf, without a full stop;
 * 0: there are no more than n.  Process context, under gtp.lock.
 */
typedef int (*gtp_remark_t)(u32 n, char *buf, size_t size);
#define GTP_REMARK_LEN		200	/* bytes, with the NUL */
#define GTP_REMARKS_SHOWN	8	/* by qTStatus; gtpstat has all */
/* The n-th of all kinds: 0 if there is none. */
int gtp_remark(u32 n, char *buf, size_t size);
/*
 * armed.c.  Look whether all probes are in the code; begin: of a new run.  And the
 * remarks: those that are not.
 */
void gtp_look_at_probes(int begin);
int gtp_remark_off(u32 n, char *buf, size_t size);
/* probes.c: probes that the kernel did not take out. */
int gtp_remark_kept(u32 n, char *buf, size_t size);
/* kret.c: returns that were missed. */
int gtp_remark_returns(u32 n, char *buf, size_t size);
/* qTStatus's notes, in hex: the user's, and the remarks. */
void gtp_put_notes(struct rsp_tx *tx);
/* monitor.c */
void gtp_serve_monitor(struct rsp_text hex, struct rsp_tx *tx);
int gtp_is_skipped(u64 addr);	/* the user wants no tracepoint there */
/* save.c */
int gtp_save_open(struct rsp_text hexname, struct rsp_tx *tx);
void gtp_save_begin(struct rsp_tx *tx);
int gtp_save_answers(const struct rsp_tx *tx);
int gtp_save_active(void);
void gtp_save_poll(void);
void gtp_save_leave(void);
void gtp_save_init(const char *dir);
void gtp_save_exit(void);
/* upload.c */
void gtp_upload_reset(void);
/* Piece n of a tracepoint, or the variable in that slot: 0 if there is none. */
int gtp_put_piece(struct rsp_tx *tx, const struct gtp_point *tp, u32 n);
int gtp_put_var(struct rsp_tx *tx, u32 slot);
void gtp_put_definition(struct rsp_tx *tx, const struct gtp_point *tp,
			int with_cond);
void gtp_serve_upload(enum rsp_cmd_id id, struct rsp_tx *tx);
/* vmlinux.c: process context, under gtp.lock. */
void gtp_vmlinux_open(void);	/* a session begins */
void gtp_serve_symbol(const struct rsp_cmd *cmd, struct rsp_tx *tx);
/* Before a reply in front of which GDB prints notices. */
void gtp_vmlinux_tell(struct rsp_tx *tx);
/* 1, with the reason in tx, if no tracepoint may be set. */
int gtp_vmlinux_refuses(struct rsp_tx *tx);
void gtp_vmlinux_monitor(const char *args, struct rsp_tx *tx);
/* percpu.c: process context. */
void gtp_percpu_init(void);
/* As agent_compile(); addresses of per-CPU variables for who reads __per_cpu_offset[]. */
enum agent_error gtp_percpu_compile(const u8 *code, u32 len,
				    struct agent_insn *insn, u16 *map,
				    struct agent_prog *prog, u32 *err_pc);
/* Where the kernel has what GDB has at addr. */
u64 gtp_percpu_place(u64 addr);
/* buf was read from addr, to be sent to GDB; a frame that is a copy. */
void gtp_percpu_patch(u64 addr, void *buf, u32 len);
void gtp_percpu_patch_frame(struct frame *f);
/* xml.c */
void gtp_serve_xfer(const struct rsp_cmd *cmd, struct rsp_tx *tx);
/* target.xml, to be kfree()d; NULL: no memory. */
char *gtp_target_xml(void);
/* memory.c */
void gtp_serve_mem(u64 addr, u64 len, struct rsp_tx *tx);
int gtp_add_ro(struct rsp_text list);
void gtp_clear_ro(void);
void gtp_ro_keep(void);
void gtp_ro_drop_kept(void);
int gtp_remark_device(u32 n, char *buf, size_t size);

#endif
