// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the xHCI sideband on a controller: they lend the playback endpoint of a USB audio
 * device that nobody plays to, and are the borrower that writes its TRBs and reads its events.
 *
 * What is written is silence. Afterwards the device is in alternate setting 0, as it is when idle.
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/usb.h>
#include <linux/usb/audio.h>

#include "xhci-sideband-priv.h"

#define TIMEOUT_MS	2000
#define TIMEOUT		msecs_to_jiffies(TIMEOUT_MS)
#define MANY_TRBS	200	/* they last long enough to be stopped, and fit into a segment */
#define MAX_NOTES	4
#define MAX_TAKEN	1024	/* interrupters, as xHCI has at most */

/* What notify_client() was told. */
struct note {
	enum xhci_sideband_notify_type type;
	unsigned int data;
	struct task_struct *task;
};

struct live_fixture {
	struct usb_device *udev;
	struct usb_interface *intf;
	struct usb_host_endpoint *ep;
	unsigned int ep_index;
	int ifnum;
	int alt;
	struct xhci_hcd *xhci;
	struct xhci_virt_ep *virt_ep;
	struct xhci_sideband *sb;
	void *silence;
	dma_addr_t silence_dma;
	unsigned int packet_bytes;
	struct note notes[MAX_NOTES];
	unsigned int num_notes;
	void (*reaction)(struct live_fixture *fixture);
};

/* notify_client() is told an interface only; tests run one at a time. */
static struct live_fixture *current_fixture;

static int note_event(struct usb_interface *intf, struct xhci_sideband_event *event)
{
	struct live_fixture *fixture = current_fixture;

	if (fixture->num_notes < MAX_NOTES) {
		struct note *note = &fixture->notes[fixture->num_notes];

		note->type = event->type;
		note->data = *(unsigned int *)event->evt_data;
		note->task = current;
	}
	fixture->num_notes++;
	if (fixture->reaction)
		fixture->reaction(fixture);
	return 0;
}

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

static int set_alternate(struct live_fixture *fixture, int alt)
{
	int ret;

	usb_lock_device(fixture->udev);
	ret = usb_set_interface(fixture->udev, fixture->ifnum, alt);
	usb_unlock_device(fixture->udev);
	return ret;
}

static struct xhci_sideband *register_sideband(struct live_fixture *fixture)
{
	fixture->sb = xhci_sideband_register(fixture->intf, XHCI_SIDEBAND_AUDIO, note_event);
	return fixture->sb;
}

static void unregister_sideband(struct live_fixture *fixture)
{
	xhci_sideband_unregister(fixture->sb);
	fixture->sb = NULL;
}

static int live_test_init(struct kunit *test)
{
	struct live_fixture *fixture;

	fixture = kunit_kzalloc(test, sizeof(*fixture), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, fixture);
	test->priv = fixture;
	current_fixture = fixture;

	if (!usb_for_each_dev(fixture, find_device))
		kunit_skip(test, "no USB device to play to on an xHCI controller");

	fixture->xhci = hcd_to_xhci(bus_to_hcd(fixture->udev->bus));
	fixture->ep_index = xhci_get_endpoint_index(&fixture->ep->desc);
	fixture->virt_ep = &fixture->xhci->devs[fixture->udev->slot_id]->eps[fixture->ep_index];
	fixture->packet_bytes = usb_endpoint_maxp(&fixture->ep->desc);
	fixture->silence = dma_alloc_coherent(xhci_to_hcd(fixture->xhci)->self.sysdev,
					      fixture->packet_bytes, &fixture->silence_dma,
					      GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, fixture->silence);
	KUNIT_ASSERT_EQ(test, 0, usb_autopm_get_interface(fixture->intf));
	KUNIT_ASSERT_EQ(test, 0, set_alternate(fixture, fixture->alt));
	KUNIT_ASSERT_NOT_NULL(test, register_sideband(fixture));
	return 0;
}

static void live_test_exit(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;

	if (!fixture || !fixture->udev)
		return;

	fixture->reaction = NULL;
	unregister_sideband(fixture);
	KUNIT_EXPECT_EQ(test, 0, set_alternate(fixture, 0));
	usb_autopm_put_interface(fixture->intf);
	if (fixture->silence)
		dma_free_coherent(xhci_to_hcd(fixture->xhci)->self.sysdev, fixture->packet_bytes,
				  fixture->silence, fixture->silence_dma);
	usb_put_dev(fixture->udev);
}

