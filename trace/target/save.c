/* SPDX-License-Identifier: GPL-2.0 */
/*
 * QTSave: write the experiment and its frames to a file on the traced machine,
 * for GDB's `target tfile'.
 *
 * The process that has the device open creates the file, with its own rights.
 * The file must be new, below the directory given by the module parameter, and
 * where its name says: no symlink may redirect the write.
 *
 * Three tasks take part. The writer of the packet opens the file. The thread
 * kgtp_save appends to it, and may block on the file system for any time. The
 * thread kgtp reports progress to GDB. tfile.c makes the contents. gtp.lock is
 * held while frames are read, but not during file operations.
 *
 * Context of all functions: process.
 */
#include <linux/capability.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/ptrace.h>	/* signals, also since 4.11 */
#include <linux/sched.h>
#include <linux/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <linux/wait.h>

#include "compat/barrier.h"
#include "compat/clock.h"
#include "compat/file.h"
#include "compat/lock.h"
#include "trace/base/messages.h"
#include "trace/target/private.h"
#include "trace/target/target.h"

#define NAME_MAX_LEN	4095
#define SUFFIX		".tfile"
#define PART		65536	/* bytes to write at a time */
#define TELL_US		1000000	/* between notices; also the time to stop */

enum save_state {
	SAVE_OPENING,		/* by the writer of the packet */
	SAVE_OPEN,		/* waits for the thread kgtp */
	SAVE_WRITING,		/* owned by the thread kgtp_save */
	SAVE_DONE,		/* file is closed */
};

/* Guarded by gtp.lock, but `file' and `pos' by whoever owns the state. */
struct save {
	enum save_state state;
	struct rsp_tx *tx;	/* for the reply; NULL: none due */
	u64 notice_us;		/* last notice to GDB */
	int give_up;		/* asked to stop */
	u64 give_up_us;		/* at this time */
	struct file *file;
	loff_t pos;
	int err;		/* ends all writing */
	unsigned int left_out;	/* lines that were too long */
	u64 frames;		/* saved so far */
	struct gtp_tfile *tfile;	/* NULL: not begun */
	u8 part[PART];		/* data to write */
	char name[NAME_MAX_LEN + 1];
	char path[NAME_MAX_LEN + 1];
};

static const char *save_dir;	/* NULL: saving is off; set at init */
static struct save *save;	/* in progress, or NULL; under gtp.lock */
static struct save *save_work;	/* same, while the thread owns it */
static struct task_struct *save_thread;
static DECLARE_WAIT_QUEUE_HEAD(save_wait);

/* ---- the thread kgtp_save ---------------------------------------------- */

/* Read the next part. Return the number of bytes, 0 at the end, or an error. */
static ssize_t save_read(struct save *s)
{
	ssize_t used = 0, n = 1;

	while (used < PART && n > 0) {
		n = gtp_tfile_read(s->tfile, s->pos + used, s->part + used,
				   PART - used);
		if (n > 0)
			used += n;
	}
	if (n == -ERESTARTSYS)
		n = -EINTR;
	return n < 0 ? n : used;
}

static void save_part(struct save *s, ssize_t n)
{
	int err = n < 0 ? n : kc_file_append(s->file, s->part, n, &s->pos);

	cond_resched();
	mutex_lock(&gtp.lock);
	s->err = s->give_up ? -EINTR : err;
	s->frames = gtp_tfile_frames(s->tfile);
	mutex_unlock(&gtp.lock);
}

static void save_run(struct save *s)
{
	ssize_t n;
	int ret;

	while (!s->err && (n = save_read(s)))
		save_part(s, n);
	/* The signal that ended writing must not end closing, too. */
	flush_signals(current);
	ret = kc_file_end(s->file, !s->err);
	mutex_lock(&gtp.lock);
	if (!s->err)
		s->err = ret;
	if (s->tfile)
		s->left_out = gtp_tfile_left_out(s->tfile);
	kc_store(&save_work, NULL);
	s->state = SAVE_DONE;
	mutex_unlock(&gtp.lock);
	gtp_run_wake();
}

static int save_loop(void *unused)
{
	struct save *s;

	allow_signal(SIGKILL);
	while (!kthread_should_stop()) {
		wait_event_interruptible(save_wait, kc_load(&save_work) ||
					 kthread_should_stop());
		flush_signals(current);
		s = kc_load_acquire(&save_work);
		if (s)
			save_run(s);
	}
	return 0;
}

