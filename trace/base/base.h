/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What all rooms of trace/ share: tracepoints, the state of the experiment, and
 * limits of memory and time. See docs/design.md for contexts and locks.
 */
#ifndef BASE_BASE_H
#define BASE_BASE_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/ptrace.h>
#include <linux/types.h>

#include "agent/act.h"
#include "agent/agent.h"
#include "agent/decide.h"
#include "compat/barrier.h"
#include "compat/kprobe.h"
#include "compat/module.h"
#include "compat/percpu.h"
#include "compat/sequence.h"
#include "compat/word64.h"
#include "frame/frame.h"
#include "ringbuf/ringbuf.h"
#include "rsp/rsp.h"
#include "trace/base/session.h"

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
	u8 kind;		/* GTP_ACT_* */
	u8 quick;		/* Q: GTP_QUICK_* */
	s16 base_at;		/* M, C, B: offset in pt_regs; GTP_BASE_* */
	u16 basereg;		/* M, if GTP_BASE_BY_NUMBER */
	u32 size;		/* largest size in a frame */
	u64 off, len;		/* M: offset, length; A: off is the addend */
	u64 head;		/* Q, B: header of the V block */
	struct gtp_var *var;	/* V, Q, A, B */
	unsigned long from;	/* Q: see hit_value() */
	kc_word64_t __percpu *own;	/* A: gtp_var_own(), or */
	kc_word64_t *word;	/* ... where the value is */
	struct agent_prog prog;	/* X, S */
	struct agent_step *steps;	/* S */
	u32 ordinal;		/* among GDB's expressions, from 0 */
	char *name;		/* as the user typed it; NULL: unknown */
};

/* The letters are those in the comments above. */
enum {
	GTP_ACT_COLLECT,	/* V: collect a variable */
	GTP_ACT_QUICK,		/* Q: collect one that is quick to read */
	GTP_ACT_ADD,		/* A: add a constant to a variable */
	GTP_ACT_STEPS,		/* S: like X, without the interpreter */
	GTP_ACT_MEMORY,		/* M */
	GTP_ACT_RET,		/* C: $_ret: like M, of the return address */
	GTP_ACT_BT,		/* B: $bt: like M, followed by V */
	GTP_ACT_EXPR,		/* X */
};

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
#define GTP_USES_KRET_NS	128	/* there: the time since the entry */
#define GTP_USES_KRET_ARGS	256	/* ... the arguments of the entry */
#define GTP_USES_KRET_2		512	/* ... the value's second register */
/* What must be kept of a call from its entry to its return. */
#define GTP_USES_CALL	(GTP_USES_KRET_NS | GTP_USES_KRET_ARGS)

/*
 * Prefilters: conditions that are decided before a frame is begun.
 */
enum gtp_prefilter {
	GTP_PREFILTER_NONE,
	GTP_PREFILTER_REG,	/* a register */
	GTP_PREFILTER_REG_MORE,	/* ... and then a decision */
	GTP_PREFILTER_PID,	/* $current_task_pid */
	GTP_PREFILTER_COUNTER,	/* a per-CPU variable that is incremented */
	GTP_PREFILTER_COUNTER_MORE,	/* ... and has a decision */
	GTP_PREFILTER_SHARED,	/* a shared variable that is incremented */
	GTP_PREFILTER_SHARED_MORE,
	GTP_PREFILTER_DECISION,	/* any other without side effects */
};

/* Which path a hit takes after its prefilter. */
enum gtp_dispatch {
	GTP_DISPATCH_PLAIN,		/* at most registers; time is the TSC */
	GTP_DISPATCH_VALUES,		/* and simple variables */
	GTP_DISPATCH_CLOCK,		/* and $clock */
	GTP_DISPATCH_ACTIONS,
	GTP_DISPATCH_SLOW,		/* anything else: see run/start.c */
};

/* In a frame everything takes whole words. */
#define GTP_WHOLE(n)	(((n) + sizeof(u64) - 1) & ~(u64)(sizeof(u64) - 1))
/* Size of an R block. */
#define GTP_REGS_BLOCK \
	((u32)(sizeof(u64) + GTP_WHOLE(sizeof(struct pt_regs))))
#define GTP_BLOCK_HEAD	(2 * sizeof(u64))	/* header of an M block */
#define GTP_VAR_BLOCK	(2 * sizeof(u64))	/* size of a V block */

/* Hits and returns that the kernel did not deliver. */
struct gtp_lost {
	unsigned long missed, returns;
};

struct gtp_tracepoint;
struct gtp_site;
struct task_struct;
struct probe_ops;

