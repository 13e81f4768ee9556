# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# Plugs in devices whose descriptors were changed at random, one after the other, and uses those that become a sound card.
# The files are on the host, in the directory $mutants, by their numbers; `moments` has a line for each, with its fault
# at a moment (empty: none).
# shellcheck disable=SC1091,SC2034,SC2086,SC2154 # files beside the job, variables of the job and of other libraries

cards=0
played=0
dsp_played=0
recorded=0

# plays_shortly CARD,PCM: within a time that no playback of a fifth of a second needs.
plays_shortly() {
	timeout $((5 * slowness)) aplay -q -D "plughw:$1" short.wav
}

# use_card: plays to each PCM of the USB card and records from it, and the DSP plays to the first.
use_card() {
	mutant_card=$1
	mutant_plays=0
	mutant_records=0
	for mutant_pcm in /proc/asound/card"$mutant_card"/pcm*; do
		mutant_number=${mutant_pcm##*/pcm}
		case $mutant_number in
		*p) ! plays_shortly "$mutant_card,${mutant_number%p}" || mutant_plays=1 ;;
		*c) ! timeout $((5 * slowness)) arecord -q -D "plughw:$mutant_card,${mutant_number%c}" -f S16_LE -r 48000 -c 2 -s 2400 /tmp/mutant.wav || mutant_records=1 ;;
		esac
	done
	played=$((played + mutant_plays))
	recorded=$((recorded + mutant_records))
	! plays_shortly "$(dsp_card),0" || dsp_played=$((dsp_played + 1))
}

# A device is on the bus. Linux may be waiting for the answers of one that is gone, 5 s for each, and sees the next one later.
has_device() { test -e "$(echo /sys/bus/usb/devices/[0-9]*-[0-9] | cut -d ' ' -f 1)"; }

# waits_for SECONDS COMMAND...: as wait_for, which looks too often for waits of a minute.
waits_for() {
	waits=$(($1 * 10 * slowness))
	shift
	until "$@" >/dev/null 2>&1; do
		waits=$((waits - 1))
		[ "$waits" -gt 0 ] || return 1
		usleep 100000
	done
}

# one_mutant NUMBER: fails if QEMU, or Linux, does not let go of it.
one_mutant() {
	mutant_moments=$(sed -n "$1p" moments)
	# Blanks need quotes in QEMU's command, and quotes a backslash in the message that brings it.
	host "device_add \\\"lullaby-usb,id=mutant,bus=xhci.0,file=$mutants/$1${mutant_moments:+,moments=$mutant_moments}\\\"" || return 1
	if waits_for 5 has_device && wait_for 1 usb_card; then
		cards=$((cards + 1))
		usleep 50000
		! mutant_number=$(usb_card) || use_card "$mutant_number"
	fi >/tmp/mutant.log 2>&1
	host device_del mutant || return 1
	waits_for 300 fails has_device || { echo "mutant $1: Linux still has it"; return 1; }
	! usb_card || { echo "mutant $1: its card is there still"; return 1; }
}

# all_mutants COUNT: all of them, and reports how many did what.
all_mutants() {
	for mutant in $(seq "$1"); do
		if ! one_mutant "$mutant"; then
			cat /tmp/mutant.log
			result failed_mutant "$mutant"
			return 1
		fi
		[ $((mutant % 20)) -ne 0 ] || result doing "mutant $mutant: $cards cards, $played played"
	done
	result cards "$cards"
	result played "$played"
	result dsp_played "$dsp_played"
	result recorded "$recorded"
}
