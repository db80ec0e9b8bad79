# SPDX-License-Identifier: GPL-2.0
"""The connection, and how values look: `kgtp connect', and pointers to user space."""
import gdb

from kgtp_gdb import base, kernel
from kgtp_gdb.base import number


class Connect(base.Command):
    """Connect to KGTP: again where GDB was connected last, or to a target.

  kgtp connect [TARGET]

TARGET is what `target remote' takes: | COMMAND, HOST:PORT, or a socket."""
    name = "kgtp connect"

    def run(self, text):
        where = text or base.last_target
        if not where:
            raise base.Error("connect where? kgtp connect | putgtprsp, or kgtp connect HOST:PORT")
        if base.is_remote():
            gdb.execute("disconnect")
        gdb.execute("target remote " + where)


class UserPointer(object):
    """A pointer whose text cannot be read: its address, without GDB's complaint."""

    def __init__(self, address):
        self.address = address

    def to_string(self):
        return "%#x" % self.address


def printer(value):
    """Used by GDB for each value that it prints. Return a printer for pointers to texts of user space, else None."""
    kind = value.type.strip_typedefs()
    if kind.code != gdb.TYPE_CODE_PTR or base.session() is None:
        return None
    pointed = kind.target().strip_typedefs()
    if pointed.code != gdb.TYPE_CODE_INT or pointed.sizeof != 1:
        return None
    try:
        address = number(value)
    except RuntimeError:        # unavailable
        return None
    if not address or address >> (8 * kernel.word_size() - 1):
        return None
    try:
        kernel.read(address, 1)     # the frame may have collected it
    except RuntimeError:
        return UserPointer(address)
    return None


def start():
    gdb.pretty_printers[:] = [one for one in gdb.pretty_printers if getattr(one, "__module__", "") != __name__] + [printer]


COMMANDS = [Connect]
