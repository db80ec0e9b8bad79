/* SPDX-License-Identifier: GPL-2.0 */
/*
 * compat/word64.h: a read returns a value that was written as a whole, with
 * interference at any instruction (a trap after each), and on another CPU.
 */
#include <linux/types.h>
#include <linux/kernel.h>
#define CONFIG_X86	1
#ifdef __i386__
#define BITS_PER_LONG	32
#define CONFIG_X86_32	1
#else
#define BITS_PER_LONG	64
#define CONFIG_X86_64	1
#endif
#include "compat/barrier.h"
#include "compat/word64.h"
#include <pthread.h>
#include <signal.h>
#include <time.h>
#include "tests/unit/unit.h"

#define CHANGES	200000		/* changes to see, in at most SECONDS */
#define SECONDS	2
#define ONE	0x0123456789abcdefULL
#define OTHER	0xfedcba9876543210ULL

/* Would cross a cache line, if its alignment allowed it. */
static struct {
	char pad[60];
	kc_word64_t word;
	u32 guard;
} shared __attribute__((aligned(64)));

static const u64 values[] = { 0, ~0ULL, 0xffffffffULL, 0xffffffff00000000ULL };
static int stop;

/* ---- a trap after each instruction --------------------------------------- */

#define TRAP_FLAG	0x100UL
#ifdef __i386__
#define FLAGS(change)	"pushfl; " change "l %0, (%%esp); popfl"
#else
#define FLAGS(change)	"lea -128(%%rsp), %%rsp; pushfq; " change \
			"q %0, (%%rsp); popfq; lea 128(%%rsp), %%rsp"
#endif
#define STEP_ON()	__asm__ __volatile__(FLAGS("or") : : "ri" (TRAP_FLAG) \
					     : "memory", "cc")
#define STEP_OFF()	__asm__ __volatile__(FLAGS("and") : : "ri" (~TRAP_FLAG) \
					     : "memory", "cc")

static int traps, writes, halves;

static void trapped(int sig)
{
	u64 v = *(volatile u64 *)&shared.word;

	traps++;
	if (writes)
		*(volatile u64 *)&shared.word = v == ONE ? OTHER : ONE;
	else
		halves += v != ONE && v != OTHER;
}

static void between_any_two_instructions(void)
{
	struct sigaction action;
	int i, torn = 0;
	u64 v;

	memset(&action, 0, sizeof(action));
	action.sa_handler = trapped;
	sigaction(SIGTRAP, &action, NULL);
	shared.word = ONE;
	for (i = 0; i < 100; i++) {
		writes = 1;
		STEP_ON();
		v = kc_load64(&shared.word);
		STEP_OFF();
		torn += v != ONE && v != OTHER;
		writes = 0;
		STEP_ON();
		kc_store64(&shared.word, i % 2 ? ONE : OTHER);
		STEP_OFF();
		CHECK_EQ(shared.word, i % 2 ? ONE : OTHER);
	}
	CHECK_EQ(torn, 0);
	CHECK_EQ(halves, 0);
	CHECK(traps >= 400);
}

/* ---- another thread ------------------------------------------------------ */

static void *write_on(void *unused)
{
	unsigned int i;

	for (i = 0; !kc_load(&stop); i++)
		kc_store64(&shared.word, i % 2 ? ONE : OTHER);
	return NULL;
}

static void never_half_a_value(void)
{
	time_t end = time(NULL) + SECONDS;
	int i, torn = 0, changes = 0;
	pthread_t thread;
	u64 v, last = OTHER;

	kc_store64(&shared.word, OTHER);
	shared.guard = 0x5a5a5a5a;
	pthread_create(&thread, NULL, write_on, NULL);
	while (changes < 2 || (changes < CHANGES && time(NULL) < end)) {
		for (i = 0; i < 1000; i++) {
			v = kc_load64(&shared.word);
			torn += v != ONE && v != OTHER;
			changes += v != last;
			last = v;
		}
	}
	kc_store(&stop, 1);
	pthread_join(thread, NULL);
	CHECK_EQ(torn, 0);
	CHECK_EQ(shared.guard, 0x5a5a5a5a);
}

static void what_is_stored_is_loaded(void)
{
	unsigned int i, j;

	CHECK_EQ((unsigned long)&shared.word % 8, 0);
	for (i = 0; i < ARRAY_SIZE(values); i++)
		for (j = 0; j < ARRAY_SIZE(values); j++) {
			kc_store64(&shared.word, values[i]);
			CHECK_EQ(kc_load64(&shared.word), values[i]);
			kc_store64(&shared.word, values[j]);
			CHECK_EQ(kc_load64(&shared.word), values[j]);
			CHECK_EQ(shared.word, values[j]);
		}
}

int main(void)
{
	RUN(what_is_stored_is_loaded);
	RUN(between_any_two_instructions);
	RUN(never_half_a_value);
	return unit_end();
}
