# SPDX-License-Identifier: GPL-2.0
"""Symbols of loaded modules, at the addresses of their sections: from .ko files with debug information, else from kallsyms."""
import gzip
import os
import re
import shutil
import subprocess
import tempfile
import time

import gdb

from kgtp_gdb import base, elf, kernel, percpu
from kgtp_gdb.base import number, say

# Where distributions put modules with debug information, best first; %s is the release.
FOLDERS = ["/usr/lib/debug/lib/modules/%s", "/usr/lib/debug/usr/lib/modules/%s", "/lib/modules/%s", "/usr/lib/modules/%s"]
UNPACK = {".xz": ["xz", "-dc"], ".zst": ["zstd", "-dcq"], ".gz": ["gzip", "-dc"]}
# No kernel is here, and no hit: for sections that are not in memory, as .init.text after it has run.
NOWHERE = 0x6b67000000000000


class Scratch(object):
    """A directory for files that are made here; removed when GDB ends."""
    path = None

    @classmethod
    def file(cls, name):
        if cls.path is None:
            import atexit
            cls.path = tempfile.mkdtemp(prefix="kgtp-gdb-")
            atexit.register(shutil.rmtree, cls.path, True)
        return os.path.join(cls.path, name)


class Module(object):
    """A loaded module, as the kernel has it in memory."""

    def __init__(self, value):
        self.value, self.address = value, number(value.address)
        self.name = kernel.text(value["name"])
        self.core = _core(value)
        self.sections = {}
        self.live = number(value["state"]) == 0

    def read_sections(self):
        """Read the sections' addresses: {name: address}."""
        attrs = kernel.member(self.value, "sect_attrs")
        if attrs is None or not number(attrs):
            return
        # Before 2.6.19 there is no count; the list of attributes always ends with NULL.
        rows = attrs["attrs"]
        for i in range(_count(attrs)):
            row = rows[i]
            # From 6.14 on a section is just the file in sysfs, with the address in `private`.
            name = kernel.member(row, "name", "battr.attr.name", "attr.name")
            where = kernel.member(row, "address", "private")
            self.sections[kernel.text(name, 200)] = number(where)
        per_cpu = kernel.member(self.value, "percpu")
        if per_cpu is not None and number(per_cpu):
            # As GDB has the kernel's own per-CPU variables: moved by KASLR where that is their linked address.
            self.sections[".data..percpu"] = self.sections[".data.percpu"] = number(per_cpu) + percpu.slide()

    def build_id(self):
        return build_id_at(self.sections.get(".note.gnu.build-id"))

    def key(self):
        """Another module may be where one was."""
        return self.name, self.address, self.core


def build_id_at(where):
    try:
        return elf.build_id(kernel.read(where, 36)) if where else None
    except RuntimeError:
        return None


def _core(value):
    """Return (start, size) of the module's code."""
    base_, size = kernel.member(value, "mem"), None
    if base_ is not None:           # from 6.4 on
        return number(base_[0]["base"]), number(base_[0]["size"])
    base_ = kernel.member(value, "core_layout.base", "module_core")
    size = kernel.member(value, "core_layout.text_size", "core_text_size", "core_layout.size", "core_size")
    return number(base_), number(size)


def _count(attrs):
    count = kernel.member(attrs, "nsections")
    if count is not None:
        return min(number(count), 500)
    listed = kernel.member(attrs, "grp.bin_attrs", "grp.bin_attrs_new")
    if listed is None or not number(listed):
        listed = attrs["grp"]["attrs"]
    count = 0
    while count < 500 and number(listed[count]):
        count += 1
    return count


def head():
    return kernel.address_of("'kernel/module/main.c'::modules") or kernel.address_of("'kernel/module.c'::modules") or \
        kernel.address_of("modules")


def loaded():
    """Return the loaded modules, except those that are being loaded or unloaded."""
    kind, start = kernel.find_type("struct module"), head()
    if kind is None or not start:
        return []
    return [one for one in [Module(value) for value in kernel.list_of(start, kind, "list")] if one.live]


def state():
    """Return what differs after a module has been loaded or unloaded; it takes two short reads."""
    start = head()
    if not start:
        return None
    last = kernel.address_of("last_unloaded_module")
    return kernel.read(start, 2 * kernel.word_size()), kernel.read(last, 64) if last else b""


# ---- files ------------------------------------------------------------------

def canonical(name):
    return name.replace("-", "_")


def plain_name(file):
    """Return the module's name of a file's name, and its compression; or None."""
    found = re.match(r"^(.+?)\.ko(-[^/]*?)?((?:\.(?:xz|zst|gz))?)(?:\.debug)?$", file)
    return (canonical(found.group(1)), found.group(3) if not file.endswith(".debug") else "") if found else None


