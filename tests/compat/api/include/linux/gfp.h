/* SPDX-License-Identifier: GPL-2.0 */
#ifndef API_LINUX_GFP_H
#define API_LINUX_GFP_H

#include <linux/types.h>
#include <asm/page.h>

#define GFP_KERNEL	((gfp_t)0xd0)
#define GFP_ATOMIC	((gfp_t)0x20)
#define __GFP_NOWARN	((gfp_t)0x200)
#define __GFP_NORETRY	((gfp_t)0x1000)
#define __GFP_ZERO	((gfp_t)0x8000)

unsigned long API_FASTCALL __get_free_pages(gfp_t gfp, unsigned int order);
void API_FASTCALL free_pages(unsigned long addr, unsigned int order);

#endif
