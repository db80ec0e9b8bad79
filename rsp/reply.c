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

/*
 * Run lengths, as characters: no repeats; the longest run, "x*~"; the shortest,
 * "x*%", since 6 and 7 repeats would be a '#' and a '$'.
 */
#define TX_RUN_ZERO	29
#define TX_RUN_MAX	('~' - TX_RUN_ZERO + 1)
#define TX_RUN_MIN	('%' - TX_RUN_ZERO + 1)

/* EMSGSIZE's usual number, sent when a reply did not fit. */
#define TX_OVERFLOW_ERROR	0x5a
/* "$E5a#db": a notice always leaves space for it. */
#define TX_SHORTEST	(4 + TX_TAIL)

static const char tx_digits[] = "0123456789abcdef";

/*
 * For two bytes, add a word of each table.  The sum has their four digits in the
 * order of memory, and in its last byte what these add to the checksum.  That
 * byte is right even after 2^24 pairs are added up: carries from digits do not
 * reach it in little-endian order, and go the other way in big-endian.
 */
union tx_hex {
	u8 bytes[8];
	u64 word;
};

#define TX_FIRST(h, l)	{ { h, l, 0, 0, 0, 0, 0, h + l } }
#define TX_SECOND(h, l)	{ { 0, 0, h, l, 0, 0, 0, h + l } }
#define TX_ROW(P, h)	P(h, '0'), P(h, '1'), P(h, '2'), P(h, '3'), \
			P(h, '4'), P(h, '5'), P(h, '6'), P(h, '7'), \
			P(h, '8'), P(h, '9'), P(h, 'a'), P(h, 'b'), \
			P(h, 'c'), P(h, 'd'), P(h, 'e'), P(h, 'f')
#define TX_TABLE(P)	TX_ROW(P, '0'), TX_ROW(P, '1'), TX_ROW(P, '2'), \
			TX_ROW(P, '3'), TX_ROW(P, '4'), TX_ROW(P, '5'), \
			TX_ROW(P, '6'), TX_ROW(P, '7'), TX_ROW(P, '8'), \
			TX_ROW(P, '9'), TX_ROW(P, 'a'), TX_ROW(P, 'b'), \
			TX_ROW(P, 'c'), TX_ROW(P, 'd'), TX_ROW(P, 'e'), \
			TX_ROW(P, 'f')
static const union tx_hex tx_first[] = { TX_TABLE(TX_FIRST) };
static const union tx_hex tx_second[] = { TX_TABLE(TX_SECOND) };

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
	char digits[16];
	size_t n = 0;

	do {
		digits[n++] = tx_digits[v & 15];
		v >>= 4;
	} while (v);
	if (!tx_reserve(tx, n))
		return;
	while (n)
		tx_byte(tx, digits[--n]);
}

static __always_inline void tx_put_pair(char *to, const u8 *from,
					union tx_hex *sum)
{
	u64 word = tx_first[from[0]].word + tx_second[from[1]].word;

	memcpy(to, &word, 4);
	sum->word += word;
}

static __always_inline void tx_put_eight(char *to, const u8 *from,
					 union tx_hex *sum)
{
	tx_put_pair(to, from, sum);
	tx_put_pair(to + 4, from + 2, sum);
	tx_put_pair(to + 8, from + 4, sum);
	tx_put_pair(to + 12, from + 6, sum);
}

/*
 * 32 bytes a turn: the loop itself takes as long as one.  With a single sum, gcc
 * adds up all sixteen words at the end of a turn, and has no registers for them.
 */
