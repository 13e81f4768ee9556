/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The USB side of a stream: a lease of an endpoint's rings and transfer buffer, which the AP's USB
 * service grants (enable) and takes back (disable).
 *
 * lease_reconcile() compares the actual state with the wanted one, and asks for the next step. Its
 * owner calls it after every event, and nothing else asks for anything:
 *
 *	state      event                        next       asked for
 *	---------  ---------------------------  ---------  -----------------------
 *	NONE       wanted                       ENABLING   enable
 *	ENABLING   granted                      HELD
 *	ENABLING   refused, late, service gone  NONE
 *	HELD       not in use by the audio stream     DISABLING  disable
 *	HELD       service gone                 NONE
 *	DISABLING  answered, late, service gone NONE
 *
 * All other pairs change nothing: in ENABLING and DISABLING the answer comes first, whatever is
 * wanted meanwhile. A wish for other terms, too, takes the audio stream off the endpoint first, so the
 * old lease ends before the new one begins.
 *
 * There is no state for a lease of which nobody knows whether it exists, although a late answer
 * leaves one behind. usb_stream_client.h says why NONE is true enough then: the client sends a
 * disable by itself, and the next enable stays behind that.
 */
#ifndef LULLABY_SESSION_LEASE_H
#define LULLABY_SESSION_LEASE_H

#include <stdbool.h>
#include <stdint.h>

#include "usb_stream_client.h"

enum lease_state {
	LEASE_NONE,
	LEASE_ENABLING,
	LEASE_HELD,
	LEASE_DISABLING,
};

/* The end of a request, for lease_complete(). */
enum lease_event {
	LEASE_EVENT_NONE,	/* no request was under way */
	LEASE_GRANTED,
	LEASE_REFUSED,		/* or late, or the service is gone */
	LEASE_ENDED,
};

/**
 * struct lease_terms - the USB stream that is asked for
 * @usb_token: names the USB PCM
 * @usb_format: enum uaudio_format on the bus
 * @usb_channels: on the bus
 * @rate_hz: frames per second
 * @transfer_buffer_bytes: size of the transfer buffer
 */
struct lease_terms {
	uint32_t usb_token;
	uint32_t usb_format;
	uint32_t usb_channels;
	uint32_t rate_hz;
	uint32_t transfer_buffer_bytes;
};

/**
 * struct lease - the actual state
 * @client: asks the AP's USB service
 * @stream: number of the stream, as the client knows it
 * @state: enum lease_state
 * @usb_token: USB PCM of the last enable that was asked for
 * @controller: controller number in the last grant
 * @slot_id: device slot in the last grant; 0: none yet
 */
struct lease {
	struct usb_stream_client *client;
	uint32_t stream;
	enum lease_state state;
	uint32_t usb_token;
	uint32_t controller;
	uint32_t slot_id;
};

/**
 * lease_init() - begin with nothing
 * @lease: the lease
 * @client: asks the AP's USB service
 * @stream: below USB_STREAM_CLIENT_STREAMS; no other lease of @client has this number
 */
void lease_init(struct lease *lease, struct usb_stream_client *client, uint32_t stream);

/**
 * lease_reconcile() - ask for the next step from the actual to the wanted state
 * @lease: the lease
 * @wanted: the USB stream to enable; NULL: none
 * @in_use: the audio stream may still touch the endpoint's rings and buffer
 * @now: platform_ticks()
 *
 * Return: false if the client could not take the request; the lease is NONE then.
 */
bool lease_reconcile(struct lease *lease, const struct lease_terms *wanted, bool in_use,
		     uint64_t now);

/**
 * lease_complete() - the request under way has ended
 * @lease: the lease
 * @outcome: how it ended
 * @response: the answer, if it was answered
 *
 * Return: the event in the table above.
 */
enum lease_event lease_complete(struct lease *lease, enum usb_stream_outcome outcome,
				const struct usb_stream_response *response);

/**
 * lease_service_lost() - the AP's USB service has gone, and with it the leases that it had granted
 * @lease: the lease
 */
void lease_service_lost(struct lease *lease);

/**
 * lease_forget_slot() - the next grant may be for another device
 * @lease: the lease
 */
void lease_forget_slot(struct lease *lease);

/**
 * lease_is_meant() - does an indication of the AP's concern this lease?
 * @lease: the lease
 * @indication: from the AP
 *
 * Return: true if it does.
 */
bool lease_is_meant(const struct lease *lease, const struct usb_stream_indication *indication);

/**
 * lease_refusal_status() - the reason for LEASE_REFUSED, in the audio control channel's terms
 * @outcome: how the request ended
 * @response: the answer, if it was answered
 *
 * Return: enum audio_control_status.
 */
uint32_t lease_refusal_status(enum usb_stream_outcome outcome,
			      const struct usb_stream_response *response);

/**
 * lease_is_refused_by_sleep() - was an enable refused because the AP is about to sleep?
 * @outcome: how the request ended
 * @response: the answer, if it was answered
 *
 * Return: true if it was: a RESUME follows that sleep, and may have come before the refusal.
 */
bool lease_is_refused_by_sleep(enum usb_stream_outcome outcome,
			       const struct usb_stream_response *response);

#endif /* LULLABY_SESSION_LEASE_H */
