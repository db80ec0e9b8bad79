# SPDX-License-Identifier: GPL-2.0
"""Debian packages from a private apt: the system's sources, lists and package state are never touched.

Every Apt object has its own directory in the cache with its own sources, lists and an empty dpkg status,
so that `apt-get download` sees exactly the suites named and checks them against Debian's archive keyring.
The system's apt.conf is still read, so its proxy is used.
"""
import contextlib
import fcntl
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
MIRROR = os.environ.get("KGTP_DEBIAN_MIRROR", "http://deb.debian.org")


def cache_dir():
    path = pathlib.Path(os.environ.get("KGTP_CACHE") or "~/.cache/kgtp").expanduser().resolve()
    path.mkdir(parents=True, exist_ok=True)
    return path


def say(text):
    print(text, file=sys.stderr, flush=True)


def new_logs(kept=30):
    """Create a directory for one run's logs, and keep only the newest of the old ones."""
    top = cache_dir() / "logs"
    top.mkdir(exist_ok=True)
    old = sorted((p for p in top.iterdir() if p.is_dir()), key=lambda p: p.stat().st_mtime)
    for path in old[:-kept]:
        shutil.rmtree(path, ignore_errors=True)
    new = top / time.strftime(f"%Y%m%d-%H%M%S-{os.getpid()}")
    new.mkdir()
    return new


@contextlib.contextmanager
def lock(path):
    """Hold an exclusive lock on a file; print a message when another run holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"waiting for {path}: another run holds it")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def natural(text):
    """A sort key by which 6.1.0-9 comes before 6.1.0-56."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", text)]


class Apt:
    """suites: "bookworm", "bookworm-security" and the like; arch: Debian's name of any machine."""

    def __init__(self, name, suites, arch="amd64"):
        self.dir, self.suites = cache_dir() / "apt" / name, suites
        for sub in ("lists/partial", "archives/partial", "none"):
            (self.dir / sub).mkdir(parents=True, exist_ok=True)
        (self.dir / "status").touch()
        with open(self.dir / "sources.list", "w") as file:
            for suite in suites:
                area = "debian-security" if suite.endswith("-security") else "debian"
                file.write(f"deb [signed-by={KEYRING}] {MIRROR}/{area} {suite} main\n")
        self.conf = self.dir / "apt.conf"
        # The hooks are cleared because they act on the system; -c reads this file after the system's.
        self.conf.write_text(f"""\
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear APT::Default-Release;
Dir::Etc::sourcelist "{self.dir}/sources.list";
Dir::Etc::sourceparts "{self.dir}/none";
Dir::Etc::preferences "{self.dir}/none/preferences";
Dir::Etc::preferencesparts "{self.dir}/none";
Dir::Etc::trusted "{self.dir}/none/trusted";
Dir::Etc::trustedparts "{self.dir}/none";
Dir::State "{self.dir}";
Dir::State::lists "{self.dir}/lists";
Dir::State::status "{self.dir}/status";
Dir::Cache "{self.dir}";
Dir::Cache::archives "{self.dir}/archives";
APT::Sandbox::User "root";
APT::Architecture "{arch}";
APT::Architectures {{ "{arch}"; }};
APT::Install-Recommends "false";
Acquire::Languages "none";
Acquire::Retries "3";
""")

    def _apt(self, tool, *args, cwd=None):
        done = subprocess.run([tool, "-q", "-c", self.conf, *args], cwd=cwd, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode:
            raise RuntimeError(f"{tool} {' '.join(map(str, args))} failed:\n{done.stdout}")
        return done.stdout

    def update(self):
        say(f"apt: reading the package lists of {', '.join(self.suites)} from {MIRROR}")
        # Without Error-Mode an unreachable mirror gives only a warning, and old lists would be used silently.
        self._apt("apt-get", "-o", "APT::Update::Error-Mode=any", "update")

    def names(self, prefix):
        return self._apt("apt-cache", "pkgnames", prefix).split()

    def newest(self, pattern):
        """Return the package with the highest number whose whole name matches, or None."""
        prefix = re.match(r"[a-z-]*", pattern)[0]
        found = [n for n in self.names(prefix) if re.fullmatch(pattern, n)]
        return max(found, key=natural, default=None)

    def field(self, package, field):
        text = self._apt("apt-cache", "show", "--no-all-versions", package)
        found = re.search(rf"^{field}: (.*)$", text, re.M)
        return found[1] if found else ""

    def download(self, *packages):
        """Download the packages' .deb files. Return their paths, in the same order."""
        shown = self._apt("apt-cache", "show", "--no-all-versions", *packages)
        size = sum(map(int, re.findall(r"^Size: (\d+)$", shown, re.M)))
        names = ", ".join(packages) if len(packages) < 10 else f"{packages[-1]} and {len(packages) - 1} more"
        say(f"apt: downloading {names} ({size / 1e6:.0f} MB)")
        folder = self.dir / "archives"
        shutil.rmtree(folder)
        (folder / "partial").mkdir(parents=True)
        self._apt("apt-get", "download", *packages, cwd=folder)
        return [next(folder.glob(f"{package}_*.deb")) for package in packages]

    def clean(self):
        """Remove the downloads."""
        shutil.rmtree(self.dir / "archives")

    def closure(self, *packages):
        """Return the names of the packages and of all their dependencies."""
        text = self._apt("apt-get", "-s", "install", *packages)
        return re.findall(r"^Inst (\S+)", text, re.M)
