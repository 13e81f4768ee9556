/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * A USB audio device as its device file describes it (docs/devices.md). It is fixed once it has been
 * read; the state of a device that runs is in device.h.
 */
#ifndef LULLABY_DEVICES_SPEC_H
#define LULLABY_DEVICES_SPEC_H

#include <stdbool.h>
#include <stdint.h>

#define SPEC_NAME_BYTES		32
#define SPEC_TEXT_BYTES		96
#define SPEC_CONFIGURATIONS	2
#define SPEC_FUNCTIONS		4
#define SPEC_CLOCKS		8
#define SPEC_STREAMS		6
#define SPEC_ALTS		16
#define SPEC_RATES		24
#define SPEC_CHANNELS		64
#define SPEC_KEYS		8
#define SPEC_MOMENTS		64

enum bus_speed { SPEED_FULL, SPEED_HIGH, SPEED_SUPER };

/* The values of the synchronisation type in bmAttributes of an isochronous endpoint. */
enum sync_type { SYNC_NONE, SYNC_ASYNCHRONOUS, SYNC_ADAPTIVE, SYNC_SYNCHRONOUS };

enum clock_kind { CLOCK_SOURCE, CLOCK_SELECTOR, CLOCK_MULTIPLIER };

/* Sampling rates: a list, or, if it is continuous, the least and the greatest. */
struct rate_set {
	uint32_t hz[SPEC_RATES];
	unsigned int count;
	bool is_continuous;
};

struct clock_spec {
	enum clock_kind kind;
	char name[SPEC_NAME_BYTES];
	unsigned int line;
	unsigned int inputs[SPEC_CLOCKS];	/* of a selector or a multiplier: indices of clocks */
	unsigned int input_count;
	uint16_t numerator, denominator;	/* of a multiplier: its rate is so much times that of its input; else 1 */
	struct rate_set rates;
	uint32_t start_hz;			/* the rate before anybody has set one */
	int32_t ppm;				/* how much faster than nominal the crystal runs */
	uint32_t jitter_ns;
	bool is_external;
	bool is_invalid;
	uint8_t id;				/* of the entity; set when it is described */
};

enum feedback_kind { FEEDBACK_NONE, FEEDBACK_EXPLICIT, FEEDBACK_IMPLICIT };

/* How a value of an explicit feedback endpoint is written. */
enum feedback_format {
	FEEDBACK_SPECIFIED,	/* full speed: 10.14 per frame in 3 bytes; else 16.16 per microframe in 4 */
	FEEDBACK_10_14,		/* per frame, in 3 bytes */
	FEEDBACK_10_14_IN_4,	/* per frame, in 4 bytes */
	FEEDBACK_16_16,		/* per microframe, in 4 bytes */
	FEEDBACK_16_16_PER_MS,	/* per frame, in 4 bytes */
	FEEDBACK_16_16_IN_3,	/* per microframe, in 3 bytes: its upper byte is cut off */
};

struct feedback_spec {
	enum feedback_kind kind;
	enum feedback_format format;
	uint32_t interval_us;	/* between two values; 0: as often as the endpoint is asked */
	uint32_t late_ms;	/* no value for that long after the start */
	uint32_t stuck_hz;	/* not 0: always this rate */
	uint32_t wild_every;	/* not 0: each so many values, one is wrong by far */
	unsigned int implicit;	/* FEEDBACK_IMPLICIT: index of the stream whose packets are followed */
};

enum sample_format { SAMPLE_PCM, SAMPLE_FLOAT, SAMPLE_RAW };

struct alt_spec {
	unsigned int line;
	enum sample_format format;
	uint8_t channels;
	uint8_t bits;			/* that count in a sample */
	uint8_t bytes;			/* of a sample on the bus */
	uint32_t channel_map;		/* bmChannelConfig; 0: the usual one for so many channels */
	uint32_t interval_us;
	uint32_t packet_bytes;		/* the endpoint's greatest packet; 0: as the greatest rate needs it */
	uint8_t burst;			/* packets of a burst, SuperSpeed */
	struct rate_set rates;		/* UAC1: of this setting; empty: the clock's */
};

/* In 1/256 dB, as on the bus. */
struct volume_spec {
	bool is_there;
	int16_t least, greatest, step;
};

enum record_source { SOURCE_PATTERN, SOURCE_SILENCE, SOURCE_LOOP };

struct stream_spec {
	char name[SPEC_NAME_BYTES];
	unsigned int line;
	bool is_playback;
	uint16_t terminal;
	unsigned int clock;		/* index in the function's clocks */
	bool has_clock;
	enum sync_type sync;
	struct feedback_spec feedback;
	struct volume_spec volume;
	bool has_mute;
	uint32_t fifo_frames;		/* 0: eight packets, and at least 4 ms */
	enum record_source source;
	unsigned int loop;		/* SOURCE_LOOP: index of the playback stream */
	uint32_t loop_delay_frames;
	struct alt_spec alts[SPEC_ALTS];
	unsigned int alt_count;
	uint8_t interface;		/* its number; set when it is described */
};

