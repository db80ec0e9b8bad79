/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The numbers of special variables, by which GDB knows them: 1, 2, ... without a
 * gap. Each has its file below; gtp_vars_init() looks them up. `putgtprsp --dry'
 * includes this file, too.
 */
#ifndef VAR_SPECIALS_H
#define VAR_SPECIALS_H

#define GTP_SPECIALS(X)					\
	X(1, gtp_version)				\
	X(2, cpu_id)					\
	X(3, current_task)				\
	X(4, current_thread_info)			\
	X(5, clock)					\
	X(6, self_trace)				\
	X(7, cpu_number)				\
	X(8, ignore_error)				\
	X(9, last_errno)				\
	X(10, current_task_pid)				\
	X(11, bt)					\
	X(12, lost_nested)				\
	X(13, lost_overwritten)				\
	X(14, lost_shrunk)				\
	X(15, lost_too_big)				\
	X(16, lost_missed)				\
	X(17, lost_no_share)				\
	X(18, lost_returns)				\
	X(19, kret)					\
	X(20, cooked_clock)				\
	X(21, rdtsc)					\
	X(22, cooked_rdtsc)				\
	X(23, xtime_sec)				\
	X(24, xtime_nsec)				\
	X(25, hardirq_count)				\
	X(26, softirq_count)				\
	X(27, irq_count)				\
	X(28, current_task_user)			\
	X(29, task_pt_regs)				\
	X(30, printk_level)				\
	X(31, printk_format)				\
	X(32, printk_tmp)				\
	X(33, dump_stack)				\
	X(34, lost_printk)				\
	X(35, enable)					\
	X(36, disable)					\
	X(37, stop_on_error)				\
	X(38, kret_args)				\
	X(39, kret_ns)					\
	X(40, kret_2)

#define GTP_SPECIAL_NUM(number, special)	GTP_NUM_##special = number,
enum { GTP_SPECIALS(GTP_SPECIAL_NUM) };
#undef GTP_SPECIAL_NUM

/* The first members of a struct gtp_special. */
#define GTP_SPECIAL(special)	.num = GTP_NUM_##special, .name = #special

#endif
