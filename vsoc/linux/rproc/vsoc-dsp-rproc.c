// SPDX-License-Identifier: GPL-2.0-only
/*
 * The virtual SoC's DSP as a remote processor.
 *
 * Start:
 *   1. the ELF's segments go to the image carveout (their p_paddr), with the resource table;
 *   2. the register page is filled in: interrupts, regions, where the resource table is;
 *   3. PSCI CPU_ON; the firmware maps itself and says VSOC_DSP_STATE_RUNNING;
 *   4. remoteproc adds the virtio device, rpmsg the channels that the firmware announces.
 *
 * Stop: VSOC_DSP_COMMAND_STOP and a doorbell ask the firmware to end its streams and power its core
 * down. If the firmware does not, the reset line, an FIQ, stops it. Both waits are bounded, and
 * both succeed only when the power controller says that the core is off. The core is switched off
 * first of all: the drivers of the DSP's channels free the memory that they have mapped for it when
 * their channels go.
 *
 * Crash: the firmware leaves a record, powers its core down and rings; if it hangs, its own
 * watchdog makes it do so. The record goes to the log, the carveouts to a devcoredump if user space
 * wants one, and remoteproc starts the firmware again: at once, or after a while if it crashes
 * often. If the firmware crashes, or ends without a record, while it is being restarted, that is
 * reported like any other crash, and it is started again. If it does so in its first start, that
 * start has failed.
 *
 * Contexts: remoteproc calls the operations under rproc->lock. The doorbell's threaded handler
 * takes no lock: it is enabled only from after the virtio device's start until before its stop (see
 * run_subdev), so that no ring goes while the handler looks at it. A virtqueue may go when the
 * virtio driver is unbound: rproc_vq_interrupt() holds the one that it has found. The handler is
 * busy for as long as the DSP sends, so a stop waits for it only when the core is off.
 */
#include <linux/cleanup.h>
#include <linux/delay.h>
#include <linux/elf.h>
#include <linux/idr.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/iopoll.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/of_reserved_mem.h>
#include <linux/platform_device.h>
#include <linux/pm_wakeirq.h>
#include <linux/remoteproc.h>

#include "../../../remoteproc/remoteproc_internal.h"
#include "vsoc-dsp-crash.h"
#include "vsoc-dsp-image.h"
#include "vsoc-dsp-regions.h"
#include "../soc/vsoc-hw.h"
#include "test/vsoc-dsp-fault.h"

#define START_TIMEOUT_MS	1000	/* CPU_ON to VSOC_DSP_STATE_RUNNING */
#define STOP_TIMEOUT_MS		500	/* the firmware ends its streams in this time */
#define RESET_TIMEOUT_MS	100	/* reset line to core off */
#define STATE_POLL_US		50
#define SHUTDOWN_RETRY_MS	100

/* After more crashes than this in this time, the next start waits. */
#define CRASH_LOOP_COUNT	5
#define CRASH_LOOP_MS		10000
#define CRASH_LOOP_DELAY_MS	2000

static bool auto_boot = true;
module_param(auto_boot, bool, 0444);
MODULE_PARM_DESC(auto_boot, "Start the DSP as soon as its firmware can be read (default: yes)");

/**
 * struct vsoc_dsp - the remote processor
 * @dev: its platform device
 * @rproc: remoteproc's half
 * @hw: the core
 * @doorbell_irq: the DSP's doorbell to the AP
 * @run_subdev: the last to start and the first to stop: enables @doorbell_irq while there is a
 *	virtio device, and powers the core down before anything that it uses goes
 * @regions: for the register page; fixed after probe
 * @qrtr_node: the DSP's QRTR node id; fixed after probe
 * @image: the image that was loaded last; under rproc->lock
 * @image_mem: the carveout it was loaded to; under rproc->lock
 * @is_stopping: the doorbell is not to be listened to any more; written by run_subdev, read by the
 *	doorbell's handler
 * @crash_is_logged: this run's crash record has been seen; written by start before @doorbell_irq is
 *	enabled, then by the first of the doorbell's handler and stop
 * @crash_is_reported: this run's crash has been reported; written by start before @doorbell_irq is
 *	enabled, and by the doorbell's handler
 * @is_recovering: the next start is for a crash; under rproc->lock
 * @is_removed: nobody may boot it any more; under rproc->lock
 * @lost_work: tells of a crash that remoteproc will not recover from; runs no longer than
 *	@doorbell_irq is enabled
 * @crash_window: jiffies of the first of @crash_count crashes; as @crash_is_reported
 * @crash_count: crashes in CRASH_LOOP_MS; as @crash_is_reported
 */
