/* SPDX-License-Identifier: GPL-2.0 */
/*
 * putgtprsp --record: what was lost, and what is shown of the recording.
 */
#include "recorder.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What the module counts, beside the node. Return 0 if it is not there. */
static int lost_now(u64 *lost)
{
	static const char * const names[] = {
		"lost_unread", "lost_nested", "lost_too_big", "lost_missed",
		"lost_no_share", NULL
	};
	char path[NAME_LEN + 16], line[512], word[32];
	const char *slash = strrchr(rec.name, '/');
	int i, found = 0;
	u64 value;
	FILE *f;

	if (!slash)
		return 0;
	snprintf(path, sizeof(path), "%.*s/gtpstat", (int)(slash - rec.name),
		 rec.name);
	f = fopen(path, "r");
	if (!f)
		return 0;
	*lost = 0;
	while (fgets(line, sizeof(line), f) && line[0] != '\n') {
		if (sscanf(line, "%31s %llu", word, &value) != 2)
			continue;
		for (i = 0; names[i]; i++) {
			if (!strcmp(word, names[i])) {
				*lost += value;
				found = 1;
			}
		}
	}
	fclose(f);
	return found;
}

/* A new run counts from 0. */
void lost_look(void)
{
	u64 lost;

	if (!lost_now(&lost))
		return;
	if (!rec.lost_known) {
		rec.lost_known = 1;
		rec.lost_base = lost;
	} else if (lost < rec.lost_last) {
		rec.lost_before += rec.lost_last - rec.lost_base;
		rec.lost_base = 0;
	}
	rec.lost_last = lost;
}

static u64 lost_sum(void)
{
	return rec.lost_before + rec.lost_last - rec.lost_base;
}

void show_progress(void)
{
	unsigned long ms = ms_since(rec.shown);
	u64 rate;
	char line[256];
	int n;

	if (rec.quiet || ms < 1000)
		return;
	lost_look();
	rate = (rec.total_bytes - rec.shown_bytes) * 10 / (1000 * ms);
	rec.shown = now_ticks();
	rec.shown_bytes = rec.total_bytes;
	n = snprintf(line, sizeof(line),
		     "\r%llu frames, %llu.%llu MB/s, %llu lost, %u file%s\033[K",
		     rec.total_frames, rate / 10, rate % 10, lost_sum(),
		     rec.number, rec.number == 1 ? "" : "s");
	if (write(STDERR_FILENO, line, n) < 0)
		rec.quiet = 1;
}

void progress_end(void)
{
	if (!rec.quiet && write(STDERR_FILENO, "\r\033[K", 4) < 0)
		rec.quiet = 1;
}

void show_sum(void)
{
	char lost[48] = "";

	lost_look();
	if (rec.lost_known)
		snprintf(lost, sizeof(lost), ", %llu lost", lost_sum());
	progress_end();
	complain("recorded %llu frames, %llu bytes%s, in %u file%s of %s",
		 rec.total_frames, rec.total_bytes, lost, rec.number,
		 rec.number == 1 ? "" : "s", rec.dir);
}
