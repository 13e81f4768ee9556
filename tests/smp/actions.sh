# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The actions of the parallel lane, two of which overlap in a round (see scripts/smp), and the steps that bring the machine back
# to a state in which it plays. A job sources lib/fake-dsp.sh, usb.sh and dsp.sh before.
#
# act_NAME does it again and again until over(). It may leave anything behind: whole() is called afterwards. The
# other action may have taken away the file that one writes to, so failures are not looked at.

# shellcheck disable=SC2086,SC2154 # snd_usb, usb, service, fake: of the job libraries

platform=/sys/bus/platform/drivers
pci=0000:00:02.0
xhci_pci=/sys/bus/pci/drivers/xhci_hcd
debug=/sys/kernel/debug
new_headset='device_add usb-audio,id=headset,bus=xhci.0,audiodev=sound'

# dice N: sets `rolled` to 0 .. N - 1, the next of the sequence that dice_seed began.
dice_seed() { dice_state=$1; dice 1; dice 1; }
dice() {
	dice_state=$(((dice_state * 1103515245 + 12345) & 0x7fffffff))
	rolled=$(((dice_state >> 8) % $1))
}

# pause_up_to MS
pause_up_to() {
	dice $(($1 * 1000))
	usleep "$rolled"
}

# now_ms: sets now_ms, without another process.
now_ms() {
	read -r now_s _ </proc/uptime
	now_ms=$((${now_s%.*} * 1000 + 1${now_s#*.} * 10 - 1000))
}

# over: whether the round is.
over() {
	now_ms
	[ "$now_ms" -ge "$round_end_ms" ]
}

# Streams, by the DSP and by Linux.

churn_card() {
	while ! over; do
		dice 1000000
		if card=$("$1"); then
			pcm-churn "$card" "$rolled" 100
		else
			usleep 5000
		fi
	done
}
act_pcm() { churn_card dsp_card; }
act_linux() { churn_card usb_card; }

# The device.

# back_and_forth AWAY BACK [MS]: one and the other, each MS apart at most.
back_and_forth() {
	while ! over; do
		"$1"
		pause_up_to "${3:-60}"
		"$2"
		pause_up_to "${3:-60}"
	done
}

pull_plug() { host device_del headset; }
put_plug() { host "$new_headset"; }
act_unplug() { back_and_forth pull_plug put_plug 200; }
act_authorize() { back_and_forth away_authorized back_authorized; }
act_configure() { back_and_forth away_configuration back_configuration; }
act_reset() { back_and_forth away_reset back_reset; }
act_mixer() {
	while ! over; do
		dice 256
		card=$(usb_card) && amixer -q -c "$card" cset numid=3 "$rolled" && amixer -q -c "$card" cget numid=2
		pause_up_to 5
	done
}

# Drivers.

unbind_interface() { echo 1-1:1.0 >"$snd_usb"/unbind; echo 1-1:1.1 >"$snd_usb"/unbind; }
bind_interface() { [ -e "$snd_usb"/1-1:1.0 ] || { echo 1-1:1.1 >"$snd_usb"/unbind; echo 1-1:1.0 >"$snd_usb"/bind; }; }
act_usb_unbind() { back_and_forth unbind_interface bind_interface; }
act_stream_unbind() { back_and_forth away_interface back_interface; }
unbind_audio() { echo audio >$platform/vsoc-audio/unbind; }
bind_audio() { echo audio >$platform/vsoc-audio/bind; }
act_audio() { back_and_forth unbind_audio bind_audio; }
unbind_card() { echo sound >$platform/vsoc-sound/unbind; }
bind_card() { echo sound >$platform/vsoc-sound/bind; }
act_card() { back_and_forth unbind_card bind_card; }
unbind_dsp() { echo remoteproc >$platform/vsoc-dsp/unbind; }
bind_dsp() { echo remoteproc >$platform/vsoc-dsp/bind; }
act_dsp_driver() { back_and_forth unbind_dsp bind_dsp 200; }
unbind_xhc() { echo $pci >$xhci_pci/unbind; }
bind_xhc() { echo $pci >$xhci_pci/bind; }
act_xhc() { back_and_forth unbind_xhc bind_xhc 200; }

# channels COMMAND...: COMMAND with the name and the driver of each of the DSP's channels.
channels() {
	for channel in /sys/bus/rpmsg/devices/*; do
		case $(cat "$channel/name" 2>/dev/null) in
		*audio*) "$@" "${channel##*/}" vsoc-audio-ipc ;;
		IPCRTR) "$@" "${channel##*/}" qcom_smd_qrtr ;;
		esac
	done
}
bind_channel() { [ -e "/sys/bus/rpmsg/drivers/$2/$1" ] || echo "$1" >"/sys/bus/rpmsg/drivers/$2/bind"; }
unbind_channel() {
	dice 2
	[ "$rolled" = 0 ] || echo "$1" >"/sys/bus/rpmsg/drivers/$2/unbind"
}
unbind_channels() { channels unbind_channel; }
bind_channels() { channels bind_channel; }
act_channel() { back_and_forth unbind_channels bind_channels 100; }

# The DSP.

act_dsp() { back_and_forth stop_dsp start_dsp 200; }
act_crash() {
	while ! over; do
		dice 4
		case $rolled in
		0) crash_dsp ;;
		1) dsp_fault panic ;;
		2) dsp_fault read 0 ;;
		3) dsp_fault panic before start ;;
		esac
		pause_up_to 300
	done
}

