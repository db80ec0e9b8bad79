# SPDX-License-Identifier: GPL-2.0
"""Who is let in: the first byte, the uid of a peer on this machine, and the deadlines of packets."""
import os
import re
import socket
import subprocess
import sys
import time

from fake import (KINDS, NOBODY, Skip, client, for_kinds, packet, read_some, read_to_end, root_only, say,
                  stays_silent, tcp_port, test, unix_client, until)

# What a web page can make a browser send: the attack of 26 November, whose body was read as packets.
POST = (b'POST / HTTP/1.1\r\nHost: 127.0.0.1:1234\r\nContent-Type: text/plain\r\nContent-Length: 70\r\n\r\n'
        + packet('QTinit') + packet('QTDPsrc:1:10:\n#!/bin/sh\nid>/tmp/x\n:0:1:41') + packet('QTSave:2f746d702f78'))


def never_opened(dev, seconds=0.3):
    """Nobody opens the device."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert not dev.is_open(), 'the device was opened'
        time.sleep(0.002)


def ends(fd, timeout=10.0):
    """Wait until the peer's end of the line is closed, in any way. Return the seconds."""
    start = time.monotonic()
    assert read_to_end(fd, timeout) == b''
    return time.monotonic() - start


@for_kinds('pipe', 'pair', 'tcp', 'unix', 'connect')
def http_post_is_hung_up_on(c, kind):
    """An HTTP POST opens no device; the log has the reason; a listener serves the next client."""
    dev = c.device()
    p = c.stranger(kind, dev)
    p.write(POST)
    assert ends(p.rfd) < 3
    never_opened(dev)
    p.relay.wait_stderr(r"(?m)^putgtprsp: hung up on .*: its first byte is 'P', and GDB begins with \+ - \$ or \\x03: it is not GDB$")
    if kind in ('tcp', 'unix'):
        with (client(tcp_port(p.relay)) if kind == 'tcp' else unix_client(os.path.join(c.tmp, 'sock'))) as s:
            say(s, dev, packet('qC'))
    else:
        p.relay.exits(1)


@test
def only_gdbs_first_bytes(c):
    """Other first bytes are refused, each with one printable line."""
    dev = c.device()
    r = c.start('-l', '0', '-d', dev.path)
    port = tcp_port(r)
    tried = sorted({*range(0, 256, 11), *b'+-$\x03', *b"%',.#GHPDT\x02\x04\x16\x7f"})
    for byte in tried:
        with client(port) as s:
            s.sendall(bytes([byte]) + b'$qC#b4')
            if byte in b'+-$\x03':
                assert dev.read(7) == bytes([byte]) + b'$qC#b4'
                dev.write(packet('QC1'))
                read_some(s.fileno())
            else:
                assert ends(s.fileno()) < 3
        if byte in b'+-$\x03':
            dev.wait_closed()
        else:
            assert not dev.is_open()
    lines = r.stderr().splitlines()[1:]
    assert len(lines) == len(tried) - 4 and lines[0].count(r'its first byte is \x00,') == 1, lines[:3]
    assert all(line.isascii() and line.isprintable() for line in lines), lines


@for_kinds(*KINDS)
def device_is_opened_by_the_first_byte(c, kind):
    dev = c.device()
    p = c.stranger(kind, dev)
    never_opened(dev, 0.5)
    p.write(packet('qSupported'))
    assert dev.read(14) == packet('qSupported')
    dev.write(b'+')
    assert p.read(1) == b'+'


@test
def line_noise_is_left_out(c):
    """On a terminal, which is a serial line, bytes before the first packet are noise, and do not open the device."""
    dev = c.device()
    p = c.stranger('tty', dev, '-v')
    p.write(b'\x00\xff~x')
    p.relay.wait_stderr('left out 4 bytes of line noise')
    never_opened(dev)
    p.write(b'ab+' + packet('qC'))
    assert dev.read(7) == b'+' + packet('qC')


