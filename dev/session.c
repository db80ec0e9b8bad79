/* SPDX-License-Identifier: GPL-2.0 */
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "compat/barrier.h"
#include "compat/check.h"
#include "compat/lock.h"
#include "compat/log.h"
#include "dev/session.h"

/*
 * Time limit of a packet: these seconds, and one more per BYTES_A_SECOND bytes,
 * which a 1200 baud line manages. Slower senders would block the device.
 */
#define PACKET_SECONDS		5
#define BYTES_A_SECOND		100

int session_begin(struct session *s)
{
	char *mem;

	BUILD_BUG_ON(SESSION_FIFO & (SESSION_FIFO - 1));
	BUILD_BUG_ON(SESSION_FIFO < 2 * SESSION_PACKET);
	mem = vmalloc(SESSION_FIFO + 2 * SESSION_PACKET + 2 * SESSION_IN);
	if (!mem)
		return -ENOMEM;
	/* The thread may still be checking the last session. */
	mutex_lock(&s->in_lock);
	s->fifo = mem;
	s->later = mem + SESSION_FIFO + SESSION_PACKET;
	s->in[0] = s->later + SESSION_PACKET;
	s->in[1] = s->in[0] + SESSION_IN;
	rsp_rx_init(&s->rx, s->in[0], SESSION_IN);
	rsp_tx_init(&s->tx, s->later, SESSION_PACKET);
	s->tx.len = 0;		/* nothing to repeat */
	s->out_put = 0;
	s->out_get = 0;
	s->out_start = 0;
	s->had_writer = 0;
	s->busy = 0;
	s->err = 0;
	s->begun = 0;
	s->whole = 0;
	s->fresh = 0;
	s->waits = 0;
	mutex_unlock(&s->in_lock);
	return 0;
}

void session_end(struct session *s)
{
	mutex_lock(&s->in_lock);
	s->waits = 0;
	mutex_unlock(&s->in_lock);
	vfree(s->fifo);
	s->fifo = NULL;
}

static u32 session_used(const struct session *s)
{
	return kc_load(&s->out_put) - kc_load(&s->out_get);
}

/* Is there space for an ack and the largest reply? */
static int session_fits(const struct session *s)
{
	return session_used(s) + SESSION_PACKET + 1 <= SESSION_FIFO;
}

/*
 * While the thread serves a packet, accept input up to the last byte of the
 * next one, so that an interrupt gets through.
 */
int session_has_room(const struct session *s)
{
	return session_fits(s) &&
	       !(rsp_rx_at_end(&s->rx) && kc_load(&s->busy));
}

int session_has_output(const struct session *s)
{
	return session_used(s) != 0;
}

/* Those who wait queue themselves before they look at what has changed. */
static void session_wake(struct session *s)
{
	kc_mb();
	if (waitqueue_active(&s->wait))
		wake_up_interruptible(&s->wait);
}

/* Where the next bytes go: up to SESSION_PACKET, in one piece. */
static char *session_next(const struct session *s)
{
	return s->fifo + (s->out_put - s->out_start) % SESSION_FIFO;
}

/*
 * If all has been read, go on at the start: a reply then does not reach over the
 * end, and its memory is likely to be in the CPU's cache.  A reader that looks now
 * leaves it as it is.
 */
static void session_rewind(struct session *s)
{
	if (session_used(s) || !mutex_trylock(&s->get_lock))
		return;
	s->out_start = s->out_put;
	mutex_unlock(&s->get_lock);
}

/*
 * session_input() has made sure that there is space. The bytes may be there
 * already.
 */
static void session_push(struct session *s, const char *bytes, size_t n)
{
	char *end;

	mutex_lock(&s->out_lock);
	/* A reply that is repeated may be in the FIFO. */
	if (bytes != session_next(s))
		memmove(session_next(s), bytes, n);
	end = session_next(s) + n;
	if (end > s->fifo + SESSION_FIFO)
		memcpy(s->fifo, s->fifo + SESSION_FIFO,
		       end - (s->fifo + SESSION_FIFO));
	kc_store_release(&s->out_put, (u32)(s->out_put + n));
	mutex_unlock(&s->out_lock);
	session_wake(s);
}

