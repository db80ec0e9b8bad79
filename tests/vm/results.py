#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The results of tests/vm/run --record, as README.md's table.

    tests/vm/results.py [--check]     rewrite the table in README.md; --check: only report whether it matches the results
"""
import argparse
import datetime
import json
import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/vm"))
FOLDER = TOP / "tests/vm/results"
README = TOP / "README.md"
BEGIN, END = "<!-- tests/vm/results.py: begin -->", "<!-- tests/vm/results.py: end -->"
MACHINES = {"x86_64": "x86-64", "i686": "x86, 32 bits"}


class ResultError(Exception):
    pass


def git(*args):
    return subprocess.run(["git", "-C", TOP, *args], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def commit():
    """Return the tested commit. "+": with uncommitted changes, other than to results and README.md."""
    changed = git("status", "--porcelain", "--", ".", ":!tests/vm/results", ":!README.md")
    return git("rev-parse", "--short=10", "HEAD") + ("+" if changed else "")


def gdb_version():
    first = subprocess.run(["gdb", "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()[0]
    return first.split()[-1]


def record(name, found):
    """Write one kernel's result."""
    FOLDER.mkdir(exist_ok=True)
    found["date"] = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    (FOLDER / f"{name}.json").write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")


def row(name, found):
    """Return one line of the table. A failure is shown as such."""
    # A kernel built by hand may lack the vendor's suffix.
    release = found["release"] if name.split("-")[0] in found["release"] else f"{found['release']} ({name})"
    result = f"{found['passed']} passed, {found['failed']} failed, {len(found['skipped'])} skipped"
    if found["failures"]:
        result = f"**{result}**: {', '.join(found['failures'])}"
    suite = "the whole VM suite" if found["suite"] == "whole" else found["suite"].replace("core", "its core", 1).replace("+old", ", cases of old kernels").replace("+", ", ")
    return (f"| {release} | {MACHINES.get(found['machine'], found['machine'])} | {found['cpus']} | {found['gdb']} | "
            f"{suite} | {result} | {found['date']}, {found['commit']} |")


def natural(text):
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", text)]


def table():
    found = [(path.stem, json.loads(path.read_text())) for path in sorted(FOLDER.glob("*.json"))]
    found.sort(key=lambda one: (natural(one[1]["release"]), one[1]["machine"]))
    return "\n".join(["| kernel | machine | CPUs | GDB | run | result | when, commit |", "| --- | --- | --- | --- | --- | --- | --- |",
                      *(row(*one) for one in found)])


def rewrite(text, first, last, lines):
    """Return a page's text with these lines between its two marks."""
    before, begin, rest = text.partition(first)
    _, end, after = rest.partition(last)
    if not begin or not end or first in after or last in after:
        raise ResultError(f"the page must have the lines {first} and {last} once")
    return f"{before}{first}\n{lines}\n{last}{after}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing")
    args = parser.parse_args()
    old = README.read_text()
    new = rewrite(old, BEGIN, END, table())
    if args.check:
        if old != new:
            print("README.md's table is not what tests/vm/results/ says: run tests/vm/results.py")
        return old != new
    README.write_text(new)
    return 0


if __name__ == "__main__":
    sys.exit(main())
