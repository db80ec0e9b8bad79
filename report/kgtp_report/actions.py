# SPDX-License-Identifier: GPL-2.0
"""What the commands of a tracepoint collect."""
import re


def split(text, separator=","):
    """Split at separators that are outside of brackets and quotes."""
    parts, depth, quote, begin, i = [], 0, "", 0, 0
    while i < len(text):
        c = text[i]
        if quote:
            if c == "\\":
                i += 1
            elif c == quote:
                quote = ""
        elif c in "'\"":
            quote = c
        elif c in "([{":
            depth += 1
        elif c in ")]}":
            depth -= 1
        elif c == separator and depth == 0:
            parts.append(text[begin:i])
            begin = i + 1
        i += 1
    parts.append(text[begin:])
    return [part.strip() for part in parts if part.strip()]


def collected(point):
    """Return the expressions that the tracepoint collects, in order, each once; not those of its steps."""
    found = []
    for command in point.commands:
        command = command.strip()
        if re.match(r"(while-stepping|stepping|ws)\b", command):
            break
        match = re.match(r"collect(?:/\w+)?\s+(.*)", command, re.S)
        for expression in split(match[1]) if match else []:
            if expression not in found:
                found.append(expression)
    return found
