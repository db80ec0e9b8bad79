# SPDX-License-Identifier: GPL-2.0
"""`monitor mem', `kgtp mem': a task's memory, and physical memory, at the addresses below the kernel's."""
import re
import tempfile

from harness import Skip, case

PATH = 0xf000000        # of guest/load.c: the name of its file


def reader(t, text):
    """Return a load whose path, at PATH in its memory, is a file that has that text in its name."""
    t.sh(f"echo {text} >/tmp/{text}")
    return t.load("read", n=1, file=f"/tmp/{text}", size=64)


@case(core=True)
def memory_of_a_task(t):
    """Only while it is chosen, addresses below the kernel's are a task's: strings, find, dump; where it ends, reads are short; its end is told."""
    gdb = t.gdb()
    one, other = reader(t, "first-text"), reader(t, "second-text")
    assert "Only the kernel's memory" in gdb.cmd("monitor mem")
    assert f"Cannot access memory at address {PATH:#x}" in gdb.cmd(f"x/s {PATH:#x}")
    jiffies = gdb.eval("&jiffies_64")
    for load, text in ((one, "first"), (other, "second")):
        assert re.search(rf"those of task {load.pid} \(\S+\); `monitor mem kernel'", gdb.cmd(f"monitor mem pid {load.pid}"))
        gdb.cmd("maint flush dcache")
        assert f'"/tmp/{text}-text"' in gdb.cmd(f"x/s {PATH:#x}")
        # The kernel's addresses are as before.
        assert gdb.eval("&jiffies_64") == jiffies and gdb.value("jiffies_64") > 0 and gdb.value("init_task.pid") == 0
    where = gdb.cmd(f"find {PATH:#x}, +64, 's', 'e', 'c', 'o', 'n', 'd'")
    assert f"{PATH + 5:#x}" in where, where
    with tempfile.NamedTemporaryFile(prefix="kgtp-dump-") as file:
        gdb.cmd(f"dump binary memory {file.name} {PATH:#x} {PATH + 0x1000:#x}")
        data = file.read()
    assert data == b"/tmp/second-text".ljust(0x1000, b"\0"), data[:64]
    # Its page ends there, and nothing follows.
    assert len(gdb.packet(f"m{PATH + 0xff0:x},20")) == 2 * 0x10 and gdb.packet(f"m{PATH + 0x1000:x},8").startswith("E")
    assert gdb.packet("m0,8").startswith("E") and gdb.packet(f"m{1 << 62:x},8").startswith("E")
    assert f"those of task {other.pid}" in gdb.cmd("tstatus") and f"those of task {other.pid}" in t.sh("cat /proc/gtpstat")
    # A frame has what it collected, and nothing of the task.
    gdb.trace("*vfs_read", other.mine)
    gdb.cmd("tstart")
    assert other.go()["ok"] == 1
    gdb.cmd("tstop")
    gdb.cmd("tfind start")
    assert "annot access memory" in gdb.cmd(f"x/s {PATH:#x}")
    gdb.cmd("tfind none")
    # The task has ended.
    gdb.cmd("maint flush dcache")
    assert gdb.packet(f"m{PATH:x},8").startswith("E")
    assert "there is no such task" in gdb.cmd(f"monitor mem pid {other.pid}")
    assert f"those of task {one.pid}" in gdb.cmd(f"monitor mem pid {one.pid}")
    assert bytes.fromhex(gdb.packet(f"m{PATH:x},a")) == b"/tmp/first"
    gdb.cmd("monitor mem kernel")
    assert gdb.packet(f"m{PATH:x},8").startswith("E") and "those of task" not in gdb.cmd("tstatus")
    for words, said in (("pid 2", "no memory of its own"), ("pid 99999999", "no such task"), ("pid x", "a decimal number"),
                        ("pid", "unknown argument"), ("all", "unknown argument")):
        assert said in gdb.cmd(f"monitor mem {words}") and gdb.packet(f"m{PATH:x},8").startswith("E"), words
    # A new session begins without it.
    gdb.cmd("monitor mem phys")
    gdb.cmd("disconnect")
    t.connect(gdb)
    assert "Only the kernel's memory" in gdb.cmd("monitor mem")
    assert one.go()["ok"] == 1


def ram(t):
    """Return [(first, last)] of what /proc/iomem calls System RAM."""
    return [(int(first, 16), int(last, 16)) for first, last in
            re.findall(r"^(\w+)-(\w+) : System RAM", t.sh("cat /proc/iomem"), re.M)]


