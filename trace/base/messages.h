/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The texts that GDB's user sees from trace/. Each stands here once.
 *
 *	MSG_	an error: the reply "E.text". Also formats of rsp_error().
 *	WHY_	a reason, for the %s of a MSG_ or REMARK_
 *	NOTE_	a notice, which GDB prints: a sentence
 *	REMARK_	a fact about the run; see gtp_remark_t
 *
 * Other catalogues:
 *
 *	agent/verify.c		agent_strerror(): what is wrong with an expression
 *	arch/x86_probe.c	why no probe may be at an address
 *	compat/missing.c	what this kernel lacks
 *	rsp/parse*.c		what is wrong with a packet, which GDB never sends
 *	trace/target/monitor.c	the help of `monitor'
 *	trace/target/init.c	why the module does not load: for the kernel's log
 */
#ifndef BASE_MESSAGES_H
#define BASE_MESSAGES_H

/* ---- Tracepoints, from QTDP to QTStart ---------------------------------- */

/* number, address, and a WHY_ or a text of arch/ */
#define MSG_TRACEPOINT \
	"tracepoint %u at 0x%llx: %s"
/* number, address, part of it, colon, WHY_ */
#define MSG_COMPILE \
	"tracepoint %u at 0x%llx: %s%s%s"
/* number, address, why, symbol, comma, errno */
#define MSG_PLACE \
	"tracepoint %u at 0x%llx: %s (%s%serrno %d)"
/* number */
#define MSG_NO_COUNTERS \
	"no memory for the counters of tracepoint %u"
#define WHY_DEFINE_NO_MEMORY \
	"no memory: what there still is is left to the rest of the machine"
#define WHY_TRACEPOINT_EXISTS \
	"tracepoint already exists"
#define WHY_NO_TRACEPOINT \
	"no such tracepoint"
#define WHY_IN_RUN \
	"it takes part in the run: its actions cannot change"
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
/* no more than AGENT_CODE_MAX */
#define WHY_BAD_HEX \
	"the bytecode is not hex, or over 16384 bytes"
#define WHY_UPDATES_AND_COLLECTS \
	"cannot update a variable and collect memory in one expression; split it"
#define WHY_STATIC_DATA \
	"static tracepoint data is not available"
#define WHY_STATIC \
	"static tracepoints are not available"
#define WHY_STEPPING \
	"while-stepping is not available"
/* number */
#define NOTE_STEPPING \
	"Tracepoint %u: while-stepping is not available; a step count without actions is ignored.\n"
/* no $: rsp_error() would replace it */
#define WHY_KRET_USE \
	"the variable kret can only be set, to a constant, by a teval of its own"
#define WHY_KRET_SIZE \
	"kret is the number of calls to follow at once: 1 to 4096, or 0 for the kernel's default"

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
	"with kret it must be at a function's entry (trace *FUNCTION)"
#define WHY_RETURNS_ITSELF \
	"this kernel's own handling of returns uses that function; trace its entry, without kret"

/* ---- QTStart ------------------------------------------------------------ */

#define MSG_RUNS_ALREADY \
	"the trace is running already"
#define MSG_NOTHING_TO_TRACE \
	"there is no tracepoint"
#define MSG_START_INTERRUPTED \
	"interrupted; the trace has not started"
#define MSG_NO_MEMORY_COMPILE \
	"no memory to compile conditions and actions"
/* how many */
#define MSG_NO_MEMORY_SET \
	"no memory to set %u tracepoints"
#define MSG_NO_MEMORY_PRINT \
	"no memory for what is printed"
/* bytes, and how many there are */
#define MSG_NO_MEMORY_BUFFER \
	"no memory for a trace buffer of %llu bytes: %llu can be had; see set trace-buffer-size"
/* text of compat/missing.c */
#define NOTE_MISSING \
	"Not available on this kernel: %s.\n"
/* how many, "s" or nothing */
#define NOTE_KEPT \
	"The kernel did not remove %u probe%s: tstatus says which. kgtp.ko stays loaded until the machine is restarted.\n"

/* ---- GDB's symbols ------------------------------------------------------ */

#define MSG_SYMBOLS_UNMOVED \
	"GDB has not moved its symbols by KASLR, as it loaded them after it had connected: connect again; or allow it by `monitor vmlinux any'"
