# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The jobs of same-number.t. Sourced when the DSP's card is there.
# shellcheck disable=SC1091,SC2034,SC2086,SC2154 # files beside the job, variables of the job and of other libraries

pcm=/dev/snd/pcmC$(dsp_card)D0p

# user STEP...: begins a user of the PCM, in the background, that goes through these steps.
user() {
	rm -f /tmp/go /tmp/go.waits
	pcm-steps $pcm "$@" >/tmp/steps 2>&1 &
	user=$!
}
user_waits() { wait_for 5 test -e /tmp/go.waits; }
# user_goes_on: to its end. Sets status. Not in a subshell, so not with check.
user_goes_on() {
	: >/tmp/go
	wait $user
	status=$?
}
# step_said STEP ERRNO...: the step returned that, or one of these.
step_said() {
	cat /tmp/steps
	said_step=$1
	shift
	for errno; do
		! grep -qx "$said_step $errno" /tmp/steps || return 0
	done
	return 1
}
# has_gone STEP...: each of them says that the device has gone. ALSA says so by a state for which every call is bad;
# alsa-lib makes ENODEV of it.
has_gone() {
	for step; do
		step_said "$step" ENODEV EBADFD || return 1
	done
}
# nobody_streams: and nobody has, on the card that is there now.
nobody_streams() {
	cat $service/state
	nothing_held && grep -q 'playback idle starts 0' $service/state
}
