# SPDX-License-Identifier: GPL-2.0
"""Reading the kernel's structures by their types: what a kernel calls a member is found by what exists, not by its version."""
import gdb

from kgtp_gdb.base import Error, long, number, unsigned_long


def read(address, size):
    """Return the bytes of the kernel's memory."""
    data = gdb.selected_inferior().read_memory(address, size)
    return data.tobytes() if hasattr(data, "tobytes") else bytes(bytearray([ord(byte) for byte in data]))


def word_size():
    return unsigned_long().sizeof


def address_of(name):
    """Return the address of a symbol of the kernel, or None."""
    try:
        return number(gdb.parse_and_eval("(unsigned long)&" + name))
    except RuntimeError:        # gdb.error, which GDB 7.2 does not have, is one
        return None


def _first(look_up, names):
    """Return what look_up() has for the first name that GDB knows, or None."""
    for name in names:
        try:
            return look_up(name)
        except RuntimeError:
            pass
    return None


def variable(*names):
    """Return the first of these variables that exists, as a gdb.Value; or None. A name may say its file: 'mm/a.c'::x."""
    return _first(gdb.parse_and_eval, names)


def need(value, what):
    if value is None:
        raise Error("this kernel, or GDB's file, does not have %s" % what)
    return value


def find_type(*names):
    """Return the first of these types that exists, or None."""
    return _first(gdb.lookup_type, names)


def member(value, *paths):
    """Return the first of these members ("a", "b.c") that the value has, or None. Members of anonymous unions count."""
    for path in paths:
        found = value
        try:
            for name in path.split("."):
                found = found[name]
            return found
        except (RuntimeError, KeyError, ValueError):
            pass
    return None


def has(kind, name):
    """Has the type this member, perhaps in an anonymous struct or union?"""
    return offset_or_none(kind, name) is not None


def offset_or_none(kind, path):
    """Return the offset of a member in bytes; path: "a.b"; or None."""
    total = 0
    for name in path.split("."):
        found = _in_type(kind.strip_typedefs(), name)
        if found is None:
            return None
        total += found[0]
        kind = found[1]
    return total


def _in_type(kind, name):
    if kind.code not in (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION):
        return None
    for field in kind.fields():
        if not hasattr(field, "bitpos"):
            continue
        if field.name == name:
            return field.bitpos // 8, field.type
        if not field.name:
            inner = field.type.strip_typedefs()
            if inner.code in (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION):
                found = _in_type(inner, name)
                if found:
                    return field.bitpos // 8 + found[0], found[1]
    return None


def offset(kind, path):
    return need(offset_or_none(kind, path), "%s in %s" % (path, kind))


def at(address, kind):
    """Return the object of that type at an address."""
    return gdb.Value(signed(address)).cast(unsigned_long()).cast(kind.pointer()).dereference()


def signed(address):
    """Python 2's GDB takes no number above LONG_MAX."""
    return long(address) - (1 << 64) if address >> 63 & 1 else long(address)


def container(address, kind, path):
    """Return the object of which the thing at the address is the member."""
    return at(address - offset(kind, path), kind)


def list_of(head, kind, path, limit=100000):
    """Yield the objects in a list_head, whose address is `head`. The kernel changes it meanwhile: a cut list just ends."""
    inside, step = offset(kind, path), head
    for _ in range(limit):
        try:
            step = pointer_at(step)
        except RuntimeError:
            return
        if step == head or not step:
            return
        yield at(step - inside, kind)


def pointer_at(address):
    return number(at(address, unsigned_long()))


def text(value, limit=4096):
    """Return the text of a char array, or at a char pointer, as far as it can be read."""
    kind = value.type.strip_typedefs()
    if kind.code == gdb.TYPE_CODE_ARRAY:
        address, limit = number(value.address), min(limit, kind.sizeof) if kind.sizeof else limit
    else:
        address = number(value)
    return text_at(address, limit)


def text_at(address, limit=4096):
    found = b""
    while len(found) < limit:
        # Not over the end of a page: the next one may be unmapped.
        part = min(limit - len(found), 64, 4096 - (address & 4095))
        try:
            data = read(address, part)
        except RuntimeError:
            break
        if b"\0" in data:
            return decode(found + data[:data.index(b"\0")])
        found += data
        address += part
    return decode(found)


def decode(data):
    return data.decode("utf-8", "replace") if str is not bytes else data


def release():
    """Return the release of the running kernel, as `uname -r` prints it."""
    name = variable("init_uts_ns.name.release", "system_utsname.release")
    return text(need(name, "init_uts_ns"))
