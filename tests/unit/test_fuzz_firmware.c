// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * The firmware against a hostile AP: one that knows the protocols, goes some way with them and then says something else; that
 * corrupts the rings; and whose xHC writes nonsense into event rings, transfer rings and the shared position memory.
 *
 * The seed is fixed, and so are the sessions. After each session the firmware has to work for an honest AP.
 */
#include "firmware_fixture.h"

#include "tests/mutate.h"

#define SEED		0xf1a5c0
#define SESSIONS	12000
#define STEPS		160

/* An event that an xHC could have written: a transfer event, or none of this world. */
static void write_event(struct dsp *dsp)
{
	struct random *m = &dsp->mutator;
	uint32_t which = random_below(m, 256);
	uint32_t code = random_below(m, 2) ? 1 : random_below(m, 40);
	uint32_t type = random_below(m, 4) ? 32 : random_below(m, 64);
	uint32_t pcm = random_below(m, 2);

	ap_put_trb(dsp, EVENT_RING + which % (1 + random_below(m, 256)) * 16,
		random_below(m, 4) ? DATA_RING(pcm) + DMA_OFFSET + random_below(m, 512) * 16 : mutator_edge(m),
		code << 24 | random_below(m, 4096), random_below(m, 2) | type << 10 |
		(random_below(m, 4) ? 2 + pcm : random_below(m, 32)) << 16 | 1u << 24);
}

/* An event about the oldest transfer of a stream, if it has one, at the place at which an honest xHC writes. */
static void write_due_event(struct dsp *dsp)
{
	struct random *m = &dsp->mutator;
	uint32_t pcm = random_below(m, 2), code = random_below(m, 2) ? 1 + 12 * random_below(m, 2) : random_below(m, 40);
	const struct audio_stream *audio = &dsp->control.streams[pcm].audio;
	const struct event_ring *ring = audio->is_capture ? audio->recorder.pipe.event_ring :
							    audio->player.pipe.event_ring;
	uint32_t trb = audio->is_capture ? audio->recorder.pipe.in.tail_trb : audio->player.pipe.out.tail_trb;
	uint64_t at = DATA_RING(audio->is_capture ? 1 : 0) + trb / 255 * 4096 + trb % 255 * 16;

	if (!ring)
		return;
	ap_put_trb(dsp, EVENT_RING + ring->dequeue % 256 * 16, at + DMA_OFFSET,
		   code << 24 | random_below(m, 4 * 192), ring->cycle | 32u << 10 |
		   (audio->is_capture ? 3u : 2u) << 16 | 1u << 24);
}

static void scribble(struct dsp *dsp)
{
	struct random *m = &dsp->mutator;
	static const uint64_t places[] = { EVENT_RING, DATA_RING(0), TRANSFER_BUFFER(0), DATA_RING(1),
					   TRANSFER_BUFFER(1), SHARED, BUFFER };
	uint64_t at = places[random_below(m, sizeof(places) / sizeof(places[0]))] - ARENA_IOVA + 8 * random_below(m, 512);
	uint64_t value = random_below(m, 2) ? mutator_edge(m) : random_u64(m);

	memcpy(dsp->arena + at, &value, sizeof(value));
}

static void write_samples(struct dsp *dsp, uint64_t frames)
{
	memcpy(dsp->arena + (SHARED - ARENA_IOVA), &frames, sizeof(frames));
}

static void corrupt_ring(struct dsp *dsp)
{
	struct random *m = &dsp->mutator;
	struct fake_ring *ring = random_below(m, 2) ? &dsp->driver.to_dsp : &dsp->driver.to_ap;
	struct vring_desc desc = { .address = ring->address + random_below(m, 8) * RPMSG_BUFFER_BYTES,
				   .bytes = RPMSG_BUFFER_BYTES };

	uint32_t header[4] = { 2000, AUDIO_ADDRESS, 0, random_below(m, RPMSG_PAYLOAD_BYTES + 1) };
	uint32_t room = 16 + random_below(m, RPMSG_BUFFER_BYTES);

	dsp->has_corrupt_rings = true;
	switch (random_below(m, 5)) {
	case 0:
		ring->avail->idx = (uint16_t)(ring->avail->idx + random_below(m, 3));
		break;
	case 1:
		ring->avail->idx = (uint16_t)mutator_edge(m);
		break;
	case 2:
		desc.address = random_below(m, 2) ? mutator_edge(m) :
			       FAKE_DRIVER_ADDRESS + random_below(m, FAKE_DRIVER_BYTES + 600);
		desc.bytes = random_below(m, 2) ? (uint32_t)mutator_edge(m) : RPMSG_BUFFER_BYTES;
		desc.flags = (uint16_t)random_below(m, 8);
		fake_ring_offer(ring, (uint16_t)random_below(m, FAKE_DRIVER_NUM), desc);
		break;
	case 3: /* a message, or its buffer, that ends beyond the shared memory */
		desc.address = FAKE_DRIVER_ADDRESS + FAKE_DRIVER_BYTES - room;
		desc.bytes = random_below(m, 2) ? room : RPMSG_BUFFER_BYTES;
		memcpy(fake_driver_memory(&dsp->driver, desc.address), header, sizeof(header));
		fake_ring_offer(&dsp->driver.to_dsp, (uint16_t)random_below(m, FAKE_DRIVER_NUM), desc);
		break;
	default:
		fake_ring_offer(ring, (uint16_t)mutator_edge(m), desc);
		break;
	}
}

