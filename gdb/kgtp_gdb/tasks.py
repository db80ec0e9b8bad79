# SPDX-License-Identifier: GPL-2.0
"""The kernel's tasks: their list, their stacks, their files."""
import fnmatch
import re

import gdb

from kgtp_gdb import base, kernel, percpu
from kgtp_gdb.base import number, say

# task_struct's members, by what kernels call them.
MEMBERS = {"pid": ["pid"], "tgid": ["tgid"], "comm": ["comm"], "state": ["__state", "state"], "exit_state": ["exit_state"],
           "parent": ["real_parent", "parent"], "mm": ["mm"], "cpu": ["thread_info.cpu", "cpu"], "flags": ["flags"],
           "next": ["tasks.next"], "signal": ["signal"], "thread": ["thread_node.next"], "group": ["thread_group.next"]}
IDLE = 0x402            # uninterruptible, and not counted as load
PF_KTHREAD = 0x00200000


class Spans(object):
    """Reads members of a structure with few packets: those that are near each other with one."""

    def __init__(self, kind, members, gap=1000):
        self.fields, places = {}, []
        for name, paths in members.items():
            for path in paths:
                start = kernel.offset_or_none(kind, path)
                if start is not None:
                    found = kernel.at(0, kind)
                    for word in path.split("."):
                        found = found[word]
                    self.fields[name] = start, found.type
                    places.append((start, start + found.type.sizeof))
                    break
        self.spans = []
        for start, end in sorted(places):
            if self.spans and start - self.spans[-1][1] <= gap:
                self.spans[-1][1] = max(end, self.spans[-1][1])
            else:
                self.spans.append([start, end])
        self.little = "little" in base.output_of("show endian")

    def read(self, address):
        """Return {member: number, or text of a char array}."""
        parts = [(start, kernel.read(address + start, end - start)) for start, end in self.spans]
        found = {}
        for name, (start, kind) in self.fields.items():
            for begin, data in parts:
                if begin <= start < begin + len(data):
                    raw = data[start - begin:start - begin + kind.sizeof]
            if kind.strip_typedefs().code == gdb.TYPE_CODE_ARRAY:
                found[name] = kernel.decode(raw.split(b"\0")[0])
            else:
                found[name] = 0
                for byte in bytearray(raw[::-1] if self.little else raw):
                    found[name] = found[name] << 8 | byte
        return found


class Task(object):
    def __init__(self, address, facts, idle_of=None):
        self.address, self.idle_of = address, idle_of
        self.pid, self.tgid, self.comm = facts["pid"], facts["tgid"], facts["comm"]
        self.parent, self.state, self.running = facts.get("parent", 0), "?", None
        self.facts = facts
        self.kernel = bool(facts["flags"] & PF_KTHREAD) or not facts["mm"]

    @property
    def value(self):
        return kernel.at(self.address, kernel.find_type("struct task_struct"))

    @property
    def cpu(self):
        if self.idle_of is not None:
            return self.idle_of
        if "cpu" in self.facts:
            return self.facts["cpu"]
        info = kernel.member(self.value, "thread_info", "stack")     # in front of the stack
        kind = kernel.find_type("struct thread_info")
        return number(info.cast(kind.pointer())["cpu"])

    def names(self):
        return self.comm if not self.kernel else "[%s]" % self.comm


def letters():
    """Return the letters of the states, from the kernel's own table: no state; bit 0; bit 1; ..."""
    table = kernel.variable("'fs/proc/array.c'::task_state_array", "task_state_array")
    if table is None:
        return "RSDTtXZPI"
    kind = table.type.strip_typedefs()
    found = ""
    for i in range(kind.range()[1] + 1):
        found += kernel.text_at(number(table[i]), 1) if number(table[i]) else "?"
    return found


