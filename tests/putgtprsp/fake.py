# SPDX-License-Identifier: GPL-2.0
"""The environment for tests of putgtprsp: a device, played by the test, and the peers.

The device is a pty in raw mode: putgtprsp opens the slave (-d), the test holds the master and plays the module. A pty
behaves realistically: non-blocking, with short reads and writes, small buffers that fill up, poll, and a visible end.
"""
import errno
import fcntl
import os
import pty
import random
import re
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import termios
import threading
import time
import tty


class Skip(Exception):
    pass


def until(what, condition, timeout=10.0):
    end = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError('waited %g s in vain: %s' % (timeout, what))
        time.sleep(0.005)


def read_some(fd, size=65536, timeout=10.0):
    """Return b'' at the end. A pty's master returns EIO when nobody has the slave open."""
    if not select.select([fd], [], [], timeout)[0]:
        raise AssertionError('nothing to read within %g s' % timeout)
    try:
        return os.read(fd, size)
    except OSError as e:
        if e.errno in (errno.EIO, errno.ECONNRESET):
            return b''
        raise


def read_exactly(fd, count, timeout=10.0, size=65536):
    data = b''
    while len(data) < count:
        got = read_some(fd, min(size, count - len(data)), timeout)
        if not got:
            raise AssertionError('the end came after %d of %d bytes: %r' % (len(data), count, data[-80:]))
        data += got
    return data


def read_to_end(fd, timeout=10.0):
    data = b''
    while True:
        got = read_some(fd, timeout=timeout)
        if not got:
            return data
        data += got


def write_all(fd, data, size=65536):
    pos = 0
    while pos < len(data):
        pos += os.write(fd, data[pos:pos + size])


def stays_silent(fd, seconds):
    return not select.select([fd], [], [], seconds)[0]


class Device:
    def __init__(self):
        self.fd, slave = pty.openpty()
        tty.setraw(slave)
        self.path = os.ttyname(slave)
        os.close(slave)

    def is_open(self):
        p = select.poll()
        p.register(self.fd, select.POLLIN)
        return not any(ev & select.POLLHUP for _, ev in p.poll(0))

    def wait_open(self):
        until('the device is opened', self.is_open)

    def wait_closed(self, timeout=10.0):
        until('the device is closed', lambda: not self.is_open(), timeout)

    def read(self, count, timeout=10.0):
        """Waits while nobody has it open yet."""
        data, end = b'', time.monotonic() + timeout
        while len(data) < count:
            got = read_some(self.fd, count - len(data), timeout)
            if not got:
                assert time.monotonic() < end, 'only %d of %d bytes came: %r' % (len(data), count, data[-80:])
                time.sleep(0.005)
            data += got
        return data

    def write(self, data, **kw):
        write_all(self.fd, data, **kw)

    def close(self):
        if self.fd >= 0:
            os.close(self.fd)
        self.fd = -1


class Job(threading.Thread):
    """A function in a thread; its failure becomes the test's in result()."""

    def __init__(self, function, *args):
        super().__init__(daemon=True)
        self.call, self.value, self.error = (function, args), None, None
        self.start()

    def run(self):
        try:
            self.value = self.call[0](*self.call[1])
        except BaseException as e:
            self.error = e

    def result(self, timeout=60.0):
        self.join(timeout)
        if self.is_alive():
            raise AssertionError('%s is stuck' % self.call[0].__name__)
        if self.error:
            raise self.error
        return self.value


