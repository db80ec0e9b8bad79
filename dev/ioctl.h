/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What putgtprsp tells the device beside bytes; it includes this file, too.
 */
#ifndef DEV_IOCTL_H
#define DEV_IOCTL_H

#ifdef __KERNEL__
#include <linux/ioctl.h>
#else
#include <sys/ioctl.h>
#endif

/* Numbers of processes (tgid), as the caller's pid namespace has them. */
struct gtp_peer {
	int self;	/* the caller */
	int peer;	/* the one at the other end of its line: GDB */
};

/*
 * Hits by the peer, too, are the session's own.  Until the session ends, or
 * the next call.  Errors: EFAULT; EINVAL if peer is none; ESRCH if self is
 * not the caller, because then the numbers are those of another namespace.
 */
#define GTP_IOC_PEER	_IOW('g', 1, struct gtp_peer)

#endif