void rsp_put_hex(struct rsp_tx *tx, const void *data, size_t n)
{
	char *to = tx->buf + tx->len;
	const u8 *p = data;
	union tx_hex sum = { { 0 } }, other = { { 0 } };
	size_t left;

	if (n > rsp_tx_room(tx) / 2) {
		tx->overflow = 1;
		return;
	}
	for (left = n / 32; left; left--, p += 32, to += 64) {
		tx_put_eight(to, p, &sum);
		tx_put_eight(to + 16, p + 8, &sum);
		tx_put_eight(to + 32, p + 16, &other);
		tx_put_eight(to + 48, p + 24, &other);
	}
	for (left = n % 32 / 2; left; left--, p += 2, to += 4)
		tx_put_pair(to, p, &sum);
	if (n & 1) {
		sum.word += tx_first[*p].word;
		memcpy(to, tx_first[*p].bytes, 2);
	}
	sum.word += other.word;
	tx->len += 2 * n;
	tx->sum += sum.bytes[7];
}

void *rsp_hex_space(struct rsp_tx *tx, size_t n)
{
	if (n > rsp_tx_room(tx) / 2) {
		tx->overflow = 1;
		return NULL;
	}
	return tx->buf + tx->len + n;
}

void rsp_put_hex_str(struct rsp_tx *tx, const char *s)
{
	rsp_put_hex(tx, s, strlen(s));
}

/* "x*~": GDB repeats the 'x' as often as the last character says. */
static size_t tx_put_run(struct rsp_tx *tx, size_t n)
{
	n = min_t(size_t, n, TX_RUN_MAX);
	tx_byte(tx, 'x');
	if (n < TX_RUN_MIN)
		return 1;
	tx_byte(tx, '*');
	tx_byte(tx, TX_RUN_ZERO + n - 1);
	return n;
}

void rsp_put_unavailable(struct rsp_tx *tx, size_t n)
{
	size_t done;

	if (n > rsp_tx_room(tx) / 2) {
		tx->overflow = 1;
		return;
	}
	for (done = 0; done < 2 * n;)
		done += tx_put_run(tx, 2 * n - done);
}

/* ---- binary data ------------------------------------------------------- */

/*
 * Two words of memory a turn; of a word, each byte at once.  A constant c in
 * each byte is TX_EACH(c).
 */
typedef unsigned long tx_word;
#define TX_WORD		sizeof(tx_word)
#define TX_EACH(c)	(~0UL / 0xff * (c))
#define TX_HIGH		TX_EACH(0x80UL)
#define TX_LOW		TX_EACH(0x7fUL)
/* Each second byte: 16 bits for its sum. */
#define TX_SECOND_BYTES	(~0UL / 0xffff * 0xff)
/* Of sums of two bytes of 7 bits, 16 bits have space for two more. */
#define TX_TURNS	256

static __always_inline tx_word tx_load(const void *from)
{
	tx_word word;

	memcpy(&word, from, sizeof(word));
	return word;
}

static __always_inline void tx_store(void *to, tx_word word)
{
	memcpy(to, &word, sizeof(word));
}

static __always_inline int tx_is_special(unsigned int c)
{
	return c == '#' || c == '$' || c == '*' || c == TX_ESCAPE;
}

/*
 * The high bit of each byte that may need an escape: 0x23 to 0x2a have '#', '$'
 * and '*', 0x7d to 0x7f '}'.  `low' are the low seven bits, so that no carry
 * leaves a byte; the other bits of the result mean nothing.
 */
static __always_inline tx_word tx_flags(tx_word word, tx_word low)
{
	tx_word range = (low + TX_EACH(0x80UL - '#')) ^
			(low + TX_EACH(0x80UL - '*' - 1));

	return (range | (low + TX_EACH(0x80UL - TX_ESCAPE))) & ~word;
}

/* The index of the first byte with a flag, in the order of memory. */
static __always_inline size_t tx_first_flag(tx_word flags)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	return __builtin_clzl(flags) / 8;
#else
	return __builtin_ctzl(flags) / 8;
#endif
}

static __always_inline tx_word tx_other_flags(tx_word flags, size_t first)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	return flags & ~(~(~0UL >> 1) >> 8 * first);
#else
	return flags & (flags - 1);
#endif
}

/*
 * Escape what needs it of the word at p, which is at `to' already.  What follows
 * in the word moves by one; that reads a word more, and writes one.  Return
 * where the next word goes.
 */