/* ---- the thread kgtp, and gtp_close(): under gtp.lock ------------------ */

static const char *save_error(int err)
{
	switch (err) {
	case -EEXIST:
		return WHY_FILE_EXISTS;
	case -ENOENT:
	case -ENOTDIR:
		return WHY_NO_DIRECTORY;
	case -ENOSPC:
		return WHY_NO_SPACE;
	case -EDQUOT:
		return WHY_QUOTA;
	case -EFBIG:
		return WHY_FILE_BIG;
	case -EROFS:
		return WHY_READ_ONLY;
	case -EACCES:
	case -EPERM:
		return WHY_FORBIDDEN;
	case -ENOMEM:
		return WHY_NO_MEMORY;
	case -ESTALE:
		return WHY_FRAME_GONE;
	case -EINTR:
		return WHY_INTERRUPTED;
	case -ENAMETOOLONG:
		return WHY_NAME_LONG;
	default:
		return WHY_NOT_WRITTEN;
	}
}

static void save_hand_over(struct save *s)
{
	s->state = SAVE_WRITING;
	kc_store_release(&save_work, s);
	wake_up(&save_wait);
}

/*
 * A file system that waits for another machine gives up if its task is killed.
 */
static void save_stop(struct save *s)
{
	if (s->give_up)
		return;
	s->give_up = 1;
	s->give_up_us = kc_wall_us();
	send_sig(SIGKILL, save_thread, 1);
}

static void save_reply(struct save *s)
{
	rsp_tx_end(s->tx);
	gtp_send_reply(s->tx);
	s->tx = NULL;
}

static void save_answer(struct save *s)
{
	char text[96];

	if (s->err) {
		rsp_error(s->tx, MSG_SAVE_FAILED, save_error(s->err), -s->err);
	} else {
		if (s->left_out) {
			snprintf(text, sizeof(text), NOTE_LINES_LEFT_OUT,
				 s->left_out);
			rsp_notice(s->tx, text);
		}
		rsp_ok(s->tx);
	}
	save_reply(s);
}

static void save_free(struct save *s)
{
	kc_store(&save, NULL);
	if (s->tfile)
		gtp_tfile_close(s->tfile);
	vfree(s);
	module_put(THIS_MODULE);
}

/* The file is open, and the packet's turn has come. */
void gtp_serve_save(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	struct save *s = save;

	s->tx = tx;
	s->notice_us = kc_wall_us();
	s->tfile = gtp_tfile_new(NULL);
	if (!s->tfile)
		s->err = -ENOMEM;
	save_hand_over(s);
}

/* Will a save reply in tx? */
int gtp_save_answers(const struct rsp_tx *tx)
{
	return save && save->tx == tx;
}

/* Does gtp_save_poll() need to be called? Need not hold gtp.lock. */
int gtp_save_active(void)
{
	return kc_load(&save) != NULL;
}

void gtp_save_poll(void)
{
	struct save *s = save;
	u64 now = kc_wall_us();
	char text[64];

	if (!s || s->state < SAVE_WRITING)
		return;
	if (s->state == SAVE_DONE) {
		if (s->tx)
			save_answer(s);
		save_free(s);
		return;
	}
	if (!s->tx)
		return;
	if (kc_load(&gtp_slow.give_up))
		save_stop(s);
	if (s->give_up && now - s->give_up_us > TELL_US) {
		rsp_error(s->tx, MSG_SAVE_HANGS, s->name);
		save_reply(s);
	} else if (now - s->notice_us > TELL_US) {
		s->notice_us = now;
		snprintf(text, sizeof(text), NOTE_SAVED,
			 (unsigned long long)s->frames);
		gtp_send_notice(s->tx, text);
	}
}

/* The session ends. */
void gtp_save_leave(void)
{
	struct save *s = save;

	if (!s)
		return;
	s->tx = NULL;
	save_stop(s);
	if (s->state != SAVE_OPEN)
		return;
	s->err = -EINTR;
	save_hand_over(s);
}

/* ---- the writer of the packet ------------------------------------------ */

