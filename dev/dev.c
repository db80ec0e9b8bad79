/* SPDX-License-Identifier: GPL-2.0 */
#include <linux/sched.h>	/* first: RHEL 6's fs.h needs its types */
#include <linux/capability.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/string.h>
#include <linux/termios.h>
#include <linux/uaccess.h>

#include "compat/barrier.h"
#include "compat/lockdown.h"
#include "compat/log.h"
#include "compat/node.h"
#include "dev/dev.h"
#include "dev/frame.h"
#include "dev/ioctl.h"
#include "dev/pipe.h"
#include "dev/session.h"
#include "dev/stat.h"

static DEFINE_MUTEX(dev_lock);	/* guards opening and closing */
static struct session session;

/*
 * A process may open the device once for both directions, or once for each, as
 * a shell does for `nc ... < /proc/gtp > /proc/gtp'.
 * Context: process, holds dev_lock.
 */
static int dev_join(const struct file *file)
{
	int reads = !!(file->f_mode & FMODE_READ);
	int writes = !!(file->f_mode & FMODE_WRITE);
	int busy = session.readers || session.writers;
	int ret;

	if (busy && (session.tgid != current->tgid ||
		     (reads && session.readers) || (writes && session.writers) ||
		     session.had_writer))
		return -EBUSY;
	if (!busy) {
		ret = session_begin(&session);
		if (ret)
			return ret;
		ret = gtp_open(current->tgid);
		if (ret) {
			session_end(&session);
			return ret;
		}
		session.tgid = current->tgid;
	}
	session.readers += reads;
	kc_store(&session.writers, session.writers + writes);
	return 0;
}

int dev_permitted(void)
{
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	return kc_locked_down();
}

static int dev_open(struct inode *inode, struct file *file)
{
	int ret;

	/* Access mode 3 is for ioctl() only. */
	if (!(file->f_mode & (FMODE_READ | FMODE_WRITE)))
		return -EINVAL;
	ret = dev_permitted();
	if (ret)
		return ret;
	if (!try_module_get(THIS_MODULE))
		return -ENODEV;
	/* The previous session may still be ending. */
	ret = mutex_lock_interruptible(&dev_lock) ? -ERESTARTSYS : 0;
	if (!ret) {
		ret = dev_join(file);
		mutex_unlock(&dev_lock);
	}
	if (ret) {
		module_put(THIS_MODULE);
		return ret;
	}
	return nonseekable_open(inode, file);
}

static int dev_release(struct inode *inode, struct file *file)
{
	mutex_lock(&dev_lock);
	if (file->f_mode & FMODE_READ)
		session.readers--;
	if (file->f_mode & FMODE_WRITE) {
		kc_store(&session.writers, session.writers - 1);
		kc_store(&session.had_writer, 1);
	}
	if (!session.readers && !session.writers) {
		gtp_close();
		session_end(&session);
	}
	mutex_unlock(&dev_lock);
	/* A remaining reader gets what is left, and then end of file. */
	wake_up_interruptible(&session.wait);
	module_put(THIS_MODULE);
	return 0;
}

static int dev_at_end(void)
{
	return (kc_load(&session.had_writer) && !kc_load(&session.writers)) ||
		kc_load(&session.err);
}

static ssize_t dev_read(struct file *file, char __user *buf, size_t n,
			loff_t *pos)
{
	ssize_t ret;

	if (!n)
		return 0;
	/* Another reader of this session may have been faster. */
	while (!(ret = session_output(&session, buf, n))) {
		if (dev_at_end() && !session_has_output(&session))
			return 0;
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		ret = wait_event_interruptible(session.wait,
					       session_has_output(&session) ||
					       dev_at_end());
		if (ret)
			return ret;
	}
	return ret;
}

/* Wait while a packet of another writer is served, unless O_NONBLOCK. */
static int dev_lock_input(const struct file *file)
{
	if (file->f_flags & O_NONBLOCK)
		return mutex_trylock(&session.in_lock) ? 0 : -EAGAIN;
	return mutex_lock_interruptible(&session.in_lock) ? -ERESTARTSYS : 0;
}

/* Take the first bytes of buf. Return how many, or a negative errno. */
static ssize_t dev_write_part(const struct file *file, const char __user *buf,
			      size_t n)
{
	char part[256];
	ssize_t ret;

	n = min_t(size_t, n, sizeof(part));
	if (copy_from_user(part, buf, n))
		return -EFAULT;
	ret = dev_lock_input(file);
	if (ret)
		return ret;
	ret = session_input(&session, part, n);
	mutex_unlock(&session.in_lock);
	return ret;
}

