#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# How far a hostile DSP reaches. The firmware tries addresses that were not mapped for it, or are not any more: each has to
# end in a fault of its MMU, in a crash record that names the address, and in a DSP that is started again and plays.
# It writes TRBs that point the xHC at memory that is not the xHC's. It floods every channel, and writes nonsense
# where Linux reads its positions. And it announces channels that cannot be, ends those that are not its own, and its own
# in the middle of a sleep.
. "$(dirname "$0")/../lib/vm.sh"
. "$(dirname "$0")/../lib/sleep.sh"

noise first.wav 1 2 16 30011
noise long.wav 2 2 16 480000
vm_file first.wav long.wav

vm 'what is nobody'"'"'s' --append vsoc_dsp.fault_injection=1 <<'JOB'
. ./lib/dsp.sh
. ./lib/pcm.sh
. ./lib/offload.sh
. ./lib/clock.sh
. ./lib/flood.sh
. ./lib/reach-job.sh
check 'the sound cards are ready' sound_is_ready
kernel=0x$(sed -n 's/^ *\([0-9a-f]*\)-.*Kernel code/\1/p' /proc/iomem)
code=$(memory $kernel)
check 'there is kernel code' eval "[ $(echo "$code" | wc -w) = 8 ]"
faults read 0x1000 'the second page'
faults write 0x40000000 'physical memory'
faults write $(printf %#x $((kernel))) 'kernel code, by its physical address'
faults read 0xffffff8040210000 'kernel memory, where the firmware has its own'
faults write 0xffff800080000000 'kernel memory, by its virtual address'
faults read 0x10000000 'registers of the xHC, by their physical address'
faults read 0x1000000000 'beyond the domain'
faults fetch 0x40000000 'code that is not there'
check 'the kernel code is as it was' test "$(memory $kernel)" = "$code"
check 'it plays' dsp_plays first.wav
sleep 1
JOB
captured_is first.wav 'what is nobody'"'"'s: in the end it plays bit for bit'

vm 'neighbours' --append vsoc_dsp.fault_injection=1 <<'JOB'
. ./lib/dsp.sh
. ./lib/pcm.sh
. ./lib/offload.sh
. ./lib/clock.sh
. ./lib/flood.sh
. ./lib/reach-job.sh
check 'the sound cards are ready' sound_is_ready
begin_to_play
check 'it plays' streams 1
sum=0
for bytes in $(mappings | cut -d ' ' -f 3); do
	# In whole pages.
	sum=$((sum + (bytes + 4095) / 4096 * 4096))
done
mappings | while read -r line; do result mapping "$line"; done
check 'all that is mapped is named' test $sum = "$(cat /sys/kernel/debug/vsoc-mmu/mapped_bytes)"
names=$(mappings | cut -d ' ' -f 1 | sort)
for name in $names; do
	for side in before after; do
		streams 1 || { wait; begin_to_play; }
		set -- $(mappings | grep "^$name ")
		page=$((($2) / 4096 * 4096 - 4096))
		[ $side = before ] || page=$(((($2) + $3 + 4095) / 4096 * 4096))
		is_mapped $page && continue
		[ $side = before ] && access=write || access=read
		faults $access "$(printf %#x $page)" "page $side $name"
		tried="$tried $name:$side"
	done
done
wait
result tried $tried
check 'most have a neighbour that is nobody' test "$(echo $tried | wc -w)" -ge 7
check 'it plays' dsp_plays first.wav
sleep 1
JOB
diag "tried: $(value tried)"

vm_qemu=(
	-audiodev "wav,id=sound2,path=second.wav,out.frequency=48000"
	-device "usb-audio,bus=xhci.0,audiodev=sound2"
)
vm 'what is not there any more' --append vsoc_dsp.fault_injection=1 <<'JOB'
. ./lib/dsp.sh
. ./lib/pcm.sh
. ./lib/offload.sh
. ./lib/clock.sh
. ./lib/flood.sh
. ./lib/reach-job.sh
check 'the sound cards are ready' sound_is_ready
check 'the second one, too' wait_for 10 eval '[ "$(grep -c ^card $service/state)" = 2 ]'
begin_to_play
check 'it plays' streams 1
mappings >/tmp/first
aplay -q -D "plughw:$(dsp_card),1" first.wav &
other=$!
wait_for 5 streams 2
mappings | grep -vxFf /tmp/first >/tmp/second
wait $other
check 'the second stream has ended, the first goes on' wait_for 5 streams 1
while read -r name iova bytes; do
	streams 1 1 || { wait; begin_to_play; mappings >/tmp/first; }
	# The first stream's new mappings may be in the old place.
	is_mapped $iova && continue
	faults read $iova "the second stream's $name"
	tried="$tried $name"
done </tmp/second
result tried $tried
check 'all of it was tried' test "$(echo $tried | wc -w)" -ge 4
wait
count=$((count + 1))
check 'it plays' dsp_plays first.wav
check 'a stream, by what the firmware remembers of it: does not succeed' says 'No such device' dsp_fault stale 0
check 'the DSP is started again' wait_for 8 dsp_is_back $count
check 'it plays' dsp_plays first.wav
sleep 1
JOB
diag "tried: $(value tried)"
vm_qemu=()

# An xHC reads the memory that TRBs name, and the DSP writes them. Only the xHC's own MMU keeps it from the rest of the memory.
vm 'transfers' --append vsoc_dsp.fault_injection=1 <<'JOB'
. ./lib/dsp.sh
. ./lib/pcm.sh
. ./lib/offload.sh
. ./lib/clock.sh
. ./lib/flood.sh
. ./lib/reach-job.sh
check 'the sound cards are ready' sound_is_ready
kernel=0x$(sed -n 's/^ *\([0-9a-f]*\)-.*Kernel code/\1/p' /proc/iomem)
secret=$(printf %#x $((kernel + 0x10000)))
result secret_words "$(memory $secret)"
check 'the xHC is behind an MMU of its own' test -e /sys/bus/pci/devices/0000:00:02.0/iommu_group
check 'which translates' grep -qE 'DMA' /sys/bus/pci/devices/0000:00:02.0/iommu_group/type
result domain "$(cat /sys/bus/pci/devices/0000:00:02.0/iommu_group/type)"

# That the test would see it: memory that is the xHC's is played.
begin_to_play
check 'it plays' streams 1
ring=$(sed -n 's/.*mapping data_ring .* dma 0x0*\([0-9a-f]*\).*/0x\1/p' $service/state)
sleep 0.5
check 'transfers that read the xHC'"'"'s own memory' dsp_fault trb $ring
result ring "$ring"
check 'there were some' fails grep -qx 0x0 $dsp_fault
sleep 0.5
kill $! 2>/dev/null
wait

begin_to_play
check 'it plays again' streams 1
sleep 0.5
check 'transfers that read kernel code' dsp_fault trb $secret
check 'there were some' fails grep -qx 0x0 $dsp_fault
sleep 0.5
kill $! 2>/dev/null
wait
result events "$(dmesg | grep -c 'arm-smmu-v3.*event')"
dmesg | grep -iE 'smmu|xhci' | tail -n 12 | while read -r line; do result smmu "$line"; done
check 'the MMU says so' eval 'dmesg | grep "arm-smmu-v3" | grep -q "${secret#0x}"'
check 'it plays after that' dsp_plays first.wav
sleep 1
JOB
# little_endian DIGITS WORD...: the bytes of numbers of so many hexadecimal digits, as they lie in memory, in hexadecimal.
little_endian() {
	local digits=$1 word
	shift
	for word; do
		word=$(printf "%0${digits}x" "$word")
		while [ -n "$word" ]; do
			printf '%s' "${word: -2}"
			word=${word:0:-2}
		done
	done
}
captured=$(od -An -v -tx1 "$VM/captured.wav" | tr -d ' \n')
# shellcheck disable=SC2046 # words
secret=$(little_endian 8 $(value secret_words | cut -d ' ' -f 1-4))
ring=$(little_endian 16 "$(value ring)")
is "${#secret} ${#ring}" '32 16' 'transfers: it is known what to look for'
[[ $captured == *$ring* ]]
is $? 0 'transfers: memory that the xHC may read is heard'
[[ $captured == *$secret* ]]
is $? 1 'transfers: memory that it may not read is not'
diag "domain $(value domain), events $(value events)"
diag "$(sed -n 's/^smmu //p' "$VM/result")"

vm 'flood' --append vsoc_dsp.fault_injection=1 <<'JOB'
. ./lib/dsp.sh
. ./lib/pcm.sh
. ./lib/offload.sh
. ./lib/clock.sh
. ./lib/flood.sh
. ./lib/reach-job.sh
check 'the sound cards are ready' sound_is_ready
check 'it plays' dsp_plays first.wav
before=$(used_kb)
lines=$(log_lines)
log_since=$(uptime_s)
flooded() { grep -aq 'the flood has ended' /sys/kernel/debug/remoteproc/remoteproc0/trace0 || [ "$(dsp_crashes)" -gt $was ]; }
most=0
for messages in 2001 2002 4003; do
	was=$(dsp_crashes)
	# With nothing to lose, it goes on to the end.
	[ $messages = 2002 ] || begin_to_play
	check "$messages hostile messages" dsp_fault flood $messages
	# Among them may be one that ends the stream that the DSP plays, which then meets its MMU.
	check "$messages: all of them are said, or it has crashed over them" wait_for 20 flooded
	result "flood_$messages" "crashes $(dsp_crashes), channels $(ls /sys/bus/rpmsg/devices | wc -l), $(grep -a "^ap_" $stats | tr '\n' ' ')"
	sleep 1
	[ $messages = 2002 ] || kill $! 2>/dev/null
	result "channels_$messages" "$(ls /sys/bus/rpmsg/devices | wc -l)"
	[ "$(ls /sys/bus/rpmsg/devices | wc -l)" -le $most ] || most=$(ls /sys/bus/rpmsg/devices | wc -l)
	check "$messages: only so many channels" is_at_most "$(ls /sys/bus/rpmsg/devices | wc -l)" 513
	result kb $(($(used_kb) - before))
	check "$messages: the DSP can be stopped" stop_dsp
	check "$messages: and started" start_dsp
	check "$messages: it is there" wait_for 5 dsp_is_heard
	wait
	check "$messages: it plays" dsp_plays first.wav
done
result lines $(($(log_lines) - lines))
check 'the announcements came to something' test "$most" -gt 20
check 'the log stays short' is_at_most $(($(log_lines) - lines)) "$(log_limit 400)"
check 'memory stays bounded' is_at_most $(($(used_kb) - before)) $memory_limit_kb
sleep 1
JOB
for messages in 2001 2002 4003; do
	diag "$messages messages: $(value flood_$messages)"
done
diag "$(value kb) kB, $(value lines) lines"

# The name service's own device is on the bus like any channel: its end, from within its own callback, waited for itself.
# A '/' becomes a '!' in sysfs, which would show a stack for each such pair: only one of them may be in a name.
resource_table=0x$("${CROSS_COMPILE}nm" "$OUT_DIR/firmware.elf" | sed -n 's/ . resource_table$//p')
vm 'announcements' --set resource_table="$resource_table" --append vsoc_dsp.fault_injection=1 <<'JOB'
. ./lib/dsp.sh
. ./lib/pcm.sh
. ./lib/offload.sh
. ./lib/clock.sh
. ./lib/flood.sh
. ./lib/reach-job.sh
check 'the sound cards are ready' sound_is_ready
announced() { [ "$(grep -ac 'nothing more to announce' /sys/kernel/debug/remoteproc/remoteproc0/trace0)" -ge $1 ]; }
rpmsg_channels() { ls -d /sys/bus/rpmsg/devices/*; }
restarts() {
	check "$1: the DSP can be stopped" stop_dsp
	check "$1: and started" start_dsp
	check "$1: it is there" wait_for 5 dsp_is_heard
	check "$1: it plays" dsp_plays first.wav
}
check 'it plays' dsp_plays first.wav
rpmsg_channels >/tmp/before
lines=$(log_lines)
log_since=$(uptime_s)
for number in 0 1; do
	check "the end of the name service, $number" dsp_fault forge-announcement $number
	check "the end of the name service, $number: it is said" wait_for 5 announced $((number + 1))
	sleep 0.5
	check "the end of the name service, $number: all channels are still there" eval 'rpmsg_channels | cmp - /tmp/before'
	check "the end of the name service, $number: the DSP is heard" dsp_is_heard
	check "the end of the name service, $number: it plays" dsp_plays first.wav
done
restarts 'the end of the name service'

rpmsg_channels >/tmp/before
check '3000 names that are none' dsp_fault forge-announcement 4
check '3000 names that are none: they are said' wait_for 20 announced 1
sleep 1
check '3000 names that are none: none is a channel' eval 'rpmsg_channels | cmp - /tmp/before'
check '3000 names that are none: none is in the log' fails eval 'dmesg | grep -E "forged|slash|duplicate"'
check '3000 names that are none: it plays' dsp_plays first.wav
restarts '3000 names that are none'

check 'a second channel comes and goes' dsp_fault forge-announcement 5
check 'a second channel comes and goes: it is said' wait_for 20 announced 1
sleep 1
check 'a second channel comes and goes: it plays' dsp_plays first.wav
restarts 'a second channel comes and goes'

check 'the audio channel goes' dsp_fault forge-announcement 2
check 'the audio channel goes: Linux sees it' wait_for 5 fails dsp_is_heard
restarts 'the audio channel goes'

# Its resource table is the DSP's to write: the count of entries, then where the first of them is.
table=/sys/kernel/debug/remoteproc/remoteproc0/resource_table
check 'the resource table can be read' grep -q 'Number of vrings 2' $table
check 'the resource table has any number of entries' dsp_fault write $(printf %#x $((resource_table + 4)))
check 'the resource table has any number of entries: what is behind it is not looked at' eval 'grep -q "Name dsp" $table && grep -q "is beyond the table" $table'
check 'the resource table has an entry anywhere' dsp_fault write $(printf %#x $((resource_table + 16)))
check 'the resource table has an entry anywhere: it is not looked at' grep -qx 'Entry 0 is beyond the table' $table
restarts 'the resource table'
check 'messages without end' dsp_fault flood 4000000000
sleep 0.3
restarts 'messages without end'
result lines $(($(log_lines) - lines))
check 'the log stays short' is_at_most $(($(log_lines) - lines)) "$(log_limit 400)"
sleep 1
JOB
diag "$(value lines) lines"

# The removal of the audio channel does I/O to devices. From late suspend on, that waits for the end of the sleep, and
# the sleep for the thread of the DSP's interrupt.
vm 'the audio channel goes in a sleep' --append vsoc_dsp.fault_injection=1 <<'JOB'
. ./lib/pm.sh
. ./lib/dsp.sh
. ./lib/pcm.sh
. ./lib/offload.sh
. ./lib/clock.sh
. ./lib/flood.sh
. ./lib/reach-job.sh
check 'the sound cards are ready' sound_is_ready
modprobe vsoc-pm-test
echo 0 >/sys/power/pm_async
ends=0
for at in suspend late; do
	begin_to_play
	check "$at: it plays" streams 1
	sleep 0.5
	# It takes some time until then.
	check "$at: the channel is to go" dsp_fault forge-announcement 2 in $((1000 * slowness))
	pm_action $at wait $((3000 * slowness))
	check "$at: there is a sleep, and its end" sleep_for $((6 * slowness))
	check "$at: the channel went in it" happened "$at waited"
	ends=$((ends + 1))
	check "$at: Linux sees it when it is awake" wait_for 5 eval '[ "$(dmesg | grep -c "destroying channel lullaby-audio")" = $ends ]'
	check "$at: the service and its cards are still there" grep -q '^card' $service/state
	wait
	# A DSP that goes on streaming meets its MMU, and is started again.
	sleep 1
	check "$at: the DSP can be stopped" stop_dsp
	check "$at: and started" start_dsp
	check "$at: it is there" wait_for 5 dsp_is_heard
	check "$at: it plays" dsp_plays first.wav
done
sleep 1
JOB

vm 'positions' --append vsoc_dsp.fault_injection=1 <<'JOB'
. ./lib/dsp.sh
. ./lib/pcm.sh
. ./lib/offload.sh
. ./lib/clock.sh
. ./lib/flood.sh
. ./lib/reach-job.sh
check 'the sound cards are ready' sound_is_ready
for turns in 1 10 100 1000; do
	timeout 30 aplay -q -D "plughw:$(dsp_card),0" long.wav >/tmp/aplay.log 2>&1 &
	wait_for 5 streams 1
	sleep 0.3
	check "nonsense for $turns turns" dsp_fault corrupt-position $turns
	began=$(cut -d. -f1 /proc/uptime)
	wait
	result "player_$turns" "ended after $(($(cut -d. -f1 /proc/uptime) - began)) s: $(head -n 1 /tmp/aplay.log)"
	check "$turns: the player comes to an end" is_at_most $(($(cut -d. -f1 /proc/uptime) - began)) 25
	check "$turns: it plays" dsp_plays first.wav
done
sleep 1
JOB
for turns in 1 10 100 1000; do
	diag "$turns turns: player $(value player_$turns)"
done

done_testing
