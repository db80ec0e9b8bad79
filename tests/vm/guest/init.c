// SPDX-License-Identifier: GPL-2.0
/*
 * Process 1: mounts the usual file systems, then runs the host's commands from
 * ttyS1 until it is told to power off.
 *
 * Both directions are frames: a line "VERB ID NUMBER\n", then for some verbs
 * NUMBER bytes of data.
 *
 *   host:  run ID LEN <script>    sh -c <script>, with pipes for its stdio
 *          in ID LEN <data>       for the job's stdin; answered by "ack"
 *          eof ID 0               close the job's stdin
 *          kill ID SIGNAL         to the job's process group
 *          off 0 0                power off
 *   guest: ready 0 0
 *          pid ID PID             the job has started
 *          out ID LEN <data>      from its stdout or stderr
 *          ack ID 0|ERRNO         the "in" data is in the pipe, or is lost
 *          exit ID STATUS         as the shell's $?; 128+N when killed by N
 *
 * The host never has more than MAX_BODY unanswered bytes in flight: old kernels
 * drop what does not fit the tty's 4 KiB buffer.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "guest.h"

#define CONTROL		"/dev/ttyS1"
#define MAX_BODY	2048
#define MAX_JOBS	64
#define SERIAL_IRQ	3	/* the number of that int */
#define RNDADDENTROPY	_IOW('R', 3, int[2])	/* musl has no linux/random.h */

struct job {
	int id;			/* 0: this slot is free */
	pid_t pid;
	int in, out;		/* our ends of the pipes; -1: closed */
	int pending_len, pending_at;
	char pending[MAX_BODY];	/* stdin data that the pipe has not taken yet */
};

static struct job jobs[MAX_JOBS];
static int control;
static int wake[2];		/* a SIGCHLD becomes a byte in this pipe */

int open_raw_tty(const char *path)
{
	struct termios tio;
	int fd = open(path, O_RDWR | O_NOCTTY);

	if (fd < 0 || tcgetattr(fd, &tio))
		return -1;
	cfmakeraw(&tio);
	tio.c_cflag |= CLOCAL | CREAD;
	tio.c_cflag &= ~(CRTSCTS | HUPCL);
	tio.c_cc[VMIN] = 1;
	tio.c_cc[VTIME] = 0;
	cfsetispeed(&tio, B115200);
	cfsetospeed(&tio, B115200);
	if (tcsetattr(fd, TCSANOW, &tio))
		return -1;
	tcflush(fd, TCIOFLUSH);
	return fd;
}

/* rawtty DEVICE COMMAND [ARG]...: run it with a raw tty as stdin and stdout. */
int rawtty_main(int argc, char **argv)
{
	int fd;

	if (argc < 3)
		return 2;
	fd = open_raw_tty(argv[1]);
	if (fd < 0) {
		perror(argv[1]);
		return 1;
	}
	dup2(fd, 0);
	dup2(fd, 1);
	if (fd > 1)
		close(fd);
	/* Input for a previous relay must not reach the next one. */
	tcflush(0, TCIFLUSH);
	usleep(100000);
	tcflush(0, TCIFLUSH);
	fprintf(stderr, "rawtty: ready\n");
	execvp(argv[2], argv + 2);
	perror(argv[2]);
	return 1;
}

static void make_node(const char *path, int major, int minor)
{
	mknod(path, S_IFCHR | 0600, makedev(major, minor));
}

static void mount_all(void)
{
	mkdir("/proc", 0755);
	mkdir("/sys", 0755);
	mkdir("/tmp", 01777);
	mkdir("/dev", 0755);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("sysfs", "/sys", "sysfs", 0, NULL);
	mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL);
	mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, NULL);
	mount("tmpfs", "/tmp", "tmpfs", 0, NULL);
	if (mount("devtmpfs", "/dev", "devtmpfs", 0, NULL)) {
		/* before 2.6.32 */
		make_node("/dev/mem", 1, 1);
		make_node("/dev/null", 1, 3);
		make_node("/dev/zero", 1, 5);
		make_node("/dev/urandom", 1, 9);
		make_node("/dev/kmsg", 1, 11);
		make_node("/dev/tty", 5, 0);
		make_node("/dev/console", 5, 1);
		make_node("/dev/ttyS0", 4, 64);
		make_node("/dev/ttyS1", 4, 65);
		make_node("/dev/ttyS2", 4, 66);
	}
}

/*
 * ttyS2 uses interrupt 5 (see qemu.py); a kernel without PnP assumes 4, as in
 * every PC.
 */
