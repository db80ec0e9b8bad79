/* SPDX-License-Identifier: GPL-2.0 */
/* eb13296cfaf6, 2.6.33, with the check of kprobes that needs it; RHEL 6. */
#include <linux/types.h>
#include <asm/insn.h>

unsigned int kc_probe(struct insn *insn);
unsigned int kc_probe(struct insn *insn)
{
	insn_get_length(insn);
	return insn->length;
}
