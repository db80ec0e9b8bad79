/* SPDX-License-Identifier: GPL-2.0 */
/* Shared by the files of trace/. See docs/design.md for contexts and locks. */
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

/* ---- definitions ------------------------------------------------------- */

/* Text from GDB, kept for upload (qTfP). */
struct gtp_string {
	struct list_head list;
	u64 start, total;	/* source strings */
	char *type;		/* source strings: "at", "cond" or "cmd" */
	u32 len;
	char text[];
};

/* Largest block in bytes: a frame's size has 32 bits. */
#define GTP_BLOCK_MAX	(1UL << 30)

/* A compiled action. */
struct gtp_action {
	char kind;		/* GTP_ACT_* */
	s16 base_at;		/* M, C, B: offset in pt_regs; GTP_BASE_* */
	u16 basereg;		/* M, if GTP_BASE_BY_NUMBER */
	u32 size;		/* largest size in a frame */
	u64 off, len;		/* M: offset, length; A: off is the addend */
	u64 head;		/* V, B: header of the V block */
	struct gtp_var *var;	/* V, A, B */
	kc_word64_t __percpu *own;	/* V, A: gtp_var_own(), or */
	kc_word64_t *word;	/* ... where the value is; NULL: special */
	struct agent_prog prog;	/* X */
	u32 ordinal;		/* among GDB's expressions, from 0 */
	char *name;		/* as the user typed it; NULL: unknown */
};

#define GTP_ACT_MEMORY	'M'
#define GTP_ACT_RET	'C'	/* $_ret: like M, of the return address */
#define GTP_ACT_BT	'B'	/* $bt: like M, followed by V */
#define GTP_ACT_EXPR	'X'
#define GTP_ACT_COLLECT	'V'	/* collect a variable */
#define GTP_ACT_ADD	'A'	/* add a constant to a variable */

#define GTP_BASE_NONE		(-1)
#define GTP_BASE_BY_NUMBER	(-2)
#define GTP_SIZE_ANY		(~0U)
#define GTP_NO_ORDINAL		(~0U)

struct gtp_count {
	kc_word64_t hits;	/* frames committed, and hits only printed */
	kc_word64_t bytes;	/* of frames, since the start */
	kc_word64_t errors;	/* failures to read or to compute */
};

/* What the condition and actions of a tracepoint require at a hit. */
#define GTP_USES_SELF	1	/* trace the session's own process, too */
#define GTP_USES_COOKED	2	/* measure the time spent in hits */
#define GTP_USES_SWITCH	4	/* enables or disables tracepoints */
#define GTP_USES_PRINT	8	/* prints values or stacks */
#define GTP_USES_STATE	16	/* has state to reset at each hit */
#define GTP_USES_REGS	32	/* needs registers in the frame ($bt) */
#define GTP_USES_KRET	64	/* is at the return of a function */

/*
 * Prefilters: conditions that are range checks, decided before a frame is
 * begun.
 */
enum gtp_prefilter {
	GTP_PREFILTER_NONE,
	GTP_PREFILTER_REG,	/* a register */
	GTP_PREFILTER_PID,	/* $current_task_pid */
	GTP_PREFILTER_COUNTER,	/* a per-CPU variable that is incremented */
	GTP_PREFILTER_SHARED,	/* a shared variable that is incremented */
};

/* Which path a hit takes after its prefilter. */
enum gtp_dispatch {
	GTP_DISPATCH_PLAIN,		/* at most registers; time is the TSC */
	GTP_DISPATCH_ACTIONS,
	GTP_DISPATCH_SLOW,		/* anything else: see run_set_dispatch() */
};

/* Size of an R block. */
#define GTP_REGS_BLOCK \
	(sizeof(u64) + ((sizeof(struct pt_regs) + sizeof(u64) - 1) & \
			~(sizeof(u64) - 1)))
#define GTP_BLOCK_HEAD	(2 * sizeof(u64))	/* header of an M block */
#define GTP_VAR_BLOCK	(2 * sizeof(u64))	/* size of a V block */

/* Hits and returns that the kernel did not deliver. */
struct gtp_lost {
	unsigned long missed, returns;
};