struct vsoc_dsp {
	struct device *dev;
	struct rproc *rproc;
	struct vsoc_hw *hw;
	int doorbell_irq;
	struct rproc_subdev run_subdev;
	struct vsoc_dsp_regions regions;
	u32 qrtr_node;
	struct vsoc_dsp_image image;
	struct rproc_mem_entry *image_mem;
	bool is_stopping;
	bool crash_is_logged;
	bool crash_is_reported;
	bool is_recovering;
	bool is_removed;
	struct work_struct lost_work;
	unsigned long crash_window;
	unsigned int crash_count;
};

static u32 dsp_state(struct vsoc_dsp *dsp)
{
	return le32_to_cpu(READ_ONCE(dsp->hw->regs->state));
}

/* Returns the kind of the crash; the DSP has written the record before it set its state. */
static u32 log_crash(struct vsoc_dsp *dsp)
{
	struct vsoc_dsp_crash crash;

	rmb();	/* pairs with the firmware's barrier between the record and its state */
	memcpy(&crash, &dsp->hw->regs->crash, sizeof(crash));
	if (!xchg(&dsp->crash_is_logged, true))
		vsoc_dsp_crash_log(dsp->dev, &crash);

	return le32_to_cpu(crash.kind);
}

/* Carveouts. Device addresses are physical addresses. */

static int carveout_map(struct rproc *rproc, struct rproc_mem_entry *mem)
{
	/*
	 * Write-combining: the DSP starts with its caches off and maps the rings non-cacheable, so
	 * neither side may leave anything in a cache.
	 */
	mem->va = memremap(mem->dma, mem->len, MEMREMAP_WC);
	return mem->va ? 0 : -ENOMEM;
}

static int carveout_unmap(struct rproc *rproc, struct rproc_mem_entry *mem)
{
	memunmap(mem->va);
	return 0;
}

static struct reserved_mem *find_region(struct device *dev, const char *name, int *index)
{
	*index = of_property_match_string(dev->of_node, "memory-region-names", name);
	if (*index < 0)
		return NULL;

	struct device_node *np __free(device_node) =
		of_parse_phandle(dev->of_node, "memory-region", *index);

	return np ? of_reserved_mem_lookup(np) : NULL;
}

static const struct {
	const char *name;
	enum vsoc_dsp_region_kind kind;
} carveouts[] = {
	{ "image",		VSOC_DSP_REGION_CODE },
	{ "vdev0vring0",	VSOC_DSP_REGION_VRING },
	{ "vdev0vring1",	VSOC_DSP_REGION_VRING },
	{ "vdev0buffer",	VSOC_DSP_REGION_VRING },
	{ "regs",		VSOC_DSP_REGION_REGS },
};

static struct rproc_mem_entry *create_carveout(struct vsoc_dsp *dsp, int i)
{
	struct reserved_mem *rmem;
	int index;

	rmem = find_region(dsp->dev, carveouts[i].name, &index);
	if (!rmem)
		return NULL;

	switch (carveouts[i].kind) {
	case VSOC_DSP_REGION_REGS:
		/* mapped already; listed for the core dump, which shows the crash record */
		return rproc_mem_entry_init(dsp->dev, dsp->hw->regs, rmem->base, rmem->size,
					    rmem->base, NULL, NULL, carveouts[i].name);
	case VSOC_DSP_REGION_VRING:
		if (!strcmp(carveouts[i].name, "vdev0buffer"))
			return rproc_of_resm_mem_entry_init(dsp->dev, index, rmem->size,
							    rmem->base, carveouts[i].name);
		fallthrough;
	default:
		return rproc_mem_entry_init(dsp->dev, NULL, rmem->base, rmem->size, rmem->base,
					    carveout_map, carveout_unmap, carveouts[i].name);
	}
}

