# SPDX-License-Identifier: GPL-2.0
"""Actions as users type them: what the module collects without its interpreter is what it collects with it."""
import re

from harness import GdbError, case

TASK = "((struct task_struct *)$current_task)"
#: What users collect of vfs_read(file, buf, count, pos): chains, strings, members of odd sizes, values.
COLLECTED = [
    "file->f_path.dentry->d_parent->d_inode->i_ino", "file->f_mapping->host->i_sb->s_id", "file->f_mapping->host->i_sb->s_dev",
    "*file", "*pos", "file->f_mode & 3", "(char)file->f_mode", f"{TASK}->comm", f"{TASK}->pid", f"{TASK}->comm[3]", "*file->f_mapping->host->i_sb->s_type",
    "*(unsigned char *)file@3", "((unsigned char *)file)[2]@13", "init_task.pid", "init_task.comm", "$cpu_id", "$seen", "count * 2", "file->f_mapping->host->i_mode",
]
STRINGS = ["file->f_path.dentry->d_name.name", f"{TASK}->comm", "file->f_mapping->host->i_sb->s_type->name", "file->f_path.dentry->d_parent->d_name.name",
           "init_task.comm"]


def known(gdb, texts, verb="collect"):
    """Those that GDB can translate with this kernel's types: the 7.2 kernel's f_path is in an unnamed union."""
    found = []
    for text in texts:
        try:
            gdb.cmd(f"maint agent -at vfs_read,{text}")
        except GdbError as error:
            # GDB collects an array, but prints no bytecode for one alone.
            if "not scalar" not in str(error):
                assert "no member" in str(error) or "find member" in str(error), (text, str(error))
                continue
        found.append(f"{verb} {text}")
    return found


def dumped(gdb, frame):
    gdb.cmd(f"tfind {frame}")
    return gdb.cmd("tdump").split("\n", 1)[1]


@case(timeout=400, core=True)
def actions_compared(t):
    """Each of some twenty expressions is the same in a frame of the fast path, and in one of the interpreter at the same hit."""
    n = 60
    gdb = t.gdb()
    gdb.cmd("tvariable $seen = 77")
    for name in ("fast", "slow"):
        gdb.cmd(f"tvariable ${name} = 5")
        gdb.cmd(f"tvariable $p_{name} = 0")
        gdb.cmd(f"tvariable $p_{name}0")
    load = t.load("pread", n=n, file="/proc/version", size=8, cpu=0)
    actions = known(gdb, COLLECTED) + known(gdb, STRINGS, "collect/s")
    assert len(actions) > 14, actions
    assert any("/s" in a for a in actions)
    sums = ["teval ${0} = ${0} + count", "teval $p_{0} = $p_{0} + *pos + 1", "teval ${0}_inode = file->f_mapping->host->i_mode & 0170000"]
    for name in ("fast", "slow"):
        gdb.cmd(f"tvariable ${name}_inode = 0")
    # Frames of odd sizes: many cross a page.
    fast = gdb.trace("*vfs_read", load.mine, *actions, *(s.format("fast") for s in sums))
    slow = gdb.trace("*vfs_read", load.mine, *actions, *(s.format("slow") for s in sums))
    # A pass count takes the slow path.
    gdb.cmd(f"passcount {10 * n} {slow}")
    gdb.cmd("tstart")
    assert load.go()["ok"] == n
    gdb.cmd("tstop")
    status = gdb.cmd("tstatus")
    assert "cannot" not in status and "error" not in status.lower(), status
    hits = {int(num): (int(hits), int(errors)) for num, hits, errors in
            re.findall(r"^tracepoint (\d+) (?:\S+ )(\d+) \S+ (\d+)", t.sh("cat /proc/gtpstat"), re.M)}
    assert hits.get(fast) == hits.get(slow) == (n, 0), hits
    for i in list(range(0, 2 * n, 26)) + [2 * n - 2]:
        a, b = dumped(gdb, i), dumped(gdb, i + 1)
        differ = [(x[:200], y[:200]) for x, y in zip(a.splitlines(), b.splitlines()) if x != y]
        assert a == b, f"frames {i} and {i + 1} differ: {differ}"
        assert "proc" in a and "<unavailable>" not in a and "cannot" not in a.lower(), a
    gdb.cmd("tfind none")
    assert int(gdb.eval("$fast")) == int(gdb.eval("$slow")) == 5 + 8 * n
    assert int(gdb.eval("$fast_inode")) == int(gdb.eval("$slow_inode")) == 0o100000
    values = [int(gdb.eval(f"$p_{name}0")) for name in ("fast", "slow")]
    assert values[0] == values[1] >= n, values