static int add(struct live_fixture *fixture)
{
	return xhci_sideband_add_endpoint(fixture->sb, fixture->ep);
}

static int remove(struct live_fixture *fixture)
{
	return xhci_sideband_remove_endpoint(fixture->sb, fixture->ep);
}

static int create_interrupter(struct live_fixture *fixture, int number)
{
	return xhci_sideband_create_interrupter(fixture->sb, 1, true, 0, number);
}

/* URBs, as Linux plays. */

struct playing {
	struct urb *urb;
	struct completion done;
};

static void urb_done(struct urb *urb)
{
	complete(urb->context);
}

/* Submits a URB of so many packets. The result is usb_submit_urb()'s; after 0, finish_urb(). */
static int start_urb(struct kunit *test, struct playing *playing, unsigned int packets)
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

/* Returns what became of the URB. */
static int finish_urb(struct playing *playing)
{
	int ret = -ETIMEDOUT;

	if (wait_for_completion_timeout(&playing->done, TIMEOUT))
		ret = playing->urb->status;
	else
		usb_kill_urb(playing->urb);
	usb_free_urb(playing->urb);
	return ret;
}

static int play_urb(struct kunit *test)
{
	struct playing playing;
	int ret = start_urb(test, &playing, 4);

	return ret ? ret : finish_urb(&playing);
}

/* What a borrower does. */

static void write_trbs(struct live_fixture *fixture, unsigned int first, unsigned int count)
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

static void ring_doorbell(struct live_fixture *fixture)
{
	writel(DB_VALUE(fixture->ep_index, 0),
	       &fixture->xhci->dba->doorbell[fixture->udev->slot_id]);
}

/* Transfer events of one kind in the event ring, which is new at first, and does not come round. */
static unsigned int count_events(struct live_fixture *fixture, unsigned int completion_code)
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

static unsigned int count_done(struct live_fixture *fixture)
{
	return count_events(fixture, COMP_SUCCESS);
}

static bool wait_for_events(struct live_fixture *fixture, unsigned int completion_code,
			    unsigned int count)
{
	unsigned long end = jiffies + TIMEOUT;

	while (count_events(fixture, completion_code) < count) {
		if (time_after(jiffies, end))
			return false;
		usleep_range(1000, 2000);
	}
	return true;
}

static bool wait_for_done(struct live_fixture *fixture, unsigned int count)
{
	return wait_for_events(fixture, COMP_SUCCESS, count);
}

/* The interrupter that the device's slot names. The slot context is the first of a device's. */
static int slot_target(struct live_fixture *fixture)
{
	struct xhci_slot_ctx *slot = (void *)fixture->virt_ep->vdev->out_ctx->bytes;

	return GET_INTR_TARGET(le32_to_cpu(slot->tt_info));
}

static unsigned int endpoint_state(struct live_fixture *fixture)
{
	struct xhci_virt_ep *ep = fixture->virt_ep;

	return GET_EP_CTX_STATE(xhci_get_ep_ctx(fixture->xhci, ep->vdev->out_ctx, ep->ep_index));
}

/* Lends all that there is and lets it run. */
static void run_borrower(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;

	KUNIT_ASSERT_EQ(test, 0, add(fixture));
	KUNIT_ASSERT_EQ(test, 0, create_interrupter(fixture, -1));
	write_trbs(fixture, 0, MANY_TRBS);
	ring_doorbell(fixture);
	KUNIT_ASSERT_TRUE(test, wait_for_done(fixture, 5));
	KUNIT_EXPECT_EQ(test, EP_STATE_RUNNING, endpoint_state(fixture));
}

static void a_device_has_one_sideband(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;

	KUNIT_EXPECT_NULL(test, xhci_sideband_register(fixture->intf, XHCI_SIDEBAND_VENDOR, NULL));
	unregister_sideband(fixture);
	KUNIT_EXPECT_NOT_NULL(test, register_sideband(fixture));
	KUNIT_EXPECT_EQ(test, 0, add(fixture));
}

