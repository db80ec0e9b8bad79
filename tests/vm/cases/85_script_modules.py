# SPDX-License-Identifier: GPL-2.0
"""gdb/kgtp.py: symbols of modules and per-CPU variables, with KASLR, compared with the guest's /proc and /sys."""
import pathlib
import re
import shutil
import subprocess
import tempfile

from harness import GUEST_RELAY, SCRIPT, case
from probed import build, calls, load_module

HERE = pathlib.Path(__file__).resolve().parents[1]
# However busy the machine is.
PATIENT = "python import kgtp_gdb.modules; kgtp_gdb.modules.PATIENCE = 1000"


def symbol(t, name):
    """Return the address that the guest's kallsyms has for a module's symbol."""
    return int(t.sh(f"grep ' {name}\t' /proc/kallsyms").split()[0], 16)


@case(needs=["CONFIG_MODULE_UNLOAD", ">=4.15"], timeout=400)
def script_loads_modules(t):
    """Functions, data, types and lines of a module are at its sections, per-CPU data too; unloaded, loaded again elsewhere, as
    another build, and compressed, during a run."""
    built, filler, other = build(t, "probed", "-DPERCPU"), build(t, "filler"), build(t, "probed", "-DPERCPU", "-DOTHER")
    t.cleanup.callback(t.run, "rmmod probed; rmmod filler")
    load_module(t, built)
    gdb, shown = t.scripted(before=[PATIENT, f"set kgtp module-path {built.parent}"])
    assert re.search(r"Modules: loaded symbols of probed; only names .*, of kgtp \(kgtp modules\)", shown), shown
    assert re.search(rf"^probed +0x\w+  {built}$", gdb.cmd("kgtp modules"), re.M)
    for name in ("probed_work", "probed_count", "calls_set"):
        assert gdb.value(f"(unsigned long)&{name}") == symbol(t, name), name
    assert gdb.value("probed_thing.second") == 22
    assert "probed.c" in gdb.cmd("info line probed_work")
    for cpu in (0, 1):
        assert gdb.value(f"$kgtp_per_cpu(probed_mine, {cpu})") == 1000 + cpu
    # Code that has gone after loading (probed_init) gives no names to what is there.
    assert "probed_work + 1 in section .text" in gdb.cmd("info symbol (char *)probed_work + 1")
    assert "init" not in gdb.cmd("info symbol (char *)calls_set + 1") + gdb.cmd("info line *((char *)probed_work + 1)")
    calls(t)
    assert gdb.value("probed_count") == 3
    gdb.trace("*probed_work", None, "collect $args")
    gdb.cmd("tstart")
    calls(t)
    assert gdb.frames() == 3
    # Elsewhere.
    first = symbol(t, "probed_work")
    t.sh("rmmod probed")
    load_module(t, filler, "filler")
    load_module(t, built)
    assert symbol(t, "probed_work") != first, "it is where it was: nothing was tried"
    shown = gdb.cmd("kgtp modules")
    assert "filler" in shown, shown
    assert gdb.value("(unsigned long)&probed_work") == symbol(t, "probed_work")
    calls(t)
    assert gdb.frames() == 6, gdb.cmd("tstatus")
    gdb.cmd("tstop")
    gdb.cmd("tfind 4")
    assert gdb.eval("n") == "1" and "probed_work (n=1) at " in gdb.cmd("frame")
    gdb.cmd("tfind none")
    # Gone.
    t.sh("rmmod filler; rmmod probed")
    assert "no module probed" in gdb.fails("kgtp modules probed")
    gdb.cmd("delete")
    assert not gdb.knows("probed_count")
    # Another build: the file is not taken.
    load_module(t, other)
    assert re.search(r"^probed .*names only: .*probed\.ko is of another build$", gdb.cmd("kgtp modules"), re.M)
    assert gdb.cmd("kgtp modules").count("probed ") == 1
    assert gdb.value("(unsigned long)&probed_other") == symbol(t, "probed_other")
    # Compressed.
    with tempfile.TemporaryDirectory(prefix="kgtp-modules-") as folder:
        shutil.copy(other, folder)
        subprocess.run(["xz", f"{folder}/probed.ko"], check=True)
        gdb.cmd(f"set kgtp module-path {folder}")
        assert "names only" not in gdb.cmd("kgtp modules probed")
        assert gdb.value("probed_thing.first") == 11
        # Replaced by another build, perhaps at the same place.
        t.sh("rmmod probed")
        load_module(t, built)
        assert "is of another build" in gdb.cmd("kgtp modules probed")
        assert gdb.value("(unsigned long)&calls_set") == symbol(t, "calls_set")


@case
def script_names_without_files(t):
    """Without .ko files the kernel's own names serve: addresses, trace, and backtraces."""
    gdb, shown = t.scripted(before=[PATIENT])
    assert "only names" in shown and "kgtp" in shown, shown
    names = re.findall(r"^(\w+) [tT] (gtp_serve_\w+)\t\[kgtp\]", t.sh("grep 'gtp_serve' /proc/kallsyms"), re.M)
    assert len(names) > 10, names
    for address, name in names:
        assert gdb.value(f"(unsigned long)&{name}") == int(address, 16), name
    assert re.search(r"Tracepoint 1 at", gdb.cmd("trace *gtp_open"))
    gdb.cmd("delete")
    gdb.cmd("disconnect")
    # Not if it would take too long.
    gdb.cmd("python import kgtp_gdb.modules; kgtp_gdb.modules.PATIENCE = 0")
    shown = t.connect(gdb)
    assert re.search(r"Modules: 1 are loaded; `kgtp modules' loads .* about \d+ seconds", shown) and "only names" not in shown, shown
    assert not gdb.knows("gtp_serve_mem")
    assert "names only" in gdb.cmd("kgtp modules")
    assert gdb.knows("gtp_serve_mem")


