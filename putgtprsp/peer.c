/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Find the process and the user at the local other end of a connection.
 *
 * For a Unix socket the kernel knows the process. The local peer of a TCP
 * connection is a line of /proc/net/tcp or tcp6 with our two addresses swapped.
 * Its uid is that of the socket's creator; the process is the one that has its
 * inode open in /proc/PID/fd.
 *
 * Unlike a Unix socket, a port has no mode: any user of this machine can
 * connect to it, and so can the web pages that they open.
 */
#include "putgtprsp.h"

#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../dev/ioctl.h"

/* IPv4 addresses are v4-mapped: the two ends may use different families. */
struct address {
	struct in6_addr ip;
	unsigned int port;
	unsigned int scope;
};

struct ends {
	struct address local, remote;
};

/* A line of /proc/net/tcp. */
struct line {
	unsigned long inode;
	unsigned int uid;
};

union name {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_storage room;
};

#define MAX_UIDS	64

static unsigned long uids[MAX_UIDS];
static unsigned int nr_uids;
static int any_uid;

static void set_v4(struct address *a, const void *ip)
{
	memset(&a->ip, 0, sizeof(a->ip));
	a->ip.s6_addr[10] = 0xff;
	a->ip.s6_addr[11] = 0xff;
	memcpy(&a->ip.s6_addr[12], ip, 4);
}

static int same(const struct address *a, const struct address *b)
{
	return a->port == b->port && !memcmp(&a->ip, &b->ip, sizeof(a->ip));
}

/* Fails if fd is not a TCP socket. */
static int get_address(int get(int, struct sockaddr *, socklen_t *), int fd,
		       struct address *a)
{
	union name u;
	socklen_t len = sizeof(u);

	if (get(fd, &u.any, &len))
		return -1;
	if (u.any.sa_family == AF_INET) {
		set_v4(a, &u.v4.sin_addr);
		a->port = ntohs(u.v4.sin_port);
		a->scope = 0;
		return 0;
	}
	if (u.any.sa_family == AF_INET6) {
		a->ip = u.v6.sin6_addr;
		a->port = ntohs(u.v6.sin6_port);
		a->scope = u.v6.sin6_scope_id;
		return 0;
	}
	return -1;
}

/*
 * Is this an address of this machine? If so, a datagram sent to it would have
 * it as its source address, too. connect() on a datagram socket sends nothing;
 * port 9 is arbitrary.
 */
static int is_ours(const struct address *a)
{
	struct address source;
	socklen_t len;
	union name u;
	int fd, found;

	memset(&u, 0, sizeof(u));
	if (IN6_IS_ADDR_V4MAPPED(&a->ip)) {
		u.v4.sin_family = AF_INET;
		memcpy(&u.v4.sin_addr, &a->ip.s6_addr[12], 4);
		u.v4.sin_port = htons(9);
		len = sizeof(u.v4);
	} else {
		u.v6.sin6_family = AF_INET6;
		u.v6.sin6_addr = a->ip;
		u.v6.sin6_scope_id = a->scope;
		u.v6.sin6_port = htons(9);
		len = sizeof(u.v6);
	}
	fd = socket(u.any.sa_family, SOCK_DGRAM, 0);
	if (fd < 0)
		return 1;	/* unknown: assume local, the safe side */
	found = !connect(fd, &u.any, len) &&
		!get_address(getsockname, fd, &source) &&
		!memcmp(&source.ip, &a->ip, sizeof(a->ip));
	close(fd);
	return found;
}

/* Is the peer on this machine? */
static int is_local(const struct ends *e)
{
	int v4_loop = IN6_IS_ADDR_V4MAPPED(&e->remote.ip) &&
		      e->remote.ip.s6_addr[12] == 127;

	return v4_loop || !memcmp(&e->local.ip, &e->remote.ip,
				  sizeof(e->local.ip)) || is_ours(&e->remote);
}

/* /proc/net/tcp prints an address as hex words in host byte order. */
static int parse_address(const char *hex, unsigned int port, struct address *a)
{
	unsigned int word[4];
	int n = sscanf(hex, "%8x%8x%8x%8x", &word[0], &word[1], &word[2],
		       &word[3]);

	a->port = port;
	if (n == 1)
		set_v4(a, word);
	else if (n == 4)
		memcpy(&a->ip, word, sizeof(a->ip));
	else
		return -1;
	return 0;
}

/*
 * Find the peer's socket in a table. Returns 1 or 0. A socket without an inode
 * (not yet accepted, or closed) does not count: it has no owner, and its uid of
 * 0 does not mean root.
 */
static int find_in(const char *table, const struct ends *e, struct line *l)
{
	char line[512], local[33], remote[33];
	unsigned int local_port, remote_port;
	struct ends its;
	int found = 0;
	FILE *f;

	f = fopen(table, "r");
	if (!f)
		return 0;
	while (!found && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%*s %32[^:]:%x %32[^:]:%x %*s %*s %*s %*s %u %*s %lu",
			   local, &local_port, remote, &remote_port,
			   &l->uid, &l->inode) == 6 &&
		    !parse_address(local, local_port, &its.local) &&
		    !parse_address(remote, remote_port, &its.remote) &&
		    same(&its.local, &e->remote) && same(&its.remote, &e->local))
			found = l->inode != 0;
	}
	fclose(f);
	return found;
}