/* It is on no slot. */
static void a_root_hub_has_no_sideband(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;
	struct usb_device *hub = fixture->udev->bus->root_hub;

	KUNIT_EXPECT_NULL(test, xhci_sideband_register(hub->actconfig->interface[0],
						       XHCI_SIDEBAND_AUDIO, NULL));
}

static void an_endpoint_is_lent_once(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;

	KUNIT_EXPECT_EQ(test, -ENODEV, remove(fixture));
	KUNIT_EXPECT_EQ(test, -ENODEV, xhci_sideband_stop_endpoint(fixture->sb, fixture->ep));
	KUNIT_EXPECT_EQ(test, 0, add(fixture));
	KUNIT_EXPECT_EQ(test, -EBUSY, add(fixture));
	KUNIT_EXPECT_EQ(test, 0, xhci_sideband_stop_endpoint(fixture->sb, fixture->ep));
	KUNIT_EXPECT_EQ(test, -EBUSY, add(fixture));
	KUNIT_EXPECT_EQ(test, 0, remove(fixture));
	KUNIT_EXPECT_EQ(test, -ENODEV, remove(fixture));
	KUNIT_EXPECT_EQ(test, 0, add(fixture));
}

static void what_cannot_be_lent_is_refused(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;

	KUNIT_EXPECT_EQ(test, -EINVAL,
			xhci_sideband_add_endpoint(fixture->sb, &fixture->udev->ep0));
	KUNIT_ASSERT_EQ(test, 0, set_alternate(fixture, 0));
	KUNIT_EXPECT_EQ(test, -ENODEV, add(fixture));
	KUNIT_ASSERT_EQ(test, 0, set_alternate(fixture, fixture->alt));
	KUNIT_EXPECT_EQ(test, 0, add(fixture));
}

static void a_lent_endpoint_refuses_urbs(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;

	KUNIT_EXPECT_EQ(test, 0, play_urb(test));
	KUNIT_ASSERT_EQ(test, 0, add(fixture));
	KUNIT_EXPECT_EQ(test, -EBUSY, play_urb(test));
	KUNIT_EXPECT_EQ(test, 0, xhci_sideband_stop_endpoint(fixture->sb, fixture->ep));
	KUNIT_EXPECT_EQ(test, -EBUSY, play_urb(test));
	KUNIT_EXPECT_EQ(test, 0, remove(fixture));
	KUNIT_EXPECT_EQ(test, 0, play_urb(test));
}

static void an_endpoint_with_urbs_is_not_lent(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;
	struct playing playing;

	KUNIT_ASSERT_EQ(test, 0, start_urb(test, &playing, 100));
	KUNIT_EXPECT_EQ(test, -EBUSY, add(fixture));
	KUNIT_EXPECT_EQ(test, 0, finish_urb(&playing));
	KUNIT_EXPECT_EQ(test, 0, add(fixture));
}

static void expect_new_ring(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;
	struct xhci_segment *seg = fixture->virt_ep->ring->first_seg;
	struct scatterlist *sg;
	struct sg_table *sgt;
	unsigned int i;

	sgt = xhci_sideband_get_endpoint_buffer(fixture->sb, fixture->ep);
	KUNIT_ASSERT_NOT_NULL(test, sgt);
	KUNIT_EXPECT_EQ(test, fixture->virt_ep->ring->num_segs, sgt->orig_nents);
	for_each_sgtable_sg(sgt, sg, i) {
		KUNIT_EXPECT_EQ(test, seg->dma, sg_dma_address(sg));
		KUNIT_EXPECT_EQ(test, TRB_SEGMENT_SIZE, sg_dma_len(sg));
		KUNIT_EXPECT_EQ(test, offset_in_page(seg->trbs), sg->offset);
		KUNIT_EXPECT_NULL(test, memchr_inv(seg->trbs, 0,
						   sizeof(*seg->trbs) * (TRBS_PER_SEGMENT - 1)));
		seg = seg->next;
	}
	sg_free_table(sgt);
	kfree(sgt);
}

