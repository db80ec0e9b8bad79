# SPDX-License-Identifier: GPL-2.0
"""What cases use. A file in cases/ starts with `from harness import case, Skip`; README.md describes the rest."""
import contextlib
import fnmatch
import importlib.util
import pathlib
import re
import signal
import sys
import time

import console
import kprobe_table
from gdbmi import Gdb, GdbError, GdbTimeout, Skip
from qemu import Guest, GuestError, GuestLost

HERE = pathlib.Path(__file__).resolve().parent
MODULE = "kgtp"
GUEST_MODULE = f"/lib/{MODULE}.ko"
GUEST_RELAY = "/bin/putgtprsp"
SCRIPT = HERE.parents[1] / "gdb/kgtp.py"

__all__ = ["SCRIPT", "case", "Skip", "Gdb", "GdbError", "GdbTimeout", "Guest", "GuestError", "GuestLost"]


class CaseTimeout(Exception):
    pass


class Case:
    def __init__(self, function, smp, module, programs, needs, timeout, core, old, last, disk, cmdline,
                 memory):
        self.function, self.name = function, function.__name__
        self.file = pathlib.Path(function.__code__.co_filename).stem
        self.smp, self.module, self.programs, self.timeout = smp, module, programs, timeout
        self.core, self.old, self.last, self.disk, self.cmdline, self.memory = core, old, last, disk, cmdline, memory
        self.needs = [needs] if isinstance(needs, str) or callable(needs) else list(needs)

    @property
    def variant(self):
        """Cases with the same variant can share a guest."""
        return self.smp or 0, self.programs, self.disk, self.cmdline, self.memory or 0

    def matches(self, pattern):
        return any(fnmatch.fnmatch(name, pattern) for name in (self.name, self.file, f"{self.file}/{self.name}"))

    def why_not(self, kernel):
        """Return why the case cannot run on this kernel, as far as this is known without a guest; or None.

        needs: ">=3.2" or "<2.6.30" (kernel), "CONFIG_X", or a function of the test that returns why not, or None.
        """
        if self.programs and kernel.version < (3, 2):
            return "Debian's programs need a kernel >=3.2"
        for need in self.needs:
            if callable(need):
                continue
            if need.startswith("CONFIG_"):
                if kernel.config(need) not in ("y", "m"):
                    return f"needs {need}"
                continue
            sign, numbers = re.fullmatch(r"(>=|<)(\d+\.\d+(?:\.\d+)?)", need).groups()
            if (kernel.version >= tuple(map(int, numbers.split(".")))) != (sign == ">="):
                return f"needs a kernel {need}"
        return None

    def check_needs(self, test):
        for need in self.needs:
            why = need(test) if callable(need) else None
            if why:
                raise Skip(why)


CASES = []


def case(function=None, *, smp=None, module=True, programs="", needs=(), timeout=180, core=False, old=False, last=False,
         disk=False, cmdline="", memory=None):
    """Make a function of one argument, the Test, a case.

    smp        number of CPUs, if not the usual number
    module     True: kgtp.ko is loaded before and unloaded after; a string: with these parameters; None: neither
    programs   "gdb": put GDB and netcats into the guest; "shell": busybox; "tracers": perf and bpftrace
    needs      see Case.why_not
    timeout    seconds for the whole case
    last       the guest cannot be used after it
    core       one of the few that run on every kernel: see KERNEL:core in tests/vm/run, and tests/check
    old        the module takes another path on kernels before 6.1 (return probes, detection of forbidden places, removal of
               files, ...): see KERNEL:core+old
    disk       give the guest a slow disk with an ext4 of 64 MiB: see Test.mount_disk
    cmdline    words for the kernel's command line
    memory     of the guest, in MiB, if not the usual
    """
    def wrap(function):
        CASES.append(Case(function, smp, module, programs, needs, timeout, core, old, last, disk, cmdline, memory))
        return function
    return wrap(function) if function else wrap


def load_cases(folder=HERE / "cases"):
    for path in sorted(folder.glob("*.py")):
        spec = importlib.util.spec_from_file_location(f"cases_{path.stem}", path)
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
    return CASES


