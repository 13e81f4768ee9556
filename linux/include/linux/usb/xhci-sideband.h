/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xHCI sideband: offloads endpoints and an interrupter of an xHC to another processor.
 *
 * The names and signatures are mainline's; a driver written against it builds and works. It
 * promises more: see drivers/usb/host/xhci-sideband.c.
 */
#ifndef __LINUX_XHCI_SIDEBAND_H
#define __LINUX_XHCI_SIDEBAND_H

#include <linux/scatterlist.h>
#include <linux/usb.h>
#include <linux/usb/hcd.h>

struct xhci_sideband;

/**
 * enum xhci_sideband_type - the use of a sideband
 * @XHCI_SIDEBAND_AUDIO: audio streams
 * @XHCI_SIDEBAND_VENDOR: anything else
 */
enum xhci_sideband_type {
	XHCI_SIDEBAND_AUDIO,
	XHCI_SIDEBAND_VENDOR,
};

/**
 * enum xhci_sideband_notify_type - the events of notify_client()
 * @XHCI_SIDEBAND_XFER_RING_FREE: the device is being reset, so the transfer ring of an offloaded
 *	endpoint is about to be freed. Once the callback returns the endpoint is no longer
 *	offloaded. The event's data is the endpoint index.
 */
enum xhci_sideband_notify_type {
	XHCI_SIDEBAND_XFER_RING_FREE,
};

/**
 * struct xhci_sideband_event - an event that a sideband's owner is told of
 * @type: the event
 * @evt_data: points to an unsigned int that says to what; see &enum xhci_sideband_notify_type
 */
struct xhci_sideband_event {
	enum xhci_sideband_notify_type type;
	void *evt_data;
};

/**
 * struct xhci_sideband_ops - how an owner learns of all that ends, for any reason
 * @ring_ends: the transfer ring of an offloaded endpoint is about to be freed, or the controller is
 *	dead. Once it returns the endpoint is no longer offloaded.
 * @device_ends: the device slot is about to be freed, or the controller is dead; each endpoint that
 *	was still offloaded was told of before. Once it returns the interrupter must not be used any
 *	more. Nothing can be offloaded until the device has a slot again.
 *
 * Mainline has no such thing. Both are called with the locks that the ending thread has, those of
 * the USB core among them, or from a work item. So they take no lock that the owner holds when it
 * calls the USB core or xhci_sideband_unregister(). They may sleep.
 */
struct xhci_sideband_ops {
	void (*ring_ends)(void *owner, unsigned int ep_index);
	void (*device_ends)(void *owner);
};

struct xhci_sideband *
xhci_sideband_register(struct usb_interface *intf, enum xhci_sideband_type type,
		       int (*notify_client)(struct usb_interface *intf,
					    struct xhci_sideband_event *evt));
struct xhci_sideband *
xhci_sideband_register_owner(struct usb_interface *intf, enum xhci_sideband_type type,
			     const struct xhci_sideband_ops *ops, void *owner);
void xhci_sideband_unregister(struct xhci_sideband *sb);

int xhci_sideband_add_endpoint(struct xhci_sideband *sb, struct usb_host_endpoint *host_ep);
int xhci_sideband_remove_endpoint(struct xhci_sideband *sb, struct usb_host_endpoint *host_ep);
int xhci_sideband_stop_endpoint(struct xhci_sideband *sb, struct usb_host_endpoint *host_ep);

struct sg_table *xhci_sideband_get_endpoint_buffer(struct xhci_sideband *sb,
						   struct usb_host_endpoint *host_ep);
struct sg_table *xhci_sideband_get_event_buffer(struct xhci_sideband *sb);

int xhci_sideband_create_interrupter(struct xhci_sideband *sb, int num_seg, bool ip_autoclear,
				     u32 imod_interval, int intr_num);
void xhci_sideband_remove_interrupter(struct xhci_sideband *sb);
int xhci_sideband_interrupter_id(struct xhci_sideband *sb);

#if IS_ENABLED(CONFIG_USB_XHCI_SIDEBAND)
bool xhci_sideband_check(struct usb_hcd *hcd);
void xhci_sideband_notify_ep_ring_free(struct xhci_sideband *sb, unsigned int ep_index);
#else
static inline bool xhci_sideband_check(struct usb_hcd *hcd)
{
	return false;
}

static inline void xhci_sideband_notify_ep_ring_free(struct xhci_sideband *sb,
						     unsigned int ep_index)
{
}
#endif

#endif /* __LINUX_XHCI_SIDEBAND_H */