@for_kinds('pipe', 'pair', 'connect', 'tty')
def nobody_waits_behind_it(c, kind):
    """Without a queue of clients, GDB may start long after the relay; the device is not open until then."""
    dev = c.device()
    p = c.stranger(kind, dev)
    time.sleep(6)
    never_opened(dev, 0.1)
    p.write(packet('qC'))
    assert dev.read(6) == packet('qC')


# --- users -----------------------------------------------------------------------------------------------------------

AS_USER = ['setpriv', '--reuid=%d' % NOBODY, '--regid=%d' % NOBODY, '--clear-groups']
# Sends its packet, and prints what it receives.
TALK = '''
import socket, sys
s = socket.socket(socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET)
if len(sys.argv) > 3: s.bind((sys.argv[3], 0))
s.settimeout(10)
try:
    s.connect((sys.argv[1], int(sys.argv[2])))
    s.sendall(b'+$qC#b4')
    print(s.recv(100).decode())
except ConnectionResetError:
    print('')
'''


def user_talks(host, port, source=None):
    """Start a client of user NOBODY, which prints what it receives."""
    root_only()
    argv = AS_USER + [sys.executable, '-c', TALK, host, str(port)] + ([source] if source else [])
    return subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd='/')


def refused_user(c, r, dev, job, pattern):
    assert job.communicate(timeout=20)[0] == b'\n', 'it was let in'
    never_opened(dev, 0.1)
    r.wait_stderr(pattern)


@for_kinds('127.0.0.1', '127.0.0.2', '::1')
def another_user_is_refused(c, host):
    dev = c.device()
    if host == '::1' and not os.path.exists('/proc/net/if_inet6'):
        raise Skip('no IPv6 here')
    r = c.start('-l', '[::1]:0' if ':' in host else host + ':0', '-d', dev.path)
    port = int(r.wait_stderr(r'listening on .*:(\d+)\n').group(1))
    why = r'hung up on .*: that is user %d of this machine; to let that user in, add --allow-uid %d, or use -u\n' % (NOBODY, NOBODY)
    refused_user(c, r, dev, user_talks(host, port), why)
    with client(port, host) as s:
        say(s, dev, b'root may')


def own_address():
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        s.connect(('192.0.2.1', 9))
    except OSError as e:
        raise Skip('no address but loopback: %s' % e)
    return s.getsockname()[0]


@test
def another_user_by_any_of_our_addresses(c):
    """A connection from one of the machine's addresses to another is recognised as local."""
    dev, own = c.device(), own_address()
    r = c.start('-l', '0.0.0.0:0', '-d', dev.path)
    port = tcp_port(r)
    for host, source in (own, None), (own, '127.0.0.1'), ('127.0.0.1', own), (own, own):
        refused_user(c, r, dev, user_talks(host, port, source), 'that is user %d' % NOBODY)


@test
def a_closed_socket_is_not_roots(c):
    """For a socket that its process has closed, the kernel reports uid 0, which is not taken for root."""
    root_only()
    dev = c.device()
    # The relay is stopped while the client connects and closes, so that it sees only the closed socket.
    r = c.start('-l', '0', '-d', dev.path)
    port = tcp_port(r)
    os.kill(r.pid, 19)
    subprocess.run(AS_USER + [sys.executable, '-c', 'import socket\nsocket.create_connection(("127.0.0.1", %d)).sendall(b"+$qC#b4")' % port],
                   check=True, cwd='/')
    os.kill(r.pid, 18)
    r.wait_stderr(r'hung up on .*: (/proc/net/tcp does not tell which user of this machine that is; use -u, or add --allow-uid any|that is user)')
    never_opened(dev)


@for_kinds('one', 'list', 'again', 'any')
def allowed_user(c, kind):
    dev = c.device()
    r = c.start('-l', '0', '-d', dev.path, *{
        'one': ['--allow-uid', '%d' % NOBODY], 'list': ['--allow-uid=1,%d,2' % NOBODY],
        'again': ['--allow-uid', '%d' % NOBODY, '--allow-uid=77'], 'any': ['--allow-uid=any']}[kind])
    job = user_talks('127.0.0.1', tcp_port(r))
    assert dev.read(7) == b'+$qC#b4'
    dev.write(packet('QC1'))
    assert job.communicate(timeout=20)[0] == b'$QC1#c5\n'


