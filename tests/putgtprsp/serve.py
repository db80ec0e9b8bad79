# SPDX-License-Identifier: GPL-2.0
"""Listening, connecting, and the one-line error messages."""
import fcntl
import os
import re
import signal
import socket
import stat
import subprocess
import termios
import time

from fake import (Job, MIB, Skip, as_nobody, client, for_kinds, nobodys, noise, packet, read_some, read_to_end,
                  said, say, stays_silent, tcp_port, test, unix_client, until)

# --- listening -----------------------------------------------------------------------------------------------------

@test
def listens_again_after_a_client(c):
    dev = c.device()
    r = c.start('-l', '0', '-d', dev.path)
    port = tcp_port(r)
    assert not dev.is_open(), 'the device is open without a peer'
    for i in range(5):
        with client(port) as s:
            say(s, dev, b'hello %d' % i)
        dev.wait_closed()
    # The next client connects before the last one has closed.
    for i in range(5):
        with client(port) as s:
            say(s, dev, b'again %d' % i)
    r.signal(signal.SIGTERM)
    r.exits(-signal.SIGTERM)
    r.one_line('listening on 127.0.0.1:%d' % port)


@test
def listens_on_unix_again(c):
    dev, path = c.device(), os.path.join(c.tmp, 's')
    r = c.start('-u', path, '-d', dev.path)
    r.wait_stderr('listening on ' + path)
    st = os.stat(path)
    assert stat.S_ISSOCK(st.st_mode) and stat.S_IMODE(st.st_mode) == 0o600, oct(st.st_mode)
    for i in range(3):
        with unix_client(path) as s:
            say(s, dev, b'hello %d' % i)
        dev.wait_closed()
    r.signal(signal.SIGINT)
    r.exits(-signal.SIGINT)
    assert not os.path.exists(path)


@test
def someone_elses_socket_is_not_unlinked(c):
    path = os.path.join(c.tmp, 's')
    r = c.start('-u', path)
    r.wait_stderr('listening on')
    os.unlink(path)
    open(path, 'w').close()
    r.signal(signal.SIGTERM)
    r.exits(-signal.SIGTERM)
    assert os.path.isfile(path)


@test
def once(c):
    for option in ('-1', '--once'):
        dev = c.device()
        r = c.start('-l', '0', option, '-d', dev.path)
        with client(tcp_port(r)) as s:
            say(s, dev, b'hello')
        r.exits(0)
        dev.wait_closed()


@test
def once_on_unix_unlinks(c):
    dev, path = c.device(), os.path.join(c.tmp, 's')
    r = c.start('-1u', path, '-d', dev.path)
    r.wait_stderr('listening on')
    with unix_client(path) as s:
        say(s, dev, b'hello')
    r.exits(0)
    assert not os.path.exists(path)


@test
def once_without_a_device_fails(c):
    r = c.start('-1', '-l', '0', '-d', '/nonexistent/gtp')
    with client(tcp_port(r)) as s:
        assert s.recv(1) == b''
    r.exits(1)
    r.wait_stderr('\nputgtprsp: there is no /nonexistent/gtp: the module is not loaded: modprobe kgtp\n$')


@test
def absent_device_does_not_end_the_listener(c):
    """The module may be loaded later."""
    dev, path = c.device(), os.path.join(c.tmp, 'gtp')
    r = c.start('-l', '0', '-d', path)
    port = tcp_port(r)
    with client(port) as s:
        s.sendall(b'+' + packet('qSupported'))
        # An end, not a reset.
        assert s.recv(1) == b''
    os.symlink(dev.path, path)
    with client(port) as s:
        say(s, dev, b'hello')
    assert r.stderr().count('\n') == 2, r.stderr()


@for_kinds('tcp', 'unix')
def second_client_is_refused(c, kind):
    dev = c.device()
    p = c.peer(kind, dev)

    def second():
        if kind == 'unix':
            return unix_client(os.path.join(c.tmp, 'sock'))
        return client(tcp_port(p.relay))
    p.write(b'+')
    dev.read(1)
    for i in range(3):
        with second() as s:
            try:
                s.sendall(b'+' + packet('intruder'))
            except OSError:
                pass
            assert read_some(s.fileno()) == b''
        until('its line', lambda: p.relay.stderr().count('refused a connection from') == i + 1)
        p.write(b'ours')
        assert dev.read(4) == b'ours'
    assert stays_silent(dev.fd, 0.1)
    p.close()
    dev.wait_closed()
    with second() as s:
        say(s, dev, b'hello')


