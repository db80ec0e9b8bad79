/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sockets: addresses, listening, accepting one client, refusing a second one,
 * connecting out. Functions that fail have reported the reason.
 */
#include "putgtprsp.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define LOOPBACK "127.0.0.1"

static int set_port(struct endpoint *ep, const char *port, int lowest)
{
	size_t digits = strspn(port, "0123456789");

	if (!digits || digits > 5 || port[digits] || atoi(port) > 65535 ||
	    atoi(port) < lowest) {
		complain("bad port '%s': a number from %d to 65535 is expected",
			 port, lowest);
		return -1;
	}
	sprintf(ep->port, "%d", atoi(port));
	return 0;
}

/*
 * HOST:PORT, [V6]:PORT, :PORT and, for listening (port_alone), PORT. No host
 * means loopback, never the wildcard address.
 */
int parse_endpoint(const char *arg, int port_alone, struct endpoint *ep)
{
	const char *host = arg, *colon = strrchr(arg, ':');
	size_t len;

	if (!colon) {
		if (!port_alone) {
			complain("bad address '%s': HOST:PORT is expected", arg);
			return -1;
		}
		strcpy(ep->host, LOOPBACK);
		return set_port(ep, arg, 0);
	}
	len = colon - arg;
	if (len && arg[0] == '[') {
		if (len < 3 || arg[len - 1] != ']') {
			complain("bad address '%s': [V6ADDRESS]:PORT is expected",
				 arg);
			return -1;
		}
		host++;
		len -= 2;
	} else if (memchr(arg, ':', len)) {
		complain("bad address '%s': an IPv6 address goes into brackets, [V6ADDRESS]:PORT",
			 arg);
		return -1;
	}
	if (len >= sizeof(ep->host)) {
		complain("bad address: the host name is too long");
		return -1;
	}
	memcpy(ep->host, host, len);
	ep->host[len] = '\0';
	if (!len)
		strcpy(ep->host, LOOPBACK);
	return set_port(ep, colon + 1, port_alone ? 0 : 1);
}

/* A lookup can be slow; call it before signals_setup() so that ^C works. */
static struct addrinfo *lookup(const struct endpoint *ep)
{
	struct addrinfo hints, *list = NULL;
	int err;

	memset(&hints, 0, sizeof(hints));
	hints.ai_family = AF_UNSPEC;
	hints.ai_socktype = SOCK_STREAM;
	err = getaddrinfo(ep->host, ep->port, &hints, &list);
	if (err) {
		complain("host '%s' not found: %s", ep->host,
			 err == EAI_SYSTEM ? strerror(errno) : gai_strerror(err));
		return NULL;
	}
	return list;
}

static void name_address(const struct sockaddr *sa, socklen_t len, char *name)
{
	char host[256], port[16];

	if (sa->sa_family == AF_UNIX ||
	    getnameinfo(sa, len, host, sizeof(host), port, sizeof(port),
			NI_NUMERICHOST | NI_NUMERICSERV))
		strcpy(name, "a Unix socket");
	else if (sa->sa_family == AF_INET6)
		snprintf(name, NAME_LEN, "[%s]:%s", host, port);
	else
		snprintf(name, NAME_LEN, "%s:%s", host, port);
}

static int is_loopback(const struct sockaddr *sa)
{
	const unsigned char *b;

	if (sa->sa_family == AF_INET) {
		b = (const void *)&((const struct sockaddr_in *)sa)->sin_addr;
		return b[0] == 127;
	}
	if (sa->sa_family == AF_INET6) {
		const struct in6_addr *a;

		a = &((const struct sockaddr_in6 *)sa)->sin6_addr;
		return IN6_IS_ADDR_LOOPBACK(a) ||
		       (IN6_IS_ADDR_V4MAPPED(a) && a->s6_addr[12] == 127);
	}
	return 0;
}

