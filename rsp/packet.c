/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Receiving: bytes -> packets.
 *
 * A frame is '$', data, '#', two hex digits: the sum of the bytes between '$'
 * and '#' as sent, before '}' escapes are decoded.
 */
#include <linux/types.h>
#include <linux/string.h>

#include "rsp/rsp.h"
#include "rsp/scan.h"

enum {
	RX_IDLE,		/* between packets */
	RX_DATA,		/* after '$' */
	RX_SUM_HIGH,		/* after '#' */
	RX_SUM_LOW,		/* after the checksum's first digit */
};

#define RX_INTERRUPT	0x03
#define RX_ESCAPE	'}'
#define RX_ESCAPE_XOR	0x20

void rsp_rx_init(struct rsp_rx *rx, char *buf, size_t size)
{
	memset(rx, 0, sizeof(*rx));
	rx->buf = buf;
	rx->size = size;
	rx->state = RX_IDLE;
	buf[0] = '\0';
}

static void rx_start(struct rsp_rx *rx)
{
	rx->state = RX_DATA;
	rx->len = 0;
	rx->sum = 0;
	rx->escaped = 0;
	rx->too_long = 0;
}

static void rx_store(struct rsp_rx *rx, u8 c)
{
	if (rx->len + 1 < rx->size)
		rx->buf[rx->len++] = (char)c;
	else
		rx->too_long = 1;
}

static enum rsp_event rx_idle(u8 c)
{
	switch (c) {
	case '+':
		return RSP_EV_ACK;
	case '-':
		return RSP_EV_NAK;
	case RX_INTERRUPT:
		return RSP_EV_INTERRUPT;
	}
	return RSP_EV_NONE;
}

static void rx_data(struct rsp_rx *rx, u8 c)
{
	if (c == '#') {
		/* A trailing escape stands for itself. */
		if (rx->escaped)
			rx_store(rx, RX_ESCAPE);
		rx->state = RX_SUM_HIGH;
		return;
	}

	rx->sum += c;
	if (rx->escaped) {
		rx->escaped = 0;
		rx_store(rx, c ^ RX_ESCAPE_XOR);
	} else if (c == RX_ESCAPE) {
		rx->escaped = 1;
	} else {
		rx_store(rx, c);
	}
}

/* The frame is complete; digit is the checksum's second, -1 if not hex. */
static enum rsp_event rx_finish(struct rsp_rx *rx, int digit)
{
	rx->state = RX_IDLE;
	rx->buf[rx->len] = '\0';
	if (!rx->noack) {
		if (digit < 0)
			return RSP_EV_BAD_CHECKSUM;
		rx->want = (u8)(rx->want | digit);
		if (rx->want != rx->sum)
			return RSP_EV_BAD_CHECKSUM;
	}
	return rx->too_long ? RSP_EV_TOO_LONG : RSP_EV_PACKET;
}

int rsp_rx_at_end(const struct rsp_rx *rx)
{
	return rx->state == RX_SUM_LOW;
}

enum rsp_event rsp_rx_byte(struct rsp_rx *rx, u8 c)
{
	int digit;

	/* '$' is escaped in data, so an unescaped one starts a packet. */
	if (c == '$') {
		rx_start(rx);
		return RSP_EV_NONE;
	}

	switch (rx->state) {
	case RX_DATA:
		rx_data(rx, c);
		return RSP_EV_NONE;
	case RX_SUM_HIGH:
		digit = rsp_hex_digit((char)c);
		if (digit < 0 && !rx->noack) {
			rx->state = RX_IDLE;
			rx->buf[rx->len] = '\0';
			return RSP_EV_BAD_CHECKSUM;
		}
		rx->want = digit < 0 ? 0 : (u8)(digit << 4);
		rx->state = RX_SUM_LOW;
		return RSP_EV_NONE;
	case RX_SUM_LOW:
		return rx_finish(rx, rsp_hex_digit((char)c));
	default:
		return rx_idle(c);
	}
}

/* Store data that fits, up to the first byte that means something else. */
static size_t rx_plain(struct rsp_rx *rx, const char *bytes, size_t n)
{
	size_t i, room = rx->size - 1 - rx->len;
	char *to = rx->buf + rx->len;
	u8 sum = rx->sum;
	char c;

	if (n > room)
		n = room;
	for (i = 0; i < n; i++) {
		c = bytes[i];
		if (c == '$' || c == '#' || c == RX_ESCAPE)
			break;
		sum += (u8)c;
		to[i] = c;
	}
	rx->len += i;
	rx->sum = sum;
	return i;
}

size_t rsp_rx_bytes(struct rsp_rx *rx, const char *bytes, size_t n,
		    enum rsp_event *event)
{
	enum rsp_event found = RSP_EV_NONE;
	size_t i = 0;

	while (i < n && found == RSP_EV_NONE && rx->state != RX_SUM_LOW) {
		if (rx->state == RX_DATA && !rx->escaped)
			i += rx_plain(rx, bytes + i, n - i);
		if (i < n)
			found = rsp_rx_byte(rx, (u8)bytes[i++]);
	}
	*event = found;
	return i;
}

int rsp_rx_begins(u8 c)
{
	return c == '$' || rx_idle(c) != RSP_EV_NONE;
}

int rsp_rx_busy(const struct rsp_rx *rx)
{
	return rx->state != RX_IDLE;
}
