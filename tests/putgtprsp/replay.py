# SPDX-License-Identifier: GPL-2.0
"""Experiments: -r, --dry, -f, --check, --start, --stop, --status."""
import os
import re
import signal
import struct
import subprocess

from fake import Job, packet, read_some, test, until

TEXT, LINKED, ID = 0xffffffff9a000000, 0xffffffff81000000, '0123456789abcdef0123456789abcdef01234567'
RELEASE = os.uname().release
TEXT_NAME, BANNER_NAME = b'_text'.hex(), b'linux_banner'.hex()
SOURCE = b'*vfs_read'.hex()
SET_UP = ['QTDP:1:ffffffff9a123450:E:0:0-', 'QTDP:-1:ffffffff9a123450:R3c', f'QTDPsrc:1:ffffffff9a123450:at:0:9:{SOURCE}',
          'QTDV:29:0000000000000005:0:6e', 'QTDisconnected:0', 'QTBuffer:circular:1', 'QTNotes:user:;notes:;']
HEAD = {'kgtp-experiment': '1', 'release': RELEASE, 'build-id': ID, 'machine': 'i386:x86-64', 'linked': '%x' % LINKED, 'addresses': '_text'}
PACKETS = ['QTDP:1:<_text+123450:16>:E:0:0:X5,24<_text+2000:8>-', 'QTDP:-1:<_text+123450:16>:R3c',
           f'QTDPsrc:1:<_text+123450:16>:at:0:9:{SOURCE}', 'QTDV:b:0000000000000000:1:6274', 'QTDV:29:0000000000000005:0:6e',
           'QTBuffer:circular:1']


def description(text=TEXT, build_id=ID, machine='i386:x86-64'):
    return ('l<?xml version="1.0"?>\n<!DOCTYPE target SYSTEM "gdb-target.dtd">\n<!-- kgtp: _text=0x%x offset=0x%x%s -->\n'
            '<target>\n<architecture>%s</architecture>\n</target>\n' % (text, text - LINKED, build_id and ' build-id=' + build_id, machine))


class Module:
    """Plays the module on a device. replies: {how a packet begins: reply}, before the usual ones; asked: the packets."""

    def __init__(self, dev, replies=(), said='T0;tstop::0;tframes:3;tcreated:5;tsize:500000;tfree:1000;circular:1'):
        self.dev, self.asked, self.replies = dev, [], dict(replies)
        self.usual = {'qSupported': 'PacketSize=8000', 'qTStatus': said, 'qXfer:features': description(), 'qTfV': 'b:200:1:6274',
                      'qTsV': 'l', 'QT': 'OK'}
        dev.wait_open()
        self.job = Job(self.run)

    def reply(self, text):
        for replies in (self.replies, self.usual):
            for start in replies:
                if text.startswith(start):
                    return replies[start]
        return ''

    def run(self):
        data = b''
        while True:
            got = read_some(self.dev.fd)
            if not got:
                return
            data += got
            while True:
                found = re.match(rb'[+]*\$([^#]*)#(..)', data)
                if not found:
                    break
                assert b'%02x' % (sum(found[1]) % 256) == found[2], data
                data = data[found.end():]
                self.asked.append(found[1].decode())
                reply = self.reply(self.asked[-1])
                for part in reply if isinstance(reply, list) else [reply]:
                    self.dev.write(packet(part))

    def set_up(self):
        return [text for text in self.asked if text.startswith('QT')]


def write(c, lines=PACKETS, name='experiment', **head):
    path = os.path.join(c.tmp, name)
    with open(path, 'w') as out:
        out.write(''.join('%s %s\n' % pair for pair in {**HEAD, **{k.replace('_', '-'): v for k, v in head.items()}}.items()))
        out.write('# a comment\n\n' + ''.join(line + '\n' for line in lines))
    return path


def request(c, *words, status=0, **module):
    """Run it on a device that a Module plays. Return (Module, stdout, stderr)."""
    dev = c.device()
    with open(os.path.join(c.tmp, 'stdout'), 'w+') as out:
        r = c.start('-d', dev.path, *words, stdout=out)
        m = Module(dev, **module)
        r.exits(status)
        m.job.result()
        out.seek(0)
        return m, out.read(), r.stderr()


# --- -r ----------------------------------------------------------------------------------------------------------------

def recorder(c, path):
    """Return (device, peer) of a session that is recorded; GDB has read the description."""
    dev = c.device()
    p = c.peer('pair', dev, '-r', path)
    session(dev, p, ['qXfer:features:read:target.xml:0,7fb'])
    return dev, p


