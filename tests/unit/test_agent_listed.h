/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Programs that are given, not random.  Uses compile(), compare() and show() of
 * the test that includes it.
 */
#ifndef TEST_AGENT_LISTED_H
#define TEST_AGENT_LISTED_H

static int make(const char *hex)
{
	len = read_hex(hex);
	return compile();
}

/* Programs from a file: bytecode in hex, and text. */
static const char *listed;

static void test_listed(void)
{
	FILE *f = fopen(listed, "r");
	unsigned long done = 0;
	char line[4096];
	u32 i;

	CHECK(f != NULL);
	while (f && fgets(line, sizeof(line), f)) {
		*strchr(line, ' ') = 0;
		if (!make(line))
			continue;
		done++;
		for (i = 0; i < 2000; i++) {
			set_values();
			if (compare()) {
				show();
				return;
			}
		}
	}
	fclose(f);
	printf("  %lu without the interpreter\n", done);
	CHECK(done > 0);
}

#endif
