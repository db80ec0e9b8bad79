/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tcp [-l] PORT: join stdin and stdout to a TCP connection on 127.0.0.1, as
 * netcat does; with -l it waits for one.  It ends when the other end closes; it
 * forwards an end of stdin, and waits for the remaining data.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guest.h"

static int fail(const char *what)
{
	perror(what);
	return -1;
}

static int tcp_socket(int listening, int port)
{
	struct sockaddr_in addr;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int on = 1, peer;

	if (fd < 0)
		return fail("socket");
	memset(&addr, 0, sizeof(addr));
	addr.sin_family = AF_INET;
	addr.sin_port = htons(port);
	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (!listening) {
		if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
			return fail("connect");
		return fd;
	}
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) || listen(fd, 1))
		return fail("listen");
	peer = accept(fd, NULL, NULL);
	if (peer < 0)
		return fail("accept");
	close(fd);
	return peer;
}

/* Forward one piece; 0 at the end. */
static int pass(int from, int to)
{
	char data[4096];
	ssize_t n = read(from, data, sizeof(data));

	return n > 0 && !write_all(to, data, n);
}

int tcp_main(int argc, char **argv)
{
	int listening = argc == 3 && !strcmp(argv[1], "-l");
	struct pollfd p[2];
	int fd;

	if (argc != 2 + listening)
		return 2;
	fd = tcp_socket(listening, atoi(argv[argc - 1]));
	if (fd < 0)
		return 1;
	p[0].fd = 0;
	p[0].events = POLLIN;
	p[1].fd = fd;
	p[1].events = POLLIN;
	for (;;) {
		if (poll(p, 2, -1) < 0)
			return fail("poll") < 0;
		if (p[0].revents && !pass(0, fd)) {
			shutdown(fd, SHUT_WR);
			p[0].fd = -1;
		}
		if (p[1].revents && !pass(fd, 1))
			return 0;
	}
}
