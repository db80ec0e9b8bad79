/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The device `gtp' in /proc and debugfs: moves bytes between GDB and
 * gtp_serve().
 */
#ifndef DEV_DEV_H
#define DEV_DEV_H

enum dev_transport {
	DEV_AUTO,	/* /proc, and debugfs if there is one */
	DEV_PROC,
	DEV_DEBUGFS,
};

/* Return 0 or a negative errno. Context: process; sleeps. */
int dev_init(enum dev_transport transport);
void dev_exit(void);

/*
 * May the caller see kernel memory? Applies to all nodes. Return 0 or a
 * negative errno.
 * Context: process.
 */
int dev_permitted(void);

#endif
