/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Places where a probe would bring the machine down. Each kernel version refuses
 * more of them; these checks run on every kernel.
 *
 * Context of all functions: process, holds gtp.lock.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/types.h>

#include "arch/arch.h"
#include "arch/x86_insn.h"
#include "compat/check.h"
#include "compat/facts.h"
#include "compat/kprobe.h"
#include "compat/read.h"
#include "compat/symbols.h"

#ifdef CONFIG_X86_64
#define MODE64	1
#else
#define MODE64	0
#endif

/*
 * Bytes that BUG() puts behind ud2: 32-bit kernels before 2.6.20 have a line
 * number and a pointer there; 64-bit ones hide them in instructions.
 */
#if !MODE64 && defined(CONFIG_DEBUG_BUGVERBOSE) && !defined(CONFIG_GENERIC_BUG)
#define BUG_DATA	6
#else
#define BUG_DATA	0
#endif

static const char ENTRY[] =
	"that is in the kernel's entry code, where no probe is allowed";
#define KPROBES		"that is in the code of kprobes, where no probe is allowed"
#define NOINSTR		"that is in code that must not be probed"
#define INIT		"that is __init code, which the kernel freed when it had started"
#define PADDING		"that is the padding in front of a function; trace the function, without __pfx_ or __cfi_"
#define THUNK		"every call or return may go through that code, those of kprobes, too; trace a function that does"
#define FTRACE		"that is ftrace's own code, which brings probes their hits; trace the function that it is called for"
#define REWRITTEN	"that is a jump that the kernel rewrites; trace the function that it leads to"
#define SWITCH		"that function is entered as one task and left as another, so its return cannot be followed; trace its entry, or the return of schedule"
#define NOT_CALLED	"that code is not entered by a call, so it has no return address; trace it without kret, or a function that it calls"
#define START		"a CPU that starts or wakes up runs that before it can take a breakpoint; trace what it does when it is up"
#define COPIED		"the kernel copies that code, and runs the copy where it can take no breakpoint; trace what calls it"
#define TEMPLATE	"that is a template, and the code that the kernel makes of it would have a probe that is none; trace another function"
#define TABLES		"that is where the kernel was started, and where its page tables are"
#define RETURNS		"this kernel's own handling of returns uses that function; trace its entry, without kret"

/* From one symbol to another; ignored unless both exist. */
struct region {
	const char *first, *last;
	const char *with;	/* ignored unless it contains this symbol */
	const char *why;
};

/* last: the end. */
static const struct region sections[] = {
	{ "__kprobes_text_start", "__kprobes_text_end", NULL, KPROBES },
	{ "__entry_text_start", "__entry_text_end", NULL, ENTRY },
	{ "__noinstr_text_start", "__noinstr_text_end", NULL, NOINSTR },
	/* To early kernels this is still code. */
	{ "_sinittext", "_einittext", NULL, INIT },
	/* C functions; from 4.4 to 5.8 also entry code. */
	{ "__irqentry_text_start", "__irqentry_text_end",
	  "apic_timer_interrupt", ENTRY },
};

/*
 * Before 2.6.39 (ea7145477a46) entry code has no section of its own. These are
 * the functions of entry*.S and ia32entry.S, in their order. last: the last one.
 */
static const struct region functions[] = {
#ifdef CONFIG_X86_64
	{ "ret_from_fork", "call_softirq", NULL, ENTRY },	/* 2.6.18 */
	{ "mcount", "call_softirq", NULL, ENTRY },	/* 2.6.32 */
	{ "save_args", "call_softirq", NULL, ENTRY },
	{ "native_usergs_sysret64", "native_usergs_sysret64", NULL, ENTRY },
	{ "xen_hypervisor_callback", "xen_failsafe_callback", NULL, ENTRY },
	{ "native_usergs_sysret32", "native_usergs_sysret32", NULL, ENTRY },
	{ "native_irq_enable_sysexit", "native_irq_enable_sysexit", NULL, ENTRY },
	{ "ia32_sysenter_target", "ia32_ptregs_common", NULL, ENTRY },
#else
	{ "ret_from_fork", "spurious_interrupt_bug", NULL, ENTRY },	/* 2.6.18 */
	{ "ret_from_fork", "kernel_thread_helper", NULL, ENTRY },	/* 2.6.32 */
	{ "mcount", "return_to_handler", NULL, ENTRY },
	{ "xen_sysenter_target", "xen_failsafe_callback", NULL, ENTRY },
#endif
	{ "xen_hvm_callback_vector", "xen_hvm_callback_vector", NULL, ENTRY },
	{ "hyperv_callback_vector", "hyperv_callback_vector", NULL, ENTRY },
	/* Real-mode code in which a machine wakes up, and its variables. */
	{ "wakeup_start", "wakeup_end", NULL, COPIED },
	/* Called for each breakpoint; in kprobe text on later kernels. */
	{ "atomic_notifier_call_chain", "atomic_notifier_call_chain", NULL,
	  KPROBES },
};

