/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The trace buffer: one paged ring per CPU, frames of any size.
 *
 * Positions are 64-bit byte counts that only grow: tail <= committed <= end of
 * the frame being written.  Position p is in page (p >> RINGBUF_PAGE_SHIFT) %
 * nr_pages of its CPU, so a frame simply continues in the next page.
 *
 * Writers run on the ring's own CPU with preemption off, in any context
 * including NMI; they take no lock, do not sleep and do not allocate.
 * ringbuf_enter() counts a nested writer on the same CPU as a lost hit.  Unless
 * noted, all other functions run in process context, serialised by the caller
 * (one mutex), while writers may be active.
 */
#ifndef RINGBUF_RINGBUF_H
#define RINGBUF_RINGBUF_H

#include <linux/types.h>

#define RINGBUF_PAGE_SHIFT	12
#define RINGBUF_PAGE_SIZE	(1UL << RINGBUF_PAGE_SHIFT)

/* Precedes each frame.  8-byte aligned; may straddle two pages. */
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
 * Allocate a buffer of `bytes` in all (1 or more), divided evenly among the
 * CPUs below nr_cpus for which ringbuf_cpu_present() is true; the shares add up
 * to exactly `bytes`.  NULL: out of memory, or ringbuf_yield() failed.
 */
struct ringbuf *ringbuf_alloc(u64 bytes, unsigned int nr_cpus);
/* No writer may be active. */
void ringbuf_free(struct ringbuf *rb);

/*
 * Drop all frames, the counters and the index.  No writer may be active.
 * Positions are not reset, so old ones become stale.
 */
void ringbuf_reset(struct ringbuf *rb);

void ringbuf_set_circular(struct ringbuf *rb, int circular);

/*
 * Change the size while writers are active.  Growing loses no frame; shrinking
 * drops, and counts, the oldest whole frames of each CPU that do not fit.  CPUs
 * that have become present get a share; a CPU never loses its share.  Returns
 * 0, -ENOMEM or the error of ringbuf_yield(); on an error nothing has
 * changed.
 */
int ringbuf_resize(struct ringbuf *rb, u64 bytes);

struct ringbuf_info {
	u64 size;		/* bytes asked for */
	u64 free;		/* bytes not used by frames */
	u64 frames;		/* in the buffer now */
	u64 created;		/* committed since the last reset */
	u64 overwritten;	/* frames lost to circular mode */
	u64 shrunk;		/* frames lost to ringbuf_resize() */
	u64 nested;		/* hits lost: the CPU's writer was in use */
	u64 too_big;		/* frames larger than the CPU's share */
	u64 no_share;		/* hits lost while the CPU had no share */
	u64 taken;		/* frames that ringbuf_take() has taken */
	u64 memory;		/* bytes of memory in use, including tables */
};

/*
 * cpu: one CPU, or -1 for the sum.  Exact when no writer is active; otherwise
 * each number was correct at some moment of the call.
 *
 * Context: any, including NMI.
 */
void ringbuf_get_info(struct ringbuf *rb, int cpu, struct ringbuf_info *info);

/* ---- writing: on this CPU, preemption off ------------------------------- */

/*
 *	ringbuf_enter()			claim this CPU's writer
 *	  ringbuf_reserve()		the header, and space for n bytes
 *	    ringbuf_put_word(), ringbuf_piece()
 *	  ringbuf_commit()		readers see the frame
 *	ringbuf_leave()
 *
 * That is the way of a frame whose largest size is known: one check for all of
 * it, and what is put into it goes to a cursor that the caller keeps in
 * registers.  If it also fits into the current page (ringbuf_page_has()), the
 * compiler leaves out what crosses pages.
 *
 * A frame of unknown size, or one that turns out to need more, begins in the
 * same way, with what is known.  Then it grows in the ring:
 *
 *	  ringbuf_reserve(), ringbuf_put_word(), ringbuf_piece()
 *	  ringbuf_grow()		no cursor from here on
 *	    ringbuf_append(), ringbuf_space() and ringbuf_advance(), ...
 *	  ringbuf_commit_grown(), or ringbuf_discard()
 *
 * Each addition is checked for space, and may be taken back
 * (ringbuf_rewind()).
 *
 * One frame at a time.  It does not count before its commit.  At a cursor, one
 * that is not committed is as if it had not been reserved, but for the frames
 * that were dropped for it.
 */