def session(dev, p, packets, reply=lambda text: 'OK'):
    """Exchange packets as GDB does."""
    for text in packets:
        p.write(packet(text))
        assert dev.read(len(packet(text))) == packet(text)
        answer = description() if text.startswith('qXfer') else reply(text)
        dev.write(packet(answer))
        assert p.read(len(packet(answer))) == packet(answer)


@test
def record_writes_the_set_up(c):
    """The last set-up before a QTStart that was taken; nothing of what comes before, between and after."""
    path = os.path.join(c.tmp, 'out')
    dev, p = recorder(c, path)
    session(dev, p, ['QTBuffer:size:1000', 'QTinit', 'QTDP:7:1000:E:0:0', 'QTStart'])
    until('the file is there', lambda: os.path.exists(path))
    session(dev, p, ['QTStop', 'QTNotes:tstop:;', 'QTinit', *SET_UP[:3], 'm1000,8', 'qTStatus', *SET_UP[3:], 'QTro:1,2', 'QTStart',
                        'QTNotes:tstop:41;', 'QTDP:9:2000:E:0:0'], lambda text: '' if text.startswith('QTro') else 'OK')
    p.close()
    p.relay.exits(0)
    p.relay.no_line()
    lines = open(path).read().splitlines()
    assert lines[0] == 'kgtp-experiment 1', lines
    assert [line for line in lines if line.startswith('QT')] == SET_UP, lines
    words = dict(line.split(' ', 1) for line in lines if re.match('[a-z]', line))
    assert words.pop('version').startswith('Linux version '), words
    assert words == {**HEAD, 'addresses': 'fixed %x' % TEXT}, words
    assert '# tracepoint 1: trace *vfs_read' in lines and '# tvariable $n' in lines, lines
    assert os.listdir(c.tmp) == ['out'] and os.stat(path).st_mode & 0o777 == 0o600


@test
def record_needs_a_tstart(c):
    for reply in ('E.tracepoint 1: no', 'E01'):
        path = os.path.join(c.tmp, 'out')
        dev, p = recorder(c, path)
        session(dev, p, ['QTinit', *SET_UP, 'QTStart'], lambda text, r=reply: r if text == 'QTStart' else 'OK')
        p.close()
        p.relay.exits(1)
        p.relay.one_line('nothing was recorded: no tstart in the session has succeeded')
        assert not os.path.exists(path)


@test
def record_does_not_harm_an_old_file(c):
    """If it cannot be written completely, the old file stays, and the status says so."""
    path = os.path.join(c.tmp, 'no', 'out')
    dev, p = recorder(c, path)
    session(dev, p, ['QTinit', *SET_UP, 'QTStart'])
    p.close()
    p.relay.exits(1)
    p.relay.one_line(r'cannot write .*/no/out\.\d+: No such file')


# --- --dry ----------------------------------------------------------------------------------------------------------------

