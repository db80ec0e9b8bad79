/* SPDX-License-Identifier: GPL-2.0 */
#include <linux/errno.h>
#include <linux/ioport.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>
#include "compat/barrier.h"
#include "compat/facts.h"
#include "compat/paging.h"
#include "compat/read.h"
#include "compat/symbols.h"

u64 kc_ram_start, kc_ram_span, kc_word_span;
struct kc_span kc_more_ram[KC_MORE_RAM];
int kc_reads_devices;

/* ---- RAM ranges ---------------------------------------------------------- */

#define RANGES_MAX	128
#define RESOURCES_MAX	65536

struct ram {
	unsigned int nr;
	struct {
		u64 first, end;		/* physical addresses */
	} range[RANGES_MAX];
};

static struct ram ram, seen[2];

static void ram_add(struct ram *r, u64 first, u64 end)
{
	first = (first + PAGE_SIZE - 1) & ~(u64)(PAGE_SIZE - 1);
	end &= ~(u64)(PAGE_SIZE - 1);
	if (end <= first)
		return;
	if (r->nr && r->range[r->nr - 1].end == first)
		r->range[r->nr - 1].end = end;
	else if (r->nr < RANGES_MAX) {
		r->range[r->nr].first = first;
		r->range[r->nr++].end = end;
	}
}

static int is_ram_resource(const struct resource *res)
{
	char name[sizeof("System RAM") - 1];

	return !kc_copy_nofault(name, res->name, sizeof(name)) &&
	       !memcmp(name, "System RAM", sizeof(name));
}

/*
 * Collect what /proc/iomem calls System RAM, the same name on all kernels.
 * Modules cannot take the lock of the resource tree, so a node may be freed
 * meanwhile.  Nodes are therefore read without faults, and kc_read_update()
 * repeats the scan, up to ten times, until two results agree.
 * Context: process.
 */
static void ram_scan(struct ram *r)
{
	const struct resource *at = iomem_resource.child;
	struct resource res;
	unsigned int i;

	r->nr = 0;
	for (i = 0; at && i < RESOURCES_MAX; i++) {
		if (kc_copy_nofault(&res, at, sizeof(res)))
			return;
		if (is_ram_resource(&res)) {
			ram_add(r, res.start, (u64)res.end + 1);
		} else if (res.child) {
			at = res.child;
			continue;
		}
		while (!res.sibling && res.parent &&
		       res.parent != &iomem_resource)
			if (kc_copy_nofault(&res, res.parent, sizeof(res)))
				return;
		at = res.sibling;
	}
}

static int is_same(const struct ram *a, const struct ram *b)
{
	return a->nr == b->nr &&
	       !memcmp(a->range, b->range, a->nr * sizeof(a->range[0]));
}

int kc_is_ram(u64 at)
{
	unsigned int i;

	for (i = 0; i < ram.nr; i++)
		if (at >= ram.range[i].first && at < ram.range[i].end)
			return 1;
	return 0;
}

/*
 * Set the other ranges of kc_is_quick(), from those below `last': what is below
 * the ISA range, or below and above the PCI hole.  Early objects, such as the
 * superblocks of old kernels, are in the first of them.
 */
static void set_more(u64 last)
{
	u64 first = kc_ram_start - PAGE_OFFSET, start, end;
	unsigned int i, n = 0;

	memset(kc_more_ram, 0, sizeof(kc_more_ram));
	for (i = 0; i < ram.nr && n < KC_MORE_RAM; i++) {
		start = ram.range[i].first;
		end = min(ram.range[i].end, last);
		if (end <= start || (end > first && start < first + kc_ram_span))
			continue;
		kc_more_ram[n].start = PAGE_OFFSET + start;
		kc_more_ram[n++].size = end - start;
	}
}

/*
 * Set the direct-map range of kc_is_quick(): all of it if it has no holes,
 * otherwise the largest RAM range, and then the first of the others.  The rest
 * takes the page-table walk.
 */
static void set_quick(void)
{
	u64 first = KC_QUICK_FIRST, end = KC_QUICK_FIRST + KC_QUICK_MAX;
	u64 last = ~0ULL;
	unsigned int i;

	for (i = 0; i < ram.nr; i++) {
		if (ram.range[i].end <= end)
			continue;
		if (KC_FACT_DIRECT_MAP_IS_RAM) {
			end = ram.range[i].end;
		} else if (ram.range[i].end - ram.range[i].first >
			   end - first) {
			first = max_t(u64, ram.range[i].first, KC_QUICK_FIRST);
			end = ram.range[i].end;
		}
	}
#if BITS_PER_LONG == 32
	/* Not all RAM is in it. */
	last = (unsigned long)high_memory - PAGE_OFFSET;
	end = min(end, last);
	first = min_t(u64, first, end - KC_QUICK_MAX);
#endif
	kc_ram_start = PAGE_OFFSET + first;
	kc_ram_span = end - first;
	kc_word_span = kc_ram_span - sizeof(u64);
	set_more(last);
}

void kc_read_update(void)
{
	int tries;

	for (tries = 0; tries < 10; tries++) {
		ram_scan(&seen[0]);
		ram_scan(&seen[1]);
		if (is_same(&seen[0], &seen[1]))
			break;
	}
	ram = seen[0];
	set_quick();
}

void kc_read_init(void)
{
	kc_paging_init();
	kc_read_update();
}

/* ---- access checks ------------------------------------------------------- */

int kc_is_kernel(u64 addr, size_t n)
{
	if ((unsigned long)(addr + n - 1) < addr)
		return 0;
#ifdef KC_VSYSCALL
	if (addr < KC_VSYSCALL + PAGE_SIZE && addr + n > KC_VSYSCALL)
		return 0;
#endif
	return addr >= KC_KERNEL_START;
}

/* n must not be 0. */
static long check_pages(const void *table, u64 addr, size_t n)
{
	u64 at, end = addr + n - 1;
	long err;

	addr &= PAGE_MASK;
	for (;;) {
		err = kc_walk(table, addr, &at);
		if (err)
			return err;
		if (!kc_is_ram(at))
			return -EPERM;
		if (end - addr < PAGE_SIZE)
			return 0;
		addr += PAGE_SIZE;
	}
}

long kc_check_ram(u64 addr, size_t n)
{
	return kc_is_kernel(addr, n) ? check_pages(kc_kernel_table, addr, n) :
				       -EFAULT;
}

long kc_check_kernel(u64 addr, size_t n)
{
	if (!kc_load(&kc_reads_devices))
		return kc_check_ram(addr, n);
	return kc_is_kernel(addr, n) ? 0 : -EFAULT;
}

long kc_check_user(u64 addr, size_t n)
{
	return !n || kc_load(&kc_reads_devices) ? 0 :
	       check_pages(NULL, addr, n);
}