static __always_inline char *tx_escape_word(char *to, const u8 *p, tx_word flags)
{
	unsigned int c;
	size_t i;

	for (; flags; flags = tx_other_flags(flags, i)) {
		i = tx_first_flag(flags);
		c = p[i];
		/* Their low five bits tell bytes with a flag apart. */
		if (!((1U << ('#' & 31) | 1U << ('$' & 31) | 1U << ('*' & 31) |
		       1U << (TX_ESCAPE & 31)) >> (c & 31) & 1))
			continue;
		to[i] = TX_ESCAPE;
		to++;
		to[i] = (char)(c ^ TX_ESCAPE_XOR);
		tx_store(to + i + 1, tx_load(p + i + 1));
	}
	return to + TX_WORD;
}

/*
 * Put `turns' times two words.  Add the sum of the bytes to *sum: their low
 * seven bits in `all', and of each second one in `second'; the highest bits add
 * 0x80 or nothing.
 */
static char *tx_put_words(char *to, const u8 *p, size_t turns, u8 *sum)
{
	tx_word a, b, a_low, b_low, low, flags_a, flags_b;
	tx_word all = 0, second = 0, high = 0;
	unsigned int i;

	for (; turns; turns--, p += 2 * TX_WORD) {
		a = tx_load(p);
		b = tx_load(p + TX_WORD);
		tx_store(to, a);
		tx_store(to + TX_WORD, b);
		a_low = a & TX_LOW;
		b_low = b & TX_LOW;
		low = a_low + b_low;
		all += low;
		second += low & TX_SECOND_BYTES;
		high ^= a;
		high ^= b;
		flags_a = tx_flags(a, a_low);
		flags_b = tx_flags(b, b_low);
		if (likely(!((flags_a | flags_b) & TX_HIGH))) {
			to += 2 * TX_WORD;
			continue;
		}
		to = tx_escape_word(to, p, flags_a & TX_HIGH);
		tx_store(to, b);
		to = tx_escape_word(to, p + TX_WORD, flags_b & TX_HIGH);
	}
	all = (all - second) >> 8;
	high &= TX_HIGH;
	for (i = 0; i < TX_WORD; i += 2)
		*sum += (u8)(second >> 8 * i) + (u8)(all >> 8 * i) +
			(u8)(high >> 8 * i) + (u8)(high >> 8 * (i + 1));
	return to;
}

/*
 * By words as long as all that is left may need an escape and still fits, and
 * there is a word more to read; then byte by byte.
 */
size_t rsp_put_binary(struct rsp_tx *tx, const void *data, size_t n, size_t room)
{
	char *const start = tx->buf + tx->len, *to = start;
	char *const end = to + min_t(size_t, room, rsp_tx_room(tx));
	const u8 *p = data, *const stop = p + n;
	const u8 *const quick = p + min_t(size_t, n, (end - to) / 2);
	size_t turns;
	u8 c;

	while (quick - p >= (long)(3 * TX_WORD)) {
		turns = min_t(size_t, (quick - p - TX_WORD) / (2 * TX_WORD),
			      TX_TURNS);
		to = tx_put_words(to, p, turns, &tx->sum);
		p += turns * 2 * TX_WORD;
	}
	for (; p < stop && to < end; p++) {
		c = *p;		/* may be overwritten */
		if (!tx_is_special(c)) {
			*to++ = (char)c;
		} else if (end - to < 2) {
			break;
		} else {
			*to++ = TX_ESCAPE;
			*to++ = (char)(c ^ TX_ESCAPE_XOR);
		}
		tx->sum += c;
	}
	n = p - (const u8 *)data;
	/* All that need an escape have the bit that it takes away. */
	tx->sum += (TX_ESCAPE - TX_ESCAPE_XOR) * (to - start - n);
	tx->len += to - start;
	return n;
}

/* ---- the end of a reply, and errors ------------------------------------- */

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