def letter(state, exit_state, known):
    if known[-1] == "I":        # from 4.14 on
        bits = (state | exit_state) & 0x7f
        if state & IDLE == IDLE:
            return "I"
        if state & 0x9000 and not bits:         # waits for a lock of PREEMPT_RT, frozen
            return "D"
    else:
        bits = (state | exit_state) & (0x23f if known[10:11] == "P" else 0x3f)
    top = bits.bit_length() if hasattr(bits, "bit_length") else len(bin(bits).lstrip("-0b"))
    return known[top] if top < len(known) else "?"


def running_tasks():
    """Return {address of a task: the CPU that runs it}, and {address of an idle task: its CPU}."""
    queues = percpu.symbol("runqueues")
    now, idle = {}, {}
    if queues is None:
        return now, idle
    for cpu in percpu.online():
        queue = percpu.of_cpu(queues, cpu)
        current, task = kernel.member(queue, "curr", "donor"), kernel.member(queue, "idle")
        if current is not None:
            now[number(current)] = cpu
        if task is not None:
            idle[number(task)] = cpu
    return now, idle


def others(kind, task):
    """Yield the addresses of the other threads of a process; task: what Spans has read of its leader."""
    head = kernel.offset_or_none(kernel.find_type("struct signal_struct"), "thread_head")
    if head is not None and "thread" in task:           # from 3.14 on
        head += task["signal"]
        path, alone = "thread_node", task["thread"] == head
    else:
        path, head = "thread_group", task["address"] + kernel.offset(kind, "thread_group")
        alone = task["group"] == head
    if not alone:
        for other in kernel.list_of(head, kind, path):
            yield number(other.address)


def addresses(kind, first, spans):
    """Yield all tasks as (address, what Spans has read)."""
    inside = kernel.offset(kind, "tasks")
    head = first + inside
    link, seen = kernel.pointer_at(head), set()
    while link != head and link not in seen:
        seen.add(link)
        try:
            facts = spans.read(link - inside)
        except RuntimeError:
            return
        yield link - inside, facts
        facts["address"] = link - inside
        try:
            for other in others(kind, facts):
                if other != link - inside:
                    yield other, spans.read(other)
        except RuntimeError:
            pass            # it exits
        link = facts["next"]


def tasks():
    """Yield all tasks. They come and go meanwhile."""
    kind = kernel.need(kernel.find_type("struct task_struct"), "struct task_struct")
    first = kernel.need(kernel.address_of("init_task"), "init_task")
    spans, known = Spans(kind, MEMBERS), letters()
    now, idle = running_tasks()
    places = sorted(idle, key=lambda one: idle[one]) or [first]

    def all_of_them():
        for address in places:
            yield address, spans.read(address)
        for one in addresses(kind, first, spans):
            yield one
    for address, facts in all_of_them():
        task = Task(address, facts, idle.get(address))
        task.state = letter(facts["state"], facts.get("exit_state", 0), known)
        task.running = now.get(address)
        yield task


def by_pid(text):
    """Return the task with a pid, or at an address."""
    base.need_live()
    try:
        wanted = int(text, 0)
    except ValueError:
        raise base.Error("not a pid: %s; kgtp ps lists them" % text)
    for task in tasks():
        if wanted in (task.pid, task.address) and (wanted or task.idle_of in (0, None)):
            return task
    raise base.Error("no task %s: kgtp ps lists them" % text)


def wanted_by(words):
    """Return a function that tells whether a task is wanted. A letter is a state, a number a pid, else a name or a pattern."""
    def check(task):
        for word in words:
            if word.isdigit():
                if int(word) in (task.pid, task.tgid):
                    return True
            elif len(word) == 1 and word.isalpha():
                if task.state == word:
                    return True
            elif fnmatch.fnmatchcase(task.comm, word):
                return True
        return not words
    return check