@test
def not_the_allowed_user(c):
    dev = c.device()
    r = c.start('-l', '0', '--allow-uid=1,2,%d' % (NOBODY + 1), '-d', dev.path)
    refused_user(c, r, dev, user_talks('127.0.0.1', tcp_port(r)), 'that is user %d' % NOBODY)


@test
def its_own_user_is_allowed(c):
    """A listener that is not root's serves its own user, and root."""
    from fake import as_nobody, nobodys
    dev, command = c.device(), nobodys(c)
    os.chmod(dev.path, 0o666)
    r = c.start('-l', '0', '-d', dev.path, command=command, preexec=as_nobody)
    job = user_talks('127.0.0.1', tcp_port(r))
    assert dev.read(7) == b'+$qC#b4'
    dev.write(packet('QC1'))
    assert job.communicate(timeout=20)[0] == b'$QC1#c5\n'
    dev.wait_closed()
    with client(tcp_port(r)) as s:
        say(s, dev, b'root')


@test
def user_whom_we_connect_to(c):
    """With -c, a port that another user has taken is refused."""
    root_only()
    dev = c.device()
    script = ('import socket, time\ns = socket.create_server(("127.0.0.1", 0))\nprint(s.getsockname()[1], flush=True)\n'
              'a = s.accept()[0]\na.sendall(b"+$qC#b4")\nprint(a.recv(100))')
    job = subprocess.Popen(AS_USER + [sys.executable, '-c', script], stdout=subprocess.PIPE, cwd='/')
    r = c.start('-c', '127.0.0.1:%d' % int(job.stdout.readline()), '-d', dev.path)
    r.exits(1)
    r.one_line('that is user %d of this machine' % NOBODY)
    assert job.communicate(timeout=20)[0] == b"b''\n"
    never_opened(dev, 0.1)


@test
def as_inetd_starts_it(c):
    """When standard input is the connection, as from inetd, the rules of a listener apply."""
    dev = c.device()
    for says, why in ((POST, 'its first byte'), (b'', 'it has sent nothing for 5 s')):
        with socket.create_server(('127.0.0.1', 0)) as server:
            s = client(server.getsockname()[1])
            a = server.accept()[0]
        r = c.start('-d', dev.path, stdin=a, stdout=a)
        a.close()
        s.sendall(says)
        ends(s.fileno())
        r.exits(1)
        r.one_line(why)
    never_opened(dev, 0.1)


@test
def bad_lists_of_users(c):
    for arg in '', 'root', '1,', ',1', '1,,2', '-1', '4294967295', '99999999999', '1 2', 'any,1', '0x1':
        c.fails(2, re.escape("bad list of users '%s': UID[,UID...] or any is expected" % arg), '--allow-uid', arg, '-l', '0')
    c.fails(2, 'more than 64 users', '--allow-uid=' + ','.join(map(str, range(65))), '-l', '0')
    c.fails(2, 'an argument is missing after --allow-uid;', '--allow-uid')


# --- deadlines -------------------------------------------------------------------------------------------------------

def served_within(c, relay, dev, seconds):
    """Check that the next client's first packet reaches the device."""
    start = time.monotonic()
    with client(tcp_port(relay)) as s:
        s.sendall(packet('vNext'))
        until('the next client is served', dev.is_open, seconds)
        assert dev.read(9, seconds) == packet('vNext')
    assert time.monotonic() - start < seconds


@for_kinds('tcp', 'unix')
def silent_client_is_hung_up_on(c, kind):
    dev = c.device()
    p = c.stranger(kind, dev)
    assert 4 < ends(p.rfd) < 7
    p.relay.wait_stderr('hung up on .*: it has sent nothing for 5 s\n')
    never_opened(dev, 0.1)


