/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The texts that GDB's user sees from trace/. Each stands here once.
 *
 *	MSG_	an error, the reply "E.text":
 *		what: cannot do something: reason; what to do
 *	WHY_	the reason and what to do, for the %s of a MSG_ or REMARK_
 *	NOTE_	a notice, which GDB prints: sentences
 *	REMARK_	a fact about the run; see gtp_remark_t
 *
 * What failed is named first: the tracepoint, the variable, GDB's command, or a
 * packet that belongs to no command. MSG_ and WHY_ have no `$', `#' or `*', for
 * which rsp_error() sends `_'.
 *
 * Other catalogues:
 *
 *	agent/verify.c		agent_strerror(): what is wrong with an expression
 *	arch/x86_probe.c	why no probe may be at an address
 *	compat/missing.c	what this kernel lacks
 *	rsp/parse*.c		what is wrong with a packet, which GDB never sends
 *	trace/target/monitor.c	the help of `monitor'
 *	trace/target/init.c	why the module does not load: for the kernel's log
 *	trace/target/last.c	the frames, at an oops or panic: for the kernel's log
 */
#ifndef BASE_MESSAGES_H
#define BASE_MESSAGES_H

/* ---- Tracepoints, from QTDP to QTStart ---------------------------------- */

/* number, address, "define" or "set" ..., WHY_ or a text of agent/ or arch/ */
#define MSG_TRACEPOINT \
	"tracepoint %u at 0x%llx: cannot %s: %s"

/* number, address, WHY_ or a text of arch/, symbol, comma, errno */
#define MSG_PLACE \
	"tracepoint %u at 0x%llx: cannot set: %s (%s%serrno %d)"

#define WHY_COUNTS_NO_MEMORY \
	"no memory for its counters"

#define WHY_DEFINE_NO_MEMORY \
	"no memory: what is left is reserved for other processes"

#define WHY_TRACEPOINT_EXISTS \
	"it already exists"

#define WHY_NO_TRACEPOINT \
	"no such tracepoint"

#define WHY_IN_RUN \
	"it takes part in the run; use tstop first"

#define WHY_EXCLUDED \
	"its address is left out by `monitor disable'"

/* number, address */
#define NOTE_EXCLUDED \
	"Tracepoint %u at 0x%llx is left out, by `monitor disable'.\n"

/* ---- Conditions and actions --------------------------------------------- */

/* text of agent/, offset */
#define WHY_BYTECODE \
	"%s (bytecode offset %u)"

/* text of agent/, name */
#define WHY_VARIABLE \
	"%s: %s"

/* register; see arch_return_clobbered */
#define WHY_REG_ABSENT \
	"register %s is unavailable at a return; use it at the entry, or set kret_args"

/* no more than AGENT_CODE_MAX */
#define WHY_BAD_HEX \
	"the bytecode is not hex, or over 16384 bytes"

#define WHY_UPDATES_AND_COLLECTS \
	"one expression updates a variable and collects memory; split it"

#define WHY_STATIC_DATA \
	"static tracepoint data is not available"

#define WHY_STATIC \
	"static tracepoints are not available; use trace"

#define WHY_STEPPING \
	"while-stepping is not available"

/* number */
#define NOTE_STEPPING \
	"Tracepoint %u: while-stepping is not available; a step count without actions is ignored.\n"

#define WHY_KRET_USE \
	"the variables kret and kret_args can only be set, to a constant, by a teval of their own"

#define WHY_KRET_SIZE \
	"kret is the number of calls to follow at once: 1 to 4096, or 0 for the kernel's default"

#define WHY_KRET_ARGS \
	"kret_args is 1, for the arguments of the entry, or 0"

#define WHY_NOT_AT_RETURN \
	"kret_ns, kret_args and kret_2 need a tracepoint at a return; add a teval that sets kret"

/* variable */
#define WHY_NO_CALL_DATA(name) \
	name " is not available: this kernel's return probes keep nothing of the entry"

/* ---- Where a probe may be; arch/x86_probe.c has more -------------------- */

#define WHY_NO_CODE \
	"no code of the kernel or of a loaded module is there"

#define WHY_DATA \
	"that is data, not code"

#define WHY_NOT_ALLOWED \
	"the kernel allows no probe there"

#define WHY_PROBE_NO_MEMORY \
	"no memory for the probe"

#define WHY_PROBE_BUSY \
	"another probe is in the way"

#define WHY_INSTRUCTION \
	"the instruction there cannot be probed"

#define WHY_REFUSED \
	"the kernel refused the probe"

