/* SPDX-License-Identifier: GPL-2.0 */
#include <linux/kernel.h>
#include <linux/notifier.h>

#include "compat/config.h"
#include "compat/machine.h"
#include "compat/oops.h"

#ifdef KC_HAVE_PANIC_NOTIFIER_H
#include <linux/panic_notifier.h>
#endif
#ifdef KC_HAVE_KDEBUG_H
#include <linux/kdebug.h>
#endif
#include KC_MACHINE(oops.h)

#if KC_HAS_OOPS

static kc_oops_fn_t watcher;	/* written before the notifiers are registered */

/*
 * Called for each trap, breakpoint and NMI that nobody before has taken, too,
 * such as those of debuggers of user space.
 */
static int die_notify(struct notifier_block *nb, unsigned long val, void *data)
{
	if (val == DIE_OOPS)
		watcher("oops");
	return NOTIFY_DONE;
}

static int panic_notify(struct notifier_block *nb, unsigned long val,
			void *data)
{
	watcher("panic");
	return NOTIFY_DONE;
}

static struct notifier_block die_nb = {
	.notifier_call = die_notify,
};

static struct notifier_block panic_nb = {
	.notifier_call = panic_notify,
};

/* Registering only links the block into a list, and cannot fail. */
void kc_watch_oopses(kc_oops_fn_t fn)
{
	watcher = fn;
	register_die_notifier(&die_nb);
	atomic_notifier_chain_register(&panic_notifier_list, &panic_nb);
}

void kc_unwatch_oopses(void)
{
	atomic_notifier_chain_unregister(&panic_notifier_list, &panic_nb);
	unregister_die_notifier(&die_nb);
}

#else

void kc_watch_oopses(kc_oops_fn_t fn)
{
}

void kc_unwatch_oopses(void)
{
}

#endif