static int find_line(const struct ends *e, struct line *l)
{
	return find_in("/proc/net/tcp", e, l) ||
	       find_in("/proc/net/tcp6", e, l);
}

/* Fails if fd is not a TCP connection. */
static int get_ends(int fd, struct ends *e)
{
	return get_address(getpeername, fd, &e->remote) ||
	       get_address(getsockname, fd, &e->local) ? -1 : 0;
}

static int has_open(const char *pid, const char *link)
{
	char path[NAME_LEN], target[64];
	struct dirent *d;
	int found = 0;
	ssize_t n;
	DIR *fds;

	snprintf(path, sizeof(path), "/proc/%.16s/fd", pid);
	fds = opendir(path);
	if (!fds)
		return 0;
	while (!found && (d = readdir(fds))) {
		snprintf(path, sizeof(path), "/proc/%.16s/fd/%.16s", pid,
			 d->d_name);
		n = readlink(path, target, sizeof(target) - 1);
		if (n < 0)
			continue;
		target[n] = '\0';
		found = !strcmp(target, link);
	}
	closedir(fds);
	return found;
}

/* A process other than this one that has the socket open, or 0. */
static int find_process(unsigned long inode)
{
	char link[64];
	struct dirent *d;
	int pid, found = 0;
	DIR *proc;

	snprintf(link, sizeof(link), "socket:[%lu]", inode);
	proc = opendir("/proc");
	if (!proc)
		return 0;
	while (!found && (d = readdir(proc))) {
		pid = atoi(d->d_name);
		if (pid > 0 && pid != getpid() && has_open(d->d_name, link))
			found = pid;
	}
	closedir(proc);
	return found;
}

/* The process at the other end of fd, or 0 if it is remote or unknown. */
static int find_peer(int fd)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);
	struct ends e;
	struct line l;

	if (get_ends(fd, &e)) {
		if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len))
			return 0;
		return cred.pid;
	}
	return find_line(&e, &l) ? find_process(l.inode) : 0;
}

/* Parse --allow-uid. Returns 0, or -1 after reporting an error. */
int allow_uids(const char *list)
{
	const char *whole = list;
	size_t len;

	if (!strcmp(list, "any")) {
		any_uid = 1;
		return 0;
	}
	for (;; list += len + 1) {
		len = strcspn(list, ",");
		/* 2^32 - 1 is not a valid uid. */
		if (!len || len > 10 || strspn(list, "0123456789") != len ||
		    strtoul(list, NULL, 10) >= 0xffffffffUL) {
			complain("bad list of users '%s': UID[,UID...] or any is expected, numbers as id -u prints them",
				 whole);
			return -1;
		}
		if (nr_uids == MAX_UIDS) {
			complain("more than %d users: use --allow-uid any",
				 MAX_UIDS);
			return -1;
		}
		uids[nr_uids++] = strtoul(list, NULL, 10);
		if (!list[len])
			return 0;
	}
}

static int uid_allowed(unsigned int uid)
{
	unsigned int i;

	for (i = 0; i < nr_uids; i++)
		if (uids[i] == uid)
			return 1;
	return any_uid || uid == 0 || uid == geteuid() || uid == getuid();
}

int peer_is_tcp(int fd)
{
	struct ends e;

	return !get_ends(fd, &e);
}

/*
 * Is the user at the other end of fd allowed? Returns 0, or -1 after reporting
 * a refusal. Peers on other machines are allowed; the listener has warned about
 * that. Unix sockets and pipes are allowed: they have a mode and an owner.
 */
int peer_allowed(int fd, const char *name)
{
	struct ends e;
	struct line l;

	if (any_uid || get_ends(fd, &e))
		return 0;
	if (find_line(&e, &l)) {
		if (uid_allowed(l.uid))
			return 0;
		complain("hung up on %s: that is user %u of this machine; to let that user in, add --allow-uid %u, or use -u",
			 name, l.uid, l.uid);
		return -1;
	}
	if (!is_local(&e))
		return 0;
	complain("hung up on %s: /proc/net/tcp does not tell which user of this machine that is; use -u, or add --allow-uid any",
		 name);
	return -1;
}

/*
 * Tell the device which local process is GDB, so that it does not trace GDB's
 * own hits. Call this only after the peer has sent something: a connection that
 * has not been accepted yet has no owner. The ioctl fails on older modules and
 * on devices that are not ours; ignore that.
 */
void tell_peer(int dev, int fd)
{
	struct gtp_peer p;

	p.self = getpid();
	p.peer = find_peer(fd);
	if (p.peer <= 0)
		return;
	note("our peer is process %d", p.peer);
	if (!ioctl(dev, GTP_IOC_PEER, &p))
		note("hits by it are not traced");
}
