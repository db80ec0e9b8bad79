// SPDX-License-Identifier: GPL-2.0
/*
 * The floor of the benchmark: a kprobe or kretprobe whose handler does nothing.
 *
 *	insmod kgtp_bench.ko symbol=vfs_read offset=5 [ret=1]
 */
#include <linux/kprobes.h>
#include <linux/module.h>

static char *symbol;
module_param(symbol, charp, 0400);
static unsigned int offset;
module_param(offset, uint, 0400);
static int ret;
module_param(ret, int, 0400);

static int bench_hit(struct kprobe *kp, struct pt_regs *regs)
{
	return 0;
}

static int bench_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	return 0;
}

static struct kprobe probe = { .pre_handler = bench_hit };
static struct kretprobe ret_probe = { .handler = bench_return };

static int __init bench_init(void)
{
	if (ret) {
		ret_probe.kp.symbol_name = symbol;
		return register_kretprobe(&ret_probe);
	}
	probe.symbol_name = symbol;
	probe.offset = offset;
	return register_kprobe(&probe);
}

static void __exit bench_exit(void)
{
	if (ret)
		unregister_kretprobe(&ret_probe);
	else
		unregister_kprobe(&probe);
}

module_init(bench_init);
module_exit(bench_exit);
MODULE_LICENSE("GPL");
