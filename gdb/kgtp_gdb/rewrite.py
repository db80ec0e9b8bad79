# SPDX-License-Identifier: GPL-2.0
"""Conditions that GDB's compiler for hits refuses, made into what it takes: strings, characters, enums, anonymous members."""
import re

import gdb

from kgtp_gdb import base, kernel

TOKEN = re.compile(r"""\s*(?:(?P<string>"(?:\\.|[^"\\])*")|(?P<char>'(?:\\.|[^'\\])')|(?P<number>(?:0[xX][0-9a-fA-F]+|\d+)[uUlL]*)|
                       (?P<name>[$A-Za-z_][\w$]*)|(?P<op>->|<<|>>|[<>=!]=|&&|\|\||.))""", re.X | re.S)
ESCAPES = {"n": 10, "t": 9, "r": 13, "0": 0, "\\": 92, "'": 39, '"': 34, "a": 7, "b": 8, "f": 12, "v": 11}
TYPE_WORDS = set("struct union enum unsigned signed long short int char const volatile void".split())
CURRENT = "((struct task_struct *)$current_task)"


class Piece(object):
    """A piece of the expression: its text, and, for what has one, its type."""

    def __init__(self, text, kind=None, string=None):
        self.text, self.type, self.string = text, kind, string


def split(text):
    """Return [(kind, token)]."""
    found, at = [], 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if not match:
            break
        found.append((match.lastgroup, match.group(match.lastgroup)))
        at = match.end()
    return found


def character(text):
    """Return the number of a character constant; text: without the quotes."""
    return ESCAPES.get(text[1], ord(text[1])) if text[0] == "\\" else ord(text)


def bytes_of(literal):
    found, text, at = [], literal[1:-1], 0
    while at < len(text):
        size = 2 if text[at] == "\\" else 1
        found.append(character(text[at:at + size]))
        at += size
    return found + [0]


def same_text(piece, literal, negative):
    """Return a condition: the bytes at an array or pointer are those of a string, with the NUL."""
    wanted, kind = bytes_of(literal), piece.type.strip_typedefs()
    if kind.code == gdb.TYPE_CODE_ARRAY:
        where, room = "(unsigned long)&%s" % piece.text, kind.sizeof or len(wanted)
        if len(wanted) - 1 > room:
            raise base.Error("%s has room for %d characters only" % (piece.text, room))
        wanted = wanted[:room]
    elif kind.code == gdb.TYPE_CODE_PTR:
        where = "(unsigned long)%s" % piece.text
    else:
        raise base.Error("%s is no text" % piece.text)
    little, parts, at = "little" in base.output_of("show endian"), [], 0
    while at < len(wanted):
        size = [size for size in (8, 4, 2, 1) if size <= min(len(wanted) - at, kernel.word_size())][0]
        number = 0
        for byte in wanted[at:at + size][::-1] if little else wanted[at:at + size]:
            number = number << 8 | byte
        name = {8: "unsigned long", 4: "unsigned int", 2: "unsigned short", 1: "unsigned char"}[size]
        parts.append("*(%s *)(%s%s) == %#x" % (name, where, " + %d" % at if at else "", number))
        at += size
    return ("!(%s)" if negative else "(%s)") % " && ".join(parts)


def find_member(kind, name):
    """Return (offset, type, whether it is in an anonymous member) of a member; None if there is none."""
    kind = kind.strip_typedefs()
    if kind.code not in (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION):
        return None
    direct = dict([(field.name, field) for field in kind.fields() if field.name])
    if name in direct:
        field = direct[name]
        return field.bitpos // 8, field.type, False, getattr(field, "bitsize", 0)
    for field in kind.fields():
        if not field.name:
            inner = find_member(field.type, name)
            if inner:
                return field.bitpos // 8 + inner[0], inner[1], True, inner[3]
    return None


