# SPDX-License-Identifier: GPL-2.0
"""Tests of the harness itself. If one of these fails, no other result can be trusted."""
import os
import random
import re
import socket

import console
from harness import GuestError, case

ANY_BYTES = bytes(range(256)) * 40


@case(module=None, core=True)
def boots(t):
    """The right kernel is up, with KASLR in effect and as many CPUs as requested."""
    assert t.sh("uname -r").strip() == t.kernel.release
    assert int(t.sh("nproc")) == t.guest.smp
    for path in ("/proc/self", "/sys/kernel/debug", "/dev/null", "/dev/ttyS2"):
        t.sh(f"ls {path}")


@case(module=None, needs="CONFIG_RANDOMIZE_BASE", core=True)
def kaslr_is_on(t):
    """The decompressor moved the kernel at boot: loadflags says so (a slide of 0 is possible, but rare)."""
    job = t.spawn("cat /sys/kernel/boot_params/data")
    assert job.wait() == 0
    assert job.output[0x211] & 2, "KASLR_FLAG is not set"
    text = int(t.sh("grep ' T _text' /proc/kallsyms").split()[0], 16)
    linked, step = t.kernel.functions()["_text"], int(t.kernel.config("CONFIG_PHYSICAL_ALIGN"), 0)
    assert text >= linked and (text - linked) % step == 0, hex(text)


@case(module=None, core=True)
def commands(t):
    """Output and exit status come back intact, byte for byte, from several commands at once."""
    assert t.run("exit 37") == ("", 37)
    assert t.run("echo out; echo err >&2") == ("out\nerr\n", 0)
    assert t.run("kill -9 $$").status == 128 + 9
    assert t.run("nosuchcommand").status == 127
    t.guest.push_bytes(ANY_BYTES, "/tmp/any")
    job = t.spawn("cat /tmp/any")
    assert job.wait() == 0 and job.output == ANY_BYTES
    echo = t.spawn("cat")
    slow = t.spawn("read x; exit $x")
    echo.send(ANY_BYTES)
    assert t.sh("echo meanwhile") == "meanwhile\n"
    echo.close_stdin()
    assert echo.wait() == 0 and echo.output == ANY_BYTES
    slow.send("5\n")
    assert slow.wait() == 5
    assert t.sh("echo " + "x" * 5000) == "x" * 5000 + "\n"


@case(module=None)
def command_timeout(t):
    """A command that hangs times out and leaves the guest usable."""
    try:
        t.run("sleep 1000", timeout=1)
    except GuestError as error:
        assert "timeout" in str(error)
    else:
        raise AssertionError("no timeout")
    assert t.sh("echo alive") == "alive\n"


@case(module=None, core=True)
def load_counts(t):
    """`load` performs exactly the operations requested, after the go and not before."""
    load = t.load("pread", n=7, file="/proc/version", size=10, offset=3, cpu=t.guest.smp - 1)
    assert load.pid > 1 and load.fd > 2 and load.size == 10 and load.buf == 0x10000000
    assert t.sh(f"cat /proc/{load.pid}/stat").split()[38] == str(t.guest.smp - 1)
    assert t.task_name(load.pid) == "load"
    done = load.go()
    assert done["n"] == done["ok"] == 7 and done["bytes"] == 70, done

    writer = t.load("write", n=3, file="/tmp/written", size=6, data="abcd")
    assert t.sh("cat /tmp/written") == ""
    assert writer.go()["bytes"] == 18
    assert t.sh("cat /tmp/written") == "abcdab" * 3

    assert t.load("getppid", n=1000).go()["ok"] == 1000
    failing = t.load("open", n=2, file="/nosuchfile").go()
    assert failing["ok"] == 0 and failing["errno"] == 2, failing
    endless = t.load("stat", n=0, file="/tmp")
    endless.start()
    t.sh("usleep 200000")
    assert endless.finish()["ok"] > 0
    for op in ("read", "pwrite", "lseek", "fork", "sleep", "fault", "call"):
        done = t.load(op, n=5, file="/tmp/written").go()
        assert done["ok"] == 5, (op, done)


@case(module=None)
def serial_line(t):
    """ttyS2 carries arbitrary bytes in both directions at once and loses none, with as much in flight as a tty buffers."""
    data = random.Random(1).randbytes(8 * t.guest.tty_room)
    t.guest.start_relay("cat")
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(60)
        line.connect(str(t.guest.gdb_socket))
        sent, got = 0, bytearray()
        while len(got) < len(data):
            if sent < len(data) and sent - len(got) < t.guest.tty_room:
                piece = data[sent:sent + 1024]
                line.sendall(piece)
                sent += len(piece)
                continue
            piece = line.recv(65536)
            assert piece, "the line was closed"
            got += piece
    t.guest.stop_relay()
    assert got == data, f"first difference at {len(os.path.commonprefix([bytes(got), data]))}"


@case(module=None)
def serial_line_buffers(t):
    """Data that arrives while the relay does not read is kept, as much as a tty buffers."""
    data = random.Random(2).randbytes(t.guest.tty_room)
    relay = t.guest.start_relay("sh -c 'sleep 3; exec cat'")
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(30)
        line.connect(str(t.guest.gdb_socket))
        line.sendall(data)
        got = bytearray()
        while len(got) < len(data):
            got += line.recv(65536)
    assert relay.status is None
    t.guest.stop_relay()
    assert got == data


