# SPDX-License-Identifier: GPL-2.0
"""A session: its data, its end, and the state that is restored after it."""
import os
import signal
import socket
import termios
import time

from fake import (Job, MIB, KINDS, default_signals, for_kinds, is_nonblocking, is_stuck, noise, packet, read_exactly,
                  read_some, read_to_end, stays_silent, test, until, wakeups, write_all)

# --- bytes ---------------------------------------------------------------------------------------------------------

@for_kinds(*KINDS)
def exchange(c, kind):
    dev = c.device()
    p = c.peer(kind, dev)
    every = bytes(range(256))
    p.write(b'+' + packet('qSupported') + every)
    assert dev.read(17 - 2 + 256) == b'+' + packet('qSupported') + every
    dev.write(b'+' + packet('PacketSize=4000') + every)
    assert p.read(20 + 256) == b'+' + packet('PacketSize=4000') + every


@for_kinds(*KINDS)
def both_ways_at_once(c, kind):
    dev = c.device()
    p = c.peer(kind, dev)
    down, up = noise(1, MIB + 12345), noise(2, MIB + 54321)
    jobs = [Job(write_all, p.wfd, down, 9973), Job(write_all, dev.fd, up, 5003)]
    got_down, got_up = Job(read_exactly, dev.fd, len(down)), Job(read_exactly, p.rfd, len(up))
    assert got_down.result() == down
    assert got_up.result() == up
    [j.result() for j in jobs]


@for_kinds(*KINDS)
def device_takes_nothing_for_a_while(c, kind):
    """While the device accepts nothing, replies still get through."""
    dev = c.device()
    p = c.peer(kind, dev)
    # A TCP socket's own buffers hold some MiB.
    down, up = noise(3, (16 if kind in ('tcp', 'connect') else 1) * MIB + 1), noise(4, MIB + 2)
    writer = Job(write_all, p.wfd, down)
    time.sleep(0.2)
    assert writer.is_alive(), 'the buffers take it all: nothing is tested'
    replies = Job(write_all, dev.fd, up)
    assert p.read(len(up)) == up
    replies.result()
    assert writer.is_alive(), 'something read what the device did not'
    assert dev.read(len(down)) == down
    writer.result()


@for_kinds(*KINDS)
def peer_takes_nothing_for_a_while(c, kind):
    dev = c.device()
    p = c.peer(kind, dev)
    down, up = noise(5, MIB + 3), noise(6, (16 if kind in ('tcp', 'connect') else 1) * MIB + 4)
    writer = Job(write_all, dev.fd, up)
    until('the way to the peer is blocked', lambda: is_stuck(c.relays[0]), 20)
    assert writer.is_alive(), 'the buffers take it all: nothing is tested'
    packets = Job(write_all, p.wfd, down)
    assert dev.read(len(down)) == down
    packets.result()
    assert p.read(len(up)) == up
    writer.result()


@for_kinds('pair', 'pipe', 'tcp')
def device_wants_its_replies_read_first(c, kind):
    """An echo that blocks: it accepts no more until its replies are read."""
    dev = c.device()
    p = c.peer(kind, dev)
    data = noise(7, MIB + 5)

    def echo():
        left = len(data)
        while left:
            got = read_some(dev.fd)
            write_all(dev.fd, got)
            left -= len(got)
    echo, writer = Job(echo), Job(write_all, p.wfd, data)
    assert p.read(len(data)) == data
    writer.result()
    echo.result()


@for_kinds('pair', 'tcp')
def tiny_chunks(c, kind):
    dev = c.device()
    p = c.peer(kind, dev)
    data = noise(8, 3000)
    Job(write_all, dev.fd, data, 1)
    assert p.read(len(data), size=7) == data
    Job(write_all, p.wfd, data, 1)
    assert read_exactly(dev.fd, len(data), size=3) == data


@test
def one_byte_of_room_at_a_time(c):
    """A stalled device accepts single bytes, with a full buffer behind it."""
    dev = c.device()
    p = c.peer('pipe', dev)
    data = noise(9, MIB)
    writer = Job(write_all, p.wfd, data)
    time.sleep(0.1)
    head = b''.join(read_exactly(dev.fd, 1) for _ in range(5000))
    assert head + dev.read(len(data) - len(head)) == data
    writer.result()


