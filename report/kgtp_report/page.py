# SPDX-License-Identifier: GPL-2.0
"""One HTML page that needs no network: page/ with the libraries of vendor/ and the data in it.

What is kept is bounded: the flame graph grows with the number of different stacks, a histogram has a fixed number of
bins, and the rows of the table and the time line are each 2^n-th frame.
"""
import collections
import html
import json
import pathlib
import re

from .row import COMM, CPU, PID, TIME
from .sinks import Counted, shown

TOP = pathlib.Path(__file__).resolve().parents[1]
STYLES = ["uPlot.min.css", "tabulator.min.css"]
SCRIPTS = ["d3.min.js", "d3-flamegraph.umd.min.js", "uPlot.iife.min.js", "tabulator.min.js"]
VALUES_MOST = 32


def library(path):
    """Return a file's text without the name of its source map, which is not there."""
    return re.sub(r"/[/*]# sourceMappingURL=[^\s*]*(?: ?\*/)?", "", path.read_text(encoding="utf-8"))


class Histogram:
    """Counts each value while there are few; then powers of two."""

    def __init__(self, column):
        self.column = column
        self.count = self.missing = self.sum = 0
        self.low = self.high = None
        self.values, self.powers = collections.Counter(), collections.Counter()

    def add(self, value):
        if value is None:
            self.missing += 1
            return
        self.count += 1
        self.sum += value
        if self.low is None or value < self.low:
            self.low = value
        if self.high is None or value > self.high:
            self.high = value
        if self.values is not None:
            self.values[value] += 1
            if len(self.values) > VALUES_MOST and self.column.kind != "enum":
                self.values = None
        self.powers[value.bit_length() if value >= 0 else -value.bit_length()] += 1

    def bins(self):
        if self.values is not None:
            return [[shown(self.column, value), count] for value, count in sorted(self.values.items())]
        low, high = min(self.powers), max(self.powers)
        return [[str(0 if not power else 1 << (power - 1) if power > 0 else -(1 << (-power - 1))), self.powers[power]]
                for power in range(low, high + 1)]


class Page(Counted):
    def __init__(self, *args):
        super().__init__(*args)
        self.rows, self.every, self.seen = [], 1, 0
        # An event is a tracepoint, in each file that has it at the same place.
        self.events, self.histograms, self.broken, self.read = {}, {}, [], []

    def emitter(self, plan):
        count, host = super().emitter(plan), self.host
        event = self.events.setdefault((plan.name, plan.point.number), len(self.events))
        columns = plan.shown
        numbers = []
        for column in columns:
            if column.kind in ("int", "enum", "bool") and column.place not in plan.absent:
                numbers.append((column.place, self.histograms.setdefault((event, plan.name, column.name, column.kind), Histogram(column))))

        def emit(number, row):
            count(number, row)
            for place, histogram in numbers:
                histogram.add(row[place])
            if self.seen % self.every == 0:
                text = " ".join(f"{c.name}={shown(c, row[c.place])}" for c in columns)
                self.rows.append([number, event, row[TIME], row[CPU], row[COMM], row[PID], text] + ([] if host is None else [host]))
                if len(self.rows) > self.options.rows:
                    self.rows, self.every = self.rows[::2], self.every * 2
            self.seen += 1
        return emit

    def file_ends(self):
        super().file_ends()
        self.read.append(self.trace.name)
        if self.trace.broken:
            self.broken.append(f"{self.trace.name} is not whole: {self.trace.broken}.")

    def flames(self):
        top = {"name": "all", "value": 0, "children": {}}
        for names, count in self.named.items():
            node = top
            node["value"] += count
            for name in names:
                node = node["children"].setdefault(name, {"name": name, "value": 0, "children": {}})
                node["value"] += count

        def listed(node):
            return {"name": node["name"], "value": node["value"], "children": [listed(child) for child in node["children"].values()]}
        return listed(top)

    def data(self):
        number = len(self.events)
        about = f"{self.seen} frames of {number} tracepoint{'s' if number != 1 else ''}"
        if self.host is not None:
            about += f" in {len(self.read)} files"
        if self.stacks:
            about += f", symbols of {self.stacks.symbols.vmlinux}"
        return {"title": self.title(), "about": about, "frames": self.seen, "every": self.every, "broken": " ".join(self.broken) or None,
                "hosts": self.host is not None, "events": [{"name": name, "number": number} for name, number in self.events], "rows": self.rows, "flames": self.flames(),
                "histograms": [{"event": event, "column": one.column.name, "count": one.count, "missing": one.missing,
                                "min": shown(one.column, one.low), "max": shown(one.column, one.high),
                                "mean": one.sum / one.count, "bins": one.bins()}
                               for (_, event, _, _), one in self.histograms.items() if one.count]}

    def title(self):
        return self.read[0] if len(self.read) == 1 else f"{len(self.read)} machines"

    def end(self):
        vendor, page = TOP / "vendor", TOP / "page"
        data = json.dumps(self.data(), ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
        licenses = "\n\n".join(f"{path.stem}:\n{path.read_text(encoding='utf-8')}" for path in sorted(vendor.glob("*.LICENSE")))
        scripts = [vendor / name for name in SCRIPTS] + [page / "page.js"]
        # In the order of the page.
        parts = {"TITLE": html.escape(f"{self.title()}: kgtp report"),
                 "STYLES": "\n".join(library(path) for path in [*(vendor / name for name in STYLES), page / "page.css"]),
                 "LICENSES": html.escape(licenses), "DATA": data,
                 # No library has the end tag in a text; one that had would end the script.
                 "SCRIPTS": "\n".join("<script>\n" + library(path).replace("</script", "<\\/script") + "\n</script>"
                                      for path in scripts)}
        text = (page / "page.html.in").read_text(encoding="utf-8")
        for name, part in parts.items():
            before, _, after = text.partition(f"@{name}@")
            self.out.write(before)
            self.out.write(part)
            text = after
        self.out.write(text)
