/* SPDX-License-Identifier: GPL-2.0 */
#include <linux/errno.h>
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/sched.h>
#include <linux/string.h>
#include "compat/config.h"
#include "compat/machine.h"
#include "compat/symbols.h"

/*
 * KC_CHECKS_CALLS: 1 if a function must be marked to be called indirectly.
 * KC_ENTRY_MARK: the bytes of such a mark.
 */
#include KC_MACHINE(symbols.h)

#ifdef KC_HAVE_KALLSYMS_LOOKUP_NAME

/* The search through all kernel symbols takes milliseconds. */
unsigned long kc_symbol(const char *name)
{
	cond_resched();
	return kallsyms_lookup_name(name);
}

#else

/*
 * kallsyms_lookup_name() is not exported since 5.7 (0bd476e6c671), from 2.6.19
 * to 2.6.32, and on RHEL 5 and 6.  But register_kprobe() looks the name up
 * before it decides whether to allow the probe.
 */
#ifdef KC_HAVE_KPROBE_SYMBOL_NAME

/* A disabled probe changes no code. */
static unsigned long symbol_by_kprobe(const char *name)
{
	struct kprobe kp;

	memset(&kp, 0, sizeof(kp));
	kp.symbol_name = name;
	kp.flags = KPROBE_FLAG_DISABLED;
	if (!register_kprobe(&kp))
		unregister_kprobe(&kp);
	return (unsigned long)kp.addr;
}

#else

/*
 * These kernels would arm the probe.  So ask for one so far past any symbol
 * that no code is there: it is refused, after the address has been stored.  The
 * offset is odd so that no address becomes 0.
 */
#define FAR_BEHIND	0x80000001U

static unsigned long symbol_by_kprobe(const char *name)
{
	struct kprobe kp;

	memset(&kp, 0, sizeof(kp));
	kp.symbol_name = (char *)name;
	kp.offset = FAR_BEHIND;
	if (!register_kprobe(&kp))
		unregister_kprobe(&kp);
	return kp.addr ? (unsigned long)kp.addr - FAR_BEHIND : 0;
}

#endif

#if KC_CHECKS_CALLS || defined(CONFIG_CFI_CLANG) || defined(CONFIG_CFI)

/*
 * Look up every name by kprobe: an indirect call of a function that no header
 * declares faults.  A probe at the mark of a function's entry moves past it.
 */
unsigned long kc_symbol(const char *name)
{
	unsigned long addr = symbol_by_kprobe(name);
	struct kc_place place;

	if (addr && !kc_symbol_at(addr, &place) &&
	    addr == place.start + KC_ENTRY_MARK)
		return place.start;
	return addr;
}

#else

/* A kprobe may cost a grace period, so use it for one name only. */
unsigned long kc_symbol(const char *name)
{
	static unsigned long (*lookup)(const char *name);

	cond_resched();
	if (!lookup)
		lookup = (void *)symbol_by_kprobe("kallsyms_lookup_name");
	return lookup ? lookup(name) : 0;
}

#endif

#endif

#ifdef KC_HAVE_SPRINT_SYMBOL

/* Lookup by address is not exported, but sprint_symbol() is. */
int kc_symbol_at(unsigned long addr, struct kc_place *place)
{
	unsigned long offset;
	const char *numbers;

	sprint_symbol(place->text, addr);
	numbers = strstr(place->text, "+0x");
	if (!numbers ||
	    sscanf(numbers, "+0x%lx/0x%lx", &offset, &place->size) != 2) {
		place->text[0] = '\0';
		return -ENOENT;
	}
	place->start = addr - offset;
	return 0;
}

#else

/*
 * These kernels do not check calls, so calling by address works.  Looking the
 * name up takes milliseconds, and there are many addresses.
 */
int kc_symbol_at(unsigned long addr, struct kc_place *place)
{
	static const char *(*lookup)(unsigned long addr, unsigned long *size,
				     unsigned long *offset, char **module,
				     char *name);
	char buf[KSYM_NAME_LEN + 1], *module = NULL;
	const char *name = NULL;
	unsigned long offset;

	place->text[0] = '\0';
	if (!lookup)
		lookup = (void *)kc_symbol("kallsyms_lookup");
	if (lookup)
		name = lookup(addr, &place->size, &offset, &module, buf);
	if (!name)
		return -ENOENT;
	place->start = addr - offset;
	snprintf(place->text, sizeof(place->text), "%s+0x%lx/0x%lx%s%s%s", name,
		 offset, place->size, module ? " [" : "", module ? module : "",
		 module ? "]" : "");
	return 0;
}

#endif
