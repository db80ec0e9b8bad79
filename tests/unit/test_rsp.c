/* SPDX-License-Identifier: GPL-2.0 */
/* rsp/: framing, and the reply writer. */
#include <stdlib.h>

#include "rsp/rsp.h"
#include "tests/unit/unit.h"

#define RX_SIZE 64

/* Feed all of s. Returns the events other than NONE, as letters. */
static const char *feed(struct rsp_rx *rx, const char *s, size_t n)
{
	static const char letter[] = ".PBL+-!";
	static char out[64];
	size_t i, k = 0;

	for (i = 0; i < n; i++) {
		enum rsp_event ev = rsp_rx_byte(rx, (u8)s[i]);

		if (ev != RSP_EV_NONE && k < sizeof(out) - 1)
			out[k++] = letter[ev];
	}
	out[k] = 0;
	return out;
}

#define FEED(rx, s) feed(rx, s, sizeof(s) - 1)

static void test_frame(void)
{
	struct rsp_rx rx;
	char *buf = malloc(RX_SIZE);

	rsp_rx_init(&rx, buf, RX_SIZE);
	CHECK_STR(FEED(&rx, "$OK#9a"), "P");
	CHECK_EQ(rx.len, 2);
	CHECK_STR(buf, "OK");
	CHECK_STR(FEED(&rx, "$OK#9A"), "P");
	CHECK_STR(FEED(&rx, "$#00"), "P");
	CHECK_EQ(rx.len, 0);
	CHECK_STR(buf, "");
	/* several in one write, with acks between */
	CHECK_STR(FEED(&rx, "+$g#67+$?#3f"), "+P+P");
	CHECK_STR(buf, "?");
	free(buf);
}

/* As byte by byte, for any bytes, in pieces of any length. */
static void test_bytes(void)
{
	static const char some[] = "$$##}+-\x03" "0123456789abcdefg";
	char bytes[48], one_buf[24], two_buf[24];
	enum rsp_event event, want;
	struct rsp_rx one, two;
	size_t i, n, done;
	int turn;

	srand(1);
	rsp_rx_init(&one, one_buf, sizeof(one_buf));
	rsp_rx_init(&two, two_buf, sizeof(two_buf));
	for (turn = 0; turn < 20000; turn++) {
		n = rand() % sizeof(bytes);
		for (i = 0; i < n; i++)
			bytes[i] = some[rand() % (sizeof(some) - 1)];
		one.noack = turn / 100 % 2;
		two.noack = one.noack;
		for (i = 0; i < n; i += done) {
			if (rsp_rx_at_end(&two)) {
				event = rsp_rx_byte(&two, (u8)bytes[i]);
				done = 1;
			} else {
				done = rsp_rx_bytes(&two, bytes + i, n - i,
						    &event);
				CHECK(done && done <= n - i);
				CHECK(event != RSP_EV_PACKET);
				if (event == RSP_EV_NONE && done < n - i)
					CHECK(rsp_rx_at_end(&two));
			}
			want = RSP_EV_NONE;
			for (; want == RSP_EV_NONE && done; done--)
				want = rsp_rx_byte(&one, (u8)bytes[i++]);
			CHECK_EQ(done, 0);
			CHECK_EQ(event, want);
			CHECK_EQ(two.len, one.len);
			CHECK(!memcmp(two_buf, one_buf, one.len));
			CHECK_EQ(two.state, one.state);
			CHECK_EQ(two.sum, one.sum);
			CHECK_EQ(two.too_long, one.too_long);
		}
	}
}

/* All ways to split a stream into two writes, and byte by byte with junk. */
static void test_chunks(void)
{
	static const char stream[] = "+$qSupported:a#d2+$Xf,1:}\x03#d5$g#67";
	struct rsp_rx rx;
	char *buf = malloc(RX_SIZE);
	size_t cut, n = sizeof(stream) - 1;

	for (cut = 0; cut <= n; cut++) {
		char got[32];

		rsp_rx_init(&rx, buf, RX_SIZE);
		strcpy(got, feed(&rx, stream, cut));
		strcat(got, feed(&rx, stream + cut, n - cut));
		CHECK_STR(got, "+P+PP");
		CHECK_STR(buf, "g");
	}
	free(buf);
}

