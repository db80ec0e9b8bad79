/* SPDX-License-Identifier: GPL-2.0 */
/* ca215086b14b, 5.1: pages that the kernel has but must not touch. */
#include <linux/mm.h>

int kc_probe(const struct page *page);
int kc_probe(const struct page *page)
{
	return PageHWPoison(page) || PageOffline(page);
}
