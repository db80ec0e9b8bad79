/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The guest's multi-call program.  It must run on 2.6.18: static musl, and no
 * newer system call without a fallback.
 */
#ifndef KGTP_GUEST_H
#define KGTP_GUEST_H

int init_main(int argc, char **argv);
int crowd_main(int argc, char **argv);
int load_main(int argc, char **argv);
int rawtty_main(int argc, char **argv);
int talk_main(int argc, char **argv);
int tcp_main(int argc, char **argv);

/* Open a tty as a clean 8-bit pipe: no echo, no signals, no flow control. */
int open_raw_tty(const char *path);

/* write(2) all of it; 0, or -1 with errno. */
int write_all(int fd, const void *data, unsigned long len);

#endif
