/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The functions by which the files that make up a device know each other.
 */
#ifndef LULLABY_DEVICES_DEVICE_PARTS_H
#define LULLABY_DEVICES_DEVICE_PARTS_H

#include "device.h"

/* clocks.c: makes the clocks and streams of each configuration. Returns false if there are too many. */
bool device_make_clocks(struct device *device);

/* The clock that drives a stream's setting now; NULL if the descriptors lead to none. */
struct device_clock *device_clock_of(struct device *device, const struct device_stream *stream,
				     const struct setting *setting);
struct device_clock *device_clock_entity(struct device *device, uint8_t control_interface, uint8_t id);
struct device_stream *device_stream_of(struct device *device, uint8_t interface);
/* Lets multipliers follow the clocks behind them, which may have become others. */
void device_follow_clocks(struct device *device, int64_t now_ns);
bool device_has_rate(const struct rate_set *rates, uint32_t hz);
void device_set_rate(struct device *device, struct device_clock *clock, int64_t now_ns, uint32_t hz);

/* moments.c: the action of a moment on a request, a packet, or the device. */
enum action device_request_action(struct device *device, int64_t now_ns, enum request_kind kind);
enum action device_packet_action(struct device *device, int64_t now_ns, struct device_stream *stream);
void device_set_alarm(struct device *device, int64_t now_ns);

/* No moment is due. */
#define ACTION_NONE ((enum action)-1)

/* requests.c: requests of the audio class. */
enum request_kind device_request_kind(struct device *device, uint16_t request, uint16_t value, uint16_t index);
int device_class_request(struct device *device, int64_t now_ns, uint16_t request, uint16_t value, uint16_t index,
			 uint16_t length, uint8_t *data);

/* standard.c: standard requests, and those of HID. */
int device_standard_request(struct device *device, int64_t now_ns, uint16_t request, uint16_t value,
			    uint16_t index, uint16_t length, uint8_t *data);
void device_deconfigure(struct device *device, int64_t now_ns);

/* beside.c: keys and MIDI ports. */
void device_press(struct device *device, int64_t now_ns, uint16_t key);
int device_beside_out(struct device *device, int64_t now_ns, const struct other_endpoint *endpoint,
		      const uint8_t *data, uint32_t bytes);
int device_beside_in(struct device *device, int64_t now_ns, const struct other_endpoint *endpoint, uint8_t *data,
		     uint32_t room_bytes);

#endif /* LULLABY_DEVICES_DEVICE_PARTS_H */
