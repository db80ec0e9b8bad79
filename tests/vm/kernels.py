#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Debian's kernels as data, fetched or built into the cache: what boots, builds modules, and gives GDB symbols.

    tests/vm/kernels.py [--list] NAME...     fetch; prints IMAGE= KDIR= VMLINUX= MAKEVARS= for each
"""
import argparse
import fnmatch
import functools
import hashlib
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tarfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import debian
import source
from debian import say

# suites    searched together; the newest package that matches `abi` is taken
# abi       the version part of the package names
# flavour   of the packages' names; common: of the headers that all flavours share, if not "common"
# make      make variables that external modules need with this tree on Debian 12 (the tree names compilers that are
#           missing there, or needs pahole for BTF)
# ld_so     suite of the C library for the tree's own tools (modpost, objtool), if the host's may be too old
# qemu      QEMU options instead of the usual -cpu max
# arch      Debian's name of the machine, if not amd64
# source, fragments   the source package to build it from, and its configuration: see source.py
# slow      a factor for all time limits; memory: of the guest, in MB
SERIES = {
    "5.10": {"suites": ["bullseye", "bullseye-security"], "abi": r"5\.10\.0-\d+", "make": ["CC=gcc-12"]},
    "6.1": {"suites": ["bookworm", "bookworm-security"], "abi": r"6\.1\.0-\d+", "make": []},
    "6.12": {"suites": ["bookworm", "bookworm-security"], "abi": r"6\.12\.\d+\+deb12",
             "make": ["CONFIG_DEBUG_INFO_BTF_MODULES="]},
    "7.2": {"suites": ["sid"], "abi": r"7\.2\.\d+\+deb\d+", "ld_so": "sid",
            "make": ["CC=gcc-12", "CONFIG_DEBUG_INFO_BTF_MODULES=", "CONFIG_CC_HAS_MIN_FUNCTION_ALIGNMENT=",
                     "KCFLAGS=-Wno-attributes"]},     # gcc-12 warns about counted_by in every file
}
# The plain names are the cloud flavour: the same source, with a quarter of the others' debug symbols to download.
KERNELS = {
    **SERIES,
    **{f"{name}-amd64": spec | {"flavour": "amd64"} for name, spec in SERIES.items()},
    **{f"{name}-rt": SERIES[name] | {"flavour": "rt-amd64", "common": "common-rt"} for name in ("6.1", "6.12")},
    # The tree's own tools are 32-bit programs: their C library comes with gcc-multilib, which also builds for the guest.
    "6.1-686": SERIES["6.1"] | {"suites": ["bookworm"], "make": ["ARCH=i386", "CC=gcc-12"], "flavour": "686-pae",
                                "arch": "i386"},
    **{name: {"suites": SERIES["6.1"]["suites"], "source": "linux-source-6.1", "fragments": ["base", name],
              "make": ["CC=gcc-12"], "slow": 6, "memory": 1024} for name in ("kasan", "kcsan")},
}


def flavour(spec):
    return spec.get("flavour", "cloud-amd64")


class Kernel:
    """One kernel and its files, fetched by us or named by the user."""

    def __init__(self, name, image, kdir, vmlinux, make=(), qemu=(), release=None, slow=1, memory=512):
        self.name, self.slow, self.memory = name, slow, memory
        self.image, self.kdir, self.vmlinux = map(os.path.abspath, (image, kdir, vmlinux))
        self.make = list(make)
        self.release = release or kernel_release(kdir)
        self.qemu = list(qemu) or self.usual_qemu()

    def usual_qemu(self):
        """Return the CPU options. Old kernels fail on a current CPU model; 2.6.18 detects CPUs by their sockets."""
        if self.version < (2, 6, 32):
            return ["-M", "pc", "-cpu", "qemu64", "-smp", "@SMP@,sockets=@SMP@"]
        return ["-cpu", "max", "-smp", "@SMP@"]

    @property
    def version(self):
        """(6, 1) and the like, for comparisons."""
        found = re.match(r"(\d+)\.(\d+)(?:\.(\d+))?", self.release)
        return tuple(int(n) for n in found.groups() if n is not None)

    @functools.cache
    def symbols(self, kinds=None):
        """Return {name: linked address}, of these kinds or of all; see nm(1)."""
        listed = subprocess.run(["nm", self.vmlinux], stdout=subprocess.PIPE, text=True, check=True).stdout
        return {name: int(address, 16) for address, kind, name in
                (line.split() for line in listed.splitlines() if line[0] != " ") if not kinds or kind in kinds}

    def functions(self):
        """Return {name of a function: linked address}."""
        return self.symbols("tTwW")

    def exports(self, name):
        """Return whether modules may call that function."""
        return bool(re.search(rf"^\w+\t{name}\t", (pathlib.Path(self.kdir) / "Module.symvers").read_text(), re.M))

    @property
    def entries_by_ftrace(self):
        """Return whether the module can serve function entries by ftrace (family ftrace of compat/families)."""
        return self.arch == "amd64" and self.config("CONFIG_KPROBES_ON_FTRACE") == "y" and \
            self.exports("register_ftrace_function") and self.exports("synchronize_rcu_tasks_rude")

    @functools.cached_property
    def arch(self):
        """Debian's name of the machine."""
        return "i386" if self.config("CONFIG_X86_32") else "amd64"

    def config(self, symbol):
        """Return the value of a CONFIG_ symbol: "y", "m", a string, or None."""
        text = (pathlib.Path(self.kdir) / ".config").read_text()
        found = re.search(rf"^{symbol}=(.*)$", text, re.M)
        return found[1] if found else None


