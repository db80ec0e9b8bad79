/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The device `gtp', in /proc and in debugfs: it moves bytes between GDB and
 * gtp_serve().
 */
#ifndef DEV_DEV_H
#define DEV_DEV_H

enum dev_transport {
	DEV_AUTO,	/* /proc, and debugfs where there is one */
	DEV_PROC,
	DEV_DEBUGFS,
};

/* Process context; sleeps.  0 or a negative errno. */
int dev_init(enum dev_transport transport);
void dev_exit(void);

/*
 * Process context.  May the caller see the kernel's memory?  0, or a negative
 * errno, for every node.
 */
int dev_permitted(void);

#endif