class Files(object):
    """The .ko files of a release, by the module's name. Looked for once."""

    def __init__(self, folders):
        self.found = {}
        for folder in folders:
            for where, below, names in os.walk(folder):
                for link in ("build", "source"):
                    if link in below:
                        below.remove(link)
                for name in sorted(names):
                    one = plain_name(name)
                    if one:
                        self.found.setdefault(one[0], []).append((os.path.join(where, name), one[1]))


def unpacked(path, packing):
    """Return the path of the file, decompressed if need be. Raises OSError."""
    if not packing:
        return path
    target = Scratch.file("%s-%x.ko" % (os.path.basename(path).split(".ko")[0], abs(hash(path))))
    if os.path.exists(target):
        return target
    with open(target + ".part", "wb") as out:
        if packing == ".gz":
            packed = gzip.open(path)
            try:
                shutil.copyfileobj(packed, out)
            finally:
                packed.close()
        else:
            command = UNPACK[packing]
            try:
                status = subprocess.call(command + [path], stdout=out)
            except OSError:
                raise OSError("%s is needed to decompress it" % command[0])
            if status:
                raise OSError("%s cannot decompress it" % command[0])
    os.rename(target + ".part", target)
    return target


def look_at(path):
    """Return (build-id, names of the sections in memory, whether there is debug information) of a .ko file."""
    opened = elf.Elf(path)
    try:
        sections = [one.name for one in opened.sections if one.flags & elf.SHF_ALLOC]
        return opened.build_id(), sections, opened.section(".debug_info") is not None
    finally:
        opened.close()


def choose(module, files):
    """Return (path, its sections) of the module's file with debug information, or (None, why there is none)."""
    why = "no file of it in the usual places, and none by `set kgtp module-path'"
    for path, packing in files.found.get(canonical(module.name), []):
        try:
            real = unpacked(path, packing)
            build, sections, debug = look_at(real)
        except (elf.ElfError, IOError, OSError) as error:
            why = "%s: %s" % (path, error)
            continue
        theirs = module.build_id()
        if build and theirs and build != theirs:
            why = "%s is of another build" % path
        elif not debug:
            why = "%s has no debug information" % path
        else:
            return real, sections
    return None, why


# ---- loading into GDB -------------------------------------------------------

class Loaded(object):
    """Symbols that GDB has of a module: from a file, or made from kallsyms (then why says why)."""

    def __init__(self, module, text, path, why):
        self.key, self.name, self.text, self.path, self.why = module.key(), module.name, text, path, why
        self.note = module.sections.get(".note.gnu.build-id")
        self.build_id = build_id_at(self.note)
        size = kernel.member(module.value, "percpu_size")
        self.per_cpu = module.sections.get(".data..percpu", 0), number(size) if size is not None else 0


def quietly(command):
    """Run a command that asks or warns."""
    asks = base.output_of("show confirm").strip().endswith("on.")
    gdb.execute("set confirm off")
    try:
        return base.output_of(command)
    finally:
        gdb.execute("set confirm " + ("on" if asks else "off"))


def unplaced(path):
    """Return the path of a file like that, whose sections are all at 0; it may be a copy. Raises OSError.

    GDB puts the sections of a relocatable file where it is told only if none has an address of its own (its
    default_symfile_offsets()). In modules of 6.12 some have: then it takes all functions and variables to be in .text.
    """
    opened = elf.Elf(path)
    opened.close()
    if not opened.is_placed():
        return path
    target = Scratch.file("%s-%x.ko" % (os.path.basename(path).split(".ko")[0], abs(hash("at 0 " + path))))
    elf.unplaced(path, target)
    return target


def add_file(module, path, sections):
    """Load a .ko file at the addresses of its sections. Return the address of its code."""
    try:
        path = unplaced(path)
    except (IOError, OSError) as error:
        raise RuntimeError("it cannot be copied to %s: %s" % (tempfile.gettempdir(), error.strerror))
    text = module.sections.get(".text") or module.core[0]
    words, nowhere = [], NOWHERE
    for name in sections:
        if name == ".text" or name.startswith((".note", "__versions", ".modinfo", ".gnu.linkonce")):
            continue
        where = module.sections.get(name)
        if where is None or name.startswith(".init") or name.startswith(".exit.") and not where:
            where, nowhere = nowhere, nowhere + 0x1000000
        words.append('-s "%s" %#x' % (name, where) if " " in name else "-s %s %#x" % (name, where))
    quietly("add-symbol-file %s %#x %s" % (path.replace(" ", "\\ "), text, " ".join(words)))
    return text


