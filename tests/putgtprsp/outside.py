# SPDX-License-Identifier: GPL-2.0
"""The search for the device, the log, and real GDB."""
import fcntl
import os
import re
import shlex
import shutil
import socket
import subprocess
import tempfile
import termios
import time

from fake import (Job, Skip, default_signals, for_kinds, nobodys, packet, read_exactly, read_some, root_only,
                  said, tcp_port, test, until)

# --- the search for the device -------------------------------------------------------------------------------------

def in_fake_proc(c, mounts, modules='', gtp=None):
    """Return a command prefix: a mount namespace with our own /proc/mounts, /proc/modules and /proc/gtp."""
    root_only()
    d = tempfile.mkdtemp(dir=c.tmp)
    os.mkdir(d + '/proc')
    os.chmod(d, 0o755)
    for name, text in (('mounts', mounts), ('modules', modules)):
        with open(os.path.join(d, name), 'w') as f:
            f.write(text)
    # The leak checker does not work in there.
    script = 'set -e; export ASAN_OPTIONS=detect_leaks=0; cd %s; mount --rbind /proc proc; ' \
             'mount -t tmpfs none /proc; ln -s $PWD/proc/self /proc/self; cp mounts modules /proc; ' \
             'for i in /sys/kernel/debug /sys/module; do [ ! -d $i ] || mount -t tmpfs none $i; done; ' \
             '%s cd /; exec "$@"' % (d, 'ln -s %s /proc/gtp;' % gtp if gtp else '')
    prefix = ['unshare', '-m', '--propagation', 'private', 'sh', '-c', script, 'sh']
    if subprocess.run(prefix + ['true'], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
        raise Skip('no mount namespace here')
    return prefix


DEBUGFS = 'none /proc2 proc rw 0 0\nnone %s debugfs rw,relatime 0 0\nnone /x ext4 rw 0 0\n'


def finds(c, prefix, dev, shown):
    r = c.start('-v', before=prefix, stdin=subprocess.PIPE)
    r.p.stdin.write(b'+')
    r.p.stdin.flush()
    dev.wait_open()
    r.p.stdin.close()
    r.exits(0)
    assert 'opened %s\n' % shown in r.stderr(), r.stderr()


@test
def search_debugfs_first(c):
    dev, other, mnt = c.device(), c.device(), os.path.join(c.tmp, 'de bug')
    os.mkdir(mnt)
    os.symlink(dev.path, os.path.join(mnt, 'gtp'))
    prefix = in_fake_proc(c, DEBUGFS % mnt.replace(' ', r'\040'), gtp=other.path)
    finds(c, prefix, dev, mnt + '/gtp')
    assert not other.is_open()


@test
def search_proc_second(c):
    dev = c.device()
    finds(c, in_fake_proc(c, DEBUGFS % c.tmp, gtp=dev.path), dev, '/proc/gtp')
    finds(c, in_fake_proc(c, '', gtp=dev.path), dev, '/proc/gtp')


@test
def search_finds_nothing(c):
    module = 'other 1 0 - Live 0x0\nkgtp 65536 0 - Live 0x0\n'
    for mounts, modules, text in (
            (DEBUGFS % c.tmp, '', 'no gtp in debugfs and no /proc/gtp: the module is not loaded: modprobe kgtp$'),
            (DEBUGFS % c.tmp, module, 'the module is loaded, but there is no gtp in debugfs and no /proc/gtp'),
            ('', module, 'debugfs is not mounted and there is no /proc/gtp: mount -t debugfs none /sys/kernel/debug$'),
            ('', '', 'debugfs is not mounted: the module is not loaded: modprobe kgtp .*mount -t debugfs')):
        c.fails(1, text, before=in_fake_proc(c, mounts, modules))


@test
def search_says_what_is_denied_or_busy(c):
    command, dev, other = nobodys(c), c.device(), c.device()
    os.mkdir(os.path.join(c.tmp, 'd'))
    os.symlink(dev.path, os.path.join(c.tmp, 'd', 'gtp'))
    os.chmod(dev.path, 0o600)
    user = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']
    c.fails(1, 'no permission to open %s/d/gtp: this needs root' % c.tmp,
            before=in_fake_proc(c, DEBUGFS % (c.tmp + '/d')) + user, command=command)
    os.chmod(dev.path, 0o666)
    os.chmod(other.path, 0o666)
    slave = os.open(dev.path, os.O_RDWR | os.O_NOCTTY)
    fcntl.ioctl(slave, termios.TIOCEXCL)
    # Busy in debugfs: /proc/gtp is the same device, so it is not tried.
    c.fails(1, '%s/d/gtp is busy' % c.tmp,
            before=in_fake_proc(c, DEBUGFS % (c.tmp + '/d'), gtp=other.path) + user, command=command, stdin=said(b'+'))
    os.close(slave)


# --- the log -------------------------------------------------------------------------------------------------------

def log_of(relay):
    lines = relay.stderr().splitlines()
    for line in lines:
        assert re.match(r'putgtprsp: |\d\d:\d\d:\d\d\.\d{6} ', line), line
    return [line.split(' ', 1)[1] for line in lines if not line.startswith('putgtprsp: ')]


@test
def log_shows_packets(c):
    dev = c.device()
    p = c.stranger('pair', dev, '-v')
    for text, shown in ((b'+', '-> +'), (packet('qSupported:x+'), '-> $qSupported:x+#xx'), (b'-', '-> -'),
                        (b'\x03', r'-> \x03 (interrupt)'), (packet('X1,1:\x00\\\xff'), r'-> $X1,1:\x00\\\xff#xx'),
                        (packet('M' + '0' * 9999), '-> $M' + '0' * 159 + '...(10000 bytes)#xx'),
                        (b'$abc#00', '-> $abc#00 (bad checksum)'), (b'hm', '-> junk: hm'),
                        (b'$ab' + packet('cd'), '-> $ab (cut off)'), (b'$tail', '-> $cd#c7')):
        p.write(text)
        dev.read(len(text))
        shown = re.escape(shown).replace('xx', '[0-9a-f]{2}')
        p.relay.wait_stderr(shown + '\n')
    for text, shown in ((b'+', '<- +'), (packet('OK'), '<- $OK#9a'), (packet('O41'), '<- ' + packet('O41').decode()),
                        (b'%Stop:T05#00', '<- %Stop:T05#00 (bad checksum)')):
        dev.write(text)
        p.read(len(text))
        p.relay.wait_stderr(re.escape(shown) + '\n')
    p.close()
    p.relay.exits(0)
    log = log_of(p.relay)
    assert log[-1] == '-> $tail (cut off)', log[-1]
    assert len(log) == 15, log
    assert re.search('^putgtprsp: opened /dev/pts.*^putgtprsp: closed', p.relay.stderr(), re.S | re.M)


@test
def log_in_pieces(c):
    dev = c.device()
    p = c.stranger('pipe', dev, '--verbose')
    p.write(b'+' + packet('qfThreadInfo') + b'+', size=1)
    dev.read(18)
    p.end_input()
    p.relay.exits(0)
    assert log_of(p.relay) == ['-> +', '-> $qfThreadInfo#bb', '-> +'], log_of(p.relay)


@test
def log_nobody_reads(c):
    """When GDB rarely reads our stderr, the session goes on, and the log reports the lost lines."""
    dev = c.device()
    r, w = os.pipe()
    a, b = socket.socketpair()
    c.start('-v', '-d', dev.path, stdin=b, stdout=b, stderr=w)
    b.close()
    os.close(w)
    for _ in range(50):
        a.sendall(packet('qTStatus') * 100)
        dev.read(len(packet('qTStatus')) * 100)
    read_exactly(r, 65536 - 4096)
    time.sleep(0.1)
    a.sendall(b'+')
    dev.read(1)
    until('says it', lambda: re.search(rb'\(\d+ lines of the log are lost: stderr was full\)', read_some(r)))
    a.close()
    c.relays[0].exits(0)
    os.close(r)


# --- real GDB ------------------------------------------------------------------------------------------------------

def stub(dev):
    """A minimal target that GDB can connect to, read memory from and detach. Returns the packets received."""
    answers = {b'?': 'S05', b'g': '00' * 164, b'D': 'OK', b'qAttached': '1', b'QStartNoAckMode': 'OK', b'Hg0': 'OK'}
    seen, data, ack = [], b'', True
    while True:
        got = read_some(dev.fd, timeout=20)
        if not got and seen:
            return seen
        if not got:
            time.sleep(0.005)
        data += got
        while True:
            m = re.match(rb'[+\x03-]*\$([^#]*)#..', data)
            if not m:
                break
            data, text = data[m.end():], m.group(1)
            seen.append(text)
            if text.startswith(b'qSupported'):
                answer = 'PacketSize=4000;QStartNoAckMode+'
            elif re.match(b'm[0-9a-f]+,', text):
                addr, size = (int(x, 16) for x in text[1:].split(b','))
                answer = ''.join('%02x' % ((addr + i) & 0xff) for i in range(size))
            elif text == b'qRcmd,' + b'hello'.hex().encode():
                dev.write(packet('O' + b'world\n'.hex()))
                answer = 'OK'
            else:
                answer = answers.get(text, '')
            dev.write((b'+' if ack else b'') + packet(answer), size=5)
            if text == b'QStartNoAckMode':
                ack = False


def gdb(target, dev):
    """GDB connects, reads memory, prints the target's messages, and detaches."""
    if not shutil.which('gdb'):
        raise Skip('no gdb here')
    job = Job(stub, dev)
    args = ['gdb', '-nx', '-batch']
    # On a busy machine an answer may take more than GDB's default of two seconds.
    for command in ('set remotetimeout 30', 'set architecture i386:x86-64', 'target remote ' + target, 'x/4xb 0xab', 'monitor hello', 'detach'):
        args += ['-ex', command]
    p = subprocess.run(args, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60,
                       preexec_fn=default_signals)
    out = p.stdout.decode()
    assert p.returncode == 0, out
    # With -v the log comes in between.
    assert re.search(r'0xab:\s.*0xab\s.*0xac\s.*0xad\s.*0xae\s', out, re.S), out
    assert 'world' in out, out
    dev.wait_closed()
    assert b'D' in job.result(), out
    return out


@test
def gdb_through_a_pipe(c):
    dev = c.device()
    gdb('| %s -d %s' % (' '.join(map(shlex.quote, c.command)), dev.path), dev)


@test
def gdb_through_a_pipe_with_the_log(c):
    dev = c.device()
    out = gdb('| %s -v -d %s' % (' '.join(map(shlex.quote, c.command)), dev.path), dev)
    assert re.search(r'-> \$m[0-9a-f]+,[0-9a-f]+#', out) and '<- +' in out, out


@for_kinds('tcp', 'unix')
def gdb_through_a_socket(c, kind):
    dev, path = c.device(), os.path.join(c.tmp, 's')
    r = c.start(*(('-l', '0') if kind == 'tcp' else ('-u', path)), '-d', dev.path)
    r.wait_stderr('listening')
    for _ in range(2):
        gdb(':%d' % tcp_port(r) if kind == 'tcp' else path, dev)