class Load:
    """The guest's `load` (guest/load.c), ready to go. Its pid, fd, buf, path and size are known before the go."""

    def __init__(self, guest, op, **options):
        flags = {"n": "-n", "file": "-f", "size": "-s", "offset": "-o", "data": "-d", "cpu": "-c", "pause": "-u",
                 "map": "-m", "map_offset": "-M"}
        words = [f"{flags[key]} '{value}'" for key, value in options.items() if value is not None]
        self.job = guest.spawn(f"exec load {op} -w {' '.join(words)}")
        line = self.job.readline()
        if not line.startswith("ready "):
            raise GuestError(line)
        facts = self._facts(line)
        self.pid, self.fd, self.size = int(facts["pid"]), int(facts["fd"]), int(facts["size"])
        self.buf, self.path = int(facts["buf"], 0), int(facts["path"], 0)

    @property
    def mine(self):
        """The condition that only this process fulfils."""
        return f"$current_task_pid == {self.pid}"

    @staticmethod
    def _facts(line):
        return dict(word.split("=", 1) for word in line.split()[1:])

    def start(self):
        self.job.send("go\n")

    def finish(self, timeout=60):
        """Wait until it is done (with n=0: tell it to stop). Return {"n":, "ok":, "bytes":, "last":, "errno":}."""
        self.job.close_stdin()
        line = self.job.readline(timeout)
        self.job.wait()
        return {key: int(value) for key, value in self._facts(line).items()}

    def go(self, timeout=60):
        """Let it perform its operations, and wait for the end."""
        self.start()
        return self.finish(timeout)


