/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Modules that go during a run, with tracepoints in them, and come back.  Process
 * context, under gtp.lock, but for module_event().
 */
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "compat/lock.h"
#include "compat/log.h"
#include "compat/module.h"
#include "trace/internal.h"
#include "trace/probes.h"

/* ---- what the kernel tells ---------------------------------------------------- */

/*
 * Who loads a module waits for the notifier, and may be what the holder of
 * gtp.lock waits for.  So it takes a note, and the thread does the rest.
 */
struct module_event {
	struct list_head list;
	struct kc_module mod;
	int comes;
};

static DEFINE_MUTEX(events_lock);
static LIST_HEAD(events);	/* in their order */

static void module_event(const struct kc_module *mod, int comes)
{
	struct module_event *event = kmalloc(sizeof(*event), GFP_KERNEL);

	if (!event) {
		kc_err("no memory: what becomes of tracepoints in module %s is not seen to\n",
		       mod->name);
		return;
	}
	event->mod = *mod;
	event->comes = comes;
	mutex_lock(&events_lock);
	list_add_tail(&event->list, &events);
	mutex_unlock(&events_lock);
	gtp_run_wake();
}

static struct module_event *next_event(void)
{
	struct module_event *event = NULL;

	mutex_lock(&events_lock);
	if (!list_empty(&events)) {
		event = list_entry(events.next, struct module_event, list);
		list_del(&event->list);
	}
	mutex_unlock(&events_lock);
	return event;
}

/* ---- modules that have gone ------------------------------------------------------ */

enum gone_state {
	GONE_AWAY,
	GONE_BACK,		/* where it was */
	GONE_MOVED,		/* back at another address */
	GONE_OTHER,		/* another build has come */
	GONE_UNKNOWN,		/* one has come of which that cannot be told */
	GONE_REFUSED,		/* it is back, and the probes are not */
};

struct gtp_gone {
	struct list_head list;
	struct kc_module was;
	enum gone_state state;
	const char *why;	/* GONE_REFUSED */
};

static LIST_HEAD(gone);		/* in this run or the last */

/* 1, 0, or -1: that cannot be told. */
static int same_build(const struct kc_module *a, const struct kc_module *b)
{
	if (a->build_id_len && b->build_id_len)
		return a->build_id_len == b->build_id_len &&
		       !memcmp(a->build_id, b->build_id, a->build_id_len);
	if (a->srcversion[0] && b->srcversion[0])
		return !strcmp(a->srcversion, b->srcversion);
	return -1;
}

static struct gtp_gone *gone_get(const struct kc_module *mod)
{
	struct gtp_gone *g;

	list_for_each_entry(g, &gone, list)
		if (!strcmp(g->was.name, mod->name) && g->state != GONE_AWAY &&
		    same_build(&g->was, mod) == 1)
			return g;
	g = kzalloc(sizeof(*g), GFP_KERNEL);
	if (g)
		list_add_tail(&g->list, &gone);
	return g;
}

static int is_in(const struct gtp_point *tp, const struct kc_module *mod)
{
	return tp->addr - mod->text < mod->text_size;
}

static void module_went(const struct kc_module *mod)
{
	struct gtp_gone *g = NULL;
	struct gtp_point *tp;

	list_for_each_entry(tp, &gtp.points, list) {
		if (!is_in(tp, mod) || tp->away)
			continue;
		if (!g)
			g = gone_get(mod);
		if (!g) {
			kc_err("no memory: tracepoints in module %s stay out\n",
			       mod->name);
			return;
		}
		tp->gone = g;
		tp->away = 1;
	}
	if (!g)
		return;
	g->was = *mod;
	g->state = GONE_AWAY;
	gtp_sites_out_of(mod->text, mod->text_size);
}

/* The same build is laid out in the same way, wherever it is. */
static void module_back(struct gtp_gone *g, const struct kc_module *mod)
{
	u64 moved = mod->text - g->was.text;
	struct gtp_point *tp;
	const char *why;

	if (moved & ~PAGE_MASK) {
		g->state = GONE_OTHER;
		return;
	}
	g->state = moved ? GONE_MOVED : GONE_BACK;
	list_for_each_entry(tp, &gtp.points, list) {
		if (tp->gone != g || !tp->away)
			continue;
		tp->addr += moved;
		tp->away = 0;
		if (tp->skipped || (!tp->enabled && !(gtp.uses & GTP_USES_SWITCH)))
			continue;
		why = gtp_arm_late(tp);
		if (!why)
			continue;
		g->state = GONE_REFUSED;
		g->why = why;
	}
	g->was = *mod;
}