class Rewriter(object):
    def __init__(self, text, block):
        self.tokens, self.at, self.block = split(text), 0, block

    def peek(self, ahead=0):
        return self.tokens[self.at + ahead][1] if self.at + ahead < len(self.tokens) else ""

    def next(self):
        self.at += 1
        return self.tokens[self.at - 1]

    def symbol(self, name):
        """Return gdb's symbol of a name at the place of the tracepoint, or None."""
        try:
            found = gdb.lookup_symbol(name, self.block)[0] if self.block else gdb.lookup_global_symbol(name)
        except RuntimeError:
            return None
        if found is None and hasattr(gdb, "lookup_static_symbol"):
            found = gdb.lookup_static_symbol(name)
        return found

    def is_elsewhere(self, symbol):
        """Is it a static variable, or function, of another file?"""
        static = symbol.addr_class in (gdb.SYMBOL_LOC_STATIC, gdb.SYMBOL_LOC_BLOCK)
        if self.block is None or not static or symbol.symtab is None:
            return False
        block = self.block
        while block.function is None and block.superblock is not None:
            block = block.superblock
        if block.function is None or symbol.symtab.filename == block.function.symtab.filename:
            return False
        return gdb.lookup_global_symbol(symbol.name) is None

    # ---- pieces: an operand with what is behind it, or an operator

    def expression(self, end=""):
        pieces = []
        while self.at < len(self.tokens) and self.peek() != end:
            pieces.append(self.piece())
            self.join(pieces)
        return pieces

    def join(self, pieces):
        """Comparisons with a string become one piece."""
        if len(pieces) >= 3 and pieces[-2].text in ("==", "!=") and (pieces[-1].string or pieces[-3].string):
            text, literal = (pieces[-3], pieces[-1]) if pieces[-1].string else (pieces[-1], pieces[-3])
            if text.type is None:
                raise base.Error("what %s is compared with is no text that is known" % literal.string)
            pieces[-3:] = [Piece(same_text(text, literal.string, pieces[-2].text == "!="))]

    def piece(self):
        kind, token = self.next()
        if kind == "char":
            return Piece(str(character(token[1:-1])))
        if kind == "string":
            return Piece(token, string=token)
        if kind == "name":
            return self.postfix(self.name(token))
        if token == "(":
            if self.is_cast():
                return Piece(self.cast())
            inner = self.expression(")")
            self.next()
            return self.postfix(Piece("(%s)" % show(inner), self.type_of(inner)))
        return Piece(token)

    def name(self, token):
        if token == "$_streq" and self.peek() == "(":
            self.next()
            text = self.expression(",")
            self.next()
            literal = self.expression(")")
            self.next()
            if len(text) != 1 or text[0].type is None or len(literal) != 1 or not literal[0].string:
                raise base.Error("$_streq(TEXT, \"...\") can be compiled with a text of the kernel and a constant only")
            return Piece(same_text(text[0], literal[0].string, False))
        if token.startswith("$") or token in TYPE_WORDS or token == "sizeof":
            return Piece(token)
        symbol = self.symbol(token)
        if symbol is None:
            if token == "comm":
                self.tokens[self.at:self.at] = split("->comm")
                return Piece(CURRENT, gdb.lookup_type("struct task_struct").pointer())
            return Piece(token)
        if self.is_elsewhere(symbol) and (self.at < 2 or self.tokens[self.at - 2][1] != "&"):
            # GDB would take any file's: a condition on an argument that this function does not have must fail.
            raise base.Error("there is no %s here; to compare with what %s has, write &%s" % (token, symbol.symtab.filename, token))
        if symbol.addr_class == gdb.SYMBOL_LOC_CONST:
            return Piece(str(int(gdb.parse_and_eval("(long)" + token))))
        return Piece(token, symbol.type)

    def is_cast(self):
        words, ahead = [], 0
        while re.match(r"\w+$|\*$", self.peek(ahead)):
            words.append(self.peek(ahead))
            ahead += 1
        if self.peek(ahead) != ")" or not words:
            return False
        return words[0] in TYPE_WORDS or words[-1] == "*" or \
            len(words) == 1 and self.symbol(words[0]) is None and kernel.find_type(words[0]) is not None

    def cast(self):
        words = []
        while self.peek() != ")":
            words.append(self.next()[1])
        self.next()
        self.last_cast = self.type_named(words)
        return "(%s)" % " ".join(words)

    def type_named(self, words):
        stars = words.count("*")
        kind = kernel.find_type(" ".join([word for word in words if word != "*"]))
        for _ in range(stars if kind is not None else 0):
            kind = kind.pointer()
        return kind

    def type_of(self, pieces):
        """The type of what is in parentheses: of one operand, perhaps behind a cast."""
        if len(pieces) == 1:
            return pieces[0].type
        if len(pieces) == 2 and re.match(r"\([\w ]+\*[ *]*\)$", pieces[0].text):
            return self.type_named(split_words(pieces[0].text))
        return None

    def postfix(self, piece):
        """Follow members and indices, with the type. A member of an anonymous one is reached by its offset."""
        text, kind, place = piece.text, piece.type, None
        wide = False
        while self.peek() in ("->", ".", "["):
            op = self.next()[1]
            if op == "[":
                inner = show(self.expression("]"))
                self.next()
                text = "%s[%s]" % (render(text, place, kind), inner)
                place = None
                kind = target(kind)
                continue
            name = self.next()[1]
            owner = target(kind) if op == "->" else kind
            found = find_member(owner, name) if owner is not None else None
            if found is None or not found[2] and place is None:
                text, kind = "%s%s%s" % (render(text, place, kind), op, name), found[1] if found else None
                place = None
                continue
            if found[3]:
                raise base.Error("%s is a bit field of an anonymous struct, which cannot be compiled" % name)
            if op == "->" or place is None:
                start = render(text, place, kind)
                text, place = "(unsigned long)%s%s" % ("" if op == "->" else "&", start), 0
            place, kind = place + found[0], found[1]
        text = render(text, place, kind)
        if place is not None and kind.strip_typedefs().code == gdb.TYPE_CODE_ARRAY:
            kind = target(kind).pointer()       # as render() has made it
        if kind is not None:
            plain = kind.strip_typedefs()
            wide = plain.code in (gdb.TYPE_CODE_ENUM, getattr(gdb, "TYPE_CODE_BOOL", -1))
        return Piece("(int)%s" % text if wide else text, kind)


