# SPDX-License-Identifier: GPL-2.0
"""A condition selects exactly the hits that it describes, whatever its operands and operators."""
import re

from harness import case

SIZES = [(10, 3), (20, 4), (300, 5)]


def check(t, table, sizes=SIZES, where="vfs_read"):
    """Trace one run with a tracepoint per condition, while processes read each size n times, and check how often each was
    true."""
    gdb = t.gdb()
    loads = [t.load("pread", n=n, file="/proc/version", size=size) for size, n in sizes]
    mine = " || ".join(load.mine for load in loads)
    gdb.script("".join(f"trace *({where}) if ({mine}) && ({condition})\n" for condition, _ in table), timeout=120)
    gdb.cmd("tstart")
    for load, (_, n) in zip(loads, sizes):
        assert load.go()["ok"] == n
    gdb.cmd("tstop")
    shown = gdb.cmd("tstatus")
    assert "Trace stopped by a tstop command" in shown, shown
    assert f"Collected {sum(expected for _, expected in table)} trace frames" in shown, shown
    counts = re.split(r"^\d+ +tracepoint ", gdb.cmd("info tracepoints"), flags=re.M)[1:]
    for (condition, expected), text in zip(table, counts, strict=True):
        found = re.search(r"already hit (\d+) time", text)
        assert int(found[1] if found else 0) == expected, f"{condition}: {text}, expected {expected}"


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
    """char, short and int are truncated and extended as in C."""
    check(t, [
        ("(unsigned char)count == 44", 5),
        ("(signed char)(count + 100) < 0", 5),
        ("(signed char)(count + 110) < 0", 9),
        ("(short)(count + 32760) < 0", 12),
        ("(unsigned short)(count + 65300) < 100", 5),
        ("(int)count == 300", 5),
    ])


def bit_field(gdb, task, *names):
    """Return the first of these members that a task has in this kernel."""
    for name in names:
        if gdb.knows(f"init_task.{name}"):
            return f"{task}->{name}"
    raise AssertionError(f"{task} has none of {names}")


@case(timeout=400)
def objects(t):
    """Conditions evaluate members, arrays, bit fields, pointers, characters of strings, and globals."""
    task = "((struct task_struct *)$current_task)"
    gdb = t.gdb(connect=False)
    inode = t.inode("file")
    one, two = (bit_field(gdb, task, *names) for names in (("in_execve", "did_exec"), ("in_iowait", "did_exec")))
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


def inside_vfs_read(t):
    """Return an expression for an address behind the entry. For a function's own address, GDB puts the linked address into
    bytecode."""
    gdb = t.gdb(connect=False)
    offset = gdb.inside("vfs_read")[0] - gdb.value("(unsigned long)&_text")
    gdb.close()
    return f"(unsigned long)&_text + {offset}"


@case(core=True)
def registers_in_conditions(t):
    where = inside_vfs_read(t)
    check(t, [(f"{t.arg(3)} == 20", 4), (f"{t.arg(3)} > 10 && {t.arg(2)} != 0", 9), (f"{t.pc} == {where}", 12)], where=where)


@case(timeout=120)
def scenario_trace_condition(t):
    """Conditions use the pc, arguments, globals, the time, and each operator, true and false, as in GDB's own test."""
    where, every = inside_vfs_read(t), 10
    table = [(f"{t.pc} == {where}", every), ("count == 100 || count == 200", 2),
             ("count == 100 && init_task.pid == 0", 1)]
    for true, false in (("21 == 21", "11 == 21"), ("21 != 42", "42 != 42"), ("21 + 21 == 42", "21 + 21 == 11"),
                        ("42 - 21 == 21", "42 - 21 == 11"), ("21 * 2 == 42", "21 * 2 == 11"), ("21 << 1 == 42", "21 << 1 == 11"),
                        ("42 >> 1 == 21", "42 >> 1 == 11"), ("-(21 << 1) == -42", "-(21 << 1) == -11"),
                        ("-42 >> 1 == -21", "-42 >> 1 == -11"),
                        ("(0xabababab & 0x0000ffff) == 0xabab", "(0xabababab & 0x0000ffff) == 0xffff"),
                        ("(0xabababab | 0x0000ffff) == 0xababffff", "(0xabababab | 0x0000ffff) == 0xeeeedddd"),
                        ("(0xaaaaaaaa ^ 0x55555555) == 0xffffffff", "(0xaaaaaaaa ^ 0x55555555) == 0xaaaaaaaa"),
                        ("~0xaaaaaaaa == 0x55555555", "~0xaaaaaaaa == 0x11111111"), ("21 < 42", "61 < 42"), ("42 <= 42", "42 <= 11"),
                        ("42 >= 42", "11 >= 42"), ("42 > 21", "11 > 21"), ("(21 < 42 ? 0 : 1) == 0", "(66 < 42 ? 0 : 1) == 0"),
                        ("(42 <= 42 ? 0 : 1) == 0", "(66 <= 42 ? 0 : 1) == 0"), ("(42 >= 42 ? 0 : 1) == 0", "(11 >= 42 ? 0 : 1) == 0"),
                        ("(42 > 21 ? 0 : 1) == 0", "(11 > 21 ? 0 : 1) == 0")):
        table += [(true, every), (false, 0)]
    if "const8 1" in t.gdb(connect=False).cmd("maint agent-eval -at vfs_read, (66 < 42 ? 0 : 1) == 0"):
        t.note("without ? and : of constants: this GDB takes the first value, whatever the condition is")
        table = [row for row in table if "?" not in row[0]]
    check(t, table + [("$clock >= 0", every)], [(8, 8), (100, 1), (200, 1)], where)
