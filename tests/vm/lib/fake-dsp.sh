# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# For tests in which no firmware is involved, after lib.sh: the class driver's fake DSP takes the place of the sound
# card's driver, and a program of the job asks for streams. What their jobs have in common.

# shellcheck disable=SC2034 # for the tests
fake_dsp_prelude=$(
	cat <<'PRELUDE'
dsp=audio
service=/sys/kernel/debug/snd_usb_offload/$dsp

bind_fake_dsp() {
	echo snd-usb-offload-fake-dsp >/sys/bus/platform/devices/$dsp/driver_override
	echo $dsp >/sys/bus/platform/drivers_probe
	wait_for 5 test -e $service/state && wait_for 5 grep -q '^card' $service/state
}

nothing_held() {
	! grep -v ' 0$' $service/resources && ! grep -E 'starting|running|stopping|mapping|interrupter' $service/state
}

counter() {
	sed -n "s/^$1 //p" $service/counters
}

# hostile ACTION...: lets qrtr-hostile do it; what it prints stays in /tmp/hostile.log.
hostile() {
	qrtr-hostile "$@" >/tmp/hostile.log 2>&1
	hostile_status=$?
	cat /tmp/hostile.log
	return $hostile_status
}
PRELUDE
)

# With these loaded, the DSP's own drivers are not, and Linux's way to the xHC is there.
# shellcheck disable=SC2034 # for the tests
fake_dsp_modules='lullaby.modules=vsoc_mmu,snd_usb_offload,snd_usb_audio,xhci_pci,qrtr_tun,snd_usb_offload_fake_dsp'
