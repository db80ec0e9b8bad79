# SPDX-License-Identifier: GPL-2.0
"""Reader of GDB's trace files, and what it makes of them.

    tfile.py    the file: header and frames
    actions.py  what a tracepoint's commands collect
    agent.py    GDB's agent expressions, as Python
    symbols.py  a GDB that is asked for types, code and names; in_gdb.py runs in it
    row.py      one function a tracepoint, which makes a row of values of a frame
    image.py, cfi.py, stack.py  stacks of the kernel, by its DWARF call frame information
    sink_*.py   the outputs
    cli.py      the command line
"""
