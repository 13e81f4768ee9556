/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * A device that runs: its state, and the functions that a bus calls. It knows nothing of the bus's
 * owner but the functions of struct device_host.
 */
#ifndef LULLABY_DEVICES_DEVICE_H
#define LULLABY_DEVICES_DEVICE_H

#include "capture.h"
#include "gain.h"
#include "playback.h"

#define DEVICE_CLOCKS	48u
#define DEVICE_STREAMS	32u
#define DEVICE_MIDI	4096u
#define DEVICE_PACKET	65536u

/* Instead of a number of bytes. */
enum {
	DEVICE_STALL = -1,
	DEVICE_SILENT = -2,	/* no answer yet: device_host.answer_late() comes later */
	DEVICE_NAK = -3,	/* nothing to send now */
	DEVICE_BABBLE = -4,
	DEVICE_ERROR = -5,	/* the packet is lost on the bus */
};

/* The requests of the device to its owner. All are called from within calls to the device. */
struct device_host {
	void (*set_alarm)(void *owner, int64_t at_ns);	/* of virtual time; replaces the one before */
	void (*unplug)(void *owner);			/* from device_alarm() only, as the next two */
	void (*plug)(void *owner);
	void (*answer_late)(void *owner);		/* the request that was left without an answer stalls */
	void (*wake)(void *owner, uint8_t endpoint);	/* an IN endpoint has something now */
};

struct device_clock {
	struct converter_clock clock;
	uint8_t configuration;
	uint8_t control_interface, id;	/* the entity; id 0: it is not described */
	uint8_t interface;		/* if it is not described: the first stream that has it */
	struct rate_set rates;
	const struct clock_spec *spec;	/* NULL: the descriptors come from a dump */
};

struct device_stream {
	char name[SPEC_NAME_BYTES];
	uint8_t configuration, interface;
	bool is_playback;
	const struct stream_spec *spec;	/* NULL: the descriptors come from a dump */
	struct device_clock *own_clock;	/* UAC1 and basic devices: the clock that requests do not name */
	const struct setting *setting;	/* NULL: alternate setting 0 */
	struct playback playback;
	struct capture capture;
	struct loop loop;		/* of a playback stream that some capture stream hears */
	uint32_t packets;		/* since its first one after the start */
	int64_t first_ns;		/* of the first packet since the device was plugged in; -1: none yet */
};

/* Values that the host sets, by index of the entity in the topology. */
struct entity_values {
	struct feature_values feature;	/* of a feature unit */
	uint8_t selected;		/* from 1 */
};

/* The state of a moment of the device file. */
struct moment_state {
	bool is_done;
	int64_t due_ns;			/* -1: not known yet */
	uint32_t met;			/* requests or packets of its kind */
};

struct device {
	const struct device_spec *spec;
	const struct descriptors *descriptors;
	const struct device_host *host;
	void *owner;
	struct record record;

	struct topology topologies[SPEC_CONFIGURATIONS];
	const struct topology *topology;	/* of the configuration that is set; NULL: none is */
	unsigned int configuration;		/* its index */
	uint8_t alts[256];			/* by number of the interface */
	struct entity_values values[TOPOLOGY_ENTITIES];

	struct device_clock clocks[DEVICE_CLOCKS];
	unsigned int clock_count;
	struct device_stream streams[DEVICE_STREAMS];
	unsigned int stream_count;

	struct moment_state moments[SPEC_MOMENTS];
	bool is_plugged;
	int64_t unplug_ns, plug_ns, answer_ns;	/* times that are due; -1: none */
	uint8_t key_report;			/* the bits of the keys that are down */
	bool has_report, has_release;
	uint8_t packet[DEVICE_PACKET];		/* of playback, as it is behind the feature unit */
	uint8_t midi[DEVICE_MIDI];		/* bytes that came, and go back */
	uint32_t midi_in, midi_out;
};

/**
 * device_create() - a device that is not plugged in
 * @spec: the device, with all moments; stays there as long as the device
 * @descriptors: its descriptors; likewise
 * @host: the functions that the device can call
 * @owner: is given to @host's functions
 * @prefix: of the files of its record; NULL: none
 * @error: on failure one line that says why
 * @error_bytes: room for it, in bytes
 *
 * Return: the device, or NULL.
 */
struct device *device_create(const struct device_spec *spec, const struct descriptors *descriptors,
			     const struct device_host *host, void *owner, const char *prefix, char *error,
			     size_t error_bytes);
void device_destroy(struct device *device, int64_t now_ns);

/* The rates that a host can set for a setting of a stream, as the device is before it is plugged in; NULL: none are known. */
const struct rate_set *device_rates(struct device *device, const struct device_stream *stream,
				    const struct setting *setting);

/* The plug is in, or out again. Moments of the machine's time count from the first of these. */
void device_plugged(struct device *device, int64_t now_ns);
void device_unplugged(struct device *device, int64_t now_ns);

/* The bus resets the device: no configuration is set, and nothing streams. */
void device_reset(struct device *device, int64_t now_ns);

/**
 * device_control() - answer a control request
 * @device: the device
 * @now_ns: the time in ns
 * @request: bmRequestType in the upper byte, bRequest in the lower
 * @value: wValue
 * @index: wIndex
 * @length: wLength
 * @data: the data that comes with it, or room for the answer
 *
 * Return: bytes of the answer, or DEVICE_STALL or DEVICE_SILENT.
 */
int device_control(struct device *device, int64_t now_ns, uint16_t request, uint16_t value, uint16_t index,
		   uint16_t length, uint8_t *data);

/* A packet to an OUT endpoint. Returns how many bytes were taken, or DEVICE_STALL and the like. */
int device_out(struct device *device, int64_t now_ns, uint8_t endpoint, const uint8_t *data, uint32_t bytes);

/* A packet from an IN endpoint, of at most @room_bytes. Returns how many bytes it has, or DEVICE_NAK and the like. */
int device_in(struct device *device, int64_t now_ns, uint8_t endpoint, uint8_t *data, uint32_t room_bytes);

/* The alarm that the device has set is due. */
void device_alarm(struct device *device, int64_t now_ns);

#endif /* LULLABY_DEVICES_DEVICE_H */