static int try_listen(const struct addrinfo *ai)
{
	int on = 1, saved;
	int fd = socket(ai->ai_family, ai->ai_socktype, ai->ai_protocol);

	if (fd < 0)
		return -1;
	/* Let a restart bind while the last session is in TIME_WAIT. */
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, ai->ai_addr, ai->ai_addrlen) || listen(fd, 1) ||
	    set_nonblock(fd)) {
		saved = errno;
		close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}

/* Listen on the first address of ep that works, and report it. */
int tcp_listen(const struct endpoint *ep)
{
	struct addrinfo *list = lookup(ep), *ai;
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	char name[NAME_LEN];
	int fd = -1, err = 0;

	if (!list)
		return -1;
	for (ai = list; ai && fd < 0; ai = ai->ai_next) {
		fd = try_listen(ai);
		if (fd < 0 && !err)
			err = errno;
	}
	freeaddrinfo(list);
	if (fd < 0) {
		complain("cannot listen on %s port %s: %s", ep->host, ep->port,
			 strerror(err));
		return -1;
	}
	if (getsockname(fd, (struct sockaddr *)&ss, &len)) {
		complain("cannot listen on %s port %s: %s", ep->host, ep->port,
			 strerror(errno));
		close(fd);
		return -1;
	}
	name_address((struct sockaddr *)&ss, len, name);
	complain("listening on %s", name);
	if (!is_loopback((struct sockaddr *)&ss))
		complain("warning: other machines can reach %s; the protocol has no authentication and gives kernel memory to whoever connects",
			 name);
	return fd;
}

static int try_connect(const struct addrinfo *ai)
{
	struct pollfd p[2];
	int err = 0;
	socklen_t len = sizeof(err);
	int fd = socket(ai->ai_family, ai->ai_socktype, ai->ai_protocol);

	if (fd < 0)
		return -1;
	if (set_nonblock(fd))
		goto fail;
	if (!connect(fd, ai->ai_addr, ai->ai_addrlen))
		return fd;
	if (errno != EINPROGRESS)
		goto fail;
	p[0].fd = signals_fd();
	p[0].events = POLLIN;
	p[1].fd = fd;
	p[1].events = POLLOUT;
	while (!signals_caught() && poll(p, 2, -1) <= 0)
		;
	if (signals_caught()) {
		errno = EINTR;
		goto fail;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len))
		goto fail;
	if (!err)
		return fd;
	errno = err;
fail:
	err = errno;
	close(fd);
	errno = err;
	return -1;
}

/*
 * GDB waits for every reply, so do not delay packets; keepalive detects a peer
 * whose machine died.
 */
static void tune_tcp(int fd)
{
	int on = 1, idle = 60, interval = 10, count = 6;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof(interval));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof(count));
}

/* Calls signals_setup() after the name lookup, see lookup(). */
int tcp_connect(const struct endpoint *ep)
{
	struct addrinfo *list = lookup(ep), *ai;
	int fd = -1, err = 0;

	if (!list)
		return -1;
	if (signals_setup()) {
		freeaddrinfo(list);
		return -1;
	}
	for (ai = list; ai && fd < 0 && !signals_caught(); ai = ai->ai_next) {
		fd = try_connect(ai);
		if (fd < 0 && !err)
			err = errno;
	}
	freeaddrinfo(list);
	if (fd >= 0)
		tune_tcp(fd);
	else if (!signals_caught())
		complain("cannot connect to %s port %s: %s", ep->host, ep->port,
			 strerror(err));
	return fd;
}

/*
 * Remove a stale socket, one that no process has bound. Probe with a datagram
 * socket: its connect() always fails, with EPROTOTYPE if the socket has an
 * owner, so the owner sees no connection.
 */
static int remove_stale(const char *path, const struct sockaddr_un *sun)
{
	struct stat st;
	int fd, dead;

	if (lstat(path, &st))
		return errno == ENOENT ? 0 : -1;
	if (!S_ISSOCK(st.st_mode)) {
		errno = EEXIST;
		return -1;
	}
	fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	if (fd < 0)
		return -1;
	dead = connect(fd, (const struct sockaddr *)sun, sizeof(*sun)) &&
	       errno == ECONNREFUSED;
	close(fd);
	if (!dead) {
		errno = EADDRINUSE;
		return -1;
	}
	return unlink(path);
}

