/* SPDX-License-Identifier: GPL-2.0 */
/*
 * KGTP: GDB tracepoints in the running kernel. Module entry. docs/design.md
 * describes the directories.
 */
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/string.h>

#include "compat/log.h"
#include "dev/dev.h"
#include "trace/target/target.h"

static char *transport = "auto";
module_param(transport, charp, 0444);
MODULE_PARM_DESC(transport, "where the device gtp is: auto (/proc, and debugfs if there is one), proc, debugfs");

static unsigned long buffer_size = 5UL << 20;
module_param(buffer_size, ulong, 0444);
MODULE_PARM_DESC(buffer_size, "preferred size of the trace buffer, in bytes for all CPUs (default 5242880)");

static char *save_dir;
module_param(save_dir, charp, 0444);
MODULE_PARM_DESC(save_dir, "directory below which `tsave -r' may write files (default: none, it may not)");

module_param_named(log_frames, gtp_log_frames, uint, 0644);
MODULE_PARM_DESC(log_frames, "how many of the last trace frames an oops or panic writes to the kernel's log (0 to 256; default 0)");

static int __init parse_transport(enum dev_transport *t)
{
	if (!strcmp(transport, "auto"))
		*t = DEV_AUTO;
	else if (!strcmp(transport, "proc"))
		*t = DEV_PROC;
	else if (!strcmp(transport, "debugfs"))
		*t = DEV_DEBUGFS;
	else
		return -EINVAL;
	return 0;
}

static int __init kgtp_init(void)
{
	enum dev_transport t;
	int ret;

	if (parse_transport(&t)) {
		kc_err("transport=%s: must be auto, proc or debugfs\n",
		       transport);
		return -EINVAL;
	}
	if (!buffer_size) {
		kc_err("buffer_size=0: must be at least 1\n");
		return -EINVAL;
	}
	if (save_dir && (save_dir[0] != '/' || save_dir[strlen(save_dir) - 1] == '/')) {
		kc_err("save_dir=%s: must be an absolute path, without / at its end\n",
		       save_dir);
		return -EINVAL;
	}
	ret = gtp_init(buffer_size, save_dir);
	if (ret)
		return ret;
	ret = dev_init(t);
	if (ret) {
		dev_exit();
		gtp_exit();
	}
	return ret;
}

static void __exit kgtp_exit(void)
{
	dev_exit();
	gtp_exit();
}

module_init(kgtp_init);
module_exit(kgtp_exit);

MODULE_AUTHOR("The KGTP developers");
MODULE_DESCRIPTION("GDB tracepoint server inside the running kernel");
MODULE_LICENSE("GPL");
MODULE_VERSION(KGTP_VERSION);
