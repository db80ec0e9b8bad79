/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The file of an experiment: the packets of a set-up, as text.
 *
 *	kgtp-experiment 1
 *	release, version, build-id, machine: of the kernel that it was made for
 *	linked ADDRESS			of _text in the vmlinux
 *	addresses fixed ADDRESS		for a kernel whose _text is there
 *	addresses _text			they are <_text+OFFSET:DIGITS>
 *	addresses names			they are <FUNCTION:DIGITS>
 *	QT...				a packet a line, without its frame
 *
 * DIGITS is how many hex digits the packet has there. Empty lines, and lines that
 * begin with #, are for people. putgtprsp -r writes fixed addresses, and `kgtp
 * compile' makes the other two kinds of them.
 */
#include "putgtprsp.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

/* A line: a packet in which each address has become <_text+OFFSET:DIGITS>. */
#define LINE_MAX_LEN	(8 * RSP_PACKET_SIZE)

/* ---- what both sides need ------------------------------------------------ */

/* Is it a packet of the set-up? QTStart is not: --start sends it. */
int is_setup(const char *packet)
{
	static const char *const names[] = {
		"QTDP:", "QTDPsrc:", "QTDV:", "QTro", "QTDisconnected:",
		"QTBuffer:circular:", "QTBuffer:size:", "QTNotes:",
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strncmp(packet, names[i], strlen(names[i])))
			return 1;
	return 0;
}

/* Returns 0, or -1 after reporting an error. */
int add_line(struct lines *l, const char *text, size_t len, unsigned int number)
{
	unsigned int room = l->nr + 1;
	char *copy = malloc(len + 1);
	void *p;

	if (!copy)
		goto no_memory;
	memcpy(copy, text, len);
	copy[len] = '\0';
	p = realloc(l->line, room * sizeof(*l->line));
	if (!p)
		goto no_memory;
	l->line = p;
	p = realloc(l->number, room * sizeof(*l->number));
	if (!p)
		goto no_memory;
	l->number = p;
	l->line[l->nr] = copy;
	l->number[l->nr++] = number;
	return 0;

no_memory:
	free(copy);
	complain("no memory");
	return -1;
}

