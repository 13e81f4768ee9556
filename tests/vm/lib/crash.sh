# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The common part of the tests of the DSP's crashes: first.wav, to be heard and compared, and long-silence.wav, to be cut off.
# Their jobs source job/crash.sh.
. "$(dirname "${BASH_SOURCE[0]}")/vm.sh"

# QEMU's device drops the last few milliseconds if its interface is closed behind them.
noise first.wav 1 2 16 30011
"$TOOLS/wavmake" silence.wav --silence 48000 2 16 1440
"$TOOLS/wavmake" first-silence.wav first.wav silence.wav
"$TOOLS/wavmake" long-silence.wav --silence 48000 2 16 960000
vm_file first-silence.wav long-silence.wav

# captured_copies N NAME: the device of the last run received first.wav, N times.
captured_copies() {
	local files=() i
	for ((i = 0; i < $1; i++)); do files+=(first.wav); done
	captured_is "${files[@]}" "$2"
}