static int vsoc_dsp_prepare(struct rproc *rproc)
{
	struct vsoc_dsp *dsp = rproc->priv;
	struct rproc_mem_entry *mem;

	lockdep_assert_held(&rproc->lock);
	if (dsp->is_removed)
		return -ENODEV;
	/* not called in a recovery: a crashed DSP that has been stopped starts again */
	dsp->is_recovering = false;
	/* a core that could not be stopped still runs the image that would be overwritten */
	if (!vsoc_hw_core_is_off(dsp->hw)) {
		dev_err(dsp->dev, "cannot start the core: it is still on\n");
		return -EBUSY;
	}

	for (int i = 0; i < ARRAY_SIZE(carveouts); i++) {
		mem = create_carveout(dsp, i);
		if (!mem) {
			rproc_resource_cleanup(rproc);
			return -ENOMEM;
		}
		rproc_add_carveout(rproc, mem);
		if (carveouts[i].kind == VSOC_DSP_REGION_CODE)
			dsp->image_mem = mem;
	}

	return 0;
}

/* Frees memory of a start that failed early; remoteproc's core frees that of a complete one. */
static int vsoc_dsp_unprepare(struct rproc *rproc)
{
	struct vsoc_dsp *dsp = rproc->priv;

	dsp->image_mem = NULL;
	rproc_resource_cleanup(rproc);
	return 0;
}

/* The firmware file. */

static int vsoc_dsp_sanity_check(struct rproc *rproc, const struct firmware *fw)
{
	struct vsoc_dsp_image image;
	int ret;

	ret = rproc_elf_sanity_check(rproc, fw);
	if (ret)
		return ret;

	ret = vsoc_dsp_image_parse(fw, &image);
	if (ret)
		dev_err(&rproc->dev, "%s: not a usable AArch64 executable: %pe\n",
			rproc->firmware, ERR_PTR(ret));
	return ret;
}

static int vsoc_dsp_parse_fw(struct rproc *rproc, const struct firmware *fw)
{
	struct vsoc_dsp *dsp = rproc->priv;
	const struct rproc_mem_entry *mem;
	int i, ret;

	ret = vsoc_dsp_image_parse(fw, &dsp->image);
	if (ret)
		return ret;

	for (i = 0; i < dsp->image.segment_count; i++) {
		ret = rproc_coredump_add_segment(rproc, dsp->image.segments[i].pa,
						 dsp->image.segments[i].bytes);
		if (ret)
			return ret;
	}
	list_for_each_entry(mem, &rproc->carveouts, node) {
		/* the image is there by segment; message buffers are mapped by their device only */
		if (mem == dsp->image_mem || mem->of_resm_idx != -1)
			continue;
		ret = rproc_coredump_add_segment(rproc, mem->da, mem->len);
		if (ret)
			return ret;
	}

	/* last, because nobody frees its copy if parsing fails after it */
	ret = rproc_elf_load_rsc_table(rproc, fw);
	if (ret)
		dev_err(&rproc->dev, "%s has no usable resource table\n", rproc->firmware);
	return ret;
}

static int vsoc_dsp_load(struct rproc *rproc, const struct firmware *fw)
{
	struct vsoc_dsp *dsp = rproc->priv;
	int ret;

	/* at a recovery, the file may be another one than at the first start */
	ret = vsoc_dsp_image_parse(fw, &dsp->image);
	if (ret)
		return ret;

	/*
	 * Subdevices stop in reverse order. The run has to end before the virtio device goes, so
	 * it comes after it, and only by now is the virtio device in the list.
	 */
	rproc_remove_subdev(rproc, &dsp->run_subdev);
	rproc_add_subdev(rproc, &dsp->run_subdev);

	return rproc_elf_load_segments(rproc, fw);
}

/* The ELF's symbols and sections have linked addresses; the core's lookup knows physical ones. */
static void *vsoc_dsp_da_to_va(struct rproc *rproc, u64 da, size_t len, bool *is_iomem)
{
	struct vsoc_dsp *dsp = rproc->priv;
	struct rproc_mem_entry *mem = dsp->image_mem;
	u64 pa;

	if (!mem || !mem->va || vsoc_dsp_image_va_to_pa(&dsp->image, da, len, &pa) ||
	    pa < mem->dma || len > mem->len || pa - mem->dma > mem->len - len)
		return NULL;

	if (is_iomem)
		*is_iomem = false;
	return mem->va + (pa - mem->dma);
}