void clear_lines(struct lines *l)
{
	while (l->nr)
		free(l->line[--l->nr]);
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The number at digits; *end is behind it. */
u64 hex_number(const char *digits, const char **end)
{
	u64 v = 0;

	while (digit(*digits) >= 0)
		v = v << 4 | digit(*digits++);
	if (end)
		*end = digits;
	return v;
}

/* Text from its hex digits, without what is not printable. Returns its length. */
size_t unhex(const char *hex, char *text, size_t size)
{
	size_t n = 0;
	int c;

	for (; digit(hex[0]) >= 0 && digit(hex[1]) >= 0; hex += 2) {
		c = digit(hex[0]) << 4 | digit(hex[1]);
		if (n + 1 < size)
			text[n++] = c < ' ' && c != '\n' ? ' ' : c;
	}
	text[n] = '\0';
	return n;
}

/* ---- the kernel ----------------------------------------------------------- */

/* Release and version of the running one; its target tells the rest. */
void kernel_local(struct kernel *k)
{
	struct utsname u;
	FILE *f;

	memset(k, 0, sizeof(*k));
	if (!uname(&u))
		snprintf(k->release, sizeof(k->release), "%s", u.release);
	f = fopen("/proc/version", "r");
	if (!f)
		return;
	if (fgets(k->version, sizeof(k->version), f))
		k->version[strcspn(k->version, "\n")] = '\0';
	fclose(f);
}

/*
 * Take what KGTP's target description says of the kernel. Returns whether it is
 * one.
 */
int kernel_from_xml(struct kernel *k, const char *xml)
{
	const char *p = strstr(xml, "<!-- kgtp:"), *end, *word;

	if (!p)
		return 0;
	end = strstr(p, "-->");
	if (!end)
		return 0;
	k->build_id[0] = '\0';
	word = strstr(p, "_text=0x");
	k->text = word && word < end ? hex_number(word + 8, NULL) : 0;
	word = strstr(p, "offset=0x");
	k->linked = k->text -
		    (word && word < end ? hex_number(word + 9, NULL) : 0);
	word = strstr(p, "build-id=");
	if (word && word < end)
		sscanf(word, "build-id=%131[0-9a-f]", k->build_id);
	word = strstr(p, "<architecture>");
	if (word)
		sscanf(word, "<architecture>%23[^<]", k->machine);
	return 1;
}

/* ---- write ----------------------------------------------------------------- */

/* A line of what the user has typed, from its hex digits. */
static void write_source(FILE *f, unsigned int number, const char *type,
			 const char *hex)
{
	char text[1024];
	size_t n = unhex(hex, text, sizeof(text));

	while (n && text[n - 1] == ' ')
		text[--n] = '\0';
	fprintf(f, "# tracepoint %u: %s%s\n", number,
		!strcmp(type, "at") ? "trace " :
		!strcmp(type, "cond") ? "if " : "  ", text);
}

/* In front of a tracepoint its source, in front of a variable its name. */
static void write_comment(FILE *f, const struct lines *l, unsigned int i)
{
	const char *packet = l->line[i];
	unsigned int number, other;
	char type[8], name[256];
	int at = 0;

	if (sscanf(packet, "QTDV:%*x:%*x:%u:%n", &number, &at) == 1 && at &&
	    !number) {
		unhex(packet + at, name, sizeof(name));
		fprintf(f, "# tvariable $%s\n", name);
	}
	if (sscanf(packet, "QTDP:%x:", &number) != 1 || packet[5] == '-')
		return;
	fprintf(f, "\n");
	/* Its source comes behind it, and in front of the next one. */
	for (i++; i < l->nr; i++) {
		if (!strncmp(l->line[i], "QTDP:", 5) && l->line[i][5] != '-')
			break;
		at = 0;
		if (sscanf(l->line[i], "QTDPsrc:%x:%*x:%7[a-z]:%*x:%*x:%n",
			   &other, type, &at) == 2 && at && other == number)
			write_source(f, number, type, l->line[i] + at);
	}
}

static void write_file(FILE *f, const struct kernel *k, const struct lines *l)
{
	unsigned int i;

	fprintf(f, "kgtp-experiment 1\n");
	fprintf(f, "# `putgtprsp -f FILE --check' tries it, `putgtprsp -f FILE --start' begins a run.\n");
	if (k->release[0])
		fprintf(f, "release %s\n", k->release);
	if (k->version[0])
		fprintf(f, "version %s\n", k->version);
	if (k->build_id[0])
		fprintf(f, "build-id %s\n", k->build_id);
	fprintf(f, "machine %s\n", k->machine);
	fprintf(f, "linked %llx\n", k->linked);
	fprintf(f, "addresses fixed %llx\n", k->text);
	for (i = 0; i < l->nr; i++) {
		write_comment(f, l, i);
		fprintf(f, "%s\n", l->line[i]);
	}
}

/* In place of an old file only when it is complete. Returns 0, or -1, reported. */
int experiment_write(const char *path, const struct kernel *k,
		     const struct lines *packets)
{
	char tmp[NAME_LEN];
	FILE *f;
	int fd, err;

	if (snprintf(tmp, sizeof(tmp), "%s.%ld", path, (long)getpid()) >=
	    (int)sizeof(tmp)) {
		complain("cannot write %s: its name is too long", path);
		return -1;
	}
	/* For the owner only: it says where KASLR has put the kernel. */
	fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL, 0600);
	f = fd < 0 ? NULL : fdopen(fd, "w");
	if (!f) {
		complain("cannot write %s: %s", tmp, strerror(errno));
		return -1;
	}
	errno = 0;
	write_file(f, k, packets);
	err = ferror(f) ? (errno ? errno : EIO) : 0;
	if (fclose(f) && !err)
		err = errno;
	if (!err && rename(tmp, path))
		err = errno;
	if (!err)
		return 0;
	complain("cannot write %s: %s", path, strerror(err));
	unlink(tmp);
	return -1;
}

/* ---- read ------------------------------------------------------------------ */

static int bad_line(const char *path, unsigned int n, const char *what)
{
	complain("%s: line %u: %s", path, n, what);
	return -1;
}

