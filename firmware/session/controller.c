// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/* The xHCI controllers that the AP has told of, and the endpoints of them that it has offloaded. */
#include "controller.h"

#include <stddef.h>

bool controller_parse(struct controller *controller, const struct audio_controller *from,
		      const struct dsp_memory *memory)
{
	struct controller parsed = {
		.is_known = true,
		.max_slots = from->max_slots,
		.ist_uframes = from->ist_uframes,
		.doorbell_bytes = from->doorbell_bytes,
		.runtime_bytes = from->runtime_bytes,
	};

	if (!from->max_slots || from->max_slots > 255 || from->doorbell_iova % 4 ||
	    from->runtime_iova % 32 || from->ist_uframes > AUDIO_CONTROLLER_MAX_IST_UFRAMES || from->reserved)
		return false;
	parsed.doorbells = memory->find(memory->context, from->doorbell_iova, from->doorbell_bytes);
	parsed.runtime = memory->find(memory->context, from->runtime_iova, from->runtime_bytes);
	if (!parsed.doorbells || !parsed.runtime)
		return false;
	*controller = parsed;
	return true;
}

static bool get_memory(const struct dsp_memory *memory, const struct usb_stream_mem *from,
		       struct usb_memory *to)
{
	*to = (struct usb_memory){ .dma = from->dma, .bytes = from->bytes };
	if (!from->bytes)
		return true;
	to->va = memory->find(memory->context, from->iova, from->bytes);
	return to->va != NULL;
}

static struct usb_endpoint_descriptor get_descriptor(const struct usb_stream_ep_desc *desc)
{
	return (struct usb_endpoint_descriptor){
		.address = desc->address,
		.attributes = desc->attributes,
		.max_packet = desc->max_packet,
		.interval = desc->interval,
	};
}

bool controller_get_endpoint(const struct controller *controllers,
			     const struct usb_stream_response *response,
			     const struct dsp_memory *memory, struct usb_endpoint_config *endpoint)
{
	const uint32_t needed = USB_STREAM_HAS(UAUDIO_RESP_TLV_SLOT_ID) |
				USB_STREAM_HAS(UAUDIO_RESP_TLV_DATA_EP_DESC) |
				USB_STREAM_HAS(UAUDIO_RESP_TLV_SUBSLOT_SIZE) |
				USB_STREAM_HAS(UAUDIO_RESP_TLV_XHCI_MEM_INFO) |
				USB_STREAM_HAS(UAUDIO_RESP_TLV_INTERRUPTER_NUM) |
				USB_STREAM_HAS(UAUDIO_RESP_TLV_SPEED_INFO);
	const struct controller *controller;

	if ((response->present & needed) != needed ||
	    response->controller >= AUDIO_CONTROL_MAX_CONTROLLERS)
		return false;
	controller = &controllers[response->controller];
	if (!controller->is_known)
		return false;

	*endpoint = (struct usb_endpoint_config){
		.doorbells = controller->doorbells,
		.runtime = controller->runtime,
		.doorbell_bytes = controller->doorbell_bytes,
		.runtime_bytes = controller->runtime_bytes,
		.max_slots = controller->max_slots,
		.ist_uframes = controller->ist_uframes,
		.slot_id = response->slot_id,
		.interrupter = response->interrupter,
		.speed = (uint32_t)response->speed,
		.subslot_bytes = response->subslot_bytes,
		.max_burst = response->burst & UAUDIO_BURST_MAX_BURST_MASK,	/* 0 if it was not sent */
		.data = get_descriptor(&response->data_endpoint),
		.sync = get_descriptor(&response->sync_endpoint),
	};
	return get_memory(memory, &response->memory.event_ring, &endpoint->event_ring) &&
	       get_memory(memory, &response->memory.data_ring, &endpoint->data_ring) &&
	       get_memory(memory, &response->memory.sync_ring, &endpoint->sync_ring) &&
	       get_memory(memory, &response->memory.transfer_buffer, &endpoint->transfer_buffer);
}
