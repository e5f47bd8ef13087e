# SPDX-License-Identifier: GPL-2.0
#
# listenq: build, try, test. `make help` says how.

KDIR ?= /lib/modules/$(shell uname -r)/build
VM := selftests/vm/run

.DEFAULT_GOAL := module
.PHONY: module modules modules_install tools install ynl clean demo test test-matrix \
	test-stress test-debug test-kcsan lint shell help

module: modules

modules modules_install:
	@test -e $(KDIR)/Makefile || { \
		echo "no kernel headers in $(KDIR): install linux-headers-$$(uname -r), or say KDIR=..." >&2; \
		exit 1; }
	$(MAKE) -C $(KDIR) M=$(CURDIR) $@

# The reader. PREFIX and DESTDIR are its own makefile's.
tools:
	$(MAKE) -C tools

install:
	$(MAKE) -C tools install

# What the kernel's generator makes of module/listenq.yaml.
ynl:
	$(VM) deps
	$(VM) ynl

clean:
	@test ! -e $(KDIR)/Makefile || $(MAKE) -C $(KDIR) M=$(CURDIR) clean
	@test ! -e tools/Makefile || $(MAKE) -C tools clean

# In a virtual machine; nothing is loaded into this machine's kernel.
demo:
	$(VM) deps
	$(VM) demo $(or $(firstword $(KERNELS)),6.1-cloud)

# As many rows at a time as there are CPUs, or JOBS says: guests wait as much as they
# work.
JOBS ?= $(shell nproc)
test:
	selftests/test -j $(JOBS) $(KERNELS)

# Every row that is fetched, those first that take longest (the class all), and before
# them what ALSO says. What tests only repeat is repeated less on each.
test-matrix:
	LISTENQ_FEWER=3 selftests/test -j $(JOBS) $(ALSO) \
		$$($(VM) list | sort -s -b -k 4,4 | awk '$$2 != "source" { print $$1 }')

# What takes hours: a thousand cycles of loading and unloading, ten million verdicts.
test-stress:
	$(VM) deps
	LISTENQ_SUITES=$(CURDIR)/selftests/vm/stress-suites $(VM) test \
		$(or $(KERNELS),$$($(VM) list | awk '$$2 != "source" && $$4 ~ /^(all|fewer)$$/ { print $$1 }'))

# On kernels built for it, which report what others survive: the first run of each
# takes some minutes longer.
test-debug test-kcsan:
	$(VM) deps
	$(VM) test 6.12-$(@:test-%=%)

lint:
	selftests/lint

shell:
	$(VM) shell $(or $(firstword $(KERNELS)),6.1-cloud)

help:
	@echo 'make                  build listenq.ko for the running kernel'
	@echo 'make KDIR=...         build it for the kernel whose headers are there'
	@echo 'make modules_install  install the module'
	@echo 'make tools            build the reader, tools/listenq'
	@echo 'make install          install it, with its manual page and completion: honours'
	@echo '                      PREFIX and DESTDIR'
	@echo 'make ynl              generate again what comes of module/listenq.yaml'
	@echo 'make demo             show it at work in a virtual machine'
	@echo 'make test             test it in virtual machines'
	@echo 'make test KERNELS="6.1 6.12-cloud"   ... with these kernels'
	@echo 'make test-matrix      ... with all of them, JOBS=N at a time; ALSO=6.12-debug: and'
	@echo '                      with what is built for it'
	@echo 'make test-stress      ... for hours'
	@echo 'make test-debug       ... with a kernel that checks memory, locks, RCU, leaks'
	@echo 'make test-kcsan       ... with one that looks for data races'
	@echo 'make shell            a shell in a virtual machine that has it'
	@echo 'make lint             checkpatch, sparse, compiler warnings, shellcheck, what is'
	@echo '                      generated, the reader and its tests'
	@echo 'Kernels: '"$$($(VM) list | awk '{ print $$1 }' | xargs)"
