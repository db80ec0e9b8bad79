# SPDX-License-Identifier: GPL-2.0
"""The known answers of compat/probe.sh for a kernel tree: expected/NAME.h."""
import difflib
import pathlib

# Kernels with another one's source, configured otherwise (tests/vm/source.py).
SAME = {"kasan": "6.1", "kcsan": "6.1"}
EXPECTED = pathlib.Path(__file__).resolve().parent / "expected"


def path(name):
    """Return the file for a kernel name; a flavour with different answers ("6.1-rt") has its own."""
    for known in (name, SAME.get(name), name.split("-")[0]):
        if (EXPECTED / f"{known}.h").exists():
            return EXPECTED / f"{known}.h"
    return None


def lines(file):
    """Return the lines of a config.h or a golden file, without the first, which names the tree or the licence."""
    return pathlib.Path(file).read_text().splitlines()[1:]


def difference(name, config):
    """Return "" if the answers are those expected for that kernel, otherwise the difference."""
    golden = path(name)
    if not golden:
        return f"tests/compat/expected/ has no answers for {name}: docs/porting.md says how to add them"
    diff = "\n".join(difflib.unified_diff(lines(golden), lines(config), f"tests/compat/expected/{golden.name}",
                                          str(config), lineterm=""))
    return diff and f"the kernel tree's answers are not those expected of {name}:\n{diff}"
