/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_MODULE_H
#define API_LINUX_MODULE_H

#include <linux/compiler.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/moduleparam.h>
#include <linux/notifier.h>
#include <linux/stddef.h>
#include <linux/types.h>

enum module_state {
	MODULE_STATE_LIVE,
	MODULE_STATE_COMING,
	MODULE_STATE_GOING,
};

#if API >= API_EL8_1
struct module_layout {
	void *base;
	unsigned int size, text_size;
};
#endif

struct module {
	enum module_state state;
	char name[64 - sizeof(unsigned long)];
	const char *version;
	const char *srcversion;
#if API >= API_EL8_1
	struct module_layout core_layout;
#else
	void *module_core;
#if API >= API_2_6_27
	unsigned int core_size, core_text_size;
#else
	unsigned long core_size, core_text_size;
#endif
#endif
};

int register_module_notifier(struct notifier_block *nb);
int unregister_module_notifier(struct notifier_block *nb);

/* It is in every module, not in the kernel. */
#define THIS_MODULE	((struct module *)KBUILD_MODNAME)

#define MODULE_LICENSE(text)	API_MODULE_INFO(license, text)
#define MODULE_AUTHOR(text)	API_MODULE_INFO(author, text)
#define MODULE_DESCRIPTION(text)	API_MODULE_INFO(description, text)
#define MODULE_VERSION(text)	API_MODULE_INFO(version, text)
#define API_MODULE_INFO(tag, text)					\
	static const char api_##tag[] __attribute__((unused)) = text

#define module_init(fn)	int init_module(void) __attribute__((alias(#fn)))
#define module_exit(fn)	void cleanup_module(void) __attribute__((alias(#fn)))

#if API >= API_EL7
bool try_module_get(struct module *module);
void __module_get(struct module *module);
void module_put(struct module *module);
#elif API >= API_EL6
static inline int try_module_get(struct module *module)
{
	return !!module;
}

static inline void __module_get(struct module *module)
{
}

void module_put(struct module *module);
#else
static inline int try_module_get(struct module *module)
{
	return !!module;
}

static inline void __module_get(struct module *module)
{
}

static inline void module_put(struct module *module)
{
}
#endif

#endif