def vmlinux(c, bits=64, banner=f'Linux version {RELEASE} (x) #7 SMP', machine=None):
    """A file with a segment of 4 KiB at LINKED: a banner, then bytes 0, 1, 2...; and notes."""
    notes = struct.pack('<III', 4, 4, 1) + b'Xen\0' + b'1234' + struct.pack('<III', 4, 20, 3) + b'GNU\0' + bytes.fromhex(ID)
    data = (b'Linux version 1.2 (y) # SMP\0' + banner.encode() + b'\n\0').ljust(2048, b'\0') + bytes(range(256)) * 8
    head, each = (64, 56) if bits == 64 else (52, 32)
    at = head + 2 * each
    ident = b'\x7fELF' + bytes([bits // 32, 1, 1]) + b'\0' * 9
    machine = machine or (62 if bits == 64 else 3)
    made = ident + struct.pack('<HHIQQQIHHHHHH' if bits == 64 else '<HHIIIIIHHHHHH', 2, machine, 1, 0, head, 0, 0, head, each, 2, 0, 0, 0)
    for kind, where, size, address in ((1, at, len(data), LINKED), (4, at + len(data), len(notes), 0)):
        made += struct.pack('<IIQQQQQQ', kind, 5, where, address, address, size, size, 1) if bits == 64 else \
            struct.pack('<IIIIIIII', kind, where, address & 0xffffffff, 0, size, size, 5, 1)
    path = os.path.join(c.tmp, 'vmlinux')
    with open(path, 'wb') as out:
        out.write(made + data + notes)
    return path


class Dry:
    """A session with --dry."""

    def __init__(self, c, *words):
        self.out = os.path.join(c.tmp, 'out')
        self.relay = c.start('-r', self.out, *words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, text):
        """Return the reply, without console output in front of it."""
        self.relay.p.stdin.write(packet(text))
        self.relay.p.stdin.flush()
        while True:
            data = b''
            while not re.search(rb'#..\Z', data):
                data += self.relay.p.stdout.read(1)
            found = re.fullmatch(rb'\+*\$(.*)#..', data, re.S)
            assert packet(found[1].decode('latin-1')) in data, data
            if not re.match(rb'O[0-9a-f]', found[1]):
                return found[1].decode('latin-1')

    def end(self, status=0):
        self.relay.p.stdin.close()
        self.relay.exits(status)


@test
def dry_answers_as_the_module(c):
    d = Dry(c, '--dry=' + vmlinux(c), '--offset=0x19000000')
    assert re.match('PacketSize=8000;QStartNoAckMode[+];.*;ConditionalTracepoints[+];', d.ask('qSupported:xmlRegisters=i386'))
    xml = d.ask('qXfer:features:read:target.xml:0,fff')
    assert '<!-- kgtp: _text=0x%x offset=0x19000000 build-id=%s -->' % (TEXT, ID) in xml, xml
    names = re.findall('<reg name="(\\w+)"', xml + d.ask('qXfer:features:read:target.xml:fff,fff'))
    assert names[:3] == ['rax', 'rbx', 'rcx'] and 'rip' in names and 'st0' in names, names
    assert d.ask('g').startswith('x' * 256 + '0' * 16 + 'x') and d.ask('p10') == '0' * 16 and d.ask('p0') == 'x' * 16
    assert d.ask('qOffsets') == 'TextSeg=%x' % TEXT
    assert d.ask('m%x,4' % (TEXT + 2048 + 5)) == '05060708' and d.ask('m%x,4' % LINKED) == 'E01'
    assert d.ask('m%x,10' % (TEXT + 4092)) == 'fcfdfeff'
    assert d.ask('x%x,2' % (TEXT + 2048 + 0x23)) == 'b}\x03}\x04'
    specials, reply = {}, d.ask('qTfV')
    while reply != 'l':
        number, value, builtin, name = reply.split(':')
        assert (value, builtin) == ('0', '1')
        specials[int(number, 16)] = bytes.fromhex(name).decode()
        reply = d.ask('qTsV')
    assert sorted(specials) == list(range(1, len(specials) + 1)) and specials[2] == 'cpu_id' and specials[11] == 'bt', specials
    assert d.ask('vMustReplyEmpty') == '' and d.ask('Z0,1000,1') == 'E01' and d.ask('qTfP') == 'l'
    assert d.ask('qTStatus').startswith('T0;') and d.ask('QTFrame:0') == 'F-1'
    assert d.ask('qSymbol::') == 'qSymbol:' + TEXT_NAME and d.ask('qSymbol:%x:%s' % (TEXT, TEXT_NAME)) == 'qSymbol:' + BANNER_NAME
    assert d.ask('qSymbol:%x:%s' % (TEXT + 28, BANNER_NAME)) == 'OK'
    for text in ['QTinit', *SET_UP, 'QTStart']:
        assert d.ask(text) == 'OK', text
    assert d.ask('qTStatus').startswith('T1') and d.ask('QTStop') == 'OK' and d.ask('qTStatus').startswith('T0')
    d.end()
    d.relay.no_line()
    text = open(d.out).read()
    assert f'release {RELEASE}\nversion Linux version {RELEASE} (x) #7 SMP\nbuild-id {ID}\n' in text, text
    assert 'linked %x\naddresses fixed %x\n' % (LINKED, TEXT) in text and '\n'.join(SET_UP[3:]) in text, text


@test
def dry_refuses_another_file(c):
    """GDB's file is another one, by its address or by what is there."""
    for text, banner, said in ((LINKED + 0x1000, None, 'GDB has _text at 0xffffffff81001000, not at 0xffffffff81000000: give GDB'),
                               (LINKED, LINKED + 64, 'GDB has the symbols of another kernel than %s: give it the file' % RELEASE)):
        d = Dry(c, '--dry=' + vmlinux(c))
        d.ask('qSymbol::')
        reply = d.ask('qSymbol:%x:%s' % (text, TEXT_NAME))
        assert reply == ('qSymbol:' + BANNER_NAME if banner else 'OK')
        if banner:
            assert d.ask('qSymbol:%x:%s' % (banner, BANNER_NAME)) == 'OK'
        assert d.ask('QTinit') == 'OK' and d.ask('QTStart') == 'E.GDB has another file than --dry'
        d.end(1)
        assert said in d.relay.stderr() and 'nothing was recorded' in d.relay.stderr(), d.relay.stderr()
    # A GDB without symbols yet.
    d = Dry(c, '--dry=' + vmlinux(c))
    d.ask('qSymbol::')
    assert d.ask('qSymbol::' + TEXT_NAME) == 'OK' and d.ask('QTStart') == 'OK'
    d.end(1)


@test
def dry_for_32_bits(c):
    d = Dry(c, '--dry=' + vmlinux(c, 32))
    xml = d.ask('qXfer:features:read:target.xml:0,fff')
    assert '<architecture>i386</architecture>' in xml and '<reg name="eip" bitsize="32" type="code_ptr"/>' in xml, xml
    assert d.ask('qOffsets') == 'TextSeg=81000000' and d.ask('g').startswith('x' * 64 + '0' * 8)
    d.end(1)


@test
def dry_refuses_other_files(c):
    def refused(pattern, path):
        r = c.start('-r', os.path.join(c.tmp, 'out'), '--dry=' + path, stdin=subprocess.PIPE)
        r.p.stdin.write(b'+')
        r.p.stdin.close()
        r.exits(1)
        r.one_line(pattern)
    refused('cannot read .*nothing: No such file', os.path.join(c.tmp, 'nothing'))
    refused('it is not for x86, and KGTP knows no other machine', vmlinux(c, machine=183))
    path = os.path.join(c.tmp, 'text')
    open(path, 'w').write('no ELF file')
    refused(r'it is no ELF file \(compressed\?', path)


# --- -f -------------------------------------------------------------------------------------------------------------------

@test
def replay_sends_the_set_up(c):
    """Addresses are filled in, each with its digits; what an earlier session has set of the module's variables is reset."""
    m, out, err = request(c, '-f', write(c))
    assert (out, err) == ('', ''), (out, err)
    assert m.set_up() == ['QTinit', 'QTDP:1:ffffffff9a123450:E:0:0:X5,249a002000-', 'QTDP:-1:ffffffff9a123450:R3c',
                          f'QTDPsrc:1:ffffffff9a123450:at:0:9:{SOURCE}', 'QTDV:b:0000000000000000:1:6274',
                          'QTDV:29:0000000000000005:0:6e', 'QTBuffer:circular:1'], m.set_up()
    m, out, err = request(c, '-f', write(c, PACKETS[:3]))
    assert m.set_up()[:2] == ['QTinit', 'QTDV:b:0:1:6274'], m.set_up()


@test
def replay_starts_and_checks(c):
    m, out, err = request(c, '-f', write(c), '--start')
    assert m.set_up()[-2:] == ['QTDisconnected:1', 'QTStart'] and not out + err, (m.set_up(), out, err)
    m, out, err = request(c, '-f', write(c), '--check')
    assert m.set_up()[-1] == 'QTinit' and 'QTStart' not in m.set_up() and '1 tracepoint can be defined here' in out, (m.set_up(), out)


@test
def replay_leaves_nothing_half_defined(c):
    """Also when it is interrupted while the module is at work."""
    dev = c.device()
    r = c.start('-d', dev.path, '-f', write(c), '--start')
    m = Module(dev, {'QTDP:-1': []})
    until('the packet is asked', lambda: any(text.startswith('QTDP:-1') for text in m.asked))
    r.signal(signal.SIGINT)
    r.exits(-signal.SIGINT)
    m.job.result()
    assert m.set_up()[-1] == 'QTinit' and 'QTStart' not in m.set_up(), m.set_up()


@test
def replay_logs_both_ways(c):
    m, out, err = request(c, '-v', '-f', write(c))
    assert re.search(r'-> \$QTinit#', err) and re.search(r'<- \$OK#9a', err) and '6 packets, 1 tracepoint: accepted' in err, err


@test
def replay_of_an_unmoved_kernel(c):
    """A kernel that does not tell where _text is, is where it was linked."""
    m, _, _ = request(c, '-f', write(c), replies={'qXfer': description(0)})
    assert m.set_up()[1] == 'QTDP:1:ffffffff81123450:E:0:0:X5,2481002000-', m.set_up()


@test
def replay_says_which_command_was_refused(c):
    for packet_, what in (('QTDP:1:', 'line 9: tracepoint 1, trace [*]vfs_read'), ('QTDP:-1', 'line 10: tracepoint 1, trace [*]vfs_read, actions'),
                          ('QTDV:29', r'line 13: tvariable \$n'), ('QTBuffer', 'line 14: set circular-trace-buffer')):
        for reply, why in (('E.no: because', 'no: because'), ('E05', 'E05'), ('', 'the module does not know this packet')):
            m, out, err = request(c, '-f', write(c), '--start', status=1, replies={packet_: reply})
            assert re.fullmatch(rf'putgtprsp: \S+/experiment: {what}: refused: {why}\n', err), err
            assert m.set_up()[-1] == 'QTinit' and 'QTStart' not in m.set_up(), m.set_up()
    m, out, err = request(c, '-f', write(c), '--start', status=1,
                          replies={'QTStart': ['O' + b'not available: x\nand y\n'.hex(), 'E.tracepoint 1 at 0x1: cannot set: data']})
    assert re.fullmatch(r'putgtprsp: not available: x\nputgtprsp: and y\nputgtprsp: \S+: refused: tracepoint 1 at 0x1: cannot set: data\n', err), err
    assert m.set_up()[-1] == 'QTinit', m.set_up()


def refused(c, pattern, path, *words, **module):
    """The module is asked to change nothing."""
    m, out, err = request(c, '-f', path, *words, status=1, **module)
    assert re.search(pattern, err) and not m.set_up(), (pattern, err, m.set_up())


@test
def replay_refuses_another_kernel(c):
    other = ID[::-1]
    refused(c, rf'is for another kernel: 5\.5 \({ID}\); this is {RELEASE} \({other}\)\n.*kgtp compile; --force',
            write(c, release='5.5'), replies={'qXfer': description(build_id=other)})
    m, _, _ = request(c, '-f', write(c), '--force', replies={'qXfer': description(build_id=other)})
    assert len(m.set_up()) == 7
    refused(c, 'is for a kernel for i386:x86-64, and this one is for i386', write(c), '--force', replies={'qXfer': description(machine='i386')})
    # Without build IDs, the text of /proc/version.
    bare = {k: v for k, v in HEAD.items() if k != 'build-id'}
    version = open('/proc/version').read().strip()
    for text, status in ((version, 0), (version + '.', 1)):
        path = write(c, version=text)
        lines = [line for line in open(path) if not line.startswith('build-id')]
        open(path, 'w').writelines(lines)
        request(c, '-f', path, '--check', status=status, replies={'qXfer': description(build_id='')})
    assert 'build-id' not in bare
    refused(c, 'does not tell which kernel is traced', write(c), replies={'qXfer': 'l<target/>'})
    refused(c, 'is not KGTP.s: it does not know qTStatus', write(c), said='')


@test
def replay_refuses_a_moved_kernel(c):
    """Fixed addresses are of one boot."""
    path = write(c, SET_UP, addresses='fixed %x' % TEXT)
    m, _, _ = request(c, '-f', path)
    assert [text for text in m.set_up() if text != 'QTDV:b:0:1:6274'] == ['QTinit', *SET_UP], m.set_up()
    refused(c, 'is for a kernel at 0xffffffff9a000000, and this one is at 0xffffffff9b000000, as after a reboot.*\n.*kgtp compile',
            path, '--start', replies={'qXfer': description(TEXT + 0x1000000)})


@test
def replay_refuses_while_a_run_is_on(c):
    for words in ([], ['--check'], ['--start']):
        refused(c, 'a run is on: putgtprsp --stop ends it', write(c), *words, said='T1;tframes:0')


@test
def replay_refuses_what_the_module_lacks(c):
    refused(c, r'line 9: the module has no variable \$kret_9: load a kgtp.ko that is as new', write(c, [f"QTDV:99:0:1:{b'kret_9'.hex()}", *PACKETS]))


@test
def replay_refuses_bad_files(c):
    for lines, pattern in (
            (['QTStart'], 'line 9: neither a packet of a set-up nor a word'), (['qRcmd,41'], 'line 9: neither'),
            (['QTDV:29:0:0:6e#00$QTStart'], 'line 9: the packet has characters'), (['QTDV:29:0:0:6e}\3'], 'line 9: the packet has characters'),
            (['QTDP:1:<_text+123450>:E:0:0'], 'line 9: an address: neither <NAME:DIGITS> nor'),
            (['QTDP:1:<_text+12:17>:E:0:0'], 'line 9: _text: an address has from 1 to 16 digits'),
            (['QTDP:1:<vfs_read:16>:E:0:0'], 'line 9: vfs_read: the file says that its addresses are others'),
            (['QTDV:29:0:0:' + '6e' * 20000], 'line 9: the packet is too long'), ([], 'has no packets: it is empty or cut off')):
        refused(c, pattern, write(c, lines))
    refused(c, 'line 6: addresses that are not fixed, _text or names: it may need a newer', write(c, addresses='new'))
    refused(c, 'needs a newer putgtprsp: its first line is not kgtp-experiment 1', write(c, kgtp_experiment='2'))
    path = write(c)
    os.truncate(path, os.path.getsize(path) - 3)
    refused(c, 'line 14: the line is cut off', path)
    open(path, 'wb').write(b'\x7fELF\0\n')
    refused(c, 'is no experiment: its first line is not', path)
    refused(c, 'cannot read .*/none: No such file', os.path.join(c.tmp, 'none'))
    refused(c, 'cannot read .*: Is a directory', c.tmp)


# --- --start, --stop, --status ------------------------------------------------------------------------------------------------

@test
def status_for_people_and_scripts(c):
    m, out, err = request(c, '--status', status=3)
    assert out == 'run      stopped\nframes   3, of 5\nbuffer   5242880 bytes, 4096 free, circular\n' and not err and not m.set_up(), (out, err)
    for text, status, line in (('T1;tframes:a', 0, 'run      on'), ('T0;tnotrun:0', 3, 'run      none yet'), ('T0;tfull:1', 3, 'run      ended: the buffer is full'),
                               ('T0;tdisconnected:0', 3, 'run      ended by the end of its session'), ('T0;tpasscount:12', 3, 'run      ended by the pass count of tracepoint 18'),
                               (f"T0;terror:{b'divide by zero'.hex()}:a", 3, 'run      ended by an error: tracepoint 10: divide by zero'),
                               (f"T0;tstop::0;starttime:5c0a3b1c4e2f80;notes:{b'lost'.hex()}", 3, 'notes    lost')):
        m, out, err = request(c, '--status', status=status, replies={'qTStatus': text})
        assert line in out.splitlines(), out
    assert re.search(r'^started  \d{4}-\d\d-\d\d \d\d:\d\d:\d\d$', out, re.M), out


@test
def start_and_stop(c):
    m, out, err = request(c, '--start')
    assert m.set_up() == ['QTDisconnected:1', 'QTStart'] and not out + err
    m, out, err = request(c, '--start', status=1, replies={'QTStart': 'E.tstart: cannot start: nothing'})
    assert err == 'putgtprsp: --start: refused: tstart: cannot start: nothing\n' and 'QTinit' not in m.set_up(), err
    m, out, err = request(c, '--start', status=1, replies={'qTStatus': 'T1'})
    assert 'a run is on' in err and not m.set_up()
    m, out, err = request(c, '--stop', '--status', status=3)
    assert m.set_up() == ['QTStop'] and out.startswith('run      stopped\n')


@test
def requests_that_do_not_go_together(c):
    for pattern, *words in ((r'--check goes with -f only', '--check'), ('--force goes with -f only', '--force', '--status'),
                            ('--check begins and ends no run: leave out --start', '-f', 'x', '--check', '--start'),
                            ('need no GDB: leave out', '-f', 'x', '-l', '0'), ('need no GDB', '--status', '-r', 'x'),
                            ('--dry goes with -r only', '--dry=x'), ('--offset goes with --dry only', '-r', 'x', '--offset=1'),
                            ('--offset needs a hexadecimal number, not 1g', '-r', 'x', '--dry=x', '--offset=1g'),
                            ('--dry has no device', '-r', 'x', '--dry=x', '-d', 'y'), ('an argument is missing after --dry', '-r', 'x', '--dry'),
                            ('an argument is missing after -f', '-f')):
        c.fails(2, pattern, *words)


@test
def requests_say_when_the_device_ends(c):
    dev = c.device()
    r = c.start('-d', dev.path, '--status')
    dev.wait_open()
    dev.read(2)
    os.close(dev.fd)
    r.exits(1)
    dev.fd = os.open('/dev/null', os.O_RDONLY)
    r.one_line(r'cannot (read from|write to) /dev/pts/\d+: ')