# Sleeps, that end by themselves at some moment of the way into them, and by the clock at the latest.
act_sleep() {
	while ! over; do
		dice 8
		case $rolled in
		0) action='prepare refuse' ;;
		1) action='suspend refuse' ;;
		2) action='late refuse' ;;
		3) action='noirq refuse' ;;
		4) action='suspend wake' ;;
		*) action='noirq wake' ;;
		esac
		echo >$debug/vsoc-pm-test/log
		echo "$action" >$debug/vsoc-pm-test/action
		echo 0 >/sys/class/rtc/rtc0/wakealarm
		echo +3 >/sys/class/rtc/rtc0/wakealarm
		echo freeze >/sys/power/state
		pause_up_to 30
	done
}

# Kernel threads, see vsoc/linux/test/vsoc-churn.c. One kind at a time.

# threads KIND [COMMAND]: the command before each time.
threads() {
	while ! over; do
		"${2:-:}"
		# Some last for longer than a system takes to fall asleep.
		dice 300
		threads_ms=$((50 + rolled))
		dice 1000000
		echo "$1 $threads_ms $rolled" >$debug/vsoc-churn/run
		cat $debug/vsoc-churn/done >>/tmp/churned
	done
}
act_usage() { threads usage; }
# Alternate settings are changed while the interface has no driver.
maybe_unbind() {
	dice 2
	[ "$rolled" = 0 ] || unbind_interface
}
act_sideband() { threads sideband maybe_unbind; }
act_alternate() { threads alternate unbind_interface; }
# Not one of those that are drawn: it has to be found.
act_race() { threads race; }

# Everything that can be looked at.
act_look() {
	while ! over; do
		cat $debug/snd_usb_offload/*/* $debug/usb/offload $debug/usb/xhci/*/sidebands $debug/vsoc-mmu/mapped_bytes \
			$debug/vsoc-audio/* $debug/remoteproc/*/* /proc/asound/card*/pcm*/sub*/* /proc/asound/cards
		offloadctl status
		# shellcheck disable=SC2013 # numbers
		for look_card in $(sed -n 's/^ *\([0-9]*\) \[.*/\1/p' /proc/asound/cards); do amixer -c "$look_card" contents; done
		pause_up_to 10
	done
}

# Requests to the class driver, whose DSP is a program then. It dies at the end of the round at the latest.

# client SECONDS ARGUMENT...: qrtr-hostile does that until then.
client() {
	while ! over; do
		dice 1000
		timeout -s KILL 1 qrtr-hostile "$@"
		pause_up_to 20
	done
}
act_requests() { client storm 50 "$((seed % 400 + 10))"; }
act_two() { client two 30 "$((seed % 400 + 10))"; }
act_flood() { client enable deaf flood 60 hear disable; }
act_fuzz() { client fuzz "$seed" 300; }
act_vanish() {
	dice 3
	case $rolled in
	0) client vanish bye enabling 20 200 ;;
	1) client vanish close disabling 20 200 ;;
	2) client vanish del-client enabling 20 200 ;;
	esac
}
dsp_down() { echo 1 >"$fake"/down; }
act_down() { back_and_forth dsp_down : 100; }
act_unregister() { back_and_forth unbind_fake_dsp bind_fake_dsp; }

# Steps that bring it back.

# repair: finishes all that was left undone. The next call may find more.
repair() {
	[ -e $xhci_pci/$pci ] || bind_xhc
	[ -e "$usb" ] || { put_plug; wait_for 1 test -e "$usb"; }
	[ "$(cat "$usb"/authorized)" = 1 ] || back_authorized
	[ -n "$(cat "$usb"/bConfigurationValue)" ] || back_configuration
	bind_interface
	if [ -e /job/fake ]; then
		[ -e $platform/snd-usb-offload-fake-dsp/audio ] || bind_fake_dsp
		return
	fi
	[ -e $platform/vsoc-dsp/remoteproc ] || bind_dsp
	[ -e $platform/vsoc-audio/audio ] || bind_audio
	[ -e $platform/vsoc-sound/sound ] || bind_card
	[ "$(cat $rproc/state)" != offline ] || start_dsp
	bind_channels
}

is_whole() {
	cards 1 || return 1
	[ -e /job/fake ] || { dsp_card && dsp_runs; }
}
