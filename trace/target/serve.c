/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Session packets, and dispatch to the tracing packets.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "arch/arch.h"
#include "compat/barrier.h"
#include "compat/check.h"
#include "compat/clock.h"
#include "compat/cpu.h"
#include "compat/lock.h"
#include "compat/log.h"
#include "compat/read.h"
#include "compat/missing.h"
#include "compat/symbols.h"
#include "trace/internal.h"
#include "trace/target/target.h"

struct gtp gtp = {
	.lock = __MUTEX_INITIALIZER(gtp.lock),
	.tracepoints = LIST_HEAD_INIT(gtp.tracepoints),
	.ro = LIST_HEAD_INIT(gtp.ro),
	.kept_tracepoints = LIST_HEAD_INIT(gtp.kept_tracepoints),
	.kept_ro = LIST_HEAD_INIT(gtp.kept_ro),
};

/* To GDB the kernel is one running thread, which it can only observe. */
#define THREAD "1"

static void serve_supported(struct rsp_tx *tx)
{
	rsp_printf(tx, "PacketSize=%x", GTP_PACKET_SIZE);
	rsp_puts(tx, ";QStartNoAckMode+;qXfer:features:read+"
		 ";qXfer:traceframe-info:read+;ConditionalTracepoints+"
		 ";TracepointSource+;TraceStateVariables+;DisconnectedTracing+"
		 ";EnableDisableTracepoints+;InstallInTrace+"
		 ";QTBuffer:size+;tracenz+");
}

static void serve_thread_extra(struct rsp_tx *tx)
{
	rsp_put_hex_str(tx, "the running kernel");
}

/*
 * Packets with a fixed reply are answered here. Memory and registers are
 * read-only. Z and X get an error: at an empty reply GDB would try to write
 * breakpoints into the running kernel itself.
 */
static void serve_session(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	switch (cmd->id) {
	case RSP_QSUPPORTED:
		serve_supported(tx);
		break;
	case RSP_STOP_REASON:
		rsp_puts(tx, "T05thread:" THREAD ";");
		break;
	case RSP_RESUME:
		/*
		 * After SIGTRAP GDB would keep stepping while a symbol covers
		 * the pc, which is 0: without KASLR per-CPU variables are
		 * there.
		 */
		rsp_notice(tx, "The kernel is not stopped: it cannot be continued or stepped. trace, tstart and tfind show what it does.\n");
		rsp_puts(tx, "T00thread:" THREAD ";");
		break;
	case RSP_CURRENT_THREAD:
		rsp_puts(tx, "QC" THREAD);
		break;
	case RSP_THREADS_FIRST:
		rsp_puts(tx, "m" THREAD);
		break;
	case RSP_THREADS_NEXT:
		rsp_putc(tx, 'l');
		break;
	case RSP_THREAD_EXTRA:
		serve_thread_extra(tx);
		break;
	case RSP_ATTACHED:
		rsp_putc(tx, '1');
		break;
	case RSP_OFFSETS:
		/* 0: not moved. No reply means the same. */
		if (gtp.text)
			rsp_printf(tx, "TextSeg=%lx", gtp.text);
		break;
	case RSP_READ_REGS:
		gtp_put_regs(tx);
		break;
	case RSP_READ_REG:
		gtp_put_reg(cmd->u.reg.num, tx);
		break;
	case RSP_READ_MEM:
		gtp_serve_mem(cmd->u.mem.addr, cmd->u.mem.len, tx);
		break;
	case RSP_XFER_READ:
		gtp_serve_xfer(cmd, tx);
		break;
	case RSP_WRITE_REGS:
	case RSP_WRITE_MEM:
	case RSP_BREAKPOINT:
		rsp_error_num(tx, 1);
		break;
	case RSP_QSTARTNOACK:
	case RSP_EXTENDED:
	case RSP_SET_THREAD:
	case RSP_THREAD_ALIVE:
	case RSP_DETACH:
	case RSP_KILL:
		rsp_ok(tx);
		break;
	case RSP_QTFP:
	case RSP_QTSP:
	case RSP_QTFV:
	case RSP_QTSV:
		gtp_serve_upload(cmd->id, tx);
		break;
	case RSP_SYMBOL:
		gtp_serve_symbol(cmd, tx);
		break;
	case RSP_MONITOR:
		gtp_serve_monitor(cmd->hex, tx);
		break;
	case RSP_MALFORMED:
		rsp_error(tx, "%s", cmd->why);
		break;
	default:
		/* Empty reply: not supported. */
		break;
	}
}

int gtp_serve(const char *packet, size_t len, struct rsp_tx *tx)
{
	struct rsp_cmd cmd;
	int later;

	kc_assert_held(&gtp.lock);
	rsp_parse(packet, len, &cmd);
	rsp_tx_begin(tx);
	kc_store(&gtp.give_up, 0);
	if (cmd.id == RSP_QTSTATUS || cmd.id == RSP_MONITOR)
		gtp_vmlinux_tell(tx);
	if (!gtp_serve_trace(&cmd, tx))
		serve_session(&cmd, tx);
	later = gtp.deferred_tx == tx;
	if (later)
		return GTP_LATER;
	rsp_tx_end(tx);
	return cmd.id == RSP_QSTARTNOACK ? GTP_NOACK : 0;
}

