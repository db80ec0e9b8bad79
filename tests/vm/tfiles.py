# SPDX-License-Identifier: GPL-2.0
"""Trace files in GDB's tfile format."""
import struct

PROC = "/proc/gtpframe"


def read_file(t, path=PROC):
    return t.sh(f"cat {path}", timeout=120).encode(errors="surrogateescape")


def here(t, data, name="frames"):
    """Write a file on the host. Return its path."""
    path = t.logs / f"{t.kernel.name}-{t.name}-{name}.tfile"
    path.write_bytes(data)
    return path


def cut(data):
    """Return the lines before the frames, the frames as (tracepoint, bytes), and what follows the last whole one: nothing, if the end
    of the file is missing."""
    end = data.index(b"\n\n") + 2
    lines, frames = data[:end - 2].split(b"\n"), []
    while len(data) >= end + 6:
        number, size = struct.unpack_from("<hI", data, end)
        if not number or len(data) < end + 6 + size:
            break
        frames.append((number, data[end + 6:end + 6 + size]))
        end += 6 + size
    return [line.decode() for line in lines], frames, data[end:]


def frames_of(data):
    """Return the lines before the frames, and the frames as (tracepoint, bytes), of a file that is whole."""
    lines, frames, rest = cut(data)
    assert rest == b"\0\0\0\0", rest[:20]
    return lines, frames
