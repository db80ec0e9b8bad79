# SPDX-License-Identifier: GPL-2.0
"""Runs in GDB: what GDB itself reads in a trace file, for each frame: expressions, and the stack."""
import json
import os

import gdb


def value(text):
    try:
        return gdb.execute("output " + text, to_string=True)
    except gdb.error as error:
        return "error: %s" % error


def stack():
    names, frame = [], gdb.newest_frame()
    while frame is not None:
        names.append([frame.pc(), frame.name(), frame.type() == gdb.INLINE_FRAME])
        try:
            frame = frame.older()
        except gdb.error:
            break
    return names


gdb.execute("target tfile " + os.environ["TFILE"], to_string=True)
answers = []
for number in range(int(os.environ["FRAMES"])):
    gdb.execute("tfind %d" % number, to_string=True)
    answers.append({"values": [value(text) for text in json.loads(os.environ["EXPRESSIONS"])], "stack": stack()})
with open(os.environ["EXPECT"], "w") as out:
    json.dump(answers, out)
