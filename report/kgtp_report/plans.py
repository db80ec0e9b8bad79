# SPDX-License-Identifier: GPL-2.0
"""Which columns a report has, and from what each is made."""
import re

from . import actions
from .errors import ReportError
from .row import COMM, HEADER, INT64, PID, TEXT, Column, Plan
from .symbols import named
from .tfile import MEMORY, VARIABLE

TASK = re.compile(r"\$current_task\)+->(comm|pid)$")
# Not values: they make the stack.
OF_STACK = {"$bt", "$_ret", "$dump_stack"}


def evaluate(plan, wanted, symbols):
    """Return {expression: columns}, and {expression: why not}."""
    found, errors, asked = {}, {}, []
    for text in wanted:
        columns = plan.simple(text)
        if columns is not None:
            found[text] = columns
        elif symbols is None:
            errors[text] = "the symbols are needed: --vmlinux FILE"
        else:
            asked.append(text)
    several = {}
    for answer in symbols.columns(plan.point, asked) if asked else []:
        text = answer["asked"]
        if "error" in answer:
            if not answer.get("quiet"):
                errors[text] = answer["error"]
            continue
        try:
            columns = [plan.compiled(one) for one in answer["columns"]]
        except ValueError as error:
            errors[text] = str(error)
            continue
        several.setdefault(text, []).extend(columns)
    found.update(several)
    return found, errors


def set_header(plan, found):
    """The task's name and pid are in front, and not among the values."""
    for text, columns in found.items():
        match = TASK.search(text.replace(" ", ""))
        if match and len(columns) == 1:
            plan.header.setdefault({"comm": COMM, "pid": PID}[match[1]], columns[0])


def make(trace, symbols, columns=None):
    """Return {number: Plan}, with what each shows. columns: the expressions that are asked for, or None for what is collected."""
    names = named(trace.tracepoints.values(), symbols)
    plans, anywhere, why = {}, set(), {}
    for number, point in trace.tracepoints.items():
        plan = plans[number] = Plan(trace, point, names[number])
        collected = [text for text in actions.collected(point) if text not in OF_STACK]
        found, errors = evaluate(plan, collected if columns is None else
                                 [text for text in collected if TASK.search(text.replace(" ", ""))], symbols)
        set_header(plan, found)
        if columns is None:
            inside = list(plan.header.values())
            for text in collected:
                plan.shown += [one for one in found.get(text, []) if one not in inside and one not in plan.shown]
            if symbols:
                plan.problems += errors.items()
            elif errors:
                plan.shown.append(plan.add(Column("memory", TEXT, ("memory",))))
            continue
        wanted = [text for text in columns if text not in HEADER]
        found, errors = evaluate(plan, wanted, symbols)
        for text in columns:
            if text in HEADER:
                anywhere.add(text)
                column = Column(text, header_type(text), ("header", text))
                column.place = HEADER[text]
                plan.shown.append(column)
            elif text in found:
                anywhere.add(text)
                plan.shown += found[text]
        why.update(errors)
    for text in columns or []:
        if text not in anywhere and plans:
            raise ReportError(f"--columns: {text}: {why.get(text, 'no tracepoint has it')}",
                              "each is an expression at the tracepoints, with what they collect; print it in GDB to try it")
    return plans


def header_type(name):
    return TEXT if name == "comm" else INT64


def add_raw(plan, buf, at, end):
    """Show what a frame has, if the file does not say what its tracepoint collects."""
    seen_memory = False
    while at < end:
        if buf[at] == 77 and at + 11 <= end:
            seen_memory = True
            at += 11 + MEMORY.unpack_from(buf, at + 1)[1]
        elif buf[at] == 86 and at + 13 <= end:
            number = VARIABLE.unpack_from(buf, at + 1)[0]
            name = plan.trace.variables.get(number)
            if name:
                column = plan.variable(name)
                if column not in plan.header.values() and column not in plan.shown:
                    plan.shown.append(column)
            at += 13
        elif buf[at] == 82:
            at += 1 + plan.trace.registers.size
        else:
            break
    if seen_memory:
        plan.shown.append(plan.add(Column("memory", TEXT, ("memory",))))
