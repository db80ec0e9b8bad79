# SPDX-License-Identifier: GPL-2.0
"""Runs in GDB: answers requests of symbols.py, a line of JSON each, until there are no more.

Types and names are asked for by GDB's Python; an expression is compiled by `maint agent-eval', in the scope of the
selected frame of a small trace file, which has one frame a tracepoint.
"""
import json
import os
import re
import sys

import gdb

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "gdb"))
from kgtp_gdb import rewrite    # noqa: E402

FIELDS_MOST = 64
DEPTH_MOST = 6
ELEMENTS_MOST = 64


def command(text):
    return gdb.execute(text, to_string=True)


def is_signed(kind):
    if hasattr(kind, "is_signed"):
        return kind.is_signed
    return int(gdb.Value(-1).cast(kind)) < 0


def type_of(text):
    """Return the type of an expression, which is not evaluated: its memory may not be there."""
    said = command("whatis " + text).strip()
    said = said[len("type = "):]
    if said.endswith(")") or "(*" in said:
        return None, said                       # a pointer to a function
    base, dims = said, ""
    if said.endswith("]"):
        base, dims = said[:said.index("[")], said[said.index("["):]
    if base.rstrip().endswith("{...}"):
        raise gdb.error("its type has no name: name the member")
    return gdb.parse_and_eval("(%s (*)%s) 0" % (base, dims)).type.target(), said


def describe(kind):
    """Return what the reader needs of a scalar type, or None."""
    if kind is None:
        return {"kind": "pointer", "size": gdb.lookup_type("long").sizeof}
    kind = kind.strip_typedefs()
    size = kind.sizeof
    if kind.code == gdb.TYPE_CODE_PTR:
        target = kind.target().strip_typedefs()
        text = target.code in (gdb.TYPE_CODE_INT, gdb.TYPE_CODE_CHAR) and target.sizeof == 1
        return {"kind": "string" if text else "pointer", "size": size}
    if kind.code == gdb.TYPE_CODE_ENUM:
        return {"kind": "enum", "size": size, "signed": is_signed(kind),
                "names": [[int(f.enumval), f.name] for f in kind.fields()]}
    if kind.code == gdb.TYPE_CODE_BOOL:
        return {"kind": "bool", "size": size}
    if kind.code in (gdb.TYPE_CODE_INT, gdb.TYPE_CODE_CHAR, gdb.TYPE_CODE_RANGE):
        return {"kind": "int", "size": size, "signed": is_signed(kind)}
    return None


def is_compound(kind):
    return kind is not None and kind.strip_typedefs().code in (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION, gdb.TYPE_CODE_ARRAY)


def leaves(text, kind, arrow=".", depth=0):
    """Yield (expression, type description, by address) of an expression and, if it is a struct, of its members."""
    scalar = describe(kind)
    if scalar:
        yield text, scalar, False
        return
    kind = kind.strip_typedefs()
    if kind.code == gdb.TYPE_CODE_ARRAY:
        element = describe(kind.target())
        low, high = kind.range()
        count = high - low + 1
        if not element or count < 1:
            return
        if element["kind"] == "int" and element["size"] == 1:
            yield text, {"kind": "chars", "size": count}, True
        elif element["kind"] in ("int", "pointer", "bool"):
            yield text, {"kind": "array", "element": element, "count": min(count, ELEMENTS_MOST)}, True
        return
    if kind.code not in (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION) or depth == DEPTH_MOST:
        return
    for field in kind.fields():
        if not hasattr(field, "bitpos"):
            continue
        if field.name:
            for leaf in leaves(text + arrow + field.name, field.type, ".", depth + 1):
                yield leaf
        else:
            # A member of a member without a name is named as if it were one of this struct.
            for leaf in leaves(text, field.type, arrow, depth + 1):
                yield leaf