static void test_escapes(void)
{
	struct rsp_rx rx;
	char *buf = malloc(RX_SIZE), frame[16];
	int c;

	for (c = 0; c < 256; c++) {
		size_t n = 0;
		u8 sum;

		rsp_rx_init(&rx, buf, RX_SIZE);
		frame[n++] = '$';
		frame[n++] = 'X';
		frame[n++] = '}';
		frame[n++] = (char)(c ^ 0x20);
		sum = (u8)('X' + '}' + (c ^ 0x20));
		n += sprintf(frame + n, "#%02x", sum);
		/* An escaped byte that looks like '$' or '#' cannot be sent. */
		if ((c ^ 0x20) == '$' || (c ^ 0x20) == '#')
			continue;
		CHECK_STR(feed(&rx, frame, n), "P");
		CHECK_EQ(rx.len, 2);
		CHECK_EQ((u8)buf[1], c);
		CHECK_EQ(buf[2], 0);
	}
	/* escaped escapes; one at the end; one cut off by a restart */
	rsp_rx_init(&rx, buf, RX_SIZE);
	CHECK_STR(FEED(&rx, "$}]}]#b4"), "P");
	CHECK_STR(buf, "}}");
	CHECK_STR(FEED(&rx, "$a}#de"), "P");
	CHECK_STR(buf, "a}");
	CHECK_STR(FEED(&rx, "$a}$b#62"), "P");
	CHECK_STR(buf, "b");
	free(buf);
}

static void test_checksums(void)
{
	struct rsp_rx rx;
	char *buf = malloc(RX_SIZE), frame[8];
	int sum;

	rsp_rx_init(&rx, buf, RX_SIZE);
	for (sum = 0; sum < 256; sum++) {
		sprintf(frame, "$g#%02x", sum);
		CHECK_STR(feed(&rx, frame, 5), sum == 0x67 ? "P" : "B");
	}
	/* Not hex: bad at once, and what follows is outside of a packet. */
	CHECK_STR(FEED(&rx, "$g#x"), "B");
	CHECK_STR(FEED(&rx, "+"), "+");
	CHECK_STR(FEED(&rx, "$g#6x"), "B");
	CHECK_STR(FEED(&rx, "$g#\x03"), "B");
	/* The sum is over the bytes as sent, modulo 256. */
	CHECK_STR(FEED(&rx, "$}\x03#80"), "P");
	CHECK_STR(FEED(&rx, "$\xff\xff\x03#01"), "P");

	rx.noack = 1;
	CHECK_STR(FEED(&rx, "$g#00"), "P");
	CHECK_STR(buf, "g");
	CHECK_STR(FEED(&rx, "$g#zz$g#67"), "PP");
	free(buf);
}

static void test_between(void)
{
	struct rsp_rx rx;
	char *buf = malloc(RX_SIZE);

	rsp_rx_init(&rx, buf, RX_SIZE);
	CHECK_STR(FEED(&rx, "junk#00\n \r%"), "");
	CHECK_STR(FEED(&rx, "-+\x03-"), "-+!-");
	/* Inside a packet all of these are data. */
	CHECK_STR(FEED(&rx, "$a+-\x03%#e1"), "P");
	CHECK_STR(buf, "a+-\x03%");
	/* restarts: in the data, in the checksum */
	CHECK_STR(FEED(&rx, "$abc$g#67"), "P");
	CHECK_STR(FEED(&rx, "$abc#$g#67"), "P");
	CHECK_STR(FEED(&rx, "$abc#2$g#67"), "P");
	CHECK_STR(FEED(&rx, "$$$g#67"), "P");
	CHECK_STR(buf, "g");
	/* The packet stays valid while only acks arrive. */
	CHECK_STR(FEED(&rx, "+++"), "+++");
	CHECK_STR(buf, "g");
	/* A NUL is data like any other. */
	CHECK_STR(FEED(&rx, "$a\0b#c3"), "P");
	CHECK_EQ(rx.len, 3);
	free(buf);
}

