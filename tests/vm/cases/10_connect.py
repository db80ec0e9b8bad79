# SPDX-License-Identifier: GPL-2.0
"""GDB connects to a running kernel and inspects it; nothing is traced."""
import re
import tempfile

import build
from harness import GdbError, case


def symbol(t, name):
    """Return a symbol's address in the guest's kernel. Without CONFIG_KALLSYMS_ALL, kallsyms lists only functions."""
    found = re.search(rf"^(\w+) \w {name}$", t.run(f"grep ' {name}' /proc/kallsyms").output, re.M)
    if found:
        return int(found[1], 16)
    assert name != "_stext"
    return t.kernel.symbols()[name] - t.kernel.symbols()["_stext"] + symbol(t, "_stext")


@case(core=True)
def live_memory(t):
    """Live values change while the kernel runs, constants do not, and an unmapped address is an error."""
    gdb = t.gdb()
    first = int(gdb.eval("jiffies_64"))
    t.sh("sleep 1")
    second = int(gdb.eval("jiffies_64"))
    hz = int(t.kernel.config("CONFIG_HZ"))
    # In a busy host a guest with HZ=1000 loses ticks.
    assert hz * 0.5 <= second - first <= hz * 30, (first, second)
    banner = gdb.cmd("printf \"%s\", linux_banner")
    assert banner.startswith(f"Linux version {t.kernel.release} "), banner
    assert t.sh("cat /proc/version") == banner
    assert gdb.eval("init_task.comm").startswith('"swapper')
    assert "Cannot access memory at address 0x10" in gdb.fails("x/x 0x10")
    assert "Cannot access memory" in gdb.fails("x/x 0xdead000000000000")
    # The last bytes before a hole: GDB's larger read fails, with the address.
    assert "Cannot access memory" in gdb.fails("x/x 0xffffffffffffff00")


@case(core=True)
def kaslr(t):
    """qOffsets relocates the vmlinux's symbols to their addresses in this boot: data, text, and init text."""
    gdb = t.gdb()
    names = ["linux_banner", "vfs_read", "init_task", "_text", "_sinittext"]
    if t.run("grep ' jiffies_64' /proc/kallsyms").status == 0:      # on 2.6.18 it is among the vsyscalls and in no list
        names.append("jiffies_64")
    for name in names:
        address = symbol(t, name)
        assert int(gdb.eval(f"(unsigned long)&{name}")) == address, (name, hex(address))
    text = symbol(t, "_text")
    assert "vfs_read" in gdb.cmd(f"info symbol {symbol(t, 'vfs_read'):#x}")
    assert f"{symbol(t, 'vfs_read'):#x}" in gdb.cmd("trace *vfs_read")
    assert int(gdb.eval("*(unsigned int *)&_text")) >= 0 and text


def packets(gdb, command):
    """Return [(packet, reply)] of a command, which may fail."""
    gdb.cmd("set debug remote 1")
    try:
        shown = gdb.cmd(command)
    except GdbError as error:
        shown = error.shown
    gdb.cmd("set debug remote 0")
    return re.findall(r"Sending packet: \$([^\n]*)#[0-9a-f]{2}.*?Packet received: ([^\n]*)", shown, re.S)


def is_new(gdb):
    """Return whether this GDB has the `x' packet, and takes texts of errors."""
    return "binary-upload-packet" in gdb.cmd("help set remote")


@case(core=True)
def memory_is_dumped(t):
    """`dump memory' has what the `m' packet has, by `x' where GDB has that; `find' finds; what is in front of a hole is read."""
    gdb = t.gdb()
    start, size = symbol(t, "vfs_read") & -0x1000, 0x20000       # more than the padding that 7.2 has first
    with tempfile.NamedTemporaryFile(prefix="kgtp-dump-") as file:
        sent = packets(gdb, f"dump binary memory {file.name} {start:#x} {start + size:#x}")
        data = file.read()
    reads = [packet for packet, _ in sent]
    assert {packet[0] for packet in reads} == {"x" if is_new(gdb) else "m"}, reads
    # 16 KiB at a time, not GDB's 4 KiB.
    assert len(reads) <= size // 0x3000, reads
    assert data == b"".join(bytes.fromhex(gdb.packet(f"m{start + at:x},1000")) for at in range(0, size, 0x1000))
    assert all(data.count(byte) > 20 for byte in b"#$*}"), "no byte that is escaped"
    banner = symbol(t, "linux_banner")
    assert f"{banner + 6:#x}" in gdb.cmd(f"find /b {banner - 0x8000:#x}, {banner + 0x8000:#x}, 'v', 'e', 'r', 's', 'i', 'o', 'n', ' ', "
                                         + ", ".join(map(str, t.kernel.release.encode())))
    if not gdb.knows("page_offset_base"):
        return
    end = gdb.value("page_offset_base") + gdb.value("max_pfn") * 0x1000
    assert len(gdb.packet(f"m{end - 0x10:x},20")) == 2 * 0x10 and gdb.packet(f"m{end:x},10").startswith("E")
    reply = gdb.packet(f"x{end - 0x10:x},20")
    assert reply.startswith("b") and gdb.packet(f"x{end:x},10").startswith("E"), reply
    assert gdb.eval(f"*(long *){end - 8:#x}")
    assert f"Cannot access memory at address {end:#x}" in gdb.fails(f"output *(long (*)[2]){end - 8:#x}")


