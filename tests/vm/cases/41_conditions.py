# SPDX-License-Identifier: GPL-2.0
"""Conditions as users type them: what the module decides is what GDB computes from the collected data."""
import re

from harness import GdbError, case


def is_translated(gdb, text):
    """Can GDB make bytecode of it?"""
    try:
        gdb.cmd(f"maint agent-eval -at vfs_read,{text}")
    except GdbError as error:
        assert "agent expression" in str(error), str(error)
        return False
    return True


def conditions(t):
    """Return C conditions on the arguments of vfs_read, and on what they point to."""
    inode = "file->f_mapping->host"
    task = "((struct task_struct *)$current_task)"
    simple = ["count == 8", "count != 8", "count > 7", "count >= 9", "count < 0x100000000", "count - 8", "!count", "!!count",
              "(int)count == 8", "(char)count == 8", "(unsigned char)(count + 250) == 2", "(short)-count < 0", "-(long)count == -8",
              "~count == -9", "count * 3 == 24", "count / 3 == 2", "count % 5 == 3", "1 << count == 256", "count << 1 == 16", "count >> 3",
              "count & 8", "count & 7", "(count | 7) == 15", "(count ^ 8) == 0", "8 == count", "9 < count", "(count == 8) == 1",
              "(count > 3) + (count > 5) == 2", "count > 3 ? count == 8 : count == 9", "(count > 9 ? 1 : 2) == 2", "file", "file == 0", "!file",
              "(long)file < 0", "(unsigned long)file > 0x1000", "buf == 0", "file != 0 && file->f_mode", "pos == 0 || *pos == 0"]
    chains = [f"{inode} != 0", f"{inode}->i_ino == 12345", f"{inode}->i_sb->s_blocksize > 100", f"{inode}->i_mode & 0100000",
              f"({inode}->i_mode & 0170000) == 0100000", f"{inode}->i_mapping == file->f_mapping", f"{inode}->i_sb == file->f_mapping->host->i_sb",
              "file->f_mode & 1", "file->f_mode & 2", "file->f_mode == 12345", "(file->f_mode & 1) && count == 8", "file->f_flags != 7",
              f"{task}->comm[0] == '\\154'", f"{task}->comm[0] > 'A' && {task}->comm[1]", f"{task}->pid == $current_task_pid",
              "$current_task_pid > 1", "$cpu_id < 1000", "$cpu_id == -1", "*(long *)$current_task || count", "$seen == 5", "$seen + count == 13",
              "jiffies_64 > 0", "(unsigned long)&init_task == $current_task", "init_task.pid == 0 && init_task.comm[0]"]
    logical = ["count == 8 && file != 0", "count == 9 && file != 0", "count == 9 || file != 0", "count == 9 || file == 0", "!(count == 8 && file)",
               "count == 8 && !(file == 0 || count == 9)", "(count == 8 && file) || *(int *)8", "count == 9 && *(int *)8",
               "count == 8 || *(int *)8 == 3", "(count == 1 || count == 8 || count == 9) && (file->f_mode & 1) && count < 10",
               "count > 1 && count > 2 && count > 3 && count > 4 && count > 5 && count > 6 && count > 8", "count && (file == 0 ? 0 : 1)"]
    return simple + chains + logical


@case(timeout=600, core=True)
def conditions_decided(t):
    """For each of some eighty conditions, the module takes a hit if and only if GDB, on the same hit's data, finds it true."""
    gdb = t.gdb()
    gdb.cmd("tvariable $seen = 5")
    load = t.load("pread", n=4, file="/proc/version", size=8)
    every = gdb.trace("*vfs_read", load.mine, "collect $args, *file, *file->f_mapping, *file->f_mapping->host, *file->f_mapping->host->i_sb",
                      "collect *(struct task_struct *)$current_task, $current_task, $current_task_pid, $cpu_id, $seen, jiffies_64",
                      "collect *pos, init_task")
    wanted = {gdb.trace("*vfs_read", f"{load.mine} && ({text})", "collect $cpu_id"): text for text in conditions(t) if is_translated(gdb, text)}
    assert len(wanted) > 60, wanted
    for name in ("a", "b", "c"):
        gdb.cmd(f"tvariable ${name} = 0")
    sums = {gdb.trace("*vfs_read", text.format(mine=load.mine), "collect $cpu_id"): hits for text, hits in (
        ("{mine} && ($a = $a + 1) == 3", 1), ("($b = $b + ({mine})) == 100", 0), ("($c = $c + 1) > 0 && {mine} && count == 8", 4))}
    gdb.cmd("tstart")
    assert load.go()["ok"] == 4
    gdb.cmd("tstop")
    status = gdb.cmd("tstatus")
    assert "condition: " not in status, status
    hits = {int(n): int(hits) for n, hits in re.findall(r"^tracepoint (\d+) (?:\S+ )(\d+)", t.sh("cat /proc/gtpstat"), re.M)}
    assert {n: hits[n] for n in sums} == sums and int(gdb.eval("$a")) == int(gdb.eval("$b")) == 4 <= int(gdb.eval("$c")), (hits, sums)
    gdb.cmd(f"tfind tracepoint {every}")
    true = 0
    for n, text in wanted.items():
        found = bool(gdb.value(f"({text}) != 0"))
        true += found
        assert hits[n] == 4 * found, (text, found, hits[n])
    assert 10 < true < len(wanted) - 10, true
