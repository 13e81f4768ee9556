# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# For the tests with devices of the library, after vm.sh: where they are, and their judge, usbmodel, whose output about the
# packets of the last run is in the file `judged`.
# shellcheck disable=SC2034 # for the tests

usbmodel=$OUT_DIR/devices/usbmodel
library=$TOP/vsoc/devices/library

# packets KEY STREAM: a number that the judge has for a stream of the last run's device.
packets() {
	sed -n "s/^$2 $1 //p" judged
}