/* Largest frame, header included (tfile and GDB count in an int). */
#define RINGBUF_FRAME_MAX	0x7ff00000U

/* The writer of a CPU, valid as long as the buffer; NULL: cpu >= nr_cpus. */
struct ringbuf_cpu *ringbuf_writer(struct ringbuf *rb, unsigned int cpu);

/*
 * Claim this CPU's writer.  Returns 0 if it is already claimed (counted as
 * nested) or its CPU has no share (counted as no_share).  The claim also
 * protects per-CPU scratch data of the caller until ringbuf_leave().
 */
static inline int ringbuf_enter(struct ringbuf_cpu *rc);
/*
 * The parts of ringbuf_enter().  If ringbuf_is_busy(), call
 * ringbuf_reject(), which counts the loss and returns 0; otherwise
 * ringbuf_claim().  An operation of a single instruction needs no claim.
 */
static inline int ringbuf_is_busy(const struct ringbuf_cpu *rc);
int ringbuf_reject(struct ringbuf_cpu *rc);
static inline void ringbuf_claim(struct ringbuf_cpu *rc);
static inline void ringbuf_leave(struct ringbuf_cpu *rc);
/* Position of the frame that is being written: another one has another. */
static inline u64 ringbuf_start(const struct ringbuf_cpu *rc);

/* ---- a frame at a cursor ------------------------------------------------- */

struct ringbuf_cursor {
	struct ringbuf_hdr *hdr;	/* may straddle pages; NULL: no space */
	u64 *at, *end;		/* end: of the page */
	u64 page_end;		/* end, as a position */
	unsigned long idx;	/* of the page */
};

/* Do a header and n bytes fit in the current page without dropping frames? */
static inline int ringbuf_page_has(const struct ringbuf_cpu *rc, u32 n);
/*
 * Reserve a frame of at most n bytes, a multiple of 8, and write its header.
 * If necessary, drop the oldest frames.  `split' is a constant, the same in all
 * calls for a frame: may it cross pages?  If not, ringbuf_page_has() must be
 * true.  ->hdr is NULL if there is no space (only with split).
 */
static __always_inline struct ringbuf_cursor
ringbuf_reserve(struct ringbuf_cpu *rc, u32 n, u32 tag, u64 time, u64 addr,
		int split);
static __always_inline void ringbuf_put_word(const struct ringbuf_cpu *rc,
					     struct ringbuf_cursor *c,
					     u64 word, int split);
/* Put up to n words, *got of them, in one piece for the caller to fill. */
static __always_inline u64 *ringbuf_piece(const struct ringbuf_cpu *rc,
					  struct ringbuf_cursor *c, u32 n,
					  u32 *got, int split);
/* Publish what has been put.  Returns the size of the frame. */
static __always_inline unsigned long
ringbuf_commit(struct ringbuf_cpu *rc, const struct ringbuf_cursor *c,
	       int split);
/* Instead: keep what has been put, and grow.  An earlier copy of c undoes. */
static __always_inline void ringbuf_grow(struct ringbuf_cpu *rc,
					 const struct ringbuf_cursor *c,
					 int split);

/* ---- a frame that grows -------------------------------------------------- */

/*
 * Contiguous space at the frame's end: up to `want` bytes (want >= 1), *got of
 * them.  A circular buffer drops its oldest frames for it.  NULL: the buffer is
 * full, or the frame is larger than this CPU's share.
 */
