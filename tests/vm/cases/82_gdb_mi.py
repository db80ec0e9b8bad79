# SPDX-License-Identifier: GPL-2.0
"""GDB's own tests of tracepoints over its machine interface, repeated with a running kernel; see 80_gdb_scenarios.py."""
import re
import tempfile

from gdbmi import quote
from harness import case

FILE = "/proc/version"


def insert(gdb, where, condition=None, *actions):
    """Set a tracepoint by MI. Return its number."""
    found = gdb.mi("-break-insert -a " + (f"-c {quote(condition)} " if condition else "") + where)["bkpt"]
    assert found["type"] == "tracepoint", found
    if actions:
        gdb.mi(f"-break-commands {found['number']} " + " ".join(map(quote, actions)))
    return found["number"]


def experiment(gdb, load):
    gdb.mi("-trace-start")
    assert load.go()["ok"]
    assert gdb.mi("-trace-stop")["stop-reason"] == "request"


def told(gdb, what, **fields):
    """Return the notices of this kind that have these fields."""
    return [text for kind, text in gdb.notices if kind == what and
            all(f'{field}="{value}"' in text for field, value in fields.items())]


def notices(gdb, command):
    """Return GDB's notices about variables and frames during a console command: [(name, {...})]."""
    gdb.notices.clear()
    gdb.cmd(command)
    return [(name, dict(re.findall(r'([\w-]+)="([^"]*)"', text))) for name, text in gdb.notices if re.match("tsv|traceframe", name)]


def saved(gdb, folder):
    """Save the frames. Return [(kind, path)] of the files."""
    gdb.mi(f"-trace-save {folder}/t")
    if not gdb.has_ctf:
        return [("tfile", f"{folder}/t")]
    gdb.mi(f"-trace-save -ctf {folder}/ctf")
    return [("tfile", f"{folder}/t"), ("ctf", f"{folder}/ctf")]


def find_frame(gdb, number, tracepoint):
    found = gdb.mi(f"-trace-find frame-number {number}")
    assert (found["found"], found["traceframe"], found["tracepoint"]) == ("1", str(number), tracepoint), found
    return found["frame"]


@case(timeout=120)
def scenario_mi_trace_frame_collected(t):
    """-trace-frame-collected lists a frame's variables, expressions, registers and memory, live and from trace files."""
    gdb = t.gdb()
    load = t.load("open", n=1, file=FILE)
    one, two = t.first("vfs_open", "getname"), t.first("do_dentry_open", "may_open", "fd_install")
    gdb.mi("-trace-define-variable $tsv 1")
    first = insert(gdb, f"*{one}", load.mine, "collect panic_timeout")
    second = insert(gdb, f"*{two}", load.mine, "collect panic_timeout", "collect init_task", "collect init_task.pid",
                    "collect init_task.comm[0]", f"collect {t.pc}", "teval $tsv += 1", "collect $tsv")
    experiment(gdb, load)
    timeout = gdb.eval("panic_timeout")
    task_size = gdb.eval("sizeof(init_task)")
    pc = gdb.mi("-data-list-register-names")["register-names"].index(t.pc[1:])

    def look(kind):
        frame = find_frame(gdb, 0, first)
        assert frame["func"] == one and frame["level"] == "0", frame
        found = gdb.mi("-trace-frame-collected")
        assert found["explicit-variables"] == [{"name": "panic_timeout", "value": timeout}], (kind, found)
        assert found["computed-expressions"] == [] and found["tvars"] == [], (kind, found)
        # The only register is the pc, which each frame has.
        assert [reg["number"] for reg in found["registers"]] == [str(pc)], (kind, found)
        assert int(found["registers"][0]["value"], 16) == int(frame["addr"], 16)
        assert [part["length"] for part in found["memory"]] == ["4"], (kind, found)

        find_frame(gdb, 1, second)
        found = gdb.mi("-trace-frame-collected")
        assert [var["name"] for var in found["explicit-variables"]] == ["panic_timeout", "init_task"], (kind, found)
        assert found["computed-expressions"][:2] == [{"name": "init_task.pid", "value": "0"},
                                                     {"name": "init_task.comm[0]", "value": "115 's'"}], (kind, found)
        assert len(found["registers"]) > 8 and found["tvars"] == [{"name": "$tsv", "current": "2"}], (kind, found)
        assert {"4", task_size} <= {part["length"] for part in found["memory"]}, (kind, found["memory"])
        found = gdb.mi("-trace-frame-collected --var-print-values 2 --comp-print-values --simple-values --registers-format x "
                       "--memory-contents")
        assert found["explicit-variables"] == [{"name": "panic_timeout", "type": "int", "value": timeout},
                                               {"name": "init_task", "type": "struct task_struct"}], (kind, found)
        assert all(re.fullmatch(r"0x[0-9a-f]+|<unavailable>|{.*}", reg["value"]) for reg in found["registers"]), (kind, found)
        for part in found["memory"]:
            assert len(part["contents"]) == 2 * int(part["length"]), (kind, part)
        assert gdb.mi("-trace-find none")["found"] == "0"

    look("live")
    with tempfile.TemporaryDirectory(prefix="kgtp-mi-") as folder:
        files = saved(gdb, folder)
        gdb.cmd("disconnect")
        for kind, path in files:
            gdb.mi(f"-target-select {kind} {path}")
            look(kind)
    gdb.needs_ctf()


