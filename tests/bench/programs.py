# SPDX-License-Identifier: GPL-2.0
"""The benchmarks' own programs: static ones, for the guest."""
import pathlib
import subprocess

HERE = pathlib.Path(__file__).resolve().parent


def build(name, where):
    """-> the program that NAME.c makes, in that directory"""
    out = where / name
    subprocess.run(["musl-gcc", "-static", "-O2", "-Wall", "-Wextra", "-Werror", "-o", out, HERE / f"{name}.c"], check=True)
    return out