static void fix_interrupt(void)
{
	int serial[64];		/* the kernel's struct serial_struct */
	int fd = open("/dev/ttyS2", O_RDWR | O_NOCTTY | O_NONBLOCK);

	if (fd < 0)
		return;
	if (!ioctl(fd, TIOCGSERIAL, serial) && serial[SERIAL_IRQ] != 5) {
		serial[SERIAL_IRQ] = 5;
		if (ioctl(fd, TIOCSSERIAL, serial))
			perror("/dev/ttyS2: interrupt");
	}
	close(fd);
}

/*
 * A guest has little entropy, and before 5.4 getrandom() waits for minutes for
 * more of it (GDB's Python calls it).  Nothing here is secret.  More than once:
 * 4.4 keeps the first 900 bits, and splits the next between two pools.
 */
static void be_random(void)
{
	struct {		/* the kernel's struct rand_pool_info */
		int bits, size;
		char bytes[512];
	} pool = { .bits = 4096, .size = 512 };
	int i, fd = open("/dev/urandom", O_RDWR);

	if (fd < 0)
		return;
	for (i = 0; i < 8; i++)
		if (ioctl(fd, RNDADDENTROPY, &pool))
			perror("/dev/urandom: entropy");
	close(fd);
}

static void send_frame(const char *verb, int id, long number, const char *body)
{
	char head[64];
	int len = snprintf(head, sizeof(head), "%s %d %ld\n", verb, id, number);

	write_all(control, head, len);
	if (body)
		write_all(control, body, number);
}

static struct job *find_job(int id)
{
	int i;

	for (i = 0; i < MAX_JOBS; i++)
		if (jobs[i].id == id)
			return &jobs[i];
	return NULL;
}

static void close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void run_shell(const char *script, int in, int out)
{
	struct sigaction dfl;

	memset(&dfl, 0, sizeof(dfl));
	dfl.sa_handler = SIG_DFL;
	sigaction(SIGPIPE, &dfl, NULL);
	sigaction(SIGCHLD, &dfl, NULL);
	setsid();
	dup2(in, 0);
	dup2(out, 1);
	dup2(out, 2);
	/* All our other descriptors are close-on-exec. */
	execl("/bin/sh", "sh", "-c", script, (char *)NULL);
	_exit(127);
}

static void cloexec(int fd)
{
	fcntl(fd, F_SETFD, FD_CLOEXEC);
}

static void start_job(int id, const char *script)
{
	struct job *job = find_job(0);
	int in[2], out[2];
	int i;

	if (!job || pipe(in)) {
		send_frame("exit", id, 126, NULL);
		return;
	}
	if (pipe(out)) {
		close(in[0]);
		close(in[1]);
		send_frame("exit", id, 126, NULL);
		return;
	}
	for (i = 0; i < 2; i++) {
		cloexec(in[i]);
		cloexec(out[i]);
	}
	job->pid = fork();
	if (!job->pid)
		run_shell(script, in[0], out[1]);
	close(in[0]);
	close(out[1]);
	if (job->pid < 0) {
		close(in[1]);
		close(out[0]);
		send_frame("exit", id, 126, NULL);
		return;
	}
	fcntl(in[1], F_SETFL, O_NONBLOCK);
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	job->id = id;
	job->in = in[1];
	job->out = out[0];
	job->pending_len = 0;
	send_frame("pid", id, job->pid, NULL);
}

/* Write to the job's stdin what fits, and tell the host when all is written. */
static void feed(struct job *job)
{
	ssize_t n;

	while (job->pending_at < job->pending_len) {
		n = write(job->in, job->pending + job->pending_at,
			  job->pending_len - job->pending_at);
		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0) {
			job->pending_len = 0;
			send_frame("ack", job->id, errno, NULL);
			return;
		}
		job->pending_at += n;
	}
	job->pending_len = 0;
	send_frame("ack", job->id, 0, NULL);
}

/* Forward one piece of output; 0 if there is none at the moment. */
static int forward(struct job *job)
{
	char data[MAX_BODY];
	ssize_t n;

	if (job->out < 0)
		return 0;
	n = read(job->out, data, sizeof(data));
	if (n > 0) {
		send_frame("out", job->id, n, data);
		return 1;
	}
	if (!n)
		close_end(&job->out);
	return 0;
}

static void reap(void)
{
	struct job *job;
	int i, status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (i = 0; i < MAX_JOBS; i++)
			if (jobs[i].id && jobs[i].pid == pid)
				break;
		if (i == MAX_JOBS)
			continue;	/* an orphan that init inherited */
		job = &jobs[i];
		/*
		 * Its output is in the pipe by now.  Do not wait for the end of
		 * file: a child that it left behind may hold the pipe.
		 */
		while (forward(job))
			;
		if (job->pending_len)
			send_frame("ack", job->id, EPIPE, NULL);
		close_end(&job->in);
		close_end(&job->out);
		send_frame("exit", job->id, WIFEXITED(status) ?
			   WEXITSTATUS(status) : 128 + WTERMSIG(status), NULL);
		job->id = 0;
	}
}

