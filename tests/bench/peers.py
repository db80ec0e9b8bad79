# SPDX-License-Identifier: GPL-2.0
"""Other tracers, as packaged by Debian 12: their files in the guest, and their rows.

Nothing is installed on the host: packages are unpacked in the cache, and modules are built there for the guest's kernel.
"""
import contextlib
import gzip
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile

import build
import debian
from rows import ARGS, Missing, Row, kprobe_event

PACKAGES = {"perf": "linux-perf", "bpftrace": "bpftrace", "SystemTap": "systemtap", "LTTng": "lttng-tools"}
LIB = "lib/x86_64-linux-gnu"
PROGRAMS = {"perf": ["usr/bin/perf"], "bpftrace": ["usr/bin/bpftrace"],
            "SystemTap": ["usr/bin/staprun", "usr/lib/systemtap/stapio"],
            "LTTng": ["usr/bin/lttng", "usr/bin/lttng-sessiond", f"usr/{LIB}/lttng/libexec/lttng-consumerd"]}
DATA = {"LTTng": ["usr/share/xml/lttng/session.xsd"]}
SLOW = 300      # seconds, for such a program in a guest
# The group is looked up by name before a check for root.
GROUPS = "root:x:0:\ntracing:x:1:\nstapusr:x:2:\nstapsys:x:3:\nstapdev:x:4:\n"


def unpack():
    """Return a directory with the packages and all their dependencies."""
    root = debian.cache_dir() / "peers/root"
    with debian.lock(root.with_name("root.lock")):
        if not root.exists():
            apt = debian.Apt("peers", ["bookworm", "bookworm-security"])
            apt.update()
            tmp = root.with_name(".root.tmp")
            shutil.rmtree(tmp, ignore_errors=True)
            for deb in apt.download(*apt.closure(*PACKAGES.values(), "systemtap-runtime"), "lttng-modules-dkms"):
                subprocess.run(["dpkg", "-x", deb, tmp], check=True)
            apt.clean()
            # SystemTap 4.8 uses the old name of a function that stable kernels have renamed.
            source = tmp / "usr/share/systemtap/runtime/stp_task_work.c"
            source.write_text(re.sub(r"\btask_work_cancel\b", "task_work_cancel_func", source.read_text()))
            tmp.rename(root)
    return root


def version(name):
    with gzip.open(unpack() / f"usr/share/doc/{PACKAGES[name]}/changelog.Debian.gz", "rt") as log:
        return re.search(r"\((.*?)\)", log.readline())[1]


