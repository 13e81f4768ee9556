#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Sleeps that come to nothing while the music plays: ended by pm_test, refused by a driver, or given up for a wake-up
# event, wherever they had got to. The stream goes on as if nothing had been, and everything else is back.
. "$(dirname "$0")/../lib/vm.sh"
. "$(dirname "$0")/../lib/sleep.sh"

sound sound 1 $((slowness * 1440013))
vm_file sound-silence.wav

# went_on NAME
went_on() {
	captured_is sound.wav "$1: captured bit for bit"
	is "$(value underruns)" 0 "$1: no underrun"
}

# aborts NAME MOMENTS [run-vm option...]: sleeps are refused and given up at each of MOMENTS.
aborts() {
	vm "$1" --set idle=1-2 --set hooks="$2" "${@:3}" <<'JOB'
. ./lib/pm.sh
. ./lib/sleep-abort-job.sh
check 'the sound cards are ready' sound_is_ready
with_pm_hooks
start_buffered sound-silence.wav
for when in $hooks; do
	pm_action $when refuse
	given_up "refused in $when"
	check "$when: by the driver" happened $when refused
	pm_action $when wake
	woken "woken in $when"
	check "$when: by the event" happened $when woke
	cat /sys/power/wakeup_count >/tmp/count
	cat /tmp/count >/sys/power/wakeup_count
	pm_action $when event
	woken "event in $when"
	check "$when: by the counted event" happened $when event
	check "$when: which is counted" fails eval 'cat /tmp/count >/sys/power/wakeup_count'
done
check 'then Linux sleeps' sleep_for 2
check 'the music goes on after it' position_moves
wait $player
check 'the player ends well' test $? = 0
sleep 1
report_sleep
JOB
	went_on "$1"
}

vm_qemu=(-device "usb-tablet,bus=xhci.0,port=2" "${vm_pm_hooks[@]}")
vm 'pm_test' <<'JOB'
. ./lib/pm.sh
. ./lib/sleep-abort-job.sh
check 'the sound cards are ready' sound_is_ready
echo 1 >/sys/module/suspend/parameters/pm_test_delay
start_buffered sound-silence.wav
for level in freezer devices platform; do
	echo $level >/sys/power/pm_test
	check "$level: the test is done" eval 'echo freeze >/sys/power/state'
	check "$level: all devices are awake" all_usages_are_awake
	check "$level: the music goes on" position_moves
done
# Suspend-to-idle has no such levels: nothing happens.
for level in processors core; do
	echo $level >/sys/power/pm_test
	check "$level: not in suspend-to-idle" says 'Resource temporarily unavailable' eval 'echo freeze >/sys/power/state'
	check "$level: all devices are awake" all_usages_are_awake
	check "$level: the music goes on" position_moves
done
echo none >/sys/power/pm_test
check 'then Linux sleeps' sleep_for 2
wait $player
check 'the player ends well' test $? = 0
sleep 1
report_sleep
JOB
went_on 'pm_test'

# The module's device suspends before all others, or, loaded first, after all USB devices.
aborts 'given up' 'prepare suspend late noirq'
aborts 'given up between devices and controller' 'suspend late noirq' \
	--append 'lullaby.modules=vsoc_pm_test,vsoc_mmu,vsoc_dsp,vsoc_audio,snd_usb_offload,snd_usb_audio,vsoc_xhci,xhci_plat_hcd,xhci_pci'
aborts 'given up on a platform xHC' 'suspend noirq' --append 'vsoc_xhci.platform=1'

done_testing