int gtp_lock(void)
{
	return mutex_lock_interruptible(&gtp.lock) ? -ERESTARTSYS : 0;
}

void gtp_unlock(void)
{
	mutex_unlock(&gtp.lock);
}

int gtp_open(pid_t tgid)
{
	int ret = gtp_lock();

	if (ret)
		return ret;
	kc_store(&gtp.self, tgid);
	gtp.missing_shown = 0;
	gtp.device = 0;
	gtp_vmlinux_open();
	gtp_unlock();
	return 0;
}

int gtp_set_peer(pid_t tgid)
{
	int ret = gtp_lock();

	if (ret)
		return ret;
	kc_store(&gtp.peer, tgid);
	gtp_unlock();
	return 0;
}

/* Should the thread's packet be finished although the session has ended? */
static int serve_is_for_good(void)
{
	switch (gtp.deferred.id) {
	case RSP_QTSTART:
		return gtp.disconnected;
	case RSP_QTFRAME:
	case RSP_QTBUFFER_READ:
	case RSP_QTSAVE:
		return 0;
	default:
		return 1;
	}
}

void gtp_close(void)
{
	/* Nothing changes it now: it is the last packet of the session. */
	int finish = serve_is_for_good();

	if (!finish)
		gtp_interrupt();
	mutex_lock(&gtp.lock);
	gtp_wait_finished();
	kc_store(&gtp.give_up, 0);
	if (finish)
		gtp_serve_deferred();
	kc_store(&gtp.deferred_tx, NULL);
	gtp_save_leave();
	kc_store(&gtp.self, -1);
	kc_store(&gtp.peer, -1);
	gtp_select_none();
	if (!gtp.disconnected)
		gtp_stop(GTP_DISCONNECTED, NULL);
	/* A continuing run keeps its setting until the next one begins. */
	gtp.reads_devices = 0;
	if (!gtp.armed)
		kc_store(&kc_reads_devices, 0);
	mutex_unlock(&gtp.lock);
}

/*
 * Find the kernel's address and its distance from the link address. _text
 * precedes _stext, but without CONFIG_KALLSYMS_ALL the symbol table begins with
 * _stext.
 */
static int find_kernel(void)
{
	static const char *const constant[][2] = {
		{ "_stext", "_etext" }, { "__start_rodata", "__end_rodata" },
	};
	unsigned int i;

	BUILD_BUG_ON(ARRAY_SIZE(constant) != ARRAY_SIZE(gtp.constant));
	for (i = 0; i < ARRAY_SIZE(constant); i++) {
		gtp.constant[i].start = kc_symbol(constant[i][0]);
		gtp.constant[i].end = kc_symbol(constant[i][1]);
	}
	gtp.stext = kc_symbol("_stext");
	if (!gtp.stext) {
		kc_err("the kernel has no table of its symbols: boot one that is configured with CONFIG_KALLSYMS\n");
		return -ENOENT;
	}
	gtp.text = kc_symbol("_text");
	if (!arch_link_text)
		return 0;
	if (!gtp.text)
		gtp.text = arch_text_below(gtp.stext, arch_link_align);
	if (!gtp.text) {
		kc_err("this kernel may have been moved when it was loaded, and nothing tells by how much: boot one that is configured with CONFIG_KALLSYMS_ALL\n");
		return -ENOENT;
	}
	gtp.slide = gtp.text - arch_link_text;
	return 0;
}

int gtp_init(u64 buffer_size, const char *save_dir)
{
	unsigned int i;
	int ret;

	if (gtp_reg_block_len() > ARCH_REGS_MAX)
		return -EINVAL;
	kc_read_init();
	gtp_save_init(save_dir);
	gtp.self = -1;
	gtp.peer = -1;
	gtp.nr_cpus = kc_nr_cpus();
	gtp.default_size = buffer_size;
	gtp.size = buffer_size;
	ret = find_kernel();
	if (ret)
		return ret;
	gtp_percpu_init();
	ret = kc_clock_init();
	if (ret) {
		kc_err("the kernel has no clock sched_clock()\n");
		return ret;
	}
	for (i = 0; kc_missing_feature(i); i++)
		kc_info("not available on this kernel: %s\n",
			kc_missing_feature(i));
	ret = gtp_vars_init();
	if (!ret)
		ret = gtp_run_init();
	if (ret) {
		gtp_vars_exit();
		return ret;
	}
	ret = gtp_modules_init();
	if (ret) {
		gtp_run_exit();
		gtp_vars_exit();
	}
	return ret;
}

void gtp_exit(void)
{
	gtp_save_exit();
	gtp_modules_exit();
	gtp_run_exit();
	gtp_drop_kept();
	gtp_tracepoints_free();
	gtp_clear_ro();
	gtp_vars_exit();
	kfree(gtp.user);
	kfree(gtp.notes);
	kfree(gtp.stop_note);
}
