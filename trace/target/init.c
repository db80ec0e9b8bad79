/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Begin and end of the module.
 *
 * Context of all functions: process.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>

#include "arch/arch.h"
#include "compat/check.h"
#include "compat/clock.h"
#include "compat/cpu.h"
#include "compat/log.h"
#include "compat/missing.h"
#include "compat/module.h"
#include "compat/read.h"
#include "compat/symbols.h"
#include "compat/task.h"
#include "trace/target/private.h"
#include "trace/target/target.h"

/*
 * Find the kernel's address and its distance from the link address. _text
 * precedes _stext, but without CONFIG_KALLSYMS_ALL the symbol table begins with
 * _stext.
 */
static int find_kernel(void)
{
	static const char *const constant[][2] = {
		{ "_stext", "_etext" }, { "__start_rodata", "__end_rodata" },
	};
	unsigned int i;

	BUILD_BUG_ON(ARRAY_SIZE(constant) != ARRAY_SIZE(gtp_kernel.constant));
	for (i = 0; i < ARRAY_SIZE(constant); i++) {
		gtp_kernel.constant[i].start = kc_symbol(constant[i][0]);
		gtp_kernel.constant[i].end = kc_symbol(constant[i][1]);
	}
	gtp_kernel.stext = kc_symbol("_stext");
	if (!gtp_kernel.stext) {
		kc_err("the kernel has no table of its symbols: boot one that is configured with CONFIG_KALLSYMS\n");
		return -ENOENT;
	}
	gtp_kernel.build_id_len = kc_find_build_id(kc_symbol("__start_notes"),
						   kc_symbol("__stop_notes"),
						   gtp_kernel.build_id);
	gtp_kernel.text = kc_symbol("_text");
	if (!arch_link_text)
		return 0;
	if (!gtp_kernel.text)
		gtp_kernel.text = arch_text_below(gtp_kernel.stext,
						  arch_link_align);
	if (!gtp_kernel.text) {
		kc_err("this kernel may have been moved when it was loaded, and nothing tells by how much: boot one that is configured with CONFIG_KALLSYMS_ALL\n");
		return -ENOENT;
	}
	gtp_kernel.slide = gtp_kernel.text - arch_link_text;
	return 0;
}

int gtp_init(u64 buffer_size, const char *save_dir)
{
	unsigned int i;
	int ret;

	ret = gtp_regs_init();
	if (ret)
		return ret;
	kc_read_init();
	gtp_save_init(save_dir);
	gtp_leave_out(-1, -1, NULL);
	gtp.nr_cpus = kc_nr_cpus();
	gtp.default_size = buffer_size;
	gtp.size = buffer_size;
	ret = find_kernel();
	if (ret)
		return ret;
	gtp_percpu_init();
	kc_task_init();
	ret = kc_clock_init();
	if (ret) {
		kc_err("the kernel has no clock sched_clock()\n");
		return ret;
	}
	for (i = 0; kc_missing_feature(i); i++)
		kc_info("not available on this kernel: %s\n",
			kc_missing_feature(i));
	ret = gtp_vars_init();
	if (!ret)
		ret = gtp_run_init();
	if (ret) {
		gtp_vars_exit();
		return ret;
	}
	ret = gtp_modules_init();
	if (ret) {
		gtp_run_exit();
		gtp_vars_exit();
		return ret;
	}
	gtp_last_init();
	return 0;
}

void gtp_exit(void)
{
	gtp_last_exit();
	gtp_save_exit();
	gtp_modules_exit();
	gtp_run_exit();
	gtp_drop_kept();
	gtp_tracepoints_free();
	gtp_clear_ro();
	gtp_vars_exit();
	kfree(gtp.user);
	kfree(gtp.notes);
	kfree(gtp.stop_note);
}
