/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Modules with tracepoints that are unloaded and loaded again during a run.
 *
 * Context of all functions but module_event(): process, holds gtp.lock.
 */
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "compat/kprobe.h"
#include "compat/lock.h"
#include "compat/module.h"
#include "compat/symbols.h"
#include "trace/base/messages.h"
#include "trace/run/private.h"

/* ---- events from the kernel -------------------------------------------- */

/*
 * The loader of a module waits for the notifier, and the holder of gtp.lock may
 * wait for the loader. So the notifier only queues an event for the thread.
 */
struct module_event {
	struct list_head list;
	struct kc_module mod;
	int comes;
};

static DEFINE_MUTEX(events_lock);
static LIST_HEAD(events);	/* oldest first; under events_lock */

/*
 * Events for which there was no memory, in this run or the last: their number,
 * and the last one. While one is missing no other is queued: it could mislead.
 * Under events_lock.
 */
static struct {
	u32 n;
	int comes, missing;
	char name[KC_MODULE_NAME_LEN];
} lost;

static u32 lost_at_start;	/* lost.n at last start; under events_lock */

/* Context: process, holds events_lock. */
static void lose(const struct kc_module *mod, int comes)
{
	lost.n++;
	lost.comes = comes;
	memcpy(lost.name, mod->name, sizeof(lost.name));
}

static void module_event(const struct kc_module *mod, int comes)
{
	struct module_event *event = kmalloc(sizeof(*event), GFP_KERNEL);

	mutex_lock(&events_lock);
	if (event && !lost.missing) {
		event->mod = *mod;
		event->comes = comes;
		list_add_tail(&event->list, &events);
		event = NULL;
	} else {
		lost.missing = 1;
		lose(mod, comes);
	}
	mutex_unlock(&events_lock);
	kfree(event);
	gtp_run_wake();
}

/* NULL: none left; *missing: the next event was lost. */
static struct module_event *next_event(int *missing)
{
	struct module_event *event = NULL;

	*missing = 0;
	mutex_lock(&events_lock);
	if (!list_empty(&events)) {
		event = list_entry(events.next, struct module_event, list);
		list_del(&event->list);
	} else {
		*missing = lost.missing;
		lost.missing = 0;
	}
	mutex_unlock(&events_lock);
	return event;
}

/* ---- modules that were unloaded ---------------------------------------- */

enum gone_state {
	GONE_AWAY,
	GONE_BACK,		/* at the same address */
	GONE_MOVED,		/* at another address */
	GONE_OTHER,		/* another build was loaded */
	GONE_UNKNOWN,		/* one of unknown build was loaded */
};

struct gtp_unloaded {
	struct list_head list;
	struct kc_module home;	/* as its tracepoints were compiled for it */
	struct kc_module was;	/* where it was last */
	enum gone_state state;
	const char *why;	/* of the last one refused; NULL: is_stale() */
};

static LIST_HEAD(gone);		/* in this run or the last; under gtp.lock */

/* 1, 0, or -1 if unknown. */
static int same_build(const struct kc_module *a, const struct kc_module *b)
{
	if (a->text_size != b->text_size)
		return 0;
	if (a->build_id_len || b->build_id_len)
		return !a->build_id_len || !b->build_id_len ? -1 :
		       a->build_id_len == b->build_id_len &&
		       !memcmp(a->build_id, b->build_id, a->build_id_len);
	if (a->srcversion[0] && b->srcversion[0])
		return !strcmp(a->srcversion, b->srcversion);
	return -1;
}

static int same_places(const struct kc_module *a, const struct kc_module *b)
{
	return !memcmp(a->areas, b->areas, sizeof(a->areas));
}

static int is_back(const struct gtp_unloaded *g)
{
	return g->state == GONE_BACK || g->state == GONE_MOVED;
}

/*
 * The entry for tracepoints that were set for the module as it is now, before
 * it is unloaded.
 */
static struct gtp_unloaded *gone_get(const struct kc_module *mod)
{
	struct gtp_unloaded *g;

	list_for_each_entry(g, &gone, list)
		if (!strcmp(g->home.name, mod->name) && is_back(g) &&
		    same_build(&g->home, mod) == 1 &&
		    same_places(&g->home, mod))
			return g;
	g = kzalloc(sizeof(*g), GFP_KERNEL);
	if (g) {
		g->home = *mod;
		g->was = *mod;
		g->state = GONE_BACK;
		list_add_tail(&g->list, &gone);
	}
	return g;
}

/*
 * The address of a tracepoint whose module is absent means nothing: another
 * module may be there now.
 */
static int is_in(const struct gtp_tracepoint *tp, const struct kc_module *mod)
{
	return tp->addr - mod->text < mod->text_size &&
	       (tp->unloaded ? is_back(tp->unloaded) : !tp->absent);
}