@case(core=True)
def errors_have_a_text(t):
    """GDBs that take the text of any error get one, and show it; others get a number."""
    gdb = t.gdb()
    new = is_new(gdb)
    changed = gdb.fails(f"print {t.arg(1)} = 1")
    assert ("the kernel is only read: its memory, registers and code stay as they are" in changed) == new, changed
    assert new or "E01" in changed, changed
    for command, text in (("output *(int *)16", "E.memory: cannot read: it is not mapped"),
                          ("set var panic_timeout = 77", "E.the kernel is only read: ")):
        sent = packets(gdb, command)
        assert any(reply.startswith(text if new else "E01") for _, reply in sent), sent
    assert gdb.value("jiffies_64") > 0


@case
def disassemble(t):
    """Code can be disassembled."""
    gdb = t.gdb()
    shown = gdb.cmd("x/3i vfs_read")
    assert shown.count("vfs_read") >= 3, shown


@case(core=True)
def no_registers_live(t):
    """A running kernel has no registers to show: GDB reports this and stays connected."""
    gdb = t.gdb()
    shown = gdb.cmd("info registers")
    assert "<unavailable>" in shown and re.search(r"[er]ip +0x0 ", shown), shown
    gdb.cmd("bt")
    assert "the running kernel" in gdb.cmd("info threads")
    assert int(gdb.eval("jiffies_64")) > 0


@case(core=True)
def nothing_is_written(t):
    """GDB cannot change memory, set a breakpoint, or run anything."""
    gdb = t.gdb()
    before = gdb.eval("panic_timeout")
    assert "Cannot access memory" in gdb.fails("set var panic_timeout = 77")
    assert gdb.eval("panic_timeout") == before
    code = gdb.eval("*(char(*)[16])vfs_read")
    gdb.cmd("break vfs_read")
    gdb.cmd("continue")
    gdb.cmd("delete")
    assert gdb.eval("*(char(*)[16])vfs_read") == code
    # A resumed "program" stops again at once.
    gdb.cmd("stepi")
    gdb.cmd("continue")
    assert int(gdb.eval("jiffies_64")) > 0
    assert gdb.eval("*(char(*)[16])vfs_read") == code


def nothing_resumes(gdb):
    for command in ("continue", "stepi", "step", "next", "nexti", "until", "step 3", "jump *vfs_write"):
        try:
            # GDB/MI returns as soon as it has resumed; the outcome arrives before the next command's result.
            shown = gdb.cmd(command) + gdb.cmd("echo") + gdb.cmd("echo")
        except GdbError as error:
            gdbs_own = "Cannot find bounds of current function|not within a known function|Could not write register"
            assert re.search(gdbs_own, str(error)), (command, error)
        else:
            assert "The kernel is not stopped: it cannot be continued or stepped." in shown, (command, shown)
    first, second = (int(gdb.eval("jiffies_64")) for _ in range(2))
    assert 0 < first <= second


@case
def steps_end(t):
    """Commands that resume a program return at once and report that the kernel runs."""
    nothing_resumes(t.gdb())


@case(cmdline="nokaslr")
def steps_end_without_a_slide(t):
    """The same holds where a symbol covers address 0, where per-CPU variables are linked."""
    gdb = t.gdb()
    assert "No symbol" not in gdb.cmd("info symbol 0") or t.kernel.symbols().get("__per_cpu_start") != 0
    nothing_resumes(gdb)


@case(core=True)
def special_variables(t):
    """GDB knows the module's own variables once it has connected."""
    gdb = t.gdb()
    shown = gdb.cmd("info tvariables")
    for name in ("gtp_version", "cpu_id", "current_task", "current_task_pid", "clock", "cpu_number", "self_trace",
                 "ignore_error", "last_errno", "bt"):
        assert re.search(rf"^\${name} ", shown, re.M), name
    assert int(gdb.eval("$cpu_number")) == t.guest.smp
    conf = (build.TOP / "dkms.conf").read_text()
    assert gdb.eval("$gtp_version") == re.search(r'^VERSION_DATE="(\d{8})"$', conf, re.M)[1]
    assert int(gdb.eval("$bt")) == 512
    one, two = int(gdb.eval("$clock")), int(gdb.eval("$clock"))
    assert 0 < one and two - one < 60e9, (one, two)
    # Their numbers do not collide with those of the user's variables.
    for i in range(40):
        gdb.cmd(f"tvariable $mine{i} = {i}")
    gdb.cmd("trace vfs_read if $mine39 == 1")
    gdb.cmd("tstart")
    gdb.cmd("tstop")
    assert int(gdb.eval("$mine0")) == 0 and int(gdb.eval("$mine39")) == 39
    # Live values are computed in the relay's process.
    pid = int(gdb.eval("$current_task_pid"))
    assert t.task_name(pid) == "putgtprsp"
    assert gdb.eval("((struct task_struct *)$current_task)->comm").startswith('"putgtprsp')


