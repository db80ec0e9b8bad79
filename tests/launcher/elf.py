# SPDX-License-Identifier: GPL-2.0
"""Makes files that look like a vmlinux, a few hundred bytes long: notes, a banner, the names of sections."""
import struct

MACHINES = {(64, False): 62, (32, False): 3, (64, True): 22, (32, True): 20}    # x86-64, i386, s390x, PowerPC


def note(name, kind, data, big=False):
    name += b"\0"
    return struct.pack((">" if big else "<") + "III", len(name), len(data), kind) + name + b"\0" * (-len(name) % 4) \
        + data + b"\0" * (-len(data) % 4)


def notes(build_id=None, big=False):
    """Return what /sys/kernel/notes has: the build ID (hex) is between others, as on real kernels."""
    made = note(b"Linux", 0x101, b"\0\0\0\0", big) + note(b"Xen", 6, b"linux\0", big)
    if build_id:
        made += note(b"GNU", 3, bytes.fromhex(build_id), big)
    return made + note(b"Xen", 3, b"GNU\0\3\0\0\0", big)


def vmlinux(build_id=None, banner="Linux version 0.0.0", debug=True, bits=64, big=False):
    """Return the bytes of the file."""
    order = ">" if big else "<"
    sections = [("", 0, b""), (".rodata", 1, b"Linux\0\0" + banner.encode() + b"\n\0"), (".notes", 7, notes(build_id, big))]
    sections += [(".debug_info", 1, b"")] if debug else []
    names = b"\0" + b"".join(name.encode() + b"\0" for name, _, _ in sections[1:]) + b".shstrtab\0"
    sections.append((".shstrtab", 3, names))
    header, each = (64, 64) if bits == 64 else (52, 40)
    body, table = b"", b""
    for name, kind, data in sections:
        at, where = header + len(body), names.index(b"\0" + name.encode() + b"\0") + bool(name) if name else 0
        table += struct.pack(order + ("IIQQQQIIQQ" if bits == 64 else "IIIIIIIIII"), where, kind, 0, 0, at, len(data), 0, 0, 4, 0)
        body += data + b"\0" * (-len(data) % 8)
    ident = b"\x7fELF" + bytes([bits // 32, 1 + big, 1]) + b"\0" * 9
    words = order + ("HHIQQQIHHHHHH" if bits == 64 else "HHIIIIIHHHHHH")
    return ident + struct.pack(words, 2, MACHINES[bits, big], 1, 0, 0, header + len(body), 0, header, 0, 0, each, len(sections),
                               len(sections) - 1) + body + table
