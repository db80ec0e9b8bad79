/* SPDX-License-Identifier: GPL-2.0 */
/*
 * putgtprsp - relay between KGTP's device and GDB
 *
 * putgtprsp.c	options, the four modes of the relay, and what needs no GDB
 * door.c	admission by the peer's first byte
 * relay.c	the session: one poll loop, one bounded buffer per direction
 * scan.c	finds packets in the byte stream (log, replies still owed)
 * device.c	finds the device and explains why it cannot be opened
 * peer.c	finds the local process and user behind a connection
 * net.c	addresses, listening, accepting, connecting
 * undo.c	signals, messages, and cleanup at exit
 * recorder.c	putgtprsp --record: see recorder.h
 *
 * record.c	-r: finds the set-up in a session's packets
 * experiment.c	the file of an experiment: written, read
 * dry.c	--dry: a target without a kernel, for preparing an experiment
 * vmlinux.c	what --dry needs of a vmlinux
 * replay.c	-f, --check, --start, --stop, --status: GDB's side of a session
 * names.c	symbols of the running kernel
 *
 * Must build with gcc 4.1 (gnu89) and run on Linux 2.6.18: no accept4, pipe2,
 * SOCK_CLOEXEC, signalfd, ppoll or epoll, and no clock_gettime (needs -lrt
 * before glibc 2.17).
 */
#ifndef PUTGTPRSP_H
#define PUTGTPRSP_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <stddef.h>

#include "../rsp/features.h"

typedef unsigned long long u64;

/* Exit statuses other than 0. */
#define EXIT_TROUBLE	1
#define EXIT_USAGE	2
#define EXIT_NO_RUN	3	/* --status */

#define NAME_LEN	512

/* putgtprsp.c: print lines up to NULL. Returns an exit status. */
int print(const char * const *lines);

/* undo.c */
extern int verbose;
void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_line(const char *text);
int set_nonblock(int fd);
int fill_std_fds(void);
int signals_setup(void);
int signals_fd(void);
int signals_caught(void);
void signals_reraise(void);
void undo_all(void);
void undo_socket_path(const char *path);
int stdio_nonblock(void);
int stdin_raw(void);

/* device.c */
int device_open(const char *path, const char **name);
int device_look(const char *path);

/* peer.c */
int allow_uids(const char *list);
int peer_is_tcp(int fd);
int peer_allowed(int fd, const char *name);
void tell_peer(int dev, int fd);

/* net.c */
struct endpoint {
	char host[256];
	char port[8];
};

int parse_endpoint(const char *arg, int port_alone, struct endpoint *ep);
int tcp_listen(const struct endpoint *ep);
int tcp_connect(const struct endpoint *ep);
int unix_listen(const char *path);
int next_client(int lsn, char *name);
void refuse_client(int lsn);
void hang_up(int fd, int wait_ms);

/* scan.c */
#define SCAN_KEEP	160	/* bytes of a packet that the log shows */
#define SCAN_TEXT	(RSP_PACKET_SIZE + 1)

struct scan {
	int from_gdb;
	int *owed;		/* replies that the device still owes GDB */
	/* Called for each packet with a good checksum; may be NULL. */
	void (*got)(const struct scan *s);
	int state;
	char lead;
	unsigned char sum;
	char digits[3];
	unsigned long len;
	unsigned long packets;	/* complete packets so far */
	unsigned char text[SCAN_TEXT];	/* its start; NUL-terminated for got() */
};

void scan_init(struct scan *s, int from_gdb, int *owed);
void scan_feed(struct scan *s, const unsigned char *p, size_t n);
void scan_end(struct scan *s);
int scan_busy(const struct scan *s);

/* experiment.c */
/* A kernel, as its target and its vmlinux tell. Empty and 0: unknown. */
struct kernel {
	char release[72];	/* uname -r */
	char version[640];	/* /proc/version */
	char build_id[132];	/* hex */
	char machine[24];	/* GDB's name of the architecture */
	u64 text;		/* where _text is */
	u64 linked;		/* and where it was linked */
};

struct lines {
	char **line;
	unsigned int *number;	/* in the file */
	unsigned int nr;
};

enum addresses {
	ADDR_FIXED,		/* as they were while _text was where it was */
	ADDR_TEXT,		/* <_text+OFFSET:DIGITS> */
	ADDR_NAMES,		/* <NAME:DIGITS> */
};

struct experiment {
	struct kernel kernel;
	enum addresses addresses;
	struct lines packets;
};

int is_setup(const char *packet);
int add_line(struct lines *l, const char *text, size_t len, unsigned int number);
void clear_lines(struct lines *l);
u64 hex_number(const char *digits, const char **end);
size_t unhex(const char *hex, char *text, size_t size);
void kernel_local(struct kernel *k);
int kernel_from_xml(struct kernel *k, const char *xml);
int experiment_write(const char *path, const struct kernel *k,
		     const struct lines *packets);
int experiment_read(const char *path, struct experiment *e);

/* names.c */
int name_find(const char *name, u64 *addr, const char **why);

/* record.c */
void record_begin(const char *path, const struct kernel *k);
void record_attach(struct scan *down, struct scan *up);
int record_end(void);

/* vmlinux.c */
int vmlinux_open(const char *path, struct kernel *k);
u64 vmlinux_base(void);
size_t vmlinux_read(u64 addr, unsigned char *buf, size_t size);

/* dry.c */
int dry_open(const char *vmlinux, u64 offset, struct kernel *k);

/* replay.c */
struct request {
	const char *file;	/* -f, or NULL */
	int check, start, stop, status, force;
};

int serve_request(const struct request *q, int dev, const char *dev_name);

/* door.c */
#define PACKET_MS	5000	/* limit for the first byte and each packet */

struct door {
	int in;
	int strict;		/* other clients may queue behind this peer */
	unsigned long since;	/* ticks: start of the wait for a packet */
	unsigned long heard;	/* ticks: arrival of the first byte */
	const char *name;	/* of the peer, for messages */
};

long door_wait(struct door *d, unsigned char *buf, size_t size);

/* relay.c */
#define BUF_SIZE	65536

unsigned long now_ticks(void);
unsigned long ms_since(unsigned long ticks);
unsigned char *relay_first(void);
int relay_session(int dev, const char *dev_name, const struct door *d, size_t n,
		  int out, int lsn);

#endif