class Ps(base.Command):
    """List the kernel's tasks.

  kgtp ps [STATE|NAME|PID...]

STATE is a letter, as D or R; NAME may be a pattern, as kworker*. Threads are listed, and
each CPU's idle task; `>' marks a task that is running now. Kernel threads are in brackets."""
    name = "kgtp ps"

    def run(self, text):
        base.need_live()
        all_tasks = list(tasks())
        pids = dict([(task.address, task.tgid) for task in all_tasks])
        check, rows = wanted_by(text.split()), [["", "PID", "TGID", "PPID", "CPU", "S", "TASK", "NAME"]]
        for task in all_tasks:
            if check(task):
                rows.append([">" if task.running is not None else "", str(task.pid), str(task.tgid), str(pids.get(task.parent, 0)),
                             str(task.cpu), task.state, "%#x" % task.address, task.names()])
        if len(rows) == 1:
            raise base.Error("no task is %s" % text)
        for line in base.table(rows):
            say(line)


# ---- stacks -----------------------------------------------------------------

_shown = None       # the Task whose frames GDB shows, and its registers


def registers(task):
    """Return {register: value} of a task that does not run, at the place where it was switched off."""
    value, word = task.value, kernel.word_size()
    if word != 8 or "x86-64" not in base.output_of("show architecture"):
        raise base.Error("stacks of sleeping tasks are known for x86-64 only")
    stack = number(kernel.need(kernel.member(value, "thread.sp", "thread.rsp"), "thread.sp"))
    frame = kernel.find_type("struct inactive_task_frame")
    if frame is not None:           # from 4.9 on
        saved = kernel.at(stack, frame)
        found = {}
        for field in frame.fields():
            name = {"bx": "rbx", "bp": "rbp", "ret_addr": "rip"}.get(field.name, field.name)
            if re.match("r[a-z0-9]+$", name):
                found[name] = number(saved[field.name])
        found["rsp"] = stack + frame.sizeof
        return found
    # Before, rbp is on the stack, and the place is behind the call of __switch_to in schedule().
    found = behind_switch("__schedule") or behind_switch("schedule")
    place, pushed = kernel.need(found, "a call of __switch_to")
    return {"rip": place, "rbp": kernel.pointer_at(stack), "rsp": stack + pushed}


def behind_switch(function):
    """Return the address behind a call of __switch_to, and how many bytes are pushed before: rbp, and before 4.4 or so flags."""
    code = base.try_output_of("disassemble " + function)
    found = re.search(r"(?:pushf|pushq? +%rbp)[^\n]*\n(?:[^\n]*\n){0,4}?[^\n]*call[^\n]*<__switch_to>\s*\n\s*(0x\w+)", code)
    if not found:
        return None
    return int(found.group(1), 16), 16 if "pushf" in found.group(0) else 8


def make_unwinder():
    """Tell GDB that the frame below the live one, whose pc is 0, is that of the chosen task: GDB's own unwinder does the rest.

    Also end the frames of a task at user mode. There the unwind information that entry code has up to 4.1 leads to; the stack
    pointer that it gives is that of the kernel's stack, and GDB would take what is above it for hundreds of frames."""
    from gdb.unwinder import Unwinder

    class Id(object):
        def __init__(self, sp, pc):
            self.sp, self.pc = sp, pc

    class Sleeping(Unwinder):
        def __init__(self):
            Unwinder.__init__(self, "kgtp-sleeping-task")

        def __call__(self, pending):
            if base.session() is None:
                return None
            entry = _shown[2] if _shown else (0, 0)
            word = kernel.unsigned_long()
            try:
                place = number(pending.read_register("rip").cast(word))
                ends = 0 < place < 1 << 63 or entry[0] <= place < entry[1]
                if not ends and (place or not _shown) or base.frame_is_selected():
                    return None
                if place:       # GDB ends where a frame is its own caller.
                    own = pending.read_register("rsp"), pending.read_register("rip")
                    info = pending.create_unwind_info(Id(*own))
                    info.add_saved_register("rsp", own[0])
                    info.add_saved_register("rip", own[1])
                    return info
            except (RuntimeError, ValueError):      # no rip
                return None
            found = _shown[1]
            info = pending.create_unwind_info(Id(gdb.Value(kernel.signed(found["rsp"] - 8)).cast(word), gdb.Value(0).cast(word)))
            for name, value in found.items():
                kind = pending.read_register(name).type if name in ("rip", "rsp", "rbp") else word
                info.add_saved_register(name, gdb.Value(kernel.signed(value)).cast(word).cast(kind))
            return info
    return Sleeping()


