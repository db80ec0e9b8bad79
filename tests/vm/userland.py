# SPDX-License-Identifier: GPL-2.0
"""The parts of the guest's user space, by machine: a compiler for static programs, klibc, library directories."""
import pathlib
import shutil
import subprocess
from typing import NamedTuple

import debian


class Userland(NamedTuple):
    cc: list            # makes static programs for the guest
    klibc: list         # directories: its programs, and the library that they load
    libs: list          # where Debian has this machine's libraries, in a root


def get(arch):
    """Return a Userland: for amd64 the host's own, for other machines from packages unpacked in the cache."""
    if arch == "amd64":
        return Userland(["musl-gcc", "-static"], [pathlib.Path("/usr/lib/klibc/bin"), pathlib.Path("/lib")],
                        ["lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu"])
    if arch != "i386":
        raise RuntimeError(f"no user space for {arch}")
    root = debian.cache_dir() / "guest" / arch
    with debian.lock(root.with_name(arch + ".lock")):
        if not root.exists():
            unpack(root, arch, "i386-linux-musl")
    return Userland(["gcc", "-m32", "-static", "-Wl,-melf_i386", f"-specs={root}/musl-gcc.specs"],
                    [root / "usr/lib/klibc/bin", root / "lib"], ["lib/i386-linux-gnu", "usr/lib/i386-linux-gnu"])


def unpack(root, arch, triplet):
    """Unpack klibc and musl of another machine; the directory appears under its name only when it is complete."""
    apt = debian.Apt(f"userland-{arch}", ["bookworm"], arch)
    apt.update()
    tmp = root.with_name(f".{root.name}.tmp")
    shutil.rmtree(tmp, ignore_errors=True)
    for deb in apt.download("klibc-utils", "libklibc", "musl-dev"):
        subprocess.run(["dpkg", "-x", deb, tmp], check=True)
    specs = (tmp / f"usr/lib/{triplet}/musl-gcc.specs").read_text()
    for path in (f"/usr/include/{triplet}", f"/usr/lib/{triplet}"):
        specs = specs.replace(path, f"{root}{path}")
    (tmp / "musl-gcc.specs").write_text(specs)
    apt.clean()
    tmp.rename(root)