static void a_ring_is_lent_as_new_with_all_its_segments(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;

	KUNIT_EXPECT_NULL(test, xhci_sideband_get_endpoint_buffer(fixture->sb, fixture->ep));
	KUNIT_ASSERT_EQ(test, 0, add(fixture));
	expect_new_ring(test);
	KUNIT_ASSERT_EQ(test, 0, remove(fixture));
	KUNIT_EXPECT_NULL(test, xhci_sideband_get_endpoint_buffer(fixture->sb, fixture->ep));

	/* Also after it was used. */
	KUNIT_ASSERT_EQ(test, 0, play_urb(test));
	KUNIT_ASSERT_EQ(test, 0, add(fixture));
	expect_new_ring(test);
}

static void an_interrupter_is_lent_with_its_ring(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;
	struct xhci_interrupter *ir;
	struct sg_table *sgt;

	KUNIT_EXPECT_NULL(test, xhci_sideband_get_event_buffer(fixture->sb));
	KUNIT_EXPECT_EQ(test, -ENODEV, xhci_sideband_interrupter_id(fixture->sb));
	xhci_sideband_remove_interrupter(fixture->sb);	/* nothing to do */

	KUNIT_ASSERT_EQ(test, 0, create_interrupter(fixture, -1));
	KUNIT_EXPECT_EQ(test, -EBUSY, create_interrupter(fixture, -1));
	ir = fixture->sb->ir;
	KUNIT_EXPECT_GT(test, xhci_sideband_interrupter_id(fixture->sb), 0);
	KUNIT_EXPECT_PTR_EQ(test, ir, fixture->xhci->interrupters[ir->intr_num]);
	KUNIT_EXPECT_EQ(test, 0, readl(&ir->ir_set->irq_pending) & IMAN_IE);

	sgt = xhci_sideband_get_event_buffer(fixture->sb);
	KUNIT_ASSERT_NOT_NULL(test, sgt);
	KUNIT_EXPECT_EQ(test, 1, sgt->orig_nents);
	KUNIT_EXPECT_EQ(test, ir->event_ring->first_seg->dma, sg_dma_address(sgt->sgl));
	sg_free_table(sgt);
	kfree(sgt);

	xhci_sideband_remove_interrupter(fixture->sb);
	KUNIT_EXPECT_EQ(test, -ENODEV, xhci_sideband_interrupter_id(fixture->sb));
	KUNIT_EXPECT_NULL(test, xhci_sideband_get_event_buffer(fixture->sb));
}

static void an_interrupter_can_be_had_by_its_number(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;
	struct usb_hcd *hcd = xhci_to_hcd(fixture->xhci);
	int last = fixture->xhci->max_interrupters - 1;
	struct xhci_interrupter *other;
	int taken;

	KUNIT_EXPECT_EQ(test, -EINVAL, create_interrupter(fixture, 0));
	KUNIT_EXPECT_EQ(test, -EINVAL, create_interrupter(fixture, last + 1));
	KUNIT_EXPECT_EQ(test, -EINVAL, xhci_sideband_create_interrupter(fixture->sb, -1, true, 0,
									last));
	KUNIT_EXPECT_EQ(test, -EINVAL, xhci_sideband_create_interrupter(fixture->sb, 1, true,
									16384000, last));
	KUNIT_EXPECT_EQ(test, 0, create_interrupter(fixture, last));
	KUNIT_EXPECT_EQ(test, last, xhci_sideband_interrupter_id(fixture->sb));
	xhci_sideband_remove_interrupter(fixture->sb);

	other = xhci_create_secondary_interrupter(hcd, 1, 0);
	KUNIT_ASSERT_NOT_NULL(test, other);
	taken = other->intr_num;
	KUNIT_EXPECT_EQ(test, -EBUSY, create_interrupter(fixture, taken));
	KUNIT_EXPECT_EQ(test, -ENODEV, xhci_sideband_interrupter_id(fixture->sb));
	xhci_remove_secondary_interrupter(hcd, other);
	KUNIT_EXPECT_EQ(test, 0, create_interrupter(fixture, taken));
	KUNIT_EXPECT_EQ(test, taken, xhci_sideband_interrupter_id(fixture->sb));
}

