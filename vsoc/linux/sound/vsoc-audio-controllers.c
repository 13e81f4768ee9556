// SPDX-License-Identifier: GPL-2.0-only
/*
 * The xHCs' registers, for the DSP.
 *
 * To play, the DSP writes two kinds of registers of the host controller itself: the doorbell
 * array (xHCI 5.6) and its interrupter's event ring dequeue pointer among the runtime registers
 * (5.5). The class driver says which controllers; here they are mapped into the DSP's MMU, and
 * the DSP is told.
 *
 * A DSP that starts again has forgotten them, so each hello is followed by an announcement of all.
 *
 * A controller that goes is cut off when its time is up, even if the DSP does not answer. The DSP
 * has to be told all the same, or it would take the next controller of that number for this one. So
 * the record of a controller stays, with its last request, until the DSP has answered that.
 *
 * Locking: audio->controllers_lock guards the lists and keeps the announcements in order: they
 * are sent with it held. Replies are awaited without it.
 */
#include <linux/cleanup.h>
#include <linux/dma-mapping.h>
#include <linux/io.h>
#include <linux/math.h>
#include <linux/property.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/usb.h>
#include <linux/usb/hcd.h>
#include <sound/usb-offload.h>
#include "vsoc-audio.h"

/* xHCI 5.3: capability registers, by byte offset from the start of the BAR */
#define XHCI_HCSPARAMS1		0x04	/* MaxSlots in bits 0..7, MaxIntrs in 8..18 */
#define XHCI_HCSPARAMS2		0x08	/* IST in bits 0..3 */
#define XHCI_DBOFF		0x14	/* bits 0..1 reserved */
#define XHCI_RTSOFF		0x18	/* bits 0..4 reserved */
#define XHCI_INTERRUPTERS	0x20	/* first interrupter's registers, from the runtime base */
#define XHCI_INTERRUPTER_BYTES	0x20

#define UFRAME_US		125

/**
 * struct vsoc_audio_controller - an xHC whose registers the DSP can reach
 * @node: in audio->controllers, then in audio->leaving_controllers
 * @audio: whose DSP
 * @hcd: the xHC's primary hcd
 * @number: on the wire, 0 .. AUDIO_CONTROL_MAX_CONTROLLERS - 1
 * @max_slots: device slots, and so doorbells less one
 * @ist_uframes: Isochronous Scheduling Threshold in microframes
 * @doorbell_iova: as the DSP dereferences it
 * @doorbell_bytes: mapped from there
 * @runtime_iova: as the DSP dereferences it
 * @runtime_bytes: mapped from there
 * @add: the announcement
 * @remove: the last request
 *
 * All but the list and the requests are constant while it is in a list.
 */
struct vsoc_audio_controller {
	struct list_head node;
	struct vsoc_audio *audio;
	struct usb_hcd *hcd;
	unsigned int number;
	unsigned int max_slots;
	unsigned int ist_uframes;
	dma_addr_t doorbell_iova;
	size_t doorbell_bytes;
	dma_addr_t runtime_iova;
	size_t runtime_bytes;
	struct vsoc_audio_request add;
	struct vsoc_audio_request remove;
};

static struct usb_hcd *primary(struct usb_hcd *hcd)
{
	return usb_hcd_is_primary_hcd(hcd) ? hcd : hcd->primary_hcd;
}

static void add_done(struct vsoc_audio_request *request)
{
	struct vsoc_audio_controller *controller =
		container_of(request, struct vsoc_audio_controller, add);

	if (request->error)
		dev_dbg(controller->audio->dev, "controller %u: the DSP did not take it: %d\n",
			controller->number, request->error);
}

static void fill(const struct vsoc_audio_controller *controller, struct audio_controller *body)
{
	body->controller_num = cpu_to_le32(controller->number);
	body->max_slots = cpu_to_le32(controller->max_slots);
	body->doorbell_iova = cpu_to_le64(controller->doorbell_iova);
	body->runtime_iova = cpu_to_le64(controller->runtime_iova);
	body->doorbell_bytes = cpu_to_le32(controller->doorbell_bytes);
	body->runtime_bytes = cpu_to_le32(controller->runtime_bytes);
	body->ist_uframes = cpu_to_le32(controller->ist_uframes);
}

