# SPDX-License-Identifier: GPL-2.0
"""The guest of `make shell`, and the ten tasks of docs/tasks.md: their commands are typed, the answers compared with the load."""
import os
import pathlib
import re
import subprocess
import xml.etree.ElementTree

import control
import playground
from harness import GUEST_RELAY, case

TOP = pathlib.Path(__file__).resolve().parents[3]
HERE = TOP / "tests/vm"
NETCAT = "box echo hello | nc -w 9 127.0.0.1 99; cat /tmp/said"
MANUAL = TOP / "docs/tasks.md"


def furnish(t):
    """Give the guest what `make shell` gives it. Return the module's file."""
    module = playground.furnish(t.guest, t.kernel, t.logs)
    t.cleanup.callback(t.guest.rmmod, playground.MODULE)
    return module


def tasks():
    """Return {title: commands} of the manual."""
    found = {}
    for section in re.split(r"^## ", MANUAL.read_text(), flags=re.M)[1:]:
        found[section.splitlines()[0]] = re.findall(r"^\(gdb\) (.*)$", section, re.M)
    return found


def frames(shown):
    """Return what `kgtp run` has shown of each frame."""
    return re.split(r"^frame \d+, ", shown, flags=re.M)[1:]


def in_a_call(shown):
    """Is a backtrace one down to a system call? Since 4.6 C code calls them."""
    return re.search(r"^#\d+ .*\b(do_syscall_64|SyS_\w+|sys_\w+|system_call\w*) \(", shown, re.M)


def pid_of(t, name):
    return int(t.sh(f"busybox pidof {name}"))


def opener(t, gdb, shown, load):
    for frame in frames(shown):
        assert 'comm = "cat' in frame and "vfs_open (" in frame.splitlines()[1], frame
        # The kernel's callers, down to the system call.
        assert re.search(r"^#\d+ .*\bdo_sys_open(at2)? \(", frame, re.M) and in_a_call(frame), frame
    assert frames(shown)


def holder(t, gdb, shown, load):
    assert f"owner: PID {pid_of(t, 'demo_holder')}, demo_holder" in shown, shown
    assert f"waits: PID {pid_of(t, 'demo_waiter')}, demo_waiter" in shown, shown


def waiters(t, gdb, shown, load):
    stack = shown[shown.index(f"PID {pid_of(t, 'demo_waiter')}, "):]
    assert re.search(r"^#\d+ .*\b__mutex_lock\w* \(", stack, re.M) and re.search(r"^#\d+ .*\bdemo_waiter \(", stack, re.M), stack
    assert "demo_holder" not in shown, "that one is in S"


def counts(t, gdb, shown, load):
    rows = [line.split() for line in shown.splitlines()[1:]]
    assert [row[0] for row in rows] == ["0", "1"], shown
    # As many as there were orders; the clerk takes ten in a second.
    taken = gdb.value("demo_taken")
    assert 0 < sum(int(row[1]) for row in rows) <= taken, (shown, taken)
    assert taken - sum(int(row[1]) for row in rows) < 100, (shown, taken)


def function(t, gdb, shown, load):
    seen = set(re.findall(r"^#0 +(?:0x\w+ in )?(demo_\w+) \(", shown, re.M))
    assert {"demo_order", "demo_stamp"} <= seen, shown
    assert re.search(r"^#0 .*demo_order \(order=0x[0-9a-f]+", shown, re.M), shown


def bit_field(t, gdb, shown, load):
    # The module closes the bank for each even order, and only those are wanted.
    numbers = [int(n) for n in re.findall(r"demo_parcel->number = (\d+)$", shown, re.M)]
    assert numbers and all(n % 2 == 0 for n in numbers), shown
    assert re.findall(r"->branch = (\d+)$", shown, re.M) == ["17"] * len(numbers), shown


def waker(t, gdb, shown, load):
    by_clerk = [frame for frame in frames(shown) if 'comm = "demo_clerk' in frame and re.search(r"^#\d+ .*\bdemo_ring \(", frame, re.M)]
    assert by_clerk and re.search(r"^#\d+ .*\bdemo_clerk \(", by_clerk[0], re.M), shown


def interrupts(t, gdb, shown, load):
    flags = {}
    for frame in frames(shown):
        name, value = re.search(r"^#0 +(?:0x\w+ in )?(\w+) \(", frame, re.M)[1], re.search(r"\$eflags = \[(.*)\]", frame)[1]
        flags.setdefault(name, set()).add("IF" in value.split())
        assert "$hardirq_count = 0" in frame, frame
    assert flags == {"demo_order": {True}, "demo_stamp": {False}}, shown