class Peer:
    """One tracer. files: {path in the guest: path here}; missing: why it is not available, or None"""

    append = "nokaslr"      # SystemTap's modules contain the probe's address

    def __init__(self, name, kernel, place, logs):
        """place: linked address of the probe"""
        self.name, self.kernel, self.place, self.logs = name, kernel, place, logs
        self.root, self.files, self.missing = unpack(), {}, None
        self.env = os.environ | {"LD_LIBRARY_PATH": f"{self.root}/usr/{LIB}:{self.root}/{LIB}"}
        for program in PROGRAMS[name]:
            self.add(program)
        self.files |= {path: self.root / path for path in DATA.get(name, ())}
        where = debian.cache_dir() / "peers" / f"{kernel.release}-{place:x}"
        make = {"SystemTap": self.systemtap, "LTTng": self.lttng}.get(name)
        if make:
            with debian.lock(where.with_name(where.name + ".lock")):
                self.built(where / name, make)
        groups = logs / "group"
        groups.write_text(GROUPS)
        self.files["etc/group"] = groups

    def add(self, program):
        """Add a program, and its libraries."""
        self.files[program] = self.root / program
        self.files["lib64/ld-linux-x86-64.so.2"] = pathlib.Path("/lib64/ld-linux-x86-64.so.2")
        listed = subprocess.run(["/lib64/ld-linux-x86-64.so.2", "--list", self.root / program], env=self.env,
                                stdout=subprocess.PIPE, text=True, check=True).stdout
        for library in map(pathlib.Path, re.findall(r"=> (/\S+)", listed)):
            self.files[f"{LIB}/{library.name}"] = library

    def built(self, where, make):
        """Return the modules, from the cache or from their source; a failure becomes the reason for missing rows."""
        if not where.exists():
            tmp, log = where.with_name(f".{where.name}.tmp"), self.logs / f"{where.name}.log"
            shutil.rmtree(tmp, ignore_errors=True)
            tmp.mkdir(parents=True)
            debian.say(f"building {self.name}'s modules, which takes some minutes: {log}")
            try:
                with open(log, "w") as out:
                    make(tmp, out)
            except (build.BuildError, subprocess.CalledProcessError):
                why = re.search(r"^.*\berror: .*", log.read_text(), re.M | re.I)
                self.missing = why[0] if why else f"its modules do not build: {log}"
                return
            tmp.rename(where)
        self.files |= {str(path.relative_to(where)): path for path in where.rglob("*") if path.is_file()}

    def systemtap(self, where, out):
        share = self.root / "usr/share/systemtap"
        with tempfile.TemporaryDirectory(dir=where.parent) as tmp:
            env = self.env | {"SYSTEMTAP_TAPSET": f"{share}/tapset", "SYSTEMTAP_RUNTIME": f"{share}/runtime", "SYSTEMTAP_DIR": tmp}
            for name, script in SYSTEMTAP.items():
                subprocess.run([self.root / "usr/bin/stap", "-g", "-p4", "-r", self.kernel.kdir, "-m", name,
                                "-e", script % self.place], cwd=tmp, env=env, stdout=out, stderr=out, check=True)
                self.strip(f"{tmp}/{name}.ko", where / f"lib/{name}.ko")

    def lttng(self, where, out):
        """LTTng's core, and what kprobes need. One of the modules for the kernel's own tracepoints does not build for this
        kernel."""
        release = self.kernel.release
        with tempfile.TemporaryDirectory(dir=where.parent) as tmp:
            source = shutil.copytree(next(self.root.glob("usr/src/lttng-modules-*")), f"{tmp}/lttng")
            probes = pathlib.Path(source, "src/probes/Kbuild")
            head = probes.read_text().partition("obj-")[0]
            probes.write_text(head + "obj-m += lttng-kprobes.o lttng-kretprobes.o lttng-uprobes.o\n")
            build.make(source, out, f"KERNELDIR={self.kernel.kdir}", *self.kernel.make, "modules")
            for module in pathlib.Path(source).rglob("*.ko"):
                self.strip(module, where / f"lib/modules/{release}/{module.name}")
        (where / f"lib/modules/{release}/modules.builtin").touch()      # without an index of that it loads none
        subprocess.run(["/sbin/depmod", "-b", where, release], stdout=out, stderr=out, check=True)

    @staticmethod
    def strip(module, to):
        to.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["objcopy", "--strip-debug", module, to], check=True)


# ---- the rows ------------------------------------------------------------------

@contextlib.contextmanager
def running(bench, command, output=None):
    """Run a tracer in the guest until it is interrupted; yields a function that ends it and returns its output.

    output: the guest's file with the output, if not standard output.
    """
    if bench.peer.missing:
        raise Missing(bench.peer.missing)
    job = bench.guest.spawn(f"export PATH=/bin:/usr/bin; exec {command}")

    def end():
        bench.guest.sh("usleep 2000000")        # until it has read the events of the hits: it drops them when it ends
        job.kill(signal.SIGINT)
        job.wait(SLOW)
        return bench.guest.run(f"cat {output}", SLOW).output if output else job.text()
    try:
        for _ in range(600):
            if job.status is not None:
                raise Missing(job.text().strip().splitlines()[-1])
            if bench.symbol in bench.guest.sh("cat /sys/kernel/debug/kprobes/list /sys/kernel/debug/tracing/enabled_functions"):
                break
            bench.guest.sh("usleep 100000")
        yield end
    finally:
        if job.status is None:
            end()
        if output:
            bench.guest.run(f"rm {output}")


def tracer(command, count, output=None):
    """count: extracts the number of hits from the tracer's output"""
    @contextlib.contextmanager
    def arm(bench):
        with running(bench, command.format(bench=bench, output=output), output) as end:
            def check(hits):
                said = end()
                if count(said) < hits:
                    raise Missing(f"{hits} hits, of which it saw {count(said)}: {said[-200:]!r}")
            yield check
    return arm


def perf(args):
    @contextlib.contextmanager
    def arm(bench):
        record = tracer("perf record -a -e kgtp:bench -o /tmp/perf.data", number(r"\((\d+) samples\)"))
        # This is the event of `perf probe`, by another name.
        with kprobe_event(bench, args), record(bench) as check:
            yield check
    return arm


def lttng(*contexts):
    @contextlib.contextmanager
    def arm(bench):
        guest, trace = bench.guest, "/tmp/lttng"
        if bench.peer.missing:
            raise Missing(bench.peer.missing)

        def control(command):
            done = guest.run(f"export PATH=/bin:/usr/bin HOME=/tmp; mkdir -p /var/run /dev/shm; {command}", SLOW)
            if done.status:
                raise Missing(done.output.strip().splitlines()[-1])
            return done.output

        def check(hits):
            control("lttng stop")
            seen = events(guest, trace)
            if seen < hits:
                raise Missing(f"{hits} hits, of which {seen} are in the trace")
        control(f"lttng create bench -o {trace} && lttng enable-event -k --probe={bench.symbol} hit")
        try:
            for context in contexts:
                control(f"lttng add-context -k -t {context}")
            control("lttng start")
            yield check
        finally:
            control("lttng destroy -a")
            guest.run(f"rm -r {trace}")
    return arm


