// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * A USB device type for QEMU, loaded as a plug-in:
 *
 *	-plugin lullaby-usb.so -device lullaby-usb,bus=xhci.0,file=NAME.device
 *
 * The file describes the device; this code only stands between QEMU's USB bus and the model.
 * All runs with QEMU's big lock held.
 */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../model/device.h"
#include "../model/load.h"
#include "layout.h"
#include "qemu.h"

/* By QEMU's version: which versions of the plug-in interface it takes (vsoc/devices/Makefile). */
__attribute__((visibility("default"))) int qemu_plugin_version = QEMU_PLUGIN_VERSION;

#define PACKET_BYTES 65536

/* One device. QEMU's own instance is not made larger, as its size differs: the list finds ours. */
struct instance {
	struct instance *next;
	USBDevice *qemu;
	char *properties[3];
	struct loaded_device *loaded;
	struct device *device;
	struct qemu_usb_packet *unanswered;	/* a control request that gets a late answer */
	uint64_t timer[32];			/* a QEMUTimer, which is smaller */
	uint8_t packet[PACKET_BYTES];
};

static struct instance *instances;

enum { PROPERTY_FILE, PROPERTY_RECORD, PROPERTY_MOMENTS };

static struct instance *instance_of(const void *qemu)
{
	struct instance *instance = instances;

	while (instance && (const void *)instance->qemu != qemu)
		instance = instance->next;
	return instance;
}

