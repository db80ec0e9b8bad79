# SPDX-License-Identifier: GPL-2.0
"""docs/gdb-says-no.md: GDB prints each message as on the page, and each workaround works."""
import os
import re
import resource
import subprocess

from harness import GdbError, Skip, case

PAGE = os.path.join(os.path.dirname(__file__), "../../../docs/gdb-says-no.md")
MINE = "$current_task_pid == {}"


class Says:
    """Checks GDB's answers to conditions and actions, and that the page has them; collects mistakes for the end."""

    def __init__(self, t, gdb):
        self.t, self.gdb, self.wrong = t, gdb, []
        self.page = open(PAGE).read()

    def no(self, message, *, collect=None, condition=None, place="*vfs_read"):
        """Expect a refusal, at the latest by tstart, with a message that the page has."""
        if message not in self.page:
            self.wrong.append(f"the page does not have: {message}")
        shown = self.attempt(collect, condition, place)
        if message not in shown:
            self.wrong.append(f"{collect or condition}: not {message!r} but {shown!r}")

    def told(self, shown, message):
        """Check that the message was shown, and is on the page."""
        for what, text in (("shown", shown), ("the page", self.page)):
            if message not in text:
                self.wrong.append(f"{what}: no {message!r} in {shown!r}")

    def attempt(self, collect, condition, place):
        """Return the error, or the output."""
        try:
            shown = self.gdb.cmd(f"trace {place}" + (f" if {condition}" if condition else ""))
            if collect:
                shown += self.gdb.actions("$tpnum", collect)
            shown += self.gdb.cmd("tstart")
            shown += self.gdb.cmd("tstop")
            return shown
        except GdbError as error:
            return str(error)
        finally:
            self.gdb.cmd("delete")

    def yes(self, *, collect=None, condition=None, place="*vfs_read", check=None, in_page=None):
        """Expect success: a run of three reads gives three frames, and check(gdb) is true in the last one."""
        if in_page and in_page not in self.page:
            self.wrong.append(f"the page does not have: {in_page}")
        what = collect or condition
        load = self.t.load("pread", n=3, file="/proc/version", size=16)
        mine = MINE.format(load.pid)
        gdb = self.gdb
        try:
            gdb.trace(place, f"{mine} && ({condition})" if condition else mine, *([collect] if collect else ["collect $regs"]))
            gdb.cmd("tstart")
            load.go()
            gdb.cmd("tstop")
            if place == "*vfs_read":
                frames = gdb.frames()
                if frames != 3:
                    self.wrong.append(f"{what}: {frames} frames; {gdb.cmd('tstatus')}")
                elif check:
                    gdb.cmd("tfind 2")
                    if not check(gdb):
                        self.wrong.append(f"{what}: its value is not right")
                    gdb.cmd("tfind none")
        except GdbError as error:
            self.wrong.append(f"{what}: {error}")
        finally:
            gdb.cmd("delete")

    def never(self, condition):
        """Expect that GDB accepts it, but that it is false where it should be true."""
        load = self.t.load("pread", n=3, file="/proc/version", size=16)
        self.gdb.trace("*vfs_read", f"{MINE.format(load.pid)} && {condition}")
        self.gdb.cmd("tstart")
        load.go()
        self.gdb.cmd("tstop")
        if self.gdb.frames():
            self.wrong.append(f"{condition}: it was true")
        self.gdb.cmd("delete")