static void session_packet(struct session *s)
{
	int flags;

	if (!s->rx.noack)
		session_push(s, "+", 1);
	/* Before gtp_serve(): the thread may reply at once. */
	kc_store(&s->busy, 1);
	session_rewind(s);
	s->tx.buf = session_next(s);
	flags = gtp_serve(s->rx.buf, s->rx.len, &s->tx);
	if (flags & GTP_LATER) {
		/*
		 * The thread uses this packet while the next one arrives, and
		 * this reply while notices go into the FIFO. It has not begun:
		 * it takes gtp.lock.
		 */
		s->rx.buf = s->rx.buf == s->in[0] ? s->in[1] : s->in[0];
		memcpy(s->later, s->tx.buf, s->tx.len);
		s->tx.buf = s->later;
		return;
	}
	kc_store(&s->busy, 0);
	session_push(s, s->tx.buf, s->tx.len);
	if (flags & GTP_NOACK)
		s->rx.noack = 1;
}

/* Drop notices that do not fit: they only keep GDB waiting. */
void gtp_send_notices(struct rsp_tx *tx)
{
	struct session *s = container_of(tx, struct session, tx);

	if (session_fits(s))
		session_push(s, tx->buf, tx->base);
	rsp_tx_begin(tx);
}

void gtp_send_notice(struct rsp_tx *tx, const char *text)
{
	struct session *s = container_of(tx, struct session, tx);
	char buf[256];
	struct rsp_tx note;

	rsp_tx_init(&note, buf, sizeof(buf));
	rsp_notice(&note, text);
	if (session_fits(s))
		session_push(s, buf, note.base);
}

void gtp_send_reply(struct rsp_tx *tx)
{
	struct session *s = container_of(tx, struct session, tx);

	session_push(s, tx->buf, tx->len);
	kc_store_release(&s->busy, 0);
	wake_up_interruptible(&s->wait);
}

/*
 * Ack it: it was received whole, and would be as long if sent again. buf starts
 * with its name.
 */
static void session_too_long(struct session *s)
{
	const char *name = s->rx.buf;
	int n = 0;

	while (n < 16 && ((name[n] | 0x20) >= 'a' && (name[n] | 0x20) <= 'z'))
		n++;
	if (!s->rx.noack)
		session_push(s, "+", 1);
	s->tx.buf = session_next(s);
	rsp_tx_begin(&s->tx);
	rsp_error(&s->tx, "%.*s: a packet over %d bytes; what it says must be shorter",
		  n, name, GTP_PACKET_SIZE);
	rsp_tx_end(&s->tx);
	session_push(s, s->tx.buf, s->tx.len);
}

/*
 * Of longer packets, accept those that GDB does not cut to the announced size:
 * QTNotes, and QTro with as many sections as fit into GDB's own buffer.
 */
static int session_takes(const struct session *s)
{
	static const char notes[] = "QTNotes:", ranges[] = "QTro:";

	return s->rx.len < SESSION_PACKET ||
	       !strncmp(s->rx.buf, notes, sizeof(notes) - 1) ||
	       !strncmp(s->rx.buf, ranges, sizeof(ranges) - 1);
}

static void session_event(struct session *s, enum rsp_event event)
{
	if (event == RSP_EV_PACKET && !session_takes(s))
		event = RSP_EV_TOO_LONG;
	if (event == RSP_EV_PACKET || event == RSP_EV_BAD_CHECKSUM ||
	    event == RSP_EV_TOO_LONG) {
		s->whole = 1;
		s->fresh = 1;
	}
	switch (event) {
	case RSP_EV_PACKET:
		session_packet(s);
		break;
	case RSP_EV_BAD_CHECKSUM:
		session_push(s, "-", 1);
		break;
	case RSP_EV_TOO_LONG:
		session_too_long(s);
		break;
	case RSP_EV_NAK:
		/* Busy: GDB has timed out, and there is no reply to repeat. */
		if (!s->rx.noack && !kc_load(&s->busy))
			session_push(s, s->tx.buf, s->tx.len);
		break;
	case RSP_EV_INTERRUPT:
		/* Otherwise there is nothing to stop or report. */
		if (kc_load(&s->busy))
			gtp_interrupt();
		break;
	case RSP_EV_ACK:
	case RSP_EV_NONE:
		break;
	}
}

