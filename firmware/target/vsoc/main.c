// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * The virtual SoC's DSP: init sequence and message loop.
 *
 * One loop does everything. IRQs are masked at the core and never taken as exceptions: a pending one still
 * ends WFI, and gic_take_events() acknowledges it at the top of the loop. So an interrupt between the last
 * look for work and WFI keeps WFI from sleeping, and there is no interrupt context to share anything with.
 * Only FIQ is open: the reset line and the watchdog must work even when the loop does not.
 */
#include <stddef.h>
#include <string.h>

#include "../../platform.h"
#include "arm64.h"
#include "crash.h"
#include "dsp.h"
#include "gic.h"
#include "log.h"
#include "mmu.h"
#include "timer.h"
#include "virtio.h"
#include "watchdog.h"

#define RPMSG_ADDRESS_QRTR	0x400
#define RPMSG_ADDRESS_AUDIO	0x401

/* Twice this is less than the sound card waits for a SETUP, which may take a disable and an enable. */
#define QMI_TIMEOUT_MS		900
#define HELLO_RETRY_MS		1000
#define RESUME_WAIT_MS		200	/* several times before a request times out */
#define QUIESCE_TIMEOUT_MS	50

static struct dsp dsp;

/* From the linker script */
extern void (*const dsp_hooks[])(struct dsp *dsp), (*const dsp_hooks_end[])(struct dsp *dsp);

static uint64_t ms_to_ticks(uint32_t ms)
{
	return (uint64_t)platform_ticks_per_second() * ms / 1000;
}

static uint64_t earlier(uint64_t one, uint64_t other)
{
	return one < other ? one : other;
}

static void on_qrtr_connected(void *context)
{
	log_printf("qrtr: the AP's end is at rpmsg address %u", dsp.qrtr_endpoint.remote_address);
	qrtr_link_up(context);
}

static void on_qrtr_packet(void *context, const uint8_t *packet, uint32_t bytes)
{
	qrtr_receive(context, packet, bytes);
}

static bool qrtr_transmit(void *transport, const uint8_t *packet, uint32_t bytes)
{
	return rpmsg_send(transport, &dsp.qrtr_endpoint, packet, bytes);
}

static void on_audio_message(void *context, const uint8_t *message, uint32_t bytes)
{
	control_receive(context, message, bytes);
}

/* The control channel's messages tell the story of the streams: log those that are no routine. */
static void log_control(const struct audio_control_header *header)
{
	if (header->type == AUDIO_CONTROL_STREAM_LOST)
		log_printf("control: stream lost");
	else if (header->status != AUDIO_STATUS_OK)
		log_printf("control: request %x refused, status %u, detail %x",
			   header->type & ~(uint32_t)AUDIO_CONTROL_REPLY, header->status, header->detail);
	else if (header->type != AUDIO_CONTROL_PERIOD_ELAPSED &&
		 header->type != (AUDIO_CONTROL_GET_STATS | AUDIO_CONTROL_REPLY))
		log_printf("control: request %x done", header->type & ~(uint32_t)AUDIO_CONTROL_REPLY);
}

static bool control_send(void *context, const void *message, uint32_t bytes)
{
	struct dsp *self = context;

	if (!rpmsg_send(&self->rpmsg, &self->audio_endpoint, message, bytes))
		return false;
	log_control(message);
	return true;
}

/* Addresses from the AP must lie in its own half of the address space, whether mapped or not. */
static void *control_memory(void *context, uint64_t iova, uint64_t bytes)
{
	uint64_t end = mmu_domain_bytes();

	(void)context;
	if (!iova || iova >= end || bytes > end - iova)
		return NULL;
	return (void *)(uintptr_t)iova;
}

static void control_stats(void *context, struct audio_stats *stats)
{
	const struct dsp *self = context;
	uint64_t now = platform_ticks();

	stats->busy_ticks = self->busy_ticks + (now - self->woken_ticks);
	stats->uptime_ticks = now - self->start_ticks;
	stats->wakeups = self->wakeups;
	stats->rpmsg_dropped = self->rpmsg.dropped + self->rpmsg.tx.bad_buffers +
			       self->rpmsg.rx.bad_buffers;
	stats->qmi_dropped = self->client.dropped;
	stats->qrtr_dropped = self->qrtr.dropped;
}

static void control_refuse_version(void *context, uint32_t ap_version)
{
	(void)context;
	log_printf("control: %s is old: the AP speaks version %u of the audio control channel, the firmware %u",
		   ap_version < AUDIO_CONTROL_VERSION ? "the AP's driver" : "the firmware", ap_version,
		   AUDIO_CONTROL_VERSION);
}

static bool receive(struct dsp *self)
{
	return rpmsg_poll(&self->rpmsg);
}

