/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The trace buffer: one paged ring a CPU, frames of any size.
 *
 * Positions are 64-bit byte counts that only grow: tail <= committed <=
 * reserved.  Position p lives in page (p >> RINGBUF_PAGE_SHIFT) % nr_pages of
 * that CPU, so a frame runs on into the next page; nothing is split.
 *
 * Writers: the CPU itself, with preemption off, in any context, NMI included;
 * no lock, no wait, no allocation.  ringbuf_enter() makes a nested writer on
 * the same CPU a counted loss.  All else: process context, serialised by the
 * caller (one mutex), while writers go on.
 */
#ifndef RINGBUF_RINGBUF_H
#define RINGBUF_RINGBUF_H

#include <linux/types.h>

#define RINGBUF_PAGE_SHIFT	12
#define RINGBUF_PAGE_SIZE	(1UL << RINGBUF_PAGE_SHIFT)

/* In front of each frame; 8-byte aligned, may straddle two pages. */
struct ringbuf_hdr {
	u32 size;		/* header and payload; a multiple of 8 */
	u32 tag;		/* the caller's: tracepoint number */
	u64 time;		/* the caller's: orders frames across CPUs */
	u64 addr;		/* the caller's: tracepoint address */
};

struct ringbuf;
struct ringbuf_cpu;

/* ---- the buffer --------------------------------------------------------- */

/*
 * Allocate a buffer of `bytes` in all (1 or more), shared out evenly to the
 * nr_cpus CPUs for which ringbuf_cpu_present() is true; the shares add up to
 * exactly `bytes`.  NULL: no memory.
 */
struct ringbuf *ringbuf_alloc(u64 bytes, unsigned int nr_cpus);
/* No writer may be left. */
void ringbuf_free(struct ringbuf *rb);

/*
 * Forget all frames, counters and the index.  No writer may be active.
 * Positions grow on, so that those from before are stale.
 */
void ringbuf_reset(struct ringbuf *rb);

void ringbuf_set_circular(struct ringbuf *rb, int circular);

/*
 * Change the size while writers go on.  Growing loses nothing; shrinking drops
 * the oldest whole frames of each CPU that do not fit, and counts them.  CPUs
 * that have become present get a share; one that had a share keeps having one.
 * 0, -ENOMEM or what ringbuf_give_way() said, and then nothing has changed.
 */
int ringbuf_resize(struct ringbuf *rb, u64 bytes);

struct ringbuf_info {
	u64 size;		/* bytes asked for */
	u64 free;		/* bytes that frames do not use */
	u64 frames;		/* in the buffer now */
	u64 created;		/* committed since the last reset */
	u64 overwritten;	/* frames lost to circular mode */
	u64 shrunk;		/* frames lost to ringbuf_resize() */
	u64 nested;		/* hits lost to a writer at work on that CPU */
	u64 too_big;		/* frames larger than that CPU's share */
	u64 no_share;		/* hits lost on a CPU that has no share */
	u64 memory;		/* bytes of memory in use, tables included */
};

/*
 * cpu: one CPU, or -1 for the sum.  Exact when no writer is active; otherwise
 * each number is right for some moment of the call.
 */
void ringbuf_get_info(struct ringbuf *rb, int cpu, struct ringbuf_info *info);

/* ---- writing: on this CPU, preemption off ------------------------------- */

/* No frame may be larger, header included (tfile and GDB count in an int). */
#define RINGBUF_FRAME_MAX	0x7ff00000U

/* A CPU's writer, good as long as the buffer; NULL: cpu >= nr_cpus. */
struct ringbuf_cpu *ringbuf_writer(struct ringbuf *rb, unsigned int cpu);

/*
 * Claim this CPU's writer; 0 if it is at work already (counted as nested) or
 * was not present when the size was last set (counted as no_share).  Until
 * ringbuf_leave() the caller may keep per-CPU scratch data of its own under
 * this claim.
 */
