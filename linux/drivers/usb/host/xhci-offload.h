/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xHCI and offload: a controller that is left running in a system sleep. xhci.h includes this
 * header.
 */
#ifndef __XHCI_OFFLOAD_H
#define __XHCI_OFFLOAD_H

#include <linux/types.h>

struct usb_hcd;
struct xhci_hcd;

#ifdef CONFIG_USB_OFFLOAD

bool xhci_kept_state(struct usb_hcd *hcd);
bool xhci_kept_registers(struct xhci_hcd *xhci);

#else

#define xhci_kept_state	NULL

#endif /* CONFIG_USB_OFFLOAD */

#endif /* __XHCI_OFFLOAD_H */
