#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The set-up says so of a QEMU that is too old, or that nobody has tried. All packages are there.
. "$(dirname "$0")/../tap.sh"

mkdir bin
cat >bin/qemu-system-aarch64 <<'QEMU'
#!/bin/sh
echo "QEMU emulator version $FAKE_QEMU (Debian 1:$FAKE_QEMU+dfsg-7)"
QEMU
chmod +x bin/qemu-system-aarch64
export XDG_CACHE_HOME=$TEST_DIR/cache FAKE_QEMU

# setup_says VERSION STATUS OUTPUT NAME
setup_says() {
	local output status
	FAKE_QEMU=$1
	output=$(PATH=$TEST_DIR/bin:$PATH "$TOP/scripts/setup" 2>&1 </dev/null)
	status=$?
	is "$status $output" "$2 $3" "$4"
}

known='7.2 10.0 11.1'
for version in 7.2.22 10.0.13 11.1.3; do
	setup_says $version 0 '' "QEMU $version works"
done
setup_says 7.1.0 1 "setup: QEMU 7.1 is too old: known to work are $known" 'one that is too old'
setup_says 5.2.0 1 "setup: QEMU 5.2 is too old: known to work are $known" 'one that is much too old'
setup_says 8.2.1 0 "QEMU 8.2 has not been tried: known to work are $known" 'one in between'
setup_says 8.2.1 0 '' 'which is said once'
setup_says 10.1.0 0 "QEMU 10.1 has not been tried: known to work are $known" 'one with a number that sorts before 7.2'
setup_says 12.0.0 0 "QEMU 12.0 has not been tried: known to work are $known" 'a newer one'
setup_says '' 1 "setup: qemu-system-aarch64 does not say which version it is (known to work are $known)" 'one that is none'
done_testing