def freer(t, gdb, shown, load):
    assert frames(shown)
    for frame in frames(shown):
        assert 'comm = "demo_courier' in frame, frame
        assert re.search(r"^#1 .*\bdemo_deliver \(", frame, re.M) and re.search(r"^#2 .*\bdemo_courier \(", frame, re.M), frame


def text(t, gdb, shown, load):
    # The libraries' names, if any, may be there, too.
    assert re.search(r'filename = 0x[0-9a-f]+ "/tmp/ledger"$', shown, re.M), shown


@case(smp=2, programs="shell", timeout=900)
def ten_tasks(t):
    """Each task of docs/tasks.md takes at most two commands, and its answer is what the load did."""
    module = furnish(t)
    gdb = t.gdb(connect=False, program=False)
    gdb.cmd(f"source {TOP}/gdb/kgtp.py")
    gdb.cmd(f"set kgtp module-path {module.parent}")
    gdb.cmd(f"file {t.kernel.vmlinux}", timeout=120)
    t.connect(gdb)
    gdb.cmd("tvariable $bt = 2048")
    t.sh("echo 17 >/tmp/ledger")
    load = t.spawn("while :; do cat /tmp/ledger; usleep 200000; done")
    checks = [opener, holder, waiters, counts, function, bit_field, waker, interrupts, freer, text]
    manual, wrong, names = tasks(), [], {}
    if "do_sys_openat2" not in t.functions():
        names["do_sys_openat2"] = "do_sys_open"
    names["object"] = re.search(r"Symbol (\w+) is", gdb.cmd("info scope *kfree"))[1]
    assert len(manual) == len(checks), list(manual)
    for (title, commands), check in zip(manual.items(), checks):
        assert 1 <= len(commands) <= 2, (title, commands)
        # The manual has 6.1's names.
        commands = [re.sub(rf"\b({'|'.join(names)})\b", lambda m: names[m[0]], command) for command in commands]
        shown = ""
        try:
            # The mutex is free, and nobody in D state, for a moment each 20 s; a busy host may be slow.
            for attempt in range(3):
                shown = "".join(gdb.cmd(command, timeout=120) for command in commands)
                try:
                    check(t, gdb, shown, load)
                    break
                except (AssertionError, ValueError):
                    if attempt == 2:
                        raise
                finally:
                    gdb.cmd("delete")
        except Exception as error:
            wrong.append(f"{title}\n{commands}\n{shown}\n{error!r}")
    assert not wrong, "\n\n".join(wrong)
    assert "there are no tracepoints" in gdb.fails("kgtp run") and "usage: kgtp run" in gdb.fails("kgtp run x")
    gdb.cmd("kgtp trace *vfs_open if $current_task_pid == 0")
    assert "No frames in 1 seconds" in gdb.cmd("kgtp run 1")


def serve(t):
    """Let GDB and its programs reach the guest, as tests/vm/shell does."""
    server = control.Control(t.guest, GUEST_RELAY)
    t.cleanup.callback(os.unlink, t.guest.dir / "guestctl")
    t.cleanup.callback(server.server_close)
    t.cleanup.callback(server.shutdown)
    t.cleanup.callback(t.guest.stop_relay)


def typed(t, modules, *commands):
    """Type commands into a GDB as `make shell` starts it. Return {command: output}, of equal ones the last."""
    words, env = playground.launcher(t.guest, t.kernel, modules)
    text = "".join(f"{command}\necho \\n@{i}\\n\n" for i, command in enumerate(("echo start", *commands)))
    done = subprocess.run(words, input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=TOP, env=env,
                          timeout=500 * t.kernel.slow)
    (pathlib.Path(t.logs) / f"{t.kernel.name}-shell-typed.log").write_text(done.stdout)
    parts = re.split(r"^@\d+$", done.stdout, flags=re.M)
    assert len(parts) == len(commands) + 2, done.stdout
    return {"": parts[0], **dict(zip(commands, parts[1:]))}