/* Handles faults of entry code, but is outside of its section. */
static const struct region fixups[] = {
	{ "bad_iret", "bad_iret", NULL, ENTRY },
	{ "bad_gs", "bad_gs", NULL, ENTRY },
	{ "iret_exc", "iret_exc", NULL, ENTRY },
};

/* Longer than any of functions[] if the order is as expected. */
#define REGION_MAX	0x8000

/*
 * Page tables, a page each, that early 64-bit kernels have in their text, behind
 * the startup code, with some variables in between.
 */
static const char *const tables[] = {
	"init_level4_pgt", "level3_ident_pgt", "level3_kernel_pgt",
	"level2_ident_pgt", "level2_kernel_pgt", "level2_spare_pgt",
	"level3_physmem_pgt",
};

static struct {
	unsigned long start, end;
	const char *why;
} regions[ARRAY_SIZE(sections) + ARRAY_SIZE(fixups) + ARRAY_SIZE(functions) +
	  1 /* tables[] */];
static unsigned int nr_regions;		/* 0: not yet looked up */

/*
 * Startup code of CPUs, into which the first frame of an idle task returns. No
 * symbol marks its end.
 */
#define START_MAX	0x400
static unsigned long start_code;

/* A look-up takes milliseconds on old kernels, and there are many. */
static unsigned long region_symbol(const char *name)
{
	static u32 nr_symbols;	/* looked up so far; under gtp.lock */

	arch_probe_progress(nr_symbols++);
	return kc_symbol(name);
}

static void region_add(const struct region *r, unsigned long start,
		       unsigned long end)
{
	unsigned long with;

	if (!start || end <= start)
		return;
	if (r->with) {
		with = region_symbol(r->with);
		if (with < start || with >= end)
			return;
	}
	regions[nr_regions].start = start;
	regions[nr_regions].end = end;
	regions[nr_regions].why = r->why;
	nr_regions++;
}

/* Up to the end of each one's last function. */
static void regions_add(const struct region *r, unsigned int n)
{
	unsigned long start, last;
	struct kc_place place;

	for (; n; n--, r++) {
		start = region_symbol(r->first);
		if (!start)
			continue;
		last = strcmp(r->first, r->last) ? region_symbol(r->last) : start;
		if (!last || last - start > REGION_MAX ||
		    kc_symbol_at(last, &place))
			continue;
		region_add(r, start, place.start + place.size);
	}
}

/*
 * From the start of the kernel, or else the first table, to the end of the last
 * table. Later kernels have them behind their code, so behind register_kprobe().
 */
static void tables_add(void)
{
	static const struct region r = { NULL, NULL, NULL, TABLES };
	unsigned long start = region_symbol("startup_64"), end = 0, table;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(tables); i++) {
		table = region_symbol(tables[i]);
		if (!table || table > (unsigned long)register_kprobe)
			continue;
		start = start ? min(start, table) : table;
		end = max(end, table + PAGE_SIZE);
	}
	region_add(&r, start, end);
}

/* Not inline: 32-bit kernels allow a function 1024 bytes of stack. */
static noinline void regions_find(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sections); i++)
		region_add(&sections[i], region_symbol(sections[i].first),
			   region_symbol(sections[i].last));
	regions_add(fixups, ARRAY_SIZE(fixups));
	start_code = region_symbol(MODE64 ? "secondary_startup_64" :
					"startup_32_smp");
	if (!region_symbol("__entry_text_start")) {
		regions_add(functions, ARRAY_SIZE(functions));
		tables_add();
	}
}