static void module_came(const struct kc_module *mod)
{
	struct gtp_gone *g;
	int same;

	list_for_each_entry(g, &gone, list) {
		if (strcmp(g->was.name, mod->name) || g->state == GONE_BACK ||
		    g->state == GONE_MOVED)
			continue;
		same = same_build(&g->was, mod);
		if (same == 1)
			module_back(g, mod);
		else
			g->state = same ? GONE_UNKNOWN : GONE_OTHER;
	}
}

void gtp_modules_settle(void)
{
	struct module_event *event;

	kc_assert_held(&gtp.lock);
	for (event = next_event(); event; event = next_event()) {
		if (!gtp.armed || gtp_must_settle())
			;	/* its run is over */
		else if (event->comes)
			module_came(&event->mod);
		else
			module_went(&event->mod);
		kfree(event);
	}
}

/* No run is on: what was told too late for the last one is dropped. */
void gtp_modules_watch(int on)
{
	if (!on)
		kc_modules_wanted(0);
	gtp_modules_settle();
	if (on)
		kc_modules_wanted(1);
}

/* A new run begins: what there is to tell is of the last one. */
void gtp_modules_forget(void)
{
	struct gtp_gone *g, *next;
	struct gtp_point *tp;

	list_for_each_entry(tp, gtp_shown_points(), list)
		tp->gone = NULL;
	list_for_each_entry(tp, &gtp.points, list) {
		tp->gone = NULL;
		tp->away = 0;
	}
	list_for_each_entry_safe(g, next, &gone, list) {
		list_del(&g->list);
		kfree(g);
	}
}

/* ---- what the user is told --------------------------------------------------------- */

static void gone_tell(const struct gtp_gone *g, char *buf, size_t size)
{
	const struct gtp_point *tp;
	char who[48] = "its tracepoints";
	u32 n = 0;

	list_for_each_entry(tp, gtp_shown_points(), list) {
		if (tp->gone != g)
			continue;
		if (!n++)
			snprintf(who, sizeof(who), "tracepoint %u", tp->num);
	}
	if (n > 1)
		snprintf(who + strlen(who), sizeof(who) - strlen(who),
			 " and %u more", n - 1);
	switch (g->state) {
	case GONE_AWAY:
		snprintf(buf, size, "%s: module %s was unloaded; not armed until the same build returns",
			 who, g->was.name);
		break;
	case GONE_BACK:
		snprintf(buf, size, "%s: module %s was unloaded and has returned; armed again",
			 who, g->was.name);
		break;
	case GONE_MOVED:
		snprintf(buf, size, "%s: module %s has returned at another address; armed again; load its symbols again (remove-symbol-file, add-symbol-file)",
			 who, g->was.name);
		break;
	case GONE_OTHER:
		snprintf(buf, size, "%s: module %s has returned as another build; not armed; load its symbols and set it again",
			 who, g->was.name);
		break;
	case GONE_UNKNOWN:
		snprintf(buf, size, "%s: module %s has returned, without a build-id or srcversion that tells the build; not armed; set it again",
			 who, g->was.name);
		break;
	case GONE_REFUSED:
		snprintf(buf, size, "%s: module %s has returned; not armed: %s",
			 who, g->was.name, g->why);
		break;
	}
}

int gtp_remark_gone(u32 n, char *buf, size_t size)
{
	const struct gtp_gone *g;

	if (!n)
		gtp_modules_settle();
	list_for_each_entry(g, &gone, list) {
		if (n--)
			continue;
		gone_tell(g, buf, size);
		return 1;
	}
	return 0;
}

int gtp_modules_init(void)
{
	return kc_watch_modules(module_event);
}

void gtp_modules_exit(void)
{
	kc_unwatch_modules();
	mutex_lock(&gtp.lock);
	gtp_modules_settle();
	gtp_modules_forget();
	mutex_unlock(&gtp.lock);
}
