# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The jobs of power-wrong.t.
# shellcheck disable=SC1091,SC2034,SC2086,SC2154 # files beside the job, variables of the job and of other libraries

kinds_of_sleep='mem freeze'
given_up=0
starts=1
# controller_was_given_up: once more than when this was asked the last time.
controller_was_given_up() { dmesg | grep -c "the sleep has cut the controller's power" | grep -x "$((given_up + 1))"; }
controller_was_not_given_up() { dmesg | grep -c "the sleep has cut the controller's power" | grep -x "$given_up"; }
controller_died() { dmesg | grep -E 'HC died|assume dead|not responding'; }
usb_devices() { (cd /sys/bus/usb/devices && ls -d [0-9]*-*[0-9]); }
# both_ready_and_dsp_plays: both sound cards are there, and the DSP plays.
both_ready_and_dsp_plays() {
	sound_is_ready && dsp_plays short-silence.wav && sleep 1
}
