// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device, the endpoint and the other processor's part in the xHCI sideband's tests on a
 * controller.
 *
 * It writes silence. Afterwards the device is in alternate setting 0, as it is when idle.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/slab.h>
#include <linux/usb/audio.h>

#include "xhci-sideband-live-fixture.h"

#define TIMEOUT_MS	2000
#define TIMEOUT		msecs_to_jiffies(TIMEOUT_MS)
#define DEVICE_TRIES	50
#define DEVICE_TRY_MS	100

/* notify_client() is told an interface only; tests run one at a time. */
static struct live_fixture *current_fixture;

static void take_note(struct live_fixture *fixture, enum note_kind kind, unsigned int data)
{
	if (fixture->num_notes < MAX_NOTES) {
		struct note *note = &fixture->notes[fixture->num_notes];

		note->kind = kind;
		note->data = data;
		note->task = current;
		note->has_device_lock = mutex_is_locked(&fixture->udev->dev.mutex);
	}
	fixture->num_notes++;
	if (fixture->reaction)
		fixture->reaction(fixture);
}

static int note_event(struct usb_interface *intf, struct xhci_sideband_event *event)
{
	if (event->type == XHCI_SIDEBAND_XFER_RING_FREE)
		take_note(current_fixture, NOTE_XFER_RING_FREE, *(unsigned int *)event->evt_data);
	return 0;
}

static void note_ring_ends(void *owner, unsigned int ep_index)
{
	take_note(owner, NOTE_RING_ENDS, ep_index);
}

static void note_device_ends(void *owner)
{
	take_note(owner, NOTE_DEVICE_ENDS, 0);
}

static const struct xhci_sideband_ops live_ops = {
	.ring_ends = note_ring_ends,
	.device_ends = note_device_ends,
};

static bool find_playback(struct live_fixture *fixture, struct usb_interface *intf)
{
	unsigned int i;

	for (i = 0; i < intf->num_altsetting; i++) {
		struct usb_host_interface *alt = &intf->altsetting[i];

		if (alt->desc.bInterfaceClass != USB_CLASS_AUDIO ||
		    alt->desc.bInterfaceSubClass != USB_SUBCLASS_AUDIOSTREAMING ||
		    !alt->desc.bNumEndpoints ||
		    !usb_endpoint_is_isoc_out(&alt->endpoint[0].desc))
			continue;

		fixture->intf = intf;
		fixture->ifnum = alt->desc.bInterfaceNumber;
		fixture->alt = alt->desc.bAlternateSetting;
		fixture->ep = &alt->endpoint[0];
		return true;
	}
	return false;
}

static int find_device(struct usb_device *udev, void *data)
{
	struct live_fixture *fixture = data;
	unsigned int i;

	if (!udev->slot_id || !udev->actconfig)
		return 0;

	for (i = 0; i < udev->actconfig->desc.bNumInterfaces; i++) {
		if (find_playback(fixture, udev->actconfig->interface[i])) {
			fixture->udev = usb_get_dev(udev);
			return 1;
		}
	}
	return 0;
}

/*
 * A device is found as soon as it is configured, and as long as it is being disconnected. Its lock
 * is held until its drivers are bound, which its interfaces need for runtime PM.
 */
static bool find_ready_device(struct live_fixture *fixture)
{
	bool is_ready;

	if (!usb_for_each_dev(fixture, find_device))
		return false;
	usb_lock_device(fixture->udev);
	is_ready = fixture->udev->state == USB_STATE_CONFIGURED;
	if (is_ready)
		usb_get_intf(fixture->intf);
	usb_unlock_device(fixture->udev);
	if (!is_ready) {
		usb_put_dev(fixture->udev);
		fixture->udev = NULL;
	}
	return is_ready;
}

int live_set_alternate(struct live_fixture *fixture, int alt)
{
	int ret;

	usb_lock_device(fixture->udev);
	ret = usb_set_interface(fixture->udev, fixture->ifnum, alt);
	usb_unlock_device(fixture->udev);
	return ret;
}

struct xhci_sideband *live_register_sideband(struct live_fixture *fixture)
{
	fixture->sb = xhci_sideband_register_owner(fixture->intf, XHCI_SIDEBAND_AUDIO, &live_ops,
						   fixture);
	return fixture->sb;
}

struct xhci_sideband *live_register_as_mainline(struct live_fixture *fixture,
						enum xhci_sideband_type type)
{
	fixture->sb = xhci_sideband_register(fixture->intf, type, note_event);
	return fixture->sb;
}

void live_unregister_sideband(struct live_fixture *fixture)
{
	xhci_sideband_unregister(fixture->sb);
	fixture->sb = NULL;
}

