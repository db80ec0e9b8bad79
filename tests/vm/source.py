# SPDX-License-Identifier: GPL-2.0
"""Kernels that Debian does not build: its source, configured by fragments/ and built into the cache, once.

The source and the objects are in the cache's source/NAME during a build, and an interrupted build resumes there. What boots,
builds modules and gives GDB symbols is then kept; the rest is removed.
"""
import hashlib
import os
import pathlib
import re
import shutil
import signal
import subprocess

import debian
from debian import say
from qemu import die_with_parent

FRAGMENTS = pathlib.Path(__file__).resolve().parent / "fragments"
PROGRAMS = ["flex", "bison", "bc", "xz"]
# What a module's build reads of the tree (arch/ and scripts/ without their objects).
KEPT = [".config", "Kbuild", "Makefile", "Module.symvers", "arch/x86", "include", "scripts", "tools/objtool"]


class SourceError(RuntimeError):
    pass


def configuration(spec):
    """The text of a kernel's fragments."""
    return "".join((FRAGMENTS / f"{name}.config").read_text() for name in spec["fragments"])


def digest(spec):
    """Return a hash of what a kernel was built from, except for the release of Debian's source: the newest is taken."""
    return hashlib.sha256(repr([spec["source"], spec["make"], configuration(spec)]).encode()).hexdigest()[:16]


def build(name, spec, out, shrink):
    """Fill the directory `out`: bzImage, vmlinux and tree/. Return the release."""
    check_programs()
    where = debian.cache_dir() / "source" / name
    tree, log = where / digest(spec), where / "build.log"
    for old in where.glob("[0-9a-f]" * 16) if where.is_dir() else ():
        if old != tree:
            shutil.rmtree(old)
    if not tree.exists():
        unpack(name, spec, tree)
    environment = os.environ | {"KBUILD_BUILD_USER": "kgtp", "KBUILD_BUILD_HOST": "tests", "LC_ALL": "C"}
    for variable in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "KDIR", "ARCH", "O"):
        environment.pop(variable, None)
    with open(log, "w") as written:
        def make(*words):
            if subprocess.run(["make", "-C", tree, *spec["make"], *words], stdin=subprocess.DEVNULL, stdout=written,
                              stderr=subprocess.STDOUT, env=environment, preexec_fn=lambda: die_with_parent(signal.SIGTERM)).returncode:
                raise SourceError(f"{name}: make {' '.join(words)} failed: {log}")
        configure(name, spec, tree, make)
        say(f"{name}: building it; that takes a while, once ({log})")
        make(f"-j{os.cpu_count()}", "bzImage", "modules")
    keep(tree, out, shrink)
    shutil.rmtree(where)
    return (out / "tree/include/config/kernel.release").read_text().strip()


def check_programs():
    missing = [program for program in PROGRAMS if not shutil.which(program)]
    if not pathlib.Path("/usr/include/gelf.h").exists():
        missing.append("libelf-dev")
    if missing:
        raise SourceError(f"cannot build a kernel without {', '.join(missing)}: run tests/setup source")


def unpack(name, spec, tree):
    """Unpack Debian's source into `tree`, which appears only when it is complete."""
    apt = debian.Apt(name, spec["suites"])
    apt.update()
    deb, = apt.download(spec["source"])
    tmp = tree.with_name(tree.name + ".tmp")
    shutil.rmtree(tmp, ignore_errors=True)
    tmp.mkdir(parents=True)
    say(f"{name}: unpacking {deb.name}")
    archive = f"{tmp}/usr/src/{spec['source']}.tar.xz"
    for command in (["dpkg", "-x", deb, tmp], ["tar", "-C", tmp, "-xf", archive]):
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode:
            raise SourceError(f"{name}: {command[0]} failed:\n{done.stdout.decode(errors='replace')}")
    apt.clean()
    (tmp / spec["source"]).rename(tree)
    shutil.rmtree(tmp)


def configure(name, spec, tree, make):
    """Turn off all options that the fragments do not name, and check those that they name."""
    wanted, config = configuration(spec), tree / ".config"
    (tree / "all.config").write_text(wanted)
    if not config.exists():
        make("KCONFIG_ALLCONFIG=all.config", "allnoconfig")
    have = set(config.read_text().splitlines())
    not_so = [line for line in wanted.splitlines() if line.startswith("CONFIG_") and line not in have]
    if not_so:
        raise SourceError(f"{name}: {spec['source']} does not take these lines of tests/vm/fragments (a dependency is missing, "
                          f"or the name has changed): {', '.join(not_so)}")


def keep(tree, out, shrink):
    shutil.copy(tree / "arch/x86/boot/bzImage", out / "bzImage")
    for what in KEPT:
        target = out / "tree" / what
        if (tree / what).is_dir():
            shutil.copytree(tree / what, target, symlinks=True, ignore=objects)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(tree / what, target)
    shrink(tree / "vmlinux", out / "vmlinux")


def objects(folder, names):
    """Return the files of a folder that are made only to be linked."""
    return {name for name in names if re.search(r"\.(o|a|o\.d|cmd)$|^(vmlinux|bzImage).*|^piggy", name)} if \
        "/scripts" not in folder and "/include" not in folder else set()