/* It must be where its name says: no symlink. Return 0, or -EINVAL with a reply. */
static int save_check_place(struct save *s, struct rsp_tx *tx)
{
	const char *real = kc_file_path(s->file, s->path, sizeof(s->path));

	if (!IS_ERR(real) && !strcmp(real, s->name))
		return 0;
	if (IS_ERR(real))
		rsp_error(tx, MSG_CREATE, WHY_PATH_LONG);
	else
		rsp_error(tx, MSG_SAVE_LINK, real);
	return -EINVAL;
}

/*
 * Return 0, or a negative errno with a reply.
 * Context: process, holds no lock but the session's.
 */
static int save_create(struct save *s, struct rsp_tx *tx)
{
	int err;

	s->file = kc_file_create(s->name);
	if (IS_ERR(s->file)) {
		rsp_error(tx, MSG_CREATE_FAILED, save_error(PTR_ERR(s->file)),
			  -(int)PTR_ERR(s->file));
		return PTR_ERR(s->file);
	}
	err = save_check_place(s, tx);
	if (err)
		kc_file_end(s->file, 0);
	return err;
}

/* Return 0, or -EINVAL with a reply. */
static int save_check_name(const char *name, long len, struct rsp_tx *tx)
{
	const long suffix = strlen(SUFFIX);
	size_t dir = strlen(save_dir);

	if (len < 0)
		rsp_error(tx, MSG_CREATE, WHY_NAME_LONG);
	else if (strlen(name) != len)
		rsp_error(tx, MSG_CREATE, WHY_NAME_NUL);
	else if (strncmp(name, save_dir, dir) || name[dir] != '/')
		rsp_error(tx, MSG_SAVE_BELOW, save_dir);
	else if (len <= dir + 1 + suffix ||
		 strcmp(name + len - suffix, SUFFIX))
		rsp_error(tx, MSG_SAVE_SUFFIX, SUFFIX);
	else
		return 0;
	return -EINVAL;
}

/* Return 0, or -EPERM with a reply. */
static int save_check(struct rsp_tx *tx)
{
	if (!save_dir)
		rsp_error(tx, MSG_SAVE, WHY_SAVE_OFF);
	else if (!capable(CAP_SYS_ADMIN))
		rsp_error(tx, MSG_SAVE, WHY_CAPABILITY);
	else if (gtp.armed && !gtp_must_finish())
		rsp_error(tx, MSG_SAVE, WHY_RUNNING);
	else if (save)
		rsp_error(tx, MSG_SAVE_BUSY, save->name);
	else
		return 0;
	return -EPERM;
}

static struct save *save_new(void)
{
	struct save *s;

	if (!save_thread) {
		save_thread = kthread_run(save_loop, NULL, "kgtp_save");
		if (IS_ERR(save_thread)) {
			save_thread = NULL;
			return NULL;
		}
	}
	s = vmalloc(sizeof(*s));
	if (!s || !try_module_get(THIS_MODULE)) {
		vfree(s);
		return NULL;
	}
	memset(s, 0, sizeof(*s));
	kc_store(&save, s);
	return s;
}

/*
 * Called by the writer of the packet. Return 0 if gtp_serve_save() is to
 * follow, or a negative errno with a reply.
 * Context: process, holds gtp.lock, but releases it to open the file.
 */
int gtp_save_open(const struct rsp_cmd *cmd, struct rsp_tx *tx)
{
	struct save *s;
	long len;
	int ret;

	ret = save_check(tx);
	if (ret)
		return ret;
	s = save_new();
	if (!s) {
		rsp_error(tx, MSG_SAVE, WHY_NO_MEMORY);
		return -ENOMEM;
	}
	len = rsp_unhex(cmd->hex, s->name, NAME_MAX_LEN);
	ret = save_check_name(s->name, len, tx);
	if (!ret) {
		mutex_unlock(&gtp.lock);
		ret = save_create(s, tx);
		mutex_lock(&gtp.lock);
	}
	if (ret)
		save_free(s);
	else
		s->state = SAVE_OPEN;
	return ret;
}

void gtp_save_init(const char *dir)
{
	save_dir = dir;
}

/* No session is open and no save in progress, as that would pin the module. */
void gtp_save_exit(void)
{
	if (save_thread)
		kthread_stop(save_thread);
}
