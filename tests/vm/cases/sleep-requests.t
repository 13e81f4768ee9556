#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Requests of the DSP that arrive in a system sleep, at each moment of it: starts, stops, and the end of the client or
# of its whole node. qrtr-peer plays the DSP, the kernel sends what it has prepared. A start is refused with -EAGAIN
# and the device sleeps, or the stream runs and the device is kept active; nothing else. A stop is always served.
#
# A request is handled by a worker, a moment after it arrived. So where a moment is the last one before things
# change, either answer is right, as long as everything else agrees with it.
. "$(dirname "$0")/../lib/vm.sh"
. "$(dirname "$0")/../lib/sleep.sh"
. "$(dirname "$0")/../lib/fake-dsp.sh"

noise after.wav 1 2 16 48007
vm_file after.wav

requests_prelude=$(
	cat <<'JOB'
unused() { ! grep "usb $device users [1-9]" /sys/kernel/debug/usb/offload && ! grep "^$device users [1-9]" /sys/kernel/debug/usb/offload; }
was_planned() { grep -q planned /tmp/peer.log; }
# The last sleep only: what the log says since it began.
slept() { dmesg | sed -n '/PM: suspend entry/{h;d};H;${x;p}' | grep -q "usb $device: usb suspend"; }
# peer ACTION...: plays the DSP in the background, until it has planned something.
peer() {
	qrtr-peer timeout 60000 "$@" >/tmp/peer.log 2>&1 &
	peer=$!
	wait_for 5 was_planned
}
# make_ready: the fake DSP, moments, and the other device in use.
make_ready() {
	check 'the fake DSP has the card' eval 'wait_for 10 usb_card; bind_fake_dsp'
	with_moments
	check 'there is another device' wait_for 5 test -e /sys/bus/usb/devices/$other
	plan now get $other
	check 'the other device is used' happened now get 0
}
# answer TXN: status and reason of the answer to a request.
answer() { sed -n "s/^response txn=$1 .* status=\(-*[0-9]*\) internal=\(-*[0-9]*\).*/\1 \2/p" /tmp/peer.log; }
JOB
)
modules='lullaby.modules=vsoc_mmu,snd_usb_offload,snd_usb_audio,vsoc_xhci,xhci_plat_hcd,xhci_pci,qrtr_tun,snd_usb_offload_fake_dsp'

# requests DEVICE OTHER: the job. OTHER is in use all the time, so that the controller is kept active: QEMU's forgets its
# devices in a sleep.
requests() {
	printf '%s\n' "$fake_dsp_prelude" "$prelude" "$requests_prelude" "device=$1 other=$2"
	cat <<'JOB'
make_ready

start_refused() { [ "$(answer 1)" = '1 -11' ] && slept; }
start_accepted() { [ "$(answer 1)" = '0 0' ] && ! slept; }
start_started_late() { [ "$(answer 1)" = '0 0' ]; }
for when in begin prepare suspend late noirq wakened early resume complete end; do
	peer at $when enable
	check "start in $when: Linux sleeps" sleep_s 1
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
	check "start in $when: no use of the device is left" wait_for 2 unused
done

stopped() { [ "$(answer 2)" = '0 0' ]; }
for when in begin prepare suspend late noirq wakened early resume complete end; do
	peer enable at $when disable
	check "stop in $when: it streams" grep -q 'playback running' $service/state
	check "stop in $when: Linux sleeps" sleep_s 1
	wait $peer
	check "stop in $when: it was sent" happened $when told
	check "stop in $when: it was served" stopped
	case $when in
	begin | prepare | suspend) ;;
	*) check "stop in $when: the device had been kept active" fails slept ;;
	esac
	check "stop in $when: nothing is held" wait_for 2 nothing_held
	check "stop in $when: no use of the device is left" wait_for 2 unused
done

