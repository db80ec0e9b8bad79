# SPDX-License-Identifier: GPL-2.0
"""Experiments from a desk: `kgtp compile' and `putgtprsp -r' here, `putgtprsp -f' in the guest, where no GDB is."""
import re

import kernels
from experiments import compile_recipe
from harness import Skip, case

READS = 12


def putgtprsp(t, words, status=0):
    """Run it in the guest. Return what it prints; stdout and stderr together."""
    done = t.run(f"putgtprsp {words} 2>&1", timeout=60)
    assert done.status == status, done
    return done.output


def text_address(t):
    return int(re.search(r"^(\w+) . _text$", t.sh("grep ' _text' /proc/kallsyms"), re.M)[1], 16)


def other_vmlinux(t):
    for name in ("5.10", "6.1", "6.12", "7.2"):
        path = kernels.cached(name)
        if path and kernels.fetch(name).release != t.kernel.release:
            return kernels.fetch(name).release, path
    raise Skip("no other kernel is in the cache")


def nothing_is_set_up(t):
    assert t.probes() == ""
    assert "no tracepoint" in putgtprsp(t, "--start", status=1)


def of_cpu(t):
    """Return an expression that is 1: a per-CPU address and a word of the kernel's, which KASLR moves differently."""
    if t.kernel.version < (2, 6, 30):
        return "1"
    name = "runqueues" if t.kernel.version >= (2, 6, 33) else "per_cpu__runqueues"
    return f"((struct rq *)((char *)&{name} + __per_cpu_offset[1]))->cpu"


def recipe_for(t, load):
    return ["tvariable $n = 5",
            f"trace *vfs_read if {load.mine} && count == 64",
            "actions", "collect $args, $bt, linux_banner[0]", "collect ((struct task_struct *)$current_task)->comm",
            "teval $n = $n + 1", "collect $n", f"collect {of_cpu(t)}", "end"]


def reads_are_traced(t, file, load):
    """Replay an experiment of recipe_for(), and look at its frames with GDB."""
    assert "1 tracepoint can be defined" in putgtprsp(t, f"-f {file} --check")
    nothing_is_set_up(t)
    putgtprsp(t, "--status", status=3)
    putgtprsp(t, f"-f {file} --start")
    assert "vfs_read" in t.probes()
    assert "run      on" in putgtprsp(t, "--status")
    assert load.go()["ok"] == READS
    said = putgtprsp(t, "--stop --status", status=3)
    assert "run      stopped" in said and f"frames   {READS}, of {READS}\n" in said, said
    gdb = t.gdb()
    assert gdb.frames() == READS
    for n in range(0, READS, 5):
        assert "Found trace frame" in gdb.cmd(f"tfind {n}")
        assert gdb.value("count") == 64 and gdb.value("$n") == 6 + n
        assert "vfs_read (" in gdb.cmd("bt 1") and gdb.value("linux_banner[0]") == ord("L")
        assert gdb.value(of_cpu(t)) == 1
        assert '"load' in gdb.cmd("print ((struct task_struct *)$current_task)->comm")
        assert len(re.findall(r"^#\d", gdb.cmd("bt 3"), re.M)) == 3
    gdb.cmd("disconnect")
    t.guest.stop_relay()


@case(timeout=600, needs="CONFIG_RANDOMIZE_BASE")
def replay_wherever_the_kernel_is(t):
    """After a reboot with another KASLR slide, a compiled experiment gives the same frames; a recorded one is refused."""
    load = t.load("read", n=READS, file="/proc/version", size=64)
    gdb = t.gdb(connect=False)
    t.guest.start_relay("putgtprsp -r /tmp/recorded")
    gdb.connect(t.guest.gdb_socket)
    gdb.script("\n".join(recipe_for(t, load)) + "\n")
    gdb.cmd("tstart")
    gdb.cmd("tstop")
    gdb.cmd("disconnect")
    t.guest.stop_relay()
    recorded = t.sh("cat /tmp/recorded")
    assert f"release {t.kernel.release}\n" in recorded and f"addresses fixed {text_address(t):x}\n" in recorded, recorded
    reads_are_traced(t, "/tmp/recorded", load)
    first = text_address(t)

    for _ in range(4):
        t.reboot()
        if text_address(t) != first:
            break
    assert text_address(t) != first, "five boots with the same KASLR slide"
    load = t.load("read", n=READS, file="/proc/version", size=64)
    file, said = compile_recipe(t, recipe_for(t, load))
    assert f"1 tracepoint, for {t.kernel.release}\n" in said, said
    t.guest.push(file, "/tmp/compiled")
    t.guest.push_bytes(recorded.encode(), "/tmp/recorded")
    said = putgtprsp(t, "-f /tmp/recorded --start", status=1)
    assert f"is for a kernel at {first:#x}, and this one is at {text_address(t):#x}" in said and "kgtp compile" in said, said
    nothing_is_set_up(t)
    reads_are_traced(t, "/tmp/compiled", load)
    t.note(f"_text at {first:#x}, then at {text_address(t):#x}")


