/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Check that GDB has the symbols of this kernel. With others all that it shows
 * is garbage, and its tracepoints are in the wrong functions.
 *
 * Whenever GDB has loaded symbols it offers to look some up (qSymbol::). Ask
 * for functions that this module is linked with, from all over the kernel. One
 * that GDB's file lacks tells nothing. GDB need not answer all: nothing waits
 * for it.
 *
 * Context of all functions: process, holds gtp.lock.
 */
#include <linux/dcache.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "compat/check.h"
#include "compat/kernel_name.h"
#include "trace/base/messages.h"
#include "trace/target/private.h"

/* Exported by every kernel; spread over its code from end to end. */
static const struct {
	const char *name;
	const void *at;
} knowns[] = {
	{ "wake_up_process", wake_up_process },
	{ "kthread_stop", kthread_stop },
	{ "register_kprobe", register_kprobe },
	{ "vfree", vfree },
	{ "kfree", kfree },
	{ "filp_close", filp_close },
	{ "dput", dput },
	{ "seq_printf", seq_printf },
	{ "vsnprintf", vsnprintf },
	{ "schedule", schedule },
};

static struct gtp_symbols *const vm = &gtp_session.symbols;

static void conclude(void)
{
	u32 i, right = 0, unmoved = 0, wrong = 0;
	enum gtp_verdict last = vm->verdict;

	BUILD_BUG_ON(ARRAY_SIZE(knowns) != GTP_SYMBOLS);
	for (i = 0; i < ARRAY_SIZE(knowns); i++) {
		u64 at = (unsigned long)knowns[i].at;

		if (!vm->answers[i].found)
			continue;
		if (vm->answers[i].value == at)
			right++;
		else if (vm->answers[i].value == at - gtp_kernel.slide)
			unmoved++;
		else
			wrong++;
	}
	if (right + unmoved + wrong < 2)
		vm->verdict = VM_UNKNOWN;
	else if (!wrong && !unmoved)
		vm->verdict = VM_RIGHT;
	else if (!wrong && !right)
		vm->verdict = VM_UNMOVED;
	else
		vm->verdict = VM_WRONG;
	if (vm->verdict != last)
		vm->reported = 0;
}

/* The symbol in GDB's answer; ARRAY_SIZE(knowns): not one of ours. */
static u32 find_known(struct rsp_text hex)
{
	char name[32];
	long len = rsp_unhex(hex, name, sizeof(name) - 1);
	u32 i;

	name[len < 0 ? 0 : len] = '\0';
	for (i = 0; i < ARRAY_SIZE(knowns); i++)
		if (!strcmp(name, knowns[i].name))
			break;
	return i;
}

/* Return whether it is the same as last time. */
static int take_answer(u32 i, const struct rsp_cmd *cmd)
{
	int found = cmd->u.symbol.found;
	u64 value = found ? cmd->u.symbol.value : 0;
	int same = vm->answers[i].found == found &&
		   vm->answers[i].value == value;

	vm->answers[i].found = found;
	vm->answers[i].value = value;
	return same;
}

/*
 * The next symbol to ask for; ARRAY_SIZE(knowns): none. GDB offers again
 * whenever it has loaded any file. If both ends of the kernel's code are where
 * they were last time, that file was a module's.
 */
static u32 after_answer(u32 i, int same)
{
	const u32 last = ARRAY_SIZE(knowns) - 1;

	if (!i && same && vm->verdict != VM_UNKNOWN) {
		vm->checking = 1;
		return last;
	}
	if (vm->checking) {
		vm->checking = 0;
		return i == last && same ? last + 1 : 1;
	}
	return i + 1;
}

void gtp_serve_symbol(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	u32 next = 0;

	if (cmd->hex.len) {
		next = find_known(cmd->hex);
		if (next == ARRAY_SIZE(knowns)) {
			rsp_ok(tx);
			return;
		}
		next = after_answer(next, take_answer(next, cmd));
	} else {
		vm->checking = 0;
	}
	if (next == ARRAY_SIZE(knowns)) {
		conclude();
		rsp_ok(tx);
		return;
	}
	rsp_puts(tx, "qSymbol:");
	rsp_put_hex_str(tx, knowns[next].name);
}

static void say_verdict(struct rsp_tx *tx)
{
	static const char *const texts[] = {
		[VM_UNKNOWN] = NOTE_SYMBOLS_NONE,
		[VM_RIGHT] = NOTE_SYMBOLS_RIGHT,
		[VM_UNMOVED] = NOTE_SYMBOLS_UNMOVED,
		[VM_WRONG] = NOTE_SYMBOLS_WRONG,
	};
	char text[320];

	snprintf(text, sizeof(text), NOTE_KERNEL, texts[vm->verdict],
		 kc_release(), kc_version());
	rsp_notice(tx, text);
}

static int is_bad(void)
{
	return vm->verdict == VM_UNMOVED || vm->verdict == VM_WRONG;
}

void gtp_vmlinux_tell(struct rsp_tx *tx)
{
	if (!is_bad() || vm->reported || vm->any)
		return;
	vm->reported = 1;
	say_verdict(tx);
	rsp_notice(tx, NOTE_SYMBOLS_REFUSED);
}

int gtp_vmlinux_check(struct rsp_tx *tx)
{
	if (!is_bad() || vm->any)
		return 0;
	if (vm->verdict == VM_UNMOVED)
		rsp_error(tx, MSG_SYMBOLS_UNMOVED);
	else
		rsp_error(tx, MSG_SYMBOLS_WRONG, kc_release());
	return -EPERM;
}

void gtp_vmlinux_monitor(const char *args, struct rsp_tx *tx)
{
	if (!strcmp(args, "any")) {
		vm->any = 1;
		rsp_notice(tx, NOTE_SYMBOLS_ANY);
	} else if (*args) {
		rsp_notice(tx, NOTE_VMLINUX_USAGE);
	} else {
		say_verdict(tx);
	}
}
