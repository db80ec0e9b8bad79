/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Framework of the unit tests: each test is a function, each program runs all
 * of its tests and ends with "N passed, N failed, N skipped".
 */
#ifndef TESTS_UNIT_UNIT_H
#define TESTS_UNIT_UNIT_H

#include <stdio.h>
#include <string.h>

static int unit_failed_;	/* in the test that is running */
static int unit_pass_, unit_fail_;

#define CHECK(cond) do {						\
	if (!(cond)) {							\
		unit_failed_ = 1;					\
		printf("%s:%d: not true: %s\n", __FILE__, __LINE__, #cond); \
	}								\
} while (0)

#define CHECK_EQ(a, b) do {						\
	long long a_ = (long long)(a), b_ = (long long)(b);		\
	if (a_ != b_) {							\
		unit_failed_ = 1;					\
		printf("%s:%d: %s is %lld (0x%llx), expected %lld (0x%llx)\n", \
		       __FILE__, __LINE__, #a, a_, a_, b_, b_);		\
	}								\
} while (0)

#define CHECK_STR(a, b) do {						\
	const char *a_ = (a), *b_ = (b);				\
	if (strcmp(a_, b_)) {						\
		unit_failed_ = 1;					\
		printf("%s:%d: %s is \"%s\", expected \"%s\"\n",	\
		       __FILE__, __LINE__, #a, a_, b_);			\
	}								\
} while (0)

static void unit_run_(const char *name, void (*fn)(void))
{
	unit_failed_ = 0;
	fn();
	printf("%-40s %s\n", name, unit_failed_ ? "FAIL" : "PASS");
	fflush(stdout);
	if (unit_failed_)
		unit_fail_++;
	else
		unit_pass_++;
}

#define RUN(fn) unit_run_(#fn, fn)

static int unit_end(void)
{
	printf("%d passed, %d failed, 0 skipped\n", unit_pass_, unit_fail_);
	return unit_fail_ || !unit_pass_;
}

#endif