static int announce_locked(struct vsoc_audio_controller *controller)
{
	struct audio_controller body = { };

	lockdep_assert_held(&controller->audio->controllers_lock);

	fill(controller, &body);
	return vsoc_audio_ipc_submit(controller->audio->ipc, &controller->add,
				     AUDIO_CONTROL_CONTROLLER_ADD, &body, sizeof(body));
}

/*
 * The Isochronous Scheduling Threshold in microframes: the platform's word, as some controllers do
 * not know theirs, or the register's.
 */
static unsigned int find_ist_uframes(struct usb_hcd *hcd)
{
	struct device *dev;
	u32 us;

	for (dev = hcd->self.controller; dev; dev = dev->parent) {
		if (!device_property_read_u32(dev, "usb-offload-isoch-threshold-us", &us))
			return min_t(u32, DIV_ROUND_UP(us, UFRAME_US),
				     AUDIO_CONTROLLER_MAX_IST_UFRAMES);
	}
	return vsoc_audio_ist_uframes(readl(hcd->regs + XHCI_HCSPARAMS2));
}

static int map_registers(struct vsoc_audio_controller *controller)
{
	struct usb_hcd *hcd = controller->hcd;
	struct device *dev = controller->audio->dev;
	u32 params, doorbells, runtime;

	params = readl(hcd->regs + XHCI_HCSPARAMS1);
	doorbells = readl(hcd->regs + XHCI_DBOFF) & ~0x3;
	runtime = readl(hcd->regs + XHCI_RTSOFF) & ~0x1f;
	if (params == U32_MAX)
		return -ENODEV;		/* dead or powered down: all registers read so */

	controller->max_slots = params & 0xff;
	controller->ist_uframes = find_ist_uframes(hcd);
	controller->doorbell_bytes = (controller->max_slots + 1) * sizeof(u32);
	controller->runtime_bytes = XHCI_INTERRUPTERS +
				    ((params >> 8) & 0x7ff) * XHCI_INTERRUPTER_BYTES;
	if ((u64)doorbells + controller->doorbell_bytes > hcd->rsrc_len ||
	    (u64)runtime + controller->runtime_bytes > hcd->rsrc_len)
		return -EINVAL;

	controller->doorbell_iova = dma_map_resource(dev, hcd->rsrc_start + doorbells,
						     controller->doorbell_bytes,
						     DMA_BIDIRECTIONAL, 0);
	if (dma_mapping_error(dev, controller->doorbell_iova))
		return -ENOMEM;
	controller->runtime_iova = dma_map_resource(dev, hcd->rsrc_start + runtime,
						    controller->runtime_bytes,
						    DMA_BIDIRECTIONAL, 0);
	if (dma_mapping_error(dev, controller->runtime_iova)) {
		dma_unmap_resource(dev, controller->doorbell_iova, controller->doorbell_bytes,
				   DMA_BIDIRECTIONAL, 0);
		return -ENOMEM;
	}
	return 0;
}

static void unmap_registers(struct vsoc_audio_controller *controller)
{
	struct device *dev = controller->audio->dev;

	dma_unmap_resource(dev, controller->runtime_iova, controller->runtime_bytes,
			   DMA_BIDIRECTIONAL, 0);
	dma_unmap_resource(dev, controller->doorbell_iova, controller->doorbell_bytes,
			   DMA_BIDIRECTIONAL, 0);
}

static int find_free_number_locked(struct vsoc_audio *audio)
{
	struct vsoc_audio_controller *controller;
	unsigned long used = 0;
	unsigned int number;

	lockdep_assert_held(&audio->controllers_lock);

	list_for_each_entry(controller, &audio->controllers, node)
		used |= BIT(controller->number);
	number = ffz(used);
	return number < AUDIO_CONTROL_MAX_CONTROLLERS ? (int)number : -ENOSPC;
}