def owner(text):
    """Return what a struct's members are behind: (text, "->" or ".")."""
    pointer = text[1:].strip() if text.startswith("*") else ""
    if re.match(r"(\(.*\)|[A-Za-z_$][\w$]*((->|\.)\w+|\[\w+\])*)$", pointer):
        return pointer, "->"
    return text if re.match(r"[\w$]+((->|\.)\w+)*$", text) else "(%s)" % text, "."


def compile_one(text, by_address):
    """Return GDB's bytecode for the value of a scalar, or the address of an array."""
    try:
        return command("maint agent-eval " + ("&(%s)" % text if by_address else text))
    except gdb.error:
        # Members of anonymous structs, and enumerators, which GDB's compiler does not know.
        other = rewrite.rewrite(text, gdb.selected_frame().block())
        if other == text:
            raise
        return command("maint agent-eval " + other)


def columns(text):
    """Return the columns of an expression: one, or those of its members."""
    kind, said = type_of(text)
    found, why = [], None
    if is_compound(kind) and kind.strip_typedefs().code != gdb.TYPE_CODE_ARRAY:
        top, arrow = owner(text)
    else:
        top, arrow = text, ""
    for name, scalar, by_address in leaves(top, kind, arrow):
        if len(found) == FIELDS_MOST:
            break
        try:
            found.append({"name": name, "type": scalar, "code": compile_one(name, by_address)})
        except (gdb.error, RuntimeError) as error:
            why = str(error)
    if not found:
        raise gdb.error(why or "a value of type %s cannot be shown" % said)
    return found


def in_scope(which):
    """Return names of the arguments, or of the local variables, at the selected frame."""
    block, found = gdb.selected_frame().block(), []
    while block is not None and not block.is_global and not block.is_static:
        for symbol in block:
            if symbol.is_argument == (which == "$args") and (symbol.is_argument or symbol.is_variable):
                if symbol.name not in found:
                    found.append(symbol.name)
        if block.function:
            break
        block = block.superblock
    return found


def do_scope(request):
    command("target tfile " + request["file"])
    return {}


def do_columns(request):
    command("tfind %d" % request["frame"])
    answers = []
    for text in request["expressions"]:
        several = text in ("$args", "$locals")
        try:
            for name in in_scope(text) if several else [text]:
                try:
                    answers.append({"asked": text, "columns": columns(name)})
                except gdb.error as error:
                    answers.append({"asked": name, "error": str(error), "quiet": several})
        except (gdb.error, RuntimeError) as error:
            answers.append({"asked": text, "error": str(error)})
    return {"answers": answers}


def name_of(pc):
    """Return "symbol", offset."""
    said = command("info symbol 0x%x" % pc)
    if said.startswith("No symbol"):
        return None, 0
    words = said.split(" in section ")[0].split(" + ")
    return words[0], int(words[1]) if len(words) > 1 else 0


def do_names(request):
    """Of each address: symbol, offset, functions that are inlined there from the inside out, file, line."""
    found = []
    for pc in request["addresses"]:
        symbol, offset = name_of(pc)
        chain, file, line = [], None, 0
        block = gdb.block_for_pc(pc)
        while block is not None and not block.is_global and not block.is_static:
            if block.function:
                chain.append(block.function.name)
            block = block.superblock
        place = gdb.find_pc_line(pc)
        if place.symtab:
            file, line = place.symtab.filename, place.line
        found.append([symbol, offset, chain[:-1], file, line])
    return {"names": found}


def do_address(request):
    """Where a location of a tracepoint is in this vmlinux."""
    try:
        places = gdb.decode_line(request["at"])[1]
    except gdb.error as error:
        return {"error": str(error)}
    return {"addresses": [place.pc for place in places or []]}


def serve(asked, answers):
    for line in asked:
        request = json.loads(line)
        try:
            answer = globals()["do_" + request.pop("do")](request)
        except Exception as error:       # whatever GDB raises is the answer
            answer = {"failed": "%s" % error}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


READ, WRITE = (int(fd) for fd in os.environ["KGTP_REPORT_FDS"].split(","))
with os.fdopen(READ) as READER, os.fdopen(WRITE, "w") as WRITER:
    serve(READER, WRITER)
