/* SPDX-License-Identifier: GPL-2.0 */
#include <linux/errno.h>
#include <linux/irqflags.h>
#include "compat/clock.h"
#include "compat/symbols.h"
#include "compat/word64.h"

#ifdef KC_HAVE_SCHED_CLOCK_BY_NAME

unsigned long long (*kc_sched_clock)(void);

int kc_clock_init(void)
{
	kc_sched_clock = (void *)kc_symbol("sched_clock");
	return kc_sched_clock ? 0 : -ENOENT;
}

#else

int kc_clock_init(void)
{
	return 0;
}

#endif

#ifndef KC_HAVE_KTIME_GET_REAL_FAST_NS

/* Two: the hit path reads one while the other is written. */
static struct {
	kc_word64_t wall, clock;	/* nanoseconds */
} anchors[2];
static unsigned int anchor_turn;

void kc_wall_anchor(void)
{
	unsigned int turn = anchor_turn + 1;
	unsigned long flags;
	u64 clock, sec;
	u32 nsec;

	/* Process context cannot have interrupted a timekeeping writer. */
	local_irq_save(flags);
	sec = kc_wall(&nsec);
	clock = kc_clock();
	local_irq_restore(flags);
	kc_store64(&anchors[turn & 1].wall, sec * 1000000000 + nsec);
	kc_store64(&anchors[turn & 1].clock, clock);
	kc_store_release(&anchor_turn, turn);
}

/* Mixed halves would need three anchor updates during one call. */
u64 kc_wall_any(u32 *nsec)
{
	unsigned int turn;
	int tries = 3;
	u64 ns;

	do {
		turn = kc_load_acquire(&anchor_turn);
		ns = kc_load64(&anchors[turn & 1].wall) -
		     kc_load64(&anchors[turn & 1].clock);
		kc_rmb();
	} while (kc_load(&anchor_turn) != turn && --tries);
	ns += kc_clock();
	*nsec = do_div(ns, 1000000000);
	return ns;
}

#endif