int arch_in_start(unsigned long addr)
{
	return start_code && addr - start_code < START_MAX;
}

int arch_in_entry(unsigned long addr)
{
	unsigned int i;

	for (i = 0; i < nr_regions; i++)
		if (regions[i].why == ENTRY && addr > regions[i].start &&
		    addr <= regions[i].end)
			return !KC_FACT_ENTRY_HAS_CFI;
	return 0;
}

/* ---- functions by name ------------------------------------------------- */

/*
 * The kernel compares addresses exactly, but with IBT it moves a probe at an
 * endbr behind it first. Then no address is in kretprobe_blacklist (__switch_to
 * on 6.12 and 7.2). So compare names here: all code from one symbol to the next.
 */
struct named {
	const char *name;	/* a * at its start or end matches any text */
	const char *why;
	const char *unless;	/* ignored if this symbol exists */
};

static const struct named no_probe[] = {
	/* Call depth tracking and FineIBT send calls to their end. */
	{ "__pfx_*", PADDING },
	{ "__cfi_*", PADDING },
	/* The int3 handler itself returns through it on some CPUs. */
	{ "*_return_thunk", THUNK },
	{ "*_untrain_ret", THUNK },
	{ "__x86_indirect_*", THUNK },
	{ "__SCT__*", REWRITTEN },
	{ "mcount", FTRACE },
	{ "__fentry__", FTRACE },
	/* With the labels inside: some users of ftrace get a copy of it. */
	{ "ftrace_caller*", FTRACE },
	{ "ftrace_regs_caller*", FTRACE },
	{ "ftrace_call", FTRACE },
	{ "ftrace_regs_call", FTRACE },
	{ "ftrace_graph_call*", FTRACE },
	{ "ftrace_stub*", FTRACE },
	{ "ftrace_epilogue", FTRACE },
	{ "return_to_handler", FTRACE },
	/* Outside of text since 5.1 (0192e6535ebe), gone since 5.2 (0b9d2fc1d0d6). */
	{ "optprobe_template_*", TEMPLATE },
	{ "start_pv_*", TEMPLATE },
	{ "end_pv_*", TEMPLATE },
	{ "start__*", TEMPLATE },
	{ "end__*", TEMPLATE },
	/* The CPU has no usable IDT there yet, and in some no stack. */
	{ "startup_64", START },
	{ "startup_32*", START },
	{ "secondary_startup_64*", START },
	{ "verify_cpu", START },
	{ "sev_verify_cbit", START },
	{ "__startup_secondary_64", START },
	{ "checkCPUtype", START },
	{ "is486", START },
	{ "is386", START },
	{ "check_x87", START },
#if !MODE64
	/* Called before paging is on. */
	{ "load_ucode_*", START },
	{ "__load_ucode_*", START },
	{ "apply_microcode_early*", START },
	{ "__apply_microcode_amd", START },
	{ "find_microcode_in_initrd", START },
	{ "find_cpio_data", START },
	{ "scan_microcode", START },
	{ "scan_containers", START },
	{ "x86_family", START },
#endif
	{ "start_cpu", START },			/* RHEL 7 */
	{ "start_cpu0", START },
	{ "soft_restart_cpu", START },
	{ "early_setup_idt", START },
	{ "set_bringup_idt_handler", START },
	{ "start_secondary", START },
	{ "cr4_init", START },
	{ "cpu_init_secondary", START },
	{ "cpu_init_exception_handling", START },
	{ "load_current_idt", START },
	{ "cpu_init", START, "cpu_init_exception_handling" },
	{ "wakeup_pmode_return", START },
	{ "wakeup_long64", START },
	{ "do_suspend_lowlevel", START },
	{ "*restore_processor_state", START },
	{ "restore_registers", START },
	/* For kexec and hibernation. */
	{ "relocate_kernel", COPIED },
	{ "relocate_new_kernel", COPIED },	/* before 2.6.20 */
	{ "identity_mapped", COPIED },
	{ "virtual_mapped", COPIED },
	{ "swap_pages", COPIED },
	{ "core_restore_code", COPIED },
	{ "restore_image", COPIED },
	{ NULL }
};

