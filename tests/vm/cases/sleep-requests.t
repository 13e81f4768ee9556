#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Requests of the DSP that arrive in a system sleep, at each moment of it: starts, stops, and the end of the client or
# of its whole node. qrtr-peer plays the DSP, the kernel sends its prepared messages. A start is refused with -EAGAIN
# and the device sleeps, or the stream runs and the device is kept active; nothing else. A stop is always served.
#
# A request is handled by a worker, a moment after it arrived. So where a moment is the last one before things
# change, either answer is right, as long as everything else agrees with it.
. "$(dirname "$0")/../lib/vm.sh"
. "$(dirname "$0")/../lib/sleep.sh"
. "$(dirname "$0")/../lib/fake-dsp.sh"

noise after.wav 1 2 16 48007
vm_file after.wav

modules='lullaby.modules=vsoc_mmu,snd_usb_offload,snd_usb_audio,vsoc_xhci,xhci_plat_hcd,xhci_pci,qrtr_tun,snd_usb_offload_fake_dsp'

# The other device is in use all the time, so that the controller is kept active: QEMU's forgets its devices in a sleep.
vm_qemu=(-device "usb-tablet,bus=xhci.0,port=2" "${vm_pm_hooks[@]}")

# A start that is refused has not woken the device on the way.
vm 'a device that sleeps by itself' --set device=1-1 --set other=1-2 --append "$modules" <<'JOB'
. ./lib/fake-dsp.sh
. ./lib/pm.sh
. ./lib/sleep-requests-job.sh
make_ready
check 'the volume can be set' set_unity_volume "$(usb_card)"
usb=/sys/bus/usb/devices/$device
echo auto >$usb/power/control
echo 0 >$usb/power/autosuspend_delay_ms
device_sleeps() { grep -qx suspended $usb/power/runtime_status; }
device_was_woken() { dmesg | sed -n '/PM: suspend entry/{h;d};H;${x;p}' | sed '/PM: suspend exit/q' | grep "usb $device: usb auto-resume"; }
was_refused() { [ "$(status_of 1)" = '1 -11' ]; }
devnum=$(cat $usb/devnum)
for when in begin prepare suspend late noirq wakened early resume complete end; do
	check "$when: the device sleeps by itself" wait_for 10 device_sleeps
	peer_queues at $when enable
	check "$when: Linux sleeps" sleep_for 1
	wait $peer
	check "$when: it was sent" happened $when told
	cat /tmp/peer.log
	case $when-$(nproc) in
	end-*) check "$when: started" test "$(status_of 1)" = '0 0' ;;
	# Where processors run at once, it may be served in "suspend" before the card itself is suspended.
	begin-* | prepare-* | suspend-[!1] | resume-* | complete-*)
		check "$when: refused or started" eval 'was_refused || [ "$(status_of 1)" = "0 0" ]'
		;;
	*)
		check "$when: refused" was_refused
		check "$when: the device was not woken for it" fails device_was_woken
		;;
	esac
	check "$when: with the client, all is gone" wait_for 2 nothing_held
	check "$when: no use of the device is left" wait_for 2 device_is_unused
done
check 'the device is still the same' test "$(cat $usb/devnum)" = "$devnum"
pm_action now put $other
check 'the other device is put' happened now put 0
check 'Linux plays' linux_plays after.wav
sleep 1
JOB
captured_is after.wav 'a device that sleeps by itself: what Linux plays afterwards is captured bit for bit'

vm 'requests' --set device=1-1 --set other=1-2 --append "$modules" <<'JOB'
. ./lib/fake-dsp.sh
. ./lib/pm.sh
. ./lib/sleep-requests-job.sh
make_ready

start_refused() { [ "$(status_of 1)" = '1 -11' ] && device_slept; }
start_accepted() { [ "$(status_of 1)" = '0 0' ] && ! device_slept; }
start_started_late() { [ "$(status_of 1)" = '0 0' ]; }
for when in begin prepare suspend late noirq wakened early resume complete end; do
	peer_queues at $when enable
	check "start in $when: Linux sleeps" sleep_for 1
	wait $peer
	check "start in $when: it was sent" happened $when told
	cat /tmp/peer.log
	case $when in
	begin) check "start in $when: refused and asleep, or running and up" eval 'start_refused || start_accepted' ;;
	resume | complete) check "start in $when: refused or started" eval 'start_refused || start_started_late' ;;
	end) check "start in $when: started" start_started_late ;;
	*) check "start in $when: refused, and asleep" start_refused ;;
	esac
	check "start in $when: with the client, all is gone" wait_for 2 nothing_held
	check "start in $when: no use of the device is left" wait_for 2 device_is_unused
done

stopped() { [ "$(status_of 2)" = '0 0' ]; }
for when in begin prepare suspend late noirq wakened early resume complete end; do
	peer_queues enable at $when disable
	check "stop in $when: it streams" grep -q 'playback running' $service/state
	check "stop in $when: Linux sleeps" sleep_for 1
	wait $peer
	check "stop in $when: it was sent" happened $when told
	check "stop in $when: it was served" stopped
	case $when in
	begin | prepare | suspend) ;;
	*) check "stop in $when: the device had been kept active" fails device_slept ;;
	esac
	check "stop in $when: nothing is held" wait_for 2 nothing_held
	check "stop in $when: no use of the device is left" wait_for 2 device_is_unused
done

# A stop speaks to the device and to the xHC, whose interrupts are masked until the sleep is over. That must not be the time that
# it waits for their answers: after 5 s each, Linux would take the xHC for dead.
for when in late noirq wakened; do
	peer_queues enable at $when disable
	check "stop in a long sleep, in $when: Linux sleeps" sleep_for 20
	wait $peer
	check "stop in a long sleep, in $when: it was sent" happened $when told
	check "stop in a long sleep, in $when: it was served" stopped
	check "stop in a long sleep, in $when: nothing is held" wait_for 2 nothing_held
	check "stop in a long sleep, in $when: the xHC is well" eval '! dmesg | grep -E "HC died|usb_set_interface failed"'
done

for what in bye del-client; do
	for when in prepare suspend late noirq early complete; do
		peer_queues enable at $when $what wait 60000
		check "$what in $when: it streams" grep -q 'playback running' $service/state
		check "$what in $when: Linux sleeps" sleep_for 1
		check "$what in $when: it was sent" happened $when told
		check "$what in $when: nothing is held" wait_for 5 nothing_held
		check "$what in $when: no use of the device is left" wait_for 2 device_is_unused
		kill $peer
		wait $peer
	done
done

pm_action now put $other
check 'the other device is put' happened now put 0
check 'the volume can be set' set_unity_volume "$(usb_card)"
check 'Linux plays' linux_plays after.wav
sleep 1
JOB
captured_is after.wav 'requests: what Linux plays afterwards is captured bit for bit'

done_testing
