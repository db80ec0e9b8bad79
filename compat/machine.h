/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The machine that the kernel is for.  #include KC_MACHINE(word64.h) is that
 * machine's part of compat/word64.h.  It is the only place that chooses one.
 */
#ifndef COMPAT_MACHINE_H
#define COMPAT_MACHINE_H

#define KC_HEADER(path)		#path

#if defined(CONFIG_X86)
#define KC_MACHINE(name)	KC_HEADER(compat/x86/name)
#else
#error "no files for this machine: see \"To add a machine\" in docs/porting.md"
#endif

#endif
