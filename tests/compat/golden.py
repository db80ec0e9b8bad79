# SPDX-License-Identifier: GPL-2.0
"""The answers that compat/probe.sh is known to give about a kernel tree: expected/NAME.h."""
import difflib
import pathlib

# Kernels that are another's source, configured otherwise (tests/vm/source.py).
SAME = {"kasan": "6.1", "kcsan": "6.1"}
EXPECTED = pathlib.Path(__file__).resolve().parent / "expected"


def path(name):
    """Of a kernel of that name; a flavour whose answers differ from those of its kernel ("6.1-rt") has its own."""
    for known in (name, SAME.get(name), name.split("-")[0]):
        if (EXPECTED / f"{known}.h").exists():
            return EXPECTED / f"{known}.h"
    return None


def lines(file):
    """Of a config.h or a golden file: without the first one, which names the tree or the licence."""
    return pathlib.Path(file).read_text().splitlines()[1:]


def difference(name, config):
    """-> "" if these are the answers that are expected of that kernel, else what differs."""
    golden = path(name)
    if not golden:
        return f"tests/compat/expected/ has no answers for {name}: docs/porting.md says how to add them"
    diff = "\n".join(difflib.unified_diff(lines(golden), lines(config), f"tests/compat/expected/{golden.name}",
                                          str(config), lineterm=""))
    return diff and f"the kernel tree's answers are not those expected of {name}:\n{diff}"
