/* SPDX-License-Identifier: GPL-2.0 */
/*
 * putgtprsp - relay between KGTP's device and GDB
 *
 *	gdb vmlinux -ex 'target remote | putgtprsp'
 *
 * See putgtprsp.8. putgtprsp.h lists the source files.
 */
#include "putgtprsp.h"
#include "recorder.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Long options without a letter. */
enum { ALLOW_UID = 256, DRY, OFFSET, CHECK, START, STOP, STATUS, FORCE };

enum mode { STDIO, TCP_LISTEN, TCP_CONNECT, UNIX_LISTEN };

struct options {
	enum mode mode;
	const char *address;
	const char *device;	/* NULL: search */
	int once;
	const char *record;	/* -r */
	const char *dry;	/* a vmlinux */
	u64 offset;
	struct request request;
};

/* One string a line: C90 compilers need not accept more than 509 bytes. */
static const char * const help[] = {
	"Usage: putgtprsp [-v] [-d DEVICE]                      stdin and stdout",
	"       putgtprsp [-v1] [-d DEVICE] -l [ADDRESS:]PORT   listen on TCP",
	"       putgtprsp [-v1] [-d DEVICE] -u PATH             listen on a Unix socket",
	"       putgtprsp [-v] [-d DEVICE] -c HOST:PORT         connect out",
	"       putgtprsp [-v] -r FILE [--dry=VMLINUX] ...      record an experiment",
	"       putgtprsp [-v] [-d DEVICE] -f FILE [--check | --start] [--force]",
	"       putgtprsp [-v] [-d DEVICE] --start | --stop | --status",
	"       putgtprsp --record -o DIR [OPTION...]           write a run to files (-h)",
	"Relay between the device of KGTP and GDB, or use the device without GDB.",
	"",
	"  -l, --listen=[ADDRESS:]PORT  ADDRESS is 127.0.0.1 unless given; [V6]:PORT",
	"  -u, --unix=PATH              the socket is made with mode 0600",
	"  -c, --connect=HOST:PORT",
	"      --allow-uid=UID[,UID...]  users of this machine who may come by TCP, besides",
	"                               root and whoever runs this; any: all of them",
	"  -1, --once                   with -l and -u: end after the first connection",
	"  -r, --record-setup=FILE      write what each tstart sends to FILE",
	"      --dry=VMLINUX            there is no kernel: VMLINUX tells of it",
	"      --offset=HEX             by which --dry says that KASLR has moved it",
	"  -f, --file=FILE              set up the experiment in FILE",
	"      --check                  with -f: set up nothing, only try",
	"      --force                  with -f: also on another kernel",
	"      --start                  begin the run, which goes on without us",
	"      --stop                   end the run",
	"      --status                 print it; exit status 3: no run is on",
	"  -d, --device=DEVICE          instead of gtp in debugfs, or else /proc/gtp",
	"  -v, --verbose                log the packets on stderr",
	"  -h, --help                   print this",
	"  -V, --version                print the version",
	"",
	"  gdb vmlinux -ex 'target remote | putgtprsp'",
	NULL
};

/* The Makefile takes it from dkms.conf; a compiler run by hand does not. */
#ifndef KGTP_VERSION
#define KGTP_VERSION "of unknown version"
#endif

static const char * const version[] = { "putgtprsp " KGTP_VERSION, NULL };

int print(const char * const *lines)
{
	while (*lines)
		puts(*lines++);
	if (fflush(stdout) || ferror(stdout)) {
		complain("cannot write to standard output: %s",
			 strerror(errno));
		return EXIT_TROUBLE;
	}
	return 0;
}

static int usage(const char *what, const char *arg)
{
	complain("%s%s; see putgtprsp -h", what, arg);
	return EXIT_USAGE;
}

/* getopt's own messages would start with argv[0]. */
static int bad_option(int missing, char **argv)
{
	char name[3];

	name[0] = '-';
	name[1] = optopt;
	if (missing && optopt >= ALLOW_UID)
		return usage("an argument is missing after ",
			     optopt == DRY ? "--dry" :
			     optopt == OFFSET ? "--offset" : "--allow-uid");
	name[2] = '\0';
	/*
	 * With musl, optind is past the end here. optopt is also valid for long
	 * options.
	 */
	if (missing)
		return usage("an argument is missing after ", name);
	/* A long option: unknown, ambiguous, or with an unexpected argument. */
	if (!strncmp(argv[optind - 1], "--", 2))
		return usage("bad option ", argv[optind - 1]);
	return usage("bad option ", name);
}

static int set_mode(struct options *o, enum mode mode, const char *address)
{
	if (o->mode != STDIO)
		return usage("only one of -l, -u and -c can be given", "");
	o->mode = mode;
	o->address = address;
	return 0;
}