@case
def status_before_any_run(t):
    """tstatus works on a module that has just been loaded."""
    gdb = t.gdb()
    shown = gdb.cmd("tstatus")
    assert "No trace has been run on the target." in shown, shown
    assert "Collected 0 trace frames." in shown, shown
    assert "Trace buffer has 5242880 bytes of 5242880 bytes free" in shown, shown


@case
def reconnect(t):
    """GDB can reconnect after a detach, after a disconnect, and after being killed."""
    gdb = t.gdb()
    for leave in ("detach", "disconnect", "detach"):
        gdb.cmd(leave)
        t.connect(gdb)
        assert int(gdb.eval("jiffies_64")) > 0
    gdb.process.kill()
    again = t.gdb()
    assert int(again.eval("jiffies_64")) > 0


@case
def without_a_vmlinux(t):
    """GDB without a program learns the machine from target.xml."""
    gdb = t.gdb(program=False)
    machine = "i386" if t.bits == 32 else "i386:x86-64"
    assert f'(currently "{machine}")' in gdb.cmd("show architecture"), gdb.cmd("show architecture")
    address = symbol(t, "linux_banner")
    assert "Linux version" in gdb.cmd(f"x/s {address:#x}")


@case(programs="gdb", timeout=900)
def gdb_in_the_guest(t):
    """`target remote /proc/gtp` works with GDB in the guest, with and without a relay."""
    banner = symbol(t, "linux_banner")
    for target in ("/proc/gtp", "/sys/kernel/debug/gtp", "| putgtprsp", "| putgtprsp -d /proc/gtp"):
        shown, status = t.guest_gdb(f"target remote {target}", f"x/s {banner:#x}", "detach")
        assert status == 0 and "Linux version" in shown, (target, status, shown)
        assert "get_tty_state" not in shown, shown


@case(programs="gdb", timeout=900)
def relay_modes(t):
    """putgtprsp serves the real device on a Unix socket and on TCP, and closes the device after each session."""
    banner = symbol(t, "linux_banner")

    def look(target):
        shown, status = t.guest_gdb(f"target remote {target}", f"x/s {banner:#x}", "detach")
        assert status == 0 and "Linux version" in shown, (target, status, shown)

    t.sh("loup")
    unix = t.spawn("exec putgtprsp -u /tmp/gtp.socket")
    tcp = t.spawn("exec putgtprsp -l 4321")
    for job in (unix, tcp):
        assert "listening" in job.readline()
    for _ in range(3):
        look("/tmp/gtp.socket")
        look("127.0.0.1:4321")
    for job in (unix, tcp):
        job.kill(15)
        assert job.wait() == 128 + 15, job.text()
    assert t.run("ls /tmp/gtp.socket").status
    assert t.run("putgtprsp -c 127.0.0.1:4322 </dev/null").status == 1


@case(programs="gdb", timeout=300)
def gdb_itself(t):
    """A GDB in the guest that is the relay's parent or connects by socket is not traced, unless $self_trace is set."""
    t.sh("loup")
    both = "[::]:4322" if t.run("test -e /proc/net/if_inet6").status == 0 else "4322"      # IPv4-mapped IPv6
    for way in ("-u /tmp/gtp.socket", "-l 4321", f"-l {both}"):
        assert "listening" in t.spawn(f"exec putgtprsp {way}").readline()
    for target, send in (("| putgtprsp", "unix_stream_sendmsg"), ("/tmp/gtp.socket", "unix_stream_sendmsg"),
                         ("127.0.0.1:4321", "tcp_sendmsg"), ("127.0.0.1:4322", "tcp_sendmsg")):
        send = symbol(t, send)
        for wanted in (0, 1):
            shown, status = t.guest_gdb('shell echo "set \\$pid = $PPID" >/tmp/pid.gdb', "source /tmp/pid.gdb",
                                        f"target remote {target}", f"tvariable $self_trace = {wanted}",
                                        f'eval "trace *{send:#x} if $current_task_pid == %d", $pid', "tstart",
                                        *["print $cpu_number"] * 5, "tstop", "tstatus")
            assert status == 0, shown
            found = int(re.search(r"Collected (\d+) trace frame", shown)[1])
            assert (found > 0) == bool(wanted), (target, wanted, shown)