static inline int ringbuf_enter(struct ringbuf_cpu *rc);
/*
 * Its parts: ringbuf_turn_away() if it is busy, which counts the loss and is 0;
 * else ringbuf_claim().  What is done in one instruction needs no claim.
 */
static inline int ringbuf_is_busy(const struct ringbuf_cpu *rc);
int ringbuf_turn_away(struct ringbuf_cpu *rc);
static inline void ringbuf_claim(struct ringbuf_cpu *rc);
static inline void ringbuf_leave(struct ringbuf_cpu *rc);

/*
 * 0 or -ENOSPC, after which the frame may only be discarded.  One frame at a
 * time between enter and leave.
 */
int ringbuf_begin(struct ringbuf_cpu *rc, u32 tag, u64 time, u64 addr);
/*
 * The same, and the first n bytes in one piece, n being a multiple of 8: 1.  0:
 * no frame has been begun, and ringbuf_begin() has to do it.
 */
static inline int ringbuf_begin_taking(struct ringbuf_cpu *rc, u32 n, u32 tag,
				       u64 time, u64 addr, void **payload);
/* Is there room for a frame of n bytes in one page, without more ado? */
static inline int ringbuf_page_has(const struct ringbuf_cpu *rc, u32 n);
/*
 * If so, and it has just n bytes: nothing comes between but that the caller
 * fills them, n being a multiple of 8.
 */
static inline void *ringbuf_open(const struct ringbuf_cpu *rc, u32 tag,
				 u64 time, u64 addr);
static inline void ringbuf_shut(struct ringbuf_cpu *rc, u32 n, void *payload);
/*
 * A frame of which it is known that it has no more than n bytes, n being a
 * multiple of 8.  It is put word by word at a cursor that the caller has, and
 * nothing has happened until ringbuf_finish().  `split' is a constant: may it
 * go over a page?  Without, ringbuf_page_has() has said so.
 *
 * ringbuf_start(): the cursor stands behind the header, and oldest frames have
 * made way, if need be: 1, or 0: there is no room (only with split).
 */
struct ringbuf_cursor {
	u64 *at, *end;		/* of the page */
	u64 page_end;		/* as a position */
	unsigned long idx;	/* of the page */
};

static inline struct ringbuf_cursor ringbuf_cursor(const struct ringbuf_cpu *rc);
static inline int ringbuf_start(struct ringbuf_cpu *rc,
				struct ringbuf_cursor *c, u32 n, u32 tag,
				u64 time, u64 addr, int split);
static inline void ringbuf_put_word(const struct ringbuf_cpu *rc,
				    struct ringbuf_cursor *c, u64 word,
				    int split);
/* Up to n words in one piece, *got of them, which count as put. */
static inline u64 *ringbuf_piece(const struct ringbuf_cpu *rc,
				 struct ringbuf_cursor *c, u32 n, u32 *got,
				 int split);
/* What has been put is the frame.  Its size. */
static inline u32 ringbuf_finish(struct ringbuf_cpu *rc,
				 const struct ringbuf_cursor *c, int split);
/*
 * Instead of that: the frame goes on as if it had been begun, and what has been
 * put, but for the last `undo' words, had been appended.
 */
static inline void ringbuf_resume(struct ringbuf_cpu *rc,
				  const struct ringbuf_cursor *c, u32 undo);
/*
 * Contiguous room at the frame's end: up to `want` bytes (want >= 1), *got of
 * them.  Circular: oldest frames make way.  NULL: no room (the buffer is full,
 * or the frame is larger than it).
 */
void *ringbuf_space(struct ringbuf_cpu *rc, u32 want, u32 *got);
/* Could the frame grow by n bytes, if need be at the cost of older ones? */
int ringbuf_fits(const struct ringbuf_cpu *rc, u64 n);
/* Take n of the bytes that ringbuf_space() gave. */
static inline void ringbuf_advance(struct ringbuf_cpu *rc, u32 n);
/* Both at once, across pages.  0 or -ENOSPC (nothing is appended then). */
int ringbuf_append(struct ringbuf_cpu *rc, const void *data, u32 n);
/* Of two words, the frame's size being a multiple of 8 so far. */
int ringbuf_append_pair(struct ringbuf_cpu *rc, u64 a, u64 b);
/*
 * Both at once, of n bytes in one piece, n being a multiple of 8; what is given
 * back is what was taken last.  NULL: there is no such piece without more ado,
 * so the others have to do it.
 */