struct gtp_tracepoint;
struct gtp_site;

/* A hit of tp. Context: any, including NMI; preemption off. */
typedef int (*gtp_hit_t)(struct gtp_tracepoint *tp, struct pt_regs *regs);

/* A tracepoint at one address. */
struct gtp_tracepoint {
	/*
	 * Read at each hit. All but the first three are valid from QTStart to
	 * the next QTStart or QTinit.
	 */
	int enabled;
	u32 num;
	u64 addr;
	enum gtp_prefilter prefilter;
	enum gtp_dispatch dispatch;	/* path of a hit */
	u16 range_at;		/* GTP_PREFILTER_REG: offset in pt_regs */
	u32 regs;		/* size of the R block, or 0 */
	struct agent_range range;
	kc_word64_t __percpu *counter;	/* GTP_PREFILTER_COUNTER */
	kc_word64_t *shared;	/* GTP_PREFILTER_SHARED */
	struct gtp_count __percpu *count;	/* NULL before the first run */
	struct gtp_action *acts;
	const struct gtp_action *acts_end;
	/* End of the leading actions of fixed size; and with those: */
	const struct gtp_action *fixed_end;
	u32 size;		/* of a frame, less its header */
	u32 nr_acts;
	u32 nr_exprs;		/* 'X' actions that GDB sent */
	int uses;		/* GTP_USES_* */
	int has_cond;		/* has a condition in bytecode */
	int is_return;		/* $kret: at the function's return */
	u16 regs_are;		/* FRAME_REGS_* */
	struct agent_prog cond;
	u64 pass;		/* pass count */
	atomic_t passed;

	/* Valid while its probe is registered; see probes.c. */
	struct gtp_tracepoint *next_here;	/* of the same site */
	gtp_hit_t hit;		/* by its prefilter */
	struct gtp_site *site;	/* NULL: not armed */

	struct list_head list;	/* gtp.tracepoints */
	struct hlist_node hash;	/* by number and address, while listed */
	u64 serial;		/* order of definition */
	u64 gdb_addr;		/* address by which GDB knows it */
	struct gtp_unloaded *unloaded;	/* its module was, in this run */
	int absent;		/* ... and has not returned */
	int refused;		/* module has returned, but arming it failed */
	int is_static;
	int excluded;		/* gtp_is_excluded() at its definition */
	u64 step;
	char *cond_hex;		/* NULL: none */
	struct list_head actions;	/* gtp_string */
	struct list_head sources;	/* gtp_string */

	/* From QTStart to the next QTStart or QTinit. */
	void *code;		/* all decoded programs */
	int code_is_large;	/* allocated by vmalloc() */
	int place_err;		/* error of arch_probe_check(), and why */
	const char *place_why;
	int maxactive;		/* calls followed at once; 0: default */
	/* Counts of former sites; counts of its site before it joined. */
	struct gtp_lost lost, lost_before;
	int is_kept;		/* listed in gtp.kept_tracepoints */
	u64 kept_hits, kept_bytes, kept_errors;	/* if so, in place of count */
};

struct gtp_hit_ctx;
/* addr: its current address, or the one that GDB knows. */
struct gtp_tracepoint *gtp_tracepoint_find(u32 num, u64 addr);
/* Search gtp_shown_tracepoints(). */
struct gtp_tracepoint *gtp_tracepoint_find_shown(u32 num, u64 addr);
void gtp_tracepoints_free(void);
void gtp_tracepoints_keep(void);
void gtp_tracepoints_drop_kept(void);

/* ---- the experiment that the frames belong to: kept.c ------------------ */

/*
 * QTinit starts a new experiment. If the old one has run, keep it for readers
 * until the next run begins.
 */
void gtp_keep(void);
void gtp_drop_kept(void);
/* Context: any during a run, when nothing is kept; else holds gtp.lock. */
struct list_head *gtp_shown_tracepoints(void);
/*
 * Walk a list of tracepoints during a run without gtp.lock. None leaves the
 * list, and gtp_tracepoint_show() adds only complete ones.
 * Context: any, including NMI.
 */
