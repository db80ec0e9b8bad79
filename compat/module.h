/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Modules that come and go.
 */
#ifndef COMPAT_MODULE_H
#define COMPAT_MODULE_H

#include <linux/types.h>

#define KC_MODULE_NAME_LEN	64
#define KC_BUILD_ID_MAX		32
#define KC_SRCVERSION_MAX	32
#define KC_MODULE_AREAS		4

/* What is to be known of a module that is there, or was. */
struct kc_module {
	char name[KC_MODULE_NAME_LEN];
	unsigned long text, text_size;	/* its code, but for __init code */
	/* All of it that stays, in an order that is the same for a kernel. */
	struct {
		unsigned long start, size;	/* size 0: none */
	} areas[KC_MODULE_AREAS];
	u32 build_id_len;		/* 0: it has none */
	u8 build_id[KC_BUILD_ID_MAX];
	char srcversion[KC_SRCVERSION_MAX];	/* or "" */
};

/*
 * Process context; sleep.  fn is called in process context, may sleep, and holds
 * back who loads or unloads the module: comes: its code is in place, and its
 * init function may not have run yet; otherwise it goes, and its code is there
 * still.  One watcher at a time: 0 or a negative errno.
 */
typedef void (*kc_module_fn_t)(const struct kc_module *mod, int comes);
int kc_watch_modules(kc_module_fn_t fn);
void kc_unwatch_modules(void);

/*
 * While this is 0 fn is not called, and nothing is looked up.  Any context; a
 * call may be under way when it is set to 0.
 */
void kc_modules_wanted(int on);

#endif
