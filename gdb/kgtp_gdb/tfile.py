# SPDX-License-Identifier: GPL-2.0
"""Trace files: `kgtp open` finds the vmlinux that a file belongs to, and moves its symbols to where that kernel was."""
import glob
import os
import re
import struct
import tempfile

import gdb

from kgtp_gdb import base, elf, kernel, vmlinux

MAGIC = b"\x7fTRACE0\n"


class Head(object):
    """What the lines before the frames tell of the kernel: text and offset, numbers or None; build_id or None."""

    def __init__(self, path):
        self.text = self.offset = self.build_id = None
        self.end = 0    # of these lines
        with open(path, "rb") as opened:
            if opened.read(len(MAGIC)) != MAGIC:
                raise base.Error("%s is no trace file of GDB's: those begin with TRACE0" % path)
            # A line is no longer than GDB reads.
            for line in iter(lambda: opened.readline(1024), b""):
                if line == b"\n":
                    self.end = opened.tell()
                    return
                found = re.match(r"tdesc <!-- kgtp:(.*)-->", line.decode("latin-1"))
                if found:
                    self.set(dict(re.findall(r"(\S+)=(\S+)", found.group(1))))
        raise base.Error("%s is cut off before its first frame" % path)

    def set(self, words):
        self.text, self.offset = [int(words[name], 16) if name in words else None for name in ("_text", "offset")]
        self.build_id = words.get("build-id")


def build_id_of(path):
    try:
        opened = elf.Elf(path)
        try:
            return opened.build_id()
        finally:
            opened.close()
    except (elf.ElfError, IOError, OSError):
        return None


def find(build_id):
    """Return the vmlinux with that build-id: the file that GDB has, or one where distributions put them; or None."""
    places = ["/usr/lib/debug/.build-id/%s/%s.debug" % (build_id[:2], build_id[2:])]
    for place in vmlinux.PLACES:
        places += sorted(glob.glob(place % "*"))
    for path in [vmlinux.main_file()] + places:
        if path and os.path.isfile(path) and build_id_of(path) == build_id:
            return path
    return None


def choose(head):
    """Return the path of the vmlinux, or raise an error that says what to do."""
    mine = vmlinux.main_file()
    if head.build_id:
        found = find(head.build_id)
        if found:
            return found
        raise base.Error("no vmlinux with build-id %s, of the kernel that was traced, is in the usual places%s: install it, or load it: "
                         "file VMLINUX, and try again" % (head.build_id, ", nor is %s it" % mine if mine else ""))
    if not mine:
        raise base.Error("the file does not say which build of the kernel was traced: load its vmlinux: file VMLINUX, and try again")
    base.say("The file does not say which build of the kernel was traced; %s is not checked." % mine)
    return mine


def quoted(path):
    return '"%s"' % path.replace("\\", "\\\\").replace('"', '\\"')


def load(path, head):
    """Give GDB the symbols of path, at the addresses of the kernel that was traced.

    What a frame does not have, GDB takes from the read-only sections of exec-file's program, if it has the address; and that is
    where the program was linked (GDB's exec_read_partial_read_only()), wherever symbol-file -o has moved its symbols to. In a
    kernel that was moved, other data may be there: it would be shown with code's bytes.
    """
    mine = vmlinux.main_file()
    gdb.execute("exec-file" if head.offset else "exec-file " + quoted(path))
    if mine and os.path.realpath(mine) == os.path.realpath(path) and head.text and kernel.address_of("_text") == head.text:
        return
    try:
        gdb.execute("symbol-file %s -o %#x" % (quoted(path), head.offset or 0))
    except RuntimeError:
        if head.offset:
            raise base.Error("this GDB cannot load symbols %#x away from where they were linked (symbol-file -o): use GDB 8.3 or later"
                             % head.offset)
        gdb.execute("symbol-file " + quoted(path))


def last_whole(path, end):
    """Return where the last whole frame ends, from the end of the lines on, and the number of frames; or None if the file is whole."""
    with open(path, "rb") as opened:
        opened.seek(0, 2)
        size = opened.tell()
        opened.seek(end)
        frames = 0
        while True:
            start = opened.read(6)
            if start[:2] == b"\0\0":
                return None
            if len(start) < 6:
                return end, frames
            next_end = end + 6 + struct.unpack("<I", start[2:])[0]
            if next_end > size:
                return end, frames
            opened.seek(next_end)
            end, frames = next_end, frames + 1


def copy_whole(path, lines, end, frames):
    """Write a copy of the file up to there, with the mark that GDB needs at the end, and the number of frames, if that has a place in
    the lines. Return its path."""
    handle, name = tempfile.mkstemp(suffix=".tfile")
    try:
        with open(path, "rb") as opened:
            with os.fdopen(handle, "wb") as copy:
                count = (";tframes:%08x;" % min(frames, 0x7fffffff)).encode()
                copy.write(opened.read(lines).replace(b";tframes:00000001;", count, 1))
                end -= lines
                while end:
                    part = opened.read(min(end, 1 << 20))
                    if not part:
                        raise base.Error("%s has become shorter" % path)
                    copy.write(part)
                    end -= len(part)
                copy.write(b"\0\0\0\0")
    except (IOError, OSError, base.Error):
        os.unlink(name)
        raise
    return name


class Open(base.Command):
    """Look at a trace file: like `target tfile FILE', with the right symbols at the right addresses.

  kgtp open FILE

The file is a copy of the node gtpframe, or one that tsave or kgtp record has written. It says which build of the
kernel was traced, and where that kernel was in memory (KASLR). The vmlinux is searched where distributions put it,
if GDB does not have it. Afterwards tfind, tdump and bt work as on the traced machine. Of a file that was cut off,
its whole frames are shown: those of a copy, in $TMPDIR; the file stays as it is."""
    name = "kgtp open"

    def run(self, text):
        if not text:
            raise self.usage()
        path = os.path.abspath(os.path.expanduser(text))
        try:
            head = Head(path)
            cut = last_whole(path, head.end)
        except (IOError, OSError) as error:
            raise base.Error("cannot read %s: %s" % (path, error.strerror))
        found = choose(head)
        load(found, head)
        self.show(path, head.end, cut)
        base.say("Symbols of %s%s." % (found, ", moved by %#x" % head.offset if head.offset else ""))

    @staticmethod
    def show(path, lines, cut):
        if not cut:
            gdb.execute("target tfile " + path)
            return
        try:
            copy = copy_whole(path, lines, *cut)
        except (IOError, OSError) as error:
            raise base.Error("%s was cut off, and its whole frames cannot be copied: %s: set TMPDIR to a directory with space"
                             % (path, error.strerror))
        try:
            gdb.execute("target tfile " + copy)
        finally:
            # GDB has it open.
            os.unlink(copy)
        base.say("%s was cut off: its %d whole frames are shown." % (path, cut[1]))


COMMANDS = [Open]
