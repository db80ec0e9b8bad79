/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Replying: build a packet in a fixed buffer.
 *
 * Text is sent unescaped, because GDB decodes '}' only in binary replies.  A
 * '$' or '#' would break the frame and a '*' would be read as a run length, so
 * each of them becomes '_': quoted text cannot break a reply.
 */
#include <linux/types.h>
#include <linux/string.h>
#include <linux/kernel.h>

#include "rsp/rsp.h"

#define TX_TAIL		3	/* '#' and the checksum */
#define TX_ESCAPE	'}'
#define TX_ESCAPE_XOR	0x20

/* EMSGSIZE's usual number, sent when a reply did not fit. */
#define TX_OVERFLOW_ERROR	0x5a
/* "$E5a#db": a notice always leaves space for it. */
#define TX_SHORTEST	(4 + TX_TAIL)

static const char tx_digits[] = "0123456789abcdef";

/* The two digits of each byte. */
#define TX_ROW(h)	h "0" h "1" h "2" h "3" h "4" h "5" h "6" h "7" \
			h "8" h "9" h "a" h "b" h "c" h "d" h "e" h "f"
static const char tx_hex[] =
	TX_ROW("0") TX_ROW("1") TX_ROW("2") TX_ROW("3")
	TX_ROW("4") TX_ROW("5") TX_ROW("6") TX_ROW("7")
	TX_ROW("8") TX_ROW("9") TX_ROW("a") TX_ROW("b")
	TX_ROW("c") TX_ROW("d") TX_ROW("e") TX_ROW("f");

void rsp_tx_init(struct rsp_tx *tx, char *buf, size_t size)
{
	tx->buf = buf;
	tx->size = size;
	rsp_tx_begin(tx);
}

/* Start an empty payload at base. */
static void tx_restart(struct rsp_tx *tx)
{
	tx->len = tx->base;
	tx->buf[tx->len++] = '$';
	tx->overflow = 0;
	tx->sum = 0;
}

void rsp_tx_begin(struct rsp_tx *tx)
{
	tx->base = 0;
	tx_restart(tx);
}

void rsp_notice(struct rsp_tx *tx, const char *text)
{
	size_t need = 1 + 2 * strlen(text) + TX_SHORTEST;

	tx_restart(tx);
	if (need > rsp_tx_room(tx))
		return;
	rsp_putc(tx, 'O');
	rsp_put_hex_str(tx, text);
	rsp_tx_end(tx);
	tx->base = tx->len;
	tx_restart(tx);
}

size_t rsp_tx_used(const struct rsp_tx *tx)
{
	return tx->len - tx->base - 1;
}

size_t rsp_tx_room(const struct rsp_tx *tx)
{
	if (tx->overflow || tx->len + TX_TAIL > tx->size)
		return 0;
	return tx->size - TX_TAIL - tx->len;
}

void rsp_tx_end(struct rsp_tx *tx)
{
	if (tx->overflow)
		rsp_error_num(tx, TX_OVERFLOW_ERROR);
	tx->buf[tx->len++] = '#';
	tx->buf[tx->len++] = tx_digits[tx->sum >> 4];
	tx->buf[tx->len++] = tx_digits[tx->sum & 15];
}

/* Reserve n more bytes: 1, or 0 with the overflow set. */
static int tx_reserve(struct rsp_tx *tx, size_t n)
{
	if (n <= rsp_tx_room(tx))
		return 1;
	tx->overflow = 1;
	return 0;
}

/* The caller has reserved the space. */
static void tx_byte(struct rsp_tx *tx, u8 c)
{
	tx->sum += c;
	tx->buf[tx->len++] = (char)c;
}

static void tx_text(struct rsp_tx *tx, char c)
{
	tx_byte(tx, c == '$' || c == '#' || c == '*' ? '_' : c);
}

void rsp_putc(struct rsp_tx *tx, char c)
{
	if (tx_reserve(tx, 1))
		tx_text(tx, c);
}

