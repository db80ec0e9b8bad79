/* SPDX-License-Identifier: GPL-2.0 */
/*
 * putgtprsp --record: options, and the stream. recorder.h says what for.
 */
#include "recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIPE_PROC	"/proc/gtpframe_pipe"
#define PIPE_DEBUGFS	"/sys/kernel/debug/gtpframe_pipe"
#define MAGIC		"\177TRACE0\n"
#define MAGIC_LEN	8
#define HEAD_MOST	(256UL << 20)	/* bytes of lines: far more than any trace has */
#define FRAME_HDR	6		/* s16 tracepoint, u32 size of the rest */
#define WAIT_MS		1000
#define FREE_DEFAULT	(64ULL << 20)

struct recording rec;

/* ---- the stream ----------------------------------------------------------- */

static int not_a_stream(void)
{
	progress_end();
	complain("%s is no stream of trace files: name gtpframe_pipe", rec.name);
	return -1;
}

/*
 * Take the lines, up to the empty one. Return how many bytes of buf, or -1. The
 * next frames go into a new file.
 */
static long take_lines(void)
{
	size_t i, room;
	unsigned char *more;

	for (i = 0; i < rec.len && rec.in_lines; i++) {
		if (rec.head_len == rec.head_room) {
			room = rec.head_room ? 2 * rec.head_room : BUF_SIZE;
			more = room > HEAD_MOST ? NULL : realloc(rec.head, room);
			if (!more)
				return not_a_stream();
			rec.head = more;
			rec.head_room = room;
		}
		rec.head[rec.head_len++] = rec.buf[i];
		if (rec.head_len == MAGIC_LEN &&
		    memcmp(rec.head, MAGIC, MAGIC_LEN))
			return not_a_stream();
		if (rec.head_len > MAGIC_LEN &&
		    !memcmp(rec.head + rec.head_len - 2, "\n\n", 2))
			rec.in_lines = 0;
	}
	return i;
}

/* Read on up to the end of the frame. Return how many bytes there are. */
static size_t in_this_frame(size_t at)
{
	size_t n = rec.len - at;

	if (n < rec.rest) {
		rec.rest -= n;
		return n;
	}
	n = rec.rest;
	rec.rest = 0;
	rec.in_frame = 0;
	rec.out.frames++;
	rec.total_frames++;
	return n;
}

/*
 * Take frames. Return how many bytes of buf, or -1. Less than the start of a
 * frame is left for the next time; all of the end mark, too.
 */
static long take_frames(void)
{
	size_t at = 0, done = 0, whole = 0;
	unsigned short tracepoint;

	for (;;) {
		if (!rec.in_frame) {
			if (rec.len - at < FRAME_HDR)
				break;
			memcpy(&tracepoint, rec.buf + at, sizeof(tracepoint));
			if (!tracepoint)
				return not_a_stream();
			if (output_full(at - done)) {
				if (output_write(rec.buf + done, at - done,
						 at - done))
					return -1;
				done = at;
				if (output_end(0))
					return -1;
			}
			if (rec.out.fd < 0 && output_begin())
				return -1;
			memcpy(&rec.rest, rec.buf + at + 2, sizeof(rec.rest));
			at += FRAME_HDR;
			rec.in_frame = 1;
		}
		at += in_this_frame(at);
		if (rec.in_frame)
			break;
		whole = at;
	}
	if (at > done && output_write(rec.buf + done, at - done,
				      whole > done ? whole - done : 0))
		return -1;
	return at;
}

static int is_zero(const unsigned char *p, size_t n)
{
	while (n && !*p) {
		p++;
		n--;
	}
	return !n;
}

/* The end of a file of the stream. */
static int take_end(void)
{
	int whole = !rec.in_lines && !rec.in_frame && rec.len == END_MARK &&
		    is_zero(rec.buf, END_MARK);
	int ret = output_end(0);

	if (!whole && (rec.head_len || rec.len)) {
		progress_end();
		complain("%s was cut off: what there was is recorded", rec.name);
	}
	rec.in_lines = 1;
	rec.in_frame = 0;
	rec.head_len = 0;
	rec.len = 0;
	return ret;
}

static int take(size_t n)
{
	long used;

	rec.len += n;
	if (rec.in_lines) {
		used = take_lines();
		if (used < 0 || (!rec.in_lines && output_begin()))
			return -1;
	} else {
		used = take_frames();
		if (used < 0)
			return -1;
	}
	rec.len -= used;
	memmove(rec.buf, rec.buf + used, rec.len);
	if (used && rec.len >= FRAME_HDR)
		return take(0);
	return 0;
}