int live_init(struct kunit *test)
{
	struct live_fixture *fixture;
	unsigned int tries;

	fixture = kunit_kzalloc(test, sizeof(*fixture), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, fixture);
	test->priv = fixture;
	current_fixture = fixture;

	/* A test may have taken the controller away, and its device comes back by and by. */
	for (tries = 0; !find_ready_device(fixture); tries++) {
		if (tries == DEVICE_TRIES)
			kunit_skip(test, "no USB device to play to on an xHCI controller");
		msleep(DEVICE_TRY_MS);
	}

	fixture->xhci = hcd_to_xhci(bus_to_hcd(fixture->udev->bus));
	fixture->ep_index = xhci_get_endpoint_index(&fixture->ep->desc);
	fixture->virt_ep = &fixture->xhci->devs[fixture->udev->slot_id]->eps[fixture->ep_index];
	fixture->packet_bytes = usb_endpoint_maxp(&fixture->ep->desc);
	fixture->silence = dma_alloc_coherent(xhci_to_hcd(fixture->xhci)->self.sysdev,
					      fixture->packet_bytes, &fixture->silence_dma,
					      GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, fixture->silence);
	KUNIT_ASSERT_EQ(test, 0, usb_autopm_get_interface(fixture->intf));
	KUNIT_ASSERT_EQ(test, 0, live_set_alternate(fixture, fixture->alt));
	KUNIT_ASSERT_NOT_NULL(test, live_register_sideband(fixture));
	return 0;
}

void live_exit(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;

	if (!fixture || !fixture->udev)
		return;

	fixture->reaction = NULL;
	live_unregister_sideband(fixture);
	if (!fixture->is_gone) {
		KUNIT_EXPECT_EQ(test, 0, live_set_alternate(fixture, 0));
		usb_autopm_put_interface(fixture->intf);
	}
	if (fixture->silence)
		dma_free_coherent(xhci_to_hcd(fixture->xhci)->self.sysdev, fixture->packet_bytes,
				  fixture->silence, fixture->silence_dma);
	usb_put_intf(fixture->intf);
	usb_put_dev(fixture->udev);
}

int live_add(struct live_fixture *fixture)
{
	return xhci_sideband_add_endpoint(fixture->sb, fixture->ep);
}

int live_remove(struct live_fixture *fixture)
{
	return xhci_sideband_remove_endpoint(fixture->sb, fixture->ep);
}

int live_create_interrupter(struct live_fixture *fixture, int number)
{
	return xhci_sideband_create_interrupter(fixture->sb, 1, true, 0, number);
}

/* URBs, as Linux plays. */

static void urb_done(struct urb *urb)
{
	complete(urb->context);
}

int live_start_urb(struct kunit *test, struct playing *playing, unsigned int packets)
{
	struct live_fixture *fixture = test->priv;
	unsigned int i;
	struct urb *urb;
	int ret;

	urb = usb_alloc_urb(packets, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, urb);
	init_completion(&playing->done);
	urb->dev = fixture->udev;
	urb->pipe = usb_sndisocpipe(fixture->udev, usb_endpoint_num(&fixture->ep->desc));
	urb->transfer_flags = URB_ISO_ASAP | URB_FREE_BUFFER;
	urb->interval = 1 << (fixture->ep->desc.bInterval - 1);
	urb->transfer_buffer_length = packets * fixture->packet_bytes;
	urb->transfer_buffer = kzalloc(urb->transfer_buffer_length, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, urb->transfer_buffer);
	urb->number_of_packets = packets;
	urb->complete = urb_done;
	urb->context = &playing->done;
	for (i = 0; i < packets; i++) {
		urb->iso_frame_desc[i].offset = i * fixture->packet_bytes;
		urb->iso_frame_desc[i].length = fixture->packet_bytes;
	}

	playing->urb = urb;
	ret = usb_submit_urb(urb, GFP_KERNEL);
	if (ret)
		usb_free_urb(urb);
	return ret;
}

int live_finish_urb(struct playing *playing)
{
	int ret = -ETIMEDOUT;

	if (wait_for_completion_timeout(&playing->done, TIMEOUT))
		ret = playing->urb->status;
	else
		usb_kill_urb(playing->urb);
	usb_free_urb(playing->urb);
	return ret;
}

int live_play_urb(struct kunit *test)
{
	struct playing playing;
	int ret = live_start_urb(test, &playing, 4);

	return ret ? ret : live_finish_urb(&playing);
}

/* The part of the other processor. */

void live_write_trbs(struct live_fixture *fixture, unsigned int first, unsigned int count)
{
	union xhci_trb *trbs = fixture->virt_ep->ring->first_seg->trbs;
	u32 target = TRB_INTR_TARGET(xhci_sideband_interrupter_id(fixture->sb));
	unsigned int i;

	for (i = first; i < first + count; i++) {
		__le32 *field = trbs[i].generic.field;

		field[0] = cpu_to_le32(lower_32_bits(fixture->silence_dma));
		field[1] = cpu_to_le32(upper_32_bits(fixture->silence_dma));
		field[2] = cpu_to_le32(fixture->packet_bytes | target);
		wmb();	/* the cycle bit hands it over */
		field[3] = cpu_to_le32(TRB_TYPE(TRB_ISOC) | TRB_SIA | TRB_IOC | TRB_CYCLE);
	}
}