static const struct named no_return[] = {
	{ "__switch_to", SWITCH },
	{ "__switch_to_asm", SWITCH },
	/* Assembly; a C function since 6.6 (3aec4ecb3d1f). */
	{ "ret_from_fork", NOT_CALLED, "ret_from_fork_asm" },
	{ "ret_from_fork_asm", NOT_CALLED },
	{ "ret_from_kernel_thread", NOT_CALLED },
	/* Called by the trampoline outside its guard: endless recursion. */
	{ "objpool_push", RETURNS },	/* since 6.7 (4bbd93455659) */
	{ "freelist_add", RETURNS },	/* since 5.11 (6e426e0fcd20) */
	{ "__freelist_add", RETURNS },
	{ "kprobe_busy_begin", RETURNS },
	{ "kprobe_busy_end", RETURNS },
	{ NULL }
};

/*
 * text: as in struct kc_place. Ignore suffixes of the compiler (.isra.0), and the
 * prefix of early code.
 */
static int is_named(const char *text, const char *name)
{
	size_t len = 0, want = strlen(name);

	if (!strncmp(text, "__pi_", 5))
		text += 5;
	while (text[len] && text[len] != '.' && text[len] != '+')
		len++;
	if (name[0] == '*')
		return len >= want - 1 &&
		       !memcmp(text + len - (want - 1), name + 1, want - 1);
	if (name[want - 1] == '*')
		return len >= want - 1 && !memcmp(text, name, want - 1);
	return len == want && !memcmp(text, name, want);
}

static int find_named(const struct named *list, const struct kc_place *place,
		      const char **why)
{
	for (; list->name; list++) {
		if (!is_named(place->text, list->name) ||
		    (list->unless && kc_symbol(list->unless)))
			continue;
		*why = list->why;
		return -EINVAL;
	}
	return 0;
}

int arch_return_probe_check(unsigned long addr, const char **why)
{
	struct kc_place place;

	if (kc_symbol_at(addr, &place))
		return 0;
	return find_named(no_return, &place, why);
}

/* ---- instructions ------------------------------------------------------ */

/*
 * Decode instructions from the symbol's start. Return 0, -EILSEQ if none starts
 * at addr, or -ENODATA if they cannot be decoded. The original bytes under our
 * own probes are known. A foreign probe may be an int3 or, if kprobes are
 * optimized, a jump over several instructions. Kernels with such jumps check by
 * themselves, and from 3.4 on they know the original bytes: so set *doubt at any
 * int3 or long jump.
 */
static int insn_starts_at(unsigned long addr, const struct kc_place *place,
			  int *doubt)
{
	unsigned long at = place->start, end = place->start + place->size;
	u8 code[X86_INSN_MAX];
	unsigned int len;
	int own;

	while (at < addr) {
		len = min_t(unsigned long, end - at, sizeof(code));
		if (kc_read_kernel(code, at, len))
			return -ENODATA;
		own = code[0] == 0xcc ? arch_own_probe(at) : -1;
		if (own >= 0)
			code[0] = own;
		if (code[0] == 0xcc || code[0] == 0xe9)
			*doubt = 1;
		/* On these kernels an int3 can only be a probe. */
		if (code[0] == 0xcc && !kc_kprobes_check_insn())
			return -ENODATA;
		len = x86_insn_len(code, len, MODE64);
		if (!len)
			return -ENODATA;
		at += len;
		if (BUG_DATA && code[0] == 0x0f && code[1] == 0x0b)
			at += BUG_DATA;
	}
	return at == addr ? 0 : -EILSEQ;
}

#define NO_START	"that is not the start of an instruction"
/* Before 3.4 a kernel does not see the code that an optimized probe replaced. */
#define HIDDEN_START	"that is not the start of an instruction, or an optimized probe before it in the function hides it from this kernel: set it before tstart"