@case(core=True)
def physical_memory(t):
    """Physical addresses give the memory that the direct map has there; devices, holes and bad pages give nothing, also with `monitor io on'."""
    gdb = t.gdb()
    banner = int(gdb.eval("(unsigned long)&linux_banner"))
    direct = gdb.value("page_offset_base") if gdb.knows("page_offset_base") else 0xc0000000
    if t.bits == 32:
        at = banner - direct
    elif gdb.knows("phys_base") and gdb.knows("page_offset_base"):
        # With KASLR phys_base may be negative: it is what the kernel adds, in 64 bits.
        at = (banner - 0xffffffff80000000 + gdb.value("phys_base")) % (1 << 64)
    else:
        raise Skip("this kernel does not say where its image is")
    assert gdb.packet(f"m{at:x},10").startswith("E")
    assert "are physical" in gdb.cmd("monitor mem phys")
    gdb.cmd("maint flush dcache")
    assert '"Linux version ' in gdb.cmd(f"x/s {at:#x}")
    assert f"{at + 6:#x}" in gdb.cmd(f"find {at & -0x1000:#x}, +0x2000, 'v', 'e', 'r', 's', 'i', 'o', 'n'")
    assert "are physical" in gdb.cmd("tstatus")
    spans = ram(t)
    first, last = spans[-1]
    for io in ("off", "on"):
        gdb.cmd(f"monitor io {io}")
        # Where RAM ends, the local APIC, the display's memory.
        assert len(gdb.packet(f"m{last + 1 - 0x10:x},20")) == 2 * 0x10
        for hole in (last + 1, 0xfee00000, 0xb8000, 1 << 45, 1 << 52):
            assert hole >= 1 << t.bits or gdb.packet(f"m{hole:x},8").startswith("E"), hex(hole)
    page = last + 1 - 0x200000
    assert gdb.packet(f"m{page:x},1000") and gdb.packet(f"m{direct + page:x},8")
    path = "/sys/devices/system/memory/soft_offline_page"
    if t.run(f"test -e {path}")[1] or t.run(f"echo {page:#x} >{path}")[1]:
        t.note("no page can be made bad here")
        return
    assert gdb.packet(f"m{page:x},8").startswith("E"), "a bad page is read"
    assert len(gdb.packet(f"m{page - 8:x},10")) == 16


@case
def script_reads_other_memory(t):
    """`kgtp mem --pid N COMMAND' is for that command only; without one the prompt says what is chosen, until the end of the session."""
    load = reader(t, "kgtp-text")
    gdb, _ = t.scripted()
    assert '"/tmp/kgtp-text"' in gdb.cmd(f"kgtp mem --pid {load.pid} x/s {PATH:#x}")
    assert "annot access memory" in gdb.cmd(f"x/s {PATH:#x}")
    assert "Only the kernel's memory" in gdb.cmd("kgtp mem")
    # A command that fails leaves the choice as it was.
    gdb.fails(f"kgtp mem --pid {load.pid} output *(char *)8")
    assert "Only the kernel's memory" in gdb.cmd("kgtp mem")
    prompt = gdb.cmd("show prompt")
    gdb.cmd(f"kgtp mem --pid {load.pid}")
    assert f"pid {load.pid})" in gdb.cmd("show prompt")
    assert '"/tmp/kgtp-text"' in gdb.cmd(f"x/s {PATH:#x}") and f"task {load.pid}" in gdb.cmd("kgtp stat")
    # Pointers of the kernel to the task's texts.
    assert "/tmp/kgtp-text" in gdb.cmd(f"output (char *){PATH:#x}")
    assert "no memory of its own" in gdb.fails("kgtp mem --pid 2")
    assert f"pid {load.pid})" in gdb.cmd("show prompt")
    gdb.cmd("kgtp mem --kernel")
    assert gdb.cmd("show prompt") == prompt
    assert "annot access memory" in gdb.cmd(f"x/s {PATH:#x}")
    gdb.cmd("kgtp mem --phys")
    assert "phys)" in gdb.cmd("show prompt")
    gdb.cmd("disconnect")
    t.connect(gdb)
    assert "Only the kernel's memory" in gdb.cmd("kgtp mem")
    gdb.cmd(f"kgtp mem --pid {load.pid} x/s {PATH:#x}")
    assert gdb.cmd("show prompt") == prompt
    assert load.go()["ok"] == 1