def events(guest, trace):
    """Count the events in the guest's trace, read here by babeltrace2."""
    with tempfile.TemporaryDirectory() as tmp:
        for name in guest.sh(f"cd {trace}/kernel; echo metadata channel*").split():
            job = guest.spawn(f"cat {trace}/kernel/{name}")
            job.wait(SLOW)
            pathlib.Path(tmp, name).write_bytes(job.output)
        return len(subprocess.run(["babeltrace2", tmp], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines())


def lines(said):
    """One line per hit, plus losses that were counted."""
    return len(re.findall(r"^[0-9a-f]+ [0-9a-f]+ [0-9a-f]+ [0-9a-f]+$", said, re.M)) + \
        sum(map(int, re.findall(r"^Lost (\d+) events", said, re.M)))


def number(pattern):
    return lambda said: sum(map(int, re.findall(pattern, said)))


def nothing(said):
    """Of a program whose condition is false at each hit."""
    return 1 << 60 if "Attaching 1 probe" in said and not re.search(r"@: [1-9]", said) else 0


def at_entry(what, condition):
    """A row of bpftrace's, by BTF and a trampoline of the kernel's (fentry), like one of ours at the entry."""
    return Row("bpftrace", f"`kfunc`: {what}, false", tracer("bpftrace -e 'kfunc:{bench.symbol} {{ if (%s) {{ @ = count(); }} }}'" % condition, nothing),
               entry=True)


SYSTEMTAP = {
    "stap_count": "global hits\n"
                  "probe kernel.statement(%#x).absolute { hits++ }\n"
                  'probe end { printf("hits=%%d\\n", hits) }\n',
    "stap_args": "probe kernel.statement(%#x).absolute {\n"
                 'printf("%%x %%x %%x %%x\\n", register("rdi"), register("rsi"), register("rdx"), register("rcx"))\n'
                 "}\n",
}
FORMAT = r"%lx %lx %lx %lx\n"

ROWS = [
    Row("perf", "`record`, 1 argument", perf(ARGS[:1])),
    Row("perf", "`record`, 4 arguments", perf(ARGS)),
    Row("bpftrace", "`count()`", tracer("bpftrace -e 'kprobe:{bench.symbol}+{bench.offset} {{ @ = count(); }}'", number(r"@: (\d+)"))),
    Row("bpftrace", "`printf()` of 4 arguments",
        tracer("bpftrace -o {output} -e 'kprobe:{bench.symbol}+{bench.offset} {{ "
               "printf(\"%s\", reg(\"di\"), reg(\"si\"), reg(\"dx\"), reg(\"cx\")); }}'" % FORMAT, lines, "/tmp/bpftrace.out")),
    Row("bpftrace", "`kfunc`: `count()`", tracer("bpftrace -e 'kfunc:{bench.symbol} {{ @ = count(); }}'", number(r"@: (\d+)")), entry=True),
    at_entry("an argument", "args->count == 12345"),
    at_entry("`count > 0 && file == 0`", "args->count > 0 && args->file == 0"),
    at_entry("pid and an argument", "pid == 1 && args->count == 1"),
    at_entry("`file->f_mode`", "args->file->f_mode == 12345"),
    at_entry("`comm`", 'comm == "kgtp"'),
    at_entry("`file->f_path.dentry->d_parent->d_inode->i_ino`", "args->file->f_path.dentry->d_parent->d_inode->i_ino == 12345"),
    Row("bpftrace", "`kretfunc`: `count()`", tracer("bpftrace -e 'kretfunc:{bench.symbol} {{ @ = count(); }}'", number(r"@: (\d+)")), entry=True),
    Row("SystemTap", "`hits++`", tracer("staprun -o {output} /lib/stap_count.ko", number(r"hits=(\d+)"), "/tmp/stap.out")),
    Row("SystemTap", "`printf()` of 4 arguments", tracer("staprun -o {output} /lib/stap_args.ko", lines, "/tmp/stap.out")),
    # Debian's LTTng loses the offset.
    Row("LTTng", "`--probe`", lttng(), entry=True),
    Row("LTTng", "`--probe`, with pid and procname", lttng("pid", "procname"), entry=True),
]
