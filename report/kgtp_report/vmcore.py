# SPDX-License-Identifier: GPL-2.0
"""The trace buffer of a machine that crashed, out of its dump, as a trace file: drgn reads it, beside us, as in_drgn.py says."""
import os
import pathlib
import shutil
import subprocess
import tempfile

from .errors import ReportError, warn

SCRIPT = pathlib.Path(__file__).with_name("in_drgn.py")


class Vmcore:
    """A stream of the bytes of a trace file. It may be read once."""

    def __init__(self, name, vmlinux=None, module=None):
        self.name, self.whole = name, True
        for path, what in (name, "the crash dump"), (vmlinux, "--vmlinux"), (module, "--module"):
            if path and not os.access(path, os.R_OK):
                raise ReportError(f"{path}: cannot be read", f"say which file is {what}")
        drgn = os.environ.get("KGTP_DRGN") or "drgn"
        command = [drgn, "-q", "-c", name, "--no-default-symbols" if vmlinux else "--main-symbols"]
        for path in vmlinux, module:
            command += ["-s", path] if path else []
        self.said = tempfile.TemporaryFile()
        try:
            self.process = subprocess.Popen([*command, str(SCRIPT)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.said,
                                            bufsize=0, start_new_session=True, env={**os.environ, "LC_ALL": "C.UTF-8"})
        except OSError as error:
            raise ReportError(f"cannot run {drgn}, which reads crash dumps: {error.strerror}",
                              "install it: apt install python3-drgn, dnf install drgn, or pip install drgn; or say KGTP_DRGN=/path/to/drgn") from None

    def read(self, size):
        data = self.process.stdout.read(size)
        if not data:
            self.finish()
        return data

    def finish(self):
        """drgn has ended: say what it had to say."""
        status = self.process.wait()
        self.said.seek(0)
        lines = self.said.read().decode("utf-8", "replace").splitlines()
        error = None
        for line in lines:
            kind, *rest = line.split("\t")
            if kind == "warning" and rest:
                self.whole = False
                warn(f"{self.name}: {rest[0]}", *rest[1:])
            elif kind == "error" and rest:
                error = rest
        if error:
            raise ReportError(f"{self.name}: {error[0]}", *error[1:])
        if status:
            said = [line for line in lines if line.strip()]
            raise ReportError(f"{self.name}: drgn: {said[-1].strip() if said else f'status {status}'}",
                              "see that drgn reads the dump: drgn -c FILE -s VMLINUX; an old drgn does not know a newer kernel")

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.said.close()


def extract(stream, output):
    """Write the trace file itself."""
    try:
        with open(output, "wb") as out:
            shutil.copyfileobj(stream, out, 1 << 20)
    except ReportError:
        os.unlink(output)
        raise
