# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Prints the objects that a directory of a kernel tree is built of in a configuration, with those that a module is put together of.
# Run in the tree, with OBJECTS=<its object directory> and DIR=<the directory>.

-include $(OBJECTS)/include/config/auto.conf
srctree := .
src := $(DIR)
obj := $(DIR)
include $(DIR)/Makefile

direct := $(filter %.o,$(obj-y) $(obj-m) $(lib-y))
parts = $($(1:.o=-y)) $($(1:.o=-objs)) $($(1:.o=-m))
# The parts of a composite object may be composite objects, too.
expand = $(foreach o,$(1),$(if $(strip $(call parts,$(o))),$(call $(2),$(call parts,$(o)),$(3)),$(o)))
once = $(1)
twice = $(call expand,$(1),once)

.DEFAULT_GOAL := print
print:
	@printf '%s\n' $(addprefix $(DIR)/,$(call expand,$(direct),twice))
