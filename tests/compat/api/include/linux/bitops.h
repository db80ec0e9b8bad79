/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_BITOPS_H
#define API_LINUX_BITOPS_H

static inline unsigned long __ffs(unsigned long word)
{
	return (unsigned long)__builtin_ctzl(word);
}

#endif