static void test_too_long(void)
{
	struct rsp_rx rx;
	char *buf = malloc(RX_SIZE), frame[RX_SIZE + 64];
	int n;

	for (n = RX_SIZE - 3; n < RX_SIZE + 40; n++) {
		const char *want = n < RX_SIZE ? "P" : "L";
		size_t len;

		rsp_rx_init(&rx, buf, RX_SIZE);
		frame[0] = '$';
		memset(frame + 1, 'a', n);
		len = 1 + n + sprintf(frame + 1 + n, "#%02x", (u8)(n * 'a'));
		CHECK_STR(feed(&rx, frame, len), want);
		CHECK(rx.len < RX_SIZE);
		CHECK_EQ(strlen(buf), rx.len);
		rx.noack = 1;
		CHECK_STR(feed(&rx, frame, len), want);
		rx.noack = 0;
		frame[len - 1] ^= 1;
		CHECK_STR(feed(&rx, frame, len), "B");
		/* and the next one is received correctly */
		CHECK_STR(FEED(&rx, "$g#67"), "P");
	}
	/* the smallest buffer */
	rsp_rx_init(&rx, buf, 1);
	CHECK_STR(FEED(&rx, "$#00$g#67"), "PL");
	CHECK_EQ(rx.len, 0);
	free(buf);
}

/* ---- replies ------------------------------------------------------------ */

static struct rsp_tx tx;
static char *tx_mem;

static void tx_new(size_t size)
{
	free(tx_mem);
	tx_mem = malloc(size);
	rsp_tx_init(&tx, tx_mem, size);
}

/* The reply on the wire, NUL-terminated; checks its checksum. */
static const char *wire(void)
{
	static char out[16384];
	char want[4];
	size_t i;
	u8 sum = 0;

	rsp_tx_end(&tx);
	for (i = tx.base + 1; i < tx.len - 3; i++)
		sum += (u8)tx.buf[i];
	sprintf(want, "#%02x", sum);
	CHECK(!memcmp(tx.buf + tx.len - 3, want, 3));
	memcpy(out, tx.buf, tx.len);
	out[tx.len] = 0;
	return out;
}

static void test_reply_pieces(void)
{
	tx_new(256);
	CHECK_STR(wire(), "$#00");
	rsp_tx_begin(&tx);
	CHECK_EQ(rsp_tx_used(&tx), 0);
	CHECK_EQ(rsp_tx_room(&tx), 252);
	rsp_putc(&tx, 'm');
	rsp_puts(&tx, "ab");
	CHECK_EQ(rsp_tx_used(&tx), 3);
	CHECK_EQ(rsp_tx_room(&tx), 249);
	CHECK_STR(wire(), "$mab#30");
	rsp_tx_begin(&tx);
	rsp_printf(&tx, "T%d;%s:%llx", 1, "x", 0xabcdefULL);
	CHECK_STR(wire(), "$T1;x:abcdef#c7");
	rsp_tx_begin(&tx);
	rsp_put_num(&tx, 0);
	rsp_putc(&tx, ',');
	rsp_put_num(&tx, 15);
	rsp_putc(&tx, ',');
	rsp_put_num(&tx, 0x1000000000000000ULL);
	rsp_putc(&tx, ',');
	rsp_put_num(&tx, ~0ULL);
	rsp_putc(&tx, ',');
	rsp_put_num(&tx, 0x0fedcba987654321ULL);
	CHECK(!strncmp(wire(), "$0,f,1000000000000000,ffffffffffffffff,fedcba987654321#", 55));
	rsp_tx_begin(&tx);
	rsp_put_hex(&tx, "\x00\x7f\x80\xff", 4);
	rsp_put_hex_str(&tx, "az");
	rsp_put_unavailable(&tx, 2);
	CHECK(!strncmp(wire(), "$007f80ff617axxxx#", 18));
	rsp_tx_begin(&tx);
	rsp_puts(&tx, "gone");
	rsp_ok(&tx);
	CHECK_STR(wire(), "$OK#9a");
}

