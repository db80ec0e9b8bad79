/* SPDX-License-Identifier: GPL-2.0 */
/* The scanner for packet text: see scan.h. */
#include <linux/types.h>
#include <linux/string.h>

#include "rsp/rsp.h"
#include "rsp/scan.h"

int rsp_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

void rsp_scan_init(struct rsp_scan *s, const char *p, size_t len)
{
	s->p = p;
	s->end = p + len;
	s->why = NULL;
}

void rsp_scan_fail(struct rsp_scan *s, const char *why)
{
	if (!s->why)
		s->why = why;
	s->p = s->end;
}

int rsp_scan_peek(const struct rsp_scan *s)
{
	return s->p < s->end ? (u8)*s->p : -1;
}

int rsp_scan_at_end(const struct rsp_scan *s)
{
	return s->p == s->end;
}

int rsp_scan_accept(struct rsp_scan *s, char c)
{
	if (s->p == s->end || *s->p != c)
		return 0;
	s->p++;
	return 1;
}

int rsp_scan_word(struct rsp_scan *s, const char *word)
{
	const char *p = s->p;

	for (; *word; word++, p++)
		if (p == s->end || *p != *word)
			return 0;
	s->p = p;
	return 1;
}

void rsp_scan_need(struct rsp_scan *s, char c, const char *why)
{
	if (!rsp_scan_accept(s, c))
		rsp_scan_fail(s, why);
}

u64 rsp_scan_num(struct rsp_scan *s, u64 max, const char *why)
{
	const char *from = s->p;
	u64 v = 0;

	while (s->p < s->end) {
		int digit = rsp_hex_digit(*s->p);

		if (digit < 0)
			break;
		if (v >> 60)
			goto bad;
		v = (v << 4) | (u64)digit;
		if (v > max)
			goto bad;
		s->p++;
	}
	if (s->p != from)
		return v;

bad:
	rsp_scan_fail(s, why);
	return 0;
}

struct rsp_text rsp_scan_hex(struct rsp_scan *s, const char *odd)
{
	struct rsp_text t;

	t.p = s->p;
	while (s->p < s->end && rsp_hex_digit(*s->p) >= 0)
		s->p++;
	t.len = s->p - t.p;
	if (t.len & 1) {
		rsp_scan_fail(s, odd);
		t.len = 0;
	}
	return t;
}

struct rsp_text rsp_scan_hex_exact(struct rsp_scan *s, u64 bytes,
				   const char *too_short)
{
	struct rsp_text t;
	size_t left = s->end - s->p;
	size_t i;

	t.p = s->p;
	t.len = 0;
	if (bytes > left / 2)
		goto too_short;
	for (i = 0; i < 2 * (size_t)bytes; i++) {
		if (rsp_hex_digit(s->p[i]) < 0)
			goto too_short;
	}
	t.len = i;
	s->p += i;
	return t;

too_short:
	rsp_scan_fail(s, too_short);
	return t;
}

struct rsp_text rsp_scan_until(struct rsp_scan *s, char c)
{
	struct rsp_text t;

	t.p = s->p;
	while (s->p < s->end && *s->p != c)
		s->p++;
	t.len = s->p - t.p;
	return t;
}

struct rsp_text rsp_scan_rest(struct rsp_scan *s)
{
	struct rsp_text t;

	t.p = s->p;
	t.len = s->end - s->p;
	s->p = s->end;
	return t;
}

long rsp_unhex(struct rsp_text hex, void *dst, size_t size)
{
	u8 *out = dst;
	size_t i;

	if ((hex.len & 1) || hex.len / 2 > size)
		return -1;
	for (i = 0; i < hex.len; i += 2) {
		int high = rsp_hex_digit(hex.p[i]);
		int low = rsp_hex_digit(hex.p[i + 1]);

		if (high < 0 || low < 0)
			return -1;
		*out++ = (u8)(high << 4 | low);
	}
	return (long)(hex.len / 2);
}
