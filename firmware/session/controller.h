/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The xHCI controllers that the AP has told of, and the endpoints of them that it has offloaded.
 */
#ifndef LULLABY_SESSION_CONTROLLER_H
#define LULLABY_SESSION_CONTROLLER_H

#include <stdbool.h>
#include <stdint.h>

#include "../../wire/audio_control.h"
#include "../usb/endpoint.h"
#include "usb_stream_msg.h"

/**
 * struct controller - where an xHC's registers are
 * @is_known: the AP has told of it
 * @max_slots: device slots
 * @ist_uframes: Isochronous Scheduling Threshold
 * @doorbells: doorbell array
 * @runtime: runtime registers
 * @doorbell_bytes: mapped from @doorbells
 * @runtime_bytes: mapped from @runtime
 */
struct controller {
	bool is_known;
	uint32_t max_slots;
	uint32_t ist_uframes;
	volatile void *doorbells;
	volatile void *runtime;
	uint32_t doorbell_bytes;
	uint32_t runtime_bytes;
};

/**
 * struct dsp_memory - finds memory in the DSP's address space
 * @find: NULL if @iova and @bytes cannot lie in it (whether it is mapped shows when it is touched)
 * @context: its first argument
 */
struct dsp_memory {
	void *(*find)(void *context, uint64_t iova, uint64_t bytes);
	void *context;
};

/**
 * controller_parse() - take a controller's registers from CONTROLLER_ADD
 * @controller: written if all is well
 * @from: untrusted
 * @memory: finds the registers
 *
 * Return: false if a field of @from cannot be.
 */
bool controller_parse(struct controller *controller, const struct audio_controller *from,
		      const struct dsp_memory *memory);

/**
 * controller_get_endpoint() - put an endpoint together from CONTROLLER_ADD and a grant of the USB service
 * @controllers: AUDIO_CONTROL_MAX_CONTROLLERS of them
 * @response: the grant, untrusted
 * @memory: finds rings and transfer buffer
 * @endpoint: written if all is well; its fields are as untrusted as @response
 *
 * Return: false if they do not fit together.
 */
bool controller_get_endpoint(const struct controller *controllers,
			     const struct usb_stream_response *response,
			     const struct dsp_memory *memory, struct usb_endpoint_config *endpoint);

#endif /* LULLABY_SESSION_CONTROLLER_H */
