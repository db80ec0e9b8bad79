/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Loading and unloading of modules.
 */
#ifndef COMPAT_MODULE_H
#define COMPAT_MODULE_H

#include <linux/types.h>

#define KC_MODULE_NAME_LEN	64
#define KC_BUILD_ID_MAX		32
#define KC_SRCVERSION_MAX	32
#define KC_MODULE_AREAS		4

/* A module that is loaded, or was. */
struct kc_module {
	char name[KC_MODULE_NAME_LEN];
	unsigned long text, text_size;	/* code without __init */
	/* What stays after init, in an order fixed for each kernel. */
	struct {
		unsigned long start, size;	/* size 0: none */
	} areas[KC_MODULE_AREAS];
	u32 build_id_len;		/* 0: none */
	u8 build_id[KC_BUILD_ID_MAX];
	char srcversion[KC_SRCVERSION_MAX];	/* or "" */
};

/*
 * Call fn for each module that is loaded (comes: its code is in place, its init
 * function may not have run yet) or unloaded (its code is still there).  fn
 * runs in process context, may sleep, and delays the load or unload.  One
 * watcher at a time.  Returns 0 or a negative errno.
 * Context: process, may sleep.
 */
typedef void (*kc_module_fn_t)(const struct kc_module *mod, int comes);
int kc_watch_modules(kc_module_fn_t fn);
void kc_unwatch_modules(void);

/*
 * Find a GNU build-id note at a multiple of 4 in [at, end) and copy its ID to
 * id, of KC_BUILD_ID_MAX bytes.  Returns the length in bytes, or 0.
 * Context: process.
 */
u32 kc_find_build_id(unsigned long at, unsigned long end, u8 *id);

/*
 * While this is 0 the notifier does nothing.  A call of fn may be in progress
 * when it is set to 0.
 * Context: any.
 */
void kc_modules_wanted(int on);

#endif