/* release */
#define MSG_SYMBOLS_WRONG \
	"GDB's symbols are not those of the running kernel, %s: load its vmlinux and connect again; or allow it by `monitor vmlinux any'"
#define NOTE_SYMBOLS_NONE \
	"GDB has no symbols to tell its kernel by."
#define NOTE_SYMBOLS_RIGHT \
	"GDB's symbols are those of the running kernel."
#define NOTE_SYMBOLS_UNMOVED \
	"GDB has loaded its symbols after it had connected, so it has not moved them to where KASLR has put the kernel: connect again (target remote)."
#define NOTE_SYMBOLS_WRONG \
	"GDB's symbols are not those of the running kernel: what it shows is wrong, and tracepoints would be in other functions."
/* one of those, release, version */
#define NOTE_KERNEL \
	"%s\nThe kernel is %s %s.\n"
#define NOTE_SYMBOLS_REFUSED \
	"tstart is refused, and what would join a run, unless you say `monitor vmlinux any'.\n"
#define NOTE_SYMBOLS_ANY \
	"tstart, and what joins a run, may be of any vmlinux until the session ends.\n"
#define NOTE_VMLINUX_USAGE \
	"vmlinux: say `monitor vmlinux' or `monitor vmlinux any'.\n"

/* ---- Variables ---------------------------------------------------------- */

/* name, WHY_ */
#define MSG_VARIABLE \
	"variable %s: %s"
#define MSG_VARIABLE_NAME \
	"the variable's name is not hex, or over 255 characters"
#define WHY_VAR_READ_ONLY \
	"is read-only"
#define WHY_VAR_BY_ACTION \
	"can only be set in an action"
#define WHY_VAR_OF_MODULE \
	"its number is of a variable of the module: reconnect"
#define WHY_VAR_OTHER \
	"its number is in use for another variable"
#define WHY_VAR_NUMBER \
	"its number is over 65535"
#define WHY_VAR_RUNNING \
	"the trace is running"
/* over GTP_VARS_MAX */
#define WHY_VAR_MANY \
	"no memory, or over 1024 variables"
#define WHY_VAR_AGAIN \
	"it has been made too often: reconnect"
#define WHY_NO_CPU \
	"there is no CPU of that number"
#define WHY_NO_COUNTERS \
	"is not available: kgtp has no performance counters"
#define WHY_NO_WATCHPOINTS \
	"is not available: kgtp has no hardware watchpoints"
#define WHY_NO_STEPS \
	"is not available: kgtp does not step"
#define WHY_NO_USER_SPACE \
	"is not available: kgtp does not trace user space"
#define WHY_NO_PIPE \
	"is not available: there is no gtpframe_pipe, but tsave"
#define WHY_NO_DISCARDS \
	"is not available: lost_overwritten counts frames"

/* ---- QTro, QTBuffer:size, QTNotes --------------------------------------- */

#define MSG_RANGES \
	"QTro: not a list of address ranges"
/* bytes */
#define MSG_RESIZE_INTERRUPTED \
	"interrupted; the trace buffer stays at %llu bytes"
/* bytes, and how many there are */
#define MSG_RESIZE_NO_MEMORY \
	"no memory for a trace buffer of that size; it stays at %llu bytes; up to %llu can be had"
#define NOTE_FRAME_DROPPED \
	"The trace frame that you look at has been dropped from the trace buffer.\n"
#define MSG_NOTE_NO_MEMORY \
	"no memory for the note"
/* which note, its bytes, those that are kept */
#define NOTE_CUT \
	"The trace %s of %u bytes is cut to %u on the target: it keeps no more.\n"