/* Number, list and announce it. Returns whether a reply is to be awaited, or a negative errno. */
static int add_controller(struct vsoc_audio *audio, struct vsoc_audio_controller *controller)
{
	int number, err;

	guard(mutex)(&audio->controllers_lock);

	number = find_free_number_locked(audio);
	if (number < 0)
		return number;
	controller->number = number;
	if (audio->controllers_announced) {
		err = announce_locked(controller);
		/* If the DSP has just gone, it is told of the controller when it is back. */
		if (err && err != -ENODEV)
			return err;
	}
	list_add_tail(&controller->node, &audio->controllers);
	return audio->controllers_announced;
}

/* Frees the controllers that have gone, once the DSP has answered all requests about them. */
static void free_controllers_locked(struct vsoc_audio *audio)
{
	struct vsoc_audio_controller *controller, *next;

	lockdep_assert_held(&audio->controllers_lock);

	list_for_each_entry_safe(controller, next, &audio->leaving_controllers, node) {
		if (!completion_done(&controller->add.done) ||
		    !completion_done(&controller->remove.done))
			continue;
		list_del(&controller->node);
		kfree(controller);
	}
}

/* Tell the DSP that the controller goes, and cut it off. The controller is not to be used again. */
static void remove_controller(struct vsoc_audio *audio, struct vsoc_audio_controller *controller,
			      unsigned int timeout_ms)
{
	struct audio_controller body = { };

	fill(controller, &body);
	scoped_guard(mutex, &audio->controllers_lock) {
		list_del_init(&controller->node);
		if (audio->controllers_announced)
			vsoc_audio_ipc_submit(audio->ipc, &controller->remove,
					      AUDIO_CONTROL_CONTROLLER_REMOVE,
					      &body, sizeof(body));
	}
	wait_for_completion_timeout(&controller->remove.done, msecs_to_jiffies(timeout_ms));
	unmap_registers(controller);

	guard(mutex)(&audio->controllers_lock);

	list_add_tail(&controller->node, &audio->leaving_controllers);
	free_controllers_locked(audio);
}

static int attach_controller(void *priv, struct usb_hcd *hcd)
{
	struct vsoc_audio *audio = priv;
	struct vsoc_audio_controller *controller;
	int err;

	controller = kzalloc(sizeof(*controller), GFP_KERNEL);
	if (!controller)
		return -ENOMEM;
	controller->audio = audio;
	controller->hcd = primary(hcd);
	vsoc_audio_request_init(&controller->add, add_done);
	vsoc_audio_request_init(&controller->remove, NULL);

	err = map_registers(controller);
	if (err)
		goto err_free;
	err = add_controller(audio, controller);
	if (err < 0)
		goto err_unmap;
	if (err) {
		err = vsoc_audio_ipc_wait(audio->ipc, &controller->add, 0);
		if (err && err != -ENODEV) {
			remove_controller(audio, controller, 0);
			return err;
		}
	}
	dev_dbg(audio->dev,
		"controller %u: %s, doorbells at %pad, runtime registers at %pad, threshold %u microframes\n",
		controller->number, dev_name(controller->hcd->self.controller),
		&controller->doorbell_iova, &controller->runtime_iova, controller->ist_uframes);
	return controller->number;

err_unmap:
	unmap_registers(controller);
err_free:
	kfree(controller);
	return err;
}

static void detach_controller(void *priv, struct usb_hcd *hcd, unsigned int timeout_ms)
{
	struct vsoc_audio *audio = priv;
	struct vsoc_audio_controller *controller = NULL, *each;

	scoped_guard(mutex, &audio->controllers_lock) {
		list_for_each_entry(each, &audio->controllers, node) {
			if (each->hcd == primary(hcd))
				controller = each;
		}
	}
	if (WARN_ON(!controller))
		return;
	remove_controller(audio, controller, timeout_ms);
}

static const struct snd_usb_offload_dsp_ops dsp_ops = {
	.attach_controller = attach_controller,
	.detach_controller = detach_controller,
};

