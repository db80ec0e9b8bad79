/* SPDX-License-Identifier: GPL-2.0 */
/*
 * qRcmd: GDB's `monitor' command.
 *
 * Context of all functions: process, holds gtp.lock.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "compat/barrier.h"
#include "compat/check.h"
#include "compat/read.h"
#include "trace/base/messages.h"
#include "trace/target/private.h"

#define COMMAND_MAX	200	/* characters */

static void say_address(struct rsp_tx *tx, const char *format, u64 addr)
{
	char text[80];

	snprintf(text, sizeof(text), format, (unsigned long long)addr);
	rsp_notice(tx, text);
}

/* "0x1f" or "1f". Return 0 or -EINVAL. */
static int parse_address(const char *s, u64 *addr)
{
	struct rsp_text digits;
	u8 bytes[sizeof(u64)];
	char padded[2 * sizeof(u64) + 1];
	size_t len, i;

	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X'))
		s += 2;
	len = strlen(s);
	if (!len || len >= sizeof(padded))
		return -EINVAL;
	memset(padded, '0', sizeof(padded));
	memcpy(padded + sizeof(padded) - 1 - len, s, len);
	digits.p = padded;
	digits.len = sizeof(padded) - 1;
	if (rsp_unhex(digits, bytes, sizeof(bytes)) < 0)
		return -EINVAL;
	*addr = 0;
	for (i = 0; i < sizeof(bytes); i++)
		*addr = *addr << 8 | bytes[i];
	return 0;
}

static void show_skips(struct rsp_tx *tx)
{
	unsigned int i;
	u64 addr;

	if (!gtp_excluded(0, &addr))
		rsp_notice(tx, NOTE_EXCLUDES_NONE);
	for (i = 0; gtp_excluded(i, &addr); i++)
		say_address(tx, NOTE_EXCLUDES, addr);
}

static void do_disable(char *args, struct rsp_tx *tx)
{
	u64 addr;

	if (!*args) {
		show_skips(tx);
	} else if (!strcmp(args, "clear")) {
		gtp_exclude_none();
		rsp_notice(tx, NOTE_EXCLUDES_CLEARED);
	} else if (parse_address(args, &addr)) {
		rsp_notice(tx, NOTE_DISABLE_ADDRESS);
	} else if (gtp_is_excluded(addr)) {
		say_address(tx, NOTE_EXCLUDES_ALREADY, addr);
	} else if (gtp_exclude(addr)) {
		rsp_notice(tx, NOTE_DISABLE_FULL);
	} else {
		say_address(tx, NOTE_EXCLUDES_NEXT, addr);
	}
}

static void do_vmlinux(char *args, struct rsp_tx *tx)
{
	gtp_vmlinux_monitor(args, tx);
}

/* For this session, and for the current run. */
static void set_io(int on)
{
	gtp_session.reads_devices = on;
	kc_store(&kc_reads_devices, on);
}

static void do_io(char *args, struct rsp_tx *tx)
{
	if (!strcmp(args, "on"))
		set_io(1);
	else if (!strcmp(args, "off"))
		set_io(0);
	else if (*args)
		rsp_notice(tx, NOTE_IO_USAGE);
	if (gtp_session.reads_devices)
		gtp_session.device = 0;
	rsp_notice(tx, gtp_session.reads_devices ? NOTE_IO_ON : NOTE_IO_OFF);
	if (kc_reads_devices && !gtp_session.reads_devices)
		rsp_notice(tx, NOTE_IO_RUN);
	if (gtp_session.device)
		say_address(tx, NOTE_IO_NOT_READ, gtp_session.device);
}

static void do_look(char *args, struct rsp_tx *tx)
{
	if (*args && strcmp(args, "off")) {
		rsp_notice(tx, NOTE_LOOK_USAGE);
	} else if (!gtp.armed || gtp_must_finish()) {
		rsp_notice(tx, NOTE_LOOK_NO_RUN);
	} else if (*args) {
		gtp_look_end();
		gtp_select_none();
		rsp_notice(tx, NOTE_LOOK_OFF);
	} else {
		gtp_look_begin();
		rsp_notice(tx, NOTE_LOOK_ON);
	}
}

static void do_mem(char *args, struct rsp_tx *tx)
{
	gtp_space_monitor(args, tx);
}

static void do_stat(char *args, struct rsp_tx *tx)
{
	gtp_stat_tell(tx);
}

static void do_threads(char *args, struct rsp_tx *tx)
{
	gtp_threads_monitor(args, tx);
}

static void do_help(char *args, struct rsp_tx *tx);

/* The first one is the default. */
static const struct {
	const char *name;
	void (*run)(char *args, struct rsp_tx *tx);
	const char *help;
} commands[] = {
	{ "help", do_help,
	  "monitor help -- this list.\n" },
	{ "disable", do_disable,
	  "monitor disable ADDRESS -- leave out tracepoints at that address, from the next tstart on.\n"
	  "monitor disable -- show the addresses that are left out.\n"
	  "monitor disable clear -- leave none out any more.\n" },
	{ "vmlinux", do_vmlinux,
	  "monitor vmlinux -- say whether GDB's symbols are those of the running kernel.\n"
	  "monitor vmlinux any -- let tstart take any symbols, for this session.\n" },
	{ "io", do_io,
	  "monitor io on -- read memory that is mapped from devices, too, live and in hits, for this session.\n"
	  "monitor io off -- do not read it (the default).\n" },
	{ "look", do_look,
	  "monitor look -- let tfind show the frames of a run that goes on; again, to number them anew.\n"
	  "monitor look off -- do not any more.\n" },
	{ "mem", do_mem,
	  "monitor mem pid N -- read addresses below the kernel's in the memory of task N, for this session.\n"
	  "monitor mem phys -- take them as physical addresses.\n"
	  "monitor mem kernel -- do not read them (the default).\n" },
	{ "stat", do_stat,
	  "monitor stat -- show the counters of gtpstat.\n" },
	{ "threads", do_threads,
	  "monitor threads on -- the kernel's tasks are GDB's threads, too, for this session: info threads, thread apply all bt.\n"
	  "monitor threads off -- the running kernel is the only thread (the default).\n" },
};

static void do_help(char *args, struct rsp_tx *tx)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		rsp_notice(tx, commands[i].help);
}

static char *skip_blanks(char *s)
{
	while (*s == ' ' || *s == '\t')
		s++;
	return s;
}

/* Cut s after its first word. Return what follows. */
static char *cut_word(char *s)
{
	while (*s && *s != ' ' && *s != '\t')
		s++;
	if (*s)
		*s++ = '\0';
	return skip_blanks(s);
}

/* Run one line. */
static void monitor_run(char *line, struct rsp_tx *tx)
{
	char *word = skip_blanks(line);
	char *args = cut_word(word);
	size_t len = strlen(args);
	unsigned int i;

	while (len && args[len - 1] == ' ')
		args[--len] = '\0';
	if (!*word)
		word = (char *)commands[0].name;
	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		if (strcmp(word, commands[i].name))
			continue;
		commands[i].run(args, tx);
		return;
	}
	rsp_notice(tx, NOTE_NO_COMMAND);
}

/*
 * Errors are printed, and the reply is still "OK": GDB would take an error
 * reply for a broken protocol.
 */
void gtp_serve_monitor(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	char line[COMMAND_MAX + 1];
	long len = rsp_unhex(cmd->hex, line, COMMAND_MAX);

	if (len < 0) {
		rsp_notice(tx, NOTE_COMMAND_LONG);
	} else {
		line[len] = '\0';
		monitor_run(line, tx);
	}
	rsp_ok(tx);
}
