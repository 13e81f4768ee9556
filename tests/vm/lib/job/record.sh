# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Recording through the DSP's sound card.
# shellcheck disable=SC1091,SC2034,SC2086,SC2154 # files beside the job, variables of the job and of other libraries

. ./lib/pcm.sh
. ./lib/offload.sh

# recording_number KEY: a number of the sound card's driver about its first recording.
recording_number() {
	sed -n "s/^$1 //p" /sys/kernel/debug/vsoc-audio/stream4
}

# start_recording ARECORD-OPTION...: into /tmp/recorded.wav, in the background. Sets recorder, the process.
start_recording() {
	arecord -q -D "hw:$(dsp_card),0" "$@" /tmp/recorded.wav 2>/tmp/arecord.log &
	recorder=$!
}

# recording_runs: its PCM does.
recording_runs() {
	grep -qx 'state: RUNNING' "/proc/asound/card$(dsp_card)/pcm0c/sub0/status"
}

# end_recording: waits for its end. Sets status.
end_recording() {
	wait $recorder
	status=$?
	cat /tmp/arecord.log
}

# send_recording: to the host.
send_recording() {
	cat /tmp/recorded.wav >"$(port lullaby.recorded)"
}