/* One audio function: an AudioControl interface, its streams, and the keys and MIDI ports beside it. */
struct function_spec {
	unsigned int configuration;
	unsigned int line;
	uint8_t uac;			/* 1, 2 or 3 */
	uint8_t badd_profile;		/* UAC3: not 0: Basic Audio Device Definition */
	uint8_t control_interface;	/* its number; set when it is described */
	struct clock_spec clocks[SPEC_CLOCKS];
	unsigned int clock_count;
	struct stream_spec streams[SPEC_STREAMS];
	unsigned int stream_count;
	uint16_t keys[SPEC_KEYS];	/* usages of HID's consumer page */
	unsigned int key_count;
	uint8_t midi_ports;		/* in each direction; each sends back the bytes that it gets */
};

enum moment_kind {
	MOMENT_AT,		/* at a time of the machine */
	MOMENT_AFTER,		/* some time after the first packet of a stream */
	MOMENT_REQUEST,		/* when a control request of some kind comes for the nth time */
	MOMENT_PACKET,		/* at the nth packet of a stream since its first */
};

enum request_kind {
	REQUEST_ANY,
	REQUEST_SET_CONFIGURATION,
	REQUEST_SET_INTERFACE,
	REQUEST_GET_DESCRIPTOR,
	REQUEST_SET_RATE,
	REQUEST_GET_RATE,
	REQUEST_GET_RATES,
	REQUEST_GET_VALID,
	REQUEST_SET_VOLUME,
	REQUEST_GET_VOLUME,
	REQUEST_SET_MUTE,
	REQUEST_GET_MUTE,
	REQUEST_KINDS
};

enum action {
	ACTION_PLUG,
	ACTION_UNPLUG,		/* for replug_ms, if that is not 0 */
	ACTION_KEY,
	ACTION_RATE,		/* of a clock: the device changes it by itself */
	ACTION_PPM,
	ACTION_VALID,
	ACTION_INVALID,
	ACTION_STALL,		/* of a request, as are the two that follow */
	ACTION_SILENCE,		/* no answer for 5 s */
	ACTION_GARBAGE,
	ACTION_LONG,		/* of a packet, as are all that follow */
	ACTION_SHORT,
	ACTION_MISSING,
	ACTION_BABBLE,
};

struct moment {
	enum moment_kind kind;
	unsigned int line;
	uint64_t time_ns;
	char stream[SPEC_NAME_BYTES];	/* MOMENT_AFTER, MOMENT_PACKET */
	enum request_kind request;
	uint32_t first;			/* the how manieth request or packet, from 1 */
	uint32_t count;			/* and so many of them; 0: all that follow */
	enum action action;
	uint32_t replug_ms;
	uint16_t key;
	char clock[SPEC_NAME_BYTES];
	int32_t value;			/* a rate in Hz, or ppm */
};

struct device_spec {
	char product[SPEC_TEXT_BYTES];
	char manufacturer[SPEC_TEXT_BYTES];
	char serial[SPEC_TEXT_BYTES];
	char special[SPEC_TEXT_BYTES];	/* a property that no other device of the library has */
	uint16_t vendor_id, product_id, release_bcd;
	enum bus_speed speed;
	uint16_t max_power_ma;
	bool is_self_powered;
	struct function_spec functions[SPEC_FUNCTIONS];
	unsigned int function_count;
	unsigned int configuration_count;
	struct moment moments[SPEC_MOMENTS];
	unsigned int moment_count;
};

/* How long a bus interval is: a frame at full speed, else a microframe. */
static inline uint32_t bus_interval_us(enum bus_speed speed)
{
	return speed == SPEED_FULL ? 1000 : 125;
}

/* The clock that ticks behind a selector or a multiplier: a selector begins with its first input. */
const struct clock_spec *spec_clock_source(const struct function_spec *function, unsigned int clock);

/* The rates of an alternate setting: its own, or those of its stream's clock. */
const struct rate_set *spec_alt_rates(const struct function_spec *function,
				      const struct stream_spec *stream, const struct alt_spec *alt);

/**
 * spec_packet_bytes() - the greatest packet of an alternate setting
 * @function: the audio function
 * @stream: its stream
 * @alt: the alternate setting
 *
 * An asynchronous stream may have one frame more in a packet than its nominal rate needs.
 *
 * Return: bytes of one service interval; the file's number, if it has one.
 */
uint32_t spec_packet_bytes(const struct function_spec *function, const struct stream_spec *stream,
			   const struct alt_spec *alt);

#endif /* LULLABY_DEVICES_SPEC_H */