/* The AP's driver starts over, as it must when a ring is beyond repair. */
static void restart_if_broken(struct dsp *dsp)
{
	if (!dsp->rpmsg.tx.is_broken && !dsp->rpmsg.rx.is_broken)
		return;
	dsp_totals.broken_rings++;
	dsp_restart_bus(dsp);
}

static void step(struct dsp *dsp)
{
	struct random *m = &dsp->mutator;
	bool is_hostile = random_below(m, 3) == 0;
	struct audio_stream_ref ref = { .stream = random_below(m, 2) };
	struct audio_stop stop = { .stream = ref.stream, .mode = random_below(m, 2) };
	struct audio_hello hello = { .version = AUDIO_CONTROL_VERSION, .max_streams = 4 };
	struct audio_start start = { .streams = 1 + random_below(m, 3) };
	static const int32_t events[] = { UAUDIO_DEV_EVENT_DISCONNECT, UAUDIO_DEV_EVENT_SUSPEND,
					  UAUDIO_DEV_EVENT_RESUME };
	static const uint32_t qrtr_types[] = { HELLO, BYE, NEW_SERVER, DEL_SERVER, DEL_CLIENT, RESUME_TX };

	if (dsp->is_asked && random_below(m, 4)) {
		dsp->is_asked = false;
		ap_respond(dsp, random_below(m, 6) == 0);
		return;
	}
	switch (random_below(m, 20)) {
	case 0:
		if (random_below(m, 6) == 0)
			ap_control(dsp, is_hostile, AUDIO_CONTROL_HELLO, &hello, sizeof(hello));
		break;
	case 1:
		/* Either ends the controller's streams. */
		if (random_below(m, 6) == 0)
			ap_controller(dsp, is_hostile, random_below(m, 4) ? AUDIO_CONTROL_CONTROLLER_ADD :
								  AUDIO_CONTROL_CONTROLLER_REMOVE);
		break;
	case 2:
	case 3:
		ap_setup(dsp, is_hostile, ref.stream);
		break;
	case 4:
		ap_respond(dsp, is_hostile);
		break;
	case 5:
	case 6:
	case 7:
	case 8:
		ap_control(dsp, is_hostile, AUDIO_CONTROL_START, &start, sizeof(start));
		break;
	case 9:
		ap_control(dsp, is_hostile, AUDIO_CONTROL_STOP, &stop, sizeof(stop));
		break;
	case 10:
		ap_control(dsp, is_hostile, AUDIO_CONTROL_RELEASE, &ref, sizeof(ref));
		break;
	case 11:
		ap_control(dsp, is_hostile, AUDIO_CONTROL_GET_STATS, NULL, 0);
		break;
	case 12:
		ap_qrtr_control(dsp, is_hostile, random_below(m, 4) ? NEW_SERVER :
							   qrtr_types[random_below(m, 6)]);
		break;
	case 13:
		if (random_below(m, 3) == 0)
			ap_indicate(dsp, is_hostile, events[random_below(m, 3)],
				    random_below(m, 4) ? TOKEN(ref.stream) : 0);
		break;
	case 14:
		if (random_below(m, 8) == 0)
			corrupt_ring(dsp);
		break;
	case 15:
		scribble(dsp);
		break;
	case 16:
	case 17:
		for (uint32_t i = random_below(m, 12); i; i--)
			write_event(dsp);
		if (random_below(m, 2))
			write_due_event(dsp);
		break;
	case 18:
		write_samples(dsp, is_hostile ? mutator_edge(m) : random_below(m, 9600));
		break;
	default:
		fake_platform.now_ticks += random_below(m, FAKE_TICKS_PER_SECOND / (random_below(m, 8) ? 100 : 1));
		break;
	}
}

static void hostile_sessions_are_survived(void **state)
{
	(void)state;
	memset(&dsp_totals, 0, sizeof(dsp_totals));
	for (uint32_t session = 0; session < SESSIONS; session++) {
		struct dsp *dsp = dsp_create(SEED + session);

		/* Most begin as they should, so that they get somewhere. */
		if (random_below(&dsp->mutator, 8)) {
			ap_greet(dsp);
			ap_controller(dsp, false, AUDIO_CONTROL_CONTROLLER_ADD);
		}
		for (uint32_t i = 0; i < STEPS; i++) {
			step(dsp);
			dsp_run(dsp);
			/* One that does not take its messages is hostile, too. */
			if (random_below(&dsp->mutator, 4))
				ap_take(dsp);
			restart_if_broken(dsp);
		}
		dsp->last_reply = 0;
		ap_check_sanity(dsp);
		dsp_destroy(dsp);
	}
	print_message("# seed %#x: %u dropped, %u broken rings, %u enables, %u setups, %u of a second, "
		      "%u starts, %u notifications, "
		      "%u register writes, at most %u iterations\n", SEED, dsp_totals.dropped, dsp_totals.broken_rings,
		      dsp_totals.enables, dsp_totals.setups, dsp_totals.pairs, dsp_totals.starts, dsp_totals.notifications, dsp_totals.register_writes,
		      dsp_totals.longest);
	/* The sessions get somewhere. */
	assert_true(dsp_totals.setups > 2 * SESSIONS && dsp_totals.starts > SESSIONS / 2);
	assert_true(dsp_totals.pairs > SESSIONS / 4);
	assert_true(dsp_totals.dropped > SESSIONS && dsp_totals.broken_rings > SESSIONS / 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hostile_sessions_are_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
