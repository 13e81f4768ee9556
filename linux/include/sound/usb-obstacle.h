/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reasons why another processor cannot drive a USB PCM, for back ends and for the platform drivers
 * of audio DSPs. sound/usb/obstacle.c finds them.
 */
#ifndef __SOUND_USB_OBSTACLE_H
#define __SOUND_USB_OBSTACLE_H

/**
 * enum snd_usb_obstacle - reasons why another processor cannot drive an altsetting of a USB PCM
 * @SND_USB_OBSTACLE_UNKNOWN_QUIRK: snd-usb-audio has a quirk flag for the device that obstacle.c
 *	does not know
 * @SND_USB_OBSTACLE_SHARED_MEDIA: a media device of the same hardware decides who may stream
 * @SND_USB_OBSTACLE_FORMAT_TYPE: a format of type II or III, which is not PCM
 * @SND_USB_OBSTACLE_ENCODING: no format of the altsetting is integer PCM
 * @SND_USB_OBSTACLE_LENGTH_WORDS: each packet begins with its length
 * @SND_USB_OBSTACLE_FULL_PACKETS: all packets have to be of the greatest size
 * @SND_USB_OBSTACLE_INTERFACE_RESET: each start needs the interface to be set up again
 * @SND_USB_OBSTACLE_ALIGNMENT: packets begin and end within a frame
 * @SND_USB_OBSTACLE_PACKET_OFFSET: packets, or the first one, begin with bytes that are no samples
 * @SND_USB_OBSTACLE_SKIPPED_PACKETS: the first packets mean nothing
 * @SND_USB_OBSTACLE_FEEDBACK_VALUES: feedback values have to be corrected
 * @SND_USB_OBSTACLE_FEEDBACK_OUT: the device wants to be sent feedback
 * @SND_USB_OBSTACLE_IMPLICIT_FEEDBACK: packet sizes have to follow those of a capture endpoint
 * @SND_USB_OBSTACLE_PLAYBACK_FIRST: that capture endpoint waits for the playback
 * @SND_USB_OBSTACLE_PACKET_SIZE: packets are too small for the rate
 * @SND_USB_OBSTACLE_BURST: the rate takes more than one packet of a service interval at SuperSpeed
 * @SND_USB_OBSTACLE_CLOCK: the clock runs at another rate, for another stream
 * @SND_USB_OBSTACLE_ENDPOINT: another stream uses an endpoint
 * @SND_USB_OBSTACLE_COUNT: the number of obstacles
 */
enum snd_usb_obstacle {
	SND_USB_OBSTACLE_UNKNOWN_QUIRK,
	SND_USB_OBSTACLE_SHARED_MEDIA,
	SND_USB_OBSTACLE_FORMAT_TYPE,
	SND_USB_OBSTACLE_ENCODING,
	SND_USB_OBSTACLE_LENGTH_WORDS,
	SND_USB_OBSTACLE_FULL_PACKETS,
	SND_USB_OBSTACLE_INTERFACE_RESET,
	SND_USB_OBSTACLE_ALIGNMENT,
	SND_USB_OBSTACLE_PACKET_OFFSET,
	SND_USB_OBSTACLE_SKIPPED_PACKETS,
	SND_USB_OBSTACLE_FEEDBACK_VALUES,
	SND_USB_OBSTACLE_FEEDBACK_OUT,
	SND_USB_OBSTACLE_IMPLICIT_FEEDBACK,
	SND_USB_OBSTACLE_PLAYBACK_FIRST,
	SND_USB_OBSTACLE_PACKET_SIZE,
	SND_USB_OBSTACLE_BURST,
	SND_USB_OBSTACLE_CLOCK,
	SND_USB_OBSTACLE_ENDPOINT,
	SND_USB_OBSTACLE_COUNT
};

#endif /* __SOUND_USB_OBSTACLE_H */
