# SPDX-License-Identifier: GPL-2.0
"""Builds the module and the relay for one kernel, in a copy of the source tree: the checkout stays clean."""
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

import debian
import kernels
import userland

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/compat"))
import golden  # noqa

RELAY = "putgtprsp/putgtprsp"
# What kbuild leaves in a tree after a build, perhaps for another kernel. Git may not ignore all of it.
PRODUCTS = (".o", ".ko", ".mod", ".mod.c", ".cmd", ".a", "Module.symvers", "modules.order")


class BuildError(Exception):
    pass


class Built:
    """module: kgtp.ko with debug information; files: what goes into the guest."""

    def __init__(self, module=None, files=None):
        self.module, self.files = module, files or {}


def source_files():
    """Return the tree's files: tracked ones, and new ones that are not ignored."""
    listed = subprocess.run(["git", "-C", TOP, "ls-files", "-co", "--exclude-standard", "-z"], stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL)
    if listed.returncode == 0:
        names = listed.stdout.decode().split("\0")
    else:       # not a git checkout: an unpacked release
        names = [os.path.relpath(p, TOP) for p in TOP.rglob("*")]
    return sorted(n for n in names if n and not n.endswith(PRODUCTS) and (TOP / n).is_file())


def copy_tree(where):
    """Update the copy. Unchanged files keep their time stamps, so that make can skip them."""
    names = source_files()
    manifest = where / ".copied"
    for gone in set(manifest.read_text().splitlines() if manifest.exists() else ()) - set(names):
        (where / gone).unlink(missing_ok=True)
    for name in names:
        source, target = TOP / name, where / name
        if target.is_file() and target.stat().st_mode == source.stat().st_mode \
                and target.read_bytes() == source.read_bytes():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        shutil.copymode(source, target)
    manifest.write_text("\n".join(names) + "\n")


def build(kernel, log):
    """Return a Built. Raises BuildError, which names the log."""
    key = hashlib.sha256(f"{TOP} {kernel.kdir} {kernel.make}".encode()).hexdigest()[:8]
    where = debian.cache_dir() / "build" / f"{kernel.name}-{key}"
    where.mkdir(parents=True, exist_ok=True)
    with debian.lock(where.with_name(where.name + ".lock")), open(log, "w") as out:
        copy_tree(where)
        make(where, out, f"KDIR={kernel.kdir}", *kernel.make, "modules")
        # There are no known answers for a tree that the user names.
        found = golden.difference(kernel.name, where / "compat/config.h") if kernel.name in kernels.KERNELS else ""
        if found:
            out.write(found + "\n")
            out.flush()
            raise BuildError(f"compat/ does not find in this tree what it should: {out.name}")
        make(where, out, f"CC={' '.join(userland.get(kernel.arch).cc)}", RELAY)
        module, stripped = where / "kgtp.ko", where / ".kgtp.stripped.ko"
        # GDB reads the debug information on the host; the guest's memory is small.
        subprocess.run(["objcopy", "--strip-debug", module, stripped], check=True)
        kept = pathlib.Path(log).parent     # a later build must not change the files of this run
        files = {"lib/kgtp.ko": kept / f"{kernel.name}-kgtp.ko", "bin/putgtprsp": kept / f"{kernel.name}-putgtprsp"}
        shutil.copy(stripped, files["lib/kgtp.ko"])
        shutil.copy(where / RELAY, files["bin/putgtprsp"])
    return Built(module, files)


def make(where, out, *args):
    command = ["make", "-s", f"-j{os.cpu_count()}", "-C", str(where), *args]
    out.write(f"$ {' '.join(command)}\n")
    out.flush()
    # The variables of a make that started us must not reach this one.
    env = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES")}
    if subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, env=env).returncode:
        raise BuildError(f"make {' '.join(args)} failed: {out.name}")