void rsp_puts(struct rsp_tx *tx, const char *s)
{
	for (; *s; s++)
		rsp_putc(tx, *s);
}

/* Returns 0 if the text did not fit and was cut. */
static int __attribute__((format(printf, 2, 0)))
tx_vprintf(struct rsp_tx *tx, const char *fmt, va_list args)
{
	size_t room = rsp_tx_room(tx);
	size_t i, n;
	int want;

	/* The terminating NUL may overwrite the place of the '#'. */
	want = vsnprintf(tx->buf + tx->len, room + 1, fmt, args);
	if (want < 0)
		return 0;
	n = (size_t)want < room ? (size_t)want : room;
	for (i = 0; i < n; i++)
		tx_text(tx, tx->buf[tx->len]);
	return (size_t)want <= room;
}

void rsp_printf(struct rsp_tx *tx, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	if (!tx_vprintf(tx, fmt, args))
		tx->overflow = 1;
	va_end(args);
}

void rsp_put_num(struct rsp_tx *tx, u64 v)
{
	int shift = 60;

	while (shift && !(v >> shift))
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		rsp_putc(tx, tx_digits[(v >> shift) & 15]);
}

void rsp_put_hex(struct rsp_tx *tx, const void *data, size_t n)
{
	char *to = tx->buf + tx->len;
	const char *digits;
	const u8 *p = data, *end;
	u8 sum = tx->sum;

	if (n > rsp_tx_room(tx) / 2) {
		tx->overflow = 1;
		return;
	}
	for (end = p + n; p < end; p++, to += 2) {
		digits = tx_hex + 2 * *p;
		to[0] = digits[0];
		to[1] = digits[1];
		sum += digits[0] + digits[1];
	}
	tx->len += 2 * n;
	tx->sum = sum;
}

void rsp_put_hex_str(struct rsp_tx *tx, const char *s)
{
	rsp_put_hex(tx, s, strlen(s));
}

void rsp_put_unavailable(struct rsp_tx *tx, size_t n)
{
	if (n > rsp_tx_room(tx) / 2) {
		tx->overflow = 1;
		return;
	}
	memset(tx->buf + tx->len, 'x', 2 * n);
	tx->len += 2 * n;
	tx->sum += 2 * n * 'x';
}

size_t rsp_put_binary(struct rsp_tx *tx, const void *data, size_t n, size_t room)
{
	const u8 *p = data;
	size_t i;

	if (room > rsp_tx_room(tx))
		room = rsp_tx_room(tx);
	for (i = 0; i < n; i++) {
		u8 c = p[i];
		int special = c == '$' || c == '#' || c == '*' || c == TX_ESCAPE;
		size_t need = special ? 2 : 1;

		if (need > room)
			break;
		room -= need;
		if (special) {
			tx_byte(tx, TX_ESCAPE);
			c ^= TX_ESCAPE_XOR;
		}
		tx_byte(tx, c);
	}
	return i;
}

void rsp_ok(struct rsp_tx *tx)
{
	tx_restart(tx);
	rsp_puts(tx, "OK");
}

void rsp_error(struct rsp_tx *tx, const char *fmt, ...)
{
	va_list args;

	tx_restart(tx);
	rsp_puts(tx, "E.");
	va_start(args, fmt);
	/* Ignore a cut: half a sentence is better than a number. */
	tx_vprintf(tx, fmt, args);
	va_end(args);
}

/*
 * 0x10-0x2f become 0x90-0xaf, beyond every errno but still readable: E96 is
 * errno 0x16, EINVAL.  Numbers above 0xff become ff.
 */
void rsp_error_num(struct rsp_tx *tx, unsigned int nn)
{
	if (nn > 0xff)
		nn = 0xff;
	if (nn >= 0x10 && nn <= 0x2f)
		nn |= 0x80;
	tx_restart(tx);
	rsp_putc(tx, 'E');
	rsp_putc(tx, tx_digits[nn >> 4]);
	rsp_putc(tx, tx_digits[nn & 15]);
}
