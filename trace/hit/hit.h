/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What runs at a hit: the hit context, what is collected, errors, and what is
 * to be printed.
 *
 * Context of all functions, unless noted: any, including NMI; under
 * ringbuf_enter().
 */
#ifndef HIT_HIT_H
#define HIT_HIT_H

#include <linux/sched.h>

#include "trace/base/base.h"

/* ---- probes ------------------------------------------------------------ */

/* By what a tracepoint at an instruction is served. */
enum gtp_by {
	GTP_BY_UNDECIDED,
	GTP_BY_KPROBE,		/* at its address */
	GTP_BY_FTRACE,
	GTP_BY_BEHIND,		/* a kprobe behind ftrace's instruction */
};

/* A probe for all armed tracepoints of one kind at one place. */
struct gtp_site {
	/* Read by hits; next to what the kernel reads of a kprobe. */
	struct gtp_tracepoint *only;	/* the first; for handlers of one */
	struct agent_step gate;		/* what all hits need; see ftrace.c */
	struct agent_step test;		/* of `only', and its decision */
	const struct agent_step *decision;
	struct gtp_tracepoint *first;	/* in the order of definition */
	int keeps;		/* kretprobe: GTP_USES_ of struct gtp_call */
	union {
		struct kprobe kp;
		struct kretprobe rp;	/* starts with its kp */
	};

	struct gtp_tracepoint *last;
	u64 addr;		/* of its first tracepoint */
	u64 place;		/* of the probe: arch_probe_place() */
	const struct probe_ops *kind;
	enum gtp_by by;
	int is_in;		/* registered */
	int maxactive;		/* kretprobe: as requested; 0: default */
	atomic_long_t faults;	/* in hits; nmissed includes them */
	kprobe_opcode_t *where;	/* kp.addr before unregistering */
	struct hlist_node hash;	/* by place; not if kept */
	struct list_head list;	/* all sites, or the kept ones */
};

/* What a return probe keeps of a call from its entry to its return. */
struct gtp_call {
	u64 ns;			/* clock at the entry; at the return: between */
	unsigned long args[];	/* GTP_USES_KRET_ARGS: ARCH_ARGS words */
};

/* ---- variables: value.c ------------------------------------------------ */

#define GTP_VARS_MAX	1024

struct gtp_var;

/* Values of $p_x, $per_cpu_x, $p_x0, $p_x1, ... */
struct gtp_percpu {
	struct gtp_percpu *next;
	kc_word64_t __percpu *words;
	size_t len;
	char name[];		/* len bytes: "x" */
};

/*
 * How a value is read in a few steps: see hit_value() of put.h, which tests them
 * in this order.
 */
enum gtp_quick {
	GTP_QUICK_NONE,		/* not at all */
	GTP_QUICK_CLOCK,	/* kc_clock() */
	GTP_QUICK_CPU,
	GTP_QUICK_PID,
	GTP_QUICK_TASK,
	/* No special variable; actions only: */
	GTP_QUICK_WORD,
	GTP_QUICK_OWN,		/* this CPU's */
	GTP_QUICK_KRET_NS,	/* at a return, which holds the claim */
	GTP_QUICK_CALL,		/* get(NULL) has the value of a hit, too */
	GTP_QUICK_CLAIM,	/* get() reads only ->rc of ctx; actions only */
};

/*
 * A variable that the module provides. Names are as in the original KGTP. No
 * number is left out: GDB numbers the user's next variable by how many it
 * knows. Recorded sessions contain the numbers.
 */
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
	u8 num;			/* by which GDB knows it: 1, 2, ... */
	u8 quick;		/* GTP_QUICK_*: the same as get */
	u16 uses;		/* GTP_USES_* of a tracepoint that names it */
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

/*
 * All variables by slot; the module's own come first. Changed only while no run
 * is on, by var/table.c.
 */
extern struct gtp_var_table {
	struct gtp_var *var[GTP_VARS_MAX];
	u32 nr;
} gtp_vars;

struct gtp_var *gtp_var_slot(u32 slot);	/* NULL past the last */
/* Per-CPU storage if var is the executing CPU's value, else NULL. */
kc_word64_t __percpu *gtp_var_own(const struct gtp_var *var);
/*
 * Storage of a variable that is not special.
 * Context: any, including NMI; preemption off.
 */
static inline kc_word64_t *gtp_var_word(struct gtp_var *var)
{
	if (!var->each)
		return &var->value;
	return var->cpu < 0 ? kc_this_cpu(var->each->words) :
			      per_cpu_ptr(var->each->words, var->cpu);
}

/* ---- the hit context --------------------------------------------------- */

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

#define GTP_NO_WALL	(~0ULL)

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

/* Whose memory is read, besides the kernel's. */
enum gtp_memory {
	GTP_MEMORY_CURRENT,	/* the current task's */
	GTP_MEMORY_KERNEL,	/* nobody's */
};

