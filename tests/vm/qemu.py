# SPDX-License-Identifier: GPL-2.0
"""One guest in QEMU: boot it, run commands in it, read its console, power it off."""
import contextlib
import ctypes
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from typing import NamedTuple

import console
import debian
import initramfs

BOOT_TIMEOUT = 180      # a good boot takes 3 to 10 s, on a busy machine a minute
MEMORY = {"tracers": 1536}      # MiB, of guests with those programs
CHUNK = 2048            # MAX_BODY in guest/init.c

# An answer of QEMU's own gdbstub.
ANSWER = rb"\$((?:[^T#][^#]*)?)#.."


class GuestLost(Exception):
    """The guest did not come up, died, or does not answer any more."""


class GuestError(Exception):
    """A command in the guest failed or took too long."""


class Result(NamedTuple):
    output: str
    status: int


def die_with_parent(sig=signal.SIGKILL):
    ctypes.CDLL(None).prctl(1, sig)     # PR_SET_PDEATHSIG


class Job:
    """A command in the guest. `output` (bytes) grows as it writes; `status` is None until it ends."""

    def __init__(self, guest, number, command):
        self.guest, self.number, self.command = guest, number, command
        self.output, self.status, self.pid, self.ack = b"", None, None, None
        self._read = 0

    def wait(self, timeout=30):
        """Wait for the end. Return the exit status."""
        self.guest.wait_for(lambda: self.status is not None, timeout, f"end of: {self.command}")
        return self.status

    def readline(self, timeout=30):
        """Return the next unread line of output, without its newline."""
        def ready():
            return b"\n" in self.output[self._read:] or self.status is not None
        self.guest.wait_for(ready, timeout, f"a line from: {self.command}")
        line, newline, _ = self.output[self._read:].partition(b"\n")
        if not newline and not line:
            raise GuestError(f"{self.command}: ended with status {self.status}, no more output")
        self._read += len(line) + len(newline)
        return line.decode(errors="surrogateescape")

    def send(self, data, timeout=30):
        """Write to the command's stdin."""
        data = data.encode() if isinstance(data, str) else data
        for at in range(0, len(data), CHUNK):
            self.ack = None
            self.guest.send_frame("in", self.number, data[at:at + CHUNK])
            self.guest.wait_for(lambda: self.ack is not None, timeout, f"stdin of: {self.command}")
            if self.ack:
                raise GuestError(f"{self.command}: its stdin is closed ({os.strerror(self.ack)})")

    def close_stdin(self):
        self.guest.send_head("eof", self.number, 0)

    def kill(self, sig=signal.SIGTERM):
        """Send a signal to the command and its children."""
        if self.status is None:
            self.guest.send_head("kill", self.number, int(sig))

    def text(self):
        return self.output.decode(errors="surrogateescape")