/**
 * vsoc_audio_controllers_init() - initialise the list of controllers, which is empty
 * @audio: the audio device
 */
void vsoc_audio_controllers_init(struct vsoc_audio *audio)
{
	mutex_init(&audio->controllers_lock);
	mutex_init(&audio->service_lock);
	INIT_LIST_HEAD(&audio->controllers);
	INIT_LIST_HEAD(&audio->leaving_controllers);
}

/**
 * vsoc_audio_controllers_exit() - free the records of controllers that have gone
 * @audio: the audio device; its channel to the DSP has been destroyed
 *
 * Context: Process context. May sleep.
 */
void vsoc_audio_controllers_exit(struct vsoc_audio *audio)
{
	guard(mutex)(&audio->controllers_lock);

	free_controllers_locked(audio);
}

/**
 * vsoc_audio_controllers_show() - show the mappings of the xHCs' registers for the DSP
 * @audio: the audio device
 * @seq: to be added to: "name iova address bytes length" lines
 *
 * Context: Process context. May sleep.
 */
void vsoc_audio_controllers_show(struct vsoc_audio *audio, struct seq_file *seq)
{
	struct vsoc_audio_controller *controller;

	guard(mutex)(&audio->controllers_lock);
	list_for_each_entry(controller, &audio->controllers, node) {
		seq_printf(seq, "doorbells%u iova %pad bytes %zu\n", controller->number,
			   &controller->doorbell_iova, controller->doorbell_bytes);
		seq_printf(seq, "runtime%u iova %pad bytes %zu\n", controller->number,
			   &controller->runtime_iova, controller->runtime_bytes);
	}
}

/**
 * vsoc_audio_controllers_register() - let the class driver serve the DSP
 * @audio: the audio device
 *
 * Context: Process context. May sleep.
 * Return: 0 or a negative errno.
 */
int vsoc_audio_controllers_register(struct vsoc_audio *audio)
{
	const struct snd_usb_offload_dsp dsp = {
		.dev = audio->dev,
		.qrtr_node = audio->qrtr_node,
		.handled = VSOC_AUDIO_HANDLED,
		.ops = &dsp_ops,
		.priv = audio,
	};
	struct snd_usb_offload_service *service;

	guard(mutex)(&audio->service_lock);

	service = snd_usb_offload_register_dsp(&dsp);
	if (IS_ERR(service))
		return PTR_ERR(service);
	audio->service = service;
	return 0;
}

/**
 * vsoc_audio_controllers_unregister() - undo vsoc_audio_controllers_register()
 * @audio: the audio device
 *
 * All controllers have been detached when it returns.
 *
 * Context: Process context. May sleep.
 */
void vsoc_audio_controllers_unregister(struct vsoc_audio *audio)
{
	struct snd_usb_offload_service *service;

	scoped_guard(mutex, &audio->service_lock) {
		service = audio->service;
		audio->service = NULL;
	}
	snd_usb_offload_unregister_dsp(service);
}

/**
 * vsoc_audio_controllers_link_up() - tell a DSP that has started of all controllers
 * @audio: the audio device
 *
 * Does not wait for the DSP.
 *
 * Context: Process context. May sleep.
 */
void vsoc_audio_controllers_link_up(struct vsoc_audio *audio)
{
	struct vsoc_audio_controller *controller;

	guard(mutex)(&audio->controllers_lock);

	audio->controllers_announced = true;
	list_for_each_entry(controller, &audio->controllers, node)
		announce_locked(controller);
}

/**
 * vsoc_audio_controllers_link_down() - tell the class driver that the DSP has gone
 * @audio: the audio device
 *
 * Context: Process context. May sleep.
 */
void vsoc_audio_controllers_link_down(struct vsoc_audio *audio)
{
	scoped_guard(mutex, &audio->controllers_lock)
		audio->controllers_announced = false;

	guard(mutex)(&audio->service_lock);

	if (audio->service)
		snd_usb_offload_dsp_down(audio->service);
}
