/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What --dry needs of a vmlinux: which kernel it is, and its memory as linked. An
 * x86 kernel's, on any machine, so numbers are read byte by byte.
 */
#include "putgtprsp.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../arch/x86_regs.h"

#define MAX_SEGMENTS	32
#define MAX_NOTES	65536
#define STEP		65536

static struct {
	int fd, is_64;
	unsigned int nr;
	struct segment {
		u64 addr, offset, size;
	} load[MAX_SEGMENTS];
} vm = { .fd = -1 };

static u64 number(const unsigned char *p, size_t size)
{
	u64 v = 0;

	while (size--)
		v = v << 8 | p[size];
	return v;
}

/* A field of a structure that has 32 and 64 bits, at p. */
#define FIELD(p, kind, name)						\
	(vm.is_64 ?							\
	 number((p) + offsetof(Elf64_##kind, name),			\
		sizeof(((Elf64_##kind *)0)->name)) :			\
	 number((p) + offsetof(Elf32_##kind, name),			\
		sizeof(((Elf32_##kind *)0)->name)))

static ssize_t read_at(void *buf, size_t size, u64 offset)
{
	ssize_t n;

	do {
		n = pread(vm.fd, buf, size, offset);
	} while (n < 0 && errno == EINTR);
	return n;
}

/* The build ID in a segment of notes. Others, such as Xen's, may come first. */
static void read_notes(const struct segment *s, struct kernel *k)
{
	size_t at = 0, name, size, size_max, i;
	unsigned char *p;
	ssize_t n;

	size_max = s->size < MAX_NOTES ? s->size : MAX_NOTES;
	p = malloc(size_max);
	n = p ? read_at(p, size_max, s->offset) : -1;
	while (n > 0 && at + 16 <= (size_t)n) {
		name = number(p + at, 4);
		size = number(p + at + 4, 4);
		if (name > MAX_NOTES || size > MAX_NOTES ||
		    at + 12 + ((name + 3) & ~3UL) + size > (size_t)n)
			break;
		if (number(p + at + 8, 4) == NT_GNU_BUILD_ID && name == 4 &&
		    !memcmp(p + at + 12, "GNU", 4)) {
			for (i = 0; i < size && 2 * i + 2 < sizeof(k->build_id); i++)
				sprintf(k->build_id + 2 * i, "%02x",
					p[at + 16 + i]);
			break;
		}
		at += 12 + ((name + 3) & ~3UL) + ((size + 3) & ~3UL);
	}
	free(p);
}

/*
 * Is it linux_banner, which /proc/version has? There may be a second one without
 * the number of the build: "# SMP" in place of "#1 SMP".
 */
static int is_banner(const char *p, size_t len)
{
	const char *build = memchr(p, '#', len);

	return p[14] >= '0' && p[14] <= '9' && build &&
	       build[1] >= '0' && build[1] <= '9';
}

static int find_banner(const struct segment *s, struct kernel *k)
{
	static const char start[] = "Linux version ";
	const size_t len = sizeof(start) - 1, keep = sizeof(k->version);
	char *buf = malloc(STEP + keep + 1), *p, *end;
	u64 at;
	ssize_t n;

	for (at = 0; buf && at < s->size && !k->version[0]; at += STEP) {
		n = read_at(buf, STEP + keep, s->offset + at);
		if (n <= 0)
			break;
		buf[n] = '\0';
		end = buf + (n < STEP ? n : STEP);
		for (p = buf; (p = memchr(p, 'L', end - p)); p++) {
			if (strncmp(p, start, len) ||
			    !is_banner(p, strcspn(p, "\n")))
				continue;
			snprintf(k->version, keep, "%.*s",
				 (int)strcspn(p, "\n"), p);
			snprintf(k->release, sizeof(k->release), "%.*s",
				 (int)strcspn(p + len, " "), p + len);
			break;
		}
	}
	free(buf);
	return k->version[0] != '\0';
}

static const char *read_header(unsigned char *h, ssize_t n, struct kernel *k)
{
	unsigned int machine;

	if (n < (ssize_t)sizeof(Elf32_Ehdr) || memcmp(h, ELFMAG, SELFMAG))
		return "it is no ELF file (compressed? GDB needs the vmlinux itself)";
	vm.is_64 = h[EI_CLASS] == ELFCLASS64;
	machine = FIELD(h, Ehdr, e_machine);
	if (h[EI_DATA] != ELFDATA2LSB ||
	    machine != (vm.is_64 ? EM_X86_64 : EM_386) ||
	    (vm.is_64 && n < (ssize_t)sizeof(Elf64_Ehdr)))
		return "it is not for x86, and KGTP knows no other machine";
	strcpy(k->machine, vm.is_64 ? X86_64_NAME : X86_32_NAME);
	return NULL;
}

static const char *read_segments(const unsigned char *h, struct kernel *k)
{
	unsigned int i, count = FIELD(h, Ehdr, e_phnum);
	size_t each = FIELD(h, Ehdr, e_phentsize);
	unsigned char p[sizeof(Elf64_Phdr)];
	u64 table = FIELD(h, Ehdr, e_phoff);
	struct segment s;

	for (i = 0; i < count; i++) {
		if (read_at(p, sizeof(p), table + i * each) <
		    (ssize_t)sizeof(Elf32_Phdr))
			return "it is cut off";
		s.addr = FIELD(p, Phdr, p_vaddr);
		s.offset = FIELD(p, Phdr, p_offset);
		s.size = FIELD(p, Phdr, p_filesz);
		if (FIELD(p, Phdr, p_type) == PT_LOAD && vm.nr < MAX_SEGMENTS)
			vm.load[vm.nr++] = s;
		if (FIELD(p, Phdr, p_type) == PT_NOTE && !k->build_id[0])
			read_notes(&s, k);
	}
	return vm.nr ? NULL : "it has nothing to load: a vmlinux is needed";
}

/* Set all of *k but _text's address. Returns 0, or -1 after reporting an error. */
int vmlinux_open(const char *path, struct kernel *k)
{
	unsigned char h[sizeof(Elf64_Ehdr)];
	const char *why;
	unsigned int i;

	memset(k, 0, sizeof(*k));
	if (vm.fd >= 0)
		close(vm.fd);	/* of an earlier session */
	vm.nr = 0;
	vm.fd = open(path, O_RDONLY);
	if (vm.fd < 0) {
		complain("cannot read %s: %s", path, strerror(errno));
		return -1;
	}
	why = read_header(h, read_at(h, sizeof(h), 0), k);
	if (!why)
		why = read_segments(h, k);
	for (i = 0; !why && i < vm.nr; i++)
		if (find_banner(&vm.load[i], k))
			break;
	if (!why && !k->build_id[0] && !k->version[0])
		why = "it does not tell of which kernel it is";
	if (why)
		complain("cannot use %s: %s", path, why);
	return why ? -1 : 0;
}

/* The address of the first segment, which GDB moves when it gets TextSeg. */
u64 vmlinux_base(void)
{
	return vm.load[0].addr;
}

/* Memory at a linked address. Returns how many bytes of it the file has. */
size_t vmlinux_read(u64 addr, unsigned char *buf, size_t size)
{
	const struct segment *s;
	unsigned int i;
	ssize_t n;
	u64 left;

	for (i = 0; i < vm.nr; i++) {
		s = &vm.load[i];
		if (addr < s->addr || addr - s->addr >= s->size)
			continue;
		left = s->size - (addr - s->addr);
		n = read_at(buf, size < left ? size : left,
			    s->offset + (addr - s->addr));
		return n < 0 ? 0 : n;
	}
	return 0;
}