@test
def heir_of_an_ending_session_waits(c):
    """A client that connects while a reply to the last one is pending is served after it, not refused."""
    dev = c.device()
    p = c.peer('tcp', dev)
    p.write(packet('QTStart'))
    p.end_input()
    dev.read(11)
    with client(tcp_port(p.relay)) as s:
        s.sendall(b'+ mine')
        assert stays_silent(dev.fd, 0.5), 'two sessions are mixed'
        dev.write(packet('OK'))
        assert read_to_end(p.rfd) == packet('OK')
        p.close()
        assert dev.read(6) == b'+ mine'
    assert 'refused' not in p.relay.stderr()


@for_kinds('tcp', 'unix', 'connect')
def peer_is_killed(c, kind):
    """kill -9 of a client with unread replies resets its socket, and ends only its session."""
    dev = c.device()
    where = os.path.join(c.tmp, 'k')
    if kind == 'connect':
        server = socket.create_server(('127.0.0.1', 0))
        r = c.start('-c', '127.0.0.1:%d' % server.getsockname()[1], '-d', dev.path)
        s = server.accept()[0]
    elif kind == 'unix':
        r = c.start('-u', where, '-d', dev.path)
        r.wait_stderr('listening')
        s = unix_client(where)
    else:
        r = c.start('-l', '0', '-d', dev.path)
        s = client(tcp_port(r))
    s.sendall(b'+')
    victim = subprocess.Popen(['sleep', '100'], stdin=s.fileno())
    s.close()
    dev.wait_open()
    Job(lambda: dev.write(noise(18, MIB)))
    time.sleep(0.2)
    victim.kill()
    victim.wait()
    dev.wait_closed()
    if kind == 'connect':
        r.exits(0)
        r.no_line()
    else:
        assert r.stderr().count('\n') == 1, r.stderr()
        assert r.p.poll() is None


@test
def signal_while_waiting_for_a_client(c):
    for args in (('-l', '0'), ('-u', os.path.join(c.tmp, 's'))):
        for sig in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            r = c.start(*args)
            r.wait_stderr('listening')
            r.signal(sig)
            r.exits(-sig)
    assert not os.path.exists(os.path.join(c.tmp, 's'))


@test
def addresses(c):
    for arg, shown in (('0', '127.0.0.1'), (':0', '127.0.0.1'), ('localhost:0', r'(127.0.0.1|\[::1\])'),
                       ('127.0.0.2:0', '127.0.0.2')):
        r = c.start('-l', arg)
        r.wait_stderr(r'^putgtprsp: listening on %s:\d+\n$' % shown)


@test
def ipv6(c):
    try:
        socket.create_server(('::1', 0), family=socket.AF_INET6).close()
    except OSError as e:
        raise Skip('no IPv6 here: %s' % e)
    dev = c.device()
    r = c.start('-l', '[::1]:0', '-d', dev.path)
    port = int(r.wait_stderr(r'listening on \[::1\]:(\d+)\n$').group(1))
    with client(port, '::1') as s:
        say(s, dev, b'hello')
    dev.wait_closed()
    with socket.create_server(('::1', 0), family=socket.AF_INET6) as server:
        r = c.start('-c', '[::1]:%d' % server.getsockname()[1], '-d', dev.path)
        s = server.accept()[0]
        say(s, dev, b'hello')
        s.close()
        r.exits(0)


