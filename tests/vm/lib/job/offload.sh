# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#
# The class driver's service for the DSP: its cards and streams, and their resources.
# shellcheck disable=SC1091,SC2034,SC2086,SC2154 # files beside the job, variables of the job and of other libraries

service=/sys/kernel/debug/snd_usb_offload/audio

# nothing_held: no stream holds anything. Prints the held resources.
nothing_held() {
	[ -r $service/resources ] && [ -r $service/state ] && ! grep -v ' 0$' $service/resources &&
		! grep -E 'starting|running|stopping|mapping|interrupter' $service/state
}

# gone_or_nothing_held: for a service that may be unregistered by now.
gone_or_nothing_held() {
	[ ! -e $service/state ] || nothing_held
}

# no_card_held: nor is there a card or a controller.
no_card_held() {
	nothing_held && ! grep -E '^(card|controller)' $service/state
}

# counter NAME: one of the service's.
counter() {
	sed -n "s/^$1 //p" $service/counters
}

# streams N: so many run.
streams() {
	[ "$(grep -c 'playback running' $service/state)" = "$1" ]
}

# cards N: there are so many USB sound cards, and the DSP's service has them, too.
cards() {
	[ "$(grep -c USB-Audio /proc/asound/cards)" = "$1" ] && [ "$(grep -c '^card' $service/state)" = "$1" ]
}
