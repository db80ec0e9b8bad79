# SPDX-License-Identifier: GPL-2.0
"""`kgtp report --vmcore': the frames in a crash dump are those that the machine had."""
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import time

import vmcore
from build import TOP
from harness import case
from tfiles import frames_of, read_file

NAME = "file->f_mapping->host->i_sb->s_type->name"      # on all kernels


def reads_dumps(t):
    """Return why not."""
    if not shutil.which("drgn"):
        return "there is no drgn: tests/setup vm"
    version = re.search(r"drgn (\d+)\.(\d+)\.(\d+)", subprocess.run(["drgn", "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout)
    # struct module has its parts in an array since 6.4 (ac3b43283923), which drgn knows since 0.0.23.
    if t.kernel.version >= (6, 4) and tuple(map(int, version.groups())) < (0, 0, 23):
        return f"{version[0]} knows no modules of kernels since 6.4"
    return None if t.bits == 64 else "dumps are made for x86-64 only"


def report(t, core, *words, status=0, module=True, vmlinux=True):
    words = [*(["--module", t.built.module] if module else []), *(["--vmlinux", t.kernel.vmlinux] if vmlinux else []), *words]
    done = subprocess.run([sys.executable, "-B", str(TOP / "report/main.py"), "--vmcore", core, *map(str, words)], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=600, check=False)
    assert done.returncode == status, (done.returncode, done.stderr)
    return done.stdout, done.stderr


def lines_of(lines):
    """Return the lines that a dump has, too: it has no notes; special variables have no value in it."""
    return [re.sub(r"^(tsv \w+:)\w+(:1:)", r"\g<1>0\2", line) for line in lines if not line.startswith("status ")]


@case(needs=reads_dumps, timeout=900, smp=4)
def vmcore_as_gtpframe(t):
    """A dump after a run has, byte for byte, the frames of gtpframe, and its tracepoints, variables and registers; one from the middle
    of a run has whole frames up to the end, with the tracepoints of the run."""
    gdb = t.gdb()
    page_offset = int(gdb.eval("page_offset_base")) if gdb.knows("page_offset_base") else 0xffff880000000000
    loads = [t.load("pread", n=40, file="/proc/version", size=24, cpu=cpu) for cpu in range(4)]
    gdb.cmd("tvariable $n = 100")
    gdb.cmd("tvariable $p_mine = -3")
    mine = " || ".join(load.mine for load in loads)
    gdb.trace("*vfs_read", mine, "teval $n = $n + 1", "teval $p_mine = $p_mine + 1", f"collect $regs, $n, $p_mine, $cpu_id, {t.arg(3)}, jiffies_64",
              "collect *(char(*)[5000])&_text", f"collect/s {NAME}", "collect *(long(*)[4])&__per_cpu_offset")
    gdb.trace("*vfs_read", mine, "teval $kret=0", "collect $rax, $clock")
    # More than one block of GDB's format.
    gdb.trace(f"*{t.syscall('pread64')}", loads[0].mine, "collect *(char(*)[70000])&_text")
    gdb.cmd("set circular-trace-buffer on")
    gdb.cmd("set trace-buffer-size 700000")
    with tempfile.TemporaryDirectory(prefix="kgtp-vmcore-") as folder:
        core, out = f"{folder}/core", f"{folder}/out.tfile"
        gdb.cmd("tstart")
        for load in loads:
            load.go()
        gdb.cmd("tstop why not")
        wanted_lines, wanted = frames_of(read_file(t))
        # Many were dropped.
        assert 40 < len(wanted) < 300 and {number for number, _ in wanted} == {1, 2, 3}, len(wanted)
        vmcore.dump(t, core, page_offset)
        _, said = report(t, core, "--tfile", "-o", out)
        assert not said, said
        lines, frames = frames_of(open(out, "rb").read())
        assert lines_of(lines) == lines_of(wanted_lines), (lines, wanted_lines)
        assert frames == wanted, (len(frames), [n for n, (one, other) in enumerate(zip(frames, wanted)) if one != other][:5])
        assert ";tstop:" + b"why not".hex() + ":0;" in lines[2], lines[2]
        # GDB reads it, and what it shows is what it shows live.
        other = t.gdb(connect=False, program=False)
        slide = re.search(r"kgtp: .* offset=(\S+)", "\n".join(lines))[1]
        other.cmd(f"symbol-file {t.kernel.vmlinux} -o {slide}", timeout=120)
        other.cmd(f"target tfile {out}")
        for n in (0, 7, len(wanted) - 1):
            gdb.cmd(f"tfind {n}")
            other.cmd(f"tfind {n}")
            collected = {1: ("$n", "$p_mine", "count", "jiffies_64", f"(char*){NAME}"), 2: ("$rax", "$clock"), 3: ("*(char(*)[8])&_text",)}
            for text in ("$rip", *collected[int(gdb.eval("$tracepoint"))]):
                assert other.eval(text) == gdb.eval(text), (n, text)
        # The report itself.
        shown, said = report(t, core, "--json", "--tracepoint", "1")
        rows = [json.loads(line) for line in shown.splitlines()]
        assert not said and len(rows) == sum(number == 1 for number, _ in wanted), said
        assert all(row["event"] == "vfs_read" and row["values"][NAME] == "proc" and row["values"][t.arg(3)] == 24 for row in rows), rows[0]
        # Without the module's debug information, and without the kernel's.
        _, said = report(t, core, status=1, module=False)
        assert "no debug information of the kgtp.ko that was loaded" in said and "--module FILE" in said, said
        small = f"{folder}/small.ko"
        subprocess.run(["objcopy", "--strip-debug", t.built.module, small], check=True)
        _, said = report(t, core, "--module", small, status=1, module=False)
        assert "no debug information of the kgtp.ko" in said, said
        os.unlink(core)

        # In the middle of a run, with hits on all CPUs.
        gdb.cmd("delete")
        loads = [t.load("pread", n=0, file="/proc/version", size=24, cpu=cpu) for cpu in range(4)]
        gdb.trace("*vfs_read", " || ".join(load.mine for load in loads), "teval $p_mine = $p_mine + 1", "collect $p_mine, $cpu_id, *(char(*)[5000])&_text")
        gdb.cmd("set trace-buffer-size 4000000")
        gdb.cmd("tstart")
        for load in loads:
            load.start()
        text = int(gdb.eval("(unsigned long)&_text"))
        claimed, text = 0, b"".join(t.guest.peek(text + at, 1000) for at in range(0, 5000, 1000))
        for _ in range(3):
            time.sleep(1)
            vmcore.dump(t, core, page_offset)
            _, said = report(t, core, "--tfile", "-o", out)
            assert not said, said
            lines, frames = frames_of(open(out, "rb").read())
            assert b"the machine crashed during the run".hex() in lines[2], lines[2]
            last = {}
            for number, body in frames:
                # GDB goes on counting.
                assert number == 4 and body.endswith(text), (number, body[:60])
                # $p_mine and $cpu_id, in the order of the action.
                one, cpu = (value for _, value in struct.iter_unpack("<xiq", body[:26]))
                assert one == last.get(cpu, one - 1) + 1, (one, cpu, last)
                last[cpu] = one
            assert len(last) == 4 and len(frames) > 400, (last, len(frames))
            claimed += depths(t, core)
            os.unlink(core)
        t.note(f"{claimed} of 12 CPUs were in the middle of a hit")
        for load in loads:
            load.finish()
        gdb.cmd("tstop")
        # A machine without the module.
        gdb.cmd("disconnect")
        t.guest.stop_relay()
        t.rmmod()
        vmcore.dump(t, core, page_offset)
        _, said = report(t, core, status=1)
        assert "kgtp.ko was not loaded when the machine crashed" in said, said


def depths(t, core):
    """Return how many CPUs were in the middle of a hit."""
    with tempfile.NamedTemporaryFile("w", suffix=".py") as script:
        script.write('''from drgn import Object
gtp = prog.variable("gtp", "trace/base/state.c")
rb = Object(prog, prog.type("struct ringbuf", "ringbuf/private.h"), address=gtp.rb.value_())
print(sum(bool(rb.slots[cpu].rc.depth) for cpu in range(int(rb.nr_cpus))))
''')
        script.flush()
        return int(subprocess.run(["drgn", "-q", "-c", core, "--no-default-symbols", "-s", t.kernel.vmlinux, "-s", t.built.module, script.name],
                                  stdout=subprocess.PIPE, text=True, check=True).stdout)