static void no_interrupter_is_left(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;
	struct usb_hcd *hcd = xhci_to_hcd(fixture->xhci);
	struct xhci_interrupter **taken;
	unsigned int i, count;
	int number;

	taken = kunit_kcalloc(test, MAX_TAKEN, sizeof(*taken), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, taken);
	for (count = 0; count < MAX_TAKEN; count++) {
		taken[count] = xhci_create_secondary_interrupter(hcd, 1, 0);
		if (!taken[count])
			break;
	}
	KUNIT_EXPECT_EQ(test, -ENOSPC, create_interrupter(fixture, -1));
	KUNIT_EXPECT_EQ(test, -ENODEV, xhci_sideband_interrupter_id(fixture->sb));

	KUNIT_ASSERT_GT(test, count, 1);
	number = taken[count / 2]->intr_num;
	xhci_remove_secondary_interrupter(hcd, taken[count / 2]);
	KUNIT_EXPECT_EQ(test, 0, create_interrupter(fixture, -1));
	KUNIT_EXPECT_EQ(test, number, xhci_sideband_interrupter_id(fixture->sb));
	for (i = 0; i < count; i++) {
		if (i != count / 2)
			xhci_remove_secondary_interrupter(hcd, taken[i]);
	}
}

static void the_borrower_plays(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;

	KUNIT_ASSERT_EQ(test, 0, add(fixture));
	KUNIT_ASSERT_EQ(test, 0, create_interrupter(fixture, -1));
	write_trbs(fixture, 0, 20);
	ring_doorbell(fixture);
	KUNIT_EXPECT_TRUE(test, wait_for_done(fixture, 20));
	KUNIT_EXPECT_EQ(test, 20, count_done(fixture));
	KUNIT_EXPECT_EQ(test, 0, remove(fixture));
	KUNIT_EXPECT_EQ(test, 0, play_urb(test));
	/* What Linux plays is told to Linux. */
	KUNIT_EXPECT_EQ(test, 20, count_done(fixture));
}

static void a_stopped_endpoint_is_at_rest_until_its_doorbell_rings(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;
	unsigned int done;

	run_borrower(test);
	KUNIT_EXPECT_EQ(test, 0, xhci_sideband_stop_endpoint(fixture->sb, fixture->ep));
	KUNIT_EXPECT_EQ(test, EP_STATE_STOPPED, endpoint_state(fixture));
	done = count_done(fixture);
	KUNIT_EXPECT_LT(test, done, MANY_TRBS);
	msleep(30);
	KUNIT_EXPECT_EQ(test, done, count_done(fixture));

	ring_doorbell(fixture);
	KUNIT_EXPECT_TRUE(test, wait_for_done(fixture, done + 5));
}

static void an_endpoint_comes_back_in_the_midst_of_playing(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;
	unsigned int done;

	run_borrower(test);
	KUNIT_EXPECT_EQ(test, 0, remove(fixture));
	done = count_done(fixture);
	KUNIT_EXPECT_EQ(test, 0, play_urb(test));
	KUNIT_EXPECT_EQ(test, done, count_done(fixture));
	KUNIT_EXPECT_EQ(test, 0, add(fixture));
	expect_new_ring(test);
}

/* What still runs would write events into freed memory. */
static void an_interrupter_comes_back_after_its_endpoint_stops(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;

	run_borrower(test);
	xhci_sideband_remove_interrupter(fixture->sb);
	KUNIT_EXPECT_EQ(test, EP_STATE_STOPPED, endpoint_state(fixture));
	KUNIT_EXPECT_EQ(test, -ENODEV, xhci_sideband_interrupter_id(fixture->sb));
	/* It is lent still. */
	KUNIT_EXPECT_EQ(test, -EBUSY, play_urb(test));
	KUNIT_EXPECT_EQ(test, 0, remove(fixture));
	KUNIT_EXPECT_EQ(test, 0, play_urb(test));
}

