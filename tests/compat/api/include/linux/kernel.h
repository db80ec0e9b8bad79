/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_KERNEL_H
#define API_LINUX_KERNEL_H

#include <stdarg.h>
#include <linux/types.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define ALIGN(x, a)	(((x) + ((__typeof__(x))(a) - 1)) & ~((__typeof__(x))(a) - 1))
#if API >= API_EL5
#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))
#endif

#define container_of(p, type, field) __extension__({			\
	const __typeof__(((type *)0)->field) *api_p_ = (p);		\
	(type *)((char *)api_p_ - offsetof(type, field));		\
})

/* Two types that differ are a warning in the real ones, too. */
#define API_SAME_TYPE(x, y)	((void)((__typeof__(x) *)0 == (__typeof__(y) *)0))
#define min(x, y) __extension__({					\
	__typeof__(x) api_x_ = (x);					\
	__typeof__(y) api_y_ = (y);					\
	API_SAME_TYPE(x, y);						\
	api_x_ < api_y_ ? api_x_ : api_y_;				\
})
#define max(x, y) __extension__({					\
	__typeof__(x) api_x_ = (x);					\
	__typeof__(y) api_y_ = (y);					\
	API_SAME_TYPE(x, y);						\
	api_x_ > api_y_ ? api_x_ : api_y_;				\
})
#define min_t(type, x, y) __extension__({				\
	type api_x_ = (x);						\
	type api_y_ = (y);						\
	api_x_ < api_y_ ? api_x_ : api_y_;				\
})
#define max_t(type, x, y) __extension__({				\
	type api_x_ = (x);						\
	type api_y_ = (y);						\
	api_x_ > api_y_ ? api_x_ : api_y_;				\
})

#if API < API_EL7
#define BUILD_BUG_ON(bad)	((void)sizeof(char[1 - 2 * !!(bad)]))
#endif

#define KERN_EMERG	"<0>"
#define KERN_ALERT	"<1>"
#define KERN_CRIT	"<2>"
#define KERN_ERR	"<3>"
#define KERN_WARNING	"<4>"
#define KERN_NOTICE	"<5>"
#define KERN_INFO	"<6>"
#define KERN_DEBUG	"<7>"
asmlinkage int printk(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#if API >= API_EL6
#ifndef pr_fmt
#define pr_fmt(fmt)		fmt
#endif
#define pr_err(fmt, ...)	printk(KERN_ERR pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warning(fmt, ...)	printk(KERN_WARNING pr_fmt(fmt), ##__VA_ARGS__)
#define pr_notice(fmt, ...)	printk(KERN_NOTICE pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info(fmt, ...)	printk(KERN_INFO pr_fmt(fmt), ##__VA_ARGS__)
#else
/* It has no pr_fmt(), and of its kind only this and pr_debug(). */
#define pr_info(fmt, arg...)	printk(KERN_INFO fmt, ##arg)
#endif

int snprintf(char *buf, size_t size, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int sprintf(char *buf, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
int sscanf(const char *buf, const char *fmt, ...)
	__attribute__((format(scanf, 2, 3)));
int vsnprintf(char *buf, size_t size, const char *fmt, va_list args)
	__attribute__((format(printf, 3, 0)));

extern struct atomic_notifier_head panic_notifier_list;

#endif
