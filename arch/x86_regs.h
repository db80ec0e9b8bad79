/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shared by the register tables of 32-bit and 64-bit x86.
 */
#ifndef ARCH_X86_REGS_H
#define ARCH_X86_REGS_H

#define UNSAVED(reg, type, bits) { reg, type, bits, ARCH_REG_UNSAVED, 0 }

/* The last registers of GDB's feature org.gnu.gdb.i386.core. */
#define X87_REGS							\
	UNSAVED("st0", "i387_ext", 80),					\
	UNSAVED("st1", "i387_ext", 80),					\
	UNSAVED("st2", "i387_ext", 80),					\
	UNSAVED("st3", "i387_ext", 80),					\
	UNSAVED("st4", "i387_ext", 80),					\
	UNSAVED("st5", "i387_ext", 80),					\
	UNSAVED("st6", "i387_ext", 80),					\
	UNSAVED("st7", "i387_ext", 80),					\
	UNSAVED("fctrl", "int32", 32),					\
	UNSAVED("fstat", "int32", 32),					\
	UNSAVED("ftag", "int32", 32),					\
	UNSAVED("fiseg", "int32", 32),					\
	UNSAVED("fioff", "int32", 32),					\
	UNSAVED("foseg", "int32", 32),					\
	UNSAVED("fooff", "int32", 32),					\
	UNSAVED("fop", "int32", 32)

#endif
