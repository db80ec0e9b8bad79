/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The device's ioctl. putgtprsp includes this file, too.
 */
#ifndef DEV_IOCTL_H
#define DEV_IOCTL_H

#ifdef __KERNEL__
#include <linux/ioctl.h>
#else
#include <sys/ioctl.h>
#endif

/* Process numbers (tgid) in the caller's pid namespace. */
struct gtp_peer {
	int self;	/* the caller */
	int peer;	/* other end of its line: GDB */
};

/*
 * Treat hits of the peer as the session's own, until the session ends or the
 * next call. Errors: EFAULT; EINVAL if peer is not a process number; ESRCH if
 * self is not the caller, as the numbers are then of another namespace.
 */
#define GTP_IOC_PEER	_IOW('g', 1, struct gtp_peer)

#endif