static void slot_names_the_interrupter_while_an_endpoint_is_lent(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;

	KUNIT_EXPECT_EQ(test, 0, slot_target(fixture));
	KUNIT_ASSERT_EQ(test, 0, add(fixture));
	KUNIT_EXPECT_EQ(test, 0, slot_target(fixture));
	KUNIT_ASSERT_EQ(test, 0, create_interrupter(fixture, -1));
	KUNIT_EXPECT_EQ(test, xhci_sideband_interrupter_id(fixture->sb), slot_target(fixture));
	KUNIT_EXPECT_EQ(test, 0, remove(fixture));
	KUNIT_EXPECT_EQ(test, 0, slot_target(fixture));

	KUNIT_ASSERT_EQ(test, 0, add(fixture));
	KUNIT_EXPECT_EQ(test, xhci_sideband_interrupter_id(fixture->sb), slot_target(fixture));
	xhci_sideband_remove_interrupter(fixture->sb);
	KUNIT_EXPECT_EQ(test, 0, slot_target(fixture));
	KUNIT_ASSERT_EQ(test, 0, create_interrupter(fixture, -1));
	KUNIT_EXPECT_EQ(test, xhci_sideband_interrupter_id(fixture->sb), slot_target(fixture));
	unregister_sideband(fixture);
	KUNIT_EXPECT_EQ(test, 0, slot_target(fixture));
}

/* Linux would be interrupted by it, and in a system sleep woken. */
static void a_ring_that_runs_empty_is_reported_to_the_borrower(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;

	KUNIT_ASSERT_EQ(test, 0, add(fixture));
	KUNIT_ASSERT_EQ(test, 0, create_interrupter(fixture, -1));
	write_trbs(fixture, 0, 5);
	ring_doorbell(fixture);
	KUNIT_EXPECT_TRUE(test, wait_for_done(fixture, 5));
	KUNIT_EXPECT_TRUE(test, wait_for_events(fixture, COMP_RING_UNDERRUN, 1));
}

static void react_by_removing(struct live_fixture *fixture)
{
	xhci_sideband_stop_endpoint(fixture->sb, fixture->ep);
	remove(fixture);
	xhci_sideband_remove_interrupter(fixture->sb);
}

struct ring_end_case {
	const char *name;
	void (*reaction)(struct live_fixture *fixture);
};

static const struct ring_end_case ring_end_cases[] = {
	{ "the owner only hears of it", NULL },
	{ "the owner gives back what it has", react_by_removing },
	{ "the owner unregisters", unregister_sideband },
};

KUNIT_ARRAY_PARAM_DESC(ring_end, ring_end_cases, name);

static void the_end_of_a_ring_is_told(struct kunit *test)
{
	const struct ring_end_case *ring_end = test->param_value;
	struct live_fixture *fixture = test->priv;

	run_borrower(test);
	fixture->reaction = ring_end->reaction;
	KUNIT_EXPECT_EQ(test, 0, set_alternate(fixture, 0));
	KUNIT_EXPECT_EQ(test, 1, fixture->num_notes);
	KUNIT_EXPECT_EQ(test, XHCI_SIDEBAND_XFER_RING_FREE, fixture->notes[0].type);
	KUNIT_EXPECT_EQ(test, fixture->ep_index, fixture->notes[0].data);
	KUNIT_EXPECT_PTR_EQ(test, current, fixture->notes[0].task);

	if (fixture->sb) {
		KUNIT_EXPECT_EQ(test, -ENODEV, remove(fixture));
		KUNIT_EXPECT_NULL(test, xhci_sideband_get_endpoint_buffer(fixture->sb,
									  fixture->ep));
	} else {
		KUNIT_ASSERT_NOT_NULL(test, register_sideband(fixture));
	}
	KUNIT_EXPECT_EQ(test, -ENODEV, add(fixture));

	/* A new ring is Linux's, and can be lent. */
	KUNIT_ASSERT_EQ(test, 0, set_alternate(fixture, fixture->alt));
	KUNIT_EXPECT_EQ(test, 0, play_urb(test));
	KUNIT_EXPECT_EQ(test, 0, add(fixture));
	expect_new_ring(test);
	KUNIT_EXPECT_EQ(test, 1, fixture->num_notes);
}

static void the_end_of_a_ring_that_is_not_lent_is_not_told(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;

	KUNIT_ASSERT_EQ(test, 0, add(fixture));
	KUNIT_ASSERT_EQ(test, 0, remove(fixture));
	KUNIT_EXPECT_EQ(test, 0, set_alternate(fixture, 0));
	KUNIT_EXPECT_EQ(test, 0, fixture->num_notes);
}

static void lend_endpoint(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0, add(test->priv));
}

static void lend_interrupter(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0, create_interrupter(test->priv, -1));
}

static void lend_both(struct kunit *test)
{
	lend_endpoint(test);
	lend_interrupter(test);
}