static ssize_t dev_write(struct file *file, const char __user *buf, size_t n,
			 loff_t *pos)
{
	size_t done = 0;
	ssize_t ret = 0;

	while (done < n) {
		ret = signal_pending(current) ? -ERESTARTSYS :
			dev_write_part(file, buf + done, n - done);
		if (ret > 0) {
			done += ret;
			cond_resched();
			continue;
		}
		/* 0: a reply must be read first. */
		if (!ret && (file->f_flags & O_NONBLOCK))
			ret = -EAGAIN;
		if (!ret)
			ret = wait_event_interruptible(session.wait,
						session_has_room(&session) ||
						kc_load(&session.err));
		if (ret)
			break;
	}
	return done ? done : ret;
}

static kc_poll_t dev_poll(struct file *file, poll_table *wait)
{
	kc_poll_t mask = 0;

	poll_wait(file, &session.wait, wait);
	kc_mb();	/* for session_wake() */
	if (session_has_output(&session) || dev_at_end())
		mask |= KC_POLL_IN;
	if (session_has_room(&session) || kc_load(&session.err))
		mask |= KC_POLL_OUT;
	return mask;
}

int gtp_check_session(void)
{
	return session_check(&session);
}

static long dev_set_peer(const void __user *arg)
{
	struct gtp_peer p;

	if (copy_from_user(&p, arg, sizeof(p)))
		return -EFAULT;
	if (p.self != current->tgid)
		return -ESRCH;
	if (p.peer <= 0)
		return -EINVAL;
	return gtp_set_peer(p.peer);
}

/*
 * GDB opens the path of `target remote' as a serial line and configures it,
 * which does nothing here. A 32-bit program on a 64-bit kernel uses the same
 * numbers and structures, and its pointers need no conversion.
 */
static long dev_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case TCGETS:
		return clear_user((void __user *)arg, sizeof(struct termios)) ?
			-EFAULT : 0;
#ifdef TCGETS2
	case TCGETS2:
		return clear_user((void __user *)arg, sizeof(struct termios2)) ?
			-EFAULT : 0;
	case TCSETS2:
	case TCSETSW2:
	case TCSETSF2:
#endif
	case TCSETS:
	case TCSETSW:
	case TCSETSF:
	case TCFLSH:
		return 0;
	case GTP_IOC_PEER:
		return dev_set_peer((const void __user *)arg);
	default:
		return -ENOTTY;
	}
}

static const struct file_operations dev_fops = {
	.owner = THIS_MODULE,
	.open = dev_open,
	.release = dev_release,
	.read = dev_read,
	.write = dev_write,
	.poll = dev_poll,
	.unlocked_ioctl = dev_ioctl,
	.compat_ioctl = dev_ioctl,
};

static struct kc_node dev_nodes[] = {
	{ .name = "gtp", .mode = 0600, .fops = &dev_fops },
	{ .name = "gtpstat", .mode = 0400, .fops = &dev_stat_fops },
	{ .name = "gtpframe", .mode = 0400, .fops = &dev_frame_fops },
	{ .name = "gtpframe_pipe", .mode = 0400, .fops = &dev_pipe_fops },
};

static int dev_create(struct kc_node *node, enum dev_transport transport)
{
	int ret;

	if (transport != DEV_DEBUGFS) {
		ret = kc_node_proc(node);
		if (ret) {
			kc_err("cannot create /proc/%s (errno %d)\n",
			       node->name, -ret);
			return ret;
		}
	}
	if (transport == DEV_PROC)
		return 0;
	ret = kc_node_debugfs(node);
	if (!ret)
		return 0;
	if (transport == DEV_DEBUGFS) {
		kc_err("cannot create %s in debugfs (errno %d)\n", node->name,
		       -ret);
		return ret;
	}
	kc_info("no debugfs (errno %d): only /proc/%s\n", -ret, node->name);
	return 0;
}

int dev_init(enum dev_transport transport)
{
	unsigned int i;
	int ret = 0;

	mutex_init(&session.in_lock);
	mutex_init(&session.get_lock);
	mutex_init(&session.out_lock);
	init_waitqueue_head(&session.wait);
	for (i = 0; !ret && i < ARRAY_SIZE(dev_nodes); i++)
		ret = dev_create(&dev_nodes[i], transport);
	return ret;
}

void dev_exit(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(dev_nodes); i++)
		kc_node_remove(&dev_nodes[i]);
}
