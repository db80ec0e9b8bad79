/* SPDX-License-Identifier: GPL-2.0 */
/*
 * -r: find the set-up in the packets of a session. At each tstart GDB sends all of
 * it again, from QTinit to QTStart; the last one that the target took is kept. What
 * is sent elsewhere, to look at something or to change a run, is not part of it.
 */
#include "putgtprsp.h"

#include <stdlib.h>
#include <string.h>

static struct {
	const char *path;	/* NULL: -r was not given */
	struct kernel kernel;
	int knows_kernel;	/* the target has told of it */
	int on;			/* between QTinit and QTStart */
	int done;		/* the file is written */
	int failed;
	char *asked;		/* a packet of the set-up without a reply yet */
	struct lines packets;
} rec;

/* k: release and version, and what the target may not tell. */
void record_begin(const char *path, const struct kernel *k)
{
	rec.path = path;
	rec.kernel = *k;
	rec.knows_kernel = 0;
	rec.on = 0;
	rec.done = 0;
	rec.failed = 0;
}

static void save(void)
{
	if (!rec.knows_kernel) {
		complain("cannot write %s: the target has not told where its kernel is: is it KGTP, and can GDB read XML?",
			 rec.path);
		rec.failed = 1;
	} else if (experiment_write(rec.path, &rec.kernel, &rec.packets)) {
		rec.failed = 1;
	} else {
		rec.done = 1;
		rec.failed = 0;
		note("%u packets of the set-up are in %s", rec.packets.nr,
		     rec.path);
	}
}

static void forget_asked(void)
{
	free(rec.asked);
	rec.asked = NULL;
}

static void got_packet(const struct scan *s)
{
	const char *packet = (const char *)s->text;

	forget_asked();
	if (!strcmp(packet, "QTinit")) {
		clear_lines(&rec.packets);
		rec.on = 1;
	} else if (rec.on && (is_setup(packet) || !strcmp(packet, "QTStart"))) {
		rec.asked = strdup(packet);
		if (!rec.asked) {
			complain("no memory");
			rec.on = 0;
			rec.failed = 1;
		}
	}
}

static void got_reply(const struct scan *s)
{
	const char *reply = (const char *)s->text;

	if (s->lead != '$' || (reply[0] == 'O' && reply[1] != 'K'))
		return;
	if (!rec.knows_kernel && (reply[0] == 'l' || reply[0] == 'm'))
		rec.knows_kernel = kernel_from_xml(&rec.kernel, reply + 1);
	if (!rec.asked)
		return;
	if (!strcmp(reply, "OK")) {
		if (!strcmp(rec.asked, "QTStart")) {
			rec.on = 0;
			save();
		} else if (add_line(&rec.packets, rec.asked,
				    strlen(rec.asked), 0)) {
			rec.on = 0;
			rec.failed = 1;
		}
	} else if (reply[0]) {
		/* GDB tells why, and does not start. */
		rec.on = 0;
	}
	forget_asked();
}

/* If -r was given: look at what these find. */
void record_attach(struct scan *down, struct scan *up)
{
	if (!rec.path)
		return;
	down->got = got_packet;
	up->got = got_reply;
}

/* The session is over. Returns the exit status. */
int record_end(void)
{
	if (!rec.path)
		return 0;
	if (!rec.done && !rec.failed)
		complain("nothing was recorded: no tstart in the session has succeeded");
	return rec.done && !rec.failed ? 0 : EXIT_TROUBLE;
}