/* ---- Frames: tfind, tsave ----------------------------------------------- */

#define MSG_RUNNING \
	"the trace is running"
#define MSG_INTERRUPTED \
	"interrupted"
#define MSG_FIND_NO_MEMORY \
	"no memory to look at the trace frames"
#define MSG_READ_NO_MEMORY \
	"no memory to read the trace frames"
#define MSG_FRAME_GONE \
	"the trace frame is no longer in the buffer"

/* ---- tsave -r ----------------------------------------------------------- */

/* WHY_, errno */
#define MSG_SAVE \
	"nothing is saved: %s (errno %d)"
/* WHY_, errno */
#define MSG_CREATE \
	"cannot make the file: %s (errno %d)"
#define MSG_SAVE_OFF \
	"tsave -r is off: load the module with save_dir=DIRECTORY, below which it may write"
#define MSG_SAVE_CAPABILITY \
	"that is not allowed: it needs CAP_SYS_ADMIN"
/* name */
#define MSG_SAVE_BUSY \
	"the last tsave -r has not ended: the file system of %.300s does not answer"
/* name */
#define MSG_SAVE_HANGS \
	"interrupted; the file system has not answered yet: when it does %.300s is removed"
#define MSG_SAVE_PATH \
	"the file's path is too long"
/* where it is */
#define MSG_SAVE_LINK \
	"that name leads to %.300s: give the name, and the module its save_dir, without symlinks, . and .."
#define MSG_SAVE_NAME_LONG \
	"the file's name is too long"
#define MSG_SAVE_NAME_NUL \
	"the file's name has a byte of zeros"
/* save_dir */
#define MSG_SAVE_BELOW \
	"the file must be below %.300s, the module's parameter save_dir: give an absolute name"
/* the suffix */
#define MSG_SAVE_SUFFIX \
	"the file's name must end in %s"
#define WHY_FILE_EXISTS \
	"a file of that name is there already"
#define WHY_NO_DIRECTORY \
	"there is no such directory"
#define WHY_NO_SPACE \
	"no space is left there"
#define WHY_QUOTA \
	"the quota there is used up"
#define WHY_FILE_BIG \
	"the file would be too big"
#define WHY_READ_ONLY \
	"that is a read-only file system"
#define WHY_FORBIDDEN \
	"that is not allowed"
#define WHY_FRAME_WENT \
	"a trace frame went from the buffer meanwhile"
#define WHY_NAME_LONG \
	"the name is too long"
#define WHY_NOT_WRITTEN \
	"the file could not be written"
/* how many */
#define NOTE_LINES_LEFT_OUT \
	"%u lines that GDB would find too long are left out.\n"
/* how many */
#define NOTE_SAVED \
	"%llu trace frames saved so far...\n"

/* ---- monitor; trace/target/monitor.c has the help ----------------------- */

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
	"disable: that is no address; say one in hex, like 0xffffffff81234560.\n"
/* GTP_EXCLUDED_MAX */
#define NOTE_DISABLE_FULL \
	"disable: the list is full, it has 256 addresses.\n"
#define NOTE_IO_USAGE \
	"io: say on or off.\n"
#define NOTE_IO_ON \
	"Memory that is mapped from devices is read. Reading a register may change it.\n"
#define NOTE_IO_OFF \
	"Memory that is mapped from devices is not read.\n"
#define NOTE_IO_RUN \
	"The run that goes on reads it: the session that started it said so.\n"
/* address */
#define NOTE_IO_NOT_READ \
	"Not read: 0x%llx.\n"

/* ---- Other packets ------------------------------------------------------ */

#define NOTE_NOT_STOPPED \
	"The kernel is not stopped: it cannot be continued or stepped. trace, tstart and tfind show what it does.\n"
/* how many, of what */
#define NOTE_PROGRESS \
	"%llu %s so far...\n"
#define WHY_NO_MEMORY \
	"no memory"

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