class Relay:
    """A running putgtprsp. Its stderr goes to a file."""

    def __init__(self, command, **kw):
        self.err = tempfile.TemporaryFile()
        kw.setdefault('stdin', subprocess.DEVNULL)
        kw.setdefault('stdout', subprocess.DEVNULL)
        kw.setdefault('stderr', self.err)
        self.p = subprocess.Popen(command, close_fds=True, preexec_fn=kw.pop('preexec', default_signals), **kw)
        self.pid = self.p.pid

    def stderr(self):
        return os.pread(self.err.fileno(), 1 << 20, 0).decode('utf-8', 'backslashreplace')

    def wait_stderr(self, pattern, timeout=10.0):
        def found():
            return re.search(pattern, self.stderr())
        return until('stderr has %r, it has %r' % (pattern, self.stderr()), found, timeout)

    def exits(self, status, timeout=10.0):
        try:
            got = self.p.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError('still running after %g s; stderr: %r' % (timeout, self.stderr()))
        assert got == status, 'exit status %d, not %d; stderr: %r' % (got, status, self.stderr())

    def signal(self, sig):
        self.p.send_signal(sig)

    def one_line(self, pattern):
        text = self.stderr()
        assert text.endswith('\n') and text.count('\n') == 1, 'not one line: %r' % text
        assert text.startswith('putgtprsp: '), text
        assert re.search(pattern, text), '%r is not in %r' % (pattern, text)

    def no_line(self):
        assert self.stderr() == '', 'stderr: %r' % self.stderr()

    def destroy(self):
        if self.p.poll() is None:
            self.p.kill()
            self.p.wait()


def default_signals():
    for s in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(s, signal.SIG_DFL)


class Peer:
    """GDB's two ends: rfd to read replies from, wfd to write packets to."""

    def __init__(self, relay, rfd, wfd, keep=None):
        self.relay, self.rfd, self.wfd, self.keep = relay, rfd, wfd, keep

    def write(self, data, **kw):
        write_all(self.wfd, data, **kw)

    def read(self, count, **kw):
        return read_exactly(self.rfd, count, **kw)

    def end_input(self):
        """No more packets; replies are still read."""
        if isinstance(self.keep, socket.socket):
            self.keep.shutdown(socket.SHUT_WR)
        else:
            os.close(self.wfd)
            self.wfd = -1

    def close(self):
        if isinstance(self.keep, socket.socket):
            self.keep.close()
        else:
            for fd in {self.rfd, self.wfd} - {-1}:
                os.close(fd)
        self.rfd = self.wfd = -1


def socket_peer(relay, s):
    return Peer(relay, s.fileno(), s.fileno(), s)


def tcp_port(relay):
    return int(relay.wait_stderr(r'listening on \S+:(\d+)\n').group(1))


