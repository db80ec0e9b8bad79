# SPDX-License-Identifier: GPL-2.0
"""Places where a probe would crash the machine are refused with the reason, by the kernel or by the module."""
import fnmatch
import re

from gdbmi import PATCHED
from harness import GdbError, Skip, case

MIDDLE = "that is not the start of an instruction"
# Without a section of its own, entry code is refused by its symbols.
ENTRY = ["system_call", "sysret_check", "int_ret_from_sys_call", "int_with_check", "retint_swapgs", "retint_restore_args",
         "restore_args", "iret_label", "irq_return", "native_iret", "retint_kernel", "apic_timer_interrupt",
         "reschedule_interrupt", "invalidate_interrupt0", "error_exit", "divide_error", "device_not_available",
         "alignment_check", "call_softirq", "bad_gs", "ia32_sysenter_target", "ia32_cstar_target", "ia32_syscall",
         "sysenter_past_esp", "restore_all", "entry_SYSCALL_64", "entry_SYSCALL_64_after_hwframe", "entry_INT80_32",
         "entry_SYSENTER_32", "asm_exc_page_fault", "asm_exc_nmi", "asm_exc_int3", "asm_common_interrupt",
         "asm_sysvec_apic_timer_interrupt", "paranoid_exit", "swapgs_restore_regs_and_return_to_usermode"]
KPROBES = ["get_kprobe", "kprobe_handler", "kprobe_int3_handler", "do_int3", "do_debug", "exc_int3", "exc_nmi", "do_nmi",
           "default_do_nmi", "int3", "nmi", "page_fault", "notifier_call_chain"]
FUNCTIONS = ["vfs_read", "vfs_write", "fput", "do_exit", "kfree"]


def refused(gdb, where):
    """Set a tracepoint at where, after a good one. Check that tstart fails and starts no run. Return its message."""
    gdb.cmd("delete")
    gdb.cmd("trace *vfs_write")
    n, address = re.search(r"Tracepoint (\d+) at (0x\w+)", gdb.cmd(f"trace *{where}")).groups()
    try:
        gdb.cmd("tstart")
    except GdbError as error:
        message = str(error)
    else:
        raise AssertionError(f"{where} was not refused: " + gdb.cmd("tstatus"))
    assert f"tracepoint {n} at {address}: " in message, (where, message)
    assert "Trace is running" not in gdb.cmd("tstatus"), where
    return message


def nothing_is_armed(t):
    assert t.sh("cat /sys/kernel/debug/kprobes/list 2>/dev/null || true") == ""


def still_works(t, gdb):
    """Check that a run without the bad tracepoint works."""
    nothing_is_armed(t)
    gdb.cmd("delete")
    load = t.load("pread", n=3, file="/proc/version", size=8)
    gdb.cmd(f"trace *vfs_read if ((struct task_struct *)$current_task)->pid == {load.pid}")
    gdb.cmd("tstart")
    load.go()
    gdb.cmd("tstop")
    assert "Collected 3 trace frames" in gdb.cmd("tstatus"), gdb.cmd("tstatus")
    gdb.cmd("tfind none")


def there(gdb, names):
    """Return those names that this kernel has, with their addresses."""
    found = {}
    for name in names:
        try:
            found[name] = int(gdb.eval(f"(unsigned long)&{name}"))
        except GdbError:
            pass
    return found


def instructions(gdb, name):
    """Return {address: text} of a function's first instructions, read from memory."""
    shown = gdb.cmd(f"disassemble &{name},+120")
    # int3: the padding behind a return that was patched at boot, never executed. GDB knows no symbol for other padding.
    found = re.findall(r"^\s*(0x\w+)(?: <[^>]*>)?:\t(?!int3)(.*)", shown, re.M)
    return {int(a, 16): text for a, text in found[:-1]}         # the last may be cut off


def a_middle(gdb):
    starts = list(instructions(gdb, "vfs_write"))
    return next(a for a in range(starts[0], starts[-1]) if a not in starts)


