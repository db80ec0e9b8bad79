# SPDX-License-Identifier: GPL-2.0
"""A guest with a network, and dropbear for ssh: QEMU's user-mode network, with the drivers of Debian's kernel package.

No case needs it: guests have serial lines, since a kernel of one's own may have no driver. tests/fleet does.
"""
import fnmatch
import pathlib
import shutil
import socket
import subprocess
import tarfile

import debian
import kernels

PROGRAMS = "network"        # for Guest(programs=): busybox and dropbear
# In the order in which they are loaded. Newer kernels have parts of virtio_pci in modules of their own.
DRIVERS = ["failover", "net_failover", "virtio_ring", "virtio", "virtio_pci_legacy_dev", "virtio_pci_modern_dev", "virtio_pci", "virtio_net"]
SYSTEM = {"/etc/passwd": "root:x:0:0:root:/root:/bin/sh\n", "/etc/group": "root:x:0:\n", "/etc/shells": "/bin/sh\n"}


def drivers(kernel):
    """Return the modules that one of Debian's kernels needs for the network, as files here, in the order of their loading."""
    where = debian.cache_dir() / "guest" / f"network-{kernel.release}"
    with debian.lock(where.with_name(where.name + ".lock")):
        if not where.exists():
            apt = debian.Apt(f"network-{kernel.name}", kernels.KERNELS[kernel.name]["suites"])
            apt.update()
            image = f"linux-image-{kernel.release}"
            tmp = where.with_name(where.name + ".tmp")
            shutil.rmtree(tmp, ignore_errors=True)
            tmp.mkdir(parents=True)
            unpack(apt.download(f"linux-modules-{kernel.release}" if apt.names(f"linux-modules-{kernel.release}") else image)[0], tmp)
            apt.clean()
            tmp.rename(where)
    return [path for path in (where / f"{name}.ko" for name in DRIVERS) if path.exists()]


def unpack(deb, where):
    """Take the drivers out of a package, uncompressed."""
    unpacker = subprocess.Popen(["dpkg", "--fsys-tarfile", deb], stdout=subprocess.PIPE)
    with tarfile.open(fileobj=unpacker.stdout, mode="r|") as tar:
        for member in tar:
            name = pathlib.PurePath(member.name).name
            if any(fnmatch.fnmatch(name, f"{driver}.ko*") for driver in DRIVERS):
                (where / name).write_bytes(tar.extractfile(member).read())
                if name.endswith(".xz"):
                    subprocess.run(["xz", "-d", where / name], check=True)
    if unpacker.wait() or not (where / "virtio_net.ko").exists():
        raise RuntimeError(f"{deb} has no virtio_net")


def free_port():
    """Return a port that nobody has now. Another program may take it before QEMU does: then QEMU says so."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def start(guest, kernel, public_key):
    """Bring up the network of a guest that has one (Guest(network=PORT)), and an SSH server that knows this key of root."""
    for path in drivers(kernel):
        guest.insmod(guest.push(path))
    # In front of klibc's utilities, some of which have few options, in the PATH of a session.
    guest.sh("mkdir -p /usr/bin; /bin/busybox --install -s /usr/bin; /bin/busybox --install -s /bin 2>/dev/null; mkdir -p /etc/dropbear /root/.ssh /dev/pts /var/log /run")
    for path, text in {**SYSTEM, "/root/.ssh/authorized_keys": public_key}.items():
        guest.push_bytes(text.encode(), path)
    guest.sh("chmod 700 /root /root/.ssh; chmod 600 /root/.ssh/authorized_keys; mount -t devpts devpts /dev/pts || true;"
             " ifconfig lo 127.0.0.1 up; ifconfig eth0 10.0.2.15 netmask 255.255.255.0 up")
    guest.sh("dropbear -R -E -s -p 22", timeout=60)
