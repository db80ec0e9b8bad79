# SPDX-License-Identifier: GPL-2.0
#
#	make			kgtp.ko for the running kernel, and putgtprsp
#	make KDIR=DIR		... for the kernel whose build tree is DIR
#	make install, uninstall	(PREFIX, DESTDIR)
#	make probe		what was found out about the kernel's API
#	make demo		a kernel in QEMU, traced by GDB, in one command
#	make shell		the same, at the (gdb) prompt
#	make check		all tests
#	make lint, unit, fuzz	parts of them
#	make clean

KREL_RUNNING := $(shell uname -r)
KDIR ?= /lib/modules/$(KREL_RUNNING)/build
PREFIX ?= /usr/local
DESTDIR ?=

# One version, for all.
VERSION := $(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)

# The kernel's own build has a CC of its own; this one is for user space.
CFLAGS ?= -O2 -g
RELAY_CFLAGS := -std=gnu89 -Wall -Wextra -Wdeclaration-after-statement \
	-Werror -DKGTP_VERSION='"$(VERSION)"'

KREL = $(shell cat $(KDIR)/include/config/kernel.release 2>/dev/null || \
	$(MAKE) -s --no-print-directory -C $(KDIR) kernelrelease)
MODDIR = $(DESTDIR)/lib/modules/$(KREL)/extra

all: modules putgtprsp/putgtprsp

# Variables given to this make (CC=gcc-12 and the like) reach the kernel's make
# by themselves.
modules: compat-config
	@$(MAKE) -C $(KDIR) M=$(CURDIR) modules

compat-config:
	@KDIR=$(KDIR) MAKE="$(MAKE)" PROBE_STAMP="$(filter-out KDIR=%,$(MAKEOVERRIDES))" \
		compat/probe.sh

probe:
	@KDIR=$(KDIR) MAKE="$(MAKE)" PROBE_STAMP="$(filter-out KDIR=%,$(MAKEOVERRIDES))" \
		compat/probe.sh --table

putgtprsp/putgtprsp: $(wildcard putgtprsp/*.[ch])
	@command -v $(firstword $(CC)) >/dev/null || { \
		echo "putgtprsp: no C compiler ($(CC)): install gcc" >&2; exit 1; }
	$(CC) $(CFLAGS) $(RELAY_CFLAGS) -o $@ $(filter %.c,$^) $(LDFLAGS)

install: all
	install -d $(MODDIR) $(DESTDIR)$(PREFIX)/sbin \
		$(DESTDIR)$(PREFIX)/share/man/man8
	install -m 644 kgtp.ko $(MODDIR)/
	install -m 755 putgtprsp/putgtprsp $(DESTDIR)$(PREFIX)/sbin/
	install -m 644 putgtprsp/putgtprsp.8 $(DESTDIR)$(PREFIX)/share/man/man8/
	$(if $(DESTDIR),,depmod $(KREL))

uninstall:
	rm -f $(MODDIR)/kgtp.ko $(DESTDIR)$(PREFIX)/sbin/putgtprsp \
		$(DESTDIR)$(PREFIX)/share/man/man8/putgtprsp.8
	$(if $(DESTDIR),,depmod $(KREL))

demo:
	@tests/demo/run

shell:
	@tests/vm/shell

check:
	@tests/check

lint:
	@tests/lint/run

unit:
	@tests/unit/run

clean:
	rm -rf compat/.probe compat/config.h compat/config.h.tmp tests/unit/build
	rm -f putgtprsp/putgtprsp kgtp.ko kgtp.mod kgtp.mod.c kgtp.o kgtp.mod.o \
		Module.symvers modules.order Module.markers .Module.symvers.cmd \
		.modules.order.cmd .module-common.o .*.cmd
	rm -rf .tmp_versions
	for d in . agent arch compat dev frame ringbuf rsp trace; do \
		rm -f $$d/*.o $$d/.*.cmd $$d/.*.d; done

.PHONY: all modules compat-config probe install uninstall demo shell check \
	lint unit clean
