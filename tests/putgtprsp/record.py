# SPDX-License-Identifier: GPL-2.0
"""putgtprsp --record: a stream of trace frames into files."""
import glob
import gzip
import os
import re
import signal
import struct
import subprocess
import threading

from fake import Skip, root_only, test, until

# Of the frames' number there are 8 digits.
HEAD = b'\x7fTRACE0\nR 18\nstatus 0;tstop::0;tframes:00000001;circular:0\ntp T1:1\n\n'
COUNT = HEAD.index(b'00000001')
END = bytes(4)
SIZES = (0, 1, 5, 13, 100, 300, 5000, 200000)


def frame(i, size):
    return struct.pack('<hI', 1 + i % 5, size) + bytes([i & 255]) * size


def frames(n, sizes=SIZES):
    return [frame(i, sizes[i * 7 % len(sizes)]) for i in range(n)]


def stream(parts):
    return HEAD + b''.join(parts) + END


def check(path, data=None):
    """Return the frames of a file, which must be whole."""
    if data is None:
        with open(path, 'rb') as f:
            data = f.read()
    count = int(data[COUNT:COUNT + 8], 16)
    data = HEAD[:COUNT + 8] + data[COUNT + 8:]
    assert data.startswith(HEAD), (path, data[:60])
    at, found = len(HEAD), []
    while data[at:at + 2] != b'\0\0':
        size, = struct.unpack_from('<I', data, at + 2)
        found.append(data[at:at + 6 + size])
        at += 6 + size
    assert data[at:] == END, (path, at, data[at:at + 20])
    assert count == (1 if path.endswith('.gz') else len(found)), (path, count)
    return found


def files(where):
    return sorted(glob.glob(os.path.join(where, '*')))


def record(c, data, *args, status=0, before=()):
    """Return stderr."""
    r = c.start('--record', '-d', '-', *args, stdin=subprocess.PIPE, before=list(before))

    def feed():
        try:
            r.p.stdin.write(data)
            r.p.stdin.close()
        except BrokenPipeError:
            pass
    thread = threading.Thread(target=feed, daemon=True)
    thread.start()
    r.exits(status, timeout=60)
    thread.join()
    return r.stderr()


@test
def record_rotates(c):
    sent = frames(500)
    for option, most in ((['--frames', '70'], None), (['--bytes', '1M'], 1 << 20), (['--bytes=2000K'], 2000 << 10), ([], None)):
        where = os.path.join(c.tmp, 'r' + ''.join(option))
        said = record(c, stream(sent), '-o', where, *option)
        found = [check(path) for path in files(where)]
        assert sum(found, []) == sent
        assert os.stat(where).st_mode & 0o777 == 0o700 and os.stat(files(where)[0]).st_mode & 0o777 == 0o600
        assert re.search(r'recorded 500 frames, %d bytes, in %d files? of %s' % (len(b''.join(sent)), len(found), where), said), said
        name = os.path.basename(files(where)[0])
        assert re.fullmatch(r'[^.]+-\d{8}-\d{6}-0001\.tfile', name), name
        if most:
            sizes = [os.path.getsize(path) for path in files(where)]
            assert all(most <= size < most + 200100 for size in sizes[:-1]) and len(sizes) > 5, sizes
        else:
            assert [len(part) for part in found] == ([70] * 7 + [10] if option else [500])


@test
def record_keeps_the_last(c):
    sent = frames(500, SIZES[:6])
    where = os.path.join(c.tmp, 'kept')
    record(c, stream(sent), '-o', where, '--frames', '10', '--keep', '3')
    assert sum(map(check, files(where)), []) == sent[-30:]
    assert [path[-10:] for path in files(where)] == ['0048.tfile', '0049.tfile', '0050.tfile']


@test
def record_through_a_command(c):
    sent = frames(300)
    where = os.path.join(c.tmp, 'gz')
    record(c, stream(sent), '-o', where, '--frames=100', '--pipe', 'gzip -1', '--suffix', '.tfile.gz')
    found = []
    for path in files(where):
        assert path.endswith('.tfile.gz')
        with gzip.open(path) as f:
            found += check(path, f.read())
    assert found == sent and len(files(where)) == 3
    said = record(c, stream(sent), '-o', where, '--pipe', 'exit 3', status=1)
    assert 'exit 3 ended with status 3' in said or 'Broken pipe' in said, said
    said = record(c, stream(sent), '-o', where, '--pipe', '/no/such/command', status=1)
    assert 'ended with status 127' in said or 'Broken pipe' in said, said


@test
def record_what_is_cut_off(c):
    """Wherever the stream ends, the file is whole."""
    sent = frames(20, SIZES[:7])
    data = stream(sent)
    starts = [len(HEAD) + len(b''.join(sent[:i])) for i in range(len(sent) + 1)]
    for at in [starts[3] + n for n in (0, 1, 2, 5, 6, 7)] + [starts[5] - 1, len(data) - 5, len(data) - 4, len(data) - 1]:
        where = os.path.join(c.tmp, 'cut%d' % at)
        said = record(c, data[:at], '-o', where)
        path, = files(where)
        assert check(path) == sent[:sum(start <= at for start in starts) - 1], at
        assert 'was cut off' in said, (at, said)
    # Not even the lines: no file.
    where = os.path.join(c.tmp, 'none')
    assert 'was cut off' in record(c, HEAD[:-1], '-o', where) and not files(where)
    assert 'recorded 0 frames' in record(c, b'', '-o', where) and not files(where)


