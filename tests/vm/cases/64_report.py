# SPDX-License-Identifier: GPL-2.0
"""`kgtp report' on a file of tsave, of this kernel: values and stacks are what GDB shows in the session."""
import json
import re
import subprocess
import sys
import tempfile

from build import TOP
from harness import case

TASK = "((struct task_struct *)$current_task)->comm"
NAME = "file->f_mapping->host->i_sb->s_type->name"      # on all kernels
READS = 40


def report(path, *words, status=0):
    done = subprocess.run([sys.executable, "-B", str(TOP / "report/main.py"), path, *map(str, words)], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=600, check=False)
    assert done.returncode == status, (done.returncode, done.stderr)
    return done.stdout, done.stderr


def stack(gdb):
    """Return the names of the functions that GDB shows, the innermost first."""
    return re.findall(r"^#\d+ +(?:0x\w+ in )?(\w+)", gdb.cmd("bt"), re.M)


@case(timeout=600)
def report_is_what_gdb_shows(t):
    """Arguments, members, strings, the task, the clock and stacks with inlined callers, by name, from the file alone, KASLR or not."""
    load = t.load("read", n=READS, file="/proc/version", size=64)
    gdb = t.gdb()
    gdb.cmd("tvariable $bt = 1024")
    gdb.trace("*vfs_read", load.mine, f"collect $args, $bt, $clock, $current_task_pid, {TASK}",
              f"collect/s {NAME}", "collect file->f_op->read, *file->f_op")
    gdb.trace("*vfs_read", load.mine, "teval $kret=0", "teval $kret_args=1", f"collect $rax, count, $clock, $kret_ns, {TASK}, $current_task_pid")
    gdb.cmd("tstart")
    assert load.go()["ok"] == READS
    gdb.cmd("tstop")
    with tempfile.TemporaryDirectory(prefix="kgtp-report-") as folder:
        path = f"{folder}/t.tfile"
        gdb.cmd(f"tsave {path}", timeout=300)
        live = []
        for n in range(0, 2 * READS, 7):
            gdb.cmd(f"tfind {n}")
            values = {text: gdb.eval(text) for text in ("count", "$clock", "$current_task_pid")}
            at_entry = gdb.eval("$tracepoint") == "1"
            if at_entry:
                values[NAME] = re.search(r'"(.*?)"', gdb.cmd(f"output {NAME}"))[1]
            live.append((n, at_entry, values, stack(gdb) if at_entry else []))
        shown, said = report(path, "--vmlinux", t.kernel.vmlinux, "--json")
        rows = [json.loads(line) for line in shown.splitlines()]
        assert len(rows) == 2 * READS and not said, (len(rows), said)
        assert any(at_entry for _, at_entry, _, _ in live)
        for n, at_entry, values, names in live:
            row = rows[n]
            assert row["event"] == ("vfs_read" if at_entry else "vfs_read%return"), row
            assert str(row["values"]["count"]) == values["count"] == "64", (row, values)
            assert str(row["time"]) == values["$clock"] and str(row["pid"]) == values["$current_task_pid"] == str(load.pid), (row, values)
            assert row["comm"] == "load", row
            if at_entry:
                assert row["values"][NAME] == values[NAME] == "proc", row
                assert re.match(r"0x\w+$", row["values"]["file->f_op->read"] or row["values"]["file->f_op->owner"]), row
                mine = [re.sub(r" \(inlined\)|\+0x\w+$", "", one["function"]) for one in row["stack"]]
                # Where the kernel does not tell what the return probe has replaced, stacks end there.
                assert mine[0] == names[0] == "vfs_read" and (len(mine) > 3 or names[1:] == [f"0x{0:016x}"]), (mine, names)
                common = min(len(mine), len(names))
                assert mine[:common - 1] == names[:common - 1], (mine, names)
            else:
                assert row["values"]["$rax"] >= 0 and row["values"]["$kret_ns"] > 0, row
        t.note(f"{len(rows[0]['stack'])} levels: {'; '.join(one['function'] for one in rows[0]['stack'])}"[:300])
        shown, _ = report(path, "--vmlinux", t.kernel.vmlinux, "--columns", f"comm, count, {NAME}", "--csv", "--tracepoint", "1", "--no-stack")
        assert shown.splitlines()[:2] == [f"comm,count,{NAME}", "load,64,proc"], shown[:200]
        shown, _ = report(path, "--vmlinux", t.kernel.vmlinux, "--folded", "--tracepoint", "1")
        assert re.search(rf"^load;.*;vfs_read {READS}$", shown, re.M) or sum(int(line.split()[-1]) for line in shown.splitlines()) == READS, shown
        report(path, "--vmlinux", t.kernel.vmlinux, "--ctf", "-o", f"{folder}/ctf")
        shown = subprocess.run(["babeltrace2", "--clock-seconds", f"{folder}/ctf"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True).stdout
        assert len(shown.splitlines()) == 2 * READS and 'comm = "load"' in shown and f'{NAME.replace("->", "_").replace(".", "_")} = "proc"' in shown, shown[:500]
        report(path, "--vmlinux", t.kernel.vmlinux, "--html", "-o", f"{folder}/page.html")
        report(path, "--vmlinux", t.kernel.vmlinux, "--text", "-o", f"{folder}/text")
        # Half of the file.
        data = open(path, "rb").read()
        with open(f"{folder}/cut", "wb") as cut:
            cut.write(data[:len(data) * 2 // 3])
        shown, said = report(f"{folder}/cut", "--vmlinux", t.kernel.vmlinux, "--json", status=1)
        whole = shown.splitlines()
        assert "it is cut in frame" in said and [json.loads(line) for line in whole] == rows[:len(whole)] and len(whole) > READS, said