@for_kinds('tcp', 'unix')
def client_without_a_packet_is_hung_up_on(c, kind):
    """The first whole packet must come within 5 s of accept; an occasional ack does not count."""
    dev = c.device()
    p = c.stranger(kind, dev)
    start = time.monotonic()
    time.sleep(2)
    p.write(b'+')
    dev.read(1)
    dribble(p, b'+', start)
    dev.wait_closed()
    p.relay.wait_stderr('hung up on .*: no packet has come in time\n')


def dribble(p, byte, start):
    """Send a byte twice a second until the relay hangs up: 5 s after start, or somewhat later on a busy machine."""
    begun = time.monotonic()
    while not stays_silent(p.rfd, 0) is False:
        assert time.monotonic() - begun < 15, 'it may dribble for ever'
        try:
            p.write(byte)
        except OSError:
            break
        time.sleep(0.5)
    assert time.monotonic() - start > 4, 'too early'


@for_kinds('tcp', 'unix')
def dribbling_client_is_hung_up_on(c, kind):
    """A packet must end within 5 s, however often it begins anew; then the next client is served."""
    for byte in b'x', b'$':
        dev = c.device()
        p = c.peer(kind, dev)
        p.write(packet('qC') + b'$m')
        dev.read(8)
        dribble(p, byte, time.monotonic())
        dev.wait_closed()
        p.relay.wait_stderr('hung up on .*: the rest of a packet has not come in time\n')
        read_to_end(dev.fd)
        if kind == 'tcp':
            served_within(c, p.relay, dev, 3)
        p.relay.destroy()
        if kind == 'unix':
            os.unlink(os.path.join(c.tmp, 'sock'))


@test
def between_packets_there_is_no_deadline(c):
    dev = c.device()
    p = c.peer('tcp', dev)
    p.write(packet('qC'))
    dev.read(6)
    time.sleep(7)
    p.write(b'+')
    time.sleep(6)
    p.write(packet('qC'))
    assert dev.read(7) == b'+' + packet('qC')


@test
def who_cannot_send_is_not_late(c):
    """While the device accepts nothing, the rest of a packet is not read, and the peer's deadline does not expire."""
    from fake import Job, noise, write_all
    dev = c.device()
    p = c.peer('tcp', dev)
    data = b'$' + noise(20, 16 << 20).translate(None, b'$#')
    writer = Job(write_all, p.wfd, data)
    time.sleep(7)
    assert writer.is_alive(), 'the buffers take it all: nothing is tested'
    assert dev.is_open() and dev.read(len(data), 30) == data
    writer.result()


@test
def slow_line_has_more_time(c):
    """On a line of 1200 baud, without other clients, a packet of 900 bytes may take 7.5 s."""
    dev = c.device()
    p = c.peer('pipe', dev)
    data = packet('X' + 'y' * 900)
    for i in range(0, len(data), 60):
        p.write(data[i:i + 60])
        time.sleep(0.5)
    assert dev.read(len(data)) == data
    # But not without end.
    p.write(b'$')
    start = time.monotonic()
    p.relay.exits(1, 8)
    assert time.monotonic() - start > 4
    p.relay.one_line('hung up on standard input: the rest of a packet has not come in time')


@test
def who_is_hung_up_on_does_not_keep_the_next_one(c):
    """A client that keeps sending after the relay has hung up delays the next one only for a moment."""
    dev = c.device()
    r = c.start('-l', '0', '-d', dev.path)
    s = client(tcp_port(r))
    child = subprocess.Popen([sys.executable, '-c', 'import os, time\nfor i in range(200):\n os.write(1, b"x")\n time.sleep(0.1)'],
                             stdout=s.fileno(), stderr=subprocess.DEVNULL)
    s.close()
    try:
        r.wait_stderr('its first byte is')
        served_within(c, r, dev, 3)
    finally:
        child.kill()
        child.wait()