/* Power. */

static int table_pa(struct vsoc_dsp *dsp, u64 *pa)
{
	const struct rproc_mem_entry *mem = dsp->image_mem;
	void *table = dsp->rproc->table_ptr;

	if (table < mem->va || table >= mem->va + mem->len)
		return -EINVAL;

	*pa = mem->dma + (table - mem->va);
	return 0;
}

/* All but regs->mmu, which is the MMU driver's and outlives a run of the firmware. */
static int write_regs(struct vsoc_dsp *dsp)
{
	struct vsoc_dsp_regs *regs = dsp->hw->regs;
	u64 pa;
	int ret;

	ret = table_pa(dsp, &pa);
	if (ret) {
		dev_err(dsp->dev, "the resource table is not in the firmware's image\n");
		return ret;
	}

	regs->magic = cpu_to_le32(VSOC_DSP_REGS_MAGIC);
	regs->version = cpu_to_le32(VSOC_DSP_REGS_VERSION);
	regs->doorbell_to_dsp_intid = cpu_to_le32(dsp->hw->intid[VSOC_DOORBELL_TO_DSP]);
	regs->doorbell_to_ap_intid =
		cpu_to_le32(irqd_to_hwirq(irq_get_irq_data(dsp->doorbell_irq)));
	regs->reset_intid = cpu_to_le32(dsp->hw->intid[VSOC_DOORBELL_RESET]);
	regs->qrtr_node = cpu_to_le32(dsp->qrtr_node);
	regs->resource_table_pa = cpu_to_le64(pa);
	memcpy(regs->regions, dsp->regions.region, sizeof(regs->regions));
	regs->command = cpu_to_le32(VSOC_DSP_COMMAND_RUN);
	regs->test_flags = cpu_to_le32(vsoc_dsp_fault_flags());
	regs->state = cpu_to_le32(VSOC_DSP_STATE_OFF);
	regs->heartbeat = 0;
	memset(&regs->crash, 0, sizeof(regs->crash));
	return 0;
}

/* The last resort. Returns 0 once the core is off. */
static int pull_reset(struct vsoc_dsp *dsp)
{
	int ret;

	if (vsoc_hw_core_is_off(dsp->hw))
		return 0;

	ret = vsoc_hw_ring(dsp->hw, VSOC_DOORBELL_RESET);
	if (!ret)
		ret = vsoc_hw_wait_core_off(dsp->hw, RESET_TIMEOUT_MS);
	if (ret) {
		dev_err(dsp->dev, "the core does not answer its reset line: %pe\n", ERR_PTR(ret));
		return ret;
	}

	if (dsp_state(dsp) == VSOC_DSP_STATE_CRASHED)
		log_crash(dsp);
	return 0;
}

static int wait_running(struct vsoc_dsp *dsp)
{
	u32 state;
	int ret;

	ret = read_poll_timeout(dsp_state, state,
				state == VSOC_DSP_STATE_RUNNING || state == VSOC_DSP_STATE_CRASHED,
				STATE_POLL_US, START_TIMEOUT_MS * USEC_PER_MSEC, false, dsp);
	if (ret) {
		dev_err(dsp->dev, "firmware not running after %d ms, state %u\n",
			START_TIMEOUT_MS, state);
		return ret;
	}
	if (state == VSOC_DSP_STATE_CRASHED) {
		log_crash(dsp);
		return -EIO;
	}
	return 0;
}

static int vsoc_dsp_start(struct rproc *rproc)
{
	struct vsoc_dsp *dsp = rproc->priv;
	int ret;

	/* a firmware that crashes as soon as it runs would take the AP's time and fill its log */
	if (dsp->crash_count > CRASH_LOOP_COUNT &&
	    time_before(jiffies, dsp->crash_window + msecs_to_jiffies(CRASH_LOOP_MS))) {
		dev_warn(dsp->dev, "%u crashes in a short time, the next start is in %d ms\n",
			 dsp->crash_count, CRASH_LOOP_DELAY_MS);
		msleep(CRASH_LOOP_DELAY_MS);
	}

	ret = write_regs(dsp);
	if (ret)
		return ret;

	dsp->crash_is_logged = false;
	dsp->crash_is_reported = false;
	ret = vsoc_hw_core_on(dsp->hw, dsp->image.entry_pa);
	if (ret) {
		dev_err(dsp->dev, "cannot power the core up: %pe\n", ERR_PTR(ret));
		return ret;
	}

	ret = wait_running(dsp);
	if (!ret)
		return 0;
	/* remoteproc tries a recovery once: run_subdev_start() reports this, and it tries again */
	if (!pull_reset(dsp) && dsp->is_recovering)
		return 0;
	return ret;
}

