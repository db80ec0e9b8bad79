/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rsp/ against randomly broken packets: mutated, framed, received in a buffer
 * of exactly the required size, parsed, walked.  The sequence is the same in
 * every run.  An argument gives the number of rounds.
 */
#include <stdlib.h>

#include "rsp/rsp.h"
#include "tests/unit/unit.h"

static const char * const seeds[] = {
	"qSupported:multiprocess+;error-message+", "Hgp1.-1", "qThreadExtraInfo,64",
	"qAttached:1", "qSymbol:ff:6162", "vKill;1", "qRcmd,68656c70", "qC", "T1",
	"qXfer:features:read:target.xml:0,1000", "p18", "P10=0011", "G0011",
	"mffffffff81000000,40", "xffffffff81000000,3fc0", "M10,2:abcd", "X10,2:ab", "Z0,10,1;X1,27",
	"C05;10", "vCont;r10,20:p1.2;c:-1", "D;1",
	"QTDP:2:ffffffff9b34cc50:E:0:64:F5:S:Xd,2600032a402310002a402b1527-",
	"QTDP:-1:ffffffff9b34cc50:R07ffM-1,FFFFFFFF81000000,8M10,FFFFFFFFFFFFFFF8,4X00000002,2727L-",
	"QTDP:-3:ffffffff9b34cc60:SR07ffX0000000C,2c000122010216402d000127",
	"QTDPsrc:2:ffffffff9b34cc50:cond:0:c:636f756e74203e2034303936",
	"QTDV:1:0000000000000005:0:636e74",
	"QTro:ffffffff81000000,ffffffff81e01ef2:10,20:30,40",
	"QTDisconnected:1", "QTBuffer:circular:1", "QTBuffer:size:100000",
	"QTBuffer:size:-1", "QTNotes:user:6d65;notes:736f6d65;tstop:;", "QTStart",
	"QTEnable:1:ffffffff9b34cc50", "QTFrame:63", "QTFrame:pc:10", "QTFrame:tdp:3",
	"QTFrame:range:10:20", "QTFrame:outside:10:20", "qTStatus", "qTP:9:10",
	"qTV:1", "qTfP", "qTBuffer:69c,7d0", "QTSave:2f746d70",
};

#define N_SEEDS		(sizeof(seeds) / sizeof(seeds[0]))
#define MAX_PACKET	256
/* Bytes with a meaning somewhere. */
static const char tokens[] = ":;,-+.=?SXMRLFEDPQTqtvpfghH0123456789abcdefABCDEF$#}*\003\0\377 ";

static u64 seed = 0x123456789abcdefULL;
static long rounds = 2000000;
static unsigned long malformed, unknown, good;

static u32 rnd(u32 n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (u32)(seed >> 32) % n;
}

static size_t mutate(char *p, size_t n)
{
	size_t at, k, from;

	switch (rnd(7)) {
	case 0:		/* change a byte */
		if (n)
			p[rnd(n)] = tokens[rnd(sizeof(tokens))];
		break;
	case 1:		/* insert a byte */
		at = rnd(n + 1);
		memmove(p + at + 1, p + at, n - at);
		p[at] = tokens[rnd(sizeof(tokens))];
		n++;
		break;
	case 2:		/* delete some */
		at = rnd(n + 1);
		k = rnd(4) + 1;
		if (k > n - at)
			k = n - at;
		memmove(p + at, p + at + k, n - at - k);
		n -= k;
		break;
	case 3:		/* truncate */
		n = rnd(n + 1);
		break;
	case 4:		/* repeat a part */
		from = rnd(n + 1);
		k = rnd(n - from + 1);
		memmove(p + n, p + from, k);
		n += k;
		break;
	case 5:		/* set a random byte */
		if (n)
			p[rnd(n)] = (char)rnd(256);
		break;
	case 6:		/* many digits */
		at = rnd(n + 1);
		k = rnd(20);
		memmove(p + at + k, p + at, n - at);
		memset(p + at, "0f"[rnd(2)], k);
		n += k;
		break;
	}
	return n;
}

/* The frame of a packet, with all necessary escapes. */
static size_t frame(const char *p, size_t n, char *out)
{
	static const char digits[] = "0123456789abcdef";
	size_t i, k = 0;
	u8 sum = 0;

	out[k++] = '$';
	for (i = 0; i < n; i++) {
		if (p[i] == '$' || p[i] == '#' || p[i] == '}') {
			out[k++] = '}';
			sum += '}';
			out[k] = p[i] ^ 0x20;
		} else {
			out[k] = p[i];
		}
		sum += (u8)out[k++];
	}
	out[k++] = '#';
	out[k++] = digits[sum >> 4];
	out[k++] = digits[sum & 15];
	return k;
}

static const char *lo, *hi;	/* bounds of the packet */

static void within(struct rsp_text t)
{
	if (!t.p && !t.len)
		return;
	CHECK(t.p >= lo && t.p <= hi && t.len <= (size_t)(hi - t.p));
}

static void hex(struct rsp_text t)
{
	char out[MAX_PACKET];

	within(t);
	CHECK_EQ(rsp_unhex(t, out, sizeof(out)), t.len / 2);
}

static void walk(const struct rsp_cmd *cmd)
{
	struct rsp_text list = cmd->u.actions.list;
	struct rsp_action act;
	const char *why = NULL;
	int ret, step = 0;
	size_t left = list.len;

	while ((ret = rsp_next_action(&list, &step, &act, &why)) == 1) {
		within(list);
		hex(act.hex);
		CHECK(list.len < left);
		left = list.len;
		CHECK(strchr("RMXL", act.kind) && act.kind);
		if (act.kind == 'X')
			CHECK_EQ(act.hex.len, 2 * act.len);
	}
	CHECK(ret ? !!why : !list.len);
}