/*
 * ---- the peer
 *
 * Serve nothing to a peer that does not speak GDB's protocol, such as a web
 * browser or a scanner that a forwarder (nc) let through. The relay is
 * stricter; this protects without it.
 */

static void session_stop(struct session *s, int err)
{
	s->waits = 0;
	kc_store(&s->err, err);
	wake_up_interruptible(&s->wait);
}

/* n more bytes have been accepted. */
static void session_watch(struct session *s, size_t n)
{
	int waits = !s->whole || rsp_rx_busy(&s->rx);

	if (waits && (!s->waits || s->fresh)) {
		s->since = jiffies;
		s->got = 0;
		s->waits = 1;
		gtp_watch();
	}
	s->fresh = 0;
	s->waits = waits;
	/*
	 * Restarting a packet again and again gains no more time than a whole
	 * one.
	 */
	s->got = min_t(u32, s->got + n, SESSION_PACKET);
}

int session_check(struct session *s)
{
	unsigned long most;
	int again;

	/* A writer is active: check it later. */
	if (!mutex_trylock(&s->in_lock))
		return 1;
	if (s->waits && !session_has_room(s)) {
		/* The delay is ours. */
		s->since = jiffies;
	} else if (s->waits) {
		most = PACKET_SECONDS * HZ + s->got * HZ / BYTES_A_SECOND;
		if (time_after(jiffies, s->since + most)) {
			kc_info("session ended: it has begun a packet, and the rest has not come in time\n");
			session_stop(s, -ETIMEDOUT);
		}
	}
	again = s->waits;
	mutex_unlock(&s->in_lock);
	return again;
}

/*
 * Take some of n bytes. Return how many, or a negative errno. Complete a packet
 * only under gtp.lock, which serving it needs.
 */
static ssize_t session_bytes(struct session *s, const char *bytes, size_t n)
{
	enum rsp_event event;
	int ret;

	if (!rsp_rx_at_end(&s->rx)) {
		n = rsp_rx_bytes(&s->rx, bytes, n, &event);
		if (event != RSP_EV_NONE)
			session_event(s, event);
		return n;
	}
	ret = gtp_lock();
	if (ret)
		return ret;
	session_event(s, rsp_rx_byte(&s->rx, bytes[0]));
	gtp_unlock();
	return 1;
}

ssize_t session_input(struct session *s, const char *bytes, size_t n)
{
	size_t done = 0;
	ssize_t ret = 0;

	kc_assert_held(&s->in_lock);
	if (s->err)
		return s->err;
	if (!s->begun && !rsp_rx_begins(bytes[0])) {
		kc_info("session ended: its first byte is 0x%02x, and GDB begins with + - $ or 0x03\n",
			(u8)bytes[0]);
		session_stop(s, -EPROTO);
		return -EPROTO;
	}
	s->begun = 1;
	while (done < n && session_has_room(s)) {
		ret = session_bytes(s, bytes + done, n - done);
		if (ret < 0)
			break;
		done += ret;
	}
	session_watch(s, done);
	return done ? done : ret;
}

/*
 * The data stay in place until out_get advances. The reader's memory may fault
 * for long: no writer of the FIFO waits for that.
 */
ssize_t session_output(struct session *s, char __user *buf, size_t n)
{
	size_t at, part;
	ssize_t ret = -EFAULT;

	if (mutex_lock_interruptible(&s->get_lock))
		return -ERESTARTSYS;
	at = (s->out_get - s->out_start) % SESSION_FIFO;
	n = min_t(size_t, n, kc_load_acquire(&s->out_put) - s->out_get);
	part = min_t(size_t, n, SESSION_FIFO - at);
	if (!copy_to_user(buf, s->fifo + at, part) &&
	    (part == n || !copy_to_user(buf + part, s->fifo, n - part))) {
		kc_store_release(&s->out_get, (u32)(s->out_get + n));
		ret = n;
	}
	mutex_unlock(&s->get_lock);
	session_wake(s);
	return ret;
}