/* Does nothing if the core is off already. */
static int power_off(struct vsoc_dsp *dsp, bool is_crashed)
{
	int ret;

	if (vsoc_hw_core_is_off(dsp->hw))
		return 0;

	/* a crashed firmware powers its core down by itself, a hung one reads no command */
	if (is_crashed)
		return pull_reset(dsp);

	WRITE_ONCE(dsp->hw->regs->command, cpu_to_le32(VSOC_DSP_COMMAND_STOP));
	ret = vsoc_hw_ring(dsp->hw, VSOC_DOORBELL_TO_DSP);
	if (!ret)
		ret = vsoc_hw_wait_core_off(dsp->hw, STOP_TIMEOUT_MS);
	if (ret) {
		dev_warn(dsp->dev, "firmware does not stop, pulling the reset line\n");
		return pull_reset(dsp);
	}

	if (dsp_state(dsp) == VSOC_DSP_STATE_CRASHED)
		log_crash(dsp);
	return 0;
}

/* Most often run_subdev_stop() has done it, but not after a start that failed half-way. */
static int vsoc_dsp_stop(struct rproc *rproc)
{
	return power_off(rproc->priv, rproc->state == RPROC_CRASHED);
}

static void vsoc_dsp_kick(struct rproc *rproc, int vqid)
{
	struct vsoc_dsp *dsp = rproc->priv;
	int ret;

	/* there is one doorbell for all virtqueues: the firmware looks at each of them */
	ret = vsoc_hw_ring(dsp->hw, VSOC_DOORBELL_TO_DSP);
	if (ret)
		dev_err_ratelimited(dsp->dev, "cannot ring the doorbell: %pe\n", ERR_PTR(ret));
}

static const struct rproc_ops vsoc_dsp_ops = {
	.prepare		= vsoc_dsp_prepare,
	.unprepare		= vsoc_dsp_unprepare,
	.sanity_check		= vsoc_dsp_sanity_check,
	.parse_fw		= vsoc_dsp_parse_fw,
	.load			= vsoc_dsp_load,
	.find_loaded_rsc_table	= rproc_elf_find_loaded_rsc_table,
	.da_to_va		= vsoc_dsp_da_to_va,
	.start			= vsoc_dsp_start,
	.stop			= vsoc_dsp_stop,
	.kick			= vsoc_dsp_kick,
};

/* The DSP's doorbell. */

static int notify_virtqueue(int id, void *rvring, void *data)
{
	rproc_vq_interrupt(data, id);
	return 0;
}

static void count_crash(struct vsoc_dsp *dsp)
{
	if (!dsp->crash_count ||
	    time_after(jiffies, dsp->crash_window + msecs_to_jiffies(CRASH_LOOP_MS))) {
		dsp->crash_window = jiffies;
		dsp->crash_count = 0;
	}
	dsp->crash_count++;
}

static enum rproc_crash_type crash_type(u32 kind)
{
	switch (kind) {
	case VSOC_DSP_CRASH_FAULT:
		return RPROC_MMUFAULT;
	case VSOC_DSP_CRASH_HUNG:
		return RPROC_WATCHDOG;
	default:
		return RPROC_FATAL_ERROR;
	}
}

static void report_crash(struct vsoc_dsp *dsp)
{
	u32 kind = log_crash(dsp);

	if (dsp->crash_is_reported)
		return;
	dsp->crash_is_reported = true;
	count_crash(dsp);
	rproc_report_crash(dsp->rproc, crash_type(kind));
	/* as remoteproc's recovery, not in the middle of a system sleep */
	if (dsp->rproc->recovery_disabled)
		queue_work(system_freezable_wq, &dsp->lost_work);
}