@test
def idle_uses_no_cpu(c):
    dev = c.device()
    p = c.peer('pair', dev)
    p.write(b'+')
    dev.read(1)
    assert is_stuck(c.relays[0])
    before = wakeups(c.relays[0])
    time.sleep(0.5)
    assert wakeups(c.relays[0]) - before <= 1


@test
def blocked_uses_no_cpu(c):
    """With stdin's writer closed, more than a buffer left and a stalled device, POLLHUP causes no busy loop."""
    dev = c.device()
    p = c.peer('pipe', dev)
    writer = Job(write_all, p.wfd, noise(10, MIB))
    until('stuck', lambda: is_stuck(c.relays[0]))
    before = wakeups(c.relays[0])
    time.sleep(0.5)
    assert wakeups(c.relays[0]) - before <= 1
    os.set_blocking(p.wfd, False)
    # One read wakes the writer, which then ends with EAGAIN; the pipe stays full.
    until('the writer gives up', lambda: dev.read(1000) and not writer.is_alive())
    p.end_input()
    until('stuck', lambda: is_stuck(c.relays[0]))
    before = wakeups(c.relays[0])
    time.sleep(0.5)
    assert wakeups(c.relays[0]) - before <= 1


# --- ends ----------------------------------------------------------------------------------------------------------

@for_kinds('pipe', 'pair', 'connect')
def eof_delivers_what_was_sent(c, kind):
    dev = c.device()
    p = c.peer(kind, dev)
    data = noise(11, 60000)
    writer = Job(write_all, p.wfd, data)
    writer.result()
    p.end_input()
    assert dev.read(len(data)) == data
    p.relay.exits(0)
    p.relay.no_line()
    dev.wait_closed()


@for_kinds('pipe', 'pair', 'tcp', 'unix', 'connect')
def eof_with_a_reply_owed(c, kind):
    """A late reply gets through after the peer's end of input, and then the session ends at once."""
    dev = c.device()
    p = c.peer(kind, dev)
    p.write(packet('QTStart'))
    p.end_input()
    dev.read(11)
    time.sleep(1.0)
    dev.write(b'+' + packet('O4142') + packet('OK'))
    sent = time.monotonic()
    assert read_to_end(p.rfd) == b'+' + packet('O4142') + packet('OK')
    assert time.monotonic() - sent < 1.0
    dev.wait_closed()
    if kind in ('pipe', 'pair', 'connect'):
        p.relay.exits(0)
        p.relay.no_line()


@test
def eof_with_pending_replies(c):
    """The replies are there, and the peer reads them late and slowly."""
    dev = c.device()
    p = c.peer('pipe', dev)
    data = noise(12, 200000).replace(b'$', b'x')
    Job(write_all, dev.fd, data)
    time.sleep(0.2)
    p.end_input()
    time.sleep(0.5)
    assert p.read(len(data), size=5000) == data
    p.relay.exits(0)


@test
def eof_with_nothing_owed_is_quick(c):
    dev = c.device()
    p = c.peer('pipe', dev)
    start = time.monotonic()
    p.end_input()
    p.relay.exits(0)
    assert time.monotonic() - start < 1.0


@test
def eof_after_kill_packet_is_quick(c):
    """'k' has no reply, and GDB waits for the relay to end."""
    dev = c.device()
    p = c.peer('pipe', dev)
    start = time.monotonic()
    p.write(packet('k'))
    p.end_input()
    p.relay.exits(0)
    assert time.monotonic() - start < 1.0
    assert dev.read(5) == packet('k')


@test
def eof_with_a_silent_device_is_bounded(c):
    dev = c.device()
    p = c.peer('pipe', dev)
    p.write(packet('QTStart'))
    p.end_input()
    p.relay.exits(0, 5)
    p.relay.no_line()


@test
def eof_with_a_stalled_device_is_bounded_and_said(c):
    """A slow device gets more time if somebody waits for the replies."""
    for kind, end, least, most in ('pipe', 'end_input', 4, 14), ('pair', 'close', 1, 6):
        dev = c.device()
        p = c.peer(kind, dev)
        Job(write_all, p.wfd, noise(13, 60000)).result()
        getattr(p, end)()
        start = time.monotonic()
        p.relay.exits(1, most)
        assert time.monotonic() - start > least
        p.relay.one_line(r'did not take the last \d+ bytes')