static int64_t now(void)
{
	return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

/* The model's requests to its owner. */

static void set_alarm(void *owner, int64_t at_ns)
{
	struct instance *instance = owner;

	timer_mod_ns(instance->timer, at_ns);
}

static void unplug(void *owner)
{
	struct instance *instance = owner;

	usb_device_detach(instance->qemu);
	instance->unanswered = NULL;
	device_unplugged(instance->device, now());
}

static void plug(void *owner)
{
	struct instance *instance = owner;
	Error *error = NULL;

	usb_device_attach(instance->qemu, &error);
	if (error)
		error_report_err(error);
}

static void answer_late(void *owner)
{
	struct instance *instance = owner;
	struct qemu_usb_packet *packet = instance->unanswered;

	if (!packet)
		return;
	instance->unanswered = NULL;
	packet->status = QEMU_USB_STALL;
	usb_generic_async_ctrl_complete(instance->qemu, packet);
}

static void wake(void *owner, uint8_t endpoint)
{
	struct instance *instance = owner;

	usb_wakeup(usb_ep_get(instance->qemu, QEMU_USB_TOKEN_IN, endpoint & 0x0f), 0);
}

static const struct device_host host = { set_alarm, unplug, plug, answer_late, wake };

static void alarm_due(void *opaque)
{
	struct instance *instance = opaque;

	device_alarm(instance->device, now());
}

/* QEMU's requests to the device. */

static void realize(USBDevice *qemu, Error **error)
{
	struct instance *instance = instance_of(qemu);
	char problem[LOAD_ERROR_BYTES] = "file=NAME is missing";

	if (instance->properties[PROPERTY_FILE])
		instance->loaded = load_device(instance->properties[PROPERTY_FILE], instance->properties[PROPERTY_MOMENTS],
					       problem, sizeof(problem));
	if (instance->loaded)
		instance->device = device_create(&instance->loaded->spec, &instance->loaded->descriptors, &host, instance,
						 instance->properties[PROPERTY_RECORD], problem, sizeof(problem));
	if (!instance->device) {
		free(instance->loaded);
		instance->loaded = NULL;
		error_setg_internal(error, __FILE__, __LINE__, __func__, "%s: %s", LAYOUT_TYPE, problem);
		return;
	}
	if (instance->loaded->notes[0])
		fprintf(stderr, "%s", instance->loaded->notes);
	timer_init_full(instance->timer, NULL, QEMU_CLOCK_VIRTUAL, 1, 0, alarm_due, instance);
	layout_device(qemu)->speedmask = 1 << (1 + instance->loaded->spec.speed);
	/* A device whose first moment is its plug begins unplugged. */
	layout_device(qemu)->auto_attach = !device_begins_unplugged(&instance->loaded->spec);
	if (!layout_device(qemu)->auto_attach)
		device_alarm(instance->device, now());
}

static void destroy(struct instance *instance)
{
	if (!instance->device)
		return;
	timer_del(instance->timer);
	device_destroy(instance->device, now());
	instance->device = NULL;
	free(instance->loaded);
	instance->loaded = NULL;
}

static void unrealize(USBDevice *qemu)
{
	destroy(instance_of(qemu));
}

static void handle_attach(USBDevice *qemu)
{
	device_plugged(instance_of(qemu)->device, now());
}

static void handle_reset(USBDevice *qemu)
{
	device_reset(instance_of(qemu)->device, now());
}

static void cancel_packet(USBDevice *qemu, USBPacket *packet)
{
	struct instance *instance = instance_of(qemu);

	if ((void *)instance->unanswered == (void *)packet)
		instance->unanswered = NULL;
}

/* Sets the status of a packet to the model's result. */
static void finish(struct qemu_usb_packet *packet, int result)
{
	switch (result) {
	case DEVICE_STALL:
		packet->status = QEMU_USB_STALL;
		break;
	case DEVICE_NAK:
		packet->status = QEMU_USB_NAK;
		break;
	case DEVICE_BABBLE:
		packet->status = QEMU_USB_BABBLE;
		break;
	case DEVICE_ERROR:
		packet->status = QEMU_USB_IO_ERROR;
		break;
	default:
		packet->status = QEMU_USB_SUCCESS;
	}
}

static void handle_control(USBDevice *qemu, USBPacket *usb_packet, int request, int value, int index, int length,
			   uint8_t *data)
{
	struct qemu_usb_packet *packet = (struct qemu_usb_packet *)usb_packet;
	struct instance *instance = instance_of(qemu);
	int result = device_control(instance->device, now(), (uint16_t)request, (uint16_t)value, (uint16_t)index,
				    (uint16_t)length, data);

	if (result == DEVICE_SILENT) {
		instance->unanswered = packet;
		packet->status = QEMU_USB_ASYNC;
		return;
	}
	/* The bus gives the address with a request that no model needs to know. */
	if (request == 0x0005)
		layout_device(qemu)->addr = (uint8_t)value;
	finish(packet, result);
	if (result > 0)
		packet->actual_length = result;
}

static void handle_data(USBDevice *qemu, USBPacket *usb_packet)
{
	struct qemu_usb_packet *packet = (struct qemu_usb_packet *)usb_packet;
	struct instance *instance = instance_of(qemu);
	size_t bytes = usb_packet_size(packet);
	uint8_t number = packet->endpoint->number;
	int result;

	if (bytes > PACKET_BYTES)
		bytes = PACKET_BYTES;
	if (packet->token == QEMU_USB_TOKEN_OUT) {
		usb_packet_copy(packet, instance->packet, bytes);
		result = device_out(instance->device, now(), number, instance->packet, (uint32_t)bytes);
	} else {
		result = device_in(instance->device, now(), number | 0x80, instance->packet, (uint32_t)bytes);
		if (result > 0)
			usb_packet_copy(packet, instance->packet, (size_t)result);
	}
	finish(packet, result);
}

/* Properties of -device. */

static void set_property(Object *object, unsigned int index, const char *value)
{
	struct instance *instance = instance_of(object);

	free(instance->properties[index]);
	instance->properties[index] = strdup(value);
}

static char *get_property(Object *object, unsigned int index)
{
	const struct instance *instance = instance_of(object);

	return g_strdup(instance->properties[index] ? instance->properties[index] : "");
}

#define PROPERTY(name, index)                                                                                          \
	static void set_##name(Object *object, const char *value, Error **error)                                       \
	{                                                                                                              \
		(void)error;                                                                                           \
		set_property(object, index, value);                                                                    \
	}                                                                                                              \
	static char *get_##name(Object *object, Error **error)                                                         \
	{                                                                                                              \
		(void)error;                                                                                           \
		return get_property(object, index);                                                                    \
	}

PROPERTY(file, PROPERTY_FILE)
PROPERTY(record, PROPERTY_RECORD)
PROPERTY(moments, PROPERTY_MOMENTS)

static void class_init(ObjectClass *class, void *data)
{
	struct qemu_usb_methods *methods = layout_methods(class);

	(void)data;
	methods->realize = realize;
	methods->unrealize = unrealize;
	methods->cancel_packet = cancel_packet;
	methods->handle_attach = handle_attach;
	methods->handle_reset = handle_reset;
	methods->handle_control = handle_control;
	methods->handle_data = handle_data;
	methods->product_desc = LAYOUT_PRODUCT;
	object_class_property_add_str(class, "file", get_file, set_file);
	object_class_property_set_description(class, "file", "a device file, or a dump of a device's descriptors");
	object_class_property_add_str(class, "record", get_record, set_record);
	object_class_property_set_description(class, "record", "how the names of the files begin that it writes");
	object_class_property_add_str(class, "moments", get_moments, set_moments);
	object_class_property_set_description(class, "moments", "lines that a device file could have, with ';' between them");
}

static void instance_init(Object *object)
{
	struct instance *instance = calloc(1, sizeof(*instance));

	if (!instance)
		abort();
	instance->qemu = (USBDevice *)object;
	instance->next = instances;
	instances = instance;
}

static void instance_finalize(Object *object)
{
	struct instance *instance = instance_of(object), **place = &instances;

	destroy(instance);
	while (*place != instance)
		place = &(*place)->next;
	*place = instance->next;
	for (size_t i = 0; i < sizeof(instance->properties) / sizeof(instance->properties[0]); i++)
		free(instance->properties[i]);
	free(instance);
}

static const struct qemu_type_info type_info = {
	.name = LAYOUT_TYPE,
	.parent = "usb-device",
	.instance_init = instance_init,
	.instance_finalize = instance_finalize,
	.class_init = class_init,
};

/* QEMU does not destroy its devices when it ends. */
static void close_records(void)
{
	for (struct instance *instance = instances; instance; instance = instance->next)
		destroy(instance);
}

static int refuse(const char *problem)
{
	fprintf(stderr, "%s: this QEMU is not one of those that the plug-in knows (7.2, 10.0, 11.1): %s\n",
		LAYOUT_TYPE, problem);
	return 1;
}

__attribute__((visibility("default"))) int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
	const char *problem = layout_check_classes();

	(void)id;
	(void)info;
	(void)argc;
	(void)argv;
	if (problem)
		return refuse(problem);
	type_register_static(&type_info);
	problem = layout_check_instances();
	if (problem)
		return refuse(problem);
	atexit(close_records);
	return 0;
}