/* How much to read. To stop, no more than up to the end of a frame. */
static size_t read_size(void)
{
	size_t room = sizeof(rec.buf) - rec.len;

	if (!signals_caught())
		return room;
	if (rec.in_frame)
		return rec.rest < room ? rec.rest : room;
	return !rec.in_lines && rec.len ? FRAME_HDR - rec.len : 0;
}

/* Wait for input, or a signal. Return whether there is input. */
static int wait_input(int ms)
{
	struct pollfd p[2];

	p[0].fd = rec.in;
	p[0].events = POLLIN;
	p[0].revents = 0;
	/* Once it is readable, it stays so. */
	p[1].fd = signals_caught() ? -1 : signals_fd();
	p[1].events = POLLIN;
	if (poll(p, 2, ms) < 0)
		return 0;
	return p[0].revents != 0;
}

static int idle(void)
{
	static int told;

	if (!rec.head_len && !rec.number && !told && !rec.quiet) {
		told = 1;
		complain("waiting for a run: tstart");
	}
	/* A file is complete when its time is over. */
	if (!rec.in_frame && !rec.len && output_full(0) && output_end(0))
		return -1;
	return check_free();
}

/* Return 0, or -1 after a message. */
static int record(void)
{
	int began = 0;
	size_t size;
	ssize_t n;

	while ((size = read_size())) {
		show_progress();
		if (!wait_input(signals_caught() ? 0 : WAIT_MS)) {
			if (signals_caught() && read_size())
				break;
			if (idle())
				return -1;
			continue;
		}
		n = read(rec.in, rec.buf + rec.len, size);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n < 0) {
			progress_end();
			complain("cannot read %s: %s", rec.name, strerror(errno));
			return -1;
		}
		if (n && take(n))
			return -1;
		if (!n) {
			/* The device has no end where a file begins. */
			if (!began)
				break;
			began = 0;
			if (take_end())
				return -1;
			if (!rec.follow && !wait_input(0))
				break;
			continue;
		}
		began = 1;
		if (rec.total_bytes - rec.checked >= rec.free / 4 && check_free())
			return -1;
	}
	return 0;
}

/* ---- options -------------------------------------------------------------- */

static const char * const help[] = {
	"Usage: putgtprsp --record -o DIR [OPTION...]",
	"Write the frames of a run to files in DIR, while the run goes on, until it ends.",
	"",
	"  -o, --output=DIR       made if it is not there; a file is HOST-DATE-TIME-NUMBER.tfile",
	"      --frames=N         begin the next file after so many frames,",
	"      --bytes=N[K|M|G]   ... bytes,",
	"      --seconds=N        ... seconds",
	"      --keep=N           remove all files of this recording but the last N",
	"      --free=N[K|M|G]    end while so much of the disk is free (64M; 0: do not look)",
	"      --pipe=COMMAND     each file goes through this command: 'zstd -q'",
	"      --suffix=TEXT      the names end in it (.tfile)",
	"      --follow           wait for the next run when one ends",
	"  -d, --device=FILE      instead of gtpframe_pipe in /proc or debugfs; -: standard input",
	"  -q, --quiet            show no progress on a terminal",
	"  -v, --verbose          name each file that is complete",
	"  -h, --help             print this",
	NULL
};

static int usage(const char *what, const char *arg)
{
	complain("%s%s; see putgtprsp --record -h", what, arg);
	return EXIT_USAGE;
}

static int parse_number(const char *text, int with_unit, u64 *value)
{
	static const char units[] = "KMG";
	const char *unit;
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 10);
	if (errno || end == text || *text == '-')
		return -1;
	unit = *end ? strchr(units, *end & ~0x20) : NULL;
	if (unit && with_unit) {
		if (*value >> (64 - 10 * (unit - units + 1)))
			return -1;
		*value <<= 10 * (unit - units + 1);
		end++;
	}
	return *end ? -1 : 0;
}

enum { OPT_FRAMES = 256, OPT_BYTES, OPT_SECONDS, OPT_KEEP, OPT_FREE, OPT_PIPE,
       OPT_SUFFIX, OPT_FOLLOW };

static const struct option longs[] = {
	{ "output", 1, NULL, 'o' },
	{ "frames", 1, NULL, OPT_FRAMES },
	{ "bytes", 1, NULL, OPT_BYTES },
	{ "seconds", 1, NULL, OPT_SECONDS },
	{ "keep", 1, NULL, OPT_KEEP },
	{ "free", 1, NULL, OPT_FREE },
	{ "pipe", 1, NULL, OPT_PIPE },
	{ "suffix", 1, NULL, OPT_SUFFIX },
	{ "follow", 0, NULL, OPT_FOLLOW },
	{ "device", 1, NULL, 'd' },
	{ "quiet", 0, NULL, 'q' },
	{ "verbose", 0, NULL, 'v' },
	{ "help", 0, NULL, 'h' },
	{ NULL, 0, NULL, 0 }
};