@case(timeout=420, needs=["CONFIG_X86_64", "<6.13"])
def gdb_says_no(t):
    """What GDB cannot compile in an action or a condition gives the page's message, and the page's replacement works."""
    t.first("timespec64_add_safe")      # the page's example; older kernels have other structures, too
    gdb = t.gdb()
    says = Says(t, gdb)
    task = "((struct task_struct *)$current_task)"
    name = "file->f_path.dentry->d_name"

    # A struct by value, in registers.
    place = "*timespec64_add_safe"
    shown = gdb.cmd("info scope timespec64_add_safe")
    if "lhs is optimized out" in shown:
        t.note("this kernel's debug information does not know a struct by value: its rows were left out")
    else:
        says.no("Expression pieces exceed word size", collect="collect lhs", place=place)
        says.no("Expression pieces exceed word size", condition="lhs.tv_sec == 1", place=place)
        says.yes(collect="collect $rdi, $rsi", condition="$rdi == 1", place=place, in_page="collect $rdi, $rsi")
        says.told("info scope FUNCTION", "info scope FUNCTION")
        if not re.search(r"lhs .*\$rdi.*\$rsi", shown, re.S):
            says.wrong.append(f"info scope does not tell of the registers: {shown}")
        shown = says.attempt("collect $args", None, place)
        if "rror" in shown or "lhs" in shown:
            says.wrong.append(f"$args of a struct by value: {shown}")
        says.told("leaves it out without a word", "leaves it out without a word")

    # Members of anonymous structs and unions.
    says.no("Couldn't find member named `len' in struct/union/class `qstr'", collect=f"collect {name}.len")
    says.no("Couldn't find member named `len' in struct/union/class `qstr'", condition=f"{name}.len == 7")
    assert gdb.value("(long)&((struct qstr *)0)->len") == 4
    says.yes(collect=f"collect {name}", check=lambda g: g.value(f"{name}.len") == 7, in_page=f"collect {name}")
    says.yes(condition=f"*(unsigned int *)((char *)&{name} + 4) == 7", in_page="(char *)&")

    # Enums and bools.
    says.no("Invalid combination of types in equal.", condition="system_state == SYSTEM_RUNNING")
    says.no("Invalid combination of types in equal.", condition="system_state == 3")
    says.yes(condition="(int)system_state == (int)SYSTEM_RUNNING", in_page="(int)system_state == (int)SYSTEM_RUNNING")
    says.no("Invalid combination of types in equal.", condition="static_key_initialized == true")
    says.yes(condition="static_key_initialized", in_page="if static_key_initialized")
    says.yes(condition="(int)static_key_initialized == 1", in_page="(int)static_key_initialized == 1")

    # Strings and characters.
    says.no("Cannot translate to agent expression", condition=f'{task}->comm == "load"')
    says.no("Cannot translate to agent expression", condition=f'$_streq({task}->comm, "load")')
    for char in "l/":
        says.no("Cannot translate to agent expression", condition=f"{task}->comm[0] == '{char}'")
    says.told("print/d '/'", "print/d '/'")
    says.told(gdb.cmd("print/d '/'"), "47")
    says.told('print/x "load"', 'print/x "load"')
    if re.findall(r"0x\w+", gdb.cmd('print/x "load"'))[:4] != ["0x6c", "0x6f", "0x61", "0x64"]:
        says.wrong.append(gdb.cmd('print/x "load"'))
    says.no("Value not scalar: cannot be an rvalue.", condition=f"*(int *){task}->comm == 0x64616f6c")
    comm = t.load("pread", n=1, file="/proc/version", size=1)
    word = int.from_bytes(t.task_name(comm.pid).encode()[:4].ljust(4, b"\0"), "little")
    says.yes(condition=f"*(int *)&{task}->comm == {word:#x}", in_page="*(int *)&")
    says.yes(condition=f"{task}->comm[0] == {word & 255}", in_page="->comm[0] == ")

    # What is too wide, or has no integer.
    says.no("Invalid combination of types in multiplication.", condition="count * 1.5 > 20")
    says.yes(condition="count * 3 > 20 * 2", in_page="count * 3 > 20 * 2")
    says.no("Casts to requested type are not yet implemented.", collect="collect (float)count")

    # Addresses.
    says.no("Operand of `&' is in a register, and has no address.", collect="collect &count")
    seen = []
    shown = gdb.cmd("maint agent-eval -at vfs_read, &vfs_write")
    if re.search(r"\bconst8 0\b", shown):
        for text in ("&vfs_write", "const8 0"):
            if text not in says.page:
                says.wrong.append(f"the page does not have: {text}")
    else:
        says.wrong.append(f"the address of a function is right here: {shown}")
    says.yes(collect="collect file->f_op->open", check=lambda g: seen.append(g.eval("file->f_op->open")) or True)
    number, name = re.search(r"(0x\w+) <(\w+)>", seen[-1]).groups()
    says.yes(condition=f"file->f_op->open == {number}", in_page="if file->f_op->read == 0x")
    says.told("if file->f_op->read == &vfs_write", "if file->f_op->read == &vfs_write")
    says.never(f"file->f_op->open == &{name}")

    # Registers, variables, lengths.
    says.no("GDB cannot yet trace user-register contents.", collect="collect $pc")
    says.yes(collect="collect $rip, $rsp, $rbp", check=lambda g: g.value("$rip") == g.value("(unsigned long)&vfs_read"),
             in_page="collect $rip, $rsp, $rbp")
    gdb.cmd("set $mine = 5")
    says.no("GDB agent expressions cannot use convenience variables.", condition="count > $mine")
    gdb.cmd("tvariable $most = 5")
    says.yes(condition="count > $most", in_page="tvariable $most = 5")
    says.no("Right operand of `@' must be a constant, in agent expressions.", collect="collect *file@count")
    says.yes(collect="collect file->f_path.dentry->d_iname[0]@8", check=lambda g: "version" in g.eval("file->f_path.dentry->d_iname[0]@8"),
             in_page="d_iname[0]@8")
    says.no('No symbol "current" in current context.', collect="collect current->pid")
    says.yes(collect=f"collect {task}->pid", check=lambda g: g.value(f"{task}->pid") > 0, in_page="$current_task")
    says.no("is not a supported tracepoint action.", collect="print count")

    # Observer mode, with a connection and before one.
    gdb.cmd("trace *vfs_read")
    says.told(gdb.fails("set may-insert-tracepoints off"), "Cannot change this setting while the inferior is running.")
    gdb.cmd("disconnect")
    gdb.cmd("set may-insert-tracepoints off")
    t.connect(gdb)
    says.told(gdb.fails("tstart"), "No tracepoints that may be downloaded, not starting trace")
    gdb.cmd("disconnect")
    gdb.cmd("set may-insert-tracepoints on")
    gdb.cmd("set observer on")
    t.guest.start_relay()
    says.told(gdb.fails(f"target remote {t.guest.gdb_socket}"), "Non-stop mode requested, but remote does not support non-stop")
    for command in ("set observer off", "set non-stop off", "set may-insert-tracepoints on"):
        says.told(command, command)
        gdb.cmd(command)
    t.connect(gdb)
    gdb.cmd("tstart")
    gdb.cmd("tstop")
    assert not says.wrong, "\n".join(says.wrong)