#define WHY_NO_RETURNS \
	"this kernel has no return probes"

#define WHY_NOT_ENTRY \
	"kret works only at a function's entry; trace its first instruction"

#define WHY_RETURNS_ITSELF \
	"this kernel's own handling of returns uses that function; trace its entry, without kret"

/* ---- QTStart ------------------------------------------------------------ */

/* WHY_ */
#define MSG_START \
	"tstart: cannot start: %s"

#define WHY_RUNS_ALREADY \
	"the trace is already running; use tstop first"

#define WHY_NOTHING_TO_TRACE \
	"there is no tracepoint; set one with trace"

#define WHY_COMPILE_NO_MEMORY \
	"no memory to compile conditions and actions"

/* how many */
#define MSG_START_PROBES \
	"tstart: cannot start: no memory to set %u tracepoints"

#define WHY_PRINT_NO_MEMORY \
	"no memory for printed values"

/* bytes, and how many there are */
#define MSG_START_BUFFER \
	"tstart: cannot start: no memory for a trace buffer of %llu bytes; set trace-buffer-size to at most %llu"

/* text of compat/missing.c */
#define NOTE_MISSING \
	"Not available on this kernel: %s.\n"

/* how many, "s" or nothing */
#define NOTE_KEPT \
	"The kernel did not remove %u probe%s: tstatus says which. kgtp.ko stays loaded until the machine is restarted.\n"

/* ---- GDB's symbols ------------------------------------------------------ */

#define MSG_SYMBOLS_UNMOVED \
	"symbols: cannot set tracepoints: GDB loaded them after it had connected, and has not moved them by KASLR; connect again, or use `monitor vmlinux any'"

/* release */
#define MSG_SYMBOLS_WRONG \
	"symbols: cannot set tracepoints: they are not those of the running kernel, %s; load its vmlinux and connect again, or use `monitor vmlinux any'"

#define NOTE_SYMBOLS_NONE \
	"GDB has no symbols that identify its kernel."

#define NOTE_SYMBOLS_RIGHT \
	"GDB's symbols are those of the running kernel."

#define NOTE_SYMBOLS_UNMOVED \
	"GDB loaded its symbols after it had connected, so it has not moved them by KASLR: connect again (target remote)."

#define NOTE_SYMBOLS_WRONG \
	"GDB's symbols are not those of the running kernel: what it shows is wrong, and tracepoints would be in other functions."

/* one of those, release, version */
#define NOTE_KERNEL \
	"%s\nThe kernel is %s %s.\n"

#define NOTE_SYMBOLS_REFUSED \
	"tstart is refused, and so are tracepoints that would join a run, unless you use `monitor vmlinux any'.\n"

#define NOTE_SYMBOLS_ANY \
	"tstart and tracepoints that join a run accept any symbols until the session ends.\n"

#define NOTE_VMLINUX_USAGE \
	"monitor vmlinux: unknown argument; use `monitor vmlinux' or `monitor vmlinux any'.\n"

/* ---- Threads ------------------------------------------------------------ */

/* GDB's number */
#define MSG_THREAD_GONE \
	"thread %lld: cannot read its registers: the task has ended; use info threads"

#define NOTE_THREADS_ON \
	"The kernel's tasks are threads: see info threads. GDB keeps the registers that it has shown until `maint flush register-cache'.\n"

#define NOTE_THREADS_OFF \
	"The running kernel is the only thread.\n"

#define NOTE_THREADS_USAGE \
	"monitor threads: unknown argument; use `monitor threads on' or `monitor threads off'.\n"

#define NOTE_THREADS_NONE \
	"Not available on this kernel: tasks as threads.\n"

/* ---- Variables ---------------------------------------------------------- */

/* name, WHY_ */
#define MSG_VARIABLE \
	"variable %s: cannot set: %s"

#define MSG_VARIABLE_NAME \
	"QTDV: cannot set the variable: its name is not hex, or over 255 characters"

#define WHY_VAR_READ_ONLY \
	"it is read-only"

#define WHY_VAR_BY_ACTION \
	"it can only be set in an action"

#define WHY_VAR_OF_MODULE \
	"its number is that of a variable of the module; connect again"

#define WHY_VAR_OTHER \
	"its number is in use for another variable"

#define WHY_VAR_NUMBER \
	"its number is over 65535"

/* over GTP_VARS_MAX */
#define WHY_VAR_MANY \
	"no memory, or over 1024 variables"

#define WHY_VAR_AGAIN \
	"it was deleted and set too often; connect again"