def kernel_release(kdir):
    """Return the release string of a build tree, which kernels before 2.6.33 have in other files."""
    kdir = pathlib.Path(kdir)
    for name in ("include/config/kernel.release", ".kernelrelease"):
        if (kdir / name).exists():
            return (kdir / name).read_text().strip()
    for name in ("include/linux/utsrelease.h", "include/linux/version.h"):
        found = re.search(r'#define UTS_RELEASE "(.*)"', (kdir / name).read_text()) if (kdir / name).exists() else None
        if found:
            return found[1]
    raise RuntimeError(f"{kdir} does not say its kernel's release: not a build tree that was prepared")


def cached(name):
    """Return the vmlinux of one of Debian's kernels if it is in the cache; nothing is fetched."""
    where = debian.cache_dir() / "kernels" / name
    return str(where / "vmlinux") if (where / "kernel.json").exists() else None


def fetch(name):
    """Return a Kernel, from the cache, from Debian, or built here."""
    if name not in KERNELS:
        raise RuntimeError(f"no kernel {name!r}; known: {', '.join(KERNELS)}")
    where, spec = debian.cache_dir() / "kernels" / name, KERNELS[name]
    with debian.lock(where.with_name(name + ".lock")):
        if not in_cache(name):
            shutil.rmtree(where, ignore_errors=True)
            (build if "source" in spec else unpack)(name, where)
    data = json.loads((where / "kernel.json").read_text())
    return Kernel(name, where / "bzImage", where / data["kdir"], where / "vmlinux", spec["make"], spec.get("qemu", ()),
                  data["release"], **{key: spec[key] for key in ("slow", "memory") if key in spec})


def in_cache(name):
    """Return the release in the cache; None if there is none, or if it was built from other fragments."""
    there, spec = debian.cache_dir() / "kernels" / name / "kernel.json", KERNELS[name]
    data = json.loads(there.read_text()) if there.exists() else {}
    return data.get("release") if "source" not in spec or data.get("built of") == source.digest(spec) else None


def build(name, where):
    """Like unpack(), for a kernel that is built here."""
    tmp = where.with_name(f".{name}.tmp")
    shutil.rmtree(tmp, ignore_errors=True)
    tmp.mkdir(parents=True)
    release = source.build(name, KERNELS[name], tmp, shrink)
    (tmp / "kernel.json").write_text(json.dumps({"kdir": "tree", "release": release,
                                                 "built of": source.digest(KERNELS[name])}) + "\n")
    tmp.rename(where)
    say(f"{name}: {release} is in {where}")