/* A packet, and nothing that could end one and begin another. */
static int check_packet(const char *path, unsigned int n, const char *line)
{
	const char *p;

	if (!is_setup(line))
		return bad_line(path, n, "neither a packet of a set-up nor a word that this version knows");
	for (p = line; *p; p++)
		if (*p <= ' ' || *p >= 0x7f || strchr("$#}*", *p))
			return bad_line(path, n, "the packet has characters that none has");
	return 0;
}

/* "WORD rest": returns rest, or NULL. */
static const char *after(const char *line, const char *word)
{
	size_t len = strlen(word);

	return !strncmp(line, word, len) && line[len] == ' ' ? line + len + 1 :
							       NULL;
}

static void set(char *to, size_t size, const char *text)
{
	snprintf(to, size, "%s", text);
}

/* A line in front of the packets. Returns 1, 0: none, -1: reported. */
static int read_head(const char *path, unsigned int n, const char *line,
		     struct experiment *e)
{
	struct kernel *k = &e->kernel;
	const char *text;

	text = after(line, "release");
	if (text) {
		set(k->release, sizeof(k->release), text);
		return 1;
	}
	text = after(line, "version");
	if (text) {
		set(k->version, sizeof(k->version), text);
		return 1;
	}
	text = after(line, "build-id");
	if (text) {
		set(k->build_id, sizeof(k->build_id), text);
		return 1;
	}
	text = after(line, "machine");
	if (text) {
		set(k->machine, sizeof(k->machine), text);
		return 1;
	}
	text = after(line, "linked");
	if (text) {
		k->linked = hex_number(text, NULL);
		return 1;
	}
	text = after(line, "addresses");
	if (!text)
		return 0;
	if (!strcmp(text, "_text")) {
		e->addresses = ADDR_TEXT;
	} else if (!strcmp(text, "names")) {
		e->addresses = ADDR_NAMES;
	} else {
		text = after(text, "fixed");
		if (!text)
			return bad_line(path, n, "addresses that are not fixed, _text or names: it may need a newer putgtprsp");
		e->addresses = ADDR_FIXED;
		k->text = hex_number(text, NULL);
	}
	return 1;
}

/* The first line says which format it is. */
static int read_first(const char *path, char *line)
{
	line[strcspn(line, "\r\n")] = '\0';
	if (!strcmp(line, "kgtp-experiment 1"))
		return 0;
	complain(after(line, "kgtp-experiment") ?
		 "%s needs a newer putgtprsp: its first line is not kgtp-experiment 1" :
		 "%s is no experiment: its first line is not kgtp-experiment 1",
		 path);
	return -1;
}

static int read_lines(const char *path, FILE *f, char *line, struct experiment *e)
{
	unsigned int n = 0;
	size_t len;
	int ret;

	while (fgets(line, LINE_MAX_LEN, f)) {
		len = strcspn(line, "\n");
		if (!n++) {
			if (read_first(path, line))
				return -1;
			continue;
		}
		if (line[len] != '\n')
			return bad_line(path, n, "the line is cut off, or too long");
		while (len && line[len - 1] == '\r')
			len--;
		line[len] = '\0';
		if (!len || line[0] == '#')
			continue;
		ret = read_head(path, n, line, e);
		if (!ret)
			ret = check_packet(path, n, line) ||
			      add_line(&e->packets, line, len, n) ? -1 : 1;
		if (ret < 0)
			return -1;
	}
	return 0;
}

/* Returns 0, or -1 after reporting an error. */
int experiment_read(const char *path, struct experiment *e)
{
	char *line = malloc(LINE_MAX_LEN);
	FILE *f = fopen(path, "r");
	struct stat st;
	int ret = -1;

	memset(e, 0, sizeof(*e));
	if (!f)
		complain("cannot read %s: %s", path, strerror(errno));
	else if (!fstat(fileno(f), &st) && S_ISDIR(st.st_mode))
		complain("cannot read %s: %s", path, strerror(EISDIR));
	else if (!line)
		complain("no memory");
	else
		ret = read_lines(path, f, line, e);
	if (!ret && ferror(f)) {
		complain("cannot read %s: %s", path, strerror(errno));
		ret = -1;
	}
	if (!ret && !e->packets.nr) {
		complain("%s has no packets: it is empty or cut off", path);
		ret = -1;
	}
	if (f)
		fclose(f);
	free(line);
	return ret;
}
