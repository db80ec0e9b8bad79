/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The session: one poll loop, one bounded buffer per direction. Each of the
 * four ends is read or written only when poll() says so and is non-blocking,
 * so no end that is slow can keep the other direction from moving. That is
 * what makes it free of deadlocks: the device may want its replies to be read
 * before it takes more.
 *
 * The session runs until one side ends, and then a bounded time longer:
 *  - the peer ended: what it has sent goes to the device, and what the device
 *    still has to say goes to the peer if it is there to hear it (it may have
 *    shut down its sending side only);
 *  - the device ended: what it has said goes to the peer.
 */
#include "putgtprsp.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/times.h>
#include <unistd.h>

#define QUIET_MS	100	/* nothing more to expect */
#define STALL_MS	2000	/* nothing moves, though something should */
#define SLOW_MS		10000	/* the same, if a slow device may be the cause */
#define ENDING_MS	10000	/* the device has got all and sends on and on */
#define TICK_MS		20
#define BYTE_MS		10	/* of a peer that nobody waits behind */

enum { P_SIG, P_DEV, P_IN, P_OUT, P_LSN, P_NR };

struct buf {
	size_t head, tail;
	unsigned char data[BUF_SIZE];
};

struct relay {
	const char *dev_name, *peer;
	int dev, in, out, lsn;
	int in_end, in_err;	/* it sends no more */
	int out_end, out_err;	/* the peer takes no more */
	int dev_end, dev_err;
	int owed;
	int strict;		/* of struct door */
	int waits;		/* a packet is due: the first, or the rest of one */
	int held;		/* there is no room for it */
	int late;		/* it did not come in time */
	unsigned long since;	/* in ticks: when that wait began */
	unsigned long got;	/* bytes since then */
	unsigned long seen;	/* packets then */
	int ending;
	unsigned long ending_at, last_move;	/* in ticks */
	struct scan down, up;	/* to and from the device */
	struct buf to_dev, to_peer;
};

static struct relay relay;

/* times() counts from some point in the past, whatever the clock is set to. */
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

/* Moves the rest to the front only when that pays. */
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

/* 1: something moved, 0: not now, -1: end of file, or *err is its errno. */
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
 * GDB may be silent for days between packets, but not before the first one, and
 * not in the middle of one. Where others wait for their turn a packet has 5 s;
 * elsewhere, as on a serial line, a second more for each 100 bytes.
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

/* Milliseconds until the peer is late, or -1. */
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
	/* Half a packet is of no use to the device. */
	r->to_dev.head = r->to_dev.tail;
}

/* An end that nothing is wanted from must not wake us up by its POLLHUP. */
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
	/* Here POLLHUP and POLLERR are wanted: nobody takes the replies. */
	p[P_OUT].fd = r->out_end ? -1 : r->out;
	p[P_OUT].events = buf_used(&r->to_peer) ? POLLOUT : 0;
	p[P_OUT].revents = 0;
	/* While a session ends, the next client waits its turn. */
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
	 * Replies first: it has ended only when nothing is left to read, and
	 * that we know only if there was room to read.
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
	/* A peer that was killed resets its socket; a dead line says EIO. */
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

/* Whether the session is over, or why not yet. */
static int is_over(struct relay *r)
{
	unsigned long idle = ms_since(r->last_move);
	int undelivered = buf_used(&r->to_peer) && !r->out_end;

	/* A script on stdin: a packet may keep the device busy for a while. */
	if (buf_used(&r->to_dev) && !r->dev_end)
		return idle >= (r->out_end ? STALL_MS : SLOW_MS);
	if (idle >= STALL_MS || ms_since(r->ending_at) >= ENDING_MS)
		return 1;
	if (r->dev_end)
		return !undelivered;
	if (undelivered)
		return 0;
	/* The two ends of one peer may not go in the same instant. */
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

/* poll() promised what did not come true; do not burn the CPU over it. */
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
		/* If it is us who take nothing, the peer is not late. */
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
			/* Not if our peer has just hung up: that is its heir. */
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

/* At most one line. A peer that hung up is not a failure. */
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

/* Where the first bytes of a session go: BUF_SIZE of them. */
unsigned char *relay_first(void)
{
	return relay.to_dev.data;
}

/*
 * Relays between dev and the peer (d->in and out may be one socket), whose
 * first n bytes are in relay_first(), until one of them ends or a signal is
 * caught. lsn: the listening socket, whose further clients are refused
 * meanwhile, or -1. Returns the exit status.
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
	tell_peer(r->dev, r->in);
	scan_feed(&r->down, r->to_dev.data, n);
	watch_packets(r, n);
	/* To open the device and to find the peer is our time, not the peer's. */
	if (!r->down.packets)
		r->since = d->since + (now_ticks() - d->heard);
	failed = run(r);
	status = failed ? EXIT_TROUBLE : verdict(r);
	scan_end(&r->down);
	scan_end(&r->up);
	return status;
}
