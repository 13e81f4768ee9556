// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
#define _GNU_SOURCE

#include "layout.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

/* sizeof(DeviceClass) of the QEMUs that there are: 7.2; 10.0 and 11.1. */
static const size_t class_sizes[] = { 176, 184 };

/* No USBDevice is larger; QEMU tells where its endpoints are. */
#define DEVICE_BYTES 16384

static size_t methods_offset, device_offset;

struct qemu_usb_methods *layout_methods(ObjectClass *class)
{
	return (struct qemu_usb_methods *)((char *)class + methods_offset);
}

struct qemu_usb_device *layout_device(USBDevice *device)
{
	return (struct qemu_usb_device *)((char *)device + device_offset);
}

/* Whether a pointer leads into QEMU's program. */
static bool is_qemus(const void *pointer)
{
	Dl_info here, qemu;

	return pointer && dladdr(pointer, &here) && dladdr((const void *)type_register_static, &qemu) &&
	       here.dli_fbase == qemu.dli_fbase;
}

const char *layout_check_classes(void)
{
	ObjectClass *audio = object_class_by_name("usb-audio");
	unsigned int found = 0;

	if (!audio)
		return "its usb-audio device is missing";
	for (size_t i = 0; i < sizeof(class_sizes) / sizeof(class_sizes[0]); i++) {
		const struct qemu_usb_methods *methods =
			(const struct qemu_usb_methods *)((char *)audio + class_sizes[i]);

		if (!is_qemus(methods->product_desc) || strcmp(methods->product_desc, "QEMU USB Audio Interface"))
			continue;
		methods_offset = class_sizes[i];
		found++;
	}
	if (found != 1)
		return "the class of its usb-audio device has an unknown layout";
	if (!is_qemus((const void *)layout_methods(audio)->realize) ||
	    !is_qemus((const void *)layout_methods(audio)->handle_control) ||
	    !is_qemus((const void *)layout_methods(audio)->handle_data) ||
	    !is_qemus((const void *)layout_methods(audio)->set_interface))
		return "the methods of its usb-audio device are not where they should be";
	return NULL;
}

/* A packet of the check's own: each field that is used is looked at from both sides. */
static const char *check_packet(USBDevice *object, struct qemu_usb_endpoint *endpoint)
{
	/* Larger than QEMU's, whatever follows the fields that are known. */
	union {
		struct qemu_usb_packet packet;
		uint8_t bytes[1024];
	} room;
	struct qemu_usb_packet *packet = &room.packet;
	uint8_t to[16] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 }, from[8];
	bool is_good;

	(void)object;
	memset(&room, 0, sizeof(room));
	usb_packet_init(packet);
	packet->status = QEMU_USB_STALL;
	usb_packet_setup(packet, QEMU_USB_TOKEN_OUT, endpoint, 0, 0x1234, true, true);
	usb_packet_addbuf(packet, to, sizeof(to));
	is_good = packet->token == QEMU_USB_TOKEN_OUT && packet->id == 0x1234 && packet->endpoint == endpoint &&
		  packet->short_not_ok && packet->int_req && packet->status == QEMU_USB_SUCCESS &&
		  packet->actual_length == 0 && usb_packet_size(packet) == sizeof(to) &&
		  packet->buffer.size == sizeof(to);
	if (is_good) {
		usb_packet_copy(packet, from, sizeof(from));
		is_good = packet->actual_length == sizeof(from) && !memcmp(from, to, sizeof(from));
	}
	usb_packet_cleanup(packet);
	return is_good ? NULL : "its USBPacket has an unknown layout";
}

/* The endpoints, of which QEMU tells the places, are at the end of the fields that are used. */
static const char *check_device(USBDevice *object)
{
	struct qemu_usb_endpoint *control;
	struct qemu_usb_device *device;

	usb_ep_init(object);
	control = usb_ep_get(object, QEMU_USB_TOKEN_IN, 0);
	if ((char *)control < (char *)object + offsetof(struct qemu_usb_device, ep_ctl) ||
	    (char *)control > (char *)object + DEVICE_BYTES)
		return "its USBDevice has an unknown layout";
	device_offset = (size_t)((char *)control - (char *)object) - offsetof(struct qemu_usb_device, ep_ctl);
	device = layout_device(object);
	if (device_offset % 8 || usb_ep_get(object, QEMU_USB_TOKEN_IN, 15) != &device->ep_in[14] ||
	    usb_ep_get(object, QEMU_USB_TOKEN_OUT, 1) != &device->ep_out[0] || device->ep_out[14].number != 15 ||
	    device->ep_out[14].token != QEMU_USB_TOKEN_OUT || device->ep_in[0].device != object ||
	    device->ep_ctl.packet_bytes != 64)
		return "its USBEndpoint has an unknown layout";
	if (device->port || device->attached || device->speedmask || device->product_desc[0])
		return "its USBDevice has an unknown layout";
	return check_packet(object, control);
}

const char *layout_check_instances(void)
{
	USBDevice *object = (USBDevice *)object_new(LAYOUT_TYPE);
	const char *problem = check_device(object);

	object_unref(object);
	return problem;
}
