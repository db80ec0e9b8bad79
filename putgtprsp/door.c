/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Admission: the device is opened only after the peer has sent a byte that GDB
 * starts with. A web browser directed here by a page, or any other program on
 * the wrong port, is disconnected and never opens the device.
 */
#include "putgtprsp.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ACK, NAK, start of a packet, interrupt. */
static int is_gdbs(unsigned char c)
{
	return c == '+' || c == '-' || c == '$' || c == 0x03;
}

/*
 * For terminals only: line noise and leftovers of an earlier session may
 * precede the first packet.
 */
static size_t skip_noise(unsigned char *buf, size_t n)
{
	size_t skip = 0;

	while (skip < n && !is_gdbs(buf[skip]))
		skip++;
	if (skip)
		note("left out %lu bytes of line noise", (unsigned long)skip);
	memmove(buf, buf + skip, n - skip);
	return n - skip;
}

static void refuse_byte(const struct door *d, unsigned char c)
{
	char shown[8];

	if (c > 0x20 && c < 0x7f && c != '\'')
		sprintf(shown, "'%c'", c);
	else
		sprintf(shown, "\\x%02x", c);
	complain("hung up on %s: its first byte is %s, and GDB begins with + - $ or \\x03: it is not GDB",
		 d->name, shown);
}

/*
 * Wait for input. Returns 1, 0 on timeout, or -1 on a signal or if poll()
 * failed.
 */
static int wait_input(const struct door *d)
{
	struct pollfd p[2];
	long left = -1;
	int n;

	p[0].fd = signals_fd();
	p[0].events = POLLIN;
	p[1].fd = d->in;
	p[1].events = POLLIN;
	for (;;) {
		if (d->strict) {
			left = PACKET_MS - (long)ms_since(d->since);
			if (left <= 0)
				return 0;
		}
		p[1].revents = 0;
		n = poll(p, 2, left);
		if (signals_caught())
			return -1;
		if (n > 0 && p[1].revents)
			return 1;
		if (n < 0 && errno != EINTR) {
			complain("poll: %s", strerror(errno));
			return -1;
		}
	}
}

/*
 * Wait for the first bytes and read them into buf. Returns their number, 0 if
 * the peer hung up without sending anything, or -1 if the peer was refused or
 * reading failed (both reported) or on a signal.
 */
long door_wait(struct door *d, unsigned char *buf, size_t size)
{
	ssize_t n;
	int ret;

	for (;;) {
		ret = wait_input(d);
		if (!ret)
			complain("hung up on %s: it has sent nothing for %d s",
				 d->name, PACKET_MS / 1000);
		if (ret <= 0)
			return -1;
		n = read(d->in, buf, size);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		/* A killed peer resets its socket; a dead line returns EIO. */
		if (!n || (n < 0 && (errno == ECONNRESET || errno == EIO)))
			return 0;
		if (n < 0) {
			complain("cannot read from the peer: %s",
				 strerror(errno));
			return -1;
		}
		if (isatty(d->in))
			n = skip_noise(buf, n);
		if (!n)
			continue;
		if (is_gdbs(buf[0]))
			break;
		refuse_byte(d, buf[0]);
		return -1;
	}
	d->heard = now_ticks();
	/* With no client queued behind it, a peer may start at any time. */
	if (!d->strict)
		d->since = d->heard;
	return n;
}
