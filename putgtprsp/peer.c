/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which process of this machine is at the other end of a session's line.
 *
 * Of a Unix socket the kernel tells. The other end of a TCP connection is, if
 * it is here, a line of /proc/net/tcp or tcp6, with our two addresses the other
 * way round; whoever has that line's inode open in /proc/PID/fd is the process.
 */
#include "putgtprsp.h"

#include <dirent.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../dev/ioctl.h"

/* An IPv4 address as IPv6 has it: the two ends need not agree on the family. */
struct address {
	struct in6_addr ip;
	unsigned int port;
};

struct ends {
	struct address local, remote;
};

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

/* Fails for what is no TCP socket. */
static int get_address(int get(int, struct sockaddr *, socklen_t *), int fd,
		       struct address *a)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
		struct sockaddr_storage room;
	} u;
	socklen_t len = sizeof(u);

	if (get(fd, &u.any, &len))
		return -1;
	if (u.any.sa_family == AF_INET) {
		set_v4(a, &u.v4.sin_addr);
		a->port = ntohs(u.v4.sin_port);
		return 0;
	}
	if (u.any.sa_family == AF_INET6) {
		a->ip = u.v6.sin6_addr;
		a->port = ntohs(u.v6.sin6_port);
		return 0;
	}
	return -1;
}

/* Whoever speaks to an address of this machine speaks from that address. */
static int is_local(const struct ends *e)
{
	int v4_loop = IN6_IS_ADDR_V4MAPPED(&e->remote.ip) &&
		      e->remote.ip.s6_addr[12] == 127;

	return v4_loop || !memcmp(&e->local.ip, &e->remote.ip,
				  sizeof(e->local.ip));
}

/* An address there is words in hex, each as this machine has it in memory. */
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

/* The inode of the socket whose ends are these, or 0. */
static unsigned long find_inode(const char *table, const struct ends *e)
{
	char line[512], local[33], remote[33];
	unsigned int local_port, remote_port;
	unsigned long inode, found = 0;
	struct ends its;
	FILE *f;

	f = fopen(table, "r");
	if (!f)
		return 0;
	while (!found && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%*s %32[^:]:%x %32[^:]:%x %*s %*s %*s %*s %*s %*s %lu",
			   local, &local_port, remote, &remote_port,
			   &inode) == 5 &&
		    !parse_address(local, local_port, &its.local) &&
		    !parse_address(remote, remote_port, &its.remote) &&
		    same(&its.local, &e->remote) && same(&its.remote, &e->local))
			found = inode;
	}
	fclose(f);
	return found;
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

/* A process other than ourselves that has the socket open, or 0. */
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

/* The process at the other end of fd, or 0 if it is not here or not known. */
static int find_peer(int fd)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);
	unsigned long inode;
	struct ends e;

	if (get_address(getpeername, fd, &e.remote) ||
	    get_address(getsockname, fd, &e.local)) {
		if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len))
			return 0;
		return cred.pid;
	}
	if (!is_local(&e))
		return 0;
	inode = find_inode("/proc/net/tcp", &e);
	if (!inode)
		inode = find_inode("/proc/net/tcp6", &e);
	return inode ? find_process(inode) : 0;
}

/*
 * GDB's own hits are not the user's, so the device is told who GDB is, if it
 * is on this machine. Not before GDB has sent something: a connection that has
 * not been accepted yet is nobody's. A device that does not want to know is
 * none of ours, or older.
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