@test
def record_ends_on_a_signal(c):
    """Between frames, in a frame that goes on, and in one that does not; the command is not killed with us."""
    sent = frames(30, SIZES[:6])
    body = b''.join(sent)
    for sig in (signal.SIGINT, signal.SIGTERM):
        for more, command in ((b'', None), (frame(7, 100)[:50], None), (frame(7, 100)[:3], None), (b'', 'sleep 0.3; cat')):
            where = os.path.join(c.tmp, 's%d%d%s' % (sig, len(more), bool(command)))
            r = c.start('--record', '-d', '-', '-o', where, *(['--pipe', command, '--suffix=.gz'] if command else []), stdin=subprocess.PIPE)
            r.p.stdin.write(HEAD + body + more)
            r.p.stdin.flush()
            size = 0 if command else len(HEAD + body + more)
            until('it is written', lambda: files(where) and os.path.getsize(files(where)[0]) >= size - 5)
            r.signal(sig)
            r.exits(0)
            path, = files(where)
            found = check(path)
            assert found == sent or (command and found == sent[:len(found)]), (sig, more)
            assert 'recorded' in r.stderr()
            r.p.stdin.close()


@test
def record_killed(c):
    """kill -9: all but what was being written is in the file, which only lacks its end."""
    where = os.path.join(c.tmp, 'killed')
    r = c.start('--record', '-d', '-', '-o', where, stdin=subprocess.PIPE)
    body = b''.join(frames(30, SIZES[:6]))
    r.p.stdin.write(HEAD + body + frame(1, 100)[:60])
    r.p.stdin.flush()
    until('it is written', lambda: files(where) and os.path.getsize(files(where)[0]) == len(HEAD + body) + 60)
    r.signal(signal.SIGKILL)
    r.exits(-signal.SIGKILL)


@test
def record_by_time(c):
    where = os.path.join(c.tmp, 'time')
    r = c.start('--record', '-d', '-', '-o', where, '--seconds=1', stdin=subprocess.PIPE)
    r.p.stdin.write(HEAD + frame(1, 10))
    r.p.stdin.flush()
    # It is complete without another frame, and no empty file follows.
    until('the first file is complete', lambda: files(where) and os.path.getsize(files(where)[0]) == len(HEAD) + 16 + 4)
    assert len(files(where)) == 1
    r.p.stdin.write(frame(2, 20) + END)
    r.p.stdin.close()
    r.exits(0)
    assert [check(path) for path in files(where)] == [[frame(1, 10)], [frame(2, 20)]]


@test
def record_to_a_full_disk(c):
    root_only()
    sent = frames(200)
    out = os.path.join(c.tmp, 'out')
    prefix = ['unshare', '-m', '--propagation', 'private', 'sh', '-c',
              'export ASAN_OPTIONS=detect_leaks=0; mount -t tmpfs -o size=2m none %s/d || exit 99; "$@"; s=$?; cp -r %s/d/x %s; exit $s' %
              (c.tmp, c.tmp, out), 'sh']
    os.mkdir(os.path.join(c.tmp, 'd'))
    for options, text in ((['--free=0'], 'No space left on device'), (['--free=1M'], '--free keeps 1')):
        r = c.start('--record', '-d', '-', '-o', c.tmp + '/d/x', *options, stdin=subprocess.PIPE, before=prefix)
        try:
            r.p.stdin.write(stream(sent))
            r.p.stdin.close()
        except BrokenPipeError:
            pass
        r.p.wait(60)
        if r.p.returncode == 99:
            raise Skip('no mount namespace here')
        assert r.p.returncode == 1 and text in r.stderr(), (r.p.returncode, r.stderr())
        path, = files(out)
        found = check(path)
        assert found == sent[:len(found)] and len(found) > 5, len(found)
        assert 'recorded %d frames' % len(found) in r.stderr(), (len(found), r.stderr())
        if options == ['--free=1M']:
            assert os.path.getsize(path) < 1300000
        subprocess.run(['rm', '-r', out], check=True)


@test
def record_refuses(c):
    where = os.path.join(c.tmp, 'no')
    for args, status, text in (
            ([], 2, 'where to'), (['-o', where, 'more'], 2, 'unexpected argument more'), (['-o', where, '--bytes=1X'], 2, 'not a number: 1X'),
            (['-o', where, '--frames=-1'], 2, 'not a number'), (['-o', where, '--bytes=99999999999G'], 2, 'not a number'),
            (['-o', where, '--suffix=/x'], 2, 'suffix'), (['-o', where, '--nothing'], 2, 'no option --nothing'), (['-o'], 2, 'missing'),
            (['-o', where, '-d', where + '/none'], 1, 'cannot open .*none: No such file'),
            (['-o', where + '/a/b', '-d', '-'], 1, 'cannot make .*a/b'), (['-o', '/dev/null', '-d', '-'], 1, 'cannot write to /dev/null')):
        c.fails(status, text, '--record', *args)
    for data in (b'nonsense', b'\x7fTRACE0\n' + b'x' * 70000 + b'\n\n' + b'\0' * 40):
        assert 'is no stream of trace files' in record(c, data, '-o', where, status=1)
    r = c.start('--record', '-h')
    r.exits(0)
