// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * Each precondition of firmware/usb and firmware/audio, broken by a caller: platform_assert() has to see it.
 */
#include "unit.h"

#include "fake_platform.h"
#include "firmware/audio/pcm_sink.h"
#include "firmware/audio/pcm_source.h"
#include "firmware/audio/position.h"
#include "firmware/audio/player.h"
#include "firmware/usb/endpoint.h"
#include "firmware/usb/event_ring.h"
#include "firmware/usb/feedback_in.h"
#include "firmware/usb/feedback_rate.h"
#include "firmware/usb/iso_in.h"
#include "firmware/usb/iso_out.h"
#include "firmware/usb/packet_clock.h"
#include "firmware/usb/transfer_ring.h"
#include "wire/usb_audio_stream.h"

static struct usb_endpoint_descriptor isochronous(uint8_t address)
{
	return (struct usb_endpoint_descriptor){
		.address = address,
		.attributes = USB_ENDPOINT_TYPE_ISOCHRONOUS,
		.max_packet = 192,
		.interval = 1,
	};
}

static void an_endpoint_is_checked_before(void **state)
{
	struct usb_endpoint_descriptor good = isochronous(0x81), bad = good;

	(void)state;
	expect_assert_failure(usb_endpoint_interval_uframes(&good, 99));
	expect_assert_failure(usb_endpoint_interval_max_bytes(&good, 99, 0));
	expect_assert_failure(usb_endpoint_interval_max_bytes(&good, UAUDIO_SPEED_SUPER, 16));
	bad.interval = 0;
	expect_assert_failure(usb_endpoint_interval_uframes(&bad, UAUDIO_SPEED_HIGH));
	bad.interval = 17;
	expect_assert_failure(usb_endpoint_interval_uframes(&bad, UAUDIO_SPEED_HIGH));
	bad.max_packet = 0;
	expect_assert_failure(usb_endpoint_interval_max_bytes(&bad, UAUDIO_SPEED_HIGH, 0));
	bad.max_packet = 1025;
	expect_assert_failure(usb_endpoint_interval_max_bytes(&bad, UAUDIO_SPEED_HIGH, 0));
	expect_assert_failure(usb_endpoint_id(0x80));
	bad = isochronous(0x01);
	expect_assert_failure(usb_endpoint_is_explicit_feedback(&bad));
	bad = isochronous(0x81);
	bad.attributes = 2;
	expect_assert_failure(usb_endpoint_is_explicit_feedback(&bad));
}

static void a_transfer_ring_is_set_up_before(void **state)
{
	static const struct trb trbs[2 * TRB_SEGMENT_TRBS];
	struct transfer_ring ring = { .capacity = 10 }, none = { 0 };
	struct usb_memory memory = { .va = (void *)(uintptr_t)trbs, .dma = 0x1000, .bytes = TRB_SEGMENT_BYTES };

	(void)state;
	expect_assert_failure(transfer_ring_init(&none, &memory, NULL, 1));
	expect_assert_failure(transfer_ring_init(&none, &memory, NULL, 32));
	memory.bytes += 16;
	expect_assert_failure(transfer_ring_init(&none, &memory, NULL, 2));
	memory.bytes -= 16;
	memory.dma += 16;
	expect_assert_failure(transfer_ring_init(&none, &memory, NULL, 2));

	expect_assert_failure(transfer_ring_push(&none, 0, 0, 0));
	expect_assert_failure(transfer_ring_push(&ring, 0, 0, TRB_CYCLE));
	expect_assert_failure(transfer_ring_publish(&none));
	expect_assert_failure(transfer_ring_count_done(&ring, 0, 10, 0));
	expect_assert_failure(transfer_ring_count_done(&ring, 0, 0, 10));
	expect_assert_failure(transfer_ring_count_done(&none, 0, 0, 0));
}