#define gtp_next_in_run(head)	\
	list_entry(kc_load(&(head)->next), struct gtp_tracepoint, list)
#define gtp_each_in_run(tp, head)	\
	for (tp = gtp_next_in_run(head); &tp->list != (head);	\
	     tp = gtp_next_in_run(&tp->list))

/* ---- returns: kret.c --------------------------------------------------- */

/*
 * Handle an action that uses kret. NULL: it was `teval $kret=N', which takes
 * effect here and is not run at a hit. Otherwise the reason for refusing it.
 * Context: process, holds gtp.lock.
 */
const char *gtp_return_action(struct gtp_tracepoint *tp,
			      const struct agent_prog *prog);
/* Like arch_probe_check(). Context: process; may sleep. */
int gtp_return_check(unsigned long addr, const char **why);
/*
 * Restore the real return address in buf, which was read from addr.
 * Context: any, including NMI.
 */
void gtp_return_patch(const struct gtp_hit_ctx *ctx, u64 addr, void *buf,
		      u32 len);
u64 gtp_get_kret(struct gtp_hit_ctx *ctx);
enum agent_error gtp_put_kret(struct gtp_hit_ctx *ctx, u64 val);
extern const char gtp_kret_usage[];

/* ---- callers: callers.c ------------------------------------------------ */

struct gtp_selected;

/*
 * Restore replaced return addresses in buf, which was read from addr.
 * Context: any, including NMI.
 */
void gtp_callers_patch(u64 addr, void *buf, u32 len);
/*
 * Mark in the copy of a frame where the call chain ends.
 * Context: process, holds gtp.lock.
 */
void gtp_callers_end(struct gtp_selected *s);

/* ---- variables --------------------------------------------------------- */

#define GTP_VARS_MAX	1024

struct gtp_var;
struct gtp_percpu;

/* A variable that the module provides. */
struct gtp_special {
	const char *name;
	/*
	 * ctx is NULL if GDB asks outside of a hit. NULL: write-only.
	 * Context: any, including NMI.
	 */
	u64 (*get)(struct gtp_hit_ctx *ctx);
	void (*set)(u64 val);	/* QTDV; NULL: refuse */
	/*
	 * Set by a condition or an action. NULL: refuse.
	 * Context: any, including NMI.
	 */
	enum agent_error (*put)(struct gtp_hit_ctx *ctx, u64 val);
	/* `collect'. NULL: collect the value. Context: any, including NMI. */
	enum agent_error (*collect)(struct gtp_hit_ctx *ctx,
				    const struct gtp_var *var);
	int uses;		/* GTP_USES_* of a tracepoint that names it */
};

struct gtp_var {
	u32 num;
	int builtin;		/* as sent by GDB */
	const struct gtp_special *special;
	s64 initial;
	kc_word64_t value;	/* accessed by hits */
	struct gtp_percpu *each;	/* if per-CPU, in place of value */
	int cpu;		/* whose value; -1: the executing CPU's */
	char name[];
};

/* special.c. Their numbers are 1, 2, ... */
extern const struct gtp_special gtp_specials[];
extern const u32 gtp_nr_specials;
void gtp_specials_init(void);
/* Does the probe itself count as an NMI? Context: any, including NMI. */
int gtp_is_trapped(const struct gtp_hit_ctx *ctx);
int gtp_special_uses(const struct agent_prog *prog);
/* Why this name is not available; NULL: it is. */
const char *gtp_special_missing(const char *name);
void gtp_cooked_begin(struct gtp_hit_ctx *ctx);
void gtp_cooked_end(struct gtp_hit_ctx *ctx);
u64 gtp_cooked(u64 now, int cycles);
void gtp_cooked_reset(void);

