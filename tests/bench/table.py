#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What tests/bench/run --record has kept, as the tables of docs/performance.md.

    tests/bench/table.py [--check]     rewrite them; --check: only say whether they are what the results say
"""
import argparse
import datetime
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "vm")]
import results
import rows

FOLDER = HERE / "results"
PAGE = HERE.parents[1] / "docs/performance.md"
BEGIN, END = "<!-- tests/bench/table.py: begin -->", "<!-- tests/bench/table.py: end -->"


def commit():
    """What was measured; results and what is made of them do not count as changes."""
    changed = results.git("status", "--porcelain", "--", ".", ":!tests/bench/results", ":!docs", ":!README.md")
    return results.git("rev-parse", "--short=10", "HEAD") + ("+" if changed else "")


def record(name, found):
    FOLDER.mkdir(exist_ok=True)
    found["date"] = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    (FOLDER / f"{name}.json").write_text(json.dumps(found, indent=1) + "\n")


def recorded(name):
    return json.loads((FOLDER / f"{name}.json").read_text())


def line(row, floor):
    cells = [f"{row['group']}: {row['name']}"]
    for way in ("jump", "int3"):
        if way in row:
            cells += [str(row[way]), str(row[way] - floor[way]) if way in floor and row is not floor else ""]
        else:
            cells += ["", ""]
    if "entry" in row:
        cells[1] = f"{row['entry']} (entry)"
    if "missing" in row:
        cells[1] = "not measured: " + row["missing"].replace("|", "/")
    return "| " + " | ".join(cells) + " |"


def table(found):
    floor = next(row for row in found["rows"] if row["name"] == rows.FLOOR)
    return "\n".join([f"| at {found['place']}; {found['base']} instructions without a probe | jump | over the floor | int3 | over the floor |",
                      "| --- | ---: | ---: | ---: | ---: |", *(line(row, floor) for row in found["rows"])])


def tables():
    found = [json.loads(path.read_text()) for path in FOLDER.glob("*.json")]
    found.sort(key=lambda one: results.natural(one["release"]))
    return "\n\n".join(f"Linux {one['release']}, commit {one['commit']}, {one['date']}:\n\n{table(one)}" for one in found)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing")
    args = parser.parse_args()
    old = PAGE.read_text()
    new = results.rewrite(old, BEGIN, END, tables())
    if args.check:
        if old != new:
            print("docs/performance.md's tables are not what tests/bench/results/ says: run tests/bench/table.py")
        return old != new
    PAGE.write_text(new)
    return 0


if __name__ == "__main__":
    sys.exit(main())