static int set_offset(struct options *o, const char *text)
{
	const char *end;

	if (!strncmp(text, "0x", 2))
		text += 2;
	o->offset = hex_number(text, &end);
	return *end || end == text ?
	       usage("--offset needs a hexadecimal number, not ", text) : 0;
}

/* Options of what needs no GDB. Returns whether c is one. */
static int take_request(int c, struct request *q)
{
	switch (c) {
	case 'f':
		q->file = optarg;
		break;
	case CHECK:
		q->check = 1;
		break;
	case START:
		q->start = 1;
		break;
	case STOP:
		q->stop = 1;
		break;
	case STATUS:
		q->status = 1;
		break;
	case FORCE:
		q->force = 1;
		break;
	default:
		return 0;
	}
	return 1;
}

/* Returns -1 to continue, or the exit status. */
static int take_option(int c, struct options *o, char **argv)
{
	int err = 0;

	switch (c) {
	case 'l':
		err = set_mode(o, TCP_LISTEN, optarg);
		break;
	case 'c':
		err = set_mode(o, TCP_CONNECT, optarg);
		break;
	case 'u':
		err = set_mode(o, UNIX_LISTEN, optarg);
		break;
	case 'd':
		o->device = optarg;
		break;
	case 'r':
		o->record = optarg;
		break;
	case DRY:
		o->dry = optarg;
		break;
	case OFFSET:
		err = set_offset(o, optarg);
		break;
	case ALLOW_UID:
		if (allow_uids(optarg))
			err = EXIT_USAGE;
		break;
	case '1':
		o->once = 1;
		break;
	case 'v':
		verbose = 1;
		break;
	case 'h':
		return print(help);
	case 'V':
		return print(version);
	default:
		if (!take_request(c, &o->request))
			return bad_option(c == ':', argv);
	}
	return err ? err : -1;
}

static int wants_request(const struct options *o)
{
	const struct request *q = &o->request;

	return q->file || q->start || q->stop || q->status;
}

/* Returns -1, or the exit status after reporting what does not go together. */
static int check_options(const struct options *o)
{
	const struct request *q = &o->request;

	if (o->once && o->mode != TCP_LISTEN && o->mode != UNIX_LISTEN)
		return usage("-1 goes with -l or -u only", "");
	if ((q->check || q->force) && !q->file)
		return usage(q->check ? "--check" : "--force", " goes with -f only");
	if (q->check && (q->start || q->stop))
		return usage("--check begins and ends no run: leave out ",
			     q->start ? "--start" : "--stop");
	if (wants_request(o) && (o->mode != STDIO || o->record || o->dry))
		return usage("-f, --start, --stop and --status need no GDB: leave out -l, -u, -c, -r and --dry", "");
	if (o->dry && !o->record)
		return usage("--dry goes with -r only", "");
	if (o->offset && !o->dry)
		return usage("--offset goes with --dry only", "");
	if (o->dry && o->device)
		return usage("--dry has no device: leave out -d", "");
	return -1;
}

static int parse_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "listen", 1, NULL, 'l' },
		{ "connect", 1, NULL, 'c' },
		{ "unix", 1, NULL, 'u' },
		{ "device", 1, NULL, 'd' },
		{ "allow-uid", 1, NULL, ALLOW_UID },
		{ "once", 0, NULL, '1' },
		{ "record-setup", 1, NULL, 'r' },
		{ "dry", 1, NULL, DRY },
		{ "offset", 1, NULL, OFFSET },
		{ "file", 1, NULL, 'f' },
		{ "check", 0, NULL, CHECK },
		{ "start", 0, NULL, START },
		{ "stop", 0, NULL, STOP },
		{ "status", 0, NULL, STATUS },
		{ "force", 0, NULL, FORCE },
		{ "verbose", 0, NULL, 'v' },
		{ "help", 0, NULL, 'h' },
		{ "version", 0, NULL, 'V' },
		{ NULL, 0, NULL, 0 }
	};
	int c, status;

	memset(o, 0, sizeof(*o));
	opterr = 0;
	while ((c = getopt_long(argc, argv, ":l:c:u:d:r:f:1vhV", longs,
				NULL)) != -1) {
		status = take_option(c, o, argv);
		if (status >= 0)
			return status;
	}
	if (optind < argc)
		return usage("unexpected argument ", argv[optind]);
	return check_options(o);
}

/* The device, or what --dry has in its place. */
static int open_target(const struct options *o, const char **name)
{
	static struct kernel k;
	int dev;

	if (o->dry) {
		*name = "--dry";
		dev = dry_open(o->dry, o->offset, &k);
	} else {
		dev = device_open(o->device, name);
		if (o->record)
			kernel_local(&k);
	}
	if (o->record)
		record_begin(o->record, &k);
	return dev;
}

