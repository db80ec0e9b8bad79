/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The session: one poll loop, one bounded buffer per direction. All descriptors
 * are non-blocking and used only when poll() reports them ready, so a slow end
 * cannot stall the other direction. This avoids a deadlock: the device may not
 * accept input until its replies have been read.
 *
 * The session runs until one side ends, and then for a bounded time:
 *  - the peer ended: forward its data to the device, and outstanding replies to
 *    the peer if it still reads (it may have shut down only its sending side);
 *  - the device ended: forward its data to the peer.
 */
#include "putgtprsp.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/times.h>
#include <unistd.h>

#define QUIET_MS	100	/* idle, and no data expected */
#define STALL_MS	2000	/* idle, though data is pending */
#define SLOW_MS		10000	/* the same, if the device may be slow */
#define ENDING_MS	10000	/* the device has all input and keeps sending */
#define TICK_MS		20
#define BYTE_MS		10	/* extra per byte, if not strict */

enum { P_SIG, P_DEV, P_IN, P_OUT, P_LSN, P_NR };

struct buf {
	size_t head, tail;
	unsigned char data[BUF_SIZE];
};

struct relay {
	const char *dev_name, *peer;
	int dev, in, out, lsn;
	int in_end, in_err;	/* the peer has stopped sending */
	int out_end, out_err;	/* the peer has stopped reading */
	int dev_end, dev_err;
	int owed;
	int strict;		/* see struct door */
	int waits;		/* the first packet, or the rest of one, is due */
	int held;		/* the buffer has no room for it */
	int late;		/* it missed its deadline */
	unsigned long since;	/* in ticks: start of that wait */
	unsigned long got;	/* bytes received since then */
	unsigned long seen;	/* complete packets at that time */
	int ending;
	unsigned long ending_at, last_move;	/* in ticks */
	struct scan down, up;	/* to and from the device */
	struct buf to_dev, to_peer;
};

static struct relay relay;

/* times() is not affected by changes of the system time. */
unsigned long now_ticks(void)
{
	struct tms t;

	return (unsigned long)times(&t);
}

unsigned long ms_since(unsigned long ticks)
{
	static long hz;

	if (!hz)
		hz = sysconf(_SC_CLK_TCK);
	if (hz <= 0)
		hz = 100;
	return (now_ticks() - ticks) * (1000 / hz);
}

static size_t buf_used(const struct buf *b)
{
	return b->tail - b->head;
}

/* Move data to the front only when at least half the buffer is free. */
static size_t buf_room(struct buf *b)
{
	if (b->head == b->tail) {
		b->head = 0;
		b->tail = 0;
	} else if (b->tail == BUF_SIZE && b->head >= BUF_SIZE / 2) {
		memmove(b->data, b->data + b->head, buf_used(b));
		b->tail -= b->head;
		b->head = 0;
	}
	return BUF_SIZE - b->tail;
}

