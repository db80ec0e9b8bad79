#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Debian's newer GDBs, and one without Python, unpacked in the cache with their libraries; prints where their programs are.

    tests/vm/gdbs.py [NAME...]
"""
import re
import shutil
import subprocess
import sys

import debian
from debian import say

# Version, as in README.md's table: suite and package.
GDBS = {"16.3": ("trixie", "gdb"), "18.1": ("sid", "gdb"), "13.1-minimal": ("bookworm", "gdb-minimal")}

# By --argv0 GDB finds its own Python, and knows itself for what starts it again. No variable is set: what GDB starts is the
# host's.
WRAPPER = """\
#!/bin/sh
# tests/vm/gdbs.py: this GDB with the C library, libraries and Python that it was built for
root=$(dirname "$(readlink -f "$0")")/root
usr=$root/usr
[ -e "$usr/lib64" ] || usr=$root	# before trixie
exec "$usr/lib64/ld-linux-x86-64.so.2" --library-path "$usr/lib/x86_64-linux-gnu:$root/usr/lib/x86_64-linux-gnu" \\
	--argv0 "$root/usr/bin/gdb" "$root/usr/bin/gdb" -data-directory "$root/usr/share/gdb" "$@"
"""


def fetch(name):
    """Return the path of a GDB's program, which is named gdb, from the cache or from Debian."""
    if name not in GDBS:
        raise RuntimeError(f"no GDB {name!r}; known: {', '.join(GDBS)}")
    where = debian.cache_dir() / "gdbs" / name
    with debian.lock(where.with_name(name + ".lock")):
        if not where.exists():
            unpack(name, where)
    return str(where / "gdb")


def unpack(name, where):
    """Fill the directory `where`, which appears under its name only when it is complete."""
    suite, package = GDBS[name]
    apt = debian.Apt(f"gdb-{name}", [suite])
    apt.update()
    there = re.match(r"[\d.]+\d", apt.field(package, "Version"))[0]
    if there != name.partition("-")[0]:
        raise RuntimeError(f"{suite} has no GDB {name} any more, but {there}: change GDBS in tests/vm/gdbs.py")
    tmp = where.with_name(f".{name}.tmp")
    shutil.rmtree(tmp, ignore_errors=True)
    tmp.mkdir()
    for deb in apt.download(*apt.closure(package)):
        subprocess.run(["dpkg", "-x", deb, tmp / "root"], check=True)
    apt.clean()
    (tmp / "gdb").write_text(WRAPPER)
    (tmp / "gdb").chmod(0o755)
    tmp.rename(where)
    say(f"GDB {name} is in {where}")


if __name__ == "__main__":
    try:
        print(*map(fetch, sys.argv[1:] or GDBS), sep="\n")
    except RuntimeError as error:
        sys.exit(f"tests/vm/gdbs.py: {error}")