def it_dies(t, message, *script):
    """Check that a GDB that reads these lines dies with that message."""
    path = t.logs / f"{t.name}.gdb"
    path.write_text("\n".join(script) + "\n")
    got = subprocess.run(["gdb", "-nx", "-q", "-batch", "-x", path, t.kernel.vmlinux], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                         stdin=subprocess.DEVNULL, text=True, cwd=t.logs, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0)))
    assert message in got.stdout and got.returncode != 0, got


@case(needs="CONFIG_X86_64")
def a_variable_alone_is_assigned(t):
    """`teval $x = $rdx' kills GDB 13.1, and `teval $x = file->f_flags' takes the address; with `+ 0' both give the value."""
    page = open(PAGE).read()
    text = "expression has min height < 0"
    for alone in "$rdx", "count":
        it_dies(t, text, "tvariable $x", "trace *vfs_read", "actions", f"teval $x = {alone}", "end")
    gdb = t.gdb()
    for name in "abcdef":
        gdb.cmd(f"tvariable ${name}")
    pairs = [("a", "$rdx + 0"), ("b", "count + 0"), ("c", "file->f_flags"), ("d", "file->f_flags + 0"), ("e", "jiffies_64"), ("f", "jiffies_64 + 0")]
    for text in [text, "maint agent-eval -at vfs_read, $x = file->f_flags"] + [f"teval $x = {right}" for _, right in pairs]:
        assert text in page, text
    shown = gdb.cmd("maint agent-eval -at vfs_read, $a = file->f_flags")
    assert re.search(r"setv \d+\n.* ref32", shown), shown
    load = t.load("pread", n=1, file="/proc/version", size=16)
    gdb.trace("*vfs_read", load.mine, *(f"teval ${name} = {right}" for name, right in pairs),
              "collect $a, $b, $c, $d, $e, $f, file, file->f_flags, jiffies_64")
    gdb.cmd("tstart")
    load.go()
    gdb.cmd("tstop")
    gdb.cmd("tfind 0")
    values = [gdb.value(f"${name}") for name, _ in pairs]
    right = [16, 16] + [gdb.value(what) for what in ("(long)&file->f_flags", "file->f_flags", "(long)&jiffies_64", "jiffies_64")]
    assert values[:-1] == right[:-1] and 0 <= right[-1] - values[-1] < 100, (values, right)


@case(needs=["CONFIG_X86_64", "<6.13"])
def gdb_dies(t):
    """A 128-bit value kills GDB 13.1; two halves of 64 bits work."""
    page = open(PAGE).read()
    version = subprocess.run(["gdb", "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout
    if not re.search(r"\) 1[0-6]\.", version):
        t.note(version.splitlines()[0])
    text = "gen_fetch: strange size"
    assert text in page
    gdb = t.gdb()
    if not gdb.knows("(__int128)0"):
        raise Skip("this vmlinux has no type of 128 bits")
    it_dies(t, text, "maint agent-eval -at vfs_read, *(__int128 *)file == 1")
    load = t.load("pread", n=2, file="/proc/version", size=16)
    halves = "*(unsigned long *)&file->f_path != 0 && ((unsigned long *)&file->f_path)[1] != 0"
    assert "((unsigned long *)" in page
    gdb.trace("*vfs_read", f"$current_task_pid == {load.pid} && ({halves})", "collect *(unsigned long (*)[2])file")
    gdb.cmd("tstart")
    load.go()
    gdb.cmd("tstop")
    assert gdb.frames() == 2, gdb.cmd("tstatus")


@case
def sections_of_a_module(t):
    """`add-symbol-file` with only the text puts a module's data at low addresses; with -s for each section they are right."""
    page = open(PAGE).read()
    gdb = t.gdb()
    sections = {name: t.sh(f"cat /sys/module/kgtp/sections/{name}").strip() for name in (".text", ".data", ".bss")}
    gdb.cmd(f"add-symbol-file {t.built.module} {sections['.text']}")
    message = gdb.fails("print gtp.nr_cpus")
    assert message.startswith("Cannot access memory at address 0x") and "Cannot access memory at address 0x" in page, message
    gdb.cmd(f"remove-symbol-file -a {sections['.text']}")
    shown = gdb.cmd(f"add-symbol-file {t.built.module} {sections['.text']} -s .data {sections['.data']} -s .bss {sections['.bss']}")
    assert ".bss_addr = " in shown and "-s .bss" in page, shown
    assert gdb.value("gtp.nr_cpus") == t.guest.smp
    shown = gdb.cmd(f"add-symbol-file {t.built.module} {sections['.text']} -s .nosuch {sections['.bss']}")
    assert "section .nosuch not found" in shown and "not found in" in page, shown
