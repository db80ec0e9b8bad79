/* SPDX-License-Identifier: GPL-2.0 */
/*
 * putgtprsp --record: the file that is being written, and the command that it may
 * go through.
 */
#include "recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int write_all(const void *data, size_t n)
{
	const char *p = data;
	ssize_t ret;

	while (n) {
		ret = write(rec.out.fd, p, n);
		if (ret < 0 && errno == EINTR)
			continue;
		if (ret < 0)
			return -1;
		rec.out.bytes += ret;
		p += ret;
		n -= ret;
	}
	return 0;
}

/* The first word of the host's name: that may be "(none)". */
static void host_name(char *name, size_t size)
{
	struct utsname box;
	const char *from;
	size_t n = 0;

	uname(&box);
	for (from = box.nodename; *from && *from != '.' && n < size - 1; from++)
		if (strchr("-_", *from) || (*from >= '0' && *from <= '9') ||
		    ((*from | 0x20) >= 'a' && (*from | 0x20) <= 'z'))
			name[n++] = *from;
	name[n] = '\0';
	if (!n)
		snprintf(name, size, "box");
}

/* The name has the host, as files of many are gathered. */
static int output_create(void)
{
	char host[65];
	time_t now = time(NULL);
	struct tm *tm = localtime(&now);
	char date[32] = "";
	int fd;

	host_name(host, sizeof(host));
	if (tm)
		strftime(date, sizeof(date), "%Y%m%d-%H%M%S", tm);
	do {
		if ((size_t)snprintf(rec.out.path, sizeof(rec.out.path),
				     "%s/%s-%s-%04u%s", rec.dir, host, date,
				     ++rec.number, rec.suffix) >=
		    sizeof(rec.out.path)) {
			errno = ENAMETOOLONG;
			return -1;
		}
		/* It has memory of the kernel. */
		fd = open(rec.out.path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	} while (fd < 0 && errno == EEXIST);
	return fd;
}

/* Not killed by ^C: it has to write the end. */
static int command_start(int file)
{
	int ends[2], err;

	if (pipe(ends))
		return -1;
	rec.out.command = fork();
	if (!rec.out.command) {
		setsid();
		if (dup2(ends[0], STDIN_FILENO) < 0 ||
		    dup2(file, STDOUT_FILENO) < 0)
			_exit(127);
		close(ends[0]);
		close(ends[1]);
		close(file);
		if (rec.in > STDERR_FILENO)
			close(rec.in);
		signal(SIGPIPE, SIG_DFL);
		execl("/bin/sh", "sh", "-c", rec.pipe, (char *)NULL);
		_exit(127);
	}
	err = errno;
	close(ends[0]);
	if (rec.out.command < 0) {
		close(ends[1]);
		errno = err;
		return -1;
	}
	return ends[1];
}

static int output_open(void)
{
	struct output *out = &rec.out;
	int file = output_create();

	if (file < 0) {
		progress_end();
		complain("cannot create %s: %s", out->path, strerror(errno));
		return -1;
	}
	out->command = 0;
	out->bytes = 0;
	out->whole = 0;
	out->frames = 0;
	out->whole_frames = 0;
	out->since = now_ticks();
	out->fd = file;
	if (rec.pipe) {
		out->fd = command_start(file);
		close(file);
		if (out->fd < 0) {
			complain("cannot start %s: %s", rec.pipe, strerror(errno));
			unlink(out->path);
			return -1;
		}
	}
	return 0;
}

/* Remove the file that is one too many. */
static void output_keep(void)
{
	char **kept;

	if (!rec.keep)
		return;
	kept = &rec.kept[rec.number % rec.keep];
	if (*kept && unlink(*kept) && errno != ENOENT)
		complain("cannot remove %s: %s", *kept, strerror(errno));
	free(*kept);
	*kept = strdup(rec.out.path);
}

static int output_close(int err)
{
	struct output *out = &rec.out;
	int status = 0, failed = err;

	if (close(out->fd) && !failed)
		failed = errno;
	out->fd = -1;
	if (out->command) {
		while (waitpid(out->command, &status, 0) < 0 && errno == EINTR)
			;
		if (status) {
			progress_end();
			complain("%s: %s ended with %s %d", out->path, rec.pipe,
				 WIFEXITED(status) ? "status" : "signal",
				 WIFEXITED(status) ? WEXITSTATUS(status) :
						     WTERMSIG(status));
			return -1;
		}
	}
	if (failed) {
		progress_end();
		complain("cannot write %s: %s", out->path, strerror(failed));
		return -1;
	}
	note("%s: %llu frames", out->path, out->frames);
	output_keep();
	return 0;
}

/* Where the lines say how many frames there are, in 8 digits; 0: nowhere. */
static size_t count_place(void)
{
	static const char name[] = ";tframes:00000001;";
	size_t i;

	for (i = 0; i + sizeof(name) <= rec.head_len; i++)
		if (!memcmp(rec.head + i, name, sizeof(name) - 1))
			return i + strlen(";tframes:");
	return 0;
}

static int write_count(void)
{
	size_t at = count_place();
	char digits[9];

	if (!at || rec.out.command)
		return 0;
	snprintf(digits, sizeof(digits), "%08llx",
		 rec.out.frames < 0x7fffffff ? rec.out.frames : 0x7fffffff);
	return pwrite(rec.out.fd, digits, 8, at) == 8 ? 0 : -1;
}

/* Data that a command has got cannot be taken back. */
int output_end(int err)
{
	static const char mark[END_MARK];
	struct output *out = &rec.out;
	int cut = out->bytes != out->whole;

	if (out->fd < 0)
		return err ? -1 : 0;
	rec.total_frames -= out->frames - out->whole_frames;
	out->frames = out->whole_frames;
	if (!out->whole && !out->command) {
		unlink(out->path);
		rec.number--;
		return output_close(err ? err : EIO);
	}
	if (cut && !out->command &&
	    (ftruncate(out->fd, out->whole) ||
	     lseek(out->fd, out->whole, SEEK_SET) < 0) && !err)
		err = errno;
	if ((cut && out->command) || write_all(mark, END_MARK) ||
	    write_count()) {
		progress_end();
		complain("%s has no end: kgtp open shows what it has", out->path);
	}
	return output_close(err);
}

/* What has been written so far, but for n bytes, ends between two frames. */
static void output_whole(size_t n)
{
	rec.out.whole = rec.out.bytes - n;
	rec.out.whole_frames = rec.out.frames;
}

int output_begin(void)
{
	if (output_open())
		return -1;
	if (write_all(rec.head, rec.head_len))
		return output_end(errno);
	output_whole(0);
	return 0;
}

int output_write(const void *data, size_t n, size_t whole)
{
	if (write_all(data, n))
		return output_end(errno);
	rec.total_bytes += n;
	if (whole)
		output_whole(n - whole);
	return 0;
}

int output_full(u64 more)
{
	const struct output *out = &rec.out;

	if (out->fd < 0 || !out->frames)
		return 0;
	return (rec.frames && out->frames >= rec.frames) ||
	       (rec.bytes && out->bytes + more >= rec.bytes) ||
	       (rec.seconds && ms_since(out->since) / 1000 >= rec.seconds);
}

int check_free(void)
{
	struct statvfs fs;
	u64 left;

	rec.checked = rec.total_bytes;
	if (!rec.free || statvfs(rec.dir, &fs))
		return 0;
	left = (u64)fs.f_bavail * fs.f_frsize;
	if (left >= rec.free)
		return 0;
	progress_end();
	complain("ended: %s has %llu MB left, and --free keeps %llu",
		 rec.dir, left >> 20, rec.free >> 20);
	return -1;
}
