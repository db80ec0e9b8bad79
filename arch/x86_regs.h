/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The registers of 32-bit and 64-bit x86 that GDB's feature X86_FEATURE requires,
 * in its order.  `putgtprsp --dry' includes this file, too.
 *
 * The arguments are macros for a register that
 * FIELD(name, type, bits, field): KC_REG(field) of struct pt_regs has;
 * PLAIN(name, type, bits, field): that field has;
 * HALF(name, type, bits, field): KC_REG(field) has, with an undefined upper half;
 * LACK(name, type, bits): is not saved, or not by all kernels.
 */
#ifndef ARCH_X86_REGS_H
#define ARCH_X86_REGS_H

#define X86_FEATURE	"org.gnu.gdb.i386.core"
#define X86_64_NAME	"i386:x86-64"
#define X86_32_NAME	"i386"

#define X86_64_REGS(FIELD, PLAIN, LACK)					\
	FIELD("rax", "int64", 64, ax)					\
	FIELD("rbx", "int64", 64, bx)					\
	FIELD("rcx", "int64", 64, cx)					\
	FIELD("rdx", "int64", 64, dx)					\
	FIELD("rsi", "int64", 64, si)					\
	FIELD("rdi", "int64", 64, di)					\
	FIELD("rbp", "data_ptr", 64, bp)				\
	FIELD("rsp", "data_ptr", 64, sp)				\
	PLAIN("r8", "int64", 64, r8)					\
	PLAIN("r9", "int64", 64, r9)					\
	PLAIN("r10", "int64", 64, r10)					\
	PLAIN("r11", "int64", 64, r11)					\
	PLAIN("r12", "int64", 64, r12)					\
	PLAIN("r13", "int64", 64, r13)					\
	PLAIN("r14", "int64", 64, r14)					\
	PLAIN("r15", "int64", 64, r15)					\
	FIELD("rip", "code_ptr", 64, ip)				\
	FIELD("eflags", "int32", 32, flags)				\
	FIELD("cs", "int32", 32, cs)					\
	FIELD("ss", "int32", 32, ss)					\
	LACK("ds", "int32", 32)						\
	LACK("es", "int32", 32)						\
	LACK("fs", "int32", 32)						\
	LACK("gs", "int32", 32)						\
	X87_REGS(LACK)

/* Some kernels use the field of gs for other things. */
#define X86_32_REGS(FIELD, HALF, LACK)					\
	FIELD("eax", "int32", 32, ax)					\
	FIELD("ecx", "int32", 32, cx)					\
	FIELD("edx", "int32", 32, dx)					\
	FIELD("ebx", "int32", 32, bx)					\
	FIELD("esp", "data_ptr", 32, sp)				\
	FIELD("ebp", "data_ptr", 32, bp)				\
	FIELD("esi", "int32", 32, si)					\
	FIELD("edi", "int32", 32, di)					\
	FIELD("eip", "code_ptr", 32, ip)				\
	FIELD("eflags", "int32", 32, flags)				\
	HALF("cs", "int32", 32, cs)					\
	HALF("ss", "int32", 32, ss)					\
	HALF("ds", "int32", 32, ds)					\
	HALF("es", "int32", 32, es)					\
	LACK("fs", "int32", 32)						\
	LACK("gs", "int32", 32)						\
	X87_REGS(LACK)

#define X87_REGS(LACK)							\
	LACK("st0", "i387_ext", 80)					\
	LACK("st1", "i387_ext", 80)					\
	LACK("st2", "i387_ext", 80)					\
	LACK("st3", "i387_ext", 80)					\
	LACK("st4", "i387_ext", 80)					\
	LACK("st5", "i387_ext", 80)					\
	LACK("st6", "i387_ext", 80)					\
	LACK("st7", "i387_ext", 80)					\
	LACK("fctrl", "int32", 32)					\
	LACK("fstat", "int32", 32)					\
	LACK("ftag", "int32", 32)					\
	LACK("fiseg", "int32", 32)					\
	LACK("fioff", "int32", 32)					\
	LACK("foseg", "int32", 32)					\
	LACK("fooff", "int32", 32)					\
	LACK("fop", "int32", 32)

#endif
