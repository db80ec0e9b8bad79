/* SPDX-License-Identifier: GPL-2.0 */
/* 9e47d31d6a57, 5.4.  Lockdown of RHEL 8 (seen: 8.1, 8.5) is of another kind. */
#include <linux/security.h>

int kc_probe(void);
int kc_probe(void)
{
	return security_locked_down(LOCKDOWN_KCORE);
}