static void module_went(const struct kc_module *mod)
{
	struct gtp_tracepoint *tp;
	struct gtp_unloaded *g;
	int unreported = 0;

	list_for_each_entry(tp, &gtp.tracepoints, list) {
		if (!is_in(tp, mod))
			continue;
		tp->absent = 1;
		/*
		 * Without an entry, tp was set after the module last returned,
		 * or this is the first time it goes.
		 */
		if (tp->unloaded || unreported)
			continue;
		tp->unloaded = gone_get(mod);
		unreported = !tp->unloaded;
	}
	if (unreported) {
		mutex_lock(&events_lock);
		lose(mod, 0);
		mutex_unlock(&events_lock);
	}
	/* Also if that was another build. */
	list_for_each_entry(g, &gone, list)
		if (!strcmp(g->home.name, mod->name))
			g->state = GONE_AWAY;
	gtp_sites_out_of(mod->text, mod->text_size, gtp_yield_lock);
}

static noinline int is_in_a_module(u64 addr)
{
	struct kc_place place;

	return kc_symbol_at(addr, &place) || strchr(place.text, '[');
}

/*
 * An event is missing. If a probe is alive its module is there. All others
 * outside of the kernel's own code stay unarmed: nobody knows what is there
 * now.
 */
static void modules_unknown(void)
{
	struct gtp_tracepoint *tp;

	list_for_each_entry(tp, &gtp.tracepoints, list) {
		if (tp->site ? !kc_kprobe_gone(&tp->site->kp) :
			       tp->absent || !is_in_a_module(tp->addr))
			continue;
		tp->absent = 1;
		if (tp->site)
			gtp_sites_out_of(tp->addr, 1, gtp_yield_lock);
	}
}

/* Is something that it was compiled for no longer at its old address? */
static int is_stale(const struct gtp_tracepoint *tp,
		    const struct kc_module *mod)
{
	const struct kc_module *home = &tp->unloaded->home;
	int i;

	for (i = 0; i < KC_MODULE_AREAS; i++)
		if (home->areas[i].start != mod->areas[i].start &&
		    gtp_compile_names(tp, home->areas[i].start,
				      home->areas[i].size))
			return 1;
	return 0;
}

static void refused(struct gtp_tracepoint *tp, const char *why)
{
	tp->refused = 1;
	tp->unloaded->why = why;
}

static void tracepoint_back(struct gtp_tracepoint *tp,
			    const struct kc_module *mod)
{
	u64 moved = mod->text - tp->unloaded->was.text;
	const char *why;

	tp->refused = 0;
	tp->addr = (unsigned long)(tp->addr + moved);
	gtp_compile_move(tp, moved);
	gtp_pipe_redefine();
	/* Unarmed until the user sets it again, with the new addresses. */
	if (is_stale(tp, mod)) {
		refused(tp, NULL);
		return;
	}
	tp->absent = 0;
	gtp_place_check(tp);
	if (tp->excluded ||
	    (!tp->enabled && !(gtp_hits.uses & GTP_USES_SWITCH)))
		return;
	if (gtp_arm_late(tp, &why))
		refused(tp, why);
}

/* Tracepoints to arm before releasing the lock. */
#define TURN	64

/* All copies of a build have the same layout. */
static void module_back(struct gtp_unloaded *g, const struct kc_module *mod)
{
	struct gtp_tracepoint *tp;
	u32 n = 0;

	if ((mod->text ^ g->was.text) & ~PAGE_MASK) {
		g->state = GONE_OTHER;
		return;
	}
	g->state = same_places(&g->was, mod) ? GONE_BACK : GONE_MOVED;
	list_for_each_entry(tp, &gtp.tracepoints, list) {
		if (tp->unloaded != g || !tp->absent)
			continue;
		tracepoint_back(tp, mod);
		if (!(++n % TURN))
			gtp_yield_lock(n);
	}
	g->was = *mod;
}

static void module_came(const struct kc_module *mod)
{
	struct gtp_unloaded *g;
	int same;

	list_for_each_entry(g, &gone, list) {
		if (strcmp(g->home.name, mod->name) || is_back(g))
			continue;
		same = same_build(&g->home, mod);
		if (same == 1)
			module_back(g, mod);
		else
			g->state = same ? GONE_UNKNOWN : GONE_OTHER;
	}
}

void gtp_modules_handle(void)
{
	struct module_event *event;
	int missing;

	kc_assert_held(&gtp.lock);
	for (event = next_event(&missing); event;
	     event = next_event(&missing)) {
		if (!gtp.armed || gtp_must_finish())
			;	/* the run is over */
		else if (event->comes)
			module_came(&event->mod);
		else
			module_went(&event->mod);
		kfree(event);
	}
	if (missing && gtp.armed && !gtp_must_finish())
		modules_unknown();
}

