/* SPDX-License-Identifier: GPL-2.0 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "compat/barrier.h"
#include "compat/check.h"
#include "compat/lock.h"
#include "dev/session.h"

int session_begin(struct session *s)
{
	char *mem;

	BUILD_BUG_ON(SESSION_FIFO & (SESSION_FIFO - 1));
	BUILD_BUG_ON(SESSION_FIFO < 2 * SESSION_PACKET);
	mem = vmalloc(SESSION_FIFO + 2 * SESSION_PACKET);

	if (!mem)
		return -ENOMEM;
	s->fifo = mem;
	s->in = mem + SESSION_FIFO;
	rsp_rx_init(&s->rx, s->in, SESSION_PACKET);
	rsp_tx_init(&s->tx, s->in + SESSION_PACKET, SESSION_PACKET);
	s->tx.len = 0;		/* nothing to send again */
	s->out_put = 0;
	s->out_get = 0;
	s->had_writer = 0;
	s->busy = 0;
	return 0;
}

void session_end(struct session *s)
{
	vfree(s->fifo);
	s->fifo = NULL;
}

static u32 session_used(const struct session *s)
{
	return kc_load(&s->out_put) - kc_load(&s->out_get);
}

/* An ack and the largest reply. */
static int session_fits(const struct session *s)
{
	return session_used(s) + SESSION_PACKET + 1 <= SESSION_FIFO;
}

int session_has_room(const struct session *s)
{
	return !kc_load(&s->busy) && session_fits(s);
}

int session_has_output(const struct session *s)
{
	return session_used(s) != 0;
}

/* There is room: session_input() has made sure. */
static void session_push(struct session *s, const char *bytes, size_t n)
{
	size_t at, part;

	mutex_lock(&s->out_lock);
	at = s->out_put % SESSION_FIFO;
	part = min_t(size_t, n, SESSION_FIFO - at);
	memcpy(s->fifo + at, bytes, part);
	memcpy(s->fifo, bytes + part, n - part);
	kc_store(&s->out_put, s->out_put + n);
	mutex_unlock(&s->out_lock);
	wake_up_interruptible(&s->wait);
}

static void session_packet(struct session *s)
{
	int flags;

	if (!s->rx.noack)
		session_push(s, "+", 1);
	/* Before it is served, or the reply might be there already. */
	kc_store(&s->busy, 1);
	flags = gtp_serve(s->rx.buf, s->rx.len, &s->tx);
	if (flags & GTP_LATER)
		return;
	kc_store(&s->busy, 0);
	session_push(s, s->tx.buf, s->tx.len);
	if (flags & GTP_NOACK)
		s->rx.noack = 1;
}

/* What does not find room is left out: it is only for the patience of GDB. */
void gtp_send_notices(struct rsp_tx *tx)
{
	struct session *s = container_of(tx, struct session, tx);

	if (session_fits(s))
		session_push(s, tx->buf, tx->base);
	rsp_tx_begin(tx);
}

void gtp_send_reply(struct rsp_tx *tx)
{
	struct session *s = container_of(tx, struct session, tx);

	session_push(s, tx->buf, tx->len);
	kc_store_release(&s->busy, 0);
	wake_up_interruptible(&s->wait);
}

/* It arrived whole: sent again it would be as long.  Its name is there. */
static void session_too_long(struct session *s)
{
	const char *name = s->rx.buf;
	int n = 0;

	while (n < 16 && ((name[n] | 0x20) >= 'a' && (name[n] | 0x20) <= 'z'))
		n++;
	if (!s->rx.noack)
		session_push(s, "+", 1);
	rsp_tx_begin(&s->tx);
	rsp_error(&s->tx, "%.*s: a packet over %d bytes; what it says must be shorter",
		  n, name, GTP_PACKET_SIZE);
	rsp_tx_end(&s->tx);
	session_push(s, s->tx.buf, s->tx.len);
}

static void session_event(struct session *s, enum rsp_event event)
{
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
		if (!s->rx.noack)
			session_push(s, s->tx.buf, s->tx.len);
		break;
	case RSP_EV_INTERRUPT:
		/* Nothing is stopped, so there is nothing to report. */
	case RSP_EV_ACK:
	case RSP_EV_NONE:
		break;
	}
}

size_t session_input(struct session *s, const char *bytes, size_t n)
{
	size_t i;

	kc_assert_held(&s->in_lock);
	for (i = 0; i < n && session_has_room(s); i++)
		session_event(s, rsp_rx_byte(&s->rx, bytes[i]));
	return i;
}

ssize_t session_output(struct session *s, char __user *buf, size_t n)
{
	size_t at, part;
	ssize_t ret;

	mutex_lock(&s->out_lock);
	at = s->out_get % SESSION_FIFO;
	n = min_t(size_t, n, s->out_put - s->out_get);
	part = min_t(size_t, n, SESSION_FIFO - at);
	if (copy_to_user(buf, s->fifo + at, part) ||
	    copy_to_user(buf + part, s->fifo, n - part)) {
		ret = -EFAULT;
	} else {
		kc_store(&s->out_get, (u32)(s->out_get + n));
		ret = n;
	}
	mutex_unlock(&s->out_lock);
	wake_up_interruptible(&s->wait);
	return ret;
}