#define WHY_NO_CPU \
	"there is no CPU of that number"

#define WHY_NO_COUNTERS \
	"kgtp has no performance counters"

#define WHY_NO_WATCHPOINTS \
	"kgtp has no hardware watchpoints"

#define WHY_NO_STEPS \
	"kgtp does not step"

#define WHY_NO_USER_SPACE \
	"kgtp does not trace user space"

#define WHY_NO_PIPE \
	"gtpframe_pipe needs no variable; kgtp record reads it"

#define WHY_NO_DISCARDS \
	"kgtp discards frames, not pages; use lost_overwritten"

/* ---- QTro, QTBuffer:size, QTNotes --------------------------------------- */

/* WHY_ */
#define MSG_RANGES \
	"QTro: cannot use the ranges: %s"

#define WHY_BAD_RANGE \
	"one is not start,end"

/* bytes */
#define MSG_RESIZE_INTERRUPTED \
	"trace-buffer-size: cannot set: interrupted; it stays at %llu bytes"

/* bytes, and how many there are */
#define MSG_RESIZE_NO_MEMORY \
	"trace-buffer-size: cannot set: no memory for a trace buffer of that size; it stays at %llu bytes; use at most %llu"

#define NOTE_FRAME_DROPPED \
	"The selected trace frame is no longer in the trace buffer.\n"

#define MSG_NOTE_NO_MEMORY \
	"QTNotes: cannot keep the note: no memory"

/* which note, its bytes, those that are kept */
#define NOTE_CUT \
	"The trace %s of %u bytes is cut to %u on the target: it keeps no more.\n"

/* ---- Frames: tfind, tsave ----------------------------------------------- */

/* WHY_ */
#define MSG_FIND \
	"tfind: cannot select a trace frame: %s"

/* WHY_ */
#define MSG_READ \
	"tsave: cannot read the trace frames: %s"

#define WHY_RUNNING_LOOK \
	"the trace is running; use tstop first, or `monitor look' and tstatus to look at the frames that are there"

/* numbers of the first and the last */
#define NOTE_FRAMES_GONE \
	"The run has overwritten frames %llu to %llu.\n"

#define WHY_FRAMES_GONE \
	"the run has overwritten all frames from there on; `monitor look' numbers those that are there now"

#define WHY_LOOKS \
	"a run is on, whose frames this session looks at; `monitor look off' and tstatus, then tstop or tstart"

/* In place of the user's note at tstop. */
#define STATUS_LOOKS \
	"for this session only: the run goes on, and monitor look shows its frames"
#define STATUS_STREAMED \
	"streamed by gtpframe_pipe while the run went on; without kgtp record, it may have more than 1 frame"

#define WHY_FRAME_GONE \
	"the trace frame is no longer in the buffer"

/* ---- tsave -r ----------------------------------------------------------- */

/* WHY_ */
#define MSG_SAVE \
	"tsave -r: cannot save: %s"

/* WHY_, errno */
#define MSG_SAVE_FAILED \
	"tsave -r: cannot save: %s (errno %d)"

/* WHY_, errno */
#define MSG_CREATE_FAILED \
	"tsave -r: cannot create the file: %s (errno %d)"

/* WHY_ */
#define MSG_CREATE \
	"tsave -r: cannot create the file: %s"

#define WHY_SAVE_OFF \
	"it is off; load the module with save_dir=DIRECTORY"

#define WHY_CAPABILITY \
	"this needs CAP_SYS_ADMIN"

/* name */
#define MSG_SAVE_BUSY \
	"tsave -r: cannot save: the last one has not ended; the file system of %.300s does not answer"

/* name */
#define MSG_SAVE_HANGS \
	"tsave -r: cannot save: interrupted; %.300s is removed when its file system answers"

#define WHY_PATH_LONG \
	"its path is too long"

/* where it is */
#define MSG_SAVE_LINK \
	"tsave -r: cannot create the file: its name leads to %.300s; use no symlinks, . or .., also for save_dir"

#define WHY_NAME_NUL \
	"its name has a NUL byte"

/* save_dir */
#define MSG_SAVE_BELOW \
	"tsave -r: cannot create the file: it must be below %.300s, the parameter save_dir; give an absolute name"

/* the suffix */
#define MSG_SAVE_SUFFIX \
	"tsave -r: cannot create the file: its name must end in %s"

#define WHY_FILE_EXISTS \
	"it already exists; use another name"

#define WHY_NO_DIRECTORY \
	"no such directory"

#define WHY_NO_SPACE \
	"no space is left on the file system"