/* Per-CPU scratch data, used under ringbuf_enter(). */
struct gtp_hit_ctx {
	struct ringbuf_cpu *rc;	/* set before the first run */
	struct gtp_tracepoint *tp;
	const struct pt_regs *regs;
	const struct pt_regs *handler_regs;	/* as passed to the handler */
	u64 absent;		/* bits by index in arch_regs: without a value */
	enum gtp_memory memory;
	/* PROBE_AT_RETURN: */
	unsigned long ret_addr;
	const struct gtp_call *call;	/* NULL: its site keeps nothing */
	int patches;		/* stack has replaced return addresses */
	u64 fault;
	u64 result;		/* of the last expression */
	struct ringbuf_cursor cursor;	/* hit_split_steps() */
	u64 wall_at;		/* start of the frame whose $xtime_sec and ... */
	u32 wall_nsec;		/* $xtime_nsec these are, or GTP_NO_WALL */
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

/* ---- hit.c: see also body.h -------------------------------------------- */

/*
 * End the run. All calls but the first do nothing.
 * Context: any, including NMI.
 */
void gtp_end_run(enum gtp_reason reason, const struct gtp_tracepoint *tp,
		 enum agent_error err, int in_cond, u64 addr);
/* Enable or disable tracepoint num, or all (0). Context: any, including NMI. */
enum agent_error gtp_hit_switch(u64 num, int on);

/* ---- collect.c --------------------------------------------------------- */

/* Does the probe itself count as an NMI? ctx may be NULL. */
int gtp_is_trapped(const struct gtp_hit_ctx *ctx);
/* Has that register a value at this hit? */
static inline int gtp_has_reg(const struct gtp_hit_ctx *ctx, unsigned int regno)
{
	return !(ctx->absent >> regno & 1);
}

/*
 * Read n bytes, at most KC_QUICK_MAX. trapped: gtp_is_trapped(). Return 0 or a
 * negative errno: -EPERM because of a device.
 */
long gtp_memory_read(enum gtp_memory whose, void *dst, u64 addr, u32 n,
		     int trapped);
/*
 * Read n bytes, at most a page, of ctx->memory. On an error ctx->fault is addr.
 */
enum agent_error gtp_read(struct gtp_hit_ctx *ctx, void *dst, u64 addr, u32 n);
/* The same up to a NUL, which *len includes. */
enum agent_error gtp_read_string(struct gtp_hit_ctx *ctx, u8 *p, u64 addr,
				 u32 n, u32 *len);
/*
 * Collect a block of at most a page in one piece. Return 1, or 0 if it does not
 * fit or cannot be read.
 */
int gtp_collect_small(struct gtp_hit_ctx *ctx, u64 addr, u32 len);
/* Collect a block up to the first unreadable page, or nothing. */
enum agent_error gtp_collect_part(struct gtp_hit_ctx *ctx, u64 addr, u64 len);
enum agent_error gtp_collect_var(struct gtp_hit_ctx *ctx, struct gtp_var *var);
/* Collect a variable's value, whose number is num. */
enum agent_error gtp_collect_value(struct gtp_hit_ctx *ctx, u32 num, u64 value);
/* `collect $_ret': the return address at addr. */
enum agent_error gtp_collect_ret(struct gtp_hit_ctx *ctx, u64 addr);
/* Set the variables of an expression that has succeeded. */
enum agent_error gtp_put_sets(struct gtp_hit_ctx *ctx);

/* ---- callers.c --------------------------------------------------------- */

/* Restore replaced return addresses in buf, which was read from addr. */
void gtp_callers_patch(u64 addr, void *buf, u32 len);

/* ---- errors.c: see also run/errors.c ----------------------------------- */

/*
 * A condition (GTP_IN_COND) or an action has failed, on memory at ctx->fault if
 * it was memory. Count the error and return AGENT_OK if the run goes on; else
 * return err.
 */
enum agent_error gtp_hit_error(struct gtp_hit_ctx *ctx, u32 where,
			       enum agent_error err);
/*
 * The entry for this error on the CPU of ctx, or a free one. NULL: the table is
 * full.
 */
struct gtp_error *gtp_error_find(struct gtp_hit_ctx *ctx,
				 struct gtp_tracepoint *tp, u32 where,
				 enum agent_error err);

/* ---- print.c: see also var/printk.c ------------------------------------ */

#define GTP_PRINT_MAX	2048	/* bytes of data in a record, at most */

/* What a hit has to print. */
struct gtp_record {
	u32 size;		/* including data; multiple of 8 */
	u32 num;		/* tracepoint */
	u64 time;
	const char *name;	/* of the expression; NULL: unknown */
	u64 value;		/* or address, or pc */
	u32 len;		/* bytes of data that follow */
	u8 kind;		/* GTP_PRINT_* */
	u8 level, format;
	u8 cut;			/* value was longer */
	pid_t pid;		/* whose stack */
	char comm[TASK_COMM_LEN];
};

enum agent_error gtp_print_collected(struct gtp_hit_ctx *ctx, const char *name);
void gtp_print_stack(struct gtp_hit_ctx *ctx);
/*
 * Take the oldest record of all CPUs, and its data. Return 1, or 0 if there is
 * none.
 * Context: process, holds gtp.lock.
 */
int gtp_print_take(struct gtp_record *r, u8 *data);
/* Context of these: process. */
int gtp_print_pending(void);
int gtp_print_alloc(void);	/* return 0 or -ENOMEM */
void gtp_print_free(void);
void gtp_print_reset(void);	/* no run is on */
u64 gtp_print_lost(void);	/* records lost in this run; any context */

#endif
