# SPDX-License-Identifier: GPL-2.0
"""KGTP's commands for GDB: `source gdb/kgtp.py`, then `help kgtp`.

For the Python of any GDB from RHEL 6's (7.2, Python 2.6) on. kgtp.gdb is for a GDB without Python.
"""
import os
import sys

_here = os.path.dirname(os.path.abspath(os.path.expanduser(__file__)))
if _here not in sys.path:
    sys.path.insert(0, _here)
# Sourced again, perhaps after an update: load all of it again.
for _name in [name for name in sys.modules if name.split(".")[0] == "kgtp_gdb"]:
    del sys.modules[_name]
_cache, sys.dont_write_bytecode = sys.dont_write_bytecode, True     # the directory may be root's, or a checkout
import kgtp_gdb     # noqa: E402

sys.dont_write_bytecode = _cache
kgtp_gdb.start()