/*
 * For a jump, kernels since 2.6.34 decode all of a function. The symbol of the
 * last one in a module ends with the page, and what fills that may look like an
 * instruction that goes on in the next page, which need not be there: an oops
 * (seen on 6.12). A probe on ftrace's nop does not become a jump.
 */
static int is_read_past(unsigned long addr, const struct kc_place *place)
{
	static const u8 nop[] = { 0x0f, 0x1f, 0x44, 0x00, 0x00 };
	unsigned long end = place->start + place->size;
	u8 code[sizeof(nop)];

	if (end & ~PAGE_MASK || !kc_read_kernel(code, end, 1))
		return 0;
	return kc_read_kernel(code, arch_probe_place(addr), sizeof(code)) ||
	       memcmp(code, nop, sizeof(code));
}

int arch_probe_check(unsigned long addr, const char **why)
{
	struct kc_place place;
	unsigned int i;
	int doubt = 0;
	int ret;

	if (!nr_regions)
		regions_find();
	for (i = 0; i < nr_regions; i++) {
		*why = regions[i].why;
		if (addr >= regions[i].start && addr < regions[i].end)
			return -EINVAL;
	}
	ret = kc_symbol_at(addr, &place);
	if (!ret && find_named(no_probe, &place, why))
		return -EINVAL;
	*why = "the kernel would read past the end of that module's code";
	if (!ret && kc_kprobes_check_insn() && is_read_past(addr, &place))
		return -EINVAL;
	*why = "it is not known where instructions start there";
	if (!ret)
		ret = insn_starts_at(addr, &place, &doubt);
	if (ret == -EILSEQ)
		*why = NO_START;
	if (!kc_kprobes_check_insn())
		return ret;
	/*
	 * The kernel checks, too: what follows explains its -EILSEQ. A probe
	 * may be optimized between the two checks.
	 */
	*why = doubt || !ret ? HIDDEN_START : NO_START;
	return ret == -EILSEQ && !doubt ? ret : 0;
}

int arch_probe_is_in(unsigned long addr, u8 first, int on_ftrace)
{
	u8 code;

	if (kc_read_kernel(&code, addr, sizeof(code)))
		return 1;
	/* ftrace puts a call or jump in place of its nop. */
	if (on_ftrace)
		return code == 0xcc || code == 0xe8 || code == 0xe9;
	/* An int3 or a jump, which never replaces another jump. */
	return code == 0xcc || (code == 0xe9 && first != 0xe9);
}

int arch_probe_is_jump(unsigned long addr)
{
	u8 code;

	return !kc_read_kernel(&code, addr, sizeof(code)) && code == 0xe9;
}

/* ---- behind ftrace's instruction ---------------------------------------- */

#define FTRACE_LEN	5

/* A call, or a nop that kernels with KC_HAS_FTRACE use. */
static int is_ftrace(const u8 *code)
{
	static const u8 known[][FTRACE_LEN] = {
		{ 0x0f, 0x1f, 0x44, 0x00, 0x00 },
		{ 0x66, 0x66, 0x66, 0x66, 0x90 },	/* up to 5.12, AMD */
	};

	return code[0] == 0xe8 || !memcmp(code, known[0], FTRACE_LEN) ||
	       !memcmp(code, known[1], FTRACE_LEN);
}

/* A loop may go back there: it would count as an entry each time. */
static int is_jumped_to(unsigned long addr, const struct kc_place *place)
{
	unsigned long at = place->start, end = place->start + place->size;
	u8 code[X86_INSN_MAX];
	unsigned int len;
	s32 by;

	for (; at < end; at += len) {
		len = min_t(unsigned long, end - at, sizeof(code));
		if (kc_read_kernel(code, at, len))
			return 1;
		len = x86_insn_len(code, len, MODE64);
		if (!len || (x86_jump(code, len, &by) && at + len + by == addr))
			return 1;
	}
	return 0;
}

unsigned long arch_behind_ftrace(unsigned long addr)
{
	struct kc_place place;
	u8 code[FTRACE_LEN];

	if (kc_read_kernel(code, addr, sizeof(code)) || !is_ftrace(code) ||
	    kc_symbol_at(addr, &place) ||
	    is_jumped_to(addr + sizeof(code), &place))
		return 0;
	return addr + sizeof(code);
}