static void power_off(void)
{
	sync();
	tcdrain(control);
	reboot(RB_POWER_OFF);
	reboot(RB_AUTOBOOT);	/* no ACPI: QEMU's -no-reboot ends it */
}

/* Execute one frame from the host; body is also NUL-terminated. */
static void obey(const char *verb, int id, long number, char *body)
{
	struct job *job;

	if (!strcmp(verb, "run")) {
		start_job(id, body);
		return;
	}
	if (!strcmp(verb, "off")) {
		power_off();
		return;
	}
	job = find_job(id);
	if (!strcmp(verb, "in")) {
		if (!job || job->in < 0) {
			send_frame("ack", id, EPIPE, NULL);
			return;
		}
		memcpy(job->pending, body, number);
		job->pending_len = number;
		job->pending_at = 0;
		feed(job);
	} else if (!strcmp(verb, "eof") && job) {
		close_end(&job->in);
	} else if (!strcmp(verb, "kill") && job) {
		kill(-job->pid, number);
	}
}

static void read_control(void)
{
	static char buf[2 * MAX_BODY + 256];
	static int have;
	char verb[8], *end;
	long number, body;
	int head, id;
	ssize_t n;

	n = read(control, buf + have, sizeof(buf) - 1 - have);
	if (n <= 0)
		return;
	have += n;
	for (;;) {
		end = memchr(buf, '\n', have);
		if (!end)
			break;
		head = end + 1 - buf;
		*end = 0;
		if (sscanf(buf, "%7s %d %ld", verb, &id, &number) != 3)
			number = -1;
		*end = '\n';
		body = !strcmp(verb, "run") || !strcmp(verb, "in") ? number : 0;
		if (number < 0 || body > MAX_BODY) {
			/* Out of sync: later data cannot be trusted. */
			send_frame("garbled", 0, 0, NULL);
			have = 0;
			return;
		}
		if (have < head + body)
			break;
		{
			char text[MAX_BODY + 1];

			memcpy(text, end + 1, body);
			text[body] = 0;
			have -= head + body;
			memmove(buf, buf + head + body, have);
			obey(verb, id, number, text);
		}
	}
	if (have == sizeof(buf) - 1)
		have = 0;
}

static void on_sigchld(int sig)
{
	static volatile long ignore;
	int saved = errno;

	(void)sig;
	/* It fails only when the pipe is full; then poll() returns anyway. */
	ignore += write(wake[1], "", 1);
	errno = saved;
}

static void serve(void)
{
	struct pollfd fds[2 + 2 * MAX_JOBS];
	struct job *owner[2 + 2 * MAX_JOBS];
	char drain[64];
	int i, n;

	for (;;) {
		n = 0;
		fds[n].fd = control;
		fds[n++].events = POLLIN;
		fds[n].fd = wake[0];
		fds[n++].events = POLLIN;
		for (i = 0; i < MAX_JOBS; i++) {
			if (!jobs[i].id)
				continue;
			owner[n] = &jobs[i];
			fds[n].fd = jobs[i].out;
			fds[n++].events = POLLIN;
			owner[n] = &jobs[i];
			fds[n].fd = jobs[i].pending_len ? jobs[i].in : -1;
			fds[n++].events = POLLOUT;
		}
		if (poll(fds, n, -1) < 0)
			continue;
		/* The jobs first: later frames may free or start some. */
		for (i = 2; i < n; i += 2) {
			if (fds[i].revents)
				forward(owner[i]);
			if (fds[i + 1].revents)
				feed(owner[i + 1]);
		}
		if (fds[1].revents) {
			while (read(wake[0], drain, sizeof(drain)) > 0)
				;
			reap();
		}
		if (fds[0].revents)
			read_control();
	}
}

int init_main(int argc, char **argv)
{
	struct sigaction sa;

	(void)argc;
	(void)argv;
	if (getpid() != 1) {
		fprintf(stderr, "init: only as process 1\n");
		return 2;
	}
	mount_all();
	fix_interrupt();
	be_random();
	setenv("PATH", "/bin", 1);
	setenv("HOME", "/", 1);
	chdir("/");
	control = open_raw_tty(CONTROL);
	if (control < 0 || pipe(wake)) {
		perror(CONTROL);
		power_off();
	}
	cloexec(control);
	cloexec(wake[0]);
	cloexec(wake[1]);
	fcntl(wake[0], F_SETFL, O_NONBLOCK);
	fcntl(wake[1], F_SETFL, O_NONBLOCK);
	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &sa, NULL);
	sa.sa_handler = on_sigchld;
	sa.sa_flags = SA_RESTART;
	sigaction(SIGCHLD, &sa, NULL);
	send_frame("ready", 0, 0, NULL);
	serve();
	return 0;
}