/* Flags of a kind of probe, for hits. */
#define PROBE_AT_RETURN	1	/* at a function's return, which ret_addr is */

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
	u32 quick_size;		/* size, if that path is for hits that fit; or ~0 */
	u32 regs;		/* size of the R block, or 0 */
	struct agent_step test;	/* of prefilters that are one test */
	kc_word64_t __percpu *counter;	/* GTP_PREFILTER_COUNTER*: */
	kc_word64_t *shared;	/* GTP_PREFILTER_SHARED*: the variable, */
	u64 add;		/* and what is added */
	struct agent_step *decision;	/* of the other prefilters */
	struct gtp_count __percpu *count;	/* NULL before the first run */
	struct gtp_action *acts;
	const struct gtp_action *acts_end;
	/* End of the leading actions of known size; and with those: */
	const struct gtp_action *fixed_end;
	u32 size;		/* of a frame, less its header */
	u32 nr_acts;
	u32 nr_exprs;		/* 'X' actions that GDB sent */
	int uses;		/* GTP_USES_* */
	int has_cond;		/* has a condition in bytecode */
	int kind_flags;		/* those of kind */
	u16 regs_are;		/* FRAME_REGS_* */
	u32 regs_named;		/* by the actions: mask by index in arch_regs */
	u64 regs_head;		/* header of the R block */
	u64 absent_regs;	/* by index in arch_regs: without a value */
	struct agent_prog cond;
	u64 pass;		/* pass count */
	atomic_t passed;

	/* Valid while its probe is registered; see probe/site.c. */
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
	const struct probe_ops *kind;	/* kind of its probe */
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

/*
 * Set whose hits are left out: tgids of the session and of GDB, or -1, and the
 * task that is printing, or NULL.
 * Context: process, holds gtp.lock.
 */
void gtp_leave_out(pid_t self, pid_t peer, struct task_struct *printer);

/*
 * A hit may read one of these before and the other one after: that is as if the
 * tracepoint's path were the old one still.
 */
static inline void gtp_set_dispatch(struct gtp_tracepoint *tp,
				    enum gtp_dispatch dispatch)
{
	int is_quick = dispatch == GTP_DISPATCH_PLAIN ||
		       (dispatch != GTP_DISPATCH_SLOW &&
			!(tp->kind_flags & PROBE_AT_RETURN));

	kc_store(&tp->dispatch, dispatch);
	kc_store(&tp->quick_size, is_quick ? tp->size : ~0U);
}

/* Hits, bytes and errors of all CPUs. Context: process, holds gtp.lock. */
void gtp_get_count(const struct gtp_tracepoint *tp, struct gtp_count *sum);

/*
 * Tracepoints that readers see: those that the frames belong to. See
 * run/kept.c.
 * Context: any during a run, when nothing is kept; else holds gtp.lock.
 */
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

/* ---- the experiment ---------------------------------------------------- */

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

struct gtp_hit_ctx;

/* What orders frames; see "Order" in docs/design.md. */
enum gtp_clock {
	GTP_CLOCK_CYCLES,
	GTP_CLOCK_NS,
	GTP_CLOCK_COUNTS,
};

/* Cache line alignment for data that several CPUs write. */
#define GTP_SHARED	__attribute__((aligned(128)))

#define HIT_BIT(tgid)	(1UL << ((tgid) & (BITS_PER_LONG - 1)))

/* What hits read. Written while no run is on, or as single words. */
extern struct gtp_hits {
	int running;		/* cleared by whoever ends the run first */
	/* A bit, HIT_BIT(), for each tgid that hit_is_left_out() may mean. */
	unsigned long left_out;
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
} gtp_hits;

/* The experiment and its run. */
extern struct gtp {
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
} gtp;

/* Where the kernel is. Written once, at init. */
extern struct gtp_kernel {
	unsigned long text;	/* _text; 0: unknown, but not moved */
	unsigned long stext;	/* _stext */
	/* Code, and read-only data; empty if unknown. */
	struct gtp_constant {
		unsigned long start, end;
	} constant[2];
	unsigned long slide;	/* distance from the link address */
	u32 build_id_len;	/* 0: unknown */
	u8 build_id[KC_BUILD_ID_MAX];
} gtp_kernel;

/* The packet that takes long. */
extern struct gtp_slow {
	struct rsp_tx *deferred_tx;	/* for the thread; NULL: none */
	struct rsp_tx *serving;	/* reply in progress in the thread; or NULL */
	u64 notice_us;		/* time of the last progress notice */
	int give_up;		/* end long operations; written unlocked */
} gtp_slow;

/* Has a hit ended the run, while its probes are still registered? */
int gtp_must_finish(void);

/*
 * A remark is a fact about the run that no packet has a field for. Put the n-th
 * text of one kind in buf, without a full stop. Return 0 if there are no more
 * than n.
 * Context: process, holds gtp.lock.
 */
typedef int (*gtp_remark_t)(u32 n, char *buf, size_t size);
#define GTP_REMARK_LEN		200	/* bytes, including the NUL */
#define GTP_REMARKS_SHOWN	8	/* in qTStatus; gtpstat shows all */

/* ---- progress.c -------------------------------------------------------- */

/*
 * Long operations call this regularly with their progress, as in "N trace
 * frames numbered". It reschedules, and notifies GDB once a second. Return 0,
 * or -EINTR if the result is no longer needed.
 * Context: process.
 */
int gtp_progress(const char *what, u64 done);

/* ---- memlimit.c -------------------------------------------------------- */

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

#endif