static uint64_t service(struct dsp *self)
{
	uint64_t deadline = control_service(&self->control, platform_ticks());

	return earlier(deadline, qrtr_service(&self->qrtr, platform_ticks()));
}

static void notify(struct dsp *self)
{
	if (rpmsg_needs_notify(&self->rpmsg))
		gic_ring_ap();
}

static void init_ops(void)
{
	dsp.ops = (struct dsp_ops){
		.qrtr_transmit = qrtr_transmit,
		.audio_receive = on_audio_message,
		.control = { .send = control_send, .memory = control_memory, .stats = control_stats,
			     .refuse_version = control_refuse_version },
		.client = control_client_ops,
		.receive = receive,
		.service = service,
		.notify = notify,
	};
	for (void (*const *hook)(struct dsp *dsp) = dsp_hooks; hook < dsp_hooks_end; hook++)
		(*hook)(&dsp);
}

static volatile uint8_t *find_region(enum vsoc_dsp_region_kind kind)
{
	for (uint32_t i = 0; i < VSOC_DSP_MAX_REGIONS; i++) {
		if (dsp.regs->regions[i].kind == kind)
			return pa_to_va(dsp.regs->regions[i].base_pa);
	}
	return NULL;
}

static void init_interrupts(void)
{
	struct gic_config config = {
		.distributor = find_region(VSOC_DSP_REGION_GICD),
		.redistributor = find_region(VSOC_DSP_REGION_GICR),
		.doorbell_intid = dsp.regs->doorbell_to_dsp_intid,
		.ap_intid = dsp.regs->doorbell_to_ap_intid,
		.reset_intid = dsp.regs->reset_intid,
	};

	if (!config.distributor || !config.redistributor)
		crash_panic("no interrupt controller among the regions");
	if (!gic_init(&config))
		crash_panic("interrupt controller: bad numbers, or it does not wake");
}

static void init_memory(void)
{
	if (!mmu_is_complete())
		crash_panic("regions are unaligned or too many to map");
	if (!virtio_table_is_at(dsp.regs->resource_table_pa))
		crash_panic("the AP uses another resource table");
	for (uint32_t i = 0; i < VSOC_DSP_MAX_REGIONS; i++) {
		if (dsp.regs->regions[i].kind != VSOC_DSP_REGION_VRING)
			continue;
		dsp.windows[dsp.window_count++] = (struct shm_window){
			.base = pa_to_va(dsp.regs->regions[i].base_pa),
			.address = dsp.regs->regions[i].base_pa,
			.bytes = dsp.regs->regions[i].size_bytes,
		};
	}
}

static void init_ipc(void)
{
	dsp.qrtr = (struct qrtr){
		.node = dsp.regs->qrtr_node,
		.transmit = dsp.ops.qrtr_transmit,
		.transport = &dsp.rpmsg,
		.hello_retry_ticks = ms_to_ticks(HELLO_RETRY_MS),
		.resume_wait_ticks = ms_to_ticks(RESUME_WAIT_MS),
	};
	dsp.qrtr_endpoint = (struct rpmsg_endpoint){
		.name = "IPCRTR",
		.address = RPMSG_ADDRESS_QRTR,
		.connected = on_qrtr_connected,
		.receive = on_qrtr_packet,
		.context = &dsp.qrtr,
	};
	dsp.audio_endpoint = (struct rpmsg_endpoint){
		.name = AUDIO_CONTROL_CHANNEL,
		.address = RPMSG_ADDRESS_AUDIO,
		.receive = dsp.ops.audio_receive,
		.context = &dsp.control,
	};
	/* QRTR first: the sound card may want the USB service as soon as it has its channel. */
	if (!rpmsg_add_endpoint(&dsp.rpmsg, &dsp.qrtr_endpoint) ||
	    !rpmsg_add_endpoint(&dsp.rpmsg, &dsp.audio_endpoint) ||
	    !usb_stream_client_init(&dsp.client, &dsp.qrtr, &dsp.ops.client, &dsp.control,
				    ms_to_ticks(QMI_TIMEOUT_MS), (uint16_t)platform_ticks()))
		crash_panic("more endpoints or clients than there is room for");
	control_init(&dsp.control, &dsp.ops.control, &dsp, &dsp.client);
}

