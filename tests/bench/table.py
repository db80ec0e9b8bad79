#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The results of tests/bench/run --record, as the tables of docs/performance.md.

    tests/bench/table.py [--check]     rewrite them; --check: only report whether they match the results
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
    """Return the measured commit; changes of results and of what is generated from them do not count."""
    changed = results.git("status", "--porcelain", "--", ".", ":!tests/bench/results", ":!docs", ":!README.md")
    return results.git("rev-parse", "--short=10", "HEAD") + ("+" if changed else "")


def record(name, found):
    FOLDER.mkdir(exist_ok=True)
    found["date"] = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    (FOLDER / f"{name}.json").write_text(json.dumps(found, indent=1) + "\n")


def recorded(name):
    """Return the record of this name, or None."""
    path = FOLDER / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else None


def line(row, floors):
    """floors: {kind: cost of an empty kprobe of this kind}"""
    name, missing = f"{row['group']}: {row['name']}", row.get("missing")
    if missing:
        return f"| {name} | not measured: {missing.replace('|', '/')} | | | |"
    over = {way: row[way] - floors[way] if way in floors and row["name"] not in rows.FLOORS else "" for way in floors if way in row}
    if "entry" in row:
        return f"| {name} | {row['entry']} (entry) | {over.get('entry', '')} | | |"
    return f"| {name} | {row.get('jump', '')} | {over.get('jump', '')} | {row.get('int3', '')} | {over.get('int3', '')} |"


def table(found, others=()):
    """others: records of the other tracers"""
    floors = {way: row[way] for row in found["rows"] if row["name"] in rows.FLOORS for way in ("jump", "int3", "entry") if way in row}
    listed = found["rows"] + [row for other in others for row in other["rows"]]
    return "\n".join([f"| at {found['place']}; {found['base']} instructions without a probe | jump | over the floor | int3 | over the floor |",
                      "| --- | ---: | ---: | ---: | ---: |", *(line(row, floors) for row in listed)])


def peers(name):
    """Return the records of the other tracers on that kernel."""
    return [json.loads(path.read_text()) for path in sorted(FOLDER.glob(f"{name}.[a-zA-Z]*.json"))]


def idle(found):
    """Return the module's cost while nothing is traced."""
    return "\n".join(["| module loaded, nothing traced | |", "| --- | ---: |",
                      *(f"| instructions of a `read()` {when} | {number:.2f} |" for when, number in found["idle"].items()),
                      *(f"| bytes: {what} | {number} |" for what, number in found["bytes"].items())])


AFTER = [("kgtp", "first", "kgtp: the first `tfind` after `tstop`"),
         ("kgtp", "walk", "kgtp: `tfind`, registers read, to the end"),
         ("kgtp", "save", "kgtp: `tsave -r`, a file in the guest"),
         ("kgtp", "upload", "kgtp: `tsave`, what GDB reads for it"),
         ("kgtp", "stream", "kgtp: the same from `gtpframe_pipe`"),
         ("ftrace", "pipe", "ftrace: as many events of 4 arguments from `trace_pipe`")]


def after(found):
    """The table of tests/bench/after; the ratio is to ftrace's cost for the same number."""
    pipe = found["found"]["ftrace"]["pipe"]["ticks"]

    def one(group, key, what):
        took = found["found"][group].get(key)
        if not took:
            return []       # not measured then
        ticks, size, frames = took["ticks"], took["bytes"], found["frames"]
        return [f"| {what} | {ticks / 1e6:.1f} | {ticks / frames:.1f} | {ticks / pipe:.2f} | {size or ''} | "
                f"{f'{size / ticks * 1000:.1f}' if size else ''} |"]
    return "\n".join([f"| {found['frames']} frames | million instructions | per frame | to `trace_pipe` | bytes | MB in 10^9 instructions |",
                      "| --- | ---: | ---: | ---: | ---: | ---: |", *(row for what in AFTER for row in one(*what))])


def memory(found):
    """The table of tests/bench/after --memory."""
    def one(what, end):
        hexed, binary, kcore = (took["ticks"] / took["bytes"] for took in (found["found"][kind + end] for kind in ("dump", "binary", "kcore")))
        return f"| {what} | {hexed:.2f} | {binary:.2f} | {kcore:.2f} | {hexed / kcore:.2f} | {binary / kcore:.2f} |"
    return "\n".join([f"| instructions for a byte of {found['found']['dump']['bytes'] >> 20} MiB | `dump memory`, GDB before 16 | GDB 16 and newer | "
                      "/proc/kcore | `dump memory` to it | GDB 16 to it |", "| --- | ---: | ---: | ---: | ---: | ---: |",
                      one("read", ""), one("read, and sent on by a relay", "_sent")])


def hosted(found):
    """The table of tests/bench/hosted."""
    return "\n".join(["| in user space | instructions | of memcpy() or a plain switch | ns | of the other | median of the ratios |",
                      "| --- | ---: | ---: | ---: | ---: | ---: |",
                      *(f"| {row['name']} | {row['instructions']:.1f} | {row['other_instructions']:.1f} | {row['ns']:.1f} | "
                        f"{row['other_ns']:.1f} | {row['ratio']:.2f} |" for row in found["rows"])])


def scaling(found):
    """The table of tests/bench/scaling."""
    return "\n".join([f"| {found['host_cpus']} CPUs of the host | `read()`s for its work, to one CPU | with a frame each | left by tracing | hits a second | frames | lost |",
                      "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
                      *(f"| {row['cpus']} | {row['scale_without']:.2f} | {row['scale']:.2f} | {row['left']:.2f} | {row['hits_a_second']:.0f} | "
                        f"{row['frames']} | {row['lost']} |" for row in found["rows"]), "",
                      "Cache lines of the module, the tracepoint and the buffer that hits on one CPU change: {cpu0}; on another: {cpu1}; both: "
                      "{both}. With a pass count, which counts the hits of all CPUs: {passes}. (Not counted: {session} words that the session "
                      "itself changes.)".format(**found["lines"], passes=found["passcount"]["both"])])


def origin(found):
    return f"commit {found['commit']}, {found['date']}"


def tables():
    found = {path.stem: recorded(path.stem) for path in FOLDER.glob("*.json")}
    parts = []
    for name in sorted((name for name, one in found.items() if "base" in one and one["rows"][0]["group"] == "kernel"),
                       key=lambda name: results.natural(found[name]["release"])):
        one, others = found[name], peers(name)
        versions = [f"{other['rows'][0]['group']} {other['version']}, {other['date']}" for other in others]
        parts += ["; ".join([f"Linux {one['release']}, {origin(one)}", *versions]) + ":", table(one, others)]
        if "idle" in one:
            parts.append(idle(one))
    for title, kept, make in (("After the hit", "after", after), ("Memory", "memory", memory), ("In user space", "hosted", hosted),
                              ("1, 2 and 4 virtual CPUs on one tracepoint", "scaling", scaling)):
        if kept in found:
            where = f", Linux {found[kept]['release']}" if "release" in found[kept] else ""
            parts += [f"{title}{where}, {origin(found[kept])}:", make(found[kept])]
    return "\n\n".join(parts)


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