class Guest:
    """kernel: a kernels.Kernel; files: {path in the guest: path here}; log: file for the console's output; network: the port here
    that is the guest's port 22 (see network.py).

    Time limits are those of a usual kernel; a slow one has more (Kernel.slow).
    """

    def __init__(self, kernel, log, files=(), smp=2, memory=None, programs=None, disk=False, append="", network=None):
        self.how = {"kernel": kernel, "files": files, "smp": smp, "memory": memory, "programs": programs, "disk": disk, "append": append, "network": network}
        self.kernel, self.log, self.smp = kernel, pathlib.Path(log), smp
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="kgtp-vm-"))
        self.gdb_socket = self.dir / "gdb"
        self.stderr = self.log.with_suffix(".stderr")
        self.jobs, self.next_job, self.ready, self.dead = {}, 1, False, None
        # Bytes in flight to a program that does not read: there is no flow control, and old kernels buffer 4 KiB.
        self.tty_room = 2048 if kernel.version < (2, 6, 32) else 32768
        self.changed = threading.Condition()
        self.relay = None
        self.qemu = None
        self.marks = 0
        try:
            self._start(files, memory or MEMORY.get(programs, kernel.memory), programs, disk, append, network)
            self.wait_for(lambda: self.ready, BOOT_TIMEOUT, "the guest's init")
        except BaseException:
            self.kill()
            raise

    @classmethod
    def boot(cls, *args, **kwargs):
        """Like Guest(), but tries again when the boot is lost: about one in twenty hangs, for unknown reasons."""
        try:
            return cls(*args, **kwargs)
        except GuestLost as error:
            log = pathlib.Path(kwargs["log"])
            lost = log.with_suffix(".lost.log")
            log.rename(lost)
            debian.say(f"{kwargs['kernel'].name}: boot lost, trying once more: {error} (now {lost.name})")
            return cls(*args, **kwargs)

    def _start(self, files, memory, programs, disk, append, network):
        initrd = self.dir / "initramfs"
        initramfs.build(initrd, files, self.kernel.arch)
        if programs:
            with open(initrd, "ab") as out:
                out.write(b"\0" * (-out.tell() % 512))
                out.write(initramfs.programs(programs, self.kernel.arch).read_bytes())
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.log.write_bytes(b"")
        if self.kernel.version < (2, 6, 32):
            append += " nmi_watchdog=0 debug"       # its self-test needs a PMU; it knows no ignore_loglevel
            # RHEL 5's HZ of 1000: on a busy host a guest of two CPUs does little else than ticks. 100 as for virtual machines.
            append += " divider=10"
        control = self.dir / "control"
        # One thread for all CPUs: QEMU before 8.1 can run a stale translation of code that another CPU has just patched (it
        # translates before it locks the page). The kernel patches code for every probe; a stale int3 of ftrace's is then
        # taken for the kprobe there, which has no copy of the instruction: a jump to 0. KGTP_TCG=multi is faster.
        accel = "tcg,thread=" + os.environ.get("KGTP_TCG", "single")
        # ttyS2 would share interrupt 4 with the console; shared edge-triggered interrupts can get lost.
        # noirqdebug: a busy serial line gets "nobody cared" interrupts, above all on PREEMPT_RT.
        # panic=1 with -no-reboot: a panic ends QEMU (old kernels do not know -1).
        command = [
            "qemu-system-x86_64", "-accel", accel, "-no-user-config", "-nodefaults", "-display", "none", "-no-reboot",
            "-m", str(memory), *self.kernel.qemu,
            "-kernel", self.kernel.image, "-initrd", str(initrd),
            "-append", "console=ttyS0,115200 rdinit=/init ignore_loglevel printk.devkmsg=on panic=1 noirqdebug " + append,
            "-chardev", f"file,id=console,path={self.log}", "-serial", "chardev:console",
            "-chardev", f"socket,id=control,path={control},server=on,wait=off", "-serial", "chardev:control",
            "-chardev", f"socket,id=gdbline,path={self.gdb_socket},server=on,wait=off",
            "-device", "isa-serial,chardev=gdbline,index=2,irq=5",
            "-gdb", f"unix:{self.dir / 'stub'},server=on,wait=off",
        ]
        if disk:
            image = self.dir / "disk"
            # Without what ext4 of 2.6.32 does not know.
            subprocess.run(["mke2fs", "-q", "-t", "ext4", "-O", "^metadata_csum,^64bit", image, "64M"], check=True,
                           stdout=subprocess.DEVNULL)
            command += ["-drive", f"if=none,id=disk,format=raw,file={image},throttling.bps-write=1000000",
                        "-device", "nvme,drive=disk,serial=kgtp"]
        if network:
            command += ["-netdev", f"user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:{network}-:22", "-device", "virtio-net-pci,netdev=net"]
        command = [part.replace("@SMP@", str(self.smp)) for part in command]
        # A session of its own: Ctrl-C reaches only us, and we end QEMU; if we are killed, so is QEMU.
        with open(self.stderr, "wb") as stderr:
            self.qemu = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=stderr,
                                         start_new_session=True, preexec_fn=die_with_parent)
        deadline = time.monotonic() + 20
        while not self.gdb_socket.exists() or not control.exists():
            if self.qemu.poll() is not None or time.monotonic() > deadline:
                raise GuestLost("QEMU does not start: " + self.stderr.read_text())
            time.sleep(0.02)
        self.control = socket.socket(socket.AF_UNIX)
        self.control.connect(str(control))
        threading.Thread(target=self._receive, daemon=True).start()

    # The control channel; its frames are described in guest/init.c.

    def _receive(self):
        stream = self.control.makefile("rb")
        why = "QEMU ended"
        try:
            while True:
                head = stream.readline()
                if not head.endswith(b"\n"):
                    break
                if not self.ready:
                    head = head.lstrip(b"\xff")     # with CONFIG_SERIAL_8250_DETECT_IRQ the kernel sends it to each port
                verb, number, value = head.split()
                body = stream.read(int(value)) if verb == b"out" else b""
                with self.changed:
                    self._obey(verb, int(number), int(value), body)
                    self.changed.notify_all()
        except OSError:
            pass
        except (ValueError, KeyError) as error:
            why = f"the control channel is garbled: {error!r} at {head!r}"
        with contextlib.suppress(FileNotFoundError):    # removed, if empty, when we ended QEMU ourselves
            said = self.stderr.read_text(errors="replace").strip()
            why += f" ({said})" if said else ""
        with self.changed:
            self.dead = why
            self.changed.notify_all()

    def _obey(self, verb, number, value, body):
        if verb == b"ready":
            if self.ready:
                raise ValueError("the guest has booted again")
            self.ready = True
            return
        job = self.jobs[number]
        if verb == b"out":
            job.output += body
        elif verb == b"pid":
            job.pid = value
        elif verb == b"ack":
            job.ack = value
        elif verb == b"exit":
            job.status = value
            del self.jobs[number]
        else:
            raise ValueError(repr(verb))

    def wait_for(self, condition, timeout, what):
        """Wait until the receiving thread makes the condition true."""
        timeout *= self.kernel.slow
        with self.changed:
            self.changed.wait_for(lambda: condition() or self.dead, timeout)
            if condition():
                return
        if self.dead:
            raise GuestLost(f"{self.dead}, while waiting for {what}; console: {self.log}")
        if not self.ready or not self.alive():
            self.dead = self.dead or f"the guest does not answer (last: {what})"     # do not ask again
            raise GuestLost(f"no answer in {timeout} s to {what}; console: {self.log}")
        raise GuestError(f"timeout after {timeout} s: {what}")

    def send_frame(self, verb, number, body):
        self._send(b"%s %d %d\n%s" % (verb.encode(), number, len(body), body))

    def send_head(self, verb, number, value):
        self._send(b"%s %d %d\n" % (verb.encode(), number, value))

    def _send(self, data):
        try:
            self.control.sendall(data)
        except OSError as error:
            raise GuestLost(f"QEMU ended ({error}); console: {self.log}") from None

    # Commands in the guest.

    def spawn(self, command):
        """Start a shell command. Return a Job."""
        if len(command.encode()) > CHUNK:
            self.push_bytes(command.encode(), f"/tmp/script{self.next_job}")
            command = f". /tmp/script{self.next_job - 1}"
        with self.changed:
            job = Job(self, self.next_job, command)
            self.next_job += 1
            self.jobs[job.number] = job
        self.send_frame("run", job.number, command.encode())
        self.wait_for(lambda: job.pid or job.status is not None, 20, f"start of: {command}")
        return job

    def run(self, command, timeout=30, input=None):
        """Run a shell command to its end. Return Result(output, status). Its stdin has only `input`."""
        job = self.spawn(command)
        try:
            if input:
                job.send(input, timeout)
            job.close_stdin()
            job.wait(timeout)
        except GuestError:
            job.kill(signal.SIGKILL)
            raise
        return Result(job.text(), job.status)

    def sh(self, command, timeout=30, input=None):
        """Run a shell command that must succeed. Return its output."""
        output, status = self.run(command, timeout, input)
        if status:
            raise GuestError(f"{command}: exit status {status}\n{output}")
        return output

    def alive(self, timeout=15):
        """Return whether it still runs commands."""
        if self.dead or not self.ready:
            return False
        with self.changed:
            job = Job(self, self.next_job, "true")
            self.next_job += 1
            self.jobs[job.number] = job
        try:
            self.send_frame("run", job.number, b"true")
        except GuestLost:
            return False
        with self.changed:
            self.changed.wait_for(lambda: job.status is not None or self.dead, timeout * self.kernel.slow)
            return job.status == 0

    def push_bytes(self, data, path):
        job = self.spawn(f"cat >{path}")
        job.send(data)
        job.close_stdin()
        if job.wait():
            raise GuestError(f"cannot write {path}: {job.text()}")

    def push(self, source, path=None):
        """Copy a file from the host into the guest. Return its path there."""
        source = pathlib.Path(source)
        path = path or f"/tmp/{source.name}"
        self.push_bytes(source.read_bytes(), path)
        return path

    def insmod(self, path, params=""):
        self.sh(f"insmod {path} {params}")

    @contextlib.contextmanager
    def _stopped(self):
        """Yield QEMU's own gdbstub, with the guest stopped."""
        with socket.socket(socket.AF_UNIX) as stub:
            stub.settimeout(20)
            stub.connect(str(self.dir / "stub"))
            yield stub
            self._stub(stub, "D")

    def poke(self, address, data):
        """Write bytes to a kernel address through QEMU, for what nothing in the guest can cause."""
        answer = self._access(address, f"M{address:x},{len(data):x}:{data.hex()}")
        if answer != "OK":
            raise GuestError(f"QEMU cannot write to {address:#x}: {answer}")

    def peek(self, address, size):
        """Return bytes at a kernel address, read through QEMU, as the kernel's /dev/mem may refuse RAM."""
        data = bytes.fromhex(self._access(address, f"m{address:x},{size:x}"))
        if len(data) != size:
            raise GuestError(f"QEMU reads {len(data)} bytes of {size} at {address:#x}")
        return data

    def _access(self, address, packet):
        """Return QEMU's answer to a packet that reads or writes kernel memory."""
        for _ in range(100):
            with self._stopped() as stub:
                answer = self._stub(stub, packet)
            if not re.fullmatch("E..", answer):
                return answer
            time.sleep(0.02)        # a program was running, whose page tables do not map the kernel
        raise GuestError(f"QEMU finds no memory at {address:#x}: {answer}")

    def inject_nmi(self):
        """Inject an NMI without a cause, as from a button, into the first CPU."""
        with self._stopped() as stub:
            answer = self._stub(stub, "qRcmd," + b"nmi".hex())
        if answer != "OK":
            raise GuestError(f"QEMU cannot inject an NMI: {answer}")

    def dump_memory(self, path):
        """Write all memory and registers to a file, as QEMU's ELF core; the guest goes on afterwards."""
        with self._stopped() as stub:
            stub.settimeout(300)
            answer = self._stub(stub, "qRcmd," + f"dump-guest-memory {path}".encode().hex())
            if answer != "OK":
                raise GuestError(f"QEMU does not dump memory: {bytes.fromhex(answer[1:]).decode()}")

    @staticmethod
    def _stub(stub, text):
        stub.sendall(b"+$%s#%02x" % (text.encode(), sum(text.encode()) & 255))
        said = b""
        # The stop reply comes unasked.
        while not re.search(ANSWER, said):
            more = stub.recv(4096)
            if not more:
                raise GuestLost("QEMU's stub has hung up")
            said += more
        return re.search(ANSWER, said)[1].decode()

    def rmmod(self, name):
        self.sh(f"rmmod {name}")

    # ttyS2, for GDB.

    def start_relay(self, command="putgtprsp"):
        """Run a command in the guest with ttyS2, a clean 8-bit pipe, as its stdin and stdout."""
        self.stop_relay()
        self.relay = self.spawn(f"exec rawtty /dev/ttyS2 {command}")
        line = self.relay.readline()
        if line != "rawtty: ready":
            raise GuestError(f"relay: {line}\n{self.relay.text()}")
        return self.relay

    def stop_relay(self):
        """End the relay: a serial port has no hang-up to tell it that GDB has gone."""
        if self.relay and self.relay.status is None:
            self.relay.kill(signal.SIGTERM)
            try:
                self.relay.wait(5)
            except GuestError:
                self.relay.kill(signal.SIGKILL)
                self.relay.wait(10)
        self.relay = None

    # The console.

    def console_size(self):
        return self.log.stat().st_size

    def sync_console(self):
        """Wait until all that the kernel has logged so far is in the log file."""
        self.marks += 1
        mark = f"kgtp-vm: mark {self.marks}."
        self.sh(f"echo '{mark}' >/dev/kmsg")
        deadline = time.monotonic() + 20 * self.kernel.slow
        while mark.encode() not in self.log.read_bytes():
            if time.monotonic() > deadline:
                raise GuestLost(f"the console is stuck; console: {self.log}")
            time.sleep(0.02)

    def console_text(self, since=0):
        return self.log.read_bytes()[since:].decode(errors="replace")

    def complaints(self, since=0, allowed=()):
        """Return the console's kernel complaints from a size on."""
        return console.scan(self.console_text(since), allowed)

    # The end.

    def poweroff(self, timeout=20):
        """Power off in the normal way; kill QEMU if that fails. Return whether it worked."""
        try:
            self.send_head("off", 0, 0)
            self.qemu.wait(timeout * self.kernel.slow)
            return True
        except (GuestLost, subprocess.TimeoutExpired):
            return False
        finally:
            self.kill()

    def kill(self):
        """End our QEMU, whatever its state."""
        if self.qemu:
            if self.qemu.poll() is None:
                self.qemu.kill()
            self.qemu.wait()
            if not self.stderr.stat().st_size:
                self.stderr.unlink()
            self.qemu = None
        shutil.rmtree(self.dir, ignore_errors=True)