/* Follows the AP's virtio driver as it comes and goes. */
static void follow_driver(void)
{
	bool is_ready = virtio_driver_is_ready();
	struct rpmsg_vring tx, rx;

	/* Nobody rings when it goes: a core that sleeps over that finds it back already. */
	if (dsp.rpmsg.is_up && (!is_ready || rpmsg_is_reset(&dsp.rpmsg))) {
		log_printf("rpmsg: the AP's driver has gone");
		rpmsg_stop(&dsp.rpmsg);
		qrtr_link_down(&dsp.qrtr);
	}
	if (is_ready == dsp.rpmsg.is_up) {
		/* Nothing gets through any more, so nobody could tell us to start anew. */
		if (dsp.rpmsg.is_up && (dsp.rpmsg.tx.is_broken || dsp.rpmsg.rx.is_broken))
			crash_panic("the AP broke a vring");
		return;
	}
	virtio_get_vring(0, &tx);
	virtio_get_vring(1, &rx);
	if (!rpmsg_start(&dsp.rpmsg, dsp.windows, dsp.window_count, &tx, &rx))
		crash_panic("a vring is unusable");
	log_printf("rpmsg: up, rings at %lx and %lx", (unsigned long)tx.address,
		   (unsigned long)rx.address);
}

/*
 * One iteration: returns when the next is due. 0: at once.
 *
 * Nothing that could be said or done is left when the core sleeps, as each step only makes work for those after it:
 * - follow_driver() and rpmsg_poll() hand over the AP's actions and messages;
 * - control_service() acts on that and on time-outs, asks the USB service and tells the sound card, see there;
 * - qrtr_service() sends the node's own pending messages, and calls nobody back; if it makes room, another iteration
 *   follows at once;
 * - the AP is rung for all of it.
 *
 * Messages that could not be sent wait for the AP, which rings: for room in its ring (rpmsg.c asks for that ring when
 * there is none), for RESUME_TX (which also has a deadline, as it may be lost), or for the other end to be there. A
 * message that comes after rpmsg_poll() has rung, and WFI does not sleep. All else has a deadline.
 */
static uint64_t iterate(void)
{
	uint64_t deadline;
	bool has_more;

	watchdog_pet();
	gic_take_events();
	mmu_sync_domain(&dsp.regs->mmu);
	follow_driver();
	has_more = dsp.ops.receive(&dsp);
	deadline = dsp.ops.service(&dsp);
	dsp.ops.notify(&dsp);
	dsp.regs->heartbeat = dsp.regs->heartbeat + 1;
	return has_more ? 0 : deadline;
}

/*
 * A core that a busy host emulates may not run for long after its alarm. Then the watchdog has struck as well, and
 * is told from one that ends a sleep by itself: an interrupt is pending, so the core would have woken up.
 */
static void sleep_until(uint64_t deadline)
{
	mask_fiq();
	timer_set(deadline);
	watchdog_sleep(deadline);
	dsp.busy_ticks += platform_ticks() - dsp.woken_ticks;
	dsb(sy);
	wfi();
	if (read_sysreg(isr_el1) & ISR_EL1_I)
		watchdog_pet();
	unmask_fiq();
	dsp.woken_ticks = platform_ticks();
	dsp.wakeups++;
	timer_cancel();
	watchdog_pet();
}

/* Lets the streams come to rest. The AP takes no messages any more. */
static void quiesce(void)
{
	uint64_t limit = platform_ticks() + ms_to_ticks(QUIESCE_TIMEOUT_MS);

	control_quiesce(&dsp.control, platform_ticks());
	while (!control_is_quiet(&dsp.control) && platform_ticks() < limit) {
		uint64_t deadline;

		gic_take_events();
		deadline = control_service(&dsp.control, platform_ticks());
		if (!control_is_quiet(&dsp.control))
			sleep_until(earlier(deadline, limit));
	}
	log_printf("stop: %s", control_is_quiet(&dsp.control) ? "streams at rest" :
								"streams cut off");
}

_Noreturn void main(volatile struct vsoc_dsp_regs *regs)
{
	dsp.regs = regs;
	dsp.start_ticks = platform_ticks();
	dsp.woken_ticks = dsp.start_ticks;
	crash_init(regs);
	regs->crash.kind = VSOC_DSP_CRASH_NONE;
	regs->state = VSOC_DSP_STATE_BOOTING;
	timer_init();
	watchdog_init();
	init_interrupts();
	watchdog_pet();
	init_memory();
	mmu_sync_domain(&regs->mmu);
	init_ops();
	init_ipc();
	regs->state = VSOC_DSP_STATE_RUNNING;
	log_printf("lullaby DSP firmware, QRTR node %u, counter at %u Hz", regs->qrtr_node,
		   platform_ticks_per_second());

	while (regs->command != VSOC_DSP_COMMAND_STOP) {
		uint64_t deadline = iterate();

		if (deadline > platform_ticks() && regs->command != VSOC_DSP_COMMAND_STOP)
			sleep_until(deadline);
	}
	quiesce();
	timer_cancel();
	gic_shutdown();
	dsb(sy);
	regs->state = VSOC_DSP_STATE_OFF;
	core_off();
}
