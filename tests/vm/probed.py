# SPDX-License-Identifier: GPL-2.0
"""A module to be traced, unloaded and reloaded in a run."""
import os
import pathlib
import re
import subprocess

SOURCE = r"""
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/stringify.h>

#ifdef OTHER
int probed_other(int n);
noinline int probed_other(int n)
{
	return n * 7;
}
#endif

#ifdef TEXT
asm(".pushsection .text; .skip " __stringify(TEXT) ", 0xcc; .popsection");
#endif

int probed_count;

#ifdef PERCPU
#include <linux/percpu.h>
#include <linux/smp.h>
DEFINE_PER_CPU(int, probed_mine);
struct probed_thing { int first, second; } probed_thing = { 11, 22 };

static int __init probed_init(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		per_cpu(probed_mine, cpu) = 1000 + cpu;
	return 0;
}

static void __exit probed_exit(void)
{
}
module_init(probed_init);
module_exit(probed_exit);
#endif

int probed_work(int n);
noinline int probed_work(int n)
{
	probed_count++;
	barrier();		/* not to be called once for all */
	return n + 1;
}

#ifdef OOPS
#include <linux/kthread.h>

static int oops(void *data)
{
	*(volatile int *)OOPS = 1;
	return 0;
}
#endif

static int calls_set(const char *val, const struct kernel_param *kp)
{
	int i;

	for (i = 0; i < 3; i++)
		probed_work(i);
#ifdef OOPS
	/* Not here, where locks are held. */
	kthread_run(oops, NULL, "oops");
#endif
	return 0;
}

static const struct kernel_param_ops calls_ops = { .set = calls_set };
module_param_cb(calls, &calls_ops, NULL, 0200);
MODULE_DESCRIPTION("A module to be traced");
MODULE_LICENSE("GPL");
"""


def build(t, name, *flags, version=None, link=""):
    """Build a module of that name, in a directory of its own; flags: for the compiler, link: for the linker. -DTEXT=N: N
    more bytes of code. version: gives it a srcversion, which differs between versions."""
    words = [t.kernel.name, "module", name, *flags, f"version{version}", link]
    where = pathlib.Path(t.logs) / "-".join(re.sub(r"\W", "", word) for word in words)
    where.mkdir(exist_ok=True)
    (where / f"{name}.c").write_text(SOURCE + (f'MODULE_VERSION("{version}");\n' if version else ""))
    (where / "Kbuild").write_text(f"obj-m := {name}.o\nccflags-y := {' '.join(flags)}\n")
    env = {key: value for key, value in os.environ.items() if not key.startswith("MAKE") and key != "MFLAGS"}
    more = [f"LDFLAGS_MODULE={link}"] if link else []
    done = subprocess.run(["make", "-s", "-C", t.kernel.kdir, f"M={where}", *t.kernel.make, *more, "modules"],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env)
    assert done.returncode == 0, done.stdout[-3000:]
    return where / f"{name}.ko"


def load_module(t, built, name="probed"):
    """Load it. Return the address of its code."""
    small = built.with_suffix(".small")
    subprocess.run(["objcopy", "--strip-debug", built, small], check=True)
    t.guest.push(small, f"/tmp/{name}.ko")
    t.sh(f"insmod /tmp/{name}.ko")
    return int(t.sh(f"cat /sys/module/{name}/sections/.text"), 16)


def calls(t):
    """Call probed_work() three times."""
    t.sh("echo 1 >/sys/module/probed/parameters/calls")