int gtp_vars_init(void);
void gtp_vars_clear(void);	/* all but the special ones */
void gtp_vars_keep(void);
void gtp_vars_drop_kept(void);
void gtp_vars_exit(void);
void gtp_vars_start(void);	/* set initial values */
struct gtp_var *gtp_var_slot(u32 slot);	/* NULL past the last */
struct gtp_var *gtp_var_find(u32 num);
/* The same for the experiment shown to readers. */
struct gtp_var *gtp_var_slot_shown(u32 slot);
struct gtp_var *gtp_var_find_shown(u32 num);
s64 gtp_var_get(struct gtp_var *var);
s64 gtp_var_initial(struct gtp_var *var);	/* for upload */
/* Per-CPU storage if var is the executing CPU's value, else NULL. */
kc_word64_t __percpu *gtp_var_own(const struct gtp_var *var);
/*
 * Storage of a variable that is not special.
 * Context: any, including NMI; preemption off.
 */
kc_word64_t *gtp_var_word(struct gtp_var *var);
int gtp_var_is_pid(const struct gtp_var *var);
/* Every frame has this variable, collected or not. */
int gtp_var_is_cpu_id(const struct gtp_var *var);
/* QTDV. Return 0, or -1 with an error in tx. */
int gtp_var_define(u32 num, s64 value, int builtin, struct rsp_text hexname,
		   struct rsp_tx *tx);

/* ---- the run ----------------------------------------------------------- */

enum gtp_reason {
	GTP_NOT_RUN,
	GTP_STOPPED,		/* QTStop */
	GTP_FULL,
	GTP_DISCONNECTED,
	GTP_PASSCOUNT,
	GTP_ERROR,
};

/* Why the run ended. */
struct gtp_stop_cause {
	enum gtp_reason reason;
	u32 num;		/* tracepoint */
	enum agent_error err;
	int in_cond;		/* else in an action */
	u64 addr;		/* memory errors: the address */
};

/* Kind of the value that an action collected last, if it is to be printed. */
enum gtp_print {
	GTP_PRINT_NONE,
	GTP_PRINT_VAR,
	GTP_PRINT_MEMORY,
	GTP_PRINT_RET,		/* memory: $_ret */
	GTP_PRINT_STRING,
	GTP_PRINT_STACK,
};

struct gtp_printed {
	enum gtp_print kind;
	u64 value;		/* or its address */
	u64 len;
	const char *name;	/* of a variable */
};

#define GTP_LEVEL_FRAME	8	/* $printk_level: do not print */

struct gtp_fifo;

/* Value set by an expression that may still fail. */
struct gtp_set {
	u32 slot;
	u64 value;
};

/* Errors of one kind in one place on one CPU; see errors.c. */
struct gtp_error {
	struct gtp_tracepoint *tp;	/* NULL: free; written last */
	u32 where;		/* GTP_IN_COND, or the action: 1, 2, ... */
	enum agent_error err;
	kc_word64_t count;
	kc_word64_t first, last;	/* memory errors: addresses */
	kc_word64_t first_time, last_time;
};

#define GTP_IN_COND	0
#define GTP_ERRORS	32	/* entries; a run has few kinds of errors */

/* Per-CPU scratch data, used under ringbuf_enter(). */
struct gtp_hit_ctx {
	struct ringbuf_cpu *rc;	/* set before the first run */
	struct gtp_tracepoint *tp;
	const struct pt_regs *regs;
	const struct pt_regs *handler_regs;	/* as passed to the handler */
	unsigned long ret_addr;	/* if tp->is_return */
	int patches;		/* stack has replaced return addresses */
	u64 fault;
	u64 result;		/* of the last expression */
	int has_wall;		/* $xtime_sec, $xtime_nsec have been sampled */
	u32 wall_nsec;
	u64 wall_sec;
	/* GTP_USES_COOKED: start of this hit; time in hits since the start */
	u64 entered_clock, entered_cycles;
	kc_word64_t spent_clock, spent_cycles;
	/* GTP_USES_PRINT */
	struct gtp_fifo *fifo;	/* allocated by the first run that prints */
	u64 time;		/* of the hit */
	u64 print_level, print_format, print_tmp;
	struct gtp_printed printed_value;
	int printed;
	int dumped;		/* stack has been printed */
	/* prog->sets_early: variables to set at the end of the expression */
	int deferring;
	u32 nr_sets;
	struct gtp_set sets[AGENT_SETS_MAX];
	kc_word64_t errors_unlisted;
	struct gtp_error errors[GTP_ERRORS];
	struct pt_regs copy;	/* arch_hit_regs(), arch_return_regs() */
	u64 stack[AGENT_STACK_MAX];
};