/* Every byte as hex; all pieces of a reply share one checksum. */
static void test_reply_hex(void)
{
	u8 data[256];
	char want[3];
	const char *got;
	size_t i;

	for (i = 0; i < 256; i++)
		data[i] = (u8)i;
	tx_new(2048);
	rsp_put_hex(&tx, data, 256);
	CHECK_EQ(rsp_tx_used(&tx), 512);
	got = wire();
	for (i = 0; i < 256; i++) {
		sprintf(want, "%02x", (unsigned int)i);
		CHECK(!memcmp(got + 1 + 2 * i, want, 2));
	}
	rsp_tx_begin(&tx);
	rsp_notice(&tx, "A notice");
	rsp_putc(&tx, '*');
	rsp_put_hex(&tx, data, 0);
	rsp_put_unavailable(&tx, 0);
	rsp_puts(&tx, "F$");
	rsp_put_hex(&tx, data + 100, 156);
	rsp_put_unavailable(&tx, 200);
	rsp_put_num(&tx, 0xdeadbeef);
	CHECK_EQ(rsp_put_binary(&tx, data, 256, 300), 256);
	rsp_printf(&tx, "%d#%s", -1, "}*");
	CHECK_EQ(rsp_tx_used(&tx), 3 + 312 + 20 + 8 + 260 + 5);
	CHECK(!memcmp(wire() + tx.base, "$_F_6465", 8));
	/* exactly to the end, and one byte more */
	tx_new(516);
	rsp_put_hex(&tx, data, 256);
	CHECK_EQ(rsp_tx_room(&tx), 0);
	CHECK_EQ(strlen(wire()), 516);
	tx_new(515);
	rsp_puts(&tx, "gone");
	rsp_put_hex(&tx, data, 256);
	CHECK_STR(wire(), "$E5a#db");
}

/*
 * Compared with one digit at a time: all lengths up to some turns of the loop,
 * some long ones, all alignments of both sides. `asked' is the space that the
 * data has at the end of their digits; 0: they are elsewhere.
 */
static void check_hex(size_t at, size_t from, size_t n, size_t asked)
{
	static const char digits[] = "0123456789abcdef";
	static char want[2 * 5000 + 32];
	u8 *data = malloc(from + n + 1);
	char *p = want;
	u8 sum = 0;
	size_t i;

	tx_new(1 + at + 2 * (asked ? asked : n) + 3);
	*p++ = '$';
	for (i = 0; i < at; i++) {
		rsp_putc(&tx, 'a');
		*p++ = 'a';
	}
	for (i = 0; i < n; i++) {
		data[from + i] = (u8)rand();
		*p++ = digits[data[from + i] / 16];
		*p++ = digits[data[from + i] % 16];
	}
	if (asked)
		rsp_put_hex(&tx, memcpy(rsp_hex_space(&tx, asked),
					data + from, n), n);
	else
		rsp_put_hex(&tx, data + from, n);
	for (i = 1; want + i < p; i++)
		sum += (u8)want[i];
	sprintf(p, "#%02x", sum);
	CHECK_STR(wire(), want);
	free(data);
}

static void test_reply_hex_lengths(void)
{
	size_t at, n;

	srand(1);
	for (at = 0; at < 16; at++) {
		for (n = 0; n < 100; n++) {
			check_hex(at, at * 5 % 8, n, 0);
			check_hex(at, 0, n, n + at);
		}
		check_hex(at, at % 8, 4096 + at, 0);
		check_hex(at, 0, 4096 + at, 4096 + at);
		check_hex(at, 0, 1000 + at, 5000);
	}
}

/* Decoded as GDB does: "c*n" is c, repeated n - 29 times. */
static void test_reply_unavailable(void)
{
	const char *p;
	size_t n, got;

	for (n = 0; n < 400; n++) {
		tx_new(1024);
		rsp_put_unavailable(&tx, n);
		CHECK(n < 8 || rsp_tx_used(&tx) < n);
		p = wire() + 1;
		for (got = 0; *p != '#'; p++) {
			CHECK(p[0] == 'x');
			got++;
			if (p[1] != '*')
				continue;
			CHECK(p[2] > 29 + 3 && p[2] <= '~');
			CHECK(p[2] != '#' && p[2] != '$');
			got += p[2] - 29;
			p += 2;
		}
		CHECK_EQ(got, 2 * n);
	}
}

