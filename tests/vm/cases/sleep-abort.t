#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Sleeps that come to nothing while the music plays: ended by pm_test, refused by a driver, or given up for a wake-up
# event, wherever they had got to. The stream goes on as if nothing had been, and everything else is back.
. "$(dirname "$0")/../lib/vm.sh"
. "$(dirname "$0")/../lib/sleep.sh"

sound sound 1 $((slowness * 1440013))
vm_file sound-silence.wav

abort_prelude=$(
	cat <<'JOB'
usage_is_awake() { grep ' children_active 0 sleep awake$' /sys/kernel/debug/usb/offload && ! grep -v ' children_active 0 sleep awake$' /sys/kernel/debug/usb/offload; }
is_back() {
	check "$1: all devices are awake" usage_is_awake
	check "$1: the music goes on" position_moves
	check "$1: the idle device is awake" grep -qx active "/sys/bus/usb/devices/$idle/power/runtime_status"
}
# given_up NAME: a sleep is tried and fails, and all is as before it.
given_up() {
	given_up_before=$(failures)
	check "$1: the sleep is given up" fails sleep_s 60
	check "$1: as the kernel counts" test "$(failures)" = $((given_up_before + 1))
	is_back "$1"
}
# woken NAME: a sleep is given up or, if it is too late for that, ends as soon as it has begun.
seconds() { cut -d. -f1 /proc/uptime; }
woken() {
	woken_began=$(seconds)
	sleep_s 60
	check "$1: the sleep ends at once" test $(($(seconds) - woken_began)) -lt 20
	is_back "$1"
}
JOB
)

# aborts IDLE MOMENT...: the job in which sleeps are refused and given up at each MOMENT. IDLE is a device beside.
aborts() {
	printf '%s\n' "$prelude" "$abort_prelude" "idle=$1 moments='${*:2}'"
	cat <<'JOB'
check 'the sound cards are ready' sound_is_ready
with_moments
begin sound-silence.wav
for when in $moments; do
	plan $when refuse
	given_up "refused in $when"
	check "$when: by the driver" happened $when refused
	plan $when wake
	woken "woken in $when"
	check "$when: by the event" happened $when woke
	cat /sys/power/wakeup_count >/tmp/count
	cat /tmp/count >/sys/power/wakeup_count
	plan $when event
	woken "event in $when"
	check "$when: by the counted event" happened $when event
	check "$when: which is counted" fails eval 'cat /tmp/count >/sys/power/wakeup_count'
done
check 'then Linux sleeps' sleep_s 2
check 'the music goes on after it' position_moves
wait $player
check 'the player ends well' test $? = 0
sleep 1
report_sleep
JOB
}

# went_on NAME
went_on() {
	captured_is sound.wav "$1: captured bit for bit"
	is "$(value underruns)" 0 "$1: no underrun"
}

vm_qemu=(-device "usb-tablet,bus=xhci.0,port=2" "${vm_moments[@]}")
vm 'pm_test' <<JOB
$prelude
$abort_prelude
$(
	cat <<'CASES'
check 'the sound cards are ready' sound_is_ready
echo 1 >/sys/module/suspend/parameters/pm_test_delay
begin sound-silence.wav
for level in freezer devices platform; do
	echo $level >/sys/power/pm_test
	check "$level: the test is done" eval 'echo freeze >/sys/power/state'
	check "$level: all devices are awake" usage_is_awake
	check "$level: the music goes on" position_moves
done
# Suspend-to-idle has no such levels: nothing happens.
for level in processors core; do
	echo $level >/sys/power/pm_test
	check "$level: not in suspend-to-idle" says 'Resource temporarily unavailable' eval 'echo freeze >/sys/power/state'
	check "$level: all devices are awake" usage_is_awake
	check "$level: the music goes on" position_moves
done
echo none >/sys/power/pm_test
check 'then Linux sleeps' sleep_s 2
wait $player
check 'the player ends well' test $? = 0
sleep 1
report_sleep
CASES
)
JOB
went_on 'pm_test'

# The module's device suspends before all others, or, loaded first, after all USB devices.
vm 'given up' < <(aborts 1-2 prepare suspend late noirq)
went_on 'given up'
vm 'given up between devices and controller' \
	--append 'lullaby.modules=vsoc_moment,vsoc_mmu,vsoc_dsp,vsoc_audio,snd_usb_offload,snd_usb_audio,vsoc_xhci,xhci_plat_hcd,xhci_pci' \
	< <(aborts 1-2 suspend late noirq)
went_on 'given up between devices and controller'
vm 'given up on a platform xHC' --append 'vsoc_xhci.platform=1' < <(aborts 1-2 suspend noirq)
went_on 'given up on a platform xHC'

done_testing
