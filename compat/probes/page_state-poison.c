/* SPDX-License-Identifier: GPL-2.0 */
/* d466f2fcb32b, 2.6.32: bad memory. */
#include <linux/mm.h>

int kc_probe(struct page *page);
int kc_probe(struct page *page)
{
	return PageHWPoison(page);
}
