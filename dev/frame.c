/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The node gtpframe: the trace as a file, for `target tfile'.
 */
#include <linux/sched.h>	/* first: RHEL 6's fs.h needs its types */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/ptrace.h>	/* signals, also since 4.11 */
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "compat/node.h"
#include "dev/dev.h"
#include "dev/frame.h"
#include "trace/target/target.h"

#define PART	32768	/* bytes to read at a time */

/* An open file. */
struct frame_reader {
	struct mutex lock;	/* one read or seek at a time */
	struct gtp_tfile *tfile;
	u8 part[PART];		/* gtp.lock is not held while this is copied */
};

/* An open file pins the module. */
static int frame_open(struct inode *inode, struct file *file)
{
	struct frame_reader *r;
	int ret;

	ret = dev_permitted();
	if (ret)
		return ret;
	if (!try_module_get(THIS_MODULE))
		return -ENODEV;
	r = vmalloc(sizeof(*r));
	if (!r) {
		module_put(THIS_MODULE);
		return -ENOMEM;
	}
	mutex_init(&r->lock);
	r->tfile = gtp_tfile_open();
	if (IS_ERR(r->tfile)) {
		ret = PTR_ERR(r->tfile);
		vfree(r);
		module_put(THIS_MODULE);
		return ret;
	}
	file->private_data = r;
	return 0;
}

static int frame_release(struct inode *inode, struct file *file)
{
	struct frame_reader *r = file->private_data;

	gtp_tfile_close(r->tfile);
	vfree(r);
	module_put(THIS_MODULE);
	return 0;
}

/* Read the first bytes. Return how many, 0 at the end, or a negative errno. */
static ssize_t frame_read_part(struct frame_reader *r, char __user *buf,
			       size_t n, loff_t pos)
{
	ssize_t ret;

	if (mutex_lock_interruptible(&r->lock))
		return -ERESTARTSYS;
	ret = gtp_tfile_read(r->tfile, pos, r->part, min_t(size_t, n, PART));
	if (ret > 0 && copy_to_user(buf, r->part, ret))
		ret = -EFAULT;
	mutex_unlock(&r->lock);
	return ret;
}

static ssize_t frame_read(struct file *file, char __user *buf, size_t n,
			  loff_t *pos)
{
	size_t done = 0;
	ssize_t ret = 0;

	while (done < n) {
		ret = signal_pending(current) ? -ERESTARTSYS :
			frame_read_part(file->private_data, buf + done,
					n - done, *pos);
		if (ret <= 0)
			break;
		done += ret;
		*pos += ret;
	}
	return done ? done : ret;
}

static loff_t frame_llseek(struct file *file, loff_t off, int whence)
{
	struct frame_reader *r = file->private_data;
	loff_t base = 0;

	if (mutex_lock_interruptible(&r->lock))
		return -ERESTARTSYS;
	switch (whence) {
	case SEEK_SET:
		break;
	case SEEK_CUR:
		base = file->f_pos;
		break;
	case SEEK_END:
		base = gtp_tfile_size(r->tfile);
		break;
	default:
		base = -EINVAL;
		break;
	}
	if (base >= 0) {
		base = base + off < 0 ? -EINVAL : base + off;
		if (base >= 0)
			file->f_pos = base;
	}
	mutex_unlock(&r->lock);
	return base;
}

const struct file_operations dev_frame_fops = {
	.owner = THIS_MODULE,
	.open = frame_open,
	.release = frame_release,
	.read = frame_read,
	.llseek = frame_llseek,
};