class Backtrace(base.Command):
    """Show the stack of a task that does not run, or of several.

  kgtp bt PID|STATE|NAME [full|N]

STATE and NAME are as for `kgtp ps': kgtp bt D shows the stacks of all tasks that wait so.

Afterwards `up', `frame N', `info locals' and `bt' work on the task's frames, until `kgtp bt'
without a PID. Frame 0 stands for the running kernel, and has nothing. PID may be the address
of a task."""
    name = "kgtp bt"

    def run(self, text):
        global _shown
        words = text.split()
        _shown = None
        invalidate()
        base.need_live()
        if not words:
            return
        if re.match(r"\d", words[0]):
            self.show(by_pid(words[0]), words[1:])
            return
        check = wanted_by(words[:1])
        found = [task for task in tasks() if check(task)]
        if not found:
            raise base.Error("no task is %s" % words[0])
        if len(found) == 1:
            self.show(found[0], words[1:])
            return
        for task in found:
            # What happens to one of them is no reason to leave out the others.
            try:
                self.show(task, words[1:])
            except (RuntimeError, base.Error) as error:
                say(str(error))
            _shown = None
            invalidate()

    def show(self, task, words):
        global _shown
        if task.running is not None:
            raise base.Error("task %d (%s) is running on CPU %d: its stack is in use, nothing is saved" %
                             (task.pid, task.comm, task.running))
        fresh_stack()
        try:
            before, known = switches(task), registers(task)
        except RuntimeError as error:
            raise base.Error("the task is gone: %s" % error)
        say("PID %d, %s, %s, %#x" % (task.pid, task.names(), task.state, task.address))
        if not _has_unwinder:
            for line in guessed(task, known):
                say(line)
            return
        _shown = task, known, (kernel.address_of("__entry_text_start") or 0, kernel.address_of("__entry_text_end") or 0)
        invalidate()
        gdb.execute("bt " + " ".join(words))
        if switches(task) != before:
            say("The task went on meanwhile: these frames are not all of one moment. `monitor threads on', `thread find %s'" % task.comm)
            say("and `thread N' show those of one.")


def switches(task):
    """Return how often a task has stopped running."""
    now = kernel.at(task.address, task.value.type)
    return number(now["nvcsw"]) + number(now["nivcsw"])


def fresh_stack():
    """Have GDB forget what it has read of stacks."""
    shown = base.output_of("show stack-cache")
    if "on" in shown.split()[-1]:
        gdb.execute("set stack-cache off", to_string=True)
        gdb.execute("set stack-cache on", to_string=True)


def invalidate():
    if hasattr(gdb, "invalidate_cached_frames"):
        gdb.invalidate_cached_frames()


def guessed(task, known):
    """Yield lines for a GDB before 7.10: what looks like return addresses on the stack; some may be left from earlier calls."""
    yield "%#x  %s" % (known["rip"], symbol_at(known["rip"]))
    stack = kernel.member(task.value, "stack", "thread_info")
    top = number(stack) + 16384 if stack is not None else known["rsp"] + 2048
    size = kernel.word_size()
    for at in range(known["rsp"], min(top, known["rsp"] + 8192), size):
        try:
            place = kernel.pointer_at(at)
        except RuntimeError:
            return
        name = symbol_at(place) if place >> 40 else ""
        if "+" in name:
            yield "%#x  %s  (on the stack)" % (place, name)


def symbol_at(address):
    shown = base.try_output_of("info symbol %#x" % address)
    return shown.split(" in section")[0] if " in section .text" in shown else ""


# ---- files ------------------------------------------------------------------

