# SPDX-License-Identifier: GPL-2.0
"""Runs in GDB: stop the program at leaf(), and write down registers, stack and memory as a tracepoint would collect them."""
import json
import os

import gdb

NAMES = "rax rbx rcx rdx rsi rdi rbp rsp r8 r9 r10 r11 r12 r13 r14 r15 rip".split()


def memory(address, size):
    return gdb.selected_inferior().read_memory(address, size).tobytes().hex()


gdb.execute("break leaf", to_string=True)
gdb.execute("run", to_string=True)
frames = []
while True:
    regs = {name: int(gdb.parse_and_eval("(unsigned long)$" + name)) for name in NAMES}
    size = int(gdb.parse_and_eval("sizeof(items)"))
    items = int(gdb.parse_and_eval("(unsigned long)&items"))
    text = int(gdb.parse_and_eval("(unsigned long)text"))
    frames.append({"regs": regs, "stack": memory(regs["rsp"], 1024), "items": [items, memory(items, size)],
                   "text": [text, memory(text, 6)],
                   "task": [int(gdb.parse_and_eval("(unsigned long)&task")), memory(int(gdb.parse_and_eval("(unsigned long)&task")), 20)],
                   "bt": gdb.execute("bt", to_string=True)})
    gdb.execute("continue", to_string=True)
    if not gdb.selected_inferior().threads():
        break
with open(os.environ["CAPTURE"], "w") as out:
    json.dump(frames, out)