@for_kinds('tcp', 'unix', 'connect', 'ipv6', 'both')
def knows_its_peer(c, kind):
    """The relay finds the process at the other end if it is on this machine: here it is the test itself."""
    dev, path = c.device(), os.path.join(c.tmp, 's')
    if kind in ('ipv6', 'both') and not os.path.exists('/proc/net/if_inet6'):
        raise Skip('no IPv6 here')
    if kind == 'connect':
        server = socket.create_server(('127.0.0.1', 0))
        r = c.start('-v', '-c', '127.0.0.1:%d' % server.getsockname()[1], '-d', dev.path)
        s = server.accept()[0]
    else:
        r = c.start('-v', *{'tcp': ('-l', '127.0.0.2:0'), 'unix': ('-u', path), 'ipv6': ('-l', '[::1]:0'),
                            'both': ('-l', '[::]:0')}[kind], '-d', dev.path)
        r.wait_stderr('listening')
        if kind == 'unix':
            s = unix_client(path)
        else:
            port = int(re.search(r'listening on .*:(\d+)$', r.stderr(), re.M)[1])
            s = client(port, {'tcp': '127.0.0.2', 'ipv6': '::1', 'both': '127.0.0.1'}[kind])
    with s:
        say(s, dev, b'hello')
        r.wait_stderr(r'(?m)^putgtprsp: our peer is process %d$' % os.getpid())


@test
def warns_beyond_loopback(c):
    r = c.start('-l', '0.0.0.0:0')
    r.wait_stderr(r'^putgtprsp: listening on .*\nputgtprsp: warning: .*no authentication.*kernel memory.*\n$')


# --- failures: one line each ---------------------------------------------------------------------------------------

@test
def bad_options(c):
    for args, text in (
            (['-x'], 'bad option -x'), (['--nonsense'], 'bad option --nonsense'), (['-l'], 'missing after -l'),
            (['--device'], 'missing after -d'), (['--once=3'], 'bad option --once=3'),
            (['-vd'], 'missing after -d'), (['file'], 'unexpected argument file'),
            (['-l', '1', '-c', 'h:1'], 'only one of'), (['-u', 'a', '-l', '1'], 'only one of'),
            (['-l', '1', '-l', '2'], 'only one of'), (['-1'], '-1 goes with'), (['-1', '-c', 'h:1'], '-1 goes with'),
            (['-l', ''], "bad port ''"), (['-l', 'x'], "bad port 'x'"), (['-l', '65536'], 'bad port'),
            (['-l', '-1'], "bad port '-1'"), (['-l', '1:'], "bad port ''"), (['-l', '[::1]'], 'bad address'),
            (['-l', '[::1:5'], 'bad address'), (['-l', '::1:5'], 'brackets'), (['-l', '[]:5'], 'bad address'),
            (['-c', '1234'], 'HOST:PORT is expected'), (['-c', 'h:0'], "bad port '0'"),
            (['-c', 'h' * 300 + ':1'], 'too long')):
        c.fails(2, re.escape(text), *args)


@test
def help_and_version(c):
    for args, text in ((['-h'], b'Usage: putgtprsp'), (['--help'], b'Usage: putgtprsp'),
                       (['-V'], b'putgtprsp '), (['--version'], b'putgtprsp ')):
        r = c.start(*args, stdout=subprocess.PIPE)
        assert r.p.stdout.read().startswith(text)
        r.exits(0)
        r.no_line()
        r.p.stdout.close()
    with open('/dev/full', 'w') as full:
        c.fails(1, 'standard output: No space', '-h', stdout=full)


@test
def absent_device(c):
    if os.path.exists('/sys/module/kgtp'):
        raise Skip('the module is loaded')
    c.fails(1, 'there is no /nonexistent: the module is not loaded: modprobe kgtp', '-d', '/nonexistent')


@test
def strange_devices(c):
    c.fails(1, 'cannot open /tmp: Is a directory', '-d', '/tmp')
    c.fails(1, 'cannot open /etc/passwd/gtp: Not a directory', '-d', '/etc/passwd/gtp')
    c.fails(1, r'no /no\?such', '-d', '/no\nsuch')


@test
def no_permission(c):
    command, dev = nobodys(c), c.device()
    os.chmod(dev.path, 0o600)
    c.fails(1, 'no permission to open %s: this needs root' % dev.path, '-d', dev.path,
            command=command, preexec=as_nobody)