@case(core=True)
def chains_that_break(t):
    """An expression that cannot be read leaves the others in the frame, is counted, names the address, and sets no variable."""
    gdb = t.gdb()
    gdb.cmd("tvariable $set = 3")
    load = t.load("pread", n=4, file="/proc/version", size=8)
    num = gdb.trace("*vfs_read", load.mine, "collect file->f_mapping->host->i_ino", "collect ((struct file *)(count - 8))->f_mapping->host",
                    "collect/s *(char **)(count * 2)", "collect/s buf", "teval $set = $set + ((struct file *)(count - 8))->f_mode",
                    "collect file->f_mapping->host->i_mode, count")
    gdb.cmd("tstart")
    assert load.go()["ok"] == 4
    gdb.cmd("tstop")
    status = gdb.cmd("tstatus")
    gdb.cmd("tfind 3")
    assert int(gdb.eval("file->f_mapping->host->i_mode & 0170000")) == 0o100000
    assert int(gdb.eval("count")) == 8
    assert int(gdb.eval("file->f_mapping->host->i_ino")) > 0
    # `buf' is user memory: the interpreter reads it, what the third read left there.
    assert "Linux ve" in gdb.cmd("x/s buf")
    gdb.cmd("tfind none")
    assert int(gdb.eval("$set")) == 3
    for what in ("((struct file *)(count - 8))->f_mapping->host", "*(char **)(count * 2)", "$set = $set + "):
        assert re.search(re.escape(what) + ".*4 times", status), (what, status)
    assert f"tracepoint {num}" in status, status


@case(needs=[">=2.6.25", "CONFIG_KRETPROBES"])
def actions_at_returns(t):
    """The same at a return, with the entry's arguments; the return address is the caller's, also in what is computed of it."""
    n = 20
    gdb = t.gdb()
    for name in ("fast", "slow"):
        gdb.cmd(f"tvariable ${name} = 0")
        gdb.cmd(f"tvariable ${name}_to = 0")
    load = t.load("pread", n=n, file="/proc/version", size=8)
    actions = known(gdb, COLLECTED[1:3] + ["*file->f_mapping->host->i_sb->s_type", f"{TASK}->comm"])
    sp = {64: "$rsp", 32: "$esp"}[t.bits]
    actions += [f"collect *(long *){sp}, *(long *)({sp} + 4), *(int *)({sp} + 4), *(char(*)[40])({sp} - 8)"]
    actions += known(gdb, STRINGS, "collect/s")
    texts = ["teval $kret = 64", "teval $kret_args = 1", *actions, "teval ${0} = ${0} + (file->f_mapping->host->i_mode & 0170000)", f"teval ${{0}}_to = *(long *){sp} + 0"]
    fast = gdb.trace("*vfs_read", load.mine, *(text.format("fast") for text in texts))
    slow = gdb.trace("*vfs_read", load.mine, *(text.format("slow") for text in texts))
    gdb.cmd(f"passcount {10 * n} {slow}")
    gdb.cmd("tstart")
    assert load.go()["ok"] == n
    gdb.cmd("tstop")
    status = gdb.cmd("tstatus")
    assert "cannot" not in status and "error" not in status.lower(), status
    for i in range(0, 2 * n, 6):
        gdb.cmd(f"tfind {i}")
        assert int(gdb.eval("$trace_frame")) == i and gdb.cmd("info symbol *(long *)$sp").startswith(("ksys", "sys", "__", "do_")), i
        a, b = dumped(gdb, i), dumped(gdb, i + 1)
        differ = [(x[:200], y[:200]) for x, y in zip(a.splitlines(), b.splitlines()) if x != y]
        assert a == b, f"frames {i} and {i + 1} differ: {differ}"
    gdb.cmd("tfind none")
    assert int(gdb.eval("$fast")) == int(gdb.eval("$slow")) == 0o100000 * n
    assert int(gdb.eval("$fast_to")) == int(gdb.eval("$slow_to"))
    caller = gdb.cmd(f"info symbol {int(gdb.eval('$fast_to')) % (1 << t.bits):#x}")
    assert "trampoline" not in caller and caller.startswith(("ksys", "sys", "__", "do_")), caller
    assert {fast, slow} == {1, 2}
