/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The node gtpframe_pipe: the trace as a stream, during the run.
 *
 * A read returns what there is, as one of a pipe does; 0 at the end of each file
 * of the stream.
 */
#include <linux/sched.h>	/* first: RHEL 6's fs.h needs its types */
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include <linux/wait.h>

#include "compat/barrier.h"
#include "compat/node.h"
#include "dev/dev.h"
#include "dev/pipe.h"
#include "trace/target/target.h"

#define PART	65536	/* bytes to read at a time */

/*
 * The open file. Part has no more than a read has asked for, so one that stops
 * between two frames has lost none. What the reader has not got stays there:
 * gtp.lock is not held while its memory faults.
 */
struct pipe_reader {
	struct mutex lock;	/* one read at a time */
	u32 at, len;		/* in part; len is also read unlocked */
	u8 part[PART];
};

/* An open file pins the module. */
static int pipe_open(struct inode *inode, struct file *file)
{
	struct pipe_reader *r;
	int ret;

	ret = dev_permitted();
	if (ret)
		return ret;
	if (!try_module_get(THIS_MODULE))
		return -ENODEV;
	r = vmalloc(sizeof(*r));
	ret = r ? gtp_pipe_open() : -ENOMEM;
	if (ret) {
		vfree(r);
		module_put(THIS_MODULE);
		return ret;
	}
	mutex_init(&r->lock);
	r->at = 0;
	r->len = 0;
	file->private_data = r;
	return nonseekable_open(inode, file);
}

static int pipe_release(struct inode *inode, struct file *file)
{
	gtp_pipe_close();
	vfree(file->private_data);
	module_put(THIS_MODULE);
	return 0;
}

/*
 * Get up to n bytes. Return 0; at the end of a file with no part. The thread
 * kgtp may be busy for long, so do not depend on it to be woken.
 */
static int pipe_fill(struct pipe_reader *r, size_t n, int nonblock)
{
	ssize_t ret;

	n = min_t(size_t, n, PART);
	while ((ret = gtp_pipe_read(r->part, n)) == -EAGAIN) {
		if (nonblock)
			return -EAGAIN;
		ret = wait_event_interruptible_timeout(gtp_pipe_wait,
						       gtp_pipe_ready(),
						       HZ / 10 + 1);
		if (ret < 0)
			return ret;
	}
	if (ret < 0)
		return ret;
	r->at = 0;
	kc_store(&r->len, (u32)ret);
	return 0;
}

static ssize_t pipe_give(struct pipe_reader *r, char __user *buf, size_t n)
{
	n = min_t(size_t, n, r->len - r->at);
	if (copy_to_user(buf, r->part + r->at, n))
		return -EFAULT;
	r->at += n;
	if (r->at == r->len) {
		r->at = 0;
		kc_store(&r->len, 0);
	}
	return n;
}

static ssize_t pipe_read(struct file *file, char __user *buf, size_t n,
			 loff_t *pos)
{
	struct pipe_reader *r = file->private_data;
	int nonblock = file->f_flags & O_NONBLOCK;
	ssize_t ret;

	if (!n)
		return 0;
	/* Another thread may wait in a read. */
	if (nonblock && !mutex_trylock(&r->lock))
		return -EAGAIN;
	if (!nonblock && mutex_lock_interruptible(&r->lock))
		return -ERESTARTSYS;
	ret = r->len ? 0 : pipe_fill(r, n, nonblock);
	if (!ret)
		ret = pipe_give(r, buf, n);
	mutex_unlock(&r->lock);
	return ret;
}

static kc_poll_t pipe_poll(struct file *file, poll_table *wait)
{
	const struct pipe_reader *r = file->private_data;

	poll_wait(file, &gtp_pipe_wait, wait);
	kc_mb();	/* for those who wake */
	return kc_load(&r->len) || gtp_pipe_ready() ? KC_POLL_IN : 0;
}

const struct file_operations dev_pipe_fops = {
	.owner = THIS_MODULE,
	.open = pipe_open,
	.release = pipe_release,
	.read = pipe_read,
	.poll = pipe_poll,
};