/* Keep the device open only while a peer that may be GDB is connected. */
static int serve_gdb(const struct options *o, const struct door *d, size_t n,
		     int out, int lsn)
{
	const char *name;
	int dev, status, recorded;

	dev = open_target(o, &name);
	if (dev < 0)
		return EXIT_TROUBLE;
	note("opened %s", name);
	status = relay_session(dev, name, d, n, out, lsn);
	close(dev);
	note("closed %s", name);
	recorded = record_end();
	return status ? status : recorded;
}

/*
 * Open the device only after GDB has sent something, but report a missing
 * module at once. Behind a listener, other clients queue, so the peer must
 * start soon; the same holds when inetd runs this program.
 */
static int serve_peer(const struct options *o, int in, int out, int lsn,
		      const char *peer)
{
	struct door d;
	long n;

	d.in = in;
	d.name = peer;
	d.since = now_ticks();
	d.strict = lsn >= 0 || (in == STDIN_FILENO && peer_is_tcp(in));
	/* Refuse early, before the peer has sent anything. */
	if (d.strict && peer_allowed(in, peer))
		return EXIT_TROUBLE;
	if (!o->dry && device_look(o->device))
		return EXIT_TROUBLE;
	/* Only now: a failure above must leave the terminal unchanged. */
	if (in == STDIN_FILENO && (stdio_nonblock() || stdin_raw()))
		return EXIT_TROUBLE;
	n = door_wait(&d, relay_first(), BUF_SIZE);
	if (n <= 0)
		return n ? EXIT_TROUBLE : 0;
	/* Only now: the peer may not have accepted our connection earlier. */
	if (!d.strict && peer_allowed(in, peer))
		return EXIT_TROUBLE;
	return serve_gdb(o, &d, n, out, lsn);
}

static int serve_listener(const struct options *o, int lsn)
{
	char peer[NAME_LEN];
	int fd, status;

	for (;;) {
		fd = next_client(lsn, peer);
		if (fd < 0)
			return EXIT_TROUBLE;
		status = serve_peer(o, fd, fd, lsn, peer);
		hang_up(fd, 200);
		note("connection closed");
		if (o->once || signals_caught())
			return status;
	}
}

static int serve_tcp(const struct options *o)
{
	struct endpoint ep;
	int lsn;

	if (parse_endpoint(o->address, 1, &ep))
		return EXIT_USAGE;
	lsn = tcp_listen(&ep);
	if (lsn < 0 || signals_setup())
		return EXIT_TROUBLE;
	return serve_listener(o, lsn);
}

static int serve_unix(const struct options *o)
{
	int lsn;

	/* Before the socket exists, so that a signal never leaves it behind. */
	if (signals_setup())
		return EXIT_TROUBLE;
	lsn = unix_listen(o->address);
	if (lsn < 0)
		return EXIT_TROUBLE;
	return serve_listener(o, lsn);
}

static int connect_out(const struct options *o)
{
	struct endpoint ep;
	int fd, status;

	if (parse_endpoint(o->address, 0, &ep))
		return EXIT_USAGE;
	fd = tcp_connect(&ep);
	if (fd < 0)
		return EXIT_TROUBLE;
	note("connected to %s port %s", ep.host, ep.port);
	status = serve_peer(o, fd, fd, -1, o->address);
	hang_up(fd, 200);
	return status;
}

static int serve_stdio(const struct options *o)
{
	if (signals_setup())
		return EXIT_TROUBLE;
	return serve_peer(o, STDIN_FILENO, STDOUT_FILENO, -1, "standard input");
}

/* Without GDB. */
static int use_device(const struct options *o)
{
	const char *name;
	int dev, status;

	if (signals_setup())
		return EXIT_TROUBLE;
	dev = device_open(o->device, &name);
	if (dev < 0)
		return EXIT_TROUBLE;
	status = serve_request(&o->request, dev, name);
	close(dev);
	return status;
}

static int serve(const struct options *o)
{
	if (wants_request(o))
		return use_device(o);
	switch (o->mode) {
	case TCP_LISTEN:
		return serve_tcp(o);
	case UNIX_LISTEN:
		return serve_unix(o);
	case TCP_CONNECT:
		return connect_out(o);
	default:
		return serve_stdio(o);
	}
}

int main(int argc, char **argv)
{
	struct options o;
	int status;

	if (fill_std_fds())
		return EXIT_TROUBLE;
	if (argc > 1 && !strcmp(argv[1], "--record"))
		return record_main(argc - 1, argv + 1);
	status = parse_options(argc, argv, &o);
	if (status >= 0)
		return status;
	status = serve(&o);
	if (signals_caught())
		signals_reraise();
	undo_all();
	return status;
}
