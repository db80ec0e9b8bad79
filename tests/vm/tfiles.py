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


def frames_of(data):
    """Return the lines before the frames, and the frames as (tracepoint, bytes)."""
    end = data.index(b"\n\n") + 2
    lines, frames = data[:end - 2].split(b"\n"), []
    while True:
        number, = struct.unpack_from("<h", data, end)
        if not number:
            break
        size, = struct.unpack_from("<I", data, end + 2)
        frames.append((number, data[end + 6:end + 6 + size]))
        end += 6 + size
    assert data[end:] == b"\0\0\0\0", data[end:end + 20]
    return [line.decode() for line in lines], frames
