/* SPDX-License-Identifier: GPL-2.0 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/string.h>

#include "compat/barrier.h"
#include "compat/config.h"
#include "compat/module.h"
#include "compat/read.h"

static kc_module_fn_t watcher;	/* set while the notifier is registered */
static int wanted;

/* ---- layout -------------------------------------------------------------- */

/*
 * Fill in the module's code and the areas that stay after init.  The read-only
 * data is somewhere in *data to *data_end.
 */
static void module_areas(const struct module *mod, struct kc_module *info,
			 unsigned long *data, unsigned long *data_end)
{
#if defined(KC_HAVE_MODULE_MEM)
	static const enum mod_mem_type types[KC_MODULE_AREAS] = {
		MOD_TEXT, MOD_DATA, MOD_RODATA, MOD_RO_AFTER_INIT
	};
	const struct module_memory *ro = &mod->mem[MOD_RODATA];
	int i;

	for (i = 0; i < KC_MODULE_AREAS; i++) {
		info->areas[i].start = (unsigned long)mod->mem[types[i]].base;
		info->areas[i].size = mod->mem[types[i]].size;
	}

	info->text = (unsigned long)mod->mem[MOD_TEXT].base;
	info->text_size = mod->mem[MOD_TEXT].size;
	*data = (unsigned long)ro->base;
	*data_end = *data + ro->size;
#elif defined(KC_HAVE_MODULE_LAYOUT)
	info->text = (unsigned long)mod->core_layout.base;
	info->text_size = mod->core_layout.text_size;
	info->areas[0].start = info->text;
	info->areas[0].size = mod->core_layout.size;
	*data = info->text + info->text_size;
	*data_end = info->text + mod->core_layout.size;
#else
	info->text = (unsigned long)mod->module_core;
	info->text_size = mod->core_text_size;
	info->areas[0].start = info->text;
	info->areas[0].size = mod->core_size;
	*data = info->text + info->text_size;
	*data_end = info->text + mod->core_size;
#endif
}

/* ---- build-id ------------------------------------------------------------ */

#define NOTE_HEAD	16	/* n_namesz, n_descsz, n_type, "GNU" */
#define NOTE_BUILD_ID	3
#define WINDOW		512

static u32 note_word(const u8 *note, unsigned int n)
{
	u32 word;

	memcpy(&word, note + 4 * n, sizeof(word));
	return word;
}

static int is_build_id(const u8 *note)
{
	u32 len = note_word(note, 1);

	return note_word(note, 0) == 4 && len && len <= KC_BUILD_ID_MAX &&
	       note_word(note, 2) == NOTE_BUILD_ID &&
	       !memcmp(note + 12, "GNU", 4);
}

noinline u32 kc_find_build_id(unsigned long at, unsigned long end, u8 *id)
{
	u8 window[WINDOW];
	unsigned long len;
	unsigned int i;

	at = (at + 3) & ~3UL;
	for (; at + NOTE_HEAD < end; at += WINDOW - NOTE_HEAD - KC_BUILD_ID_MAX) {
		len = min_t(unsigned long, end - at, WINDOW);
		/* The last page may be shared with data not there yet. */
		if (kc_read_kernel(window, at, len))
			return 0;
		for (i = 0; i + NOTE_HEAD < len; i += 4) {
			if (!is_build_id(window + i) ||
			    i + NOTE_HEAD + note_word(window + i, 1) > len)
				continue;
			memcpy(id, window + i + NOTE_HEAD,
			       note_word(window + i, 1));
			return note_word(window + i, 1);
		}
	}
	return 0;
}

static noinline void module_info(const struct module *mod,
				 struct kc_module *info)
{
	unsigned long data, data_end;

	memset(info, 0, sizeof(*info));
	snprintf(info->name, sizeof(info->name), "%s", mod->name);
	snprintf(info->srcversion, sizeof(info->srcversion), "%s",
		 mod->srcversion ? mod->srcversion : "");
	module_areas(mod, info, &data, &data_end);
	/*
	 * The linker puts the note into the read-only data (--build-id, since
	 * 2.6.23); no field records where.  Kernels since 5.14 keep the ID, but
	 * only with CONFIG_STACKTRACE_BUILD_ID.
	 */
	info->build_id_len = kc_find_build_id(data, data_end, info->build_id);
}

/* ---- notifier ------------------------------------------------------------ */

/*
 * Up to 2.6.28 the notifier is called only for modules being loaded (one with a
 * probe cannot be unloaded).  LIVE adds nothing to COMING.
 */
static int module_notify(struct notifier_block *nb, unsigned long state,
			 void *data)
{
	struct kc_module info;

	if (!kc_load(&wanted) ||
	    (state != MODULE_STATE_COMING && state != MODULE_STATE_GOING))
		return NOTIFY_DONE;
	module_info(data, &info);
	watcher(&info, state == MODULE_STATE_COMING);
	return NOTIFY_DONE;
}

static struct notifier_block module_nb = {
	.notifier_call = module_notify,
};

int kc_watch_modules(kc_module_fn_t fn)
{
	watcher = fn;
	return register_module_notifier(&module_nb);
}

void kc_unwatch_modules(void)
{
	unregister_module_notifier(&module_nb);
}

void kc_modules_wanted(int on)
{
	kc_store(&wanted, on);
}