def add_symbols(module):
    """Make a file of what kallsyms knows of the module, and load it. Return (path, address of its code)."""
    value = module.value
    table = kernel.member(value, "kallsyms")
    if table is None or not number(table):
        table = value
    count = number(kernel.need(kernel.member(table, "num_symtab"), "kallsyms of modules"))
    bits, order = 8 * kernel.word_size(), "<" if b_is_little() else ">"
    rows = kernel.read(number(table["symtab"]), count * (24 if bits == 64 else 16)) if count else b""
    strings, at = b"", number(table["strtab"])
    needed = _last_name(rows, bits, order)
    while len(strings) <= needed or not strings.endswith(b"\0"):
        strings += kernel.read(at + len(strings), max(needed - len(strings), 0) + 1)
        if len(strings) > needed + 4096:
            break
    low, size = module.core
    found = [one for one in elf.symbols(rows, strings, bits, order) if one.value >= 4096 and is_shown(one.name)]
    path = Scratch.file("%s-%x.symbols" % (module.name, low))
    with open(path, "wb") as out:
        out.write(elf.symbol_file(found, (low, low + size), machine(), bits, order))
    outside = [one.value for one in found if not low <= one.value < low + size]
    data = " -s .data %#x" % min(outside) if outside else ""
    quietly("add-symbol-file %s %#x%s" % (path.replace(" ", "\\ "), low, data))
    return path, low


def is_shown(name):
    return not name.startswith((".L", "__UNIQUE_ID", "__this_module", "$"))


def _last_name(rows, bits, order):
    import struct
    step = 24 if bits == 64 else 16
    return max([0] + [struct.unpack(order + "I", rows[i:i + 4])[0] for i in range(0, len(rows) - step + 1, step)])


def b_is_little():
    return "little" in base.output_of("show endian")


def machine():
    """Return the ELF machine of the kernel's file, or x86's."""
    from kgtp_gdb import vmlinux
    try:
        opened = elf.Elf(vmlinux.main_file())
    except (elf.ElfError, IOError, OSError, TypeError):
        return 62 if kernel.word_size() == 8 else 3
    opened.close()
    return opened.machine


def remove(one):
    """Take symbols out of GDB. Return whether that worked: GDB before 7.8 cannot."""
    try:
        quietly("remove-symbol-file -a %#x" % one.text)
        return True
    except RuntimeError:
        return False


class Table(object):
    """The modules' symbols in GDB, for one connection."""

    def __init__(self):
        self.loaded, self.files, self.state = {}, None, None

    def folders(self):
        own = [os.path.expanduser(one) for one in (PATH.value or "").split(":") if one]
        return own + [folder % kernel.release() for folder in FOLDERS]

    def update(self):
        """Load and remove symbols until they are right. Return (loaded, removed), as lists of Loaded."""
        self.state = state()
        now = dict([(one.key(), one) for one in loaded()])
        added, removed = [], []
        # The same name at the same place may be another build.
        for key in [key for key, one in self.loaded.items() if key not in now or build_id_at(one.note) != one.build_id]:
            old = self.loaded.pop(key)
            remove(old)
            removed.append(old)
        for key in now:
            if key not in self.loaded:
                self.loaded[key] = self.load(now[key])
                added.append(self.loaded[key])
        return added, removed

    def load(self, module):
        if self.files is None:
            self.files = Files(self.folders())
        module.read_sections()
        path, rest = choose(module, self.files)
        try:
            if path:
                return Loaded(module, add_file(module, path, rest), path, "")
            made, text = add_symbols(module)
            return Loaded(module, text, made, rest)
        except RuntimeError as error:
            return Loaded(module, 0, None, str(error))

    def clear(self):
        for one in self.loaded.values():
            remove(one)
        self.loaded, self.files, self.state = {}, None, None


_table = Table()


def known():
    return list(_table.loaded.values())


def percpu_areas():
    """Return [(start, size)] of the modules' per-CPU variables, as their symbols in GDB are."""
    return [one.per_cpu for one in _table.loaded.values() if one.per_cpu[0]]


def on_connect():
    """The addresses of an earlier connection's modules are those of another boot, perhaps."""
    _table.clear()
    if base.frame_is_selected() or not AUTO.value:
        return
    count, seconds = cost()
    if seconds > PATIENCE:
        say("Modules: %d are loaded; `kgtp modules' loads their symbols, in about %d seconds on this connection." % (count, seconds + 1))
        return
    added, _ = _table.update()
    if added:
        say(summary(added))


PATIENCE = 15       # seconds that connecting may take longer for modules
READS = 80          # packets for a module, about


def cost():
    """Return how many modules are loaded, and how many seconds their symbols will take, by the time of the packets until now."""
    start, began = head(), time.time()
    if not start:
        return 0, 0
    count, link = 0, kernel.pointer_at(start)
    while link != start and link and count < 10000:
        count, link = count + 1, kernel.pointer_at(link)
    return count, (time.time() - began) / (count + 1) * count * READS