/* What orders frames; see "Order" in docs/design.md. */
enum gtp_clock {
	GTP_CLOCK_CYCLES,
	GTP_CLOCK_NS,
	GTP_CLOCK_COUNTS,
};

/* Cache line alignment for data that several CPUs write. */
#define GTP_SHARED	__attribute__((aligned(128)))

struct gtp {
	/* Read at each hit. Written while no run is on, or as single words. */
	int running;		/* cleared by whoever ends the run first */
	pid_t self, peer;	/* tgid of the session and of GDB; or -1 */
	struct task_struct *printer;	/* task that is printing */
	struct gtp_hit_ctx __percpu *hit_ctx;	/* from the first QTStart on */
	enum gtp_clock clock;
	int uses;		/* GTP_USES_* of all tracepoints */
	int circular;
	u64 bt_size;		/* $bt: bytes of stack */
	u64 self_trace;

	/* Written by hits. */
	int var_lock GTP_SHARED;	/* 1 while a variable is updated */
	kc_sequence_t sequence GTP_SHARED;	/* GTP_CLOCK_COUNTS */

	struct mutex lock GTP_SHARED;	/* guards all but the data of hits */

	struct list_head tracepoints;
	struct list_head ro;	/* gtp_range: QTro */
	int ran;		/* the frames belong to these tracepoints */
	/* From QTinit to the next run: the experiment of the frames. */
	int keeps;
	struct list_head kept_tracepoints, kept_ro;

	int stopping;		/* hits: cmpxchg 0 -> 1 claims stop_cause */
	struct gtp_stop_cause stop_cause;	/* before running = 0 */
	int armed;		/* probes are registered */
	unsigned int nr_cpus;	/* highest possible CPU + 1 */
	u64 start_us, stop_us;
	int index_ready;

	struct ringbuf *rb;	/* allocated at the first QTStart */
	u64 size, default_size;	/* bytes */
	int disconnected;
	char *user, *notes, *stop_note;	/* hex, or NULL */
	u64 ignore_error;
	s64 last_errno;
	u64 stop_on_error;	/* read when a hit meets an error */
	int missing_shown;	/* to this session */
	u64 device;		/* address of device memory refused last */
	int reads_devices;	/* `monitor io on' in this session */
	struct rsp_cmd deferred;	/* packet for the thread to serve, and */
	struct rsp_tx *deferred_tx;	/* ... its reply; NULL: none */
	int watch;		/* session has a deadline; written unlocked */
	struct rsp_tx *serving;	/* reply in progress in the thread; or NULL */
	u64 notice_us;		/* time of the last progress notice */
	int give_up;		/* end long operations; written unlocked */
	unsigned long text;	/* _text; 0: unknown, but not moved */
	unsigned long stext;	/* _stext */
	/* Memory that never changes; empty if unknown. */
	struct gtp_constant {
		unsigned long start, end;
	} constant[2];
	unsigned long slide;	/* distance from the link address */
};

extern struct gtp gtp;

/*
 * deferred.c: let the thread serve a slow packet. cmd's text must stay until
 * the reply.
 */
void gtp_defer_packet(const struct rsp_cmd *cmd, struct rsp_tx *tx);
void gtp_serve_deferred(void);	/* serve it, if any */
/*
 * Long operations call this regularly with their progress, as in "N trace
 * frames numbered". It reschedules, and notifies GDB once a second. Return 0,
 * or -EINTR if the result is no longer needed.
 * Context: process.
 */
int gtp_progress(const char *what, u64 done);
int gtp_run_init(void);
void gtp_run_exit(void);
/* Return 0, or -1 with an error in tx. */
int gtp_start(struct rsp_tx *tx);
/* tx takes notices; may be NULL. */
void gtp_stop(enum gtp_reason reason, struct rsp_tx *tx);
/* Has a hit ended the run, while its probes are still registered? */
int gtp_must_finish(void);
/* If so, unregister them. */
void gtp_finish_run(void);
/* The thread, between two batches of probes: release gtp.lock for a moment. */
void gtp_yield_lock(u32 done);
void gtp_wait_finished(void);	/* for the thread to finish; drops gtp.lock */
void gtp_run_wake(void);	/* wake the thread */
/*
 * End the run. All calls but the first do nothing.
 * Context: any, including NMI.
 */