@test
def eof_with_a_stalled_peer_is_bounded_and_said(c):
    dev = c.device()
    p = c.peer('pipe', dev)
    Job(write_all, dev.fd, noise(14, 100000)).result()
    p.end_input()
    p.relay.exits(1, 6)
    p.relay.one_line(r'the peer did not take the last \d+ bytes')


@test
def script_on_stdin(c):
    """Files as stdin and stdout; the device answers after the end of stdin."""
    dev = c.device()
    src, dst = os.path.join(c.tmp, 'in'), os.path.join(c.tmp, 'out')
    with open(src, 'wb') as f:
        f.write(packet('QTinit') * 3)
    with open(src, 'rb') as i, open(dst, 'wb') as o:
        r = c.start('-d', dev.path, stdin=i, stdout=o)
    assert dev.read(30) == packet('QTinit') * 3
    for _ in range(3):
        time.sleep(0.3)
        dev.write(packet('OK'))
    r.exits(0)
    with open(dst, 'rb') as f:
        assert f.read() == packet('OK') * 3


@test
def gdb_gone_at_once(c):
    """GDB's socket closes in both directions: there is nobody to flush for."""
    dev = c.device()
    p = c.peer('pair', dev)
    p.write(packet('D'))
    start = time.monotonic()
    p.close()
    p.relay.exits(0)
    assert time.monotonic() - start < 1.0
    assert dev.read(5) == packet('D')
    p.relay.no_line()


@test
def gdb_gone_with_replies_unread(c):
    """Its socket is reset then."""
    dev = c.device()
    p = c.peer('pair', dev)
    dev.write(packet('OK'))
    until('the reply is there', lambda: not stays_silent(p.rfd, 0))
    p.close()
    p.relay.exits(0)
    p.relay.no_line()


@test
def epipe_on_stdout(c):
    dev = c.device()
    p = c.peer('pipe', dev)
    os.close(p.rfd)
    p.rfd = -1
    dev.write(packet('OK'))
    p.relay.exits(1)
    p.relay.one_line('cannot write to the peer: Broken pipe')
    dev.wait_closed()


@test
def full_disk_as_stdout(c):
    dev = c.device()
    r, w = os.pipe()
    with open('/dev/full', 'wb') as full:
        relay = c.start('-d', dev.path, stdin=r, stdout=full)
    os.write(w, b'+')
    dev.wait_open()
    dev.write(packet('OK'))
    relay.exits(1)
    relay.one_line('cannot write to the peer: No space left')
    os.close(r)
    os.close(w)


@for_kinds('pipe', 'pair', 'connect', 'tty')
def device_ends(c, kind):
    """Replies that were sent get through, then the peer sees the end."""
    dev = c.device()
    p = c.peer(kind, dev)
    p.write(b'+')
    dev.read(1)
    dev.write(packet('OK'))
    assert p.read(6) == packet('OK')
    dev.close()
    # A pty returns EIO for a moment before it reports the end.
    if p.relay.p.wait(10):
        p.relay.one_line('failed: Input/output error')
        p.relay.exits(1)
    if kind != 'tty':
        assert read_to_end(p.rfd) == b''


@test
def device_ends_without_taking_all(c):
    dev = c.device()
    p = c.peer('pipe', dev)
    Job(write_all, p.wfd, noise(15, 50000)).result()
    dev.read(10)
    time.sleep(0.2)
    dev.close()
    p.relay.exits(1)
    p.relay.one_line(r'(without taking the last \d+ bytes|failed: Input/output error)')


@for_kinds(*KINDS)
def signals_end_it(c, kind):
    for sig in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        dev = c.device()
        p = c.peer(kind, dev)
        p.write(b'+')
        dev.read(1)
        p.relay.signal(sig)
        p.relay.exits(-sig)
        dev.wait_closed()
        assert not os.path.exists(os.path.join(c.tmp, 'sock'))
        p.close()


@test
def sigterm_with_everything_blocked(c):
    dev = c.device()
    p = c.peer('pipe', dev)
    Job(lambda: write_all(p.wfd, noise(16, MIB)))
    Job(lambda: write_all(dev.fd, noise(17, MIB)))
    until('stuck', lambda: is_stuck(c.relays[0]))
    p.relay.signal(signal.SIGTERM)
    p.relay.exits(-signal.SIGTERM)