void *ringbuf_space(struct ringbuf_cpu *rc, u32 want, u32 *got);
/* n bytes of it in the current page, if that needs no frame dropped; or NULL. */
static inline void *ringbuf_space_here(const struct ringbuf_cpu *rc, u32 n);
/* Append n of the bytes that either returned. */
static inline void ringbuf_advance(struct ringbuf_cpu *rc, u32 n);
/* Can the frame grow by n bytes, if necessary by dropping older frames? */
int ringbuf_fits(const struct ringbuf_cpu *rc, u64 n);
/* Copy and append, across pages.  0, or -ENOSPC with nothing appended. */
int ringbuf_append(struct ringbuf_cpu *rc, const void *data, u32 n);
/* Append two words; the frame's size must be a multiple of 8. */
int ringbuf_append_pair(struct ringbuf_cpu *rc, u64 a, u64 b);

/* Pad with zeros to a multiple of 8.  There is always space for that. */
void ringbuf_pad(struct ringbuf_cpu *rc);
/* Bytes in the frame so far; cut the frame back to an earlier mark. */
static inline u32 ringbuf_mark(const struct ringbuf_cpu *rc);
void ringbuf_rewind(struct ringbuf_cpu *rc, u32 mark);
/* Overwrite 8 bytes at an 8-byte aligned mark. */
void ringbuf_patch(struct ringbuf_cpu *rc, u32 mark, u64 word);

/* Publish the frame, padded if necessary.  Returns its size. */
static inline unsigned long ringbuf_commit_grown(struct ringbuf_cpu *rc);
/* Drop the frame, whether it was reserved or not. */
void ringbuf_discard(struct ringbuf_cpu *rc);
/* ringbuf_discard(), counted in too_big (circular mode). */
void ringbuf_discard_too_big(struct ringbuf_cpu *rc);

#include "ringbuf/fast.h"

/* ---- reading ------------------------------------------------------------ */

/* Start of a CPU's oldest frame that is not taken, and end of its newest. */
u64 ringbuf_first(struct ringbuf *rb, unsigned int cpu);
u64 ringbuf_end(struct ringbuf *rb, unsigned int cpu);
/*
 * Read the header of the frame at pos, or len bytes at offset off of its
 * payload.  Returns 0; -ENOENT beyond the last frame or the payload; -ESTALE if
 * the frame was dropped or overwritten before or during the copy: do not use
 * the result.
 */
int ringbuf_read_hdr(struct ringbuf *rb, unsigned int cpu, u64 pos,
		     struct ringbuf_hdr *hdr);
int ringbuf_read(struct ringbuf *rb, unsigned int cpu, u64 pos, u32 off,
		 void *dst, u32 len);
/* The same, with the header that ringbuf_read_hdr() has read there. */
int ringbuf_read_part(struct ringbuf *rb, unsigned int cpu, u64 pos,
		      const struct ringbuf_hdr *hdr, u32 off, void *dst,
		      u32 len);

/* ---- frames in order ----------------------------------------------------- */

struct ringbuf_ref {
	u64 pos;
	u32 cpu;
	u32 tag;
};

/*
 * A walk over the frames of all CPUs in order of ->time; frames of one CPU keep
 * their order.  Its memory does not depend on the number of frames, and any
 * number of walks may be on.
 */
struct ringbuf_walk;

/* NULL: out of memory. */
struct ringbuf_walk *ringbuf_walk_alloc(const struct ringbuf *rb);
void ringbuf_walk_free(struct ringbuf_walk *walk);
/*
 * Begin with the oldest frame and end with the newest that is there now; may be
 * called again.  Returns the number of frames, or more if hits drop some.
 */
u64 ringbuf_walk_begin(struct ringbuf *rb, struct ringbuf_walk *walk);
/* Returns 0, or -ENOENT at the end.  Frames that were dropped are left out. */
int ringbuf_walk_next(struct ringbuf *rb, struct ringbuf_walk *walk,
		      struct ringbuf_ref *ref);

/*
 * The frame that ringbuf_walk_next() returns next: its time, and *all: does the
 * walk have a later one of each CPU, so that none can come before it any more?
 * Returns 0 or -ENOENT.
 */