@case(timeout=120)
def scenario_mi_trace_unavailable(t):
    """Arguments, locals and registers that were not collected are unavailable, and omitted with --skip-unavailable."""
    gdb = t.gdb()
    read, stat = t.load("pread", n=1, file=FILE, size=8), t.load("stat", n=1, file=FILE)
    first = insert(gdb, "*vfs_read", read.mine, "collect panic_timeout")
    # A structure on the stack, which is not collected.
    function, local, kind_of_local = t.with_path()
    second = insert(gdb, f"*{function}", stat.mine, "collect $regs")
    gdb.mi("-trace-start")
    assert read.go()["ok"] and stat.go()["ok"]
    gdb.mi("-trace-stop")
    names = gdb.mi("-data-list-register-names")["register-names"]
    general, pc = names.index(t.arg(1)[1:]), names.index(t.pc[1:])

    def listed(command, what):
        return {one["name"]: one for one in gdb.mi(command)[what]}

    def look(kind):
        find_frame(gdb, 0, first)
        for values in ("no", "default"):
            gdb.mi(f"-gdb-set print entry-values {values}")
            found = gdb.mi("-stack-list-arguments --simple-values 0 0")["stack-args"][0]["args"]
            shown = {one["name"]: one.get("value") for one in found if "@entry" not in one["name"]}
            assert list(shown) == ["file", "buf", "count", "pos"] and set(shown.values()) == {"<unavailable>"}, (kind, shown)
        gdb.mi("-gdb-set print entry-values no")
        assert gdb.mi("-stack-list-arguments --skip-unavailable --simple-values 0 0")["stack-args"][0]["args"] == [], kind
        values = gdb.mi(f"-data-list-register-values x {general} {pc}")["register-values"]
        assert values[0] == {"number": str(general), "value": "<unavailable>"}, (kind, values)
        assert values[1]["number"] == str(pc) and re.fullmatch("0x[0-9a-f]+", values[1]["value"]), (kind, values)
        assert gdb.mi(f"-data-list-register-values --skip-unavailable x {general} {pc}")["register-values"] == values[1:], kind

        find_frame(gdb, 1, second)
        # Arguments in registers are available, a structure on the stack is not.
        variables = listed("-stack-list-variables --all-values", "variables")
        assert "unavailable" in variables[local]["value"] and variables[local].get("arg") is None, (kind, variables)
        path = variables["name" if local == "nd" else "filename"]
        assert "unavailable" not in path["value"] and path["arg"] == "1", (kind, variables)
        assert "unavailable" in listed("-stack-list-locals --all-values", "locals")[local]["value"], kind
        assert listed("-stack-list-locals --simple-values", "locals")[local] == {"name": local, "type": kind_of_local}, kind
        values = gdb.mi(f"-data-list-register-values x {general} {pc}")["register-values"]
        assert "unavailable" not in values[0]["value"], (kind, values)
        # No `-trace-find none`: selecting the next target must deselect the frame.

    look("live")
    with tempfile.TemporaryDirectory(prefix="kgtp-mi-") as folder:
        files = saved(gdb, folder)
        gdb.cmd("disconnect")
        for kind, path in files:
            gdb.mi(f"-target-select {kind} {path}")
            look(kind)
    gdb.needs_ctf()


@case(timeout=120)
def scenario_mi_traceframe_changed(t):
    """=traceframe-changed is sent when another frame is selected, and only then."""
    gdb = t.gdb()
    load = t.load("pread", n=2, file=FILE, size=8)
    n = insert(gdb, "*vfs_read", load.mine)
    gdb.notices.clear()
    experiment(gdb, load)
    assert told(gdb, "breakpoint-modified", number=n, installed="y"), gdb.notices

    def look():
        assert notices(gdb, "tfind 0") == [("traceframe-changed", {"num": "0", "tracepoint": n})]
        assert notices(gdb, "tfind 0") == []
        assert notices(gdb, "tfind") == [("traceframe-changed", {"num": "1", "tracepoint": n})]
        assert notices(gdb, "tfind end") == [("traceframe-changed", {})] and "end" in gdb.notices[-1][1], gdb.notices
        gdb.notices.clear()
        find_frame(gdb, 0, n)           # no notice for a selection by MI
        gdb.mi("-trace-find none")
        assert not told(gdb, "traceframe-changed"), gdb.notices

    look()
    with tempfile.TemporaryDirectory(prefix="kgtp-mi-") as folder:
        gdb.cmd(f"tsave {folder}/t")
        gdb.cmd("disconnect")
        gdb.mi(f"-target-select tfile {folder}/t")
        look()


