# SPDX-License-Identifier: GPL-2.0
"""Does a real kernel tree declare what tests/compat/api says of its release, with the same types?

source() writes C code that compiles with the headers of the real tree only if it does: it redeclares functions and
variables, uses the fields of structs as variables of their types, and compares plain numbers. Names that begin with api_
are not the kernel's, nor are numbers in parentheses.
"""
import pathlib
import re
import subprocess
import tempfile

API = pathlib.Path(__file__).resolve().parent / "api"
KBUILD = """\
always := check.o
always-y := check.o
EXTRA_CFLAGS := -w
ccflags-y := -w
"""


def gcc(*args, text=""):
    run = subprocess.run(["gcc", *map(str, args)], input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                         check=False)
    return run.stdout if run.returncode == 0 else None


def compiled(release, headers, *args):
    """Return gcc's output for a file with these headers of that release; None if they do not compile for it."""
    bits = "-m32" if "CONFIG_X86_32" in next((API / release).glob("include/*/autoconf.h")).read_text() else "-m64"
    return gcc(bits, "-nostdinc", "-isystem", gcc("-print-file-name=include").strip(), "-D__KERNEL__", "-std=gnu89",
               '-DKBUILD_MODNAME="x"', "-include", API / "include/api.h",
               "-include", next((API / release).glob("include/*/autoconf.h")), "-I", API / "include", *args, "-x", "c", "-",
               text="".join(f"#include <{h}>\n" for h in headers))


def headers_of(release):
    names = [str(p.relative_to(API / "include")) for p in (API / "include").glob("*/**/*.h")]
    first = ["linux/kernel.h", "linux/module.h", "linux/sched.h"]       # some of the real ones depend on these
    return first + sorted(n for n in names if n not in first and compiled(release, [n], "-fsyntax-only") is not None)


def declarators(declaration):
    """"int a, *b[2]" -> [("a", "int %s"), ("b", "int *%s[2]")]; a pointer to a function: one name."""
    declaration = re.sub(r"\[\(\d+\)\]", "[]", declaration)
    pointer = re.search(r"\(\*(\w+)\)", declaration)
    if pointer:
        yield pointer[1], declaration[:pointer.start(1)] + "%s" + declaration[pointer.end(1):]
        return
    one = r"((?:\s*\*\s*(?:const\b)?)*)\s*\b(\w+)((?:\[[^]]*\])*)$"
    first, *others = declaration.split(",")
    base = re.match("(.*?)" + one, first)[1]
    for text in [first[len(base):], *others]:
        stars, name, array = re.match(one, text).groups()
        yield name, f"{base} {stars}%s{array}"


def same(kind, name, real, declaration):
    """Return two declarations that clash if the types differ."""
    variable = f"{kind}_{name}".replace(" ", "_")
    return f"extern __typeof__({real}) {variable};\nextern {declaration % variable};"


def there(name):
    """Return a check that it is declared. A macro in the real tree suffices."""
    return f"#ifndef {name}\nenum {{ there_{name} = sizeof(__typeof__({name}) *) }};\n"


def structs(text):
    for body, name, tag in re.findall(r"typedef struct \{([^{}]*)\} (\w+);|struct (\w+) \{", text):
        if tag:
            found = re.search(rf"struct {tag} \{{([^{{}}]*)\}}", text)
            body, name = found[1], f"struct {tag}"
        if name.replace("struct ", "").startswith("api_"):
            continue
        for field in filter(str.strip, body.split(";")):
            for one, declaration in declarators(" ".join(field.split())):
                if not one.startswith("api_"):
                    yield same("field", f"{name} {one}", f"(({name} *)0)->{one}", declaration)


def typedefs(text):
    for declaration in re.findall(r"^typedef ([^{};]+);", text, re.M):
        for name, same_type in declarators(" ".join(declaration.split())):
            yield same("type", name, name, same_type)


def variables(text):
    for declaration in re.findall(r"^extern ([^(){};]+);", text, re.M):
        for name, _ in declarators(" ".join(declaration.replace("*const", "* const").split())):
            yield f"{there(name)}extern {declaration};\n#endif"


def enums(text):
    for body in re.findall(r"^enum \w* ?\{([^}]*)\}", text, re.M):
        for name in re.findall(r"\w+", re.sub("=[^,]*", "", body)):
            yield there(name) + "#endif"


def functions(release, headers, text):
    way = {name: attribute for attribute, name in re.findall(r"(__attribute__\(\(regparm\(\d\)\)\))[^;{}()]*?(\w+)\(", text)}
    with tempfile.NamedTemporaryFile() as out:
        compiled(release, headers, "-aux-info", out.name, "-fsyntax-only")
        for line in pathlib.Path(out.name).read_text().splitlines():
            line = re.sub(r"(struct )?__va_list_tag \*", "va_list", line)
            declaration = re.search(r"\*/ (?:extern|static) (.*?\b(\w+) \(.*\));", line)
            if declaration and not declaration[2].startswith("api_"):
                yield f"{there(declaration[2])}{way.get(declaration[2], '')} {declaration[1]};\n#endif"


def macros(release, headers):
    mine = compiled(release, headers, "-E", "-dM").splitlines()
    known = set(compiled(release, [], "-E", "-dM").splitlines())
    for line in sorted(set(mine) - known):
        _, name, value = re.match(r"#define (\w+)(\S*)\s*(.*)$", line).group(0, 1, 3)
        if name.startswith("API_"):
            continue
        yield there(name) + "#endif"
        if re.fullmatch(r"0x[0-9a-f]+|\d+", value):
            yield f"enum {{ value_{name} = 1 / (({name}) == {value}) }};"


def source(release):
    headers = headers_of(release)
    text = compiled(release, headers, "-E", "-P")
    parts = [*macros(release, headers), *typedefs(text), *structs(text), *enums(text), *variables(text),
             *functions(release, headers, text)]
    return "".join(f"#include <{h}>\n" for h in headers) + "\n" + "\n".join(parts) + "\n", len(parts)


def write(release, where):
    """Write source() as a module to be built in that directory. Return the number of declarations compared."""
    text, count = source(release)
    (where / "check.c").write_text(text)
    for name in ("Kbuild", "Makefile"):
        (where / name).write_text(KBUILD)
    return count
