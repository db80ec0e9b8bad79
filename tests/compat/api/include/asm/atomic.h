/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_ASM_ATOMIC_H
#define API_ASM_ATOMIC_H

#include <linux/types.h>

typedef struct {
	int api_counter;
} atomic_t;

#ifdef CONFIG_X86_32
typedef atomic_t atomic_long_t;
#if API >= API_EL6
typedef struct {
	u64 __attribute__((aligned(8))) counter;
} atomic64_t;

void atomic64_set(atomic64_t *v, u64 i);
u64 atomic64_inc_return(atomic64_t *v);
#endif
#else
typedef struct {
	long api_counter;
} atomic64_t;

typedef atomic64_t atomic_long_t;
#endif

#define ATOMIC_INIT(i)	{ (i) }

static inline int atomic_read(const atomic_t *v)
{
	return *(const volatile int *)&v->api_counter;
}

static inline void atomic_set(atomic_t *v, int i)
{
	v->api_counter = i;
}

static inline void atomic_inc(atomic_t *v)
{
	v->api_counter++;
}

static inline int atomic_inc_return(atomic_t *v)
{
	return ++v->api_counter;
}

#if API >= API_EL8_1
static inline void atomic64_set(atomic64_t *v, s64 i)
{
	v->api_counter = i;
}

static inline s64 atomic64_inc_return(atomic64_t *v)
{
	return ++v->api_counter;
}
#elif defined(CONFIG_X86_64)
static inline void atomic64_set(atomic64_t *v, long i)
{
	v->api_counter = i;
}

static inline long atomic64_inc_return(atomic64_t *v)
{
	return ++v->api_counter;
}
#endif

#if API >= API_4_4
static inline long atomic_long_read(const atomic_long_t *v)
#else
static inline long atomic_long_read(atomic_long_t *v)
#endif
{
	return *(const volatile long *)&v->api_counter;
}

static inline void atomic_long_set(atomic_long_t *v, long i)
{
	v->api_counter = i;
}

static inline void atomic_long_inc(atomic_long_t *v)
{
	v->api_counter++;
}

#if API >= API_2_6_26
static inline long atomic_long_inc_return(atomic_long_t *v)
{
	return ++v->api_counter;
}
#endif

#if API >= API_EL7
#include <asm/cmpxchg.h>
#elif API >= API_EL6
#include <asm/system.h>
#endif

#endif