/* Nobody will recover the DSP. */
static void lost_work(struct work_struct *work)
{
	struct vsoc_dsp *dsp = container_of(work, struct vsoc_dsp, lost_work);

	/* it follows the record at once; the listeners take away the memory that the core used */
	if (vsoc_hw_wait_core_off(dsp->hw, RESET_TIMEOUT_MS))
		dev_err(dsp->dev, "the core has crashed, but is not off\n");
	vsoc_hw_tell_lost(dsp->hw);
}

static irqreturn_t doorbell_thread(int irq, void *data)
{
	struct vsoc_dsp *dsp = data;
	u32 state = dsp_state(dsp);

	/*
	 * If the reset line has stopped a core that was to stop, that is no crash, and is_stopping
	 * has been set. Pairs with the barrier in run_subdev_stop().
	 */
	smp_rmb();
	if (READ_ONCE(dsp->is_stopping))
		return IRQ_HANDLED;

	if (state == VSOC_DSP_STATE_CRASHED)
		report_crash(dsp);
	else
		idr_for_each(&dsp->rproc->notifyids, notify_virtqueue, dsp->rproc);
	return IRQ_HANDLED;
}

static int run_subdev_start(struct rproc_subdev *subdev)
{
	struct vsoc_dsp *dsp = container_of(subdev, struct vsoc_dsp, run_subdev);

	dsp->is_recovering = false;
	WRITE_ONCE(dsp->is_stopping, false);
	/* a crash may come too early for the doorbell, and a core may go off without a record */
	if (dsp_state(dsp) != VSOC_DSP_STATE_RUNNING)
		report_crash(dsp);
	/* doorbells that rang since the core came up are pending, and are handled now */
	enable_irq(dsp->doorbell_irq);
	return 0;
}

/* Once for each start, even if the core's stop fails and remoteproc tries it again. */
static void run_subdev_stop(struct rproc_subdev *subdev, bool crashed)
{
	struct vsoc_dsp *dsp = container_of(subdev, struct vsoc_dsp, run_subdev);

	/* without waiting for the handler: a DSP that sends all the time keeps it busy */
	disable_irq_nosync(dsp->doorbell_irq);
	WRITE_ONCE(dsp->is_stopping, true);
	smp_mb();	/* pairs with doorbell_thread() */
	dsp->is_recovering = crashed;
	/* a failure is reported by vsoc_dsp_stop(), which tries again */
	power_off(dsp, crashed);
	/* the handler can now find only the messages that fit into the ring */
	synchronize_irq(dsp->doorbell_irq);
	cancel_work_sync(&dsp->lost_work);
	/* a core that went off without a record has crashed, too */
	if (crashed)
		log_crash(dsp);
}

/* Device. */

static int init_regions(struct vsoc_dsp *dsp)
{
	struct reserved_mem *rmem;
	int index, ret;

	for (int i = 0; i < ARRAY_SIZE(carveouts); i++) {
		rmem = find_region(dsp->dev, carveouts[i].name, &index);
		/* a device address has 32 bits in a resource table */
		if (!rmem || rmem->base + rmem->size > BIT_ULL(32))
			return dev_err_probe(dsp->dev, -EINVAL, "no usable memory region \"%s\"\n",
					     carveouts[i].name);
		ret = vsoc_dsp_regions_add(&dsp->regions, carveouts[i].kind, rmem->base,
					   rmem->size);
		if (ret)
			return ret;
	}

	ret = vsoc_dsp_regions_add_gic(&dsp->regions, dsp->dev, dsp->hw);
	return ret ? dev_err_probe(dsp->dev, ret, "no interrupt controller for the DSP\n") : 0;
}

static int init_doorbell(struct vsoc_dsp *dsp, struct platform_device *pdev)
{
	int ret;

	INIT_WORK(&dsp->lost_work, lost_work);
	dsp->run_subdev.start = run_subdev_start;
	dsp->run_subdev.stop = run_subdev_stop;

	dsp->doorbell_irq = platform_get_irq_byname(pdev, "to-ap");
	if (dsp->doorbell_irq < 0)
		return dsp->doorbell_irq;

	ret = devm_request_threaded_irq(dsp->dev, dsp->doorbell_irq, NULL, doorbell_thread,
					IRQF_ONESHOT | IRQF_NO_AUTOEN, "vsoc-dsp", dsp);
	if (ret)
		return dev_err_probe(dsp->dev, ret, "cannot request the doorbell's interrupt\n");

	/* off unless user space says so: then a message, or a crash, ends a system sleep */
	device_set_wakeup_capable(dsp->dev, true);
	ret = dev_pm_set_wake_irq(dsp->dev, dsp->doorbell_irq);
	return ret ? dev_err_probe(dsp->dev, ret, "cannot set the wake-up interrupt\n") : 0;
}

