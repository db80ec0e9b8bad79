# SPDX-License-Identifier: GPL-2.0
"""What the guest of tests/vm/shell has for the user to look at: usual programs, tests/demo/module, and a load."""
import os
import pathlib
import shutil
import subprocess

import build

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[1]
PROGRAMS = "shell"          # for Guest(programs=): busybox
MODULE = "kgtp_demo"
# Small enough for a busy host: one CPU reads two megabytes a second.
LOAD = "while :; do dd if=/bin/busybox of=/dev/null bs=65536 2>/dev/null; sleep 1; done"


def build_module(kernel, logs):
    """Build the module in a directory of logs. Return its file, with debug information."""
    where = pathlib.Path(logs) / f"{kernel.name}-{MODULE}"
    if not where.exists():
        shutil.copytree(TOP / "tests/demo/module", where, ignore=shutil.ignore_patterns(*("*" + end for end in build.PRODUCTS)))
    with open(where / "build.log", "w") as out:
        build.make(kernel.kdir, out, f"M={where}", *kernel.make, "modules")
    return where / f"{MODULE}.ko"


def furnish(guest, kernel, logs):
    """Load the module, and make the commands of busybox known. Return the module's file on this machine."""
    module = build_module(kernel, logs)
    small = pathlib.Path(logs) / f"{kernel.name}-{MODULE}.small"
    subprocess.run(["objcopy", "--strip-debug", module, small], check=True)
    guest.insmod(guest.push(small, f"/lib/{MODULE}.ko"))
    # What is there stays: klibc's shell, and our own tools.
    guest.sh("/bin/busybox --install -s /bin 2>/dev/null; loup; sync")
    return module


def launcher(guest, kernel, modules, *arguments):
    """Return (command, environment) of a GDB that is connected to the guest, and has the command `box'."""
    control = HERE / "guestctl"
    command = [TOP / "launcher/kgtp", "--via", control, "--relay", f"{control} --connect", "--vmlinux", kernel.vmlinux,
               "--module-path", ":".join(str(module.parent) for module in modules), "connect", "-nx", "-x", HERE / "box.py"]
    return [str(word) for word in (*command, *arguments)], dict(os.environ, KGTP_GUESTCTL=str(guest.dir / "guestctl"))
