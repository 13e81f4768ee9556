/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared by the tests of the xHCI sideband on a controller: a USB audio device that nobody plays
 * to, its playback endpoint, a registered sideband; the ways in which Linux and the other processor
 * play.
 */
#ifndef __XHCI_SIDEBAND_LIVE_FIXTURE_H
#define __XHCI_SIDEBAND_LIVE_FIXTURE_H

#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/kprobes.h>
#include <linux/usb.h>

#include "xhci-sideband-priv.h"

#define MANY_TRBS	200	/* they last long enough to be stopped, and fit into a segment */
#define MAX_NOTES	4

/* The calls to an owner: the first two through its ops, the last one as in mainline. */
enum note_kind {
	NOTE_RING_ENDS,
	NOTE_DEVICE_ENDS,
	NOTE_XFER_RING_FREE,
};

struct note {
	enum note_kind kind;
	unsigned int data;
	struct task_struct *task;
	bool has_device_lock;
};

/**
 * struct live_fixture - a test's device and its offloaded endpoint and interrupter
 * @udev: referenced
 * @intf: its playback interface, resumed
 * @ep: isochronous OUT
 * @ep_index: of @ep, as the driver counts
 * @ifnum: number of @intf
 * @alt: alternate setting with @ep, chosen by live_init()
 * @xhci: the controller
 * @virt_ep: the driver's @ep
 * @sb: NULL while the test has none registered
 * @silence: a packet of it
 * @silence_dma: the same for the controller
 * @packet_bytes: of @silence, as many as @ep takes at once
 * @notes: the first that the owner was told
 * @num_notes: how often it was
 * @reaction: called then, or NULL
 * @is_gone: a test has taken the controller away, and @udev with it
 */
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
	bool is_gone;
};

extern struct kunit_suite live_owner_suite;
extern struct kunit_suite live_sleep_suite;
extern struct kunit_suite live_death_suite;

/* A KUnit suite's init (skips the test if there is no such device) and exit. */
int live_init(struct kunit *test);
void live_exit(struct kunit *test);

int live_set_alternate(struct live_fixture *fixture, int alt);
/* An owner that hears of every end, as live_init() registers one, and one as in mainline. */
struct xhci_sideband *live_register_sideband(struct live_fixture *fixture);
struct xhci_sideband *live_register_as_mainline(struct live_fixture *fixture,
						enum xhci_sideband_type type);
void live_unregister_sideband(struct live_fixture *fixture);
int live_add(struct live_fixture *fixture);
int live_remove(struct live_fixture *fixture);
int live_create_interrupter(struct live_fixture *fixture, int number);

/* URBs, as Linux plays. */

struct playing {
	struct urb *urb;
	struct completion done;
};

/* A URB of so many packets. Returns usb_submit_urb()'s result; after 0, call live_finish_urb(). */
int live_start_urb(struct kunit *test, struct playing *playing, unsigned int packets);
/* Returns the status of the URB. */
int live_finish_urb(struct playing *playing);
int live_play_urb(struct kunit *test);

/* The part of the other processor. */

void live_write_trbs(struct live_fixture *fixture, unsigned int first, unsigned int count);
void live_ring_doorbell(struct live_fixture *fixture);
/* Transfer events of one kind in the event ring, which is new at first, and does not come round. */
unsigned int live_count_events(struct live_fixture *fixture, unsigned int completion_code);
unsigned int live_count_done(struct live_fixture *fixture);
/* False if there are not so many after two seconds. */
bool live_wait_for_events(struct live_fixture *fixture, unsigned int completion_code,
			  unsigned int count);
bool live_wait_for_done(struct live_fixture *fixture, unsigned int count);
/* The interrupter that the device's slot names. */
int live_slot_target(struct live_fixture *fixture);
unsigned int live_endpoint_state(struct live_fixture *fixture);
/* Offloads the endpoint and an interrupter, and lets them run. */
void live_run_borrower(struct kunit *test);

/* Another thread. */

/**
 * struct live_thread - calls a function of a test in a thread of its own
 * @work: the function
 * @test: its argument
 * @result: its result; valid once @done is complete
 * @done: completed when it has returned
 */
struct live_thread {
	int (*work)(struct kunit *test);
	struct kunit *test;
	int result;
	struct completion done;
};

void live_start_thread(struct kunit *test, struct live_thread *thread,
		       int (*work)(struct kunit *test));
bool live_thread_ends(struct live_thread *thread, unsigned int timeout_ms);

/* Functions of the driver. */

/**
 * struct live_intercept - has the next call of a function go to another one
 * @probe: at the entry of the function
 * @replacement: where the call goes, in the caller's context
 * @is_armed: the call is still to come
 */
struct live_intercept {
	struct kprobe probe;
	unsigned long replacement;
	atomic_t is_armed;
};

/* Returns the function's address: the replacement may call it. Undone when the test ends. */
void *live_intercept(struct kunit *test, struct live_intercept *intercept, const char *function,
		     void *replacement);
void *live_find_function(struct kunit *test, const char *function);

#endif /* __XHCI_SIDEBAND_LIVE_FIXTURE_H */