def split_words(text):
    return re.findall(r"\w+|\*", text)


def target(kind):
    """Return what a pointer points to, or an array has; None if it is neither."""
    if kind is None:
        return None
    plain = kind.strip_typedefs()
    return plain.target() if plain.code in (gdb.TYPE_CODE_PTR, gdb.TYPE_CODE_ARRAY) else None


def type_name(kind):
    """Return how C names a type; str() leaves `struct' out where GDB takes the language for another one."""
    words = {gdb.TYPE_CODE_STRUCT: "struct", gdb.TYPE_CODE_UNION: "union", gdb.TYPE_CODE_ENUM: "enum"}
    if kind.code == gdb.TYPE_CODE_PTR:
        name = type_name(kind.target().unqualified())
        return name + " *" if name else ""
    if kind.code in words:
        return "%s %s" % (words[kind.code], kind.tag) if kind.tag else ""
    return str(kind)


def render(text, place, kind):
    """Return the text of what is at an offset; place None: the text itself."""
    if place is None:
        return text
    plain = kind.strip_typedefs()
    where = "(%s + %d)" % (text, place) if place else "(%s)" % text
    if plain.code == gdb.TYPE_CODE_ARRAY:
        return "((%s *)%s)" % (plain.target().unqualified(), where)
    name = type_name(kind.unqualified())
    if not name or "{" in name:
        raise base.Error("a type without a name cannot be compiled; use a member of it")
    return "(*(%s *)%s)" % (name, where)


def show(pieces):
    text = ""
    for piece in pieces:
        word = re.match(r"\w", piece.text) and re.search(r"\w$", text)
        binary = piece.text in ("==", "!=", "&&", "||", "<", ">", "<=", ">=", "+", "-", "/", "%", "|", "^", "?", ":") and text
        text += (" " if word or binary and not text.endswith("(") else "") + piece.text + \
            (" " if binary and not text.endswith("(") else "")
    return text


def rewrite(text, block):
    """Return the expression as GDB's compiler for hits takes it; block: of the tracepoint's place, or None."""
    return show(Rewriter(text, block).expression())
