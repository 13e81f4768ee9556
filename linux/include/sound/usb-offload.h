/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * USB audio offload: the interface between an audio DSP's platform driver and the class driver.
 */
#ifndef __SOUND_USB_OFFLOAD_H
#define __SOUND_USB_OFFLOAD_H

#include <linux/types.h>
#include <sound/usb-obstacle.h>

struct device;
struct usb_hcd;
struct snd_usb_offload_service;

/**
 * struct snd_usb_offload_dsp_ops - the operations of the DSP's platform
 * @attach_controller: give the DSP access to @hcd's doorbell and runtime registers and tell it
 *	their addresses. Called before the first stream on a controller starts, for each controller
 *	once. May sleep, but not for long: a controller that is removed meanwhile waits for this.
 *	Returns the controller's number on the wire (0..255) or a negative errno.
 * @detach_controller: undo @attach_controller, once no stream of the controller is left. The
 *	controller may be dead already. May sleep, and wait @timeout_ms for the DSP's consent, 0 if
 *	the DSP is known not to answer; then take the registers away without it.
 */
struct snd_usb_offload_dsp_ops {
	int (*attach_controller)(void *priv, struct usb_hcd *hcd);
	void (*detach_controller)(void *priv, struct usb_hcd *hcd, unsigned int timeout_ms);
};

/**
 * struct snd_usb_offload_dsp - one audio DSP that can drive USB audio devices
 * @dev: the ASoC back end's device. Its DMA API is the DSP's MMU: the DSP dereferences the
 *	addresses that dma_map_*() returns for it. A controller's "usb-soc-be" property points at
 *	its firmware node.
 * @qrtr_node: the only QRTR node whose requests are served
 * @qmi_instance: instance of the QMI service this DSP looks for; 0 unless there are several DSPs
 * @handled: BIT(enum snd_usb_obstacle) of the obstacles that the DSP deals with by itself; PCMs
 *	with others are not offered to it
 * @iova_tag: ORed into each IOVA that goes over the wire, e.g. a stream id in bits 32 and up
 * @ops: the platform's operations
 * @priv: first argument of @ops
 */
struct snd_usb_offload_dsp {
	struct device *dev;
	u32 qrtr_node;
	u32 qmi_instance;
	u32 handled;
	u64 iova_tag;
	const struct snd_usb_offload_dsp_ops *ops;
	void *priv;
};

struct snd_usb_offload_service *
snd_usb_offload_register_dsp(const struct snd_usb_offload_dsp *dsp);
void snd_usb_offload_unregister_dsp(struct snd_usb_offload_service *service);
void snd_usb_offload_dsp_down(struct snd_usb_offload_service *service);

#endif /* __SOUND_USB_OFFLOAD_H */