static void check(const struct rsp_cmd *cmd)
{
	struct rsp_text t;
	u64 a, b;

	CHECK((cmd->id == RSP_MALFORMED) == !!cmd->why);
	CHECK(cmd->id <= RSP_QTMINFTPILEN);
	within(cmd->text);
	hex(cmd->hex);
	if (cmd->id == RSP_MALFORMED)
		malformed++;
	else if (cmd->id == RSP_UNKNOWN)
		unknown++;
	else
		good++;
	switch (cmd->id) {
	case RSP_XFER_READ:
		within(cmd->u.xfer.annex);
		break;
	case RSP_QTDP:
		hex(cmd->u.tdp.cond);
		CHECK(cmd->u.tdp.num);
		break;
	case RSP_QTDP_ACTIONS:
		within(cmd->u.actions.list);
		CHECK(cmd->u.actions.list.len);
		walk(cmd);
		break;
	case RSP_QTDPSRC:
		within(cmd->u.src.type);
		hex(cmd->u.src.hex);
		break;
	case RSP_QTDV:
		hex(cmd->u.var.name);
		break;
	case RSP_QTRO:
		for (t = cmd->text; t.len; )
			CHECK_EQ(rsp_next_range(&t, &a, &b), 1);
		break;
	case RSP_QTNOTES:
		hex(cmd->u.notes.user);
		hex(cmd->u.notes.notes);
		hex(cmd->u.notes.tstop);
		break;
	case RSP_QTBUFFER_SIZE:
		CHECK(cmd->u.size);
		break;
	default:
		break;
	}
}

static void one(void)
{
	char packet[4 * MAX_PACKET], wire[8 * MAX_PACKET + 4], *buf;
	const char *from = seeds[rnd(N_SEEDS)];
	struct rsp_rx rx;
	struct rsp_cmd cmd;
	enum rsp_event ev = RSP_EV_NONE;
	size_t n = strlen(from), i, len;
	int k;

	memcpy(packet, from, n);
	for (k = rnd(4); k >= 0 && n < MAX_PACKET / 2; k--)
		n = mutate(packet, n);
	if (n >= MAX_PACKET)
		n = MAX_PACKET - 1;

	buf = malloc(n + 1);
	rsp_rx_init(&rx, buf, n + 1);
	len = frame(packet, n, wire);
	for (i = 0; i < len; i++) {
		CHECK_EQ(ev, RSP_EV_NONE);
		ev = rsp_rx_byte(&rx, (u8)wire[i]);
	}
	CHECK_EQ(ev, RSP_EV_PACKET);
	CHECK_EQ(rx.len, n);
	CHECK(!memcmp(buf, packet, n) && !buf[n]);
	lo = buf;
	hi = buf + n;
	rsp_parse(buf, n, &cmd);
	check(&cmd);
	free(buf);
}

/* Mutated on the wire: the receiver must survive any input. */
static void wire(struct rsp_rx *rx)
{
	char packet[4 * MAX_PACKET], out[8 * MAX_PACKET];
	const char *from = seeds[rnd(N_SEEDS)];
	struct rsp_cmd cmd;
	size_t i, n;
	int k;

	n = frame(from, strlen(from), out);
	memcpy(packet, out, n);
	for (k = rnd(3); k >= 0; k--)
		n = mutate(packet, n);
	for (i = 0; i < n; i++) {
		enum rsp_event ev = rsp_rx_byte(rx, (u8)packet[i]);

		CHECK(ev <= RSP_EV_INTERRUPT);
		CHECK(rx->len < rx->size);
		if (ev != RSP_EV_PACKET)
			continue;
		CHECK(!rx->buf[rx->len]);
		lo = rx->buf;
		hi = rx->buf + rx->len;
		rsp_parse(rx->buf, rx->len, &cmd);
		check(&cmd);
	}
}

static void test_packets(void)
{
	long i;

	for (i = 0; i < rounds && !unit_failed_; i++)
		one();
	printf("  %ld packets: %lu good, %lu malformed, %lu unknown\n", rounds, good,
	       malformed, unknown);
	CHECK(good && malformed && unknown);
}

static void test_wire(void)
{
	struct rsp_rx rx;
	char *buf = malloc(100);
	long i;

	rsp_rx_init(&rx, buf, 100);
	for (i = 0; i < rounds / 8 && !unit_failed_; i++) {
		rx.noack = rnd(2);
		wire(&rx);
	}
	free(buf);
}

static void test_actions(void)
{
	struct rsp_cmd cmd;
	char packet[4 * MAX_PACKET], *buf;
	const char *from = strrchr(seeds[21], ':') + 1;
	long i;

	memset(&cmd, 0, sizeof(cmd));
	for (i = 0; i < rounds / 8 && !unit_failed_; i++) {
		size_t n = strlen(from);

		memcpy(packet, from, n);
		n = mutate(packet, n);
		n = mutate(packet, n);
		buf = malloc(n ? n : 1);
		memcpy(buf, packet, n);
		lo = buf;
		hi = buf + n;
		cmd.u.actions.list.p = buf;
		cmd.u.actions.list.len = n;
		walk(&cmd);
		free(buf);
	}
}

int main(int argc, char **argv)
{
	if (argc > 1)
		rounds = atol(argv[1]);
	RUN(test_packets);
	RUN(test_wire);
	RUN(test_actions);
	return unit_end();
}
