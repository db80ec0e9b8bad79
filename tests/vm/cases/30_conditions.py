# SPDX-License-Identifier: GPL-2.0
"""Conditions select exactly the hits that they describe, whatever they are made of."""
import re

from harness import GdbError, case

MINE = "((struct task_struct *)$current_task)->pid == {}"


def count(t, gdb, condition, sizes, rest="collect $regs"):
    """How many of a process's reads of these sizes satisfy the condition."""
    loads = [t.load("pread", n=n, file="/proc/version", size=size) for size, n in sizes]
    pids = " || ".join(MINE.format(load.pid) for load in loads)
    gdb.cmd("delete")
    shown = gdb.cmd(f"trace vfs_read if ({pids}) && ({condition})")
    gdb.actions(re.search(r"Tracepoint (\d+)", shown)[1], rest)
    gdb.cmd("tstart")
    for load in loads:
        assert load.go()["ok"] == load_count(load, loads, sizes)
    gdb.cmd("tstop")
    shown = gdb.cmd("tstatus")
    assert "Trace stopped by a tstop command" in shown, shown
    return int(re.search(r"Collected (\d+) trace frame", shown)[1])


def load_count(load, loads, sizes):
    return sizes[loads.index(load)][1]


SIZES = [(10, 3), (20, 4), (300, 5)]


def check(t, table):
    gdb = t.gdb()
    for condition, expected in table:
        found = count(t, gdb, condition, SIZES)
        assert found == expected, f"{condition}: {found}, expected {expected}"


@case(timeout=400)
def logic_and_comparison(t):
    check(t, [
        ("count == 20", 4),
        ("count != 20", 8),
        ("count < 20", 3),
        ("count <= 20", 7),
        ("count > 20 || count == 10", 8),
        ("count > 10 && count < 300", 4),
        ("!(count > 10 && count < 300)", 8),
        ("count == 10 ? 1 : count == 300", 8),
        ("(long)count - 21 < 0", 7),
        ("(long)count - 21 < 0 && -1 < (long)count", 7),
        ("0", 0),
        ("1", 12),
    ])


@case(timeout=400)
def arithmetic(t):
    check(t, [
        ("count * 3 + 1 == 61", 4),
        ("count / 7 == 2", 4),
        ("count % 7 == 6", 9),
        ("(long)count / -7 == -2", 4),
        ("-(long)count % 7 == -6", 9),
        ("(count << 2) == 80", 4),
        ("(count >> 1) == 5", 3),
        ("(count & 4) == 4 && (count | 1) == 21", 4),
        ("(count ^ 20) == 0", 4),
        ("~count == -301", 5),
        # All 64 bits of a result count.
        ("(unsigned long long)count << 32", 12),
    ])


@case(timeout=400)
def narrow_types(t):
    """char, short and int are cut and extended as in C."""
    check(t, [
        ("(unsigned char)count == 44", 5),
        ("(signed char)(count + 100) < 0", 5),
        ("(signed char)(count + 110) < 0", 9),
        ("(short)(count + 32760) < 0", 12),
        ("(unsigned short)(count + 65300) < 100", 5),
        ("(int)count == 300", 5),
    ])


def member(gdb, pointer, *names):
    """The first of these members that the structure has in this kernel."""
    kind = {"file": "(struct file *)0"}.get(pointer, "(struct task_struct *)0")
    for name in names:
        try:
            gdb.cmd(f"whatis ({kind})->{name}")
            return f"{pointer}->{name}"
        except GdbError:
            pass
    raise AssertionError(f"{pointer} has none of {names}")


@case(timeout=400)
def objects(t):
    """Members, arrays, bit fields, pointers, strings' characters and globals."""
    task = "((struct task_struct *)$current_task)"
    gdb = t.gdb(connect=False)
    inode = member(gdb, "file", "f_inode", "f_path.dentry->d_inode", "f_dentry->d_inode")
    one, two = (member(gdb, task, *names) for names in (("in_execve", "did_exec"), ("in_iowait", "did_exec")))
    idle = gdb.eval("(int)init_task.comm[2]")
    gdb.close()
    check(t, [
        (f"{task}->comm[0] == 108 && {task}->comm[3] == 100", 12),
        (f"{task}->comm[0] == 76", 0),
        (f"{task}->active_mm == {task}->mm", 12),
        (f"{one} == 0", 12),
        (f"{one} == 1", 0),
        (f"{two} + {one} + 1 == 1", 12),
        (f"({inode}->i_mode & 0170000) == 0100000", 12),        # a short
        (f"({inode}->i_mode & 0170000) == 0040000", 0),
        (f"{inode}->i_sb->s_type->name[0] == 112", 12),         # "proc"
        ("jiffies_64 > 1", 12),
        (f"init_task.comm[2] == {idle}", 12),                   # "swapper"
        ("$current_task_pid == $current_task_pid && $cpu_id < $cpu_number", 12),
    ])


@case(core=True)
def registers_in_conditions(t):
    gdb = t.gdb(connect=False)
    text = int(gdb.eval("(unsigned long)&_text"))
    offset = int(re.search(r"Tracepoint 1 at (0x\w+)", gdb.cmd("trace vfs_read"))[1], 16) - text     # behind the prologue
    gdb.close()
    check(t, [(f"{t.arg(3)} == 20", 4), (f"{t.arg(3)} > 10 && {t.arg(2)} != 0", 9),
              (f"{t.pc} == (unsigned long)&_text + {offset}", 12)])