@case(timeout=400, old=True)
def middle_of_an_instruction(t):
    gdb = t.gdb()
    tried = 0
    for name in there(gdb, FUNCTIONS[:4]):
        code = instructions(gdb, name)
        starts = list(code)
        inside = [a for a in range(starts[0], starts[-1]) if a not in starts]
        for address in inside[:3] + inside[len(inside) // 2:][:3] + inside[-2:]:
            message = refused(gdb, f"{address:#x}")
            # The kernel refuses places that it patches (static keys, static calls, ftrace's), not always with this reason.
            patched = re.match(f"{PATCHED}|j|ret", code[max(a for a in starts if a < address)]) and \
                "the kernel allows no probe there" in message
            assert MIDDLE in message or patched, (name, message)
            # GDB may find other names inlined elsewhere.
            if name == "vfs_read":
                assert f"(vfs_read+{address - starts[0]:#x}/" in message, message
            tried += not patched
    assert tried >= 12, tried
    still_works(t, gdb)


@case(timeout=600, old=True)
def every_instruction(t):
    """The start of an instruction is never refused as the middle of one.
    With tracepoints at all instructions of a function, also when set again at once, while the kernel may still restore jumps."""
    gdb = t.gdb()
    gdb.cmd("set circular-trace-buffer on")
    tried = left = 0
    for name in there(gdb, FUNCTIONS):
        gdb.cmd("delete")
        for address in instructions(gdb, name):
            gdb.cmd(f"trace *{address:#x}")
            tried += 1
        for _ in range(2):
            while True:
                try:
                    gdb.cmd("tstart")
                    break
                except GdbError as error:
                    # Instructions that the kernel cannot copy, or reserves for itself.
                    assert MIDDLE not in str(error) and "not known" not in str(error), str(error)
                    gdb.cmd("delete " + re.search(r"tracepoint (\d+) at", str(error))[1])
            t.sh("cat /proc/version; echo x >/tmp/x")
            gdb.cmd("tstop")
            assert "Trace stopped by a tstop command" in gdb.cmd("tstatus"), gdb.cmd("tstatus")
        left += len(re.findall(r"^\d+ +tracepoint", gdb.cmd("info tracepoints"), re.M))
    assert tried > 60 and left > tried * 3 / 4, (left, tried)
    still_works(t, gdb)


@case(timeout=600, old=True)
def entry_and_exception_code(t):
    gdb = t.gdb()
    found = there(gdb, ENTRY)
    entry = 0
    for name, address in found.items():
        message = refused(gdb, f"{address:#x}")
        # Some kernels have some of it in kprobe text.
        assert "where no probe is allowed" in message, (name, message)
        entry += "entry code" in message
    assert entry >= 4, entry
    t.note(", ".join(found))
    still_works(t, gdb)


@case(timeout=400, old=True)
def kprobe_and_nmi_text(t):
    gdb = t.gdb()
    found = there(gdb, KPROBES + (["atomic_notifier_call_chain"] if t.kernel.version < (2, 6, 32) else []))
    assert len(found) >= 3, found
    for name, address in found.items():
        message = refused(gdb, f"{address:#x}")
        assert "no probe is allowed" in message or "must not be probed" in message or "allows no probe" in message, \
            (name, message)
    t.note(", ".join(found))
    still_works(t, gdb)


@case(timeout=400)
def code_between_functions(t):
    """Padding in front of functions, the thunks of calls and returns, and ftrace's own code are refused with the reason."""
    gdb = t.gdb()
    wanted = {"__pfx_vfs_read": "padding in front of a function", "__cfi_vfs_read": "padding in front of a function",
              "__x86_return_thunk": "every call or return may go through", "srso_return_thunk": "every call or return may go through",
              "__x86_indirect_thunk_rax": "every call or return may go through",
              "__fentry__": "ftrace's own code", "mcount": "ftrace's own code", "ftrace_regs_caller": "ftrace's own code",
              "return_to_handler": "ftrace's own code"}
    symbols = t.functions()
    slide = int(gdb.eval("(unsigned long)vfs_read")) - symbols["vfs_read"]
    tried = []
    for name, why in wanted.items():
        if name not in symbols:
            continue
        message = refused(gdb, f"{symbols[name] + slide:#x}")
        assert why in message or "no probe is allowed" in message, (name, message)
        tried.append(name)
    if not tried:
        raise Skip("this kernel has no such code")
    t.note(", ".join(tried))
    still_works(t, gdb)


# Copied at any time, with the breakpoint of a probe in it: for an optimized probe, into a module, for a user of ftrace.
TEMPLATES = {"optprobe_template_*": "is a template", "start_pv_*": "is a template", "end_pv_*": "is a template", "start__*": "is a template",
             "end__*": "is a template",
             "ftrace_caller*": "ftrace's own code", "ftrace_regs_caller*": "ftrace's own code", "ftrace_call": "ftrace's own code",
             "ftrace_regs_call": "ftrace's own code", "ftrace_graph_call*": "ftrace's own code", "ftrace_stub*": "ftrace's own code",
             "ftrace_epilogue": "ftrace's own code"}


@case(timeout=600, old=True)
def templates(t):
    """Code that the kernel copies to run it elsewhere is refused from its first symbol to its last."""
    gdb = t.gdb()
    symbols = t.functions()
    slide = int(gdb.eval("(unsigned long)vfs_read")) - symbols["vfs_read"]
    tried = []
    for name, address in symbols.items():
        why = next((why for pattern, why in TEMPLATES.items() if fnmatch.fnmatch(name, pattern)), None)
        # Some are in the text of kprobes or entries, and some ends are the start of another function.
        if why:
            message = refused(gdb, f"{address + slide:#x}")
            assert why in message or "no probe is allowed" in message or "must not be probed" in message, (name, message)
            tried.append(name)
    if not tried:
        raise Skip("this kernel has no such code")
    t.note(", ".join(tried))
    still_works(t, gdb)


# Kernels differ in which of these they have.
STARTS = ["secondary_startup_64", "secondary_startup_64_no_verify", "startup_32_smp", "start_cpu0", "early_setup_idt",
          "set_bringup_idt_handler.constprop.0", "start_secondary", "cr4_init", "cpu_init_secondary",
          "cpu_init_exception_handling", "load_current_idt", "wakeup_long64", "do_suspend_lowlevel", "restore_processor_state",
          "restore_registers", "wakeup_pmode_return", "verify_cpu", "checkCPUtype", "is486", "is386", "check_x87"]
COPIED = ["wakeup_start", "wakeup_code", "check_vesa", "check_vesaa", "wakeup_stack_begin", "relocate_kernel", "relocate_new_kernel",
          "identity_mapped", "virtual_mapped", "swap_pages", "core_restore_code", "restore_image"]
STARTED = ["cpu_startup_entry", "cpu_idle", "rcu_cpu_starting", "notify_cpu_starting", "smp_callin", "smp_store_cpu_info"]


@case(smp=2, timeout=600, old=True, needs="CONFIG_HOTPLUG_CPU")
def where_a_cpu_starts(t):
    """Code that a CPU runs before it can take a breakpoint is refused; code that a starting CPU runs later is hit."""
    gdb = t.gdb()
    symbols = t.kernel.symbols()
    slide = int(gdb.eval("(unsigned long)vfs_read")) - symbols["vfs_read"]
    tried = []
    called = []
    for name in STARTS[:3]:
        if name in symbols:
            called += re.findall(r"\b(?:call|jmp)[lq]? +0x\w+ <(\w+)>", gdb.cmd(f"disassemble {name}"))
    for names, why in (STARTS + sorted({*called} - {*STARTS}), "before it can take a breakpoint"), (COPIED, "runs the copy"):
        for name in names:
            if name not in symbols:
                continue
            message = refused(gdb, f"{symbols[name] + slide:#x}")
            inside = symbols["_stext"] <= symbols[name] < symbols["_etext"]
            elsewhere = not inside and re.search("is data|__init code|no code", message)
            # Early kernels have the first of them among their page tables, and copy the code that a CPU wakes in.
            assert why in message or elsewhere or re.search("where the kernel was started|runs the copy", message), (name, message)
            tried.append(name)
    assert "start_secondary" in tried, tried
    t.note(", ".join(tried))
    gdb.cmd("delete")
    started = [name for name in STARTED if name in t.functions()]
    for name in started:
        gdb.cmd(f"trace *{name}")
    gdb.cmd("tstart")
    t.sh("echo 0 >/sys/devices/system/cpu/cpu1/online")
    t.sh("echo 1 >/sys/devices/system/cpu/cpu1/online")
    assert t.sh("nproc").strip() == "2"
    gdb.cmd("tstop")
    assert "Collected 0" not in gdb.cmd("tstatus"), (started, gdb.cmd("tstatus"))
    still_works(t, gdb)


TABLES = ["init_level4_pgt", "level3_ident_pgt", "level3_kernel_pgt", "level2_ident_pgt", "level2_kernel_pgt", "level2_spare_pgt",
          "level3_physmem_pgt", "init_top_pgt", "swapper_pg_dir", "initial_code", "init_rsp", "empty_zero_page"]


@case(timeout=400, old=True)
def data_in_the_text(t):
    """Page tables, which early kernels have between _stext and _etext, and variables there are refused as data."""
    gdb = t.gdb()
    symbols = t.kernel.symbols()
    slide = int(gdb.eval("(unsigned long)vfs_read")) - symbols["vfs_read"]
    tried = []
    for name in TABLES:
        if name not in symbols:
            continue
        # A table's contents may look like whole or partial instructions; behind a variable there is another one.
        for offset in (0, 1, 2, 3, 4080, 4087) if name.endswith(("pgt", "pg_dir")) else (0,):
            message = refused(gdb, f"{symbols[name] + offset + slide:#x}")
            assert re.search("is data|page tables|no code", message), (name, message)
        tried.append(name)
    if not tried:
        raise Skip("this kernel has no such code")
    t.note(", ".join(tried))
    still_works(t, gdb)


@case
def enabled_late(t):
    """A disabled tracepoint may be at any address; enabling it during the run is refused, and the run goes on."""
    gdb = t.gdb()
    load = t.load("pread", n=3, file="/proc/version", size=8)
    gdb.cmd(f"trace *vfs_read if ((struct task_struct *)$current_task)->pid == {load.pid}")
    middle = a_middle(gdb)
    gdb.cmd(f"trace *{middle:#x}")
    gdb.cmd("disable 2")
    gdb.cmd("tstart")
    try:
        gdb.cmd("enable 2")
    except GdbError as error:
        assert MIDDLE in str(error) and f"tracepoint 2 at {middle:#x}" in str(error), error
    else:
        raise AssertionError("it was enabled")
    load.go()
    gdb.cmd("tstop")
    assert "Collected 3 trace frames" in gdb.cmd("tstatus"), gdb.cmd("tstatus")
    nothing_is_armed(t)


@case
def ignored(t):
    """With $ignore_error the bad tracepoint is left out, and $last_errno has the reason."""
    gdb = t.gdb()
    load = t.load("pread", n=3, file="/proc/version", size=8)
    gdb.cmd(f"trace *vfs_read if ((struct task_struct *)$current_task)->pid == {load.pid}")
    gdb.cmd(f"trace *{a_middle(gdb):#x}")
    gdb.cmd("tvariable $ignore_error = 1")
    gdb.cmd("tstart")
    load.go()
    gdb.cmd("tstop")
    assert "Collected 3 trace frames" in gdb.cmd("tstatus"), gdb.cmd("tstatus")
    assert gdb.eval("$last_errno") == "-84", gdb.eval("$last_errno")
    nothing_is_armed(t)
