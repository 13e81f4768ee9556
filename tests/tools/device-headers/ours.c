// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/* Prints where the plug-in takes the fields of QEMU's structures to be. */
#include <stdio.h>

#include "vsoc/devices/qemu/qemu.h"

#define FIELD(theirs, their_field, ours, our_field) \
	printf("%s %s %zu\n", #theirs, #their_field, offsetof(struct ours, our_field));
#define VALUE(name, value) printf("%s %d\n", name, value)

int main(void)
{
#include "fields.h"
	printf("USBEndpoint bytes %zu\n", sizeof(struct qemu_usb_endpoint));
	VALUE("success", QEMU_USB_SUCCESS);
	VALUE("nak", QEMU_USB_NAK);
	VALUE("stall", QEMU_USB_STALL);
	VALUE("babble", QEMU_USB_BABBLE);
	VALUE("error", QEMU_USB_IO_ERROR);
	VALUE("async", QEMU_USB_ASYNC);
	VALUE("in", QEMU_USB_TOKEN_IN);
	VALUE("out", QEMU_USB_TOKEN_OUT);
	VALUE("clock", QEMU_CLOCK_VIRTUAL);
	VALUE("endpoints", QEMU_USB_ENDPOINTS);
	return 0;
}
