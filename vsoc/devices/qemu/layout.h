/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * Whether the QEMU that has loaded the plug-in is laid out as qemu.h says.
 */
#ifndef LULLABY_DEVICES_LAYOUT_H
#define LULLABY_DEVICES_LAYOUT_H

#include "qemu.h"

/* The name of our type, and the product of its class. */
#define LAYOUT_TYPE	"lullaby-usb"
#define LAYOUT_PRODUCT	"Lullaby USB audio device"

/**
 * layout_check_classes() - find out where the methods of a USB device's class are
 *
 * To be called before our type is registered.
 *
 * Return: NULL if all is as expected; else a description of the difference.
 */
const char *layout_check_classes(void);

/**
 * layout_check_instances() - find out where the fields of a USB device and of a packet are
 *
 * To be called after our type is registered, and before there is a device.
 *
 * Return: NULL if all is as expected; else a description of the difference.
 */
const char *layout_check_instances(void);

/* The methods in a class, and the fields in a device, of this QEMU. */
struct qemu_usb_methods *layout_methods(ObjectClass *class);
struct qemu_usb_device *layout_device(USBDevice *device);

#endif /* LULLABY_DEVICES_LAYOUT_H */