void gtp_end_run(enum gtp_reason reason, const struct gtp_tracepoint *tp,
		 enum agent_error err, int in_cond, u64 addr);
int gtp_set_size(u64 bytes);
/*
 * May this many bytes be allocated? A vmalloc() that fails logs a backtrace,
 * and one that nearly fails has the OOM killer kill other processes.
 */
int gtp_can_alloc(u64 bytes);
/* The same for `more' bytes that bring the total to `total'. */
int gtp_can_grow(u64 more, u64 total);
u64 gtp_alloc_max(void);		/* how many bytes may be allocated */
/* The same for definitions: small, but there may be many. */
int gtp_can_define(size_t bytes);
void *gtp_define_alloc(size_t bytes);	/* zeroed, for kfree(); or NULL */
void gtp_define_none(void);	/* QTinit */
/*
 * Let a tracepoint that is in no list yet join the run. Return 0, or -1 with an
 * error in tx.
 */
int gtp_start_late(struct gtp_tracepoint *tp, struct rsp_tx *tx);
/* Arm a tracepoint while a run is on. Return NULL, or why it failed. */
const char *gtp_arm_late(struct gtp_tracepoint *tp);
/* place.c: check whether tp can have a probe; record the result in tp. */
void gtp_place_check(struct gtp_tracepoint *tp);
/* Text for the error err of arming tp, without a full stop. */
const char *gtp_place_error(const struct gtp_tracepoint *tp, int err);
void gtp_place_refuse(struct rsp_tx *tx, const struct gtp_tracepoint *tp,
		      int err);
void gtp_get_count(const struct gtp_tracepoint *tp, struct gtp_count *sum);

/*
 * probes.c: hits that the kernel did not deliver (a kprobe inside a kprobe
 * handler), and returns that it did not follow.
 * Context: any, including NMI.
 */
u64 gtp_missed(const struct gtp_tracepoint *tp);
u64 gtp_missed_returns(const struct gtp_tracepoint *tp);
u64 gtp_get_lost_missed(struct gtp_hit_ctx *ctx);
u64 gtp_get_lost_returns(struct gtp_hit_ctx *ctx);

/* modules.c: modules that are unloaded and loaded again during a run. */
int gtp_modules_init(void);
void gtp_modules_exit(void);
/*
 * On from before the first probe is registered until the last is unregistered.
 */
void gtp_modules_watch(int on);
void gtp_modules_handle(void);
void gtp_modules_forget(void);
int gtp_remark_unloaded(u32 n, char *buf, size_t size);

/* hit.c: hit function for a prefilter. */
gtp_hit_t gtp_hit_by_prefilter(enum gtp_prefilter prefilter);
/* kprobe handler for the tracepoints that a site has now. */
kprobe_pre_handler_t gtp_hit_handler(const struct gtp_site *site);
/* Handler of a probe without tracepoints. Touches nothing. */
int gtp_hit_none(struct kprobe *kp, struct pt_regs *regs);
/*
 * A hit at the return of a function, to ret_addr.
 * Context: any, including NMI; preemption off.
 */
void gtp_return_hit(struct gtp_tracepoint *tp, struct pt_regs *regs,
		    unsigned long ret_addr);
/* Enable or disable tracepoint num, or all (0). Context: any, including NMI. */
enum agent_error gtp_hit_switch(u64 num, int on);
/*
 * collect.c: append the R block. Return 0, or -1 if it does not fit.
 * Context: any, including NMI.
 */
int gtp_collect_regs(struct gtp_hit_ctx *ctx, u64 head);
/*
 * Read n bytes, at most a page, of the kernel or of the current task. On an
 * error ctx->fault is addr.
 * Context: any, including NMI; in a hit.
 */