@case(smp=2, programs="shell", timeout=600)
def shell_is_no_dead_end(t):
    """What a new user types first works; box runs programs of the guest; each way to connect again does, after the relay's end, too."""
    module = furnish(t)
    serve(t)
    t.spawn(playground.LOAD)
    shown = typed(t, [module], "trace vfs_read", "tstart", "box usleep 1500000", "tstatus", "tstop", "tfind", "bt", "info threads",
                  "tfind none", "list demo_order", "print demo_taken", "box", "box head -n 1 /proc/version | tail -n 1", "box ps",
                  "box -b nc -l -p 99 >/tmp/said", "box usleep 500000", NETCAT, "box false", "disconnect", "kgtp connect",
                  "print demo_taken + 0", "box kill $(busybox pidof putgtprsp)", "print demo_taken + 1", "kgtp connect ",
                  "print demo_taken + 2", "disconnect ", f"target remote | {HERE}/guestctl --connect", "print demo_taken + 3",
                  "kgtp ps demo_clerk")
    assert all(word in shown[""] for word in ("\nkernel ", "\nCPUs ", "\nsymbols ", "\nlacks ", "\ntype ")), shown[""]
    assert "Tracepoint 1 at" in shown["trace vfs_read"] and "Trace is running" in shown["tstatus"], shown
    assert "Found trace frame 0, tracepoint 1" in shown["tfind"], shown["tfind"]
    assert re.search(r"^(\(gdb\) )*#0 +vfs_read \(file=0x\w+", shown["bt"], re.M) and in_a_call(shown["bt"]), shown["bt"]
    assert "the running kernel" in shown["info threads"], shown["info threads"]
    assert "struct demo_order *order" in shown["list demo_order"], shown["list demo_order"]
    assert "box COMMAND" in shown["box"] and "exit status 1" in shown["box false"], shown
    assert "Linux version" in shown["box head -n 1 /proc/version | tail -n 1"], shown
    assert "demo_clerk" in shown["box ps"] and "hello" in shown[NETCAT], shown
    values = [int(re.search(r"\$\d+ = (\d+)", shown[f"print demo_taken{more}"])[1]) for more in ("", " + 0", " + 2", " + 3")]
    assert 0 < values[0] < values[1] < values[2] < values[3], values
    assert "demo_clerk" in shown["kgtp ps demo_clerk"], shown["kgtp ps demo_clerk"]


@case(smp=2, programs="shell", needs=[lambda t: None if t.kernel.name == "6.1" else "make demo runs 6.1"], timeout=600)
def demo(t):
    """make demo shows a read with its callers down to the system call, times, counts and costs, in few lines, and ends with 0."""
    module = furnish(t)
    serve(t)
    t.spawn(playground.LOAD)
    words, env = playground.launcher(t.guest, t.kernel, [module], "-batch", "-x", TOP / "tests/demo/demo.py")
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env,
                          timeout=500 * t.kernel.slow)
    shown = done.stdout
    (pathlib.Path(t.logs) / f"{t.kernel.name}-demo.log").write_text(shown)
    assert done.returncode == 0, shown
    assert len(shown.splitlines()) < 75 and "rror" not in shown, shown
    first, second = (int(n) for n in re.findall(r"^\$\d = (429\d+)$", shown, re.M)[:2])
    assert first < second, shown
    callers = re.findall(r"^#\d+ +(?:0x\w+ in )?(\w+) \(", shown, re.M)
    assert callers[0] == "copy_page_to_iter" and {"vfs_read", "ksys_read", "do_syscall_64"} <= set(callers), shown
    assert re.search(r"vfs_read \(file=.*count=65536", shown), shown
    # Each of the frames is in one line of the histogram.
    rows = [int(n) for n in re.findall(r"^ *\d+ \.\. \d+ +ns +(\d+)", shown, re.M)]
    assert rows and sum(rows) == 100, shown
    # dd reads 50000 times, three times over; others read, too.
    counts = [int(n) for n in re.findall(r"^\(gdb\) print \$p_reads\d\n\$\d+ = (\d+)$", shown, re.M)]
    assert len(counts) == 2 and 150000 <= sum(counts) < 152000, shown
    assert re.search(r"in emulation$", shown, re.M) and "Done." in shown, shown
    # README's picture.
    picture = subprocess.run([TOP / "scripts/svg"], input=shown, stdout=subprocess.PIPE, text=True, check=True).stdout
    drawn = [one.text for one in xml.etree.ElementTree.fromstring(picture).iter("{http://www.w3.org/2000/svg}text")]
    lines = [line for line in shown[shown.index("--"):].splitlines() if line.strip()]
    assert len(drawn) == len(lines) + 1 and "(gdb) print jiffies_64" in drawn and not any(len(line) > 110 for line in drawn), picture