@case(cmdline="nokaslr")
def replay_where_it_was_linked(t):
    """The same without KASLR, and with a run that goes on, a second one that is refused, and a device that is busy."""
    load = t.load("read", n=READS, file="/proc/version", size=64)
    file, _ = compile_recipe(t, recipe_for(t, load))
    t.guest.push(file, "/tmp/compiled")
    nothing_is_set_up(t)
    reads_are_traced(t, "/tmp/compiled", load)

    putgtprsp(t, "-f /tmp/compiled")
    assert t.probes() == ""
    putgtprsp(t, "--start")
    for words in ("-f /tmp/compiled", "-f /tmp/compiled --check", "--start"):
        assert "a run is on: putgtprsp --stop ends it" in putgtprsp(t, words, status=1)
    assert "vfs_read" in t.probes()
    putgtprsp(t, "--stop")
    assert t.probes() == ""
    job = t.spawn("exec sleep 100 </proc/gtp")
    assert "is busy: another session has it open" in putgtprsp(t, "--status", status=1)
    t._end_job(job)


@case
def replay_says_what_is_refused(t):
    """A command that the module refuses is named, with the reason, and nothing is left set up; the frames of the last run stay."""
    load = t.load("read", n=READS, file="/proc/version", size=64)
    file, _ = compile_recipe(t, recipe_for(t, load))
    t.guest.push(file, "/tmp/good")
    reads_are_traced(t, "/tmp/good", load)

    file, _ = compile_recipe(t, ["trace *vfs_write", "trace *(char *)&jiffies_64"])
    t.guest.push(file, "/tmp/bad")
    said = putgtprsp(t, "-f /tmp/bad --start", status=1)
    assert "refused: tracepoint 2 at 0x" in said and "cannot set: " in said, said
    nothing_is_set_up(t)
    assert f"frames   {READS}, of {READS}\n" in putgtprsp(t, "--status", status=3)

    file, _ = compile_recipe(t, ["tvariable $pe_val_cycles", "trace *vfs_read"])
    t.guest.push(file, "/tmp/bad")
    for words in ("--check", "--start", ""):
        said = putgtprsp(t, f"-f /tmp/bad {words}", status=1)
        assert re.search(r"/tmp/bad: line \d+: tvariable \$pe_val_cycles: refused: variable pe_val_cycles: cannot set", said), said
        nothing_is_set_up(t)

    # An experiment that another version of kgtp has compiled.
    text = file.read_text().replace("QTDV:", f"QTDV:fff0:0:1:{b'kret_3'.hex()}\nQTDV:", 1)
    t.guest.push_bytes(text.encode(), "/tmp/bad")
    said = putgtprsp(t, "-f /tmp/bad --check", status=1)
    assert "the module has no variable $kret_3: load a kgtp.ko that is as new" in said, said

    _, said = compile_recipe(t, ["kgtp trace *vfs_read", "kgtp ps"], status=1)
    assert "there is no kernel here: putgtprsp --dry only records an experiment" in said, said


@case
def replay_resets_variables(t):
    """What an earlier session has set of the module's variables does not change a replayed experiment."""
    file, _ = compile_recipe(t, ['kgtp trace *vfs_read if comm == "nobody" collect comm, $args'])
    t.guest.push(file, "/tmp/experiment")
    gdb = t.gdb()
    gdb.cmd("tvariable $ignore_error = 1")
    gdb.cmd("tvariable $bt = 1024")
    gdb.trace("*vfs_read", "0")
    gdb.cmd("tstart")
    gdb.cmd("tstop")
    assert gdb.value("$ignore_error") == 1 and gdb.value("$bt") == 1024
    gdb.cmd("disconnect")
    t.guest.stop_relay()
    putgtprsp(t, "-f /tmp/experiment")
    gdb = t.gdb()
    assert gdb.value("$ignore_error") == 0 and gdb.value("$bt") == 512


