# SPDX-License-Identifier: GPL-2.0
#
#	make			kgtp.ko for the running kernel, and putgtprsp
#	make KDIR=DIR		the same for the kernel whose build tree is DIR
#	make install, uninstall	(PREFIX, MODDIR, DESTDIR)
#	make probe		show the results of the kernel API probes
#	make demo		trace a kernel in QEMU with GDB, in one command
#	make shell		the same, at the (gdb) prompt
#	make check		the tests that CI runs; under an hour
#	make check-all		the same and more kernels; hours
#	make lint, unit, compat	parts of make check
#	make bench		instructions per hit (docs/performance.md)
#	make clean

KDIR ?= /lib/modules/$(shell uname -r)/build
PREFIX ?= /usr/local
DESTDIR ?=

# dkms.conf is the only source of the version; Kbuild reads it, too.
VERSION := $(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)

# For user space only; kbuild has its own CC.
CFLAGS ?= -O2 -g
RELAY_CFLAGS := -std=gnu89 -Wall -Wextra -Wdeclaration-after-statement \
	-Werror -DKGTP_VERSION='"$(VERSION)"'

# The release as in `uname -r` and vermagic.  On Debian, kernel.release and `make
# kernelrelease` differ from it.  Without a tree, derive it from the path of KDIR.
KREL = $(or $(firstword $(shell sed -n 's/^.define UTS_RELEASE "\(.*\)"/\1/p' \
	$(addprefix $(KDIR)/include/,generated/utsrelease.h linux/utsrelease.h \
	linux/version.h) 2>/dev/null)),$(patsubst \
	/lib/modules/%/build,%,$(filter /lib/modules/%,$(KDIR))))
MODDIR = /lib/modules/$(KREL)/extra

# For compat/probe.sh: the tree, and other settings its results depend on.
PROBE_STAMP = $(filter-out KDIR=% PREFIX=% MODDIR=% DESTDIR=% V=%,$(MAKEOVERRIDES))
export KDIR PROBE_STAMP

all: modules putgtprsp/putgtprsp

# Make passes its command-line variables (CC=gcc-12) on to kbuild by itself.
modules: compat-config
	@$(MAKE) -C $(KDIR) M=$(CURDIR) modules

compat-config:
	@MAKE="$(MAKE)" compat/probe.sh

probe: compat-config
	@cat compat/.probe/table

putgtprsp/putgtprsp: $(wildcard putgtprsp/*.[ch]) dkms.conf
	@echo '#include <stdio.h>' | $(CC) -E -x c - >/dev/null 2>&1 || { \
		echo "putgtprsp: $(firstword $(CC)) is missing or finds no C library:" \
			"install gcc and libc6-dev (Red Hat: glibc-devel)" >&2; exit 1; }
	$(CC) $(CFLAGS) $(RELAY_CFLAGS) -o $@ $(filter %.c,$^) $(LDFLAGS)

# Not with DESTDIR: packages run depmod when they are installed.
DEPMOD = PATH="$$PATH:/usr/sbin:/sbin" depmod $(KREL) || { \
	echo "kgtp: depmod $(KREL) failed; if it is missing, install kmod" >&2; exit 1; }

install: all
	install -d $(DESTDIR)$(MODDIR) $(DESTDIR)$(PREFIX)/sbin \
		$(DESTDIR)$(PREFIX)/share/man/man8
	install -m 644 kgtp.ko $(DESTDIR)$(MODDIR)/
	install -m 755 putgtprsp/putgtprsp $(DESTDIR)$(PREFIX)/sbin/
	install -m 644 putgtprsp/putgtprsp.8 $(DESTDIR)$(PREFIX)/share/man/man8/
	$(if $(DESTDIR),,$(DEPMOD))

uninstall:
	@[ -n "$(KREL)" ] || { \
		echo "kgtp: whose module? no kernel build tree at $(KDIR): say KDIR=DIR" >&2; exit 1; }
	rm -f $(DESTDIR)$(MODDIR)/kgtp.ko $(DESTDIR)$(PREFIX)/sbin/putgtprsp \
		$(DESTDIR)$(PREFIX)/share/man/man8/putgtprsp.8
	$(if $(DESTDIR),,$(DEPMOD))

demo:
	@tests/demo/run </dev/null

shell:
	@tests/vm/shell

check:
	@tests/check

check-all:
	@tests/check --all

lint unit compat:
	@tests/check $@

bench:
	@tests/setup vm && tests/bench/run

clean: clean-objects
	rm -rf compat/.probe compat/config.h tests/unit/build putgtprsp/putgtprsp
	find . -name __pycache__ -prune -exec rm -rf {} +

# Remove what kbuild generates.  compat/probe.sh runs this when the tree changes.
clean-objects:
	find . \( -name .git -o -name .probe -o -name tests \) -prune -o -type f \
		\( -name '*.o' -o -name '*.ko' -o -name '*.mod' -o -name '*.mod.c' \
		-o -name '.*.cmd' -o -name '.*.d' -o -name '*.tmp' \
		-o -name Module.symvers -o -name Module.markers -o -name modules.order \) \
		-exec rm -f {} +
	rm -rf .tmp_versions

.PHONY: all modules compat-config probe install uninstall demo shell check \
	check-all lint unit compat bench clean clean-objects