@test
def status_in_a_shell_is_128_plus_n(c):
    script = '"$@" & p=$!; sleep 1; kill $p; wait $p; exit $?'
    relay = c.start('-l', '0', before=['sh', '-c', script, 'sh'])
    relay.exits(128 + signal.SIGTERM)


@test
def ignored_sigint_stays_ignored(c):
    """GDB (if setsid fails), nohup and background jobs start the relay like this."""
    def ignore():
        default_signals()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    dev = c.device()
    a, b = socket.socketpair()
    r = c.start('-d', dev.path, stdin=b, stdout=b, preexec=ignore)
    b.close()
    a.sendall(b'+')
    assert dev.read(1) == b'+'
    r.signal(signal.SIGINT)
    r.signal(signal.SIGHUP)
    a.sendall(b'-')
    assert dev.read(1) == b'-'
    a.close()
    r.exits(0)


@test
def closed_standard_descriptors(c):
    """The device must not become stdin, and no message may be written to it."""
    dev = c.device()
    r = c.start('-v', '-d', dev.path, before=['sh', '-c', 'exec "$@" <&- >&- 2>&-', 'sh'])
    r.exits(0)
    assert stays_silent(dev.fd, 0) or read_some(dev.fd) == b''


# --- restored state ------------------------------------------------------------------------------------------------

def end_by_signal(p, dev):
    p.relay.signal(signal.SIGTERM)
    p.relay.exits(-signal.SIGTERM)


def end_by_device(p, dev):
    dev.close()
    p.relay.exits(0)


def end_by_kill(p, dev):
    p.relay.signal(signal.SIGKILL)
    p.relay.exits(-signal.SIGKILL)
    dev.wait_closed()


@test
def terminal_is_restored(c):
    for end in (end_by_signal, end_by_device):
        dev = c.device()
        p = c.peer('tty', dev)
        slave = p.relay.slave
        mode = termios.tcgetattr(slave)
        assert not mode[3] & (termios.ECHO | termios.ICANON | termios.ISIG)
        assert not mode[0] & (termios.IXON | termios.ICRNL | termios.ISTRIP)
        assert not mode[1] & termios.OPOST
        assert mode[2] & termios.CSIZE == termios.CS8
        end(p, dev)
        mode = termios.tcgetattr(slave)
        assert mode[3] & termios.ECHO and mode[3] & termios.ICANON and mode[3] & termios.ISIG
        assert mode[0] & termios.ICRNL and mode[1] & termios.OPOST
        assert not is_nonblocking(slave)
        p.relay.one_line('raw mode')


@test
def terminal_is_untouched_without_a_device(c):
    import pty
    master, slave = pty.openpty()
    before = termios.tcgetattr(slave)
    c.fails(1, 'no /nonexistent/gtp', '-d', '/nonexistent/gtp', stdin=slave, stdout=slave)
    assert termios.tcgetattr(slave) == before
    assert stays_silent(master, 0.1)


@test
def no_echo_to_a_terminal(c):
    dev = c.device()
    p = c.peer('tty', dev)
    p.write(b'$qC#b4\r\n\x03\x04\x11\x13\x1a\x7f')
    assert dev.read(14) == b'$qC#b4\r\n\x03\x04\x11\x13\x1a\x7f'
    assert stays_silent(p.rfd, 0.2)


@test
def blocking_mode_is_restored(c):
    """The flag belongs to the open file, which our parent keeps."""
    dev = c.device()
    r, w = os.pipe()
    r2, w2 = os.pipe()
    relay = c.start('-d', dev.path, stdin=r, stdout=w2)
    os.write(w, b'+')
    dev.wait_open()
    until('non-blocking', lambda: is_nonblocking(r) and is_nonblocking(w2))
    os.close(w)
    relay.exits(0)
    assert not is_nonblocking(r) and not is_nonblocking(w2)
    for fd in (r, r2, w2):
        os.close(fd)


@test
def kill_9_closes_the_device(c):
    dev = c.device()
    end_by_kill(c.peer('pair', dev), dev)