class Ctx:
    """One test's resources; cleanup() frees them and looks for a sanitizer's report."""

    def __init__(self, command, tmp):
        self.command, self.tmp, self.relays, self.devices, self.peers = command, tmp, [], [], []

    def device(self):
        self.devices.append(Device())
        return self.devices[-1]

    def start(self, *args, **kw):
        command = kw.pop('command', self.command)
        self.relays.append(Relay(list(kw.pop('before', [])) + command + list(args), **kw))
        return self.relays[-1]

    def fails(self, status, pattern, *args, **kw):
        r = self.start(*args, **kw)
        r.exits(status)
        r.one_line(pattern)

    def peer(self, kind, dev, *args):
        """A peer that has sent a first packet, without a reply: the device is opened by the first byte."""
        p = self.stranger(kind, dev, *args)
        p.write(b'+' + packet('k'))
        assert dev.read(6) == b'+' + packet('k')
        return p

    def stranger(self, kind, dev, *args):
        """A peer that has sent nothing."""
        p = getattr(self, 'peer_' + kind)(['-d', dev.path] + list(args))
        self.peers.append(p)
        return p

    def peer_pipe(self, args):
        (r_in, wfd), (rfd, w_out) = os.pipe(), os.pipe()
        r = self.start(*args, stdin=r_in, stdout=w_out)
        os.close(r_in)
        os.close(w_out)
        return Peer(r, rfd, wfd)

    def peer_pair(self, args):
        """As GDB starts it: one socket is stdin and stdout."""
        a, b = socket.socketpair()
        r = self.start(*args, stdin=b, stdout=b)
        b.close()
        return socket_peer(r, a)

    def peer_tcp(self, args):
        r = self.start('-l', '0', *args)
        return socket_peer(r, socket.create_connection(('127.0.0.1', tcp_port(r))))

    def peer_unix(self, args):
        path = os.path.join(self.tmp, 'sock')
        r = self.start('-u', path, *args)
        r.wait_stderr('listening on')
        return socket_peer(r, unix_client(path))

    def peer_connect(self, args):
        with socket.create_server(('127.0.0.1', 0)) as server:
            r = self.start('-c', '127.0.0.1:%d' % server.getsockname()[1], *args)
            server.settimeout(10)
            return socket_peer(r, server.accept()[0])

    def peer_tty(self, args):
        """A serial line that was left in cooked mode with echo."""
        master, slave = pty.openpty()
        fd = os.open(os.ttyname(slave), os.O_RDWR | os.O_NOCTTY)
        r = self.start(*args, stdin=fd, stdout=fd)
        os.close(fd)
        until('the terminal is raw', lambda: not termios.tcgetattr(slave)[3] & termios.ICANON)
        # The test keeps its own slave open in r, to read the mode.
        r.slave = slave
        return Peer(r, os.dup(master), master)

    def cleanup(self):
        for p in self.peers:
            p.close()
        for r in self.relays:
            r.destroy()
        for d in self.devices:
            d.close()
        for r in self.relays:
            assert not re.search('Sanitizer|runtime error|== ERROR', r.stderr()), r.stderr()


def unix_client(path):
    s = socket.socket(socket.AF_UNIX)
    s.connect(path)
    return s


def is_nonblocking(fd):
    return bool(fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_NONBLOCK)


def packet(text):
    if isinstance(text, str):
        text = text.encode('latin-1')
    return b'$' + text + b'#%02x' % (sum(text) % 256)


KINDS = ('pipe', 'pair', 'tcp', 'unix', 'connect', 'tty')
NOBODY = 65534
MIB = 1 << 20
TESTS = []


def test(function):
    TESTS.append((function.__name__, function))
    return function


def for_kinds(*kinds):
    def add(function):
        for kind in kinds:
            TESTS.append(('%s[%s]' % (function.__name__, kind), lambda c, k=kind: function(c, k)))
        return function
    return add


def noise(seed, size):
    return random.Random(seed).randbytes(size)


def root_only():
    if os.geteuid():
        raise Skip('needs root')


def client(port, host='127.0.0.1'):
    return socket.create_connection((host, port), 10)


def say(s, dev, text):
    text = b'+' + text
    s.sendall(text)
    assert dev.read(len(text)) == text
    dev.write(text[::-1])
    assert read_exactly(s.fileno(), len(text)) == text[::-1]


def said(text):
    """Return a pipe with this data, and then the end."""
    r, w = os.pipe()
    os.write(w, text)
    os.close(w)
    return os.fdopen(r, 'rb')


def as_nobody():
    default_signals()
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


def nobodys(c):
    """Return a copy of the binary for user NOBODY, who cannot reach the original."""
    root_only()
    copy = os.path.join(c.tmp, 'putgtprsp')
    if not os.path.exists(copy):
        shutil.copy(c.command[-1], copy)
    os.chmod(copy, 0o755)
    return c.command[:-1] + [copy]


def is_stuck(relay):
    """Return whether it sleeps and uses no CPU time for a moment."""
    def ticks():
        with open('/proc/%d/stat' % relay.pid) as f:
            return f.read().rsplit(')', 1)[1].split()[11:13]
    before = ticks()
    time.sleep(0.5)
    return ticks() == before


def wakeups(relay):
    with open('/proc/%d/status' % relay.pid) as f:
        return int(re.search(r'^voluntary_ctxt_switches:\s+(\d+)', f.read(), re.M).group(1))