class Test:
    """The argument of a case: one guest, and all that is cleaned up at the end of the case."""

    def __init__(self, case, kernel, guest, built, logs):
        self.case, self.kernel, self.guest, self.built, self.logs = case, kernel, guest, built, logs
        self.name = case.name
        self.allowed, self.transcripts, self.notes, self.boots = [], [], [], 0
        self.gdbs, self.has_ended = [], False
        self.console_start = guest.console_size()
        self.cleanup = contextlib.ExitStack()

    # Commands in the guest.

    def run(self, command, timeout=30, input=None):
        """Return Result(output, status)."""
        return self.guest.run(command, timeout, input)

    def sh(self, command, timeout=30, input=None):
        """Return the output; the command must succeed."""
        return self.guest.sh(command, timeout, input)

    def spawn(self, command):
        """Return a Job, which is killed at the end of the case."""
        job = self.guest.spawn(command)
        self.cleanup.callback(self._end_job, job)
        return job

    @staticmethod
    def _end_job(job):
        if job.status is None:
            job.kill(signal.SIGKILL)
            job.wait()

    def load(self, op, n=1, **options):
        """Return a Load; options: file, size, offset, data, cpu, pause (microseconds), map, map_offset."""
        load = Load(self.guest, op, n=n, **options)
        self.cleanup.callback(self._end_job, load.job)
        return load

    def reboot(self):
        """Boot a new guest of the same kind in place of this one, after cleaning up; the module is loaded again."""
        self.cleanup.close()
        complaints = self.complaints()
        assert not complaints, complaints
        self.guest.kill()
        self.boots += 1
        self.guest = Guest.boot(**self.guest.how, log=self.logs / f"{self.kernel.name}-{self.name}-console{self.boots}.log")
        self.console_start = 0
        self.load_module()

    # The module.

    def load_module(self):
        """As the case asks for."""
        if self.case.module is None:
            return
        if not self.built.module:
            raise GuestError("there is no kgtp.ko: the build failed")
        self.insmod(self.case.module if isinstance(self.case.module, str) else "")

    def insmod(self, params=""):
        self.guest.insmod(GUEST_MODULE, params)
        self.cleanup.callback(self._unload)

    def rmmod(self):
        self.guest.rmmod(MODULE)

    def _unload(self):
        if self.guest.run(f"grep '{MODULE} ' /proc/modules").status:
            return
        # A run that nobody has ended holds the module.
        if self.guest.run(f"rmmod {MODULE}").status:
            self.end_run()
            self.guest.rmmod(MODULE)

    def end_run(self):
        """Send QTStop, without GDB."""
        self.sh("for d in /proc/gtp /sys/kernel/debug/gtp; do test -e $d && echo -n '$QTStop#4b' >$d && break; done")

    # GDB.

    def gdb(self, connect=True, program=True, relay=GUEST_RELAY, raw=False, path="gdb"):
        """Return a Gdb on the host, with the kernel's symbols, connected to the guest's module; raw: for QTStart by hand; path: of
        the GDB, if not the usual."""
        transcript = self.logs / f"{self.kernel.name}-{self.name}-gdb{len(self.transcripts) or ''}.log"
        self.transcripts.append(transcript)
        # Callbacks run in reverse order: GDB closes while the relay still answers.
        self.cleanup.callback(self.guest.stop_relay)
        gdb = Gdb(self.kernel.vmlinux if program else None, transcript, gdb=path, slow=self.kernel.slow)
        self.cleanup.callback(gdb.close)
        self.gdbs.append(gdb)
        if connect:
            self.connect(gdb, relay)
        if raw:
            # A session's first start lists what the kernel lacks before its reply, and `maint packet` would show only that.
            for command in ("trace *vfs_read if 0", "tstart", "tstop", "delete"):
                gdb.cmd(command)
        return gdb

    def scripted(self, program=True, before=()):
        """Return a Gdb with KGTP's script, and what it has shown on connecting; program: False, or another vmlinux; before: commands
        that come before it."""
        gdb = self.gdb(connect=False, program=False)
        gdb.cmd(f"source {SCRIPT}")
        for command in before:
            gdb.cmd(command)
        if program:
            gdb.cmd(f"file {self.kernel.vmlinux if program is True else program}", timeout=120)
        return gdb, self.connect(gdb)

    def connect(self, gdb, relay=GUEST_RELAY):
        """Connect a GDB, also again after it has disconnected."""
        self.guest.start_relay(relay)
        return gdb.connect(self.guest.gdb_socket)

    def guest_gdb(self, *commands, timeout=180):
        """Run commands in a GDB in the guest. Return a Result. Needs @case(programs="gdb")."""
        words = " ".join("-ex '" + command.replace("'", "'\\''") + "'" for command in commands)
        return self.run(f"gdb -nx -q -batch {words}", timeout)

    def mount_disk(self, where):
        """Mount the disk of @case(disk=True): writes are synchronous, at 1 MB/s."""
        for need in ("CONFIG_BLK_DEV_NVME", "CONFIG_EXT4_FS"):
            if self.kernel.config(need) != "y":
                raise Skip(f"needs {need}=y")
        major, minor = self.sh("cat /sys/block/nvme0n1/dev").strip().split(":")
        self.sh(f"test -e /dev/kgtp-disk || mknod /dev/kgtp-disk b {major} {minor}; mkdir -p {where}")
        self.sh(f"mount -t ext4 -o sync /dev/kgtp-disk {where}")
        self.cleanup.callback(self.run, f"umount {where}; rmdir {where}")

    def freeze(self, where):
        """Block writers to that file system, as an unresponsive server does, until thaw()."""
        assert self.load("freeze", file=where).go()["ok"] == 1
        self.cleanup.callback(self.thaw, where)

    def thaw(self, where):
        """Let writers continue. No error if it was not frozen."""
        self.load("thaw", file=where).go()

    def wait_for_end(self, timeout=120):
        """Wait until the guest has ended by itself, as a panic does (needs last=True). Its jobs are not cleaned up."""
        assert self.case.last
        end = time.monotonic() + timeout * self.kernel.slow
        while self.guest.qemu.poll() is None:
            if time.monotonic() > end:
                raise GuestError(f"the guest still runs after {timeout} s; console: {self.guest.log}")
            time.sleep(0.1)
        self.has_ended = True
        self.cleanup.pop_all()
        for gdb in self.gdbs:
            gdb.close()

    # Names and properties of the guest's machine and kernel.

    @property
    def bits(self):
        """Width of pointers and registers."""
        return 32 if self.kernel.arch == "i386" else 64

    @property
    def pc(self):
        """GDB's name of the register; GDB's own $pc cannot be compiled into bytecode."""
        return "$eip" if self.bits == 32 else "$rip"

    def arg(self, n):
        """Return the register of a function's n-th argument, from 1 on."""
        return ("$eax $edx $ecx" if self.bits == 32 else "$rdi $rsi $rdx $rcx").split()[n - 1]

    def behind_endbr(self, gdb, address):
        """Return how far the kernel moves a probe at a function's endbr64, or at the instruction that has replaced it."""
        return 4 if int(gdb.eval(f"*(unsigned int *){address:#x}")) in (0xfa1e0ff3, 0x001f0f66, 0xd6401f0f) else 0

    def functions(self):
        """Return {name of a function: linked address}, from the vmlinux."""
        return self.kernel.functions()

    def first(self, *names):
        """Return the first of these functions that this kernel has: they come and go, and are inlined."""
        for name in names:
            if name in self.functions():
                return name
        raise Skip(f"this kernel has none of {', '.join(names)}")

    def with_path(self):
        """Return a function that stat(2) calls once, its local structure on the stack, and the type of that."""
        if self.kernel.config("CONFIG_KASAN") == "y":
            raise Skip("KASAN's code has such locals where the debug information does not say")
        function = self.first("vfs_statx", "vfs_fstatat", "vfs_stat_fd")
        return (function, *(("nd", "struct nameidata") if function == "vfs_stat_fd" else ("path", "struct path")))

    def inode(self, file):
        """Return the inode of a `struct file *`. Uses f_inode where it exists: 7.2 has f_path in an anonymous union, which
        GDB cannot compile."""
        version = self.kernel.version
        return f"{file}->" + ("f_inode" if version >= (3, 9) else "f_path.dentry->d_inode" if version >= (2, 6, 20) else
                              "f_dentry->d_inode")

    def syscall(self, name):
        """Return the function of a system call."""
        return self.first(f"__x64_sys_{name}", f"__ia32_sys_{name}", f"sys_{name}")

    def syscalls(self, count):
        """Return so many functions of system calls, at different addresses; first those that every program calls."""
        prefix = "__x64_" if self.bits == 64 else "__ia32_"
        names = [name for name in self.functions() if re.match(rf"({prefix})?sys_\w+$", name)]
        names = sorted({self.functions()[name]: name for name in names}.values(),
                       key=lambda name: (not re.search(r"sys_(read|write|open|openat|close)$", name), name))
        assert len(names) >= count, names
        return names[:count]

    def task_name(self, pid):
        """Return the name of a process. /proc/PID/comm exists since 2.6.33."""
        return self.sh(f"cat /proc/{pid}/stat").split("(", 1)[1].rsplit(")", 1)[0]

    def probes(self):
        """Return the kernel's list of kprobes, one per line, and the functions whose entry our callback of ftrace serves."""
        if self.kernel.version < (2, 6, 22):
            return kprobe_table.listed(self.guest, self.kernel)
        listed = self.sh("cat /sys/kernel/debug/kprobes/list")
        if self.kernel.entries_by_ftrace:
            # Functions, and how many callbacks each has; all kprobes have one.
            for name, n in re.findall(r"^(\S+) \((\d+)\)", self.sh("cat /sys/kernel/debug/tracing/enabled_functions"), re.M):
                if int(n) > bool(re.search(rf"\b{name}\+0x[04] .*\[FTRACE\]", listed)):
                    listed += f"kgtp  f  {name}+0x0    [FTRACE]\n"
        return listed

    def served(self):
        """Return {tracepoint: by what it is served}, of gtpstat."""
        return {int(n): by for n, by in re.findall(r"^tracepoint (\d+) .* (\S+)$", self.sh("cat /proc/gtpstat"), re.M)}

    def note(self, text):
        """Add a line to the report, below the verdict."""
        self.notes.append(text)

    # The console.

    def allow(self, what):
        """Allow matching lines on the console; what: a group of console.py, or a pattern of the case's own, which must not
        match the kernel's complaints."""
        self.allowed += [what] if isinstance(what, str) else console.patterns(what)

    def complaints(self):
        """Return the kernel's complaints since the case began, except those that are allowed."""
        if not self.has_ended:
            self.guest.sync_console()
        return self.guest.complaints(self.console_start, self.allowed)

    def show_tasks(self):
        """Print each task and its stack to the console, to find what hangs."""
        self.allow(console.TASKS)
        self.run("echo t >/proc/sysrq-trigger")


@contextlib.contextmanager
def time_limit(seconds):
    def expire(*_):
        raise CaseTimeout(f"the case took more than {seconds} s")
    old = signal.signal(signal.SIGALRM, expire)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)


def run_case(test):
    """Run one case on its guest, clean up, and read the console. Raises what went wrong."""
    case, slow = test.case, test.kernel.slow
    case.check_needs(test)
    try:
        with time_limit(case.timeout * slow):
            test.load_module()
            case.function(test)
    finally:
        failed = sys.exc_info()[1]
        try:
            with time_limit(60 * slow):
                if isinstance(failed, (CaseTimeout, GdbTimeout)):
                    test.show_tasks()
                test.cleanup.close()
                complaints = test.complaints()
        except Exception as error:
            # An error of the case itself comes first, but a lost guest explains more.
            if failed is None or isinstance(failed, (Skip, GuestLost)):
                raise
            if isinstance(error, GuestLost):
                raise error from failed
        else:
            if complaints:
                raise AssertionError("the kernel complained:\n" + "\n".join(complaints[:20])) from failed
