# SPDX-License-Identifier: GPL-2.0
# A stand-in for the build system of a kernel: as much of it as the module's
# Kbuild and compat/probe.sh use.  Each release's directory is a KDIR.
#
#	make -C RELEASE				its Module.symvers, from exports
#	make -C RELEASE M=DIR modules		what DIR/Kbuild asks for

release := $(notdir $(CURDIR))
autoconf := $(wildcard include/generated/autoconf.h include/linux/autoconf.h)

Module.symvers: ../exports
	@awk -v release=$(release) -v OFS='\t' '/^#/ || NF == 0 { next } \
		!col { for (i = 2; i <= NF; i++) if ($$i == release) col = i; next } \
		$$col == "y" { print "0x00000000", $$1, "vmlinux", "EXPORT_SYMBOL" }' $< > $@

ifdef M
CONFIG_X86 := y
ifeq ($(shell grep -c CONFIG_X86_32 $(autoconf)),0)
CONFIG_X86_64 := y
machine := -m64 -mcmodel=kernel -mno-red-zone
else
CONFIG_X86_32 := y
machine := -m32 -mregparm=3
endif
src := $(M)
obj := $(M)
include $(M)/Kbuild

CC = gcc
flags := -include ../include/api.h -include $(autoconf) -nostdinc \
	-isystem $(shell $(CC) -print-file-name=include) -I../include \
	-D__KERNEL__ -DMODULE -std=gnu89 -O2 -ffreestanding -fno-strict-aliasing \
	-fno-common -fno-pie $(machine) -mno-sse \
	-Wall -Wundef -Wstrict-prototypes -Wdeclaration-after-statement \
	-Wno-pointer-sign -Wno-maybe-uninitialized -Werror

# always-y and the end of EXTRA_CFLAGS came later than all of these releases.
flags += $(EXTRA_CFLAGS)
ifeq ($(filter 2.6.18%,$(release)),)
flags += $(ccflags-y)
endif

# Whatever changes in a header, all is compiled again.
headers := $(autoconf) $(shell find ../include $(M) -name '*.h')

members = $(addprefix $(M)/,$($*-y))
kos := $(obj-m:%.o=$(M)/%.ko)

modules: $(addprefix $(M)/,$(always)) $(kos)

.SECONDEXPANSION:
$(kos): $(M)/%.ko: $$(members) Module.symvers
	@$(LD) -m $(if $(CONFIG_X86_32),elf_i386,elf_x86_64) -r -o $@ $(members)
	@missing=$$(nm -u $@ | awk '{ print $$NF }' | grep -vxF "$$(awk '{ print $$2 }' Module.symvers)"); \
	[ -z "$$missing" ] || { rm -f $@; echo "$*: $(release) does not export:" $$missing >&2; exit 1; }

$(M)/%.o: $(M)/%.c $(headers)
	@echo "  CC      $*.o"
	@$(CC) $(flags) -D'KBUILD_MODNAME="$(basename $(notdir $(obj-m)))"' -c -o $@ $<

.PHONY: modules
endif