#define WHY_QUOTA \
	"the disk quota is used up"

#define WHY_FILE_BIG \
	"it would be too big"

#define WHY_READ_ONLY \
	"the file system is read-only"

#define WHY_FORBIDDEN \
	"permission denied"

#define WHY_NAME_LONG \
	"its name is too long"

#define WHY_NOT_WRITTEN \
	"the file system failed"

/* how many */
#define NOTE_LINES_LEFT_OUT \
	"%u lines that GDB would find too long are left out.\n"

/* how many */
#define NOTE_SAVED \
	"%llu trace frames saved so far...\n"

/* ---- monitor; trace/target/monitor.c has the help ----------------------- */

#define NOTE_STAT_MORE \
	"# more in gtpstat\n"

#define NOTE_NO_COMMAND \
	"There is no such monitor command; `monitor help' lists them.\n"

/* COMMAND_MAX */
#define NOTE_COMMAND_LONG \
	"A monitor command has at most 200 characters.\n"

#define NOTE_EXCLUDES_NONE \
	"No address is left out.\n"

/* address */
#define NOTE_EXCLUDES \
	"Tracepoints at 0x%llx are left out.\n"

#define NOTE_EXCLUDES_CLEARED \
	"No address is left out any more.\n"

/* address */
#define NOTE_EXCLUDES_ALREADY \
	"Tracepoints at 0x%llx are left out already.\n"

/* address */
#define NOTE_EXCLUDES_NEXT \
	"Tracepoints at 0x%llx are left out from the next tstart on.\n"

#define NOTE_DISABLE_ADDRESS \
	"monitor disable: that is not a hex address; use one like 0xffffffff81234560.\n"

/* GTP_EXCLUDED_MAX */
#define NOTE_DISABLE_FULL \
	"monitor disable: cannot add the address: the list has 256; use `monitor disable clear'.\n"

#define NOTE_IO_USAGE \
	"monitor io: unknown argument; use `monitor io on' or `monitor io off'.\n"

#define NOTE_MEM_USAGE \
	"monitor mem: unknown argument; use `monitor mem pid N', `monitor mem phys' or `monitor mem kernel'.\n"

#define NOTE_MEM_PID \
	"monitor mem pid: the PID of a task is needed, a decimal number; see `monitor threads on' and `info threads'.\n"

#define NOTE_MEM_NO_TASK \
	"monitor mem pid: there is no such task; PIDs are those of the first namespace.\n"

#define NOTE_MEM_NO_SPACE \
	"monitor mem pid: that task has no memory of its own: it is a thread of the kernel, or has ended.\n"

#define NOTE_MEM_NONE \
	"Not available on this machine: its page tables hold no physical addresses (a Xen PV guest).\n"

#define NOTE_MEM_END ".\n"

#define NOTE_MEM_KERNEL \
	"Only the kernel's memory is read.\n"

#define NOTE_LOOK_USAGE \
	"monitor look: unknown argument; use `monitor look' or `monitor look off'.\n"

#define NOTE_LOOK_NO_RUN \
	"No run is on: tfind shows its frames without this.\n"

#define NOTE_LOOK_ON \
	"The run goes on. Type tstatus; then tfind and tdump show the frames that are there at the first tfind. monitor look off ends this.\n"

#define NOTE_LOOK_OFF \
	"The run goes on, and its frames are no longer shown. Type tstatus.\n"

#define NOTE_IO_ON \
	"Memory that is mapped from devices is read. Reading a register may change it.\n"

#define NOTE_IO_OFF \
	"Memory that is mapped from devices is not read.\n"

#define NOTE_IO_RUN \
	"The current run reads it: the session that started it allowed it.\n"

/* address */
#define NOTE_IO_NOT_READ \
	"Not read: 0x%llx.\n"

/* ---- Others ------------------------------------------------------------- */

/* These are for GDB 16 and newer; see gtp_refuse(). */
#define MSG_NOT_MAPPED \
	"memory: cannot read: it is not mapped"

#define MSG_DEVICE \
	"memory: cannot read: it is a device's, and reading may change it; `monitor io on' allows it"

#define MSG_TASK_ENDED \
	"memory: cannot read: the task of `monitor mem pid' has ended"

#define MSG_NOT_IN_MEMORY \
	"memory: cannot read: the task has nothing there, or it is not in memory (swapped out, or never touched)"

#define MSG_PAGE_MOVES \
	"memory: cannot read: the kernel keeps moving this page of the task; try again"

#define MSG_NOT_RAM \
	"memory: cannot read: it is not RAM that the kernel uses, but a device's, offline, or bad"