static void test_reply_errors(void)
{
	char want[8];
	unsigned int nn;

	tx_new(256);
	rsp_puts(&tx, "gone");
	rsp_error(&tx, "no memory for %d bytes", 42);
	CHECK(!strncmp(wire(), "$E.no memory for 42 bytes#", 26));
	for (nn = 0; nn < 300; nn++) {
		unsigned int shown = nn > 255 ? 255 : nn;

		if (shown >= 0x10 && shown < 0x30)
			shown |= 0x80;
		rsp_tx_begin(&tx);
		rsp_puts(&tx, "gone");
		rsp_error_num(&tx, nn);
		sprintf(want, "$E%02x#", shown);
		CHECK(!strncmp(wire(), want, 5));
		CHECK(want[2] != '1' && want[2] != '2');
	}
	/* Quoted text cannot break a reply's frame. */
	rsp_tx_begin(&tx);
	rsp_error(&tx, "$cnt #%s", "a*b}");
	CHECK(!strncmp(wire(), "$E._cnt _a_b}#", 14));
	rsp_tx_begin(&tx);
	rsp_putc(&tx, '#');
	rsp_puts(&tx, "$*");
	rsp_printf(&tx, "%c", '#');
	CHECK(!strncmp(wire(), "$____#", 6));
	/* A long text is cut, also at the end of the smallest buffer. */
	tx_new(RSP_TX_MIN);
	rsp_error(&tx, "%0200d", 1);
	CHECK(!tx.overflow);
	CHECK_EQ(rsp_tx_room(&tx), 0);
	CHECK_EQ(strlen(wire()), RSP_TX_MIN);
}

/* Fill up to `left` bytes of space. */
static void fill(size_t left)
{
	tx_new(RSP_TX_MIN);
	while (rsp_tx_room(&tx) > left)
		rsp_putc(&tx, 'a');
}

static void test_notice(void)
{
	char buf[RSP_TX_MIN];
	struct rsp_tx tx;

	rsp_tx_init(&tx, buf, sizeof(buf));
	rsp_notice(&tx, "Hi");
	CHECK_EQ(rsp_tx_used(&tx), 0);
	rsp_puts(&tx, "replaced");
	rsp_ok(&tx);
	rsp_tx_end(&tx);
	CHECK_EQ(tx.len, 15);
	CHECK(!memcmp(buf, "$O4869#2a$OK#9a", 15));
	/* what does not fit gives an error, behind the notice */
	rsp_tx_begin(&tx);
	rsp_notice(&tx, "Hi");
	rsp_put_unavailable(&tx, 100);
	rsp_tx_end(&tx);
	CHECK(!memcmp(buf, "$O4869#2a$E", 11));
}

/* Behind notices of any lengths, the shortest reply fits, and an error. */
static void test_notice_room(void)
{
	char text[2 * RSP_TX_MIN], *mem = malloc(RSP_TX_MIN);
	struct rsp_tx tx;
	size_t first, second, end;

	for (first = 0; first < RSP_TX_MIN; first++) {
		for (second = 0; second < RSP_TX_MIN; second++) {
			rsp_tx_init(&tx, mem, RSP_TX_MIN);
			memset(text, 'n', sizeof(text));
			text[first] = 0;
			rsp_notice(&tx, text);
			/*
			 * It is sent if it leaves 7 bytes, otherwise not at
			 * all.
			 */
			end = 1 + 1 + 2 * first + 3;
			CHECK_EQ(tx.base, end + 7 <= RSP_TX_MIN ? end : 0);
			end = tx.base;
			text[first] = 'n';
			text[second] = 0;
			rsp_notice(&tx, text);
			CHECK(tx.base == end || tx.base == end + 5 + 2 * second);
			CHECK(!tx.overflow);
			rsp_put_unavailable(&tx, RSP_TX_MIN);
			rsp_tx_end(&tx);
			CHECK(tx.len <= RSP_TX_MIN);
			CHECK(!memcmp(mem + tx.base, "$E5a#db", 7));
		}
	}
	free(mem);
}

