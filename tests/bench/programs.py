# SPDX-License-Identifier: GPL-2.0
"""The benchmarks' own static programs for the guest."""
import pathlib
import subprocess

HERE = pathlib.Path(__file__).resolve().parent


def build(name, where):
    """Build NAME.c in that directory. Return the program."""
    out = where / name
    subprocess.run(["musl-gcc", "-static", "-O2", "-Wall", "-Wextra", "-Werror", "-o", out, HERE / f"{name}.c"], check=True)
    return out