static void a_queue_of_transfers_has_room(void **state)
{
	struct iso_out out = { .packet_buffers = 2, .packet_buffer_bytes = 64, .outstanding = 2 }, none = { 0 };
	const struct usb_endpoint_config unchecked = { .slot_id = 1 };
	struct trb trb;
	uint32_t frames;

	(void)state;
	expect_assert_failure(iso_out_buffer_bytes(0, 1));
	expect_assert_failure(iso_out_buffer_bytes(ISO_OUT_MAX_PACKET_BUFFER_BYTES + 1, 1));
	expect_assert_failure(iso_out_buffer_bytes(64, ISO_OUT_MAX_TDS + 1));
	expect_assert_failure(iso_out_init(&none, &unchecked, 64, 2));

	expect_assert_failure(iso_out_packet_buffer(&out));
	expect_assert_failure(iso_out_queue(&out, 64, 1, true));
	out.outstanding = 1;
	expect_assert_failure(iso_out_queue(&out, 65, 1, true));
	/* The last transfer of a batch has to report. */
	out.ring = (struct transfer_ring){ .capacity = 10, .unpublished = &trb };
	expect_assert_failure(iso_out_publish(&out));

	expect_assert_failure(iso_out_packet_buffer(&none));
	expect_assert_failure(iso_out_queue(&none, 0, 0, true));
	expect_assert_failure(iso_out_publish(&none));
	expect_assert_failure(iso_out_retire(&none, 0, &frames));
	expect_assert_failure(iso_out_retire_all(&none));
	expect_assert_failure(iso_out_silence(&none, 0));
}

static void a_queue_of_transfers_to_come_is_set_up_before(void **state)
{
	const struct usb_endpoint_config unchecked = { .slot_id = 1, .data.address = 0x81 };
	struct iso_in none = { 0 }, in = { .packet_buffers = 2 };
	struct iso_in_packet packet;

	(void)state;
	expect_assert_failure(iso_in_init(&none, &unchecked, 64, 2));
	expect_assert_failure(iso_in_refill(&none, 1));
	expect_assert_failure(iso_in_refill(&in, 0));
	expect_assert_failure(iso_in_refill(&in, 3));
	expect_assert_failure(iso_in_retire(&none, 0, 0, &packet));
	expect_assert_failure(iso_in_retire_all(&none));
}

static void a_buffer_to_record_into_is_set_up_before(void **state)
{
	struct pcm_sink none = { 0 };
	struct stream_config playback = { 0 };

	(void)state;
	expect_assert_failure(pcm_sink_init(&none, &playback));
	expect_assert_failure(pcm_sink_restart(&none));
	expect_assert_failure(pcm_sink_put(&none, &none, 1));
	expect_assert_failure(pcm_sink_put_silence(&none, 1));
}

static void a_feedback_queue_is_set_up_before(void **state)
{
	struct usb_memory buffer = { .va = &buffer, .bytes = FEEDBACK_IN_BUFFER_BYTES };
	const struct usb_endpoint_config unchecked = { .slot_id = 1 };
	struct feedback_in none = { 0 };
	uint32_t value;

	(void)state;
	expect_assert_failure(feedback_in_init(&none, &unchecked, &buffer, 8));
	expect_assert_failure(feedback_in_refill(&none));
	expect_assert_failure(feedback_in_retire(&none, 0, 0, &value));
	expect_assert_failure(feedback_in_miss(&none));
}

static void a_packet_clock_is_set_up_before(void **state)
{
	struct packet_clock none = { 0 };

	(void)state;
	expect_assert_failure(packet_clock_max_frames(0, 8, false));
	expect_assert_failure(packet_clock_max_frames(768001, 8, false));
	expect_assert_failure(packet_clock_max_frames(48000, 0, false));
	expect_assert_failure(packet_clock_max_frames(48000, 8001, false));
	assert_int_equal(packet_clock_max_frames(768000, 8000, false), 768000);
	expect_assert_failure(packet_clock_restart(&none));
	expect_assert_failure(packet_clock_next(&none));
	expect_assert_failure(packet_clock_peek(&none));
	expect_assert_failure(packet_clock_set_feedback(&none, 48 << 16));
}

static void a_judge_of_feedback_is_set_up_before(void **state)
{
	struct feedback_rate none = { 0 }, rate;
	uint32_t frames_per_ms_q16;

	(void)state;
	feedback_rate_init(&rate, 48000, UAUDIO_SPEED_FULL);
	expect_assert_failure(feedback_rate_judge(&none, 0, 3, &frames_per_ms_q16));
	expect_assert_failure(feedback_rate_judge(&rate, 0, 2, &frames_per_ms_q16));
	expect_assert_failure(feedback_rate_judge(&rate, 0, 5, &frames_per_ms_q16));
}

static void never(void *owner, const struct transfer_event *event)
{
	(void)owner;
	(void)event;
	fail();
}