def unpack(name, where):
    """Fill the directory `where`, which appears under its name only when it is complete."""
    spec = KERNELS[name]
    apt = debian.Apt(name, spec["suites"], spec.get("arch", "amd64"))
    apt.update()
    for abi in candidates(apt, name, spec):
        try:
            debs = download(apt, abi, spec)
            break
        except RuntimeError as error:
            # Seen with bullseye-security: the index still lists packages that the mirror has dropped.
            if "404" not in str(error):
                raise
            say(f"{name}: the mirror lists {abi} but does not have all of it; trying the next older one")
    else:
        raise RuntimeError(f"{name}: the mirror lists kernels but has none of them completely")

    tmp = where.with_name(f".{name}.tmp")
    shutil.rmtree(tmp, ignore_errors=True)
    tmp.mkdir(parents=True)
    extract(debs["image"], tmp / "bzImage", "./boot/vmlinuz*", "./usr/lib/modules/*/vmlinuz", "./lib/modules/*/vmlinuz")
    for what in ("headers", "common", "kbuild"):
        run("dpkg", "-x", debs[what], tmp)
    kdir = pathlib.Path("usr/src") / f"linux-headers-{abi}-{flavour(spec)}"
    fix_tree(tmp, where, kdir)
    if "ld_so" in spec:
        wrap_tools(name, spec, tmp)

    say(f"unpacking vmlinux of {name}")
    extract(debs["dbg"], tmp / "vmlinux.full", "./usr/lib/debug/boot/vmlinux*", "./usr/lib/debug/lib/modules/*/vmlinux*",
            "./usr/lib/debug/usr/lib/modules/*/vmlinux*")
    shrink(tmp / "vmlinux.full", tmp / "vmlinux")
    (tmp / "vmlinux.full").unlink()
    apt.clean()

    (tmp / "kernel.json").write_text(json.dumps({"kdir": str(kdir), "release": f"{abi}-{flavour(spec)}"}) + "\n")
    tmp.rename(where)
    say(f"{name}: {abi}-{flavour(spec)} is in {where}")


def candidates(apt, name, spec):
    """Return the versions that have image, headers and debug symbols (a security update may lack some), newest first."""
    names = set(apt.names("linux-"))
    end = "-" + flavour(spec)
    found = [abi for abi in (n[len("linux-headers-"):-len(end)] for n in names
                             if n.startswith("linux-headers-") and n.endswith(end))
             if re.fullmatch(spec["abi"], abi)
             and {f"linux-image-{abi}{end}", f"linux-image-{abi}{end}-dbg"} <= names]
    if not found:
        there = sorted(n for n in names if re.fullmatch(rf"linux-image-.*{end}", n))
        raise RuntimeError(f"{name}: {' '.join(spec['suites'])} has no kernel {spec['abi']} with headers and -dbg any "
                           f"more; it has {', '.join(there)}. Change KERNELS in tests/vm/kernels.py.")
    return sorted(found, key=debian.natural, reverse=True)


def download(apt, abi, spec):
    """Return {what: path of the .deb}."""
    full = f"{abi}-{flavour(spec)}"
    headers, image = f"linux-headers-{full}", f"linux-image-{full}"
    binary = f"linux-binary-{full}"       # since 7.x linux-image-* is only a metapackage
    wanted = {
        "dbg": f"{image}-dbg",
        "image": binary if binary in apt.names("linux-binary-") else image,
        "headers": headers,
        "common": f"linux-headers-{abi}-{spec.get('common', 'common')}",
        "kbuild": re.search(r"linux-kbuild-[^ ,]+", apt.field(headers, "Depends"))[0],
    }
    return dict(zip(wanted, apt.download(*wanted.values())))


def run(*args, **kwargs):
    done = subprocess.run([str(a) for a in args], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **kwargs)
    if done.returncode:
        raise RuntimeError(f"{shlex.join(map(str, args))} failed:\n{done.stdout.decode(errors='replace')}")