#define MSG_HIGH_MEMORY \
	"memory: cannot read: it is in the high memory of a 32-bit kernel, which has no fixed address there"

#define MSG_NOT_IN_DIRECT_MAP \
	"memory: cannot read: the kernel has taken this page out of its own map (secret, or bad memory)"

#define MSG_NOT_COLLECTED \
	"memory: cannot read: it is not in this trace frame; collect it, or read the live kernel after `tfind none'"

#define MSG_NO_REGISTER \
	"register: cannot read: there is no such register"

#define MSG_READ_ONLY \
	"the kernel is only read: its memory, registers and code stay as they are; use trace instead of break"

#define NOTE_NOT_STOPPED \
	"The kernel is not stopped: it cannot be continued or stepped. trace, tstart and tfind show what it does.\n"

/* how many, of what */
#define NOTE_PROGRESS \
	"%llu %s so far...\n"

#define WHY_NO_MEMORY \
	"no memory"

#define WHY_RUNNING \
	"the trace is running; use tstop first"

#define WHY_INTERRUPTED \
	"interrupted"

/* ---- gtpstat: by what a tracepoint is served ----------------------------- */

#define BY_NOTHING	"-"	/* no run, or not in it */
#define BY_OFF		"off"	/* its probe is not in the code */
#define BY_FTRACE	"ftrace"
#define BY_KPROBE_ON_FTRACE	"kprobe-on-ftrace"
#define BY_JUMP		"jump"
#define BY_INT3		"int3"
#define BY_RETURN	"return"

/* ---- Remarks: in tstatus and gtpstat, without a full stop --------------- */

/* how many, of how many, one of the next two */
#define REMARK_OFF \
	"%u of %u probes are switched off: %s"

#define REMARK_KPROBES_ON \
	"`echo 1 >/sys/kernel/debug/kprobes/enabled' switches kprobes on"

#define REMARK_FTRACE_ON \
	"`sysctl kernel.ftrace_enabled=1' switches ftrace on"

#define REMARK_WAS_OFF \
	"probes were switched off for a time in this run: hits are missing"

/* address, space, symbol */
#define REMARK_KEPT \
	"the kernel did not remove the probe at 0x%llx%s%s: it does nothing, but kgtp.ko stays loaded until the machine is restarted"

/* how many */
#define REMARK_KEPT_MORE \
	"the kernel did not remove %u more probes"

/* number, " and others" or nothing, how many */
#define REMARK_RETURNS \
	"tracepoint %u%s: %llu returns were missed: more calls were under way at once than $kret allows"

/* pid, name */
#define REMARK_SPACE_TASK \
	"addresses below the kernel's are those of task %d (%s); `monitor mem kernel' ends it"

#define REMARK_SPACE_PHYSICAL \
	"addresses below the kernel's are physical; `monitor mem kernel' ends it"

/* address */
#define REMARK_DEVICE \
	"0x%llx is a device's memory and was not read, since reading may change it; `monitor io on' allows it"

/* number, where, what, how often */
#define REMARK_ERROR \
	"tracepoint %u: %s: %s, %llu times"

/* how many */
#define REMARK_ERRORS_MORE \
	"%llu more errors: gtpstat counts them by tracepoint"

/* who, module, one of the next two */
#define REMARK_UNLOADED \
	"%s: module %s was unloaded%s"

#define REMARK_UNTIL \
	"; not armed until the same build returns"

#define REMARK_IN_RUN \
	" in this run"

/* who, module */
#define REMARK_BACK \
	"%s: module %s was unloaded and has returned; armed again"

/* who, module */
#define REMARK_MOVED \
	"%s: module %s has returned at another address; armed again; load its symbols again (add-symbol-file, then remove-symbol-file)"

/* who, module */
#define REMARK_OTHER_BUILD \
	"%s: module %s has returned as another build; not armed; load its symbols and set it again"

/* who, module */
#define REMARK_ANY_BUILD \
	"%s: module %s has returned, without a build-id or srcversion that tells the build; not armed; set it again"

/* who, why */
#define REMARK_NOT_ARMED \
	"%s: not armed: %s; `disable' and `enable' try again"

/* who */
#define REMARK_STALE \
	"%s: not armed: condition or actions name addresses in the module; load its symbols, tstop, tstart"

/* module, what happened, " (N more before)" or nothing */
#define REMARK_EVENT_LOST \
	"no memory when module %s was %s%s: tracepoints in it are not armed again; tstop, load its symbols again, tstart"

#endif
