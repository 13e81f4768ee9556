# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# For the tests of sleeps that cut the controller's power, after sleep.sh: what their jobs have in common, and how
# to look at what was captured.

# shellcheck disable=SC2034,SC2154 # for the tests; from sleep.sh
power_prelude=$prelude$(
	cat <<'JOB'

service=/sys/kernel/debug/snd_usb_offload/audio
provoke=/sys/kernel/debug/vsoc-audio/provoke
echo 1 >$trace/events/snd_usb_offload/enable
echo 0 >/sys/module/suspend/parameters/pm_test_delay
modprobe vsoc_sleep

# sleep_s S: `mem` for so many seconds.
sleep_s() { sleep_for "$1" mem; }
# abort_at LEVEL STATE: a sleep that is aborted there, after pm_test_delay seconds.
abort_at() {
	echo "$1" >/sys/power/pm_test && echo "$2" >/sys/power/state && echo none >/sys/power/pm_test
}
# play FILE [OPTION...]: plays to the DSP, in the background. Sets player.
play() {
	play_file=$1
	shift
	aplay -q -D "plughw:$(dsp_card),0" "$@" "$play_file" &
	player=$!
}
# play_long FILE: the same with a buffer that holds all of it: the application drains from the start.
play_long() {
	play "$1" --period-time=10000000 --buffer-time=80000000
	check 'it drains' wait_for 10 state_is DRAINING
}
# play_short FILE: the same with a buffer of half a second.
play_short() {
	play "$1" --buffer-time=500000
	check 'it runs' wait_for 10 state_is RUNNING
}
# end: waits for what plays. Sets status.
end() {
	wait $player
	status=$?
	sleep 1
}
state_is() { grep -qx "state: $1" "/proc/asound/card$(dsp_card)/pcm0p/sub0/status"; }
counter() { sed -n "s/^$1 //p" $service/counters; }
number() { sed -n "s/^$1 //p" /sys/kernel/debug/vsoc-audio/stream0; }
# told EVENT: how often the DSP was told it: 1 disconnect, 2 suspend, 3 resume.
told() { grep -c "offload_indication: .* event $1 " $trace/trace; }
nothing_waits() { ! grep -E 'suspended|resume due|stopping' $service/state; }
lost_power() { dmesg | grep -c 'xHC error in resume, USBSTS 0x[0-9a-f]*, Reinit'; }
dsp_runs() { grep -qx running /sys/class/remoteproc/remoteproc0/state && grep -q busy_ticks /sys/kernel/debug/vsoc-audio/dsp_stats; }
uptime_ms() { sed 's/\([0-9]*\)\.\([0-9]*\) .*/\1\20/' /proc/uptime; }

JOB
)

# paused NAME PAUSES FILE...: what the device of the last run received is these files, one after the other, with
# silence within them in so many places.
paused() {
	local output
	output=$("$TOOLS/wavdiff" --pauses "${@:3}" "$VM/captured.wav" 2>&1)
	[[ $output == *pauses* ]] || output+=', pauses: 0'
	if [[ $output == "bit-exact: "*", pauses: $2" ]]; then
		pass "$1"
	else
		fail "$1" "$output"
	fi
}