@test
def busy_device(c):
    """TIOCEXCL makes open fail with EBUSY for users other than root."""
    command, dev = nobodys(c), c.device()
    os.chmod(dev.path, 0o666)
    slave = os.open(dev.path, os.O_RDWR | os.O_NOCTTY)
    fcntl.ioctl(slave, termios.TIOCEXCL)
    c.fails(1, '%s is busy: another session has it open' % dev.path, '-d', dev.path,
            command=command, preexec=as_nobody, stdin=said(b'+'))
    # A listener continues, and serves when the device is free again.
    r = c.start('-l', '0', '-d', dev.path, command=command, preexec=as_nobody)
    port = tcp_port(r)
    with client(port) as s:
        s.sendall(b'+')
        assert read_some(s.fileno()) == b''
    r.wait_stderr('is busy')
    fcntl.ioctl(slave, termios.TIOCNXCL)
    os.close(slave)
    with client(port) as s:
        say(s, dev, b'hello')


@test
def port_in_use(c):
    with socket.create_server(('127.0.0.1', 0)) as s:
        port = s.getsockname()[1]
        c.fails(1, 'cannot listen on 127.0.0.1 port %d: Address (already )?in use' % port, '-l', str(port))
    r = c.start('-l', '0')
    c.fails(1, 'Address (already )?in use', '-l', str(tcp_port(r)))


@test
def port_of_root(c):
    command = nobodys(c)
    with open('/proc/sys/net/ipv4/ip_unprivileged_port_start') as f:
        if int(f.read()) <= 99:
            raise Skip('no privileged ports here')
    c.fails(1, 'cannot listen on 127.0.0.1 port 99: Permission denied', '-l', '99', command=command, preexec=as_nobody)


@test
def host_not_found(c):
    for option in '-l', '-c':
        c.fails(1, "host 'no-such-host.invalid' not found: ", option, 'no-such-host.invalid:1234')
    c.fails(1, 'cannot listen on 203.0.113.7 port 1234: ', '-l', '203.0.113.7:1234')


@test
def connection_refused(c):
    with socket.create_server(('127.0.0.1', 0)) as s:
        port = s.getsockname()[1]
    c.fails(1, 'cannot connect to 127.0.0.1 port %d: Connection refused' % port, '-c', '127.0.0.1:%d' % port)


@test
def connected_without_a_device(c):
    with socket.create_server(('127.0.0.1', 0)) as s:
        c.fails(1, 'cannot open /tmp', '-d', '/tmp', '-c', '127.0.0.1:%d' % s.getsockname()[1])


@test
def unix_path_exists(c):
    path = os.path.join(c.tmp, 'x')
    with open(path, 'w') as f:
        f.write('precious')
    c.fails(1, 'cannot listen on %s: it exists and is not a socket' % path, '-u', path)
    with open(path) as f:
        assert f.read() == 'precious'
    os.unlink(path)
    os.symlink('/nonexistent', path)
    c.fails(1, 'exists and is not a socket', '-u', path)
    assert os.path.islink(path)


@test
def unix_path_in_use(c):
    dev, path = c.device(), os.path.join(c.tmp, 's')
    r = c.start('-u', path, '-d', dev.path)
    r.wait_stderr('listening')
    c.fails(1, 'cannot listen on %s: another process has this socket' % path, '-u', path)
    time.sleep(0.1)
    # The first one did not notice.
    r.one_line('listening on')
    with unix_client(path) as s:
        say(s, dev, b'hello')
        c.fails(1, 'another process has this socket', '-u', path)
    r.one_line('listening on')


@test
def unix_stale_socket(c):
    dev, path = c.device(), os.path.join(c.tmp, 's')
    r = c.start('-u', path)
    r.wait_stderr('listening')
    r.signal(signal.SIGKILL)
    r.exits(-signal.SIGKILL)
    assert os.path.exists(path)
    r = c.start('-u', path, '-d', dev.path)
    r.wait_stderr('listening')
    with unix_client(path) as s:
        say(s, dev, b'hello')


@test
def unix_bad_paths(c):
    c.fails(1, 'cannot listen on /nonexistent/s: No such file', '-u', '/nonexistent/s')
    c.fails(1, "bad socket path ''", '-u', '')
    c.fails(1, 'bad socket path', '-u', '/tmp/' + 'x' * 200)
