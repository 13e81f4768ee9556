// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/* Prints where the fields of QEMU's structures are, by QEMU's headers, and compares the types of its functions. */
#include "qemu/osdep.h"

#include "hw/qdev-core.h"
#include "hw/usb.h"
#include "qapi/error.h"
#include "qemu/timer.h"
#include "qom/object.h"

/* DeviceClass and DeviceState, which come first, have another size in each version. */
#define BASE_USBDeviceClass	sizeof(DeviceClass)
#define BASE_USBDevice		sizeof(DeviceState)
#define BASE_USBEndpoint	0
#define BASE_USBPacket		0
#define BASE_TypeInfo		0

#define FIELD(theirs, their_field, ours, our_field) \
	printf("%s %s %zu\n", #theirs, #their_field, offsetof(theirs, their_field) - BASE_##theirs);
#define VALUE(name, value) printf("%s %d\n", name, value)

#define FUNCTION(name, ...) \
	_Static_assert(__builtin_types_compatible_p(__typeof__(name), __VA_ARGS__), #name " has another type")

FUNCTION(object_new, Object *(const char *));
FUNCTION(object_class_by_name, ObjectClass *(const char *));
FUNCTION(object_class_property_set_description, void(ObjectClass *, const char *, const char *));
FUNCTION(error_setg_internal, void(Error **, const char *, int, const char *, const char *, ...));
FUNCTION(error_report_err, void(Error *));
FUNCTION(qemu_clock_get_ns, int64_t(QEMUClockType));
FUNCTION(timer_init_full, void(QEMUTimer *, QEMUTimerListGroup *, QEMUClockType, int, int, QEMUTimerCB *, void *));
FUNCTION(timer_mod_ns, void(QEMUTimer *, int64_t));
FUNCTION(timer_del, void(QEMUTimer *));
FUNCTION(usb_ep_init, void(USBDevice *));
FUNCTION(usb_ep_get, USBEndpoint *(USBDevice *, int, int));
FUNCTION(usb_wakeup, void(USBEndpoint *, unsigned int));
FUNCTION(usb_packet_init, void(USBPacket *));
FUNCTION(usb_packet_setup, void(USBPacket *, int, USBEndpoint *, unsigned int, uint64_t, bool, bool));
FUNCTION(usb_packet_addbuf, void(USBPacket *, void *, size_t));
FUNCTION(usb_packet_copy, void(USBPacket *, void *, size_t));
FUNCTION(usb_packet_size, size_t(USBPacket *));
FUNCTION(usb_packet_cleanup, void(USBPacket *));
FUNCTION(usb_generic_async_ctrl_complete, void(USBDevice *, USBPacket *));
FUNCTION(usb_device_attach, void(USBDevice *, Error **));
FUNCTION(usb_device_detach, int(USBDevice *));

/* The plug-in has this much room for a timer. */
_Static_assert(sizeof(QEMUTimer) <= 256, "QEMUTimer is larger");
_Static_assert(sizeof(USBPacket) <= 1024, "USBPacket is larger");

int main(void)
{
#include "fields.h"
	printf("USBEndpoint bytes %zu\n", sizeof(USBEndpoint));
	VALUE("success", USB_RET_SUCCESS);
	VALUE("nak", USB_RET_NAK);
	VALUE("stall", USB_RET_STALL);
	VALUE("babble", USB_RET_BABBLE);
	VALUE("error", USB_RET_IOERROR);
	VALUE("async", USB_RET_ASYNC);
	VALUE("in", USB_TOKEN_IN);
	VALUE("out", USB_TOKEN_OUT);
	VALUE("clock", QEMU_CLOCK_VIRTUAL);
	VALUE("endpoints", USB_MAX_ENDPOINTS);
	return 0;
}