enum agent_error gtp_read(struct gtp_hit_ctx *ctx, void *dst, u64 addr, u32 n);
/* The same up to a NUL, which *len includes. */
enum agent_error gtp_read_string(struct gtp_hit_ctx *ctx, u8 *p, u64 addr,
				 u32 n, u32 *len);
/* Collect a block of memory, all of it or none. */
enum agent_error gtp_collect_block(struct gtp_hit_ctx *ctx, u64 addr, u64 len);
enum agent_error gtp_collect_var(struct gtp_hit_ctx *ctx, struct gtp_var *var);
/* `collect $_ret': the return address at addr. */
enum agent_error gtp_collect_ret(struct gtp_hit_ctx *ctx, u64 addr);
/* `collect $bt' */
enum agent_error gtp_collect_bt(struct gtp_hit_ctx *ctx,
				const struct gtp_var *var);

/*
 * Set the variables of an expression that has succeeded.
 * Context: any, including NMI; in a hit.
 */
enum agent_error gtp_put_sets(struct gtp_hit_ctx *ctx);

/* ---- errors: errors.c -------------------------------------------------- */

/*
 * A condition (GTP_IN_COND) or an action has failed, on memory at ctx->fault if
 * it was memory. Count the error and return AGENT_OK if the run goes on; else
 * return err.
 * Context: any, including NMI; under ringbuf_enter().
 */
enum agent_error gtp_hit_error(struct gtp_hit_ctx *ctx, u32 where,
			       enum agent_error err);
/* Context: process; no run is on. */
void gtp_errors_reset(void);
int gtp_remark_error(u32 n, char *buf, size_t size);

/* ---- printing: print.c ------------------------------------------------- */

/* Context: any, including NMI; in a hit. */
enum agent_error gtp_print_collected(struct gtp_hit_ctx *ctx, const char *name);
void gtp_print_stack(struct gtp_hit_ctx *ctx);
/*
 * Allocate what gtp.uses requires before hits may print. Return 0 or -ENOMEM.
 * Context: process.
 */
int gtp_print_prepare(void);
void gtp_print_reset(void);
/*
 * Name the actions as the user typed them, where that is known.
 * Context: process.
 */
void gtp_print_names(struct gtp_tracepoint *tp);
/* Print the oldest record. Return 0 if there is none. */
int gtp_print_one(void);
/* Print all records, before what they point to is freed. */
void gtp_print_flush(void);
void gtp_print_exit(void);
int gtp_print_pending(void);
u64 gtp_print_lost(void);	/* records lost in this run */

/* ---- frames ------------------------------------------------------------ */

#define GTP_FRAME_GONE	"the trace frame is no longer in the buffer"

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
	struct frame frame;
};

extern struct gtp_selected gtp_selected;

void gtp_select_none(void);
/* The buffer was resized: frames may be gone, and numbers have changed. */
void gtp_frames_moved(void);
void gtp_frames_drop(void);	/* drop index and selection */
void gtp_serve_frame(const struct rsp_cmd *cmd, struct rsp_tx *tx);
/*
 * Copy frame n into *s, which is zeroed at first. Return 0, -ENOENT, -ESTALE or
 * -ENOMEM. On an error *s stays, or is marked as gone.
 */
int gtp_copy_frame(u64 n, struct gtp_selected *s);
/* Number the frames once the run has ended. Return 0, -ENOMEM or -EINTR. */
int gtp_frames_index(void);
int gtp_frames_many(void);	/* too many to walk quickly */
int gtp_frame_takes_long(const struct rsp_cmd *cmd);

/* regs.c: registers of the selected frame; or of any, in the order of `g'. */
void gtp_put_regs(struct rsp_tx *tx);
void gtp_put_reg(u64 num, struct rsp_tx *tx);
u32 gtp_reg_block_len(void);
/* dst has ARCH_REGS_MAX bytes. Return the length used. */
u32 gtp_reg_block(const struct gtp_selected *s, u8 *dst);

/* buffer.c */
void gtp_buffer_drop(void);
void gtp_serve_buffer(u64 off, u64 len, struct rsp_tx *tx);
int gtp_buffer_takes_long(u64 off);

/* ---- packets ----------------------------------------------------------- */