void live_ring_doorbell(struct live_fixture *fixture)
{
	writel(DB_VALUE(fixture->ep_index, 0),
	       &fixture->xhci->dba->doorbell[fixture->udev->slot_id]);
}

unsigned int live_count_events(struct live_fixture *fixture, unsigned int completion_code)
{
	union xhci_trb *trbs = fixture->sb->ir->event_ring->first_seg->trbs;
	unsigned int i, count = 0;

	for (i = 0; i < TRBS_PER_SEGMENT; i++) {
		struct xhci_transfer_event *event = &trbs[i].trans_event;
		u32 flags = le32_to_cpu(READ_ONCE(event->flags));

		if (!(flags & TRB_CYCLE))
			break;
		if ((flags & TRB_TYPE_BITMASK) == TRB_TYPE(TRB_TRANSFER) &&
		    TRB_TO_SLOT_ID(flags) == fixture->udev->slot_id &&
		    GET_COMP_CODE(le32_to_cpu(event->transfer_len)) == completion_code)
			count++;
	}
	return count;
}

unsigned int live_count_done(struct live_fixture *fixture)
{
	return live_count_events(fixture, COMP_SUCCESS);
}

bool live_wait_for_events(struct live_fixture *fixture, unsigned int completion_code,
			  unsigned int count)
{
	unsigned long end = jiffies + TIMEOUT;

	while (live_count_events(fixture, completion_code) < count) {
		if (time_after(jiffies, end))
			return false;
		usleep_range(1000, 2000);
	}
	return true;
}

bool live_wait_for_done(struct live_fixture *fixture, unsigned int count)
{
	return live_wait_for_events(fixture, COMP_SUCCESS, count);
}

/* The slot context is the first of a device's. */
int live_slot_target(struct live_fixture *fixture)
{
	struct xhci_slot_ctx *slot = (void *)fixture->virt_ep->vdev->out_ctx->bytes;

	return GET_INTR_TARGET(le32_to_cpu(slot->tt_info));
}

unsigned int live_endpoint_state(struct live_fixture *fixture)
{
	struct xhci_virt_ep *ep = fixture->virt_ep;

	return GET_EP_CTX_STATE(xhci_get_ep_ctx(fixture->xhci, ep->vdev->out_ctx, ep->ep_index));
}

void live_run_borrower(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;

	KUNIT_ASSERT_EQ(test, 0, live_add(fixture));
	KUNIT_ASSERT_EQ(test, 0, live_create_interrupter(fixture, 0));
	live_write_trbs(fixture, 0, MANY_TRBS);
	live_ring_doorbell(fixture);
	KUNIT_ASSERT_TRUE(test, live_wait_for_done(fixture, 5));
	KUNIT_EXPECT_EQ(test, EP_STATE_RUNNING, live_endpoint_state(fixture));
}

/* Another thread. */

static int thread_main(void *data)
{
	struct live_thread *thread = data;

	thread->result = thread->work(thread->test);
	complete_all(&thread->done);
	return 0;
}

void live_start_thread(struct kunit *test, struct live_thread *thread,
		       int (*work)(struct kunit *test))
{
	thread->work = work;
	thread->test = test;
	init_completion(&thread->done);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, kthread_run(thread_main, thread, "live-thread"));
}

bool live_thread_ends(struct live_thread *thread, unsigned int timeout_ms)
{
	return wait_for_completion_timeout(&thread->done, msecs_to_jiffies(timeout_ms));
}

/* Functions of the driver. */

static int divert(struct kprobe *probe, struct pt_regs *regs)
{
	struct live_intercept *intercept = container_of(probe, struct live_intercept, probe);

	if (!atomic_xchg(&intercept->is_armed, 0))
		return 0;

	instruction_pointer_set(regs, intercept->replacement);
	return 1;
}

static void remove_probe(void *probe)
{
	unregister_kprobe(probe);
}

void *live_intercept(struct kunit *test, struct live_intercept *intercept, const char *function,
		     void *replacement)
{
	intercept->probe = (struct kprobe) { .symbol_name = function, .pre_handler = divert };
	intercept->replacement = (unsigned long)replacement;
	atomic_set(&intercept->is_armed, 1);
	KUNIT_ASSERT_EQ_MSG(test, 0, register_kprobe(&intercept->probe), "%s()", function);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, remove_probe, &intercept->probe));
	return intercept->probe.addr;
}

void *live_find_function(struct kunit *test, const char *function)
{
	struct kprobe probe = { .symbol_name = function };
	void *address;

	KUNIT_ASSERT_EQ_MSG(test, 0, register_kprobe(&probe), "%s()", function);
	address = probe.addr;
	unregister_kprobe(&probe);
	return address;
}
