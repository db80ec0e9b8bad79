# SPDX-License-Identifier: GPL-2.0
#
#	make			kgtp.ko for the running kernel, and putgtprsp
#	make KDIR=DIR		the same for the kernel whose build tree is DIR
#	make install, uninstall	the module, kgtp and putgtprsp (PREFIX, MODDIR, DESTDIR)
#	make dkms		the same with DKMS, which builds the module for each new kernel
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

# Headers that the relay shares with the module.
SHARED = arch/x86_regs.h dev/ioctl.h rsp/features.h trace/var/specials.h

putgtprsp/putgtprsp: $(wildcard putgtprsp/*.[ch]) $(SHARED) dkms.conf
	@echo '#include <stdio.h>' | $(CC) -E -x c - >/dev/null 2>&1 || { \
		echo "putgtprsp: $(firstword $(CC)) is missing or finds no C library:" \
			"install gcc and libc6-dev (Red Hat: glibc-devel)" >&2; exit 1; }
	$(CC) $(CPPFLAGS) $(CFLAGS) $(RELAY_CFLAGS) -o $@ $(filter %.c,$^) $(LDFLAGS)

# Not with DESTDIR: packages run depmod when they are installed.
DEPMOD = PATH="$$PATH:/usr/sbin:/sbin" depmod $(KREL) || { \
	echo "kgtp: depmod $(KREL) failed; if it is missing, install kmod" >&2; exit 1; }

SBIN = $(DESTDIR)$(PREFIX)/sbin
SHARE = $(DESTDIR)$(PREFIX)/share
MAN = $(SHARE)/man/man8
COMPLETIONS = $(SHARE)/bash-completion/completions
# GDB's scripts, in whatever directories they are.
SCRIPTS = $(patsubst gdb/%,%,$(wildcard gdb/*.py gdb/*.gdb gdb/*/*.py))
# kgtp report, with the libraries of its page.
REPORT = $(wildcard report/*.py report/*/*.py report/page/* $(addprefix report/vendor/*.,js css LICENSE))
ANSIBLE = $(patsubst ansible/%,%,$(wildcard ansible/*.yml $(addprefix ansible/roles/kgtp/*/*.,yml py)))

# Packages use the three parts, the third of which is install-dkms.
install: install-module install-tools

install-module: modules
	install -d $(DESTDIR)$(MODDIR)
	install -m 644 kgtp.ko $(DESTDIR)$(MODDIR)/
	$(if $(DESTDIR),,$(DEPMOD))

install-tools: putgtprsp/putgtprsp
	install -d $(SBIN) $(MAN) $(COMPLETIONS) $(SHARE)/kgtp/commands $(SHARE)/kgtp/bundle \
		$(addprefix $(SHARE)/kgtp/ansible/,$(sort $(dir $(ANSIBLE)))) \
		$(addprefix $(SHARE)/kgtp/gdb/,$(sort $(dir $(SCRIPTS)))) \
		$(addprefix $(SHARE)/kgtp/,$(sort $(dir $(REPORT))))
	install -m 755 putgtprsp/putgtprsp launcher/kgtp $(SBIN)/
	install -m 644 putgtprsp/putgtprsp.8 launcher/kgtp.8 $(MAN)/
	install -m 644 launcher/kgtp.bash-completion $(COMPLETIONS)/kgtp
	install -m 644 launcher/*.sh launcher/*.py $(SHARE)/kgtp/
	install -m 644 launcher/commands/*.sh $(SHARE)/kgtp/commands/
	install -m 644 launcher/bundle/box.sh $(SHARE)/kgtp/bundle/
	$(foreach f,$(ANSIBLE),install -m 644 ansible/$f $(SHARE)/kgtp/ansible/$f &&) :
	$(foreach f,$(SCRIPTS),install -m 644 gdb/$f $(SHARE)/kgtp/gdb/$f &&) :
	$(foreach f,$(REPORT),install -m 644 $f $(SHARE)/kgtp/$f &&) :
	echo $(VERSION) > $(SHARE)/kgtp/version && chmod 644 $(SHARE)/kgtp/version

# `dkms add' copies a whole tree with its tests and its history, and installs no
# program. So DKMS gets what the module is built of, in a directory that says whose it is.
DKMS_SOURCE = $(DESTDIR)/usr/src/kgtp-$(VERSION)
DKMS_MARK = $(DKMS_SOURCE)/.by-make-dkms
DKMS_DIRS = agent arch compat dev frame ringbuf rsp trace
dkms:
	@[ -n "$(DESTDIR)" ] || command -v dkms >/dev/null || { \
		echo "kgtp: dkms is missing: install dkms" >&2; exit 1; }
	@[ ! -e $(DKMS_SOURCE) ] || [ -e $(DKMS_MARK) ] || { \
		echo "kgtp: $(DKMS_SOURCE) is not of make dkms: dkms remove kgtp/$(VERSION) --all, and move it away" >&2; exit 1; }
	@$(MAKE) --no-print-directory install-tools
	$(if $(DESTDIR),,$(DKMS_REMOVE))
	rm -rf $(DKMS_SOURCE)
	@$(MAKE) --no-print-directory install-dkms
	install -m 644 /dev/null $(DKMS_MARK)
	$(if $(DESTDIR),,dkms add -m kgtp -v $(VERSION))
	$(if $(DESTDIR),,dkms install -m kgtp -v $(VERSION) $(if $(KREL),-k $(KREL)))

install-dkms:
	install -d $(DKMS_SOURCE)
	find Makefile Kbuild dkms.conf COPYING gtp.c $(DKMS_DIRS) -name .probe -prune \
		-o -type f ! -name '*.o' ! -name '.*' ! -path compat/config.h -print | \
		while read -r f; do \
			case $$f in *.sh) mode=755 ;; *) mode=644 ;; esac; \
			install -D -m $$mode "$$f" "$(DKMS_SOURCE)/$$f" || exit 1; \
		done

DKMS_REMOVE = ! command -v dkms >/dev/null || [ -z "`dkms status -m kgtp -v $(VERSION)`" ] || \
	dkms remove -m kgtp -v $(VERSION) --all

uninstall:
	@[ -n "$(KREL)" ] || { \
		echo "kgtp: whose module? no kernel build tree at $(KDIR): say KDIR=DIR" >&2; exit 1; }
	$(if $(DESTDIR),,[ ! -e $(DKMS_MARK) ] || { $(DKMS_REMOVE); })
	rm -f $(DESTDIR)$(MODDIR)/kgtp.ko $(SBIN)/kgtp $(SBIN)/putgtprsp \
		$(MAN)/kgtp.8 $(MAN)/putgtprsp.8 $(COMPLETIONS)/kgtp
	rm -rf $(SHARE)/kgtp
	[ ! -e $(DKMS_MARK) ] || rm -rf $(DKMS_SOURCE)
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

.PHONY: all modules compat-config probe install install-module install-tools install-dkms \
	dkms uninstall demo shell check check-all lint unit compat bench clean clean-objects