@case(timeout=120)
def scenario_mi_tsv_changed(t):
    """=tsv-created, -modified and -deleted are sent, also for the target's variables when GDB connects."""
    gdb = t.gdb(connect=False)
    for command, expected in (("tvariable $tvar1", [("tsv-created", {"name": "tvar1", "initial": "0"})]),
                              ("tvariable $tvar1 = 1", [("tsv-modified", {"name": "tvar1", "initial": "1"})]),
                              ("tvariable $tvar1 = 1", []),
                              ("tvariable $tvar2 = 45", [("tsv-created", {"name": "tvar2", "initial": "45"})]),
                              ("delete tvariable $tvar2", [("tsv-deleted", {"name": "tvar2"})]),
                              ("delete tvariable", [("tsv-deleted", {})])):
        assert notices(gdb, command) == expected, (command, gdb.notices)
    gdb.notices.clear()
    t.connect(gdb)
    for name in ("gtp_version", "cpu_id", "clock", "bt"):
        assert told(gdb, "tsv-created", name=name), name
    assert notices(gdb, "tvariable $tvar3 = 3") == [("tsv-created", {"name": "tvar3", "initial": "3"})]
    gdb.cmd("tvariable $tvar4 = -45")
    load = t.load("pread", n=1, file=FILE, size=8)
    insert(gdb, "*vfs_read", load.mine, "collect $tvar3 += 3")
    experiment(gdb, load)
    found = {one["name"]: one for one in gdb.mi("-trace-list-variables")["trace-variables"]["body"]}
    assert found["$tvar3"] == {"name": "$tvar3", "initial": "3", "current": "6"}, found
    assert found["$tvar4"] == {"name": "$tvar4", "initial": "-45", "current": "-45"}, found
    assert notices(gdb, "tvariable $tvar3 = 2") == [("tsv-modified", {"name": "tvar3", "initial": "2", "current": "6"})]
    gdb.cmd("disconnect")
    gdb.close()
    again = t.gdb(connect=False)
    t.connect(again)
    assert told(again, "tsv-created", name="tvar3", initial="3"), again.notices
    assert told(again, "tsv-created", name="tvar4", initial="-45"), again.notices


@case(timeout=120)
def scenario_mi_tracepoint_changed(t):
    """A GDB that connects merges the target's tracepoints with its own, and a module's symbols resolve a pending tracepoint."""
    gdb = t.gdb()
    for where in ("*vfs_read", "*vfs_write"):
        insert(gdb, where)
    gdb.mi("-trace-start")
    gdb.cmd("disconnect")
    gdb.close()

    gdb = t.gdb(connect=False)
    # A function of our own module, which the vmlinux does not have.
    shows = "stat_show"
    pending = gdb.mi(f"-break-insert -a -f {shows}")["bkpt"]
    assert pending["addr"] == "<PENDING>", pending
    insert(gdb, "*vfs_read")
    gdb.notices.clear()
    t.connect(gdb)
    assert not told(gdb, "breakpoint-created", number="1") and not told(gdb, "breakpoint-created", number="2"), gdb.notices
    created = told(gdb, "breakpoint-created", number="3", type="tracepoint", enabled="y", func="vfs_write")
    assert len(created) == 1 and 'installed="y"' in created[0], gdb.notices
    assert told(gdb, "breakpoint-modified", number="2", func="vfs_read", installed="y"), gdb.notices
    assert gdb.mi("-break-info 1")["BreakpointTable"]["body"][0]["addr"] == "<PENDING>"

    text = t.sh("cat /sys/module/kgtp/sections/.text").strip()
    gdb.mi("-break-delete 2 3")
    gdb.notices.clear()
    gdb.cmd(f"add-symbol-file {t.built.module} {text}")
    assert told(gdb, "breakpoint-modified", number="1", type="tracepoint", func=shows, times="0", installed="n"), gdb.notices
    gdb.notices.clear()
    gdb.mi("-trace-start")
    assert told(gdb, "breakpoint-modified", number="1", func=shows, times="0", installed="y"), gdb.notices
    t.sh("cat /proc/gtpstat")
    gdb.mi("-trace-stop")
    assert find_frame(gdb, 0, "1")["func"] == shows
    assert gdb.mi("-trace-find none")["found"] == "0"
    gdb.notices.clear()
    gdb.cmd(f"remove-symbol-file -a {text}")
    assert told(gdb, "breakpoint-modified", number="1", type="tracepoint", addr="<PENDING>"), gdb.notices