# A stop speaks to the device and to the xHC, whose interrupts are masked until the sleep is over. That must not be the time that
# it waits for their answers: after 5 s each, Linux would take the xHC for dead.
for when in late noirq wakened; do
	peer enable at $when disable
	check "stop in a long sleep, in $when: Linux sleeps" sleep_s 20
	wait $peer
	check "stop in a long sleep, in $when: it was sent" happened $when told
	check "stop in a long sleep, in $when: it was served" stopped
	check "stop in a long sleep, in $when: nothing is held" wait_for 2 nothing_held
	check "stop in a long sleep, in $when: the xHC is well" eval '! dmesg | grep -E "HC died|usb_set_interface failed"'
done

for what in bye del-client; do
	for when in prepare suspend late noirq early complete; do
		peer enable at $when $what wait 60000
		check "$what in $when: it streams" grep -q 'playback running' $service/state
		check "$what in $when: Linux sleeps" sleep_s 1
		check "$what in $when: it was sent" happened $when told
		check "$what in $when: nothing is held" wait_for 5 nothing_held
		check "$what in $when: no use of the device is left" wait_for 2 unused
		kill $peer
		wait $peer
	done
done

plan now put $other
check 'the other device is put' happened now put 0
check 'the volume can be set' set_unity_volume "$(usb_card)"
check 'Linux plays' aplay -q -D "hw:$(usb_card),0" after.wav
sleep 1
JOB
}

# asleep DEVICE OTHER: the job with a device that sleeps by itself. A start that is refused has not woken it on the way.
asleep() {
	printf '%s\n' "$fake_dsp_prelude" "$prelude" "$requests_prelude" "device=$1 other=$2"
	cat <<'JOB'
make_ready
check 'the volume can be set' set_unity_volume "$(usb_card)"
usb=/sys/bus/usb/devices/$device
echo auto >$usb/power/control
echo 0 >$usb/power/autosuspend_delay_ms
is_asleep() { grep -qx suspended $usb/power/runtime_status; }
was_woken() { dmesg | sed -n '/PM: suspend entry/{h;d};H;${x;p}' | sed '/PM: suspend exit/q' | grep "usb $device: usb auto-resume"; }
start_refused() { [ "$(answer 1)" = '1 -11' ]; }
devnum=$(cat $usb/devnum)
for when in begin prepare suspend late noirq wakened early resume complete end; do
	check "$when: the device sleeps by itself" wait_for 10 is_asleep
	peer at $when enable
	check "$when: Linux sleeps" sleep_s 1
	wait $peer
	check "$when: it was sent" happened $when told
	cat /tmp/peer.log
	case $when-$(nproc) in
	end-*) check "$when: started" test "$(answer 1)" = '0 0' ;;
	# Where processors run at once, it may be served in "suspend" before the card itself is suspended.
	begin-* | prepare-* | suspend-[!1] | resume-* | complete-*)
		check "$when: refused or started" eval 'start_refused || [ "$(answer 1)" = "0 0" ]'
		;;
	*)
		check "$when: refused" start_refused
		check "$when: the device was not woken for it" fails was_woken
		;;
	esac
	check "$when: with the client, all is gone" wait_for 2 nothing_held
	check "$when: no use of the device is left" wait_for 2 unused
done
check 'the device is still the same' test "$(cat $usb/devnum)" = "$devnum"
plan now put $other
check 'the other device is put' happened now put 0
check 'Linux plays' aplay -q -D "hw:$(usb_card),0" after.wav
sleep 1
JOB
}

vm_qemu=(-device "usb-tablet,bus=xhci.0,port=2" "${vm_moments[@]}")
vm 'a device that sleeps by itself' --append "$modules" < <(asleep 1-1 1-2)
captured_is after.wav 'a device that sleeps by itself: what Linux plays afterwards is captured bit for bit'
vm 'requests' --append "$modules" < <(requests 1-1 1-2)
captured_is after.wav 'requests: what Linux plays afterwards is captured bit for bit'

done_testing
