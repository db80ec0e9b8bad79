# SPDX-License-Identifier: GPL-2.0
"""What ends a report, and what is only said."""
import sys


class ReportError(Exception):
    """A message, and what to do next."""

    def __init__(self, text, *steps):
        super().__init__(text)
        self.steps = steps


class Unavailable(Exception):
    """The frame does not have it."""


class Damaged(Exception):
    """The blocks of a frame make no sense."""


def warn(text, *steps):
    print(f"kgtp report: {text}", file=sys.stderr)
    for step in steps:
        print(f"  next: {step}", file=sys.stderr)