/* Return 0, or -1: not a number. */
static int take_number(int c)
{
	switch (c) {
	case OPT_FRAMES:
		return parse_number(optarg, 0, &rec.frames);
	case OPT_BYTES:
		return parse_number(optarg, 1, &rec.bytes);
	case OPT_SECONDS:
		return parse_number(optarg, 0, &rec.seconds);
	case OPT_KEEP:
		return parse_number(optarg, 0, &rec.keep);
	default:
		return parse_number(optarg, 1, &rec.free);
	}
}

/* Return an exit status, or -1 to go on. */
static int take_option(int c, char **argv)
{
	switch (c) {
	case 'o':
		rec.dir = optarg;
		break;
	case 'd':
		rec.device = optarg;
		break;
	case OPT_PIPE:
		rec.pipe = optarg;
		break;
	case OPT_SUFFIX:
		if (strchr(optarg, '/'))
			return usage("a suffix has no /: ", optarg);
		rec.suffix = optarg;
		break;
	case OPT_FOLLOW:
		rec.follow = 1;
		break;
	case 'q':
		rec.quiet = 1;
		break;
	case 'v':
		verbose = 1;
		break;
	case 'h':
		return print(help);
	case '?':
		return usage("there is no option ", argv[optind - 1]);
	case ':':
		return usage("a value is missing after ", argv[optind - 1]);
	default:
		if (take_number(c))
			return usage("not a number: ", optarg);
		break;
	}
	return -1;
}

static int parse_options(int argc, char **argv)
{
	int c, status;

	rec.free = FREE_DEFAULT;
	rec.suffix = ".tfile";
	rec.quiet = !isatty(STDERR_FILENO);
	opterr = 0;
	while ((c = getopt_long(argc, argv, ":o:d:qvh", longs, NULL)) != -1) {
		status = take_option(c, argv);
		if (status >= 0)
			return status;
	}
	if (optind < argc)
		return usage("unexpected argument ", argv[optind]);
	if (!rec.dir)
		return usage("where to? -o DIR", "");
	if (rec.keep > 1000000)
		return usage("--keep is 1000000 at most", "");
	return -1;
}

/* ---- begin and end -------------------------------------------------------- */

static int open_node(const char *path)
{
	snprintf(rec.name, sizeof(rec.name), "%s", path);
	return open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
}

static int open_stream(void)
{
	if (rec.device && !strcmp(rec.device, "-")) {
		strcpy(rec.name, "standard input");
		rec.in = STDIN_FILENO;
		return 0;
	}
	rec.in = open_node(rec.device ? rec.device : PIPE_PROC);
	if (rec.in < 0 && errno == ENOENT && !rec.device)
		rec.in = open_node(PIPE_DEBUGFS);
	if (rec.in >= 0)
		return 0;
	if (errno == EBUSY)
		complain("%s is busy: another recording or reader has it open",
			 rec.name);
	else if (errno == ENOENT && !rec.device)
		complain("there is no " PIPE_PROC ": the module is not loaded, or older: modprobe kgtp");
	else if (errno == EACCES || errno == EPERM)
		complain("no permission to open %s: %s", rec.name, geteuid() ?
			 "this needs root" :
			 "this needs CAP_SYS_ADMIN, and a kernel that /sys/kernel/security/lockdown does not say [confidentiality] of");
	else
		complain("cannot open %s: %s", rec.name, strerror(errno));
	return -1;
}

static int open_dir(void)
{
	struct stat st;

	if (mkdir(rec.dir, 0700) && errno != EEXIST) {
		complain("cannot make %s: %s", rec.dir, strerror(errno));
		return -1;
	}
	if (stat(rec.dir, &st) || !S_ISDIR(st.st_mode) ||
	    access(rec.dir, W_OK)) {
		complain("cannot write to %s: no directory, or no permission",
			 rec.dir);
		return -1;
	}
	return check_free();
}

int record_main(int argc, char **argv)
{
	int err, status;

	status = parse_options(argc, argv);
	if (status >= 0)
		return status;
	rec.out.fd = -1;
	rec.in_lines = 1;
	if (open_dir() || open_stream() || signals_setup())
		return EXIT_TROUBLE;
	if (rec.keep) {
		rec.kept = calloc(rec.keep, sizeof(*rec.kept));
		if (!rec.kept) {
			complain("no memory");
			return EXIT_TROUBLE;
		}
	}
	lost_look();
	rec.shown = now_ticks();
	err = record();
	if (output_end(0))
		err = -1;
	show_sum();
	return err ? EXIT_TROUBLE : 0;
}
