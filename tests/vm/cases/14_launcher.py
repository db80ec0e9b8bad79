# SPDX-License-Identifier: GPL-2.0
"""The command kgtp: from the host to a guest, and in a guest, by busybox's shell."""
import os
import pathlib
import re
import subprocess
import sys

import control
import kernels
from experiments import ON_THE_BOX, install
from harness import Skip, case

TOP = pathlib.Path(__file__).resolve().parents[3]
VM = TOP / "tests/vm"
sys.path.insert(0, str(TOP / "tests/launcher"))
import elf     # noqa: E402

LINES = ["kernel", "CPUs", "symbols", "lacks", "type"]
# The box of the launcher's `load' has modprobe, and a kgtp.ko where that looks for it.
MODPROBE = "#!/bin/sh\nexec insmod /lib/kgtp.ko\n"


def launch(t, *words, vmlinux=None, relay=True):
    """Run the launcher here with the guest as the box. Return CompletedProcess; stdout and stderr together."""
    command = [TOP / "launcher/kgtp", "--via", VM / "guestctl"]
    command += ["--relay", f"{VM}/relay {t.guest.gdb_socket}"] if relay else []
    command += ["--vmlinux", vmlinux or t.kernel.vmlinux]
    return subprocess.run([*command, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=120 * t.kernel.slow, env=dict(os.environ, KGTP_GUESTCTL=str(t.guest.dir / "guestctl")))


def serve(t):
    """Let other programs run commands in the guest."""
    server = control.Control(t.guest)
    t.cleanup.callback(os.unlink, t.guest.dir / "guestctl")
    t.cleanup.callback(server.server_close)
    t.cleanup.callback(server.shutdown)


def other(t):
    """Return the name and the vmlinux of another kernel."""
    for name in ("7.2", "6.1", "5.10"):
        path = kernels.cached(name)
        if path and kernels.fetch(name).release != t.kernel.release:
            return kernels.fetch(name).release, path
    raise Skip("no other kernel is in the cache")


def five_lines(text):
    """Return {name: text} of the five lines; they come once, in order."""
    found = [line.split(None, 1) for line in text.splitlines() if line.split(None, 1)[:1] and line.split()[0] in LINES]
    assert [line[0] for line in found] == LINES, text
    return dict(found)


def missing(t):
    """Return what gtpstat lists as missing."""
    return [line.split("ot available on this kernel: ")[1] for line in t.sh("cat /proc/gtpstat").splitlines()
            if "ot available on this kernel: " in line]


@case(core=True, module=None)
def launcher_connects(t):
    """kgtp loads the module, checks vmlinux by its build ID, connects GDB, and says in five lines to what; then it unloads it."""
    serve(t)
    t.sh("mkdir -p /lib/modules")
    t.guest.push_bytes(MODPROBE.encode(), "/bin/modprobe")
    t.sh("chmod 755 /bin/modprobe")
    t.cleanup.callback(t.run, "rm /bin/modprobe")
    t.cleanup.callback(t._unload)
    done = launch(t, "load", relay=False)
    assert done.returncode == 0 and t.sh("cat /proc/modules").startswith("kgtp "), done.stdout

    t.cleanup.callback(t.guest.stop_relay)
    t.guest.start_relay()
    done = launch(t, "session", "-nx", "-batch", "-ex", "printf \"%s %d\\n\", init_task.comm, jiffies_64 > 0", "-ex", "monitor vmlinux")
    assert done.returncode == 0 and re.search(r"^swapper(/0)? 1$", done.stdout, re.M), done.stdout
    assert "symbols are those of the running kernel" in done.stdout, done.stdout
    said = five_lines(done.stdout)
    assert said["kernel"] == f"{t.kernel.release}, {t.sh('uname -m').strip()}", said
    assert said["CPUs"] == str(t.guest.smp), said
    by = "build ID" if t.kernel.version >= (2, 6, 23) else "version text"
    assert said["symbols"].startswith(f"{t.kernel.vmlinux} (checked: {by}"), said
    assert said["lacks"] == ("; ".join(missing(t)) or "nothing that kgtp uses"), said
    assert "trace vfs_read" in said["type"], said

    done = launch(t, "load")
    assert done.returncode == 0 and "already" in done.stdout, done.stdout
    t.guest.stop_relay()
    done = launch(t, "unload")
    assert done.returncode == 0 and "kgtp" not in t.sh("cat /proc/modules"), done.stdout


@case
def launcher_refuses_another_vmlinux(t):
    """The vmlinux of another kernel is refused before GDB starts: which kernel it is of, which runs, and what to install."""
    serve(t)
    release, path = other(t)
    t.sh("mkdir -p /etc; echo ID=debian >/etc/os-release")
    t.cleanup.callback(t.run, "rm /etc/os-release")
    for words in (("check", path), ("connect", "-batch")):
        done = launch(t, *words, vmlinux=path)
        assert done.returncode == 1, done.stdout
        first, *rest = done.stdout.splitlines()
        assert f"{path} is of another kernel, {release}" in first and f"{t.kernel.release} runs" in first, done.stdout
        assert rest[0] == f"  next: apt install linux-image-{t.kernel.release}-dbg", done.stdout
        assert "kernel   " not in done.stdout, "GDB was started:\n" + done.stdout
    done = launch(t, "check", t.kernel.vmlinux)
    assert done.returncode == 0 and "is the vmlinux of the running kernel" in done.stdout, done.stdout


@case(module=None)
def launcher_needs_the_module(t):
    """Without a module, connect and load say what to type, and nothing else happens."""
    serve(t)
    done = launch(t, "connect", "-batch")
    assert done.returncode == 1 and "the module is not loaded\n  next: kgtp load\n" in done.stdout, done.stdout
    done = launch(t, "load")
    assert done.returncode == 1 and f"there is no kgtp.ko for {t.kernel.release}" in done.stdout, done.stdout
    assert "  next: there, in a clone of kgtp's source: make && make install\n" in done.stdout, done.stdout
    assert "kgtp" not in t.sh("cat /proc/modules")
    done = launch(t, "status")
    assert done.returncode == 0 and f"kernel    {t.kernel.release}" in done.stdout and "not loaded" in done.stdout, done.stdout


def small_vmlinux(t, vmlinux, path):
    """Make a file in the guest, whose memory is too small for that vmlinux: one with its build ID."""
    build_id = re.search(r"Build ID: (\w+)", subprocess.run(["readelf", "-n", vmlinux], stdout=subprocess.PIPE, text=True).stdout)[1]
    t.guest.push_bytes(elf.vmlinux(build_id), path)
    return build_id


@case(module=None, programs="gdb", timeout=300)
def launcher_in_the_guest(t):
    """On the box itself, by busybox: kgtp loads the module, refuses another kernel's vmlinux, connects, and unloads it."""
    tools = install(t)
    _, path = other(t)
    debug = "/usr/lib/debug/boot"
    t.sh(f"{tools}/mkdir -p {debug} /lib/modules/{t.kernel.release}/extra")
    extra = f"/lib/modules/{t.kernel.release}/extra/kgtp.ko"
    t.sh(f"ln -s /lib/kgtp.ko {extra}")
    t.cleanup.callback(t._unload)
    t.cleanup.callback(t.run, f"rm {extra}; {tools}/rm -r /usr/lib/debug")

    def kgtp(*words):
        return t.run(f"{ON_THE_BOX} {' '.join(words)} 2>&1 </dev/null", timeout=120)

    # A file that has the right name, and is of another kernel.
    wrong = small_vmlinux(t, path, f"{debug}/vmlinux-{t.kernel.release}")
    done = kgtp()
    assert done.status == 1 and f", with build ID {wrong}; {t.kernel.release} runs" in done.output, done
    assert f"no vmlinux with debug information of {t.kernel.release}" in done.output, done
    assert "kgtp" not in t.sh("cat /proc/modules"), "it was loaded without a vmlinux"

    right = small_vmlinux(t, t.kernel.vmlinux, f"{debug}/vmlinux-{t.kernel.release}")
    done = kgtp("session", "-nx", "-batch", "-ex", "'monitor vmlinux'")
    assert done.status == 0 and f"The kernel is {t.kernel.release} " in done.output, done
    said = five_lines(done.output)
    assert said["kernel"] == f"{t.kernel.release}, x86_64" and said["CPUs"] == str(t.guest.smp), said
    assert said["symbols"].startswith(f"{debug}/vmlinux-{t.kernel.release} (checked: build ID {right})"), said
    assert said["lacks"] == ("; ".join(missing(t)) or "nothing that kgtp uses"), said
    assert "kgtp " in t.sh("cat /proc/modules")

    # The same at a port, where the version is all that can be compared.
    t.sh("loup")
    server = t.spawn("exec putgtprsp -l 1234")
    at = f"{debug}/vmlinux-{t.kernel.release}"
    t.guest.push_bytes(elf.vmlinux(banner=t.sh("cat /proc/version").strip()), at)
    done = kgtp("127.0.0.1:1234", "connect", "-nx", "-batch")
    assert done.status == 0, done
    said = five_lines(done.output)
    assert said["kernel"] == f"{t.kernel.release}, 127.0.0.1:1234" and "checked: version text" in said["symbols"], said
    t.guest.push_bytes(elf.vmlinux(banner="Linux version 1.2.3 (x)"), at)
    done = kgtp("127.0.0.1:1234", "connect", "-nx", "-batch")
    assert done.status == 1 and f"is of another kernel, 1.2.3; {t.kernel.release} runs" in done.output, done
    t._end_job(server)
    small_vmlinux(t, t.kernel.vmlinux, at)

    session = t.spawn("exec sleep 1000 </proc/gtp")
    for word, text in (("unload", "a session is open: process"), ("connect", "another session is open: process")):
        done = kgtp(word)
        assert done.status == 1 and f"{text} {session.pid} (sleep)" in done.output, done
    t._end_job(session)
    done = kgtp("unload")
    assert done.status == 0 and "kgtp" not in t.sh("cat /proc/modules"), done