static void test_reply_overflow(void)
{
	size_t left;
	int how;

	for (how = 0; how < 6; how++) {
		for (left = 0; left < 8; left++) {
			fill(left);
			switch (how) {
			case 0:
				rsp_puts(&tx, "1234");
				break;
			case 1:
				rsp_printf(&tx, "%d", 1234);
				break;
			case 2:
				rsp_put_num(&tx, 0x1234);
				break;
			case 3:
				rsp_put_hex(&tx, "12", 2);
				break;
			case 4:
				rsp_put_unavailable(&tx, 2);
				break;
			case 5:
				rsp_put_hex_str(&tx, "12");
				break;
			}
			CHECK_EQ(tx.overflow, left < 4);
			if (tx.overflow) {
				/* an overflow stays */
				rsp_putc(&tx, 'x');
				rsp_printf(&tx, "y");
				CHECK_EQ(rsp_tx_room(&tx), 0);
				CHECK_STR(wire(), "$E5a#db");
				/* and the next reply is correct */
				rsp_tx_begin(&tx);
				rsp_ok(&tx);
				CHECK_STR(wire(), "$OK#9a");
			} else {
				CHECK_EQ(rsp_tx_room(&tx), left - 4);
				wire();
			}
		}
	}
	fill(0);
	rsp_put_hex(&tx, "1", (size_t)-1);
	CHECK(tx.overflow);
	/* twice this is 0 */
	fill(4);
	rsp_put_hex(&tx, "1", ~(size_t)0 / 2 + 1);
	CHECK(tx.overflow);
	fill(4);
	rsp_put_unavailable(&tx, ~(size_t)0 / 2 + 1);
	CHECK(tx.overflow);
	rsp_ok(&tx);
	CHECK(!tx.overflow);
	CHECK_STR(wire(), "$OK#9a");
}

static void test_reply_binary(void)
{
	static const char data[] = "a#b$c}d*e";
	size_t room;

	tx_new(256);
	CHECK_EQ(rsp_put_binary(&tx, data, 9, 100), 9);
	CHECK(!strncmp(wire(), "$a}\003b}\004c}]d}\ne#", 15));
	/*
	 * bytes taken for each space: an escape is written whole or not at all
	 */
	for (room = 0; room < 14; room++) {
		static const u8 taken[] = { 0, 1, 1, 2, 3, 3, 4, 5, 5, 6, 7, 7, 8, 9 };

		rsp_tx_begin(&tx);
		CHECK_EQ(rsp_put_binary(&tx, data, 9, room), taken[room]);
		CHECK(rsp_tx_used(&tx) <= room);
		CHECK(!tx.overflow);
	}
	fill(3);
	CHECK_EQ(rsp_put_binary(&tx, data, 9, 100), 2);
	CHECK_EQ(rsp_tx_room(&tx), 0);
	CHECK_EQ(rsp_put_binary(&tx, data, 9, 100), 0);
	CHECK(!tx.overflow);
	CHECK_EQ(rsp_put_binary(&tx, data, 0, 0), 0);
}

/*
 * Compared with one byte at a time, as GDB decodes it: all lengths up to some
 * turns of the loop, all alignments, all spaces.  `special' of 256 bytes are ones
 * that need an escape; `asked' is as for check_hex().
 */
static void check_binary(size_t from, size_t n, size_t room, int special, size_t asked)
{
	size_t at, put, want = 0, sent = 0;
	u8 *data = malloc(from + n + 1), sum = 0;
	const char *text, *p;

	for (at = 0; at < n; at++)
		data[from + at] = rand() % 256 < special ? "$#*}"[rand() % 4] : rand();
	tx_new(1 + (asked ? 2 * asked : 2 * n) + 3);
	if (asked)
		put = rsp_put_binary(&tx, memcpy(rsp_hex_space(&tx, asked), data + from, n), n, room);
	else
		put = rsp_put_binary(&tx, data + from, n, room);
	for (at = from; want < n; want++, at++) {
		sent += memchr("$#*}", data[at], 4) ? 2 : 1;
		if (sent > room)
			break;
	}
	CHECK_EQ(put, want);
	CHECK(!tx.overflow && rsp_tx_used(&tx) <= room);
	text = wire();
	p = text + 1;
	for (at = from; at < from + put; at++) {
		CHECK_EQ(*p == '}', !!memchr("$#*}", data[at], 4));
		if (*p == '}')
			CHECK_EQ((u8)(*++p ^ 0x20), data[at]);
		else
			CHECK_EQ((u8)*p, data[at]);
		p++;
	}
	CHECK_EQ(*p, '#');
	while (p-- > text + 1)
		sum += *p;
	CHECK_EQ(tx.sum, sum);
	free(data);
}

