# SPDX-License-Identifier: GPL-2.0
"""The guest's userland in a cpio archive: klibc's shell and utilities, our own tools (guest/), the files of a run."""
import hashlib
import os
import pathlib
import shutil
import stat
import subprocess

import debian
import userland

HERE = pathlib.Path(__file__).resolve().parent


class Cpio:
    """Writes a "newc" archive, which the kernel unpacks."""

    def __init__(self):
        self.parts, self.inode, self.dirs = [], 0, set()

    def add(self, path, mode, data=b"", device=(0, 0)):
        path = path.strip("/")
        parent = os.path.dirname(path)
        if parent and parent not in self.dirs:
            self.add(parent, stat.S_IFDIR | 0o755)
        if stat.S_ISDIR(mode):
            self.dirs.add(path)
        self.inode += 1
        name = path.encode() + b"\0"
        fields = (self.inode, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(name), 0)
        head = b"070701" + b"".join(b"%08x" % f for f in fields) + name
        self.parts += [pad(head), pad(data)]

    def file(self, path, source, mode=0o755):
        self.add(path, stat.S_IFREG | mode, pathlib.Path(source).read_bytes())

    def link(self, path, target):
        self.add(path, stat.S_IFLNK | 0o777, target.encode())

    def bytes(self):
        tail = Cpio()
        tail.add("TRAILER!!!", 0)
        return b"".join(self.parts + tail.parts)


def pad(data):
    return data + b"\0" * (-len(data) % 4)


def build_tools(cc):
    """Compile guest/*.c into the cache, once per content. Return the path."""
    sources = [*sorted((HERE / "guest").glob("*.[ch]")), HERE.parents[1] / "dev/ioctl.h"]
    digest = hashlib.sha256(b"".join(p.read_bytes() for p in sources) + repr(cc).encode()).hexdigest()[:16]
    tools = debian.cache_dir() / "guest" / f"tools-{digest}"
    if not tools.exists():
        tools.parent.mkdir(exist_ok=True)
        tmp = tools.with_suffix(f".{os.getpid()}")
        subprocess.run([*cc, "-O2", "-g", "-std=gnu89", "-Wall", "-Wextra", "-Werror", "-o", tmp,
                        *(p for p in sources if p.suffix == ".c")], check=True)
        tmp.rename(tools)
    return tools


def build(out, files=(), arch="amd64"):
    """Write the initramfs; files: {path in the guest: path here}."""
    cpio, user = Cpio(), userland.get(arch)
    for name in ("proc", "sys", "tmp", "root"):
        cpio.add(name, stat.S_IFDIR | 0o755)
    cpio.add("dev/console", stat.S_IFCHR | 0o600, device=(5, 1))    # init's stdin and stdout
    cpio.add("dev/null", stat.S_IFCHR | 0o666, device=(1, 3))

    tools = build_tools(user.cc)
    names = subprocess.run([tools, "--list"], stdout=subprocess.PIPE, text=True).stdout.split()
    cpio.file("bin/guest", tools)
    for name in names:
        cpio.link(f"bin/{name}", "guest")
    cpio.link("init", "bin/guest")

    klibc, lib = user.klibc
    if not klibc.is_dir():
        raise RuntimeError("klibc-utils is missing: run tests/vm/setup")
    for path in sorted(klibc.iterdir()):
        if path.name not in names:
            cpio.file(f"bin/{path.name}", path)
    for path in lib.glob("klibc-*.so"):
        cpio.file(f"lib/{path.name}", path)

    for path, source in dict(files).items():
        cpio.file(path, source, os.stat(source).st_mode & 0o777)
    pathlib.Path(out).write_bytes(cpio.bytes())


# Debian packages, and the programs taken from them, for guests that need more than the usual ones.
PROGRAMS = {
    "gdb": {"gdb-minimal": "usr/bin/gdb", "netcat-traditional": "bin/nc.traditional", "netcat-openbsd": "bin/nc.openbsd",
            "busybox-static": "bin/busybox"},
    "shell": {"busybox-static": "bin/busybox"},
    "network": {"busybox-static": "bin/busybox", "dropbear-bin": "usr/sbin/dropbear"},
    "tracers": {"linux-perf": "usr/bin/perf", "bpftrace": "usr/bin/bpftrace"},
}


def programs(name, arch="amd64"):
    """Return a cpio archive with the programs of that name and their libraries, to be appended to the other."""
    where = debian.cache_dir() / "guest"
    archive = where / f"{name}-{arch}.cpio"
    with debian.lock(where / f"{name}-{arch}.lock"):
        if not archive.exists():
            apt = debian.Apt(f"{name}-{arch}", ["bookworm"], arch)
            apt.update()
            root = where / f"{name}-root-{arch}"
            shutil.rmtree(root, ignore_errors=True)
            for deb in apt.download(*apt.closure(*PROGRAMS[name])):
                subprocess.run(["dpkg", "-x", deb, root], check=True)
            tmp = archive.with_suffix(".tmp")
            tmp.write_bytes(collect(root, PROGRAMS[name].values(), userland.get(arch).libs))
            tmp.rename(archive)
            shutil.rmtree(root)
            apt.clean()
    return archive


def collect(root, programs, folders):
    """Return the programs, their ELF interpreter, and all libraries that they need, from those folders below root."""
    cpio, todo, done = Cpio(), list(programs), set()
    for program in programs:
        if not program.startswith("bin/"):
            cpio.link(f"bin/{os.path.basename(program)}", f"/{program}")
    while todo:
        path = todo.pop()
        if path in done:
            continue
        done.add(path)
        cpio.file(path, root / path)
        text = subprocess.run(["readelf", "-d", "-l", root / path], stdout=subprocess.PIPE, text=True, check=True).stdout
        for line in text.splitlines():
            if "program interpreter:" in line:
                loader = line.split(": ")[1].rstrip("]")
                real = os.path.realpath(root / loader.lstrip("/"))
                cpio.file(loader, real)
            elif "(NEEDED)" in line:
                name = line.split("[")[1].rstrip("]")
                found = [f"{folder}/{name}" for folder in folders if (root / folder / name).exists()]
                if not found:
                    raise RuntimeError(f"{path} needs {name}, which none of the packages has")
                todo.append(found[0])
    return cpio.bytes()