int unix_listen(const char *path)
{
	struct sockaddr_un sun;
	mode_t mask;
	int fd, failed;

	memset(&sun, 0, sizeof(sun));
	sun.sun_family = AF_UNIX;
	if (!path[0] || strlen(path) >= sizeof(sun.sun_path)) {
		complain("bad socket path '%s': 1 to %lu bytes are expected", path,
			 (unsigned long)sizeof(sun.sun_path) - 1);
		return -1;
	}
	strcpy(sun.sun_path, path);
	if (remove_stale(path, &sun)) {
		complain("cannot listen on %s: %s", path,
			 errno == EEXIST ? "it exists and is not a socket" :
			 errno == EADDRINUSE ? "another process has this socket" :
			 strerror(errno));
		return -1;
	}
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (fd < 0) {
		complain("cannot make a socket: %s", strerror(errno));
		return -1;
	}
	/* The socket must never exist with a mode wider than 0600. */
	mask = umask(0177);
	failed = bind(fd, (struct sockaddr *)&sun, sizeof(sun));
	umask(mask);
	if (!failed)
		undo_socket_path(path);
	if (failed || listen(fd, 1) || set_nonblock(fd)) {
		complain("cannot listen on %s: %s", path, strerror(errno));
		close(fd);
		return -1;
	}
	complain("listening on %s", path);
	return fd;
}

static int accept_client(int lsn, char *name)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	int fd;

	memset(&ss, 0, sizeof(ss));
	fd = accept(lsn, (struct sockaddr *)&ss, &len);
	if (fd < 0)
		return -1;
	if (set_nonblock(fd)) {
		close(fd);
		return -1;
	}
	name_address((struct sockaddr *)&ss, len, name);
	if (ss.ss_family != AF_UNIX)
		tune_tcp(fd);
	return fd;
}

/*
 * Wait for a client and store its address in name[NAME_LEN]. Returns -1 on a
 * signal or on a failure, which is reported.
 */
int next_client(int lsn, char *name)
{
	struct pollfd p[2];
	int fd;

	p[0].fd = signals_fd();
	p[0].events = POLLIN;
	p[1].fd = lsn;
	p[1].events = POLLIN;
	while (!signals_caught()) {
		if (poll(p, 2, -1) <= 0)
			continue;
		if (!p[1].revents)
			continue;
		fd = accept_client(lsn, name);
		if (fd >= 0) {
			note("connection from %s", name);
			return fd;
		}
		/* Ignore errors of clients that disconnected already. */
		if (errno == EMFILE || errno == ENFILE || errno == EINVAL ||
		    errno == EBADF || errno == ENOMEM || errno == ENOBUFS) {
			complain("cannot accept a connection: %s",
				 strerror(errno));
			return -1;
		}
	}
	return -1;
}

/* Refuse a client that connects during a session. */
void refuse_client(int lsn)
{
	char name[NAME_LEN];
	int fd = accept_client(lsn, name);

	if (fd < 0)
		return;
	complain("refused a connection from %s: a session is open", name);
	hang_up(fd, 0);
}

/*
 * Close a client's socket. Unread input would turn the close into a reset,
 * which may destroy replies in flight. So shut down sending first and give the
 * client wait_ms to hang up, however much it still sends: the next client is
 * waiting.
 */
void hang_up(int fd, int wait_ms)
{
	char buf[4096];
	unsigned long since = now_ticks();
	struct pollfd p[2];
	int budget = 256;
	long left;
	ssize_t n;

	shutdown(fd, SHUT_WR);
	p[0].fd = signals_fd();
	p[0].events = POLLIN;
	p[1].fd = fd;
	p[1].events = POLLIN;
	do {
		n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
		left = wait_ms - (long)ms_since(since);
		if (n < 0 && errno == EAGAIN && left >= 0 &&
		    poll(p, 2, left) == 1 && !p[0].revents)
			n = 1;
	} while (n > 0 && left >= 0 && --budget);
	close(fd);
}