def summary(added):
    full = sorted([one.name for one in added if not one.why])
    rest = sorted([one.name for one in added if one.why])
    parts = []
    if full:
        parts.append("symbols of %s" % _names(full))
    if rest:
        parts.append("only names of functions and variables, without debug information, of %s" % _names(rest))
    return "Modules: loaded %s (kgtp modules)." % "; ".join(parts)


def _names(names):
    return ", ".join(names) if len(names) <= 6 else "%s and %d more" % (", ".join(names[:5]), len(names) - 5)


def before_prompt():
    """Modules come and go: look, if nothing forbids it, before the user types."""
    try:
        if not AUTO.value or base.session() is None or _table.state is None or base.frame_is_selected():
            return
        if state() != _table.state:
            added, removed = _table.update()
            if removed:
                say("Modules: removed symbols of %s." % _names(sorted([one.name for one in removed])))
            if added:
                say(summary(added))
    except RuntimeError:
        pass        # the connection has ended, or the kernel changed what was read


class Auto(gdb.Parameter):
    """Whether symbols of modules are kept right by themselves."""
    set_doc = "Set whether symbols of modules are loaded on connecting and before each prompt."
    show_doc = "Show whether symbols of modules are loaded on connecting and before each prompt."

    def __init__(self):
        gdb.Parameter.__init__(self, "kgtp auto-modules", gdb.COMMAND_FILES, gdb.PARAM_BOOLEAN)
        self.value = True

    def get_set_string(self):
        return ""

    def get_show_string(self, value):
        return "Symbols of modules are loaded by themselves: %s." % value


class ModulePath(gdb.Parameter):
    """Directories with .ko files of the traced kernel."""
    set_doc = "Set directories, with colons between, in and below which .ko files are looked for first."
    show_doc = "Show the directories in and below which .ko files are looked for first."

    def __init__(self):
        gdb.Parameter.__init__(self, "kgtp module-path", gdb.COMMAND_FILES, gdb.PARAM_OPTIONAL_FILENAME)
        self.value = ""

    def get_set_string(self):
        _table.files = None
        return ""

    def get_show_string(self, value):
        return "Directories for .ko files: %s" % (value or "only the usual ones")


class SetKgtp(base.Command):
    """Settings of KGTP's commands."""
    name = "set kgtp"
    prefix = True

    def run(self, text):
        gdb.execute("help set kgtp")


class ShowKgtp(base.Command):
    """Show settings of KGTP's commands."""
    name = "show kgtp"
    prefix = True

    def run(self, text):
        gdb.execute("help show kgtp")


class Modules(base.Command):
    """Load the symbols of the kernel's modules, and list them.

  kgtp modules [NAME...]

Functions, variables, types and lines are at the addresses of the module's sections, so
`trace', `print', `list' and `bt' know them. The .ko files with debug information are looked
for where distributions put them, after the directories of `set kgtp module-path'. A file of
another build is not taken. Without one, the names that the kernel itself has are loaded.

This happens on connecting, and whenever modules have come or gone, before the next prompt
(`set kgtp auto-modules off' ends that). With NAMEs, only these are listed."""
    name = "kgtp modules"

    def complete(self, text, word):
        return base.complete_words([one.name for one in _table.loaded.values()], word)

    def run(self, text):
        base.need_live()
        kernel.need(head(), "the list of modules")
        for key in [key for key, one in _table.loaded.items() if one.why]:
            remove(_table.loaded.pop(key))      # perhaps there is a file now
        _table.files = None
        _table.update()
        wanted = [canonical(word) for word in text.split()]
        shown = [one for one in _table.loaded.values() if not wanted or canonical(one.name) in wanted]
        for missing in set(wanted) - set([canonical(one.name) for one in shown]):
            raise base.Error("no module %s is loaded" % missing)
        for one in sorted(shown, key=lambda one: one.name):
            say("%-20s %#x  %s" % (one.name, one.text, "names only: " + one.why if one.why else one.path))
        if not shown:
            say("No module is loaded.")


def start():
    """What exists before commands can be made."""
    global AUTO, PATH
    AUTO, PATH = Auto(), ModulePath()
    # Sourced again: what the old one has loaded goes.
    old = getattr(gdb, "kgtp_modules", None)
    if old:
        old[0].clear()
    events = getattr(gdb, "events", None)
    if events is not None and hasattr(events, "before_prompt"):
        if old:
            events.before_prompt.disconnect(old[1])
        events.before_prompt.connect(before_prompt)
    gdb.kgtp_modules = _table, before_prompt


COMMANDS = [SetKgtp, ShowKgtp, Modules]