static void test_reply_binary_lengths(void)
{
	static const int special[] = { 0, 4, 64, 256 };
	size_t n, room;
	int i;

	srand(2);
	for (i = 0; i < 4; i++) {
		for (n = 0; n < 100; n++) {
			check_binary(n % 8, n, 2 * n, special[i], 0);
			check_binary(0, n, 2 * n, special[i], n + n % 5);
		}
		for (room = 0; room < 90; room++)
			check_binary(room % 8, 40, room, special[i], 0);
		for (n = 4096; n < 4112; n++) {
			check_binary(n % 8, n, 2 * n, special[i], 0);
			check_binary(0, n, 2 * n, special[i], n);
		}
	}
}

/* Every byte is received as it was sent. */
static void test_round_trip(void)
{
	u8 data[256];
	struct rsp_rx rx;
	char *buf = malloc(257);
	size_t i, from;

	for (i = 0; i < 256; i++)
		data[i] = (u8)i;
	for (from = 0; from < 256; from++) {
		tx_new(600);
		CHECK_EQ(rsp_put_binary(&tx, data + from, 256 - from, 600), 256 - from);
		rsp_tx_end(&tx);
		rsp_rx_init(&rx, buf, 257);
		CHECK_STR(feed(&rx, tx.buf, tx.len), "P");
		CHECK_EQ(rx.len, 256 - from);
		CHECK(!memcmp(buf, data + from, 256 - from));
	}
	free(buf);
}

static void test_unhex(void)
{
	struct rsp_text t;
	u8 out[3];

	t.p = "00fFaB1";
	t.len = 6;
	CHECK_EQ(rsp_unhex(t, out, 3), 3);
	CHECK(!memcmp(out, "\x00\xff\xab", 3));
	CHECK_EQ(rsp_unhex(t, out, 2), -1);
	t.len = 7;
	CHECK_EQ(rsp_unhex(t, out, 3), -1);
	t.len = 3;
	CHECK_EQ(rsp_unhex(t, out, 3), -1);
	t.len = 0;
	CHECK_EQ(rsp_unhex(t, out, 0), 0);
	t.p = "0g";
	t.len = 2;
	CHECK_EQ(rsp_unhex(t, out, 3), -1);
	t.p = "g0";
	CHECK_EQ(rsp_unhex(t, out, 3), -1);
	t.p = "/:";
	CHECK_EQ(rsp_unhex(t, out, 3), -1);
	t.p = "@G";
	CHECK_EQ(rsp_unhex(t, out, 3), -1);
	t.p = "`g";
	CHECK_EQ(rsp_unhex(t, out, 3), -1);
}

/* First bytes of GDB's sessions, and whether a packet is incomplete. */
static void test_begins_and_busy(void)
{
	struct rsp_rx rx;
	char buf[RX_SIZE];
	int c, i;

	for (c = 0; c < 256; c++)
		CHECK_EQ(rsp_rx_begins((u8)c),
			 c == '+' || c == '-' || c == '$' || c == 3);
	rsp_rx_init(&rx, buf, RX_SIZE);
	for (i = 0; i < 2; i++) {
		const struct { char c; int busy; } step[] = {
			{ '+', 0 }, { 'x', 0 }, { '$', 1 }, { '+', 1 },
			{ '$', 1 }, { 'g', 1 }, { '#', 1 }, { '6', 1 },
			{ '7', 0 }, { '-', 0 }, { 3, 0 }, { '$', 1 },
			{ '#', 1 }, { 'z', i }, { '0', 0 },
		};
		size_t n;

		rx.noack = i;
		for (n = 0; n < sizeof(step) / sizeof(step[0]); n++) {
			rsp_rx_byte(&rx, (u8)step[n].c);
			CHECK_EQ(rsp_rx_busy(&rx), step[n].busy);
		}
	}
}

int main(void)
{
	RUN(test_frame);
	RUN(test_chunks);
	RUN(test_bytes);
	RUN(test_escapes);
	RUN(test_checksums);
	RUN(test_between);
	RUN(test_too_long);
	RUN(test_reply_pieces);
	RUN(test_reply_hex);
	RUN(test_reply_hex_lengths);
	RUN(test_reply_unavailable);
	RUN(test_reply_errors);
	RUN(test_notice);
	RUN(test_notice_room);
	RUN(test_begins_and_busy);
	RUN(test_reply_overflow);
	RUN(test_reply_binary);
	RUN(test_reply_binary_lengths);
	RUN(test_round_trip);
	RUN(test_unhex);
	free(tx_mem);
	return unit_end();
}
