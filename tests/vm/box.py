# SPDX-License-Identifier: GPL-2.0
"""GDB's command `box', for the session of tests/vm/shell only. Run by GDB."""
import pathlib
import subprocess

import gdb

GUESTCTL = pathlib.Path(__file__).resolve().parent / "guestctl"


class Box(gdb.Command):
    """Run a shell command in the guest, and show what it prints.

  box [-b] COMMAND

-b: in the background. Example: box ps; box -b nc -l -p 99"""

    def __init__(self):
        super().__init__("box", gdb.COMMAND_SUPPORT, gdb.COMPLETE_NONE)

    def invoke(self, text, from_tty):
        if text.strip() in ("", "-b"):
            raise gdb.GdbError("run what? box COMMAND, for example: box ps")
        words = ["-b", text.split(None, 1)[1]] if text.startswith("-b ") else [text]
        done = subprocess.run([GUESTCTL, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, errors="replace")
        gdb.write(done.stdout + ("" if done.stdout.endswith("\n") or not done.stdout else "\n"))
        if done.returncode:
            raise gdb.GdbError(f"box: exit status {done.returncode}")


Box()
# So that the first `tfind' and `bt' show arguments and all callers.
gdb.execute("set default-collect $regs, $bt")
gdb.execute("tvariable $bt = 2048", to_string=True)