@case(module=None)
def gdb_reads_vmlinux(t):
    """The host's GDB reads the kernel's symbols and types, and its errors raise exceptions."""
    gdb = t.gdb(connect=False)
    assert re.search(r"type = (long|int) \(struct file \*", gdb.cmd("ptype vfs_read")), gdb.cmd("ptype vfs_read")
    assert gdb.eval("sizeof(((struct task_struct *)0)->comm)") == "16"
    assert gdb.cmd('echo "quoted" back\\\\slash\\n') == '"quoted" back\\slash\n'
    try:
        gdb.cmd("print nosuchsymbol")
    except Exception as error:
        assert str(error) == 'No symbol "nosuchsymbol" in current context.', error
    else:
        raise AssertionError("no error")
    assert gdb.mi("-list-features")["features"]
    gdb.cmd("trace vfs_read")
    gdb.actions(1, "collect $args", "collect $regs")
    assert "collect $args" in gdb.cmd("info tracepoints")


@case(module=None, core=True)
def console_is_read(t):
    """A kernel complaint on the console is found, other lines are not."""
    t.sh("echo 'kgtp-vm: all is well' >/dev/kmsg")
    assert t.complaints() == []
    t.sh("echo 'WARNING: CPU: 0 PID: 1 at nowhere.c:1 harness_test' >/dev/kmsg")
    assert len(t.complaints()) == 1
    t.allow("harness_test")
    assert t.complaints() == []


@case(module=None)
def complaints_are_known(t):
    """The scanner recognises all forms of kernel complaints."""
    for line in """\
BUG: kernel NULL pointer dereference, address: 0000000000000000
BUG: unable to handle page fault for address: ffffc90000000000
kernel BUG at mm/slub.c:1!
Oops: 0002 [#1] PREEMPT SMP NOPTI
Oops: general protection fault, probably for non-canonical address
invalid opcode: 0000 [#1] SMP
WARNING: CPU: 1 PID: 77 at kernel/kprobes.c:1 x+0x1/0x2 [kgtp]
WARNING: possible circular locking dependency detected
WARNING: suspicious RCU usage
Call Trace:
 Call Trace: <TASK>
rcu: INFO: rcu_preempt self-detected stall on CPU
rcu: INFO: rcu_sched detected stalls on CPUs/tasks: { 1}
INFO: rcu_sched_state detected stall on CPU 0
INFO: task gdb:77 blocked for more than 120 seconds.
watchdog: BUG: soft lockup - CPU#0 stuck for 22s!
NMI watchdog: Watchdog detected hard LOCKUP on cpu 1
Kernel panic - not syncing: Fatal exception
BUG: KASAN: use-after-free in x
unregister_netdevice: waiting for lo to become free
list_add corruption. prev->next should be next
refcount_t: underflow; use-after-free.
BUG: scheduling while atomic: load/77/0x00000002
load[77]: segfault at 0 ip 0 sp 0 error 4
Unable to handle kernel paging request at ffff810000000000 RIP:
[ INFO: possible recursive locking detected ]
INFO: trying to register non-static key.
turning off the locking correctness validator.
BUG kmalloc-64 (Tainted: G           O      ): Object already free
ODEBUG: free active (active state 0) object type: timer_list hint: x+0x0/0x1 [kgtp]
UBSAN: shift-out-of-bounds in x.c:1:2
kmemleak: 1 new suspected memory leaks (see /sys/kernel/debug/kmemleak)
ttyS ttyS2: 4 input overrun(s)""".splitlines():
        assert console.scan(f"[    1.234567] {line}\n"), line
    for line in """\
kgtp: loading out-of-tree module taints kernel.
kgtp: module verification failed: signature and/or required key missing - tainting kernel
rcu: Hierarchical RCU implementation.
rcu: RCU calculated value of scheduler-enlistment delay is 25 jiffies.
printk: debug: ignoring loglevel setting.
x86/fpu: Supporting XSAVE feature 0x001: 'x87 floating point registers'""".splitlines():
        assert not console.scan(f"[    1.234567] {line}\n"), line
    # A data race is ours if one of its two stacks has our code above the frame where an interrupt or exception entered.
    rule, race = "=" * 66, "BUG: KCSAN: data-race in x / y"
    one, two = "read to 0xffff of 8 bytes by interrupt on cpu 1:\n", "\n\nwrite (marked) to 0xffff of 8 bytes by task 1 on cpu 0:\n"
    came, mine = " asm_sysvec_apic_timer_interrupt+0x16/0x20\n", " hit+0x1/0x2 [kgtp]"
    for stack, ours in ((" x+0x1/0x2", False), (f" x+0x1/0x2\n{mine}", True), (f" x+0x1/0x2\n{came}{mine}", False),
                        (f" x+0x1/0x2\n{came}{two} y+0x1/0x2\n{mine}", True), (f"{mine}\n{came}{two} y+0x1/0x2", True)):
        text = f"{rule}\n{race}\n{one}{stack}\n{rule}\n{mine}\n"
        assert console.scan(text) == [race] * ours, text
    assert console.scan(f"{rule}\n{race}\n x+0x1/0x2\n"), "a report that is cut off"