static void an_event_ring_is_held(void **state)
{
	struct event_ring free_ring = { .trb_count = 256 }, ring = { .trb_count = 256, .users = 1 };
	struct event_ring_listener listener = { .handler = never, .slot_id = 1, .endpoint_id = 2 }, nobody = { 0 };
	struct event_ring_pool pool = { 0 };
	struct usb_endpoint_config config = { 0 };
	struct trb trbs[2] = { 0 };

	(void)state;
	expect_assert_failure(event_ring_get(&pool, &config));
	config.event_ring = (struct usb_memory){ .va = trbs, .bytes = sizeof(trbs) };
	expect_assert_failure(event_ring_get(&pool, &config));	/* interrupter 0 is the AP's */
	expect_assert_failure(event_ring_put(&free_ring));
	expect_assert_failure(event_ring_available(&free_ring));
	expect_assert_failure(event_ring_has_listener(&free_ring, 1, 2));
	expect_assert_failure(event_ring_listen(&free_ring, &listener));
	expect_assert_failure(event_ring_listen(&ring, &nobody));
	expect_assert_failure(event_ring_unlisten(&free_ring, 1, 2));
	expect_assert_failure(event_ring_poll(&free_ring, 0));
	/* While it is polled, as from a handler. */
	ring.is_polled = true;
	expect_assert_failure(event_ring_put(&ring));
	expect_assert_failure(event_ring_listen(&ring, &listener));
	expect_assert_failure(event_ring_unlisten(&ring, 1, 2));
	expect_assert_failure(event_ring_poll(&ring, 0));
}

static void a_source_has_what_is_taken(void **state)
{
	static const struct pcm_format stereo = { UAUDIO_FORMAT_S16_LE, 2, UAUDIO_FORMAT_S16_LE, 2 };
	static const struct pcm_format narrower = { UAUDIO_FORMAT_S32_LE, 2, UAUDIO_FORMAT_S16_LE, 2 };
	struct pcm_source source, none = { 0 };
	uint8_t buffer[64] = { 0 }, to[64];
	uint64_t appl_frames[2] = { 3, 0 };

	(void)state;
	expect_assert_failure(pcm_source_init(&source, &narrower, buffer, 64, 16, appl_frames));
	expect_assert_failure(pcm_source_init(&source, &stereo, buffer, 0, 16, appl_frames));
	expect_assert_failure(pcm_source_init(&source, &stereo, buffer, 63, 16, appl_frames));
	expect_assert_failure(pcm_source_init(&source, &stereo, buffer, 64, 0, appl_frames));
	expect_assert_failure(pcm_source_init(&source, &stereo, buffer, 64, 15, appl_frames));
	expect_assert_failure(pcm_source_init(&source, &stereo, buffer, 64, 16,
					      (const volatile uint64_t *)((uintptr_t)appl_frames + 4)));
	expect_assert_failure(pcm_source_restart(&none));
	expect_assert_failure(pcm_source_mark_end(&none));
	pcm_source_init(&source, &stereo, buffer, 64, 16, appl_frames);
	assert_int_equal(pcm_source_look(&source), 3);
	expect_assert_failure(pcm_source_take(&source, to, 4));
	pcm_source_take(&source, to, 3);
	expect_assert_failure(pcm_source_take(&source, to, 1));
}

static void a_position_has_its_place(void **state)
{
	uint64_t memory[20] = { 0 };
	struct position position = { .sequence = 1 };

	(void)state;
	expect_assert_failure(position_init(&position, (volatile struct audio_shared_dsp *)((uintptr_t)memory + 4)));
	expect_assert_failure(position_publish(&position, 0));
}

static void a_stream_is_asked_what_it_can_know(void **state)
{
	struct player player = { .state = PLAYER_READY };
	const struct stream_config unchecked = { .channels = 2 };

	(void)state;
	expect_assert_failure(player_transfer_buffer_bytes(&unchecked));
	expect_assert_failure(player_lose(&player, (enum audio_lost_reason)3, 0));
	player.state = PLAYER_RUNNING;
	expect_assert_failure(player_service(&player, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_endpoint_is_checked_before),
		cmocka_unit_test(a_transfer_ring_is_set_up_before),
		cmocka_unit_test(a_queue_of_transfers_has_room),
		cmocka_unit_test(a_queue_of_transfers_to_come_is_set_up_before),
		cmocka_unit_test(a_buffer_to_record_into_is_set_up_before),
		cmocka_unit_test(a_feedback_queue_is_set_up_before),
		cmocka_unit_test(a_judge_of_feedback_is_set_up_before),
		cmocka_unit_test(a_packet_clock_is_set_up_before),
		cmocka_unit_test(an_event_ring_is_held),
		cmocka_unit_test(a_source_has_what_is_taken),
		cmocka_unit_test(a_position_has_its_place),
		cmocka_unit_test(a_stream_is_asked_what_it_can_know),
	};

	return cmocka_run_group_tests_name("preconditions", tests, NULL, NULL);
}