int ringbuf_walk_peek(const struct ringbuf_walk *walk, u64 *time, int *all);

/* ---- frames that leave the buffer ---------------------------------------- */

/*
 * The frame of `size' at pos has been read, and is to leave the buffer: hits may
 * use its space, in any mode, and no reader finds it or one before it on its CPU.
 * Hits do not wait: one may have dropped it by now.
 */
void ringbuf_take(struct ringbuf *rb, unsigned int cpu, u64 pos, u32 size);
/*
 * Frames that were dropped, but not taken before, since the last reset.  Exact
 * when all frames are taken and no writer is active; until then a frame that was
 * dropped while it was read may count, too.
 */
u64 ringbuf_lost(struct ringbuf *rb);
/* Are there no frames? */
int ringbuf_is_empty(struct ringbuf *rb);

/* ---- the newest frames, after an oops or a panic -------------------------- */

struct ringbuf_last {
	u64 time;		/* orders them: see ringbuf_walk_next() */
	u64 stamp;		/* ->time of the frame */
	u64 addr;
	u64 pos;
	u32 cpu;
	u32 tag;
	u32 len;		/* bytes of payload */
};

struct ringbuf_last_info {
	u64 frames;		/* all that were found */
	u32 cut;		/* CPUs of which the newest were not */
};

/*
 * Find the newest frames, at most `most' (1 or more), in the order of a walk.
 * work: space for as many positions.  Returns how many.  Of a CPU whose ring was
 * being changed there may be none, or not the newest; where a frame makes no
 * sense, there are those before it.
 *
 * Waits for nobody: other CPUs may write, or have been stopped in the middle of
 * a frame or of a change.
 *
 * Context: any, including NMI; one caller at a time.
 */
u32 ringbuf_last(struct ringbuf *rb, struct ringbuf_last *last, u64 *work,
		 u32 most, struct ringbuf_last_info *info);
/*
 * Read len bytes at offset off of its payload.  Returns 0, -ENOENT beyond the
 * payload, or -ESTALE if the frame is gone.
 * Context: as ringbuf_last().
 */
int ringbuf_last_read(struct ringbuf *rb, const struct ringbuf_last *frame,
		      u32 off, void *dst, u32 len);

/* ---- frame numbers ------------------------------------------------------ */

/*
 * Number all frames from 0 in the order of a walk.  Build the index when the run
 * has stopped; linear in the number of frames.  Returns 0, or, without an index,
 * -ENOMEM or the error of ringbuf_yield().  A later resize makes entries stale,
 * not wrong.
 */
int ringbuf_index_build(struct ringbuf *rb);
void ringbuf_index_drop(struct ringbuf *rb);
u64 ringbuf_index_count(const struct ringbuf *rb);

/* 0 or -ENOENT. */
int ringbuf_index_get(const struct ringbuf *rb, u64 n, struct ringbuf_ref *ref);

/* ---- provided by the user: trace/run/buffer.c, or a test's fake --------- */

int ringbuf_cpu_present(unsigned int cpu);
void *ringbuf_page_alloc(void);		/* RINGBUF_PAGE_SIZE bytes, or NULL */
void ringbuf_page_free(void *page);
void *ringbuf_table_alloc(size_t bytes);	/* zeroed, or NULL; any size */
void ringbuf_table_free(void *table);
/*
 * Run fn(arg) on that CPU with interrupts off (only NMIs can interrupt it), or
 * locally if the CPU is offline.  Waits until fn() has returned.
 */
void ringbuf_run_on_cpu(unsigned int cpu, void (*fn)(void *arg), void *arg);
/*
 * Copy n bytes of kernel memory that may not be there.  Returns 0 or an error.
 * Context: any, including NMI.
 */
int ringbuf_peek(void *dst, const void *src, u32 n);
/*
 * Called every RINGBUF_STRIDE steps of a long operation: let others run.
 * Returns 0, or a negative errno if the requester has given up.
 */
int ringbuf_yield(const char *what, u64 done);

#endif
