/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Signals, messages, and what must be restored at exit: the terminal's mode,
 * the O_NONBLOCK flags (they belong to the open file, which is shared with the
 * parent), and the path of the Unix socket.
 */
#include "putgtprsp.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

int verbose;

static volatile sig_atomic_t caught;
static int self_pipe[2] = { -1, -1 };

static struct termios saved_tty;
static int tty_is_raw;
static int saved_flags[2] = { -1, -1 };
static char socket_path[NAME_LEN];
static dev_t socket_dev;
static ino_t socket_ino;

/*
 * Write a whole line at once, if stderr becomes writable within wait_ms: GDB
 * reads our stderr only occasionally, and the log must not block the session.
 */
static int emit(const char *line, size_t len, int wait_ms)
{
	struct pollfd p;

	p.fd = STDERR_FILENO;
	p.events = POLLOUT;
	if (poll(&p, 1, wait_ms) != 1 || !(p.revents & POLLOUT))
		return -1;
	return write(STDERR_FILENO, line, len) < 0 ? -1 : 0;
}

static void say(const char *fmt, va_list ap)
{
	static const char prefix[] = "putgtprsp: ";
	char line[2048];
	size_t n = sizeof(prefix) - 1;
	char *p;

	memcpy(line, prefix, n);
	vsnprintf(line + n, sizeof(line) - n - 1, fmt, ap);
	/* A newline in a file name must not split the line. */
	for (p = line; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
	*p++ = '\n';
	emit(line, p - line, 1000);
}

/* Report a failure or an event, in one line. */
void complain(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
}

/* A message for -v only. */
void note(const char *fmt, ...)
{
	va_list ap;

	if (!verbose)
		return;
	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
}

/* A line of the packet log, prefixed with the time of day. */
void log_line(const char *text)
{
	static unsigned long lost;
	char line[1200];
	struct timeval tv;
	struct tm *tm;
	time_t sec;
	int n;

	if (lost) {
		n = sprintf(line, "(%lu lines of the log are lost: stderr was full)\n",
			    lost);
		if (emit(line, n, 0)) {
			lost++;
			return;
		}
		lost = 0;
	}
	gettimeofday(&tv, NULL);
	sec = tv.tv_sec;
	tm = localtime(&sec);
	n = snprintf(line, sizeof(line), "%02d:%02d:%02d.%06ld %s\n",
		     tm ? tm->tm_hour : 0, tm ? tm->tm_min : 0,
		     tm ? tm->tm_sec : 0, (long)tv.tv_usec, text);
	if (emit(line, n, 0))
		lost++;
}

int set_nonblock(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0)
		return -1;
	return fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

/* If stdin, stdout or stderr is closed, the device must not take its place. */
int fill_std_fds(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
		if (fd < 0)
			return -1;
	} while (fd <= STDERR_FILENO);
	close(fd);
	return 0;
}

static void on_signal(int sig)
{
	int saved = errno;

	caught = sig;
	if (write(self_pipe[1], "", 1) < 0) {
		/* The pipe is full, so poll() wakes up anyway. */
	}
	errno = saved;
}

int signals_setup(void)
{
	static const int end[] = { SIGHUP, SIGINT, SIGTERM };
	struct sigaction sa, old;
	size_t i;

	if (pipe(self_pipe) || set_nonblock(self_pipe[0]) ||
	    set_nonblock(self_pipe[1])) {
		complain("cannot make a pipe: %s", strerror(errno));
		return -1;
	}
	memset(&sa, 0, sizeof(sa));
	sigemptyset(&sa.sa_mask);
	sa.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &sa, NULL);
	sa.sa_handler = on_signal;
	for (i = 0; i < sizeof(end) / sizeof(end[0]); i++) {
		/*
		 * Signals that the parent ignores stay ignored: under nohup, in
		 * a background job, and from GDB, which protects the connection
		 * from its own ^C.
		 */
		if (!sigaction(end[i], NULL, &old) && old.sa_handler == SIG_IGN)
			continue;
		sigaction(end[i], &sa, NULL);
	}
	return 0;
}

/* Readable once a terminating signal has arrived. */
int signals_fd(void)
{
	return self_pipe[0];
}

int signals_caught(void)
{
	return caught;
}

/* Terminate by the caught signal, so that the parent sees it. */
void signals_reraise(void)
{
	struct sigaction sa;
	int sig = caught;

	undo_all();
	memset(&sa, 0, sizeof(sa));
	sigemptyset(&sa.sa_mask);
	sa.sa_handler = SIG_DFL;
	sigaction(sig, &sa, NULL);
	kill(getpid(), sig);
	_exit(128 + sig);
}

/* Remember our socket for undo_all(). */
void undo_socket_path(const char *path)
{
	struct stat st;

	if (lstat(path, &st))
		return;
	socket_dev = st.st_dev;
	socket_ino = st.st_ino;
	snprintf(socket_path, sizeof(socket_path), "%s", path);
}

/* May run twice. */
void undo_all(void)
{
	struct stat st;
	int i;

	if (tty_is_raw) {
		/* Not TCSADRAIN: it would block on a stopped line. */
		tcsetattr(STDIN_FILENO, TCSANOW, &saved_tty);
		tty_is_raw = 0;
	}
	/* Restore in reverse order: both may be the same open file. */
	for (i = 1; i >= 0; i--) {
		if (saved_flags[i] >= 0)
			fcntl(i, F_SETFL, saved_flags[i]);
		saved_flags[i] = -1;
	}
	if (socket_path[0]) {
		/* Only if the path is still our socket. */
		if (!lstat(socket_path, &st) && st.st_dev == socket_dev &&
		    st.st_ino == socket_ino)
			unlink(socket_path);
		socket_path[0] = '\0';
	}
}

int stdio_nonblock(void)
{
	int i;

	for (i = 0; i < 2; i++) {
		saved_flags[i] = fcntl(i, F_GETFL);
		if (saved_flags[i] < 0 || set_nonblock(i)) {
			complain("cannot set up standard %s: %s",
				 i ? "output" : "input", strerror(errno));
			return -1;
		}
	}
	return 0;
}

/* If stdin is a terminal: 8 bits, no echo, no special characters. */
int stdin_raw(void)
{
	struct termios raw;

	if (!isatty(STDIN_FILENO))
		return 0;
	if (tcgetattr(STDIN_FILENO, &saved_tty)) {
		complain("cannot read the terminal's mode: %s", strerror(errno));
		return -1;
	}
	raw = saved_tty;
	cfmakeraw(&raw);
	raw.c_cflag |= CREAD;
	raw.c_iflag &= ~(IXOFF | IXANY);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	/* Not TCSAFLUSH: GDB may have sent its first packet already. */
	if (tcsetattr(STDIN_FILENO, TCSANOW, &raw)) {
		complain("cannot set the terminal's mode: %s", strerror(errno));
		return -1;
	}
	tty_is_raw = 1;
	/* Tell a user who typed the command why ^C does nothing. */
	complain("standard input is a terminal, now in raw mode for GDB at its other end; to end: kill %ld",
		 (long)getpid());
	return 0;
}