/* No run is on: drop events that came too late for the last one. */
void gtp_modules_watch(int on)
{
	struct gtp_tracepoint *tp;

	if (!on)
		kc_modules_wanted(0);
	gtp_modules_handle();
	if (!on)
		return;
	/* Without a QTinit these are the tracepoints of the last run. */
	list_for_each_entry(tp, &gtp.tracepoints, list)
		tp->absent = 0;
	mutex_lock(&events_lock);
	lost_at_start = lost.n;
	mutex_unlock(&events_lock);
	kc_modules_wanted(1);
}

/* A new run begins: drop what is to be reported about the last one. */
void gtp_modules_forget(void)
{
	struct gtp_unloaded *g, *next;
	struct gtp_tracepoint *tp;

	mutex_lock(&events_lock);
	lost.n -= lost_at_start;
	lost_at_start = 0;
	mutex_unlock(&events_lock);
	list_for_each_entry(tp, gtp_shown_tracepoints(), list)
		tp->unloaded = NULL;
	list_for_each_entry(tp, &gtp.tracepoints, list) {
		tp->unloaded = NULL;
		tp->absent = 0;
		tp->refused = 0;
	}
	list_for_each_entry_safe(g, next, &gone, list) {
		list_del(&g->list);
		kfree(g);
	}
}

/* ---- reports ----------------------------------------------------------- */

/* "tracepoint 3 and 2 more". Return their number. */
static u32 gone_who(const struct gtp_unloaded *g, int only_refused, char *buf,
		    size_t size)
{
	const struct gtp_tracepoint *tp;
	u32 n = 0, num = 0;

	list_for_each_entry(tp, gtp_shown_tracepoints(), list)
		if (tp->unloaded == g && (!only_refused || tp->refused) && !n++)
			num = tp->num;
	if (n > 1)
		snprintf(buf, size, "tracepoint %u and %u more", num, n - 1);
	else if (n)
		snprintf(buf, size, "tracepoint %u", num);
	else
		snprintf(buf, size, "its tracepoints");
	return n;
}

static void gone_tell(const struct gtp_unloaded *g, char *buf, size_t size)
{
	const char *name = g->home.name;
	char who[48];

	gone_who(g, 0, who, sizeof(who));
	switch (g->state) {
	case GONE_AWAY:
		snprintf(buf, size, REMARK_UNLOADED, who, name,
			 gtp.armed ? REMARK_UNTIL : REMARK_IN_RUN);
		break;
	case GONE_BACK:
		snprintf(buf, size, REMARK_BACK, who, name);
		break;
	case GONE_MOVED:
		snprintf(buf, size, REMARK_MOVED, who, name);
		break;
	case GONE_OTHER:
		snprintf(buf, size, REMARK_OTHER_BUILD, who, name);
		break;
	case GONE_UNKNOWN:
		snprintf(buf, size, REMARK_ANY_BUILD, who, name);
		break;
	}
}

/* Return 0 if there is nothing to report. */
static int refused_tell(const struct gtp_unloaded *g, char *buf, size_t size)
{
	char who[48];

	if (!gone_who(g, 1, who, sizeof(who)))
		return 0;
	if (g->why)
		snprintf(buf, size, REMARK_NOT_ARMED, who, g->why);
	else
		snprintf(buf, size, REMARK_STALE, who);
	return 1;
}

/* Return 0 if there is nothing to report. */
static int lost_tell(char *buf, size_t size)
{
	char more[32] = "";
	int some;

	mutex_lock(&events_lock);
	some = lost.n != 0;
	if (lost.n > 1)
		snprintf(more, sizeof(more), " (%u more before)", lost.n - 1);
	if (some)
		snprintf(buf, size, REMARK_EVENT_LOST, lost.name,
			 lost.comes ? "loaded" : "unloaded", more);
	mutex_unlock(&events_lock);
	return some;
}

/*
 * Each entry has one text, and another one if it is back but some tracepoints
 * are not armed.
 */
int gtp_remark_unloaded(u32 n, char *buf, size_t size)
{
	const struct gtp_unloaded *g;

	if (lost_tell(buf, size) && !n--)
		return 1;
	list_for_each_entry(g, &gone, list) {
		if (!n--) {
			gone_tell(g, buf, size);
			return 1;
		}
		if (g->state != GONE_AWAY && refused_tell(g, buf, size) && !n--)
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
	gtp_modules_handle();
	gtp_modules_forget();
	mutex_unlock(&gtp.lock);
}