/* Returns 1 if data moved, 0 if not ready, -1 at end of file or on *err. */
static int fill(int fd, struct buf *b, struct scan *s, int *err)
{
	size_t room = buf_room(b);
	ssize_t n;

	if (!room)
		return 0;
	n = read(fd, b->data + b->tail, room);
	if (n > 0) {
		scan_feed(s, b->data + b->tail, n);
		b->tail += n;
		return 1;
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	*err = n < 0 ? errno : 0;
	return -1;
}

static int flush(int fd, struct buf *b, int *err)
{
	ssize_t n = write(fd, b->data + b->head, buf_used(b));

	if (n > 0) {
		b->head += n;
		return 1;
	}
	if (n == 0 || errno == EAGAIN || errno == EINTR)
		return 0;
	*err = errno;
	return -1;
}

/*
 * ---- deadlines
 *
 * GDB may be silent for days between packets, but not before the first packet
 * or within one. A packet has 5 s; where no other client can queue, as on a
 * serial line, one more second per 100 bytes.
 */
static void watch_packets(struct relay *r, size_t n)
{
	int waits = !r->down.packets || scan_busy(&r->down);

	if (waits && (!r->waits || r->seen != r->down.packets)) {
		r->since = now_ticks();
		r->got = 0;
		r->seen = r->down.packets;
	}
	r->waits = waits;
	r->got += n;
}

/* Milliseconds until the deadline, or -1 if there is none. */
static long time_left(const struct relay *r)
{
	unsigned long idle, most = PACKET_MS;

	if (!r->waits || r->in_end || r->held)
		return -1;
	if (!r->strict)
		most += BYTE_MS * r->got;
	idle = ms_since(r->since);
	return idle < most ? (long)(most - idle) : 0;
}

static void check_late(struct relay *r)
{
	if (r->late || time_left(r) != 0)
		return;
	r->late = 1;
	r->in_end = 1;
	r->out_end = 1;
	/* The device cannot use half a packet. */
	r->to_dev.head = r->to_dev.tail;
}

/* Exclude idle descriptors: their POLLHUP would wake poll() in a loop. */
static void want(struct pollfd *p, int fd, short events)
{
	p->fd = events ? fd : -1;
	p->events = events;
	p->revents = 0;
}

static void set_poll(struct relay *r, struct pollfd *p)
{
	short ev = 0;

	want(&p[P_SIG], signals_fd(), POLLIN);
	if (buf_room(&r->to_peer))
		ev |= POLLIN;
	if (buf_used(&r->to_dev))
		ev |= POLLOUT;
	want(&p[P_DEV], r->dev, r->dev_end ? 0 : ev);
	ev = !r->in_end && !r->dev_end && buf_room(&r->to_dev) ? POLLIN : 0;
	want(&p[P_IN], r->in, ev);
	/* Always poll for POLLHUP and POLLERR: the peer stopped reading. */
	p[P_OUT].fd = r->out_end ? -1 : r->out;
	p[P_OUT].events = buf_used(&r->to_peer) ? POLLOUT : 0;
	p[P_OUT].revents = 0;
	/* While a session ends, the next client stays in the backlog. */
	want(&p[P_LSN], r->lsn, r->lsn >= 0 && !r->ending ? POLLIN : 0);
}

static void device_ended(struct relay *r, int err)
{
	r->dev_end = 1;
	r->dev_err = err;
	note(err ? "%s: %s" : "%s ended the session", r->dev_name,
	     strerror(err));
}

static int step_device(struct relay *r, const struct pollfd *p)
{
	int bad = p->revents & (POLLERR | POLLHUP | POLLNVAL);
	int moved = 0, n, err = 0, write_err = 0;

	if ((p->events & POLLIN) && (bad || (p->revents & POLLIN))) {
		n = fill(r->dev, &r->to_peer, &r->up, &err);
		if (n < 0) {
			device_ended(r, err);
			return 1;
		}
		moved = n;
	}
	if ((p->events & POLLOUT) && (bad || (p->revents & POLLOUT))) {
		n = flush(r->dev, &r->to_dev, &write_err);
		if (n > 0) {
			moved = 1;
			r->ending_at = now_ticks();
		}
	}
	/*
	 * Read replies first: the device has ended only when nothing is left to
	 * read, which is known only if the buffer had room.
	 */
	if (!moved && (p->events & POLLIN) && (write_err || bad)) {
		device_ended(r, write_err ? write_err : EIO);
		moved = 1;
	}
	return moved;
}

static int step_in(struct relay *r, const struct pollfd *p)
{
	size_t before;
	int err = 0, n;

	if (!p->revents)
		return 0;
	before = r->to_dev.tail;
	n = fill(r->in, &r->to_dev, &r->down, &err);
	if (n > 0)
		watch_packets(r, r->to_dev.tail - before);
	if (n >= 0)
		return n;
	r->in_end = 1;
	/* A killed peer resets its socket; a dead line returns EIO. */
	if (err == ECONNRESET || (err == EIO && isatty(r->in)))
		r->out_end = 1;
	else
		r->in_err = err;
	return 1;
}

static int step_out(struct relay *r, const struct pollfd *p)
{
	int err = 0, n = 0;

	if (p->revents & POLLOUT)
		n = flush(r->out, &r->to_peer, &err);
	else if (p->revents)
		n = -1;
	if (n >= 0)
		return n;
	r->out_end = 1;
	r->out_err = err ? err : EPIPE;
	return 1;
}

static int is_over(struct relay *r)
{
	unsigned long idle = ms_since(r->last_move);
	int undelivered = buf_used(&r->to_peer) && !r->out_end;

	/* With a script on stdin, a packet may keep the device busy. */
	if (buf_used(&r->to_dev) && !r->dev_end)
		return idle >= (r->out_end ? STALL_MS : SLOW_MS);
	if (idle >= STALL_MS || ms_since(r->ending_at) >= ENDING_MS)
		return 1;
	if (r->dev_end)
		return !undelivered;
	if (undelivered)
		return 0;
	/* The two ends of one peer may close at slightly different times. */
	if (r->out_end)
		return r->in_end || idle >= QUIET_MS;
	return !r->owed && idle >= QUIET_MS;
}

static void check_ending(struct relay *r)
{
	if (r->out_end)
		r->to_peer.head = r->to_peer.tail;
	if (r->ending || !(r->in_end || r->out_end || r->dev_end))
		return;
	r->ending = 1;
	r->ending_at = now_ticks();
	r->last_move = r->ending_at;
}

/* poll() reported an event but nothing moved: do not spin. */
static void back_off(void)
{
	struct pollfd p;

	want(&p, signals_fd(), POLLIN);
	poll(&p, 1, 10);
}

static int run(struct relay *r)
{
	struct pollfd p[P_NR];
	int n, moved;

	while (!r->ending || !is_over(r)) {
		set_poll(r, p);
		/* While we do not read, the peer cannot be late. */
		r->held = p[P_IN].fd < 0;
		n = poll(p, P_NR, r->ending ? TICK_MS : time_left(r));
		if (signals_caught())
			return -1;
		if (n < 0 && errno != EINTR) {
			complain("poll: %s", strerror(errno));
			return -1;
		}
		if (n <= 0) {
			check_late(r);
			check_ending(r);
			continue;
		}
		moved = step_device(r, &p[P_DEV]);
		moved |= step_out(r, &p[P_OUT]);
		moved |= step_in(r, &p[P_IN]);
		if (p[P_LSN].revents && !p[P_IN].revents && !r->in_end) {
			/* Unless our peer has hung up: then serve it next. */
			refuse_client(r->lsn);
			moved = 1;
		}
		if (moved)
			r->last_move = now_ticks();
		else
			back_off();
		if (r->held)
			r->since = now_ticks();
		check_late(r);
		check_ending(r);
	}
	return 0;
}

/* Report at most one failure. A peer that hung up is not a failure. */
static int verdict(struct relay *r)
{
	unsigned long lost = buf_used(&r->to_dev);

	if (r->late)
		complain("hung up on %s: %s", r->peer,
			 scan_busy(&r->down) ? "the rest of a packet has not come in time" :
			 "no packet has come in time");
	else if (r->dev_err)
		complain("%s failed: %s", r->dev_name, strerror(r->dev_err));
	else if (r->dev_end && lost)
		complain("%s ended the session without taking the last %lu bytes",
			 r->dev_name, lost);
	else if (lost)
		complain("%s did not take the last %lu bytes", r->dev_name,
			 lost);
	else if (r->in_err)
		complain("cannot read from the peer: %s", strerror(r->in_err));
	else if (r->out_err && !r->in_end && !r->dev_end)
		complain("cannot write to the peer: %s", strerror(r->out_err));
	else if (!r->out_end && buf_used(&r->to_peer))
		complain("the peer did not take the last %lu bytes",
			 (unsigned long)buf_used(&r->to_peer));
	else
		return 0;
	return EXIT_TROUBLE;
}

/* Buffer of BUF_SIZE bytes for the first bytes of a session. */
unsigned char *relay_first(void)
{
	return relay.to_dev.data;
}

/*
 * Relay between dev and the peer until one of them ends or a signal is caught.
 * d->in and out may be the same socket; the peer's first n bytes are in
 * relay_first(). lsn is the listening socket, whose other clients are refused
 * during the session, or -1. Returns the exit status.
 */
int relay_session(int dev, const char *dev_name, const struct door *d, size_t n,
		  int out, int lsn)
{
	struct relay *r = &relay;
	int failed, status;

	memset(r, 0, offsetof(struct relay, down));
	r->dev_name = dev_name;
	r->dev = dev;
	r->peer = d->name;
	r->in = d->in;
	r->out = out;
	r->lsn = lsn;
	r->strict = d->strict;
	r->to_dev.head = 0;
	r->to_dev.tail = n;
	r->to_peer.head = r->to_peer.tail = 0;
	scan_init(&r->down, 1, &r->owed);
	scan_init(&r->up, 0, &r->owed);
	record_attach(&r->down, &r->up);
	tell_peer(r->dev, r->in);
	scan_feed(&r->down, r->to_dev.data, n);
	watch_packets(r, n);
	/* Do not charge the peer for opening the device and finding the peer. */
	if (!r->down.packets)
		r->since = d->since + (now_ticks() - d->heard);
	failed = run(r);
	status = failed ? EXIT_TROUBLE : verdict(r);
	scan_end(&r->down);
	scan_end(&r->up);
	return status;
}