/* serve_trace.c. Return 1 if the command was a tracing command. */
int gtp_serve_trace(const struct rsp_cmd *cmd, struct rsp_tx *tx);
/* The thread: serve such a command. */
void gtp_serve_trace_deferred(const struct rsp_cmd *cmd, struct rsp_tx *tx);
/* The qTStatus reply without its T; notes: include the user's notes. */
void gtp_put_status(struct rsp_tx *tx, int notes);
/*
 * remarks.c: one kind of remark. Put the n-th text in buf, without a full stop.
 * Return 0 if there are no more than n.
 * Context: process, holds gtp.lock.
 */
typedef int (*gtp_remark_t)(u32 n, char *buf, size_t size);
#define GTP_REMARK_LEN		200	/* bytes, including the NUL */
#define GTP_REMARKS_SHOWN	8	/* in qTStatus; gtpstat shows all */
/* The n-th remark of all kinds. Return 0 if there is none. */
int gtp_remark(u32 n, char *buf, size_t size);
/*
 * armed.c: check whether the code has all probes; begin: a new run starts. The
 * remark reports those that are missing.
 */
void gtp_check_armed(int begin);
int gtp_remark_off(u32 n, char *buf, size_t size);
/* probes.c: probes that the kernel failed to remove. */
int gtp_remark_kept(u32 n, char *buf, size_t size);
/* kret.c: missed returns. */
int gtp_remark_returns(u32 n, char *buf, size_t size);
/* Notes of qTStatus in hex: the user's, then the remarks. */
void gtp_put_notes(struct rsp_tx *tx);
/* monitor.c */
void gtp_serve_monitor(struct rsp_text hex, struct rsp_tx *tx);
int gtp_is_excluded(u64 addr);	/* excluded by the user */
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
/*
 * Put piece n of a tracepoint, or the variable in slot. Return 0 if there is
 * none.
 */
int gtp_put_piece(struct rsp_tx *tx, const struct gtp_tracepoint *tp, u32 n);
int gtp_put_var(struct rsp_tx *tx, u32 slot);
void gtp_put_definition(struct rsp_tx *tx, const struct gtp_tracepoint *tp,
			int with_cond);
void gtp_serve_upload(enum rsp_cmd_id id, struct rsp_tx *tx);
/* vmlinux.c. Context: process, holds gtp.lock. */
void gtp_vmlinux_open(void);	/* start of a session */
void gtp_serve_symbol(const struct rsp_cmd *cmd, struct rsp_tx *tx);
/* Only for replies before which GDB prints notices. */
void gtp_vmlinux_tell(struct rsp_tx *tx);
/* Return 1 with an error in tx if no tracepoint may be set. */
int gtp_vmlinux_refuses(struct rsp_tx *tx);
void gtp_vmlinux_monitor(const char *args, struct rsp_tx *tx);
/* percpu.c. Context: process. */
void gtp_percpu_init(void);
/*
 * Like agent_compile(). In programs that name __per_cpu_offset[], move
 * addresses of per-CPU variables back.
 */
enum agent_error gtp_percpu_compile(const u8 *code, u32 len,
				    struct agent_insn *insn, u16 *map,
				    struct agent_prog *prog, u32 *err_pc);
/* Translate GDB's address of a per-CPU variable to the kernel's. */
u64 gtp_percpu_place(u64 addr);
/*
 * Adjust what GDB is about to see: buf, read from addr; or a copy of a frame.
 */
void gtp_percpu_patch(u64 addr, void *buf, u32 len);
void gtp_percpu_patch_frame(struct frame *f);
/* xml.c */
void gtp_serve_xfer(const struct rsp_cmd *cmd, struct rsp_tx *tx);
/* target.xml, for kfree(); NULL: no memory. */
char *gtp_target_xml(void);
/* memory.c */
void gtp_serve_mem(u64 addr, u64 len, struct rsp_tx *tx);
int gtp_add_ro(struct rsp_text list);
void gtp_clear_ro(void);
void gtp_ro_keep(void);
void gtp_ro_drop_kept(void);
int gtp_remark_device(u32 n, char *buf, size_t size);

#endif