def mount_of(vfsmount):
    """Return the mount of a `struct vfsmount *`; before 3.3 it is that itself."""
    kind = kernel.find_type("struct mount")
    if kind is None or kernel.offset_or_none(kind, "mnt_parent") is None:
        return vfsmount.dereference(), None
    return kernel.container(number(vfsmount), kind, "mnt"), kind


def path_of(dentry, vfsmount, limit=200):
    """Return the path of a dentry in a mount, from the root of its mounts."""
    names = []
    mount, _ = mount_of(vfsmount)
    root = kernel.member(mount, "mnt.mnt_root", "mnt_root")
    for _ in range(limit):
        if number(dentry) == number(root):
            parent = mount["mnt_parent"]
            if number(parent) == number(mount.address):
                return "/" + "/".join(reversed(names))
            dentry, mount = mount["mnt_mountpoint"], parent.dereference()
            root = kernel.member(mount, "mnt.mnt_root", "mnt_root")
            continue
        above = dentry["d_parent"]
        name = kernel.text(kernel.member(dentry, "d_name.name", "__d_name.name"), 256)
        if number(above) == number(dentry):
            return name if name.startswith("/") else "%s/%s" % (name, "/".join(reversed(names))) if names else name
        names.append(name)
        dentry = above
    return ".../" + "/".join(reversed(names))


def file_path(file):
    """Return the path of a file, as /proc/PID/fd shows it."""
    dentry, mount = kernel.member(file, "f_path.dentry", "f_dentry"), kernel.member(file, "f_path.mnt", "f_vfsmnt")
    inode = kernel.member(file, "f_inode")
    inode = inode if inode is not None else dentry["d_inode"]
    kind = kernel.text(dentry["d_sb"]["s_type"]["name"], 32)
    if kind in ("pipefs", "sockfs"):
        return "%s:[%d]" % ({"pipefs": "pipe", "sockfs": "socket"}[kind], number(inode["i_ino"]))
    if kind == "anon_inodefs":
        return "anon_inode:" + kernel.text(kernel.member(dentry, "d_name.name", "__d_name.name"), 64)
    return path_of(dentry, mount)


def open_files(task):
    """Yield (number, struct file) of a task."""
    files = kernel.member(task.value, "files")
    if files is None or not number(files):
        return
    table = kernel.member(files, "fdt")
    table = table if table is not None else files
    count, array = number(table["max_fds"]), number(table["fd"])
    size = kernel.word_size()
    kind, word = kernel.find_type("struct file"), kernel.unsigned_long()
    bits = number(kernel.member(table, "open_fds").cast(word)) if kernel.member(table, "open_fds") is not None else 0
    step = 8 * size
    for i in range(0, min(count, 1 << 20), step):
        open_ = kernel.pointer_at(bits + i // 8) if bits else ~0
        for j in range(min(step, count - i)):
            if open_ >> j & 1:
                where = kernel.pointer_at(array + (i + j) * size)
                if where:
                    yield i + j, kernel.at(where, kind)


class Files(base.Command):
    """List the files that a process has open.

  kgtp files PID"""
    name = "kgtp files"

    def run(self, text):
        if len(text.split()) != 1:
            raise self.usage()
        task = by_pid(text)
        rows = [["FD", "FILE", "POS", "PATH"]]
        try:
            for fd, file in open_files(task):
                rows.append([str(fd), "%#x" % number(file.address), str(number(file["f_pos"])), file_path(file)])
        except RuntimeError as error:
            raise base.Error("the task, or a file, has gone: %s" % error)
        if len(rows) == 1:
            raise base.Error("task %d (%s) has no open files" % (task.pid, task.comm))
        for line in base.table(rows):
            say(line)


def start():
    global _has_unwinder
    _has_unwinder = False
    try:
        from gdb.unwinder import register_unwinder
        register_unwinder(None, make_unwinder(), True)
        _has_unwinder = True
    except ImportError:
        pass


def on_connect():
    global _shown
    _shown = None


COMMANDS = [Ps, Backtrace, Files]