@case(core=True)
def replay_refuses_another_kernel(t):
    """An experiment for another kernel is refused, unless forced; both kernels are named."""
    release, path = other_vmlinux(t)
    file, _ = compile_recipe(t, ["trace *vfs_read if 0"], vmlinux=path)
    t.guest.push(file, "/tmp/other")
    for words in ("--check", "--start", ""):
        said = putgtprsp(t, f"-f /tmp/other {words}", status=1)
        if t.bits == 32:
            assert "is for a kernel for i386:x86-64, and this one is for i386" in said, said
        else:
            assert f"is for another kernel: {release} (" in said and f"; this is {t.kernel.release} (" in said and "--force" in said, said
        nothing_is_set_up(t)
    if t.bits == 64:
        assert "1 tracepoint can be defined" in putgtprsp(t, "-f /tmp/other --check --force")


@case(needs="CONFIG_X86_64", timeout=300)
def replay_by_names(t):
    """An experiment of names, compiled with another kernel's vmlinux, traces this one; what a build may have elsewhere is refused."""
    _, path = other_vmlinux(t)
    load = t.load("read", n=READS, file="/proc/version", size=64)
    good = ["tvariable $n", f"trace *vfs_read if {load.mine} && (unsigned int)$rdx == 64",
            "actions", "collect $args, $bt", "teval $n = $n + 1", "collect $n", "end",
            f"trace *vfs_read if {load.mine}", "actions", "teval $kret = 0", "collect $rax", "end"]
    file, said = compile_recipe(t, good, "--symbols", vmlinux=path)
    text = file.read_text()
    assert "addresses names\n" in text and "<vfs_read:16>" in text and "ffffffff8" not in text.split("addresses names")[1], text
    t.guest.push(file, "/tmp/names")
    putgtprsp(t, "-f /tmp/names --start")
    assert load.go()["ok"] == READS
    putgtprsp(t, "--stop")
    gdb = t.gdb()
    assert gdb.frames() == 2 * READS
    gdb.cmd("tfind tracepoint 1")
    assert gdb.value("count") == 64 and gdb.value("$n") == 1 and "vfs_read (" in gdb.cmd("bt 1")
    gdb.cmd("tfind tracepoint 2")
    assert gdb.value("$rax") == 64
    gdb.cmd("disconnect")
    t.guest.stop_relay()

    t.guest.push_bytes(text.replace("<vfs_read:", "<no_such_function:").encode(), "/tmp/bad")
    said = putgtprsp(t, "-f /tmp/bad --check", status=1)
    assert re.search(r"line \d+: no_such_function: this kernel has no such function", said), said
    t.sh("echo 2 >/proc/sys/kernel/kptr_restrict")
    t.cleanup.callback(t.run, "echo 0 >/proc/sys/kernel/kptr_restrict")
    said = putgtprsp(t, "-f /tmp/names --check", status=1)
    assert "/proc/kallsyms hides the addresses: sysctl kernel.kptr_restrict=1" in said, said

    for lines, why in ((["trace *vfs_read if count == 64"], "count in `count == 64': another build may have it elsewhere"),
                       (["trace *vfs_read", "actions", "collect jiffies_64", "end"], "jiffies_64 in `jiffies_64'"),
                       (["trace *vfs_read", "actions", "collect $locals", "end"], "$locals in `$locals'"),
                       (["trace *vfs_read+4"], "tracepoint 1 (trace *vfs_read+4) is at vfs_read+0x4"),
                       (["set default-collect jiffies_64", "trace *vfs_read"], "read memory, at places of this build"),
                       (["trace *vfs_read if *(long *)$rdi == 0"], "read memory, at places of this build")):
        _, said = compile_recipe(t, lines, "--symbols", vmlinux=path, status=1)
        assert f"kgtp: tracepoint 1 (trace {lines[0].split()[1] if lines[0].startswith('trace') else '*vfs_read'})" in said, said
        assert why in said and "  next: " in said and "without --symbols" in said, said