@case(needs=["CONFIG_MODULE_UNLOAD", ">=4.15"])
def script_sees_modules_come_and_go(t):
    """At GDB's own prompt nothing is typed: before each one, symbols of modules that came are there, of those that went are not."""
    built = build(t, "probed", "-DPERCPU")
    t.cleanup.callback(t.guest.stop_relay)
    t.guest.start_relay(GUEST_RELAY)
    # As `kgtp' starts it.
    gdb = subprocess.Popen(["gdb", "-nx", "-q", "-ex", "set debuginfod enabled off", "-ex", "set remotetimeout 10",
                            "-ex", f"source {SCRIPT}", "-ex", PATIENT, "-ex", f"set kgtp module-path {built.parent}", "-ex", f"file {t.kernel.vmlinux}",
                            "-ex", f"target remote | {HERE}/relay {t.guest.gdb_socket}"],
                           stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    t.cleanup.callback(gdb.kill)

    def typed(*commands):
        for command in (*commands, "echo done\\n"):
            gdb.stdin.write(command + "\n")
        gdb.stdin.flush()
        shown = ""
        while not shown.endswith("done\n"):
            line = gdb.stdout.readline()
            assert line, shown
            shown += line
        return shown
    shown = typed()
    assert "only names" in shown, shown
    assert 'No symbol "probed_thing"' in typed("print probed_thing")
    load_module(t, built)
    t.cleanup.callback(t.run, "rmmod probed")
    # The first prompt sees it, for the next command.
    assert "Modules: loaded symbols of probed" in typed("print 1")
    assert "second = 22" in typed("print probed_thing")
    # Sourced again: nothing is there twice.
    shown = typed(f"source {SCRIPT}", f"set kgtp module-path {built.parent}", "kgtp modules probed", "info line probed_work")
    assert shown.count("starts at address") == 1, shown
    t.sh("rmmod probed")
    assert typed("print 1").count("Modules: removed symbols of probed") == 1
    assert 'No symbol "probed_thing"' in typed("print probed_thing")
    gdb.stdin.close()
    assert gdb.wait(20) == 0


@case(smp=2)
def script_per_cpu(t):
    """$kgtp_per_cpu() and kgtp per-cpu have each CPU's own copy, of variables and behind pointers; $kgtp_this_cpu() the frame's."""
    gdb, _ = t.scripted(before=[PATIENT])
    # Until 2.6.33 the symbol has a prefix, which the text does not need.
    name = "runqueues" if gdb.knows("runqueues") else "per_cpu__runqueues"
    for cpu in (0, 1):
        assert gdb.value(f"$kgtp_per_cpu({name}, {cpu}).cpu") == cpu
        assert gdb.value(f'$kgtp_per_cpu("runqueues", {cpu}).cpu') == cpu
    assert "there is no CPU 7; there are 0, 1" in gdb.fails(f"print $kgtp_per_cpu({name}, 7)")
    assert "not a per-CPU" in gdb.fails("print $kgtp_per_cpu(init_task.pid, 0)")
    idle = gdb.cmd("kgtp per-cpu runqueues cpu idle->pid idle->comm")
    assert re.search(r"^  0 +0 +0 +swapper(/0)?$\n^  1 +1 +0 +swapper(/1)?$", idle, re.M), idle
    assert "usage: kgtp per-cpu VARIABLE" in gdb.fails("kgtp per-cpu")
    assert "no member named nothing" in gdb.fails("kgtp per-cpu runqueues nothing")
    assert "not a member: nr_running+1" in gdb.fails("kgtp per-cpu runqueues nr_running+1")
    if gdb.knows("((struct mount *)0)->mnt_pcp"):
        # A pointer to per-CPU memory: mounts count their users on each CPU.
        place = "init_task.nsproxy->mnt_ns->root"
        count = "mnt_count" if gdb.knows("((struct mnt_pcp *)0)->mnt_count") else "mnt_gets"
        counts = [gdb.value(f"$kgtp_per_cpu({place}->mnt_pcp, {cpu}).{count}") for cpu in (0, 1)]
        assert 0 < sum(counts) < 10000, counts
    assert "no trace frame is selected" in gdb.fails("print $kgtp_this_cpu()")
    for cpu in (0, 1):
        load = t.load("read", file="/dev/zero", size=8, cpu=cpu)
        gdb.trace("*vfs_read", load.mine, "collect $cpu_id")
        gdb.cmd("tstart")
        load.go()
        gdb.cmd("tstop")
        gdb.cmd("tfind 0")
        assert gdb.value("$kgtp_this_cpu()") == cpu
        gdb.cmd("tfind none")
        gdb.cmd("delete")
