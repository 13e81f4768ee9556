# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The jobs of reach.t.
# shellcheck disable=SC1091,SC2034,SC2086,SC2154 # files beside the job, variables of the job and of other libraries

# The file is longer than any case: its player is cut off.
begin_to_play() {
	aplay -q -D "plughw:$(dsp_card),0" long.wav >/tmp/aplay.log 2>&1 &
	wait_for 5 streams 1
}
# The mappings for the DSP: NAME IOVA BYTES.
mappings() {
	sed -n 's/^ *\(mapping \)*\([a-z_0-9]*\) iova 0x0*\([0-9a-f]*\).* bytes \([0-9]*\).*/\2 0x\3 \4/p' $service/state /sys/kernel/debug/vsoc-audio/mappings
}
is_mapped() {
	mappings | while read -r name iova bytes; do
		[ $(($1)) -lt $((iova)) ] || [ $(($1)) -ge $((iova + bytes)) ] || echo "$name"
	done | grep -q .
}
count=0
# faults ACCESS ADDRESS WHAT: the DSP tries it, and that is its end.
faults() {
	count=$((count + 1))
	verb=$1
	[ "$1" != fetch ] || verb=jump
	check "$3: $1 does not succeed" says 'No such device' dsp_fault $verb "$2"
	check "$3: the record names it" eval "dmesg | grep 'DSP crash: MMU fault' | tail -n 1 | grep -qE '$1 of $2\$'"
	check "$3: the DSP is started again" wait_for 8 dsp_is_back $count
}
# Words of physical memory, by QEMU's monitor, which is no part of the machine.
memory() { host "xp /8xw $1" | sed 's/[0-9a-f]*: //g; s/\\[rn]/ /g'; }