static void run_and_stop(struct kunit *test)
{
	struct live_fixture *fixture = test->priv;

	run_borrower(test);
	KUNIT_EXPECT_EQ(test, 0, xhci_sideband_stop_endpoint(fixture->sb, fixture->ep));
}

static void run_and_end_ring(struct kunit *test)
{
	run_borrower(test);
	KUNIT_EXPECT_EQ(test, 0, set_alternate(test->priv, 0));
}

struct stage {
	const char *name;
	void (*reach)(struct kunit *test);
};

static const struct stage stages[] = {
	{ "nothing lent", NULL },
	{ "endpoint lent", lend_endpoint },
	{ "interrupter lent", lend_interrupter },
	{ "both lent", lend_both },
	{ "running", run_borrower },
	{ "stopped", run_and_stop },
	{ "ring gone", run_and_end_ring },
};

KUNIT_ARRAY_PARAM_DESC(stage, stages, name);

static void unregistering_takes_everything_back(struct kunit *test)
{
	const struct stage *stage = test->param_value;
	struct live_fixture *fixture = test->priv;
	unsigned int notes;
	int number;

	if (stage->reach)
		stage->reach(test);
	number = xhci_sideband_interrupter_id(fixture->sb);
	notes = fixture->num_notes;
	unregister_sideband(fixture);
	KUNIT_EXPECT_EQ(test, notes, fixture->num_notes);
	if (number > 0)
		KUNIT_EXPECT_NULL(test, fixture->xhci->interrupters[number]);

	/* A ring that has gone comes with an alternate setting. */
	if (!fixture->virt_ep->ring)
		KUNIT_EXPECT_EQ(test, 0, set_alternate(fixture, fixture->alt));
	KUNIT_EXPECT_EQ(test, 0, play_urb(test));
	KUNIT_ASSERT_NOT_NULL(test, register_sideband(fixture));
	run_borrower(test);
}

static void nothing_is_unregistered(struct kunit *test)
{
	xhci_sideband_unregister(NULL);
	xhci_sideband_remove_interrupter(NULL);
	KUNIT_EXPECT_EQ(test, -ENODEV, xhci_sideband_interrupter_id(NULL));
}

static struct kunit_case live_test_cases[] = {
	KUNIT_CASE(a_device_has_one_sideband),
	KUNIT_CASE(a_root_hub_has_no_sideband),
	KUNIT_CASE(an_endpoint_is_lent_once),
	KUNIT_CASE(what_cannot_be_lent_is_refused),
	KUNIT_CASE(a_lent_endpoint_refuses_urbs),
	KUNIT_CASE(an_endpoint_with_urbs_is_not_lent),
	KUNIT_CASE(a_ring_is_lent_as_new_with_all_its_segments),
	KUNIT_CASE(an_interrupter_is_lent_with_its_ring),
	KUNIT_CASE(an_interrupter_can_be_had_by_its_number),
	KUNIT_CASE(no_interrupter_is_left),
	KUNIT_CASE(the_borrower_plays),
	KUNIT_CASE(a_stopped_endpoint_is_at_rest_until_its_doorbell_rings),
	KUNIT_CASE(an_endpoint_comes_back_in_the_midst_of_playing),
	KUNIT_CASE(an_interrupter_comes_back_after_its_endpoint_stops),
	KUNIT_CASE(slot_names_the_interrupter_while_an_endpoint_is_lent),
	KUNIT_CASE(a_ring_that_runs_empty_is_reported_to_the_borrower),
	KUNIT_CASE_PARAM(the_end_of_a_ring_is_told, ring_end_gen_params),
	KUNIT_CASE(the_end_of_a_ring_that_is_not_lent_is_not_told),
	KUNIT_CASE_PARAM(unregistering_takes_everything_back, stage_gen_params),
	KUNIT_CASE(nothing_is_unregistered),
	{}
};

static struct kunit_suite live_test_suite = {
	.name = "xhci-sideband-live",
	.init = live_test_init,
	.exit = live_test_exit,
	.test_cases = live_test_cases,
};

kunit_test_suite(live_test_suite);

MODULE_DESCRIPTION("KUnit tests of the xHCI sideband on a controller");
MODULE_LICENSE("GPL");