static int vsoc_dsp_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	const char *firmware = "lullaby-dsp.elf";
	struct vsoc_dsp *dsp;
	struct rproc *rproc;
	int ret;

	of_property_read_string(dev->of_node, "firmware-name", &firmware);
	rproc = devm_rproc_alloc(dev, "dsp", &vsoc_dsp_ops, firmware, sizeof(*dsp));
	if (!rproc)
		return -ENOMEM;

	dsp = rproc->priv;
	dsp->dev = dev;
	dsp->rproc = rproc;
	rproc->auto_boot = auto_boot;
	rproc_coredump_set_elf_info(rproc, ELFCLASS64, EM_AARCH64);

	ret = of_property_read_u32(dev->of_node, "lullaby,qrtr-node", &dsp->qrtr_node);
	if (ret)
		return dev_err_probe(dev, ret, "lullaby,qrtr-node\n");

	dsp->hw = devm_vsoc_hw_get(dev, dev->of_node);
	if (IS_ERR(dsp->hw))
		return PTR_ERR(dsp->hw);

	ret = init_regions(dsp);
	if (ret)
		return ret;
	ret = init_doorbell(dsp, pdev);
	if (ret)
		return ret;

	platform_set_drvdata(pdev, dsp);
	rproc_add_subdev(rproc, &dsp->run_subdev);
	ret = rproc_add(rproc);
	if (ret)
		dev_pm_clear_wake_irq(dev);
	return ret;
}

/*
 * Each boot counts: user space's, and the automatic one, which may come at the same time.
 * rproc_del() drops one, and a DSP that runs on when its rproc has been deleted has nobody left to
 * stop it.
 */
static void stop_for_good(struct vsoc_dsp *dsp)
{
	int ret;

	scoped_guard(mutex, &dsp->rproc->lock)
		dsp->is_removed = true;
	/* -EINVAL: it does not run */
	do {
		ret = rproc_shutdown(dsp->rproc);
		if (ret == -EINTR)
			msleep(SHUTDOWN_RETRY_MS);
	} while (!ret || ret == -EINTR);
}

static void vsoc_dsp_remove(struct platform_device *pdev)
{
	struct vsoc_dsp *dsp = platform_get_drvdata(pdev);

	stop_for_good(dsp);
	rproc_del(dsp->rproc);
	rproc_remove_subdev(dsp->rproc, &dsp->run_subdev);
	dev_pm_clear_wake_irq(dsp->dev);
}

/* After a kexec, the DSP would read and write memory of the new kernel. */
static void vsoc_dsp_shutdown(struct platform_device *pdev)
{
	struct vsoc_dsp *dsp = platform_get_drvdata(pdev);

	/* no crash starts it again */
	dsp->rproc->recovery_disabled = true;
	cancel_work_sync(&dsp->rproc->crash_handler);
	/* the thread that has the lock releases it; a signal is no reason not to wait for that */
	while (rproc_shutdown(dsp->rproc) == -EINTR)
		msleep(SHUTDOWN_RETRY_MS);
	/* another user of remoteproc's, or a stop that failed, may have left it on */
	pull_reset(dsp);
}

static const struct of_device_id vsoc_dsp_of_match[] = {
	{ .compatible = "lullaby,vsoc-dsp" },
	{}
};
MODULE_DEVICE_TABLE(of, vsoc_dsp_of_match);

static struct platform_driver vsoc_dsp_driver = {
	.probe		= vsoc_dsp_probe,
	.remove		= vsoc_dsp_remove,
	.shutdown	= vsoc_dsp_shutdown,
	.driver		= {
		.name		= "vsoc-dsp",
		.of_match_table	= vsoc_dsp_of_match,
	},
};
module_platform_driver(vsoc_dsp_driver);

MODULE_FIRMWARE("lullaby-dsp.elf");
MODULE_DESCRIPTION("Lullaby virtual SoC: the DSP as a remote processor");
MODULE_LICENSE("GPL");