def extract(deb, out, *patterns):
    """Unpack the first matching file to `out`, and read no further: a -dbg package unpacks to gigabytes."""
    unpacker = subprocess.Popen(["dpkg", "--fsys-tarfile", deb], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        with tarfile.open(fileobj=unpacker.stdout, mode="r|") as tar:
            for member in tar:
                if member.isfile() and any(fnmatch.fnmatch(member.name, pattern) for pattern in patterns):
                    with open(out, "wb") as file:
                        shutil.copyfileobj(tar.extractfile(member), file, 1 << 20)
                    return
    finally:
        unpacker.kill()
        unpacker.wait()
    raise RuntimeError(f"no {' or '.join(patterns)} in {deb}")


def fix_tree(tmp, where, kdir):
    """The flavour's tree names /usr/src and /usr/lib in a few files; replace them by the cache."""
    for path in [tmp / kdir / "Makefile", tmp / kdir / ".kernelvariables", *tmp.glob("usr/src/*-common*/Makefile")]:
        if path.is_file():
            text = path.read_text()
            path.write_text(re.sub(r"(?<![\w.)}/])/usr/(src|lib)/linux-", rf"{where}/usr/\1/linux-", text))


def wrap_tools(name, spec, tmp):
    """Run the tree's own host programs with the C library that they were built for."""
    apt = debian.Apt(f"{name}-libc", [spec["ld_so"]])
    apt.update()
    lib = tmp / "hostlib"
    for deb in apt.download("libc6", "libelf1t64", "zlib1g", "libzstd1", "libssl3t64"):
        run("dpkg", "-x", deb, lib)
    apt.clean()
    wrapper = """\
#!/bin/sh
# tests/vm/kernels.py: this program needs a newer C library than the host may have; --argv0 because Debian's
# objtool runs "its own name".real-x86
here=$(dirname "$(readlink -f "$0")")
root=$here%s
exec "$root/usr/lib64/ld-linux-x86-64.so.2" --library-path "$root/usr/lib/x86_64-linux-gnu" \\
	--argv0 "$0" "$here/%s" "$@"
"""
    for path in [*tmp.glob("usr/lib/linux-kbuild-*/**/*"), *tmp.glob("usr/src/*/scripts/**/*")]:
        if path.is_file() and not path.is_symlink() and os.access(path, os.X_OK) \
                and path.read_bytes()[:4] == b"\x7fELF":
            up = "/.." * len(path.parent.relative_to(tmp).parts)
            real = path.with_name(path.name + ".real")
            path.rename(real)
            path.write_text(wrapper % (up + "/hostlib", real.name))
            path.chmod(0o755)


def shrink(vmlinux, out):
    """Drop what GDB does not need, and add an index: GDB then loads it in one second instead of three."""
    run("objcopy", "-R", ".rela*", vmlinux, out)
    run("gdb-add-index", out)


def own(name, image, kdir, vmlinux, make, qemu):
    """Return a Kernel of the user's files, with an indexed vmlinux in the cache."""
    source = pathlib.Path(vmlinux).resolve()
    stat = source.stat()
    key = hashlib.sha256(f"{source} {stat.st_mtime_ns} {stat.st_size}".encode()).hexdigest()[:16]
    indexed = debian.cache_dir() / "indexed" / f"{name}-{key}"
    with debian.lock(indexed.with_name(indexed.name + ".lock")):
        if not indexed.exists():
            tmp = indexed.with_name(indexed.name + ".tmp")
            shrink(source, tmp)
            tmp.rename(indexed)
    return Kernel(name, image, kdir, indexed, make, qemu)


def add_own(parser):
    """Add the options for the user's own kernel; own_kernel() evaluates them."""
    parser.add_argument("--kernel", metavar="IMAGE", help="a kernel of your own; needs --kdir and --vmlinux too")
    parser.add_argument("--kdir", metavar="DIR", help="its module build tree")
    parser.add_argument("--vmlinux", metavar="FILE", help="its vmlinux with debug information")
    parser.add_argument("--make", metavar="VAR=VALUE", action="append", default=[], help="a make variable for its modules")
    parser.add_argument("--qemu", metavar="OPTION", action="append", default=[],
                        help="an option for QEMU in place of the usual CPU; --qemu=-cpu --qemu=qemu64; @SMP@: the number of CPUs")


def check_own(parser, args):
    if args.kernel and not (args.kdir and args.vmlinux):
        parser.error("--kernel needs --kdir and --vmlinux")


def own_kernel(args, name):
    return own(name, args.kernel, args.kdir, args.vmlinux, args.make, args.qemu)


def main():
    parser = argparse.ArgumentParser(description="Fetch Debian kernels into the cache.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="default: all that Debian has built")
    parser.add_argument("--list", action="store_true", help="only list what is known, and what is in the cache")
    args = parser.parse_args()
    for name in args.names or [name for name in KERNELS if args.list or "source" not in KERNELS[name]]:
        if args.list:
            print(name, in_cache(name) or "(not in the cache)")
            continue
        k = fetch(name)
        print(f"IMAGE={k.image}\nKDIR={k.kdir}\nVMLINUX={k.vmlinux}\nMAKEVARS={shlex.quote(' '.join(k.make))}")


if __name__ == "__main__":
    main()