static inline void *ringbuf_take(struct ringbuf_cpu *rc, u32 n);
static inline void ringbuf_give_back(struct ringbuf_cpu *rc, u32 n);

/* Pad with zeros to a multiple of 8: there is always room for that. */
void ringbuf_pad(struct ringbuf_cpu *rc);
/* Bytes appended so far, and cut back to an earlier such value. */
static inline u32 ringbuf_mark(const struct ringbuf_cpu *rc);
void ringbuf_rewind(struct ringbuf_cpu *rc, u32 mark);
/* Overwrite 8 bytes at an 8-byte aligned mark. */
void ringbuf_patch(struct ringbuf_cpu *rc, u32 mark, u64 word);

/* Make the frame visible, whole; padded if it is not yet.  Its size. */
static inline u32 ringbuf_commit(struct ringbuf_cpu *rc);
/* Forget it. */
void ringbuf_discard(struct ringbuf_cpu *rc);
/* ringbuf_discard(), counted as too big (circular mode). */
void ringbuf_discard_too_big(struct ringbuf_cpu *rc);

#include "ringbuf/fast.h"

/* ---- reading ------------------------------------------------------------ */

/* Where a CPU's oldest frame starts, and where its newest ends. */
u64 ringbuf_first(struct ringbuf *rb, unsigned int cpu);
u64 ringbuf_end(struct ringbuf *rb, unsigned int cpu);
/*
 * The header of the frame at pos, or len bytes at off of its payload.  0;
 * -ENOENT at the end (of the frames, of the payload); -ESTALE if the frame has
 * been dropped or overwritten (before or during the copy; nothing that was
 * copied may be used).
 */
int ringbuf_read_hdr(struct ringbuf *rb, unsigned int cpu, u64 pos,
		     struct ringbuf_hdr *hdr);
int ringbuf_read(struct ringbuf *rb, unsigned int cpu, u64 pos, u32 off,
		 void *dst, u32 len);

/* ---- frame numbers ------------------------------------------------------ */

/*
 * All frames in order of ->time (a CPU's own frames keep their order), numbered
 * from 0.  Built when the run has stopped; linear in the number of frames.
 * 0, -ENOMEM or what ringbuf_give_way() said (there is no index then).  A later resize makes entries stale,
 * not wrong.
 */
int ringbuf_index_build(struct ringbuf *rb);
void ringbuf_index_drop(struct ringbuf *rb);
u64 ringbuf_index_count(const struct ringbuf *rb);

struct ringbuf_ref {
	u64 pos;
	u32 cpu;
	u32 tag;
};

/* 0 or -ENOENT. */
int ringbuf_index_get(const struct ringbuf *rb, u64 n, struct ringbuf_ref *ref);

/* ---- what the surroundings define (trace/pages.c, or a test's fake) ----- */

int ringbuf_cpu_present(unsigned int cpu);
void *ringbuf_page_alloc(void);		/* RINGBUF_PAGE_SIZE bytes, or NULL */
void ringbuf_page_free(void *page);
void *ringbuf_table_alloc(size_t bytes);	/* zeroed, or NULL; any size */
void ringbuf_table_free(void *table);
/*
 * Run fn(arg) on that CPU with interrupts off (only NMIs can come between), or
 * here if the CPU is offline; returns when it is done.
 */
void ringbuf_run_on_cpu(unsigned int cpu, void (*fn)(void *arg), void *arg);
/*
 * Called each RINGBUF_STRIDE steps of what takes long: let others run.  0, or a
 * negative errno: whoever wanted it wants it no more.
 */
int ringbuf_give_way(const char *what, u64 done);

#endif
