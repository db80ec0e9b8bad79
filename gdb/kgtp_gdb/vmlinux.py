# SPDX-License-Identifier: GPL-2.0
"""Is GDB's file the vmlinux of the running kernel? If not, which kernel runs, of which the file is, and what to load."""
import os
import re

import gdb

from kgtp_gdb import base, elf, kernel
from kgtp_gdb.base import say

# Where distributions put a vmlinux with debug information; %s is the release.
PLACES = ["/usr/lib/debug/boot/vmlinux-%s",                             # Debian, Ubuntu
          "/usr/lib/debug/lib/modules/%s/vmlinux",                      # RHEL, Fedora; Debian from 6.12 on
          "/usr/lib/debug/usr/lib/modules/%s/vmlinux",
          "/usr/lib/debug/lib/modules/%s/vmlinux.debug",                # SUSE
          "/usr/lib/debug/usr/lib/modules/%s/vmlinux.debug",
          "/usr/lib/debug/boot/vmlinux-%s.debug",
          "/usr/lib/debug/lib/modules/vmlinux-%s",
          "/lib/modules/%s/build/vmlinux",                              # a kernel of one's own
          "/lib/modules/%s/source/vmlinux",
          "/lib/modules/%s/vmlinux",
          "/boot/vmlinux-%s"]


def running():
    """Return (verdict, release, version): what the module says of GDB's symbols, and of the running kernel."""
    told = base.output_of("monitor vmlinux")
    found = re.search(r"^The kernel is (\S+) (.*)\.$", told, re.M)
    if "not those of the running kernel" in told:
        verdict = "wrong"
    elif "are those of the running kernel" in told:
        verdict = "right"
    elif "after it had connected" in told:
        verdict = "unmoved"
    else:
        verdict = "unknown"
    return (verdict,) + (found.groups() if found else ("", ""))


def main_file():
    """Return the name of the file that GDB has taken the kernel's symbols from, or None."""
    name = getattr(gdb.current_progspace(), "filename", None)
    if name:
        return name
    files = gdb.objfiles()
    return files[0].filename if files else None


class File(object):
    """What a file tells of its kernel: release and banner, "" where it does not; build_id, or None."""

    def __init__(self, path):
        self.path, self.banner, self.build_id = path, "", None
        opened = elf.Elf(path)
        try:
            self.build_id = opened.build_id()
            for section in opened.sections:
                if section.name.startswith(".rodata") and not self.banner:
                    self.banner = opened.find(section, b"Linux version [0-9]") or ""
        finally:
            opened.close()

    @property
    def release(self):
        return self.banner.split()[2] if self.banner else ""

    def describe(self):
        if self.banner:
            # Not the compilers in the middle: "release #1 SMP ... (date)".
            return "%s %s" % (self.release, self.banner[self.banner.find("#"):].strip())
        return "build-id %s" % self.build_id if self.build_id else "it does not say of which"


def notes_in_memory():
    """Return the build-id that the running kernel has, by the addresses of GDB's file; or None."""
    start, stop = kernel.address_of("__start_notes"), kernel.address_of("__stop_notes")
    if not start or not stop or not 0 < stop - start < 65536:
        return None
    try:
        return elf.build_id(kernel.read(start, stop - start))
    except RuntimeError:
        return None


def banner_in_memory():
    where = kernel.address_of("linux_banner")
    return kernel.text_at(where, 512) if where else ""


def candidates(release):
    """Return the files for a release that are there, best first."""
    found = [place % release for place in PLACES]
    return [path for path in found if os.path.isfile(path)]


def what_to_load(release):
    for path in candidates(release):
        try:
            if File(path).release in ("", release):
                return "Load that kernel's, then connect again:\n  file %s" % path
        except (elf.ElfError, IOError, OSError):
            pass
    return ("No vmlinux of %s is in the usual places here. Install it (Debian: linux-image-%s-dbg, RHEL: kernel-debuginfo-%s), then "
            "`file VMLINUX', and connect again." % (release, release, release))


def check():
    """Return the lines that tell of a wrong or a missing vmlinux; "" if it is the right one."""
    verdict, release, version = running()
    path = main_file()
    if verdict == "unmoved" or not release:
        return ""       # the module has told what to do
    if not path:
        return "GDB has no symbols: the running kernel is %s %s.\n%s" % (release, version, what_to_load(release))
    try:
        mine = File(path)
    except (elf.ElfError, IOError, OSError):
        return ""
    if verdict == "right" and same_build(mine):
        return ""
    if verdict == "unknown" and (mine.release == release and same_build(mine) or not mine.banner and not mine.build_id):
        return ""
    told = "GDB's file is not the vmlinux of the running kernel; what it shows is wrong:\n"
    told += "  running: %s %s\n  file:    %s (%s)\n" % (release, version, mine.describe(), path)
    if mine.release == release:
        return told + "It is another build of the same release: load the vmlinux that was built with this kernel, then connect again."
    return told + what_to_load(release)


def same_build(mine):
    """Are build-id, or before 2.6.23 the banner, those of the running kernel? Both are at the addresses of GDB's file."""
    theirs = notes_in_memory()
    if mine.build_id and theirs:
        return mine.build_id == theirs
    theirs = banner_in_memory()
    if mine.banner and theirs.startswith("Linux version "):
        return mine.banner == theirs
    return True


class Vmlinux(base.Command):
    """Say whether GDB's file is the vmlinux of the running kernel.

  kgtp vmlinux

If it is not: which kernel runs, of which kernel the file is, and which file to load.
It is checked whenever GDB connects."""
    name = "kgtp vmlinux"

    def run(self, text):
        base.need_live()
        say(check() or "%s is the vmlinux of the running kernel, %s." % (main_file(), " ".join(running()[1:])))


COMMANDS = [Vmlinux]
