// SPDX-License-Identifier: GPL-2.0-only
/*
 * The DSP's MMU as an IOMMU: stage 1 page tables that core 1 walks for the lower half of its
 * address space (TTBR0).
 *
 * Rules:
 *   1. Everything that may map into the DSP shares one address space, so it is one IOMMU group.
 *   2. Tables are loaded by the firmware, not by Linux: Linux writes the registers' values to the
 *	register page, with `generation` odd meanwhile, makes that even and rings; the firmware
 *	copies it to `generation_loaded` when it has loaded them.
 *   3. Invalidation needs no firmware. Both cores are in one Inner Shareable domain, so a broadcast
 *	TLBI and the DSB after it are complete only when the DSP has stopped using the old
 *	mappings.
 *   4. Invalidation is strict: unmap returns after rule 3, and the memory can be reused at once.
 *   5. The firmware tags nothing (ASID 0), and Linux invalidates for all ASIDs. That hits Linux's
 *	own entries for the same virtual addresses too, which costs a refill and nothing else.
 *   6. A table is freed only when the DSP has reported that it loaded another one, or is powered
 *      down. If neither happens in time, the table is leaked, with a message in the log.
 *
 * Locking overview: mmu->lock guards the MMU part of the register page, mmu->loaded,
 *   mmu->masters_translated, each master's is_translated, each domain's was_published and
 *   replaced_by. A mutex: loading waits for the DSP, at most LOAD_TIMEOUT_MS. Taken under the IOMMU
 *   core's group mutex. Page tables have no lock: io-pgtable's are safe against concurrent calls on
 *   disjoint ranges, and the IOVA allocator keeps ranges disjoint.
 */
#include <linux/atomic.h>
#include <linux/cleanup.h>
#include <linux/cpufeature.h>
#include <linux/debugfs.h>
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/io-pgtable.h>
#include <linux/iommu.h>
#include <linux/iopoll.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <asm/tlbflush.h>

#include "../soc/vsoc-hw.h"
#include "vsoc-mmu-regs.h"

/*
 * 4 GiB of address space, so that an IOVA fits wherever a DSP's ABI has room for 32 bits only.
 * The first 64 KiB stay empty: NULL, and NULL plus the offset of a field, fault.
 */
#define IOVA_BITS		32
#define IOVA_FIRST		SZ_64K

#define LOAD_TIMEOUT_MS		100
#define LOAD_POLL_US		20

/* Past this many pages, dropping the whole TLB is cheaper than going page by page. */
#define MAX_INVALIDATED_PAGES	PTRS_PER_PTE

/**
 * struct vsoc_mmu - the MMU
 * @dev: its platform device
 * @iommu: its handle in the IOMMU core
 * @hw: the DSP's hardware
 * @pa_bits: physical address size of the cores
 * @mapped_bytes: how much of the DSP's address space is mapped, all domains together; any context
 * @debugfs: directory; fixed
 * @lock: guards the fields after it and the MMU part of the register page
 * @loaded: domain whose tables the register page names, or NULL
 * @masters_translated: how many masters are attached to a paging domain
 */
struct vsoc_mmu {
	struct device *dev;
	struct iommu_device iommu;
	struct vsoc_hw *hw;
	unsigned int pa_bits;
	atomic_long_t mapped_bytes;
	struct dentry *debugfs;

	struct mutex lock; /* see the locking overview */
	struct vsoc_mmu_domain *loaded;
	unsigned int masters_translated;
};

/**
 * struct vsoc_mmu_domain - one set of page tables
 * @domain: its handle in the IOMMU core
 * @mmu: the MMU it is made for
 * @pgtable: io-pgtable's operations
 * @setup: register values that select it
 * @was_published: has been in the register page; under mmu->lock
 * @replaced_by: if so, the generation that took its place there; under mmu->lock
 */
struct vsoc_mmu_domain {
	struct iommu_domain domain;
	struct vsoc_mmu *mmu;
	struct io_pgtable_ops *pgtable;
	struct vsoc_mmu_setup setup;
	bool was_published;
	u32 replaced_by;
};

/**
 * struct vsoc_mmu_master - a device whose DMA addresses are the DSP's
 * @mmu: the MMU it is behind
 * @is_translated: attached to a paging domain; under mmu->lock
 */
struct vsoc_mmu_master {
	struct vsoc_mmu *mmu;
	bool is_translated;
};

static struct vsoc_mmu_domain *to_vsoc_mmu_domain(struct iommu_domain *domain)
{
	return container_of(domain, struct vsoc_mmu_domain, domain);
}

/* Invalidation: rules 3 to 5. */

static void invalidate_all(void)
{
	dsb(ishst);	/* the table's new content comes before the invalidation */
	__tlbi(vmalle1is);
	dsb(ish);	/* complete on every core: nothing uses an old entry any more */
	isb();
}

static void invalidate_range(unsigned long iova, size_t bytes)
{
	unsigned long end = iova + bytes;

	if (bytes > MAX_INVALIDATED_PAGES * PAGE_SIZE) {
		invalidate_all();
		return;
	}

	dsb(ishst);
	/* not the last-level form: this also drops entries of tables that are about to be freed */
	for (; iova < end; iova += PAGE_SIZE)
		__tlbi(vaae1is, __TLBI_VADDR(iova, 0));
	dsb(ish);
	isb();
}

static void vsoc_mmu_tlb_flush_all(void *cookie)
{
	invalidate_all();
}

static void vsoc_mmu_tlb_flush_walk(unsigned long iova, size_t size, size_t granule, void *cookie)
{
	invalidate_range(iova, size);
}

static void vsoc_mmu_tlb_add_page(struct iommu_iotlb_gather *gather, unsigned long iova,
				  size_t granule, void *cookie)
{
	struct vsoc_mmu_domain *domain = cookie;

	iommu_iotlb_gather_add_page(&domain->domain, gather, iova, granule);
}

static const struct iommu_flush_ops vsoc_mmu_flush_ops = {
	.tlb_flush_all	= vsoc_mmu_tlb_flush_all,
	.tlb_flush_walk	= vsoc_mmu_tlb_flush_walk,
	.tlb_add_page	= vsoc_mmu_tlb_add_page,
};

/* Loading: rules 2 and 6. */

/* Whether the DSP walks the tables of @generation, or later ones, or none at all. */
static bool has_loaded(struct vsoc_mmu *mmu, u32 generation)
{
	u32 loaded = le32_to_cpu(READ_ONCE(mmu->hw->regs->mmu.generation_loaded));

	return (s32)(loaded - generation) >= 0 || vsoc_hw_core_is_off(mmu->hw);
}

/* Makes the DSP walk @domain's tables, or none. */
static void load_tables(struct vsoc_mmu *mmu, struct vsoc_mmu_domain *domain)
{
	struct vsoc_dsp_mmu *regs = &mmu->hw->regs->mmu;
	struct vsoc_mmu_setup setup = {};
	u32 generation;
	bool is_done;

	lockdep_assert_held(&mmu->lock);
	/* the next that is even */
	generation = (le32_to_cpu(regs->generation) | VSOC_DSP_MMU_CHANGING) + 1;
	if (mmu->loaded)
		mmu->loaded->replaced_by = generation;
	if (domain) {
		setup = domain->setup;
		domain->was_published = true;
	}
	mmu->loaded = domain;

	WRITE_ONCE(regs->generation, cpu_to_le32(generation - 1));
	wmb();	/* a firmware that reads one of the new values sees that they are changing */
	regs->ttbr0 = cpu_to_le64(setup.ttbr0);
	regs->tcr = cpu_to_le64(setup.tcr);
	regs->mair = cpu_to_le64(setup.mair);
	wmb();	/* a firmware that sees the new generation sees its values */
	WRITE_ONCE(regs->generation, cpu_to_le32(generation));

	if (vsoc_hw_ring(mmu->hw, VSOC_DOORBELL_TO_DSP) ||
	    read_poll_timeout(has_loaded, is_done, is_done, LOAD_POLL_US,
			      LOAD_TIMEOUT_MS * USEC_PER_MSEC, false, mmu, generation)) {
		/*
		 * Attaching succeeds all the same. The mappings of the old tables have been removed
		 * there, so the DSP faults on them; when it starts again, it loads these tables.
		 */
		dev_warn_ratelimited(mmu->dev, "the DSP does not take new page tables\n");
		return;
	}

	/* tables have no ASID of their own: entries of the old ones would stay valid in the new */
	invalidate_all();
}

static int vsoc_mmu_attach_dev(struct iommu_domain *iommu_domain, struct device *dev)
{
	struct vsoc_mmu_domain *domain = to_vsoc_mmu_domain(iommu_domain);
	struct vsoc_mmu_master *master = dev_iommu_priv_get(dev);
	struct vsoc_mmu *mmu = master->mmu;

	if (domain->mmu != mmu)
		return -EINVAL;

	guard(mutex)(&mmu->lock);
	if (!master->is_translated) {
		master->is_translated = true;
		mmu->masters_translated++;
	}
	if (mmu->loaded != domain)
		load_tables(mmu, domain);

	return 0;
}

/* The tables go with the last of the masters: they are not one device's, but the DSP's. */
static int vsoc_mmu_attach_blocked(struct iommu_domain *iommu_domain, struct device *dev)
{
	struct vsoc_mmu_master *master = dev_iommu_priv_get(dev);
	struct vsoc_mmu *mmu = master->mmu;

	guard(mutex)(&mmu->lock);
	if (master->is_translated) {
		master->is_translated = false;
		mmu->masters_translated--;
	}
	if (!mmu->masters_translated && mmu->loaded)
		load_tables(mmu, NULL);

	return 0;
}

static struct iommu_domain vsoc_mmu_blocked_domain = {
	.type	= IOMMU_DOMAIN_BLOCKED,
	.ops	= &(const struct iommu_domain_ops) {
		.attach_dev	= vsoc_mmu_attach_blocked,
	},
};

/* Domains. */

static struct iommu_domain *vsoc_mmu_domain_alloc_paging(struct device *dev)
{
	struct vsoc_mmu_master *master = dev_iommu_priv_get(dev);
	struct vsoc_mmu *mmu = master->mmu;
	struct io_pgtable_cfg cfg = {
		.pgsize_bitmap	= PAGE_SIZE | SZ_2M | SZ_1G,
		.ias		= IOVA_BITS,
		.oas		= mmu->pa_bits,
		.coherent_walk	= true,
		.tlb		= &vsoc_mmu_flush_ops,
		.iommu_dev	= mmu->dev,
	};
	struct vsoc_mmu_domain *domain;

	domain = kzalloc(sizeof(*domain), GFP_KERNEL);
	if (!domain)
		return NULL;

	domain->mmu = mmu;
	domain->pgtable = alloc_io_pgtable_ops(ARM_64_LPAE_S1, &cfg, domain);
	if (!domain->pgtable) {
		kfree(domain);
		return NULL;
	}

	domain->setup = vsoc_mmu_setup_pack(&cfg);
	domain->domain.pgsize_bitmap = cfg.pgsize_bitmap;
	domain->domain.geometry.aperture_start = IOVA_FIRST;
	domain->domain.geometry.aperture_end = DMA_BIT_MASK(IOVA_BITS);
	domain->domain.geometry.force_aperture = true;
	return &domain->domain;
}

static void vsoc_mmu_domain_free(struct iommu_domain *iommu_domain)
{
	struct vsoc_mmu_domain *domain = to_vsoc_mmu_domain(iommu_domain);
	struct vsoc_mmu *mmu = domain->mmu;

	scoped_guard(mutex, &mmu->lock) {
		if (mmu->loaded == domain)
			load_tables(mmu, NULL);
		/* the DSP may have followed, or gone down, since it was replaced */
		if (domain->was_published && !has_loaded(mmu, domain->replaced_by)) {
			dev_err_ratelimited(mmu->dev,
					    "page tables leaked: the DSP may still walk them\n");
			return;
		}
	}

	free_io_pgtable_ops(domain->pgtable);
	kfree(domain);
}

static int vsoc_mmu_map_pages(struct iommu_domain *iommu_domain, unsigned long iova,
			      phys_addr_t paddr, size_t pgsize, size_t pgcount, int prot, gfp_t gfp,
			      size_t *mapped)
{
	struct vsoc_mmu_domain *domain = to_vsoc_mmu_domain(iommu_domain);
	struct io_pgtable_ops *pgtable = domain->pgtable;
	size_t before = *mapped;
	int ret;

	/* data for the DSP is never code: its own code is behind TTBR1 */
	ret = pgtable->map_pages(pgtable, iova, paddr, pgsize, pgcount, prot | IOMMU_NOEXEC, gfp,
				 mapped);
	/* pages that were mapped before a failure stay so until the core unmaps them */
	atomic_long_add(*mapped - before, &domain->mmu->mapped_bytes);
	return ret;
}

static size_t vsoc_mmu_unmap_pages(struct iommu_domain *iommu_domain, unsigned long iova,
				   size_t pgsize, size_t pgcount, struct iommu_iotlb_gather *gather)
{
	struct vsoc_mmu_domain *domain = to_vsoc_mmu_domain(iommu_domain);
	struct io_pgtable_ops *pgtable = domain->pgtable;
	size_t bytes;

	bytes = pgtable->unmap_pages(pgtable, iova, pgsize, pgcount, gather);
	atomic_long_sub(bytes, &domain->mmu->mapped_bytes);
	return bytes;
}

static phys_addr_t vsoc_mmu_iova_to_phys(struct iommu_domain *iommu_domain, dma_addr_t iova)
{
	struct io_pgtable_ops *pgtable = to_vsoc_mmu_domain(iommu_domain)->pgtable;

	return pgtable->iova_to_phys(pgtable, iova);
}

static void vsoc_mmu_flush_iotlb_all(struct iommu_domain *iommu_domain)
{
	invalidate_all();
}

static void vsoc_mmu_iotlb_sync(struct iommu_domain *iommu_domain,
				struct iommu_iotlb_gather *gather)
{
	/* nothing gathered: it was a whole table, and vsoc_mmu_tlb_flush_walk() has done it */
	if (!gather->pgsize)
		return;

	invalidate_range(gather->start, gather->end - gather->start + 1);
}

/* Masters. */

static struct vsoc_mmu *find_mmu(struct device *dev)
{
	struct iommu_fwspec *fwspec = dev_iommu_fwspec_get(dev);
	struct device *mmu_dev;
	struct vsoc_mmu *mmu;

	if (!fwspec)
		return NULL;

	mmu_dev = bus_find_device_by_fwnode(&platform_bus_type, fwspec->iommu_fwnode);
	if (!mmu_dev)
		return NULL;

	/* it stays without a reference: the IOMMU core pins its module while it has masters */
	mmu = dev_get_drvdata(mmu_dev);
	put_device(mmu_dev);
	return mmu;
}

static struct iommu_device *vsoc_mmu_probe_device(struct device *dev)
{
	struct vsoc_mmu *mmu = find_mmu(dev);
	struct vsoc_mmu_master *master;

	if (!mmu)
		return ERR_PTR(-ENODEV);

	master = kzalloc(sizeof(*master), GFP_KERNEL);
	if (!master)
		return ERR_PTR(-ENOMEM);

	master->mmu = mmu;
	dev_iommu_priv_set(dev, master);
	return &mmu->iommu;
}

static void vsoc_mmu_release_device(struct device *dev)
{
	kfree(dev_iommu_priv_get(dev));
}

/* #iommu-cells is 0: there is nothing to tell masters apart by. */
static int vsoc_mmu_of_xlate(struct device *dev, const struct of_phandle_args *args)
{
	return 0;
}

/* Without tables the DSP reaches nothing, so that passing addresses through is no choice. */
static int vsoc_mmu_def_domain_type(struct device *dev)
{
	return IOMMU_DOMAIN_DMA;
}

static bool vsoc_mmu_capable(struct device *dev, enum iommu_cap cap)
{
	return cap == IOMMU_CAP_CACHE_COHERENCY || cap == IOMMU_CAP_NOEXEC;
}

static const struct iommu_ops vsoc_mmu_ops = {
	.owner			= THIS_MODULE,
	.capable		= vsoc_mmu_capable,
	.blocked_domain		= &vsoc_mmu_blocked_domain,
	.release_domain		= &vsoc_mmu_blocked_domain,
	.domain_alloc_paging	= vsoc_mmu_domain_alloc_paging,
	.def_domain_type	= vsoc_mmu_def_domain_type,
	.probe_device		= vsoc_mmu_probe_device,
	.release_device		= vsoc_mmu_release_device,
	.device_group		= generic_single_device_group,
	.of_xlate		= vsoc_mmu_of_xlate,
	.pgsize_bitmap		= PAGE_SIZE | SZ_2M | SZ_1G,
	.default_domain_ops	= &(const struct iommu_domain_ops) {
		.attach_dev		= vsoc_mmu_attach_dev,
		.map_pages		= vsoc_mmu_map_pages,
		.unmap_pages		= vsoc_mmu_unmap_pages,
		.iova_to_phys		= vsoc_mmu_iova_to_phys,
		.flush_iotlb_all	= vsoc_mmu_flush_iotlb_all,
		.iotlb_sync		= vsoc_mmu_iotlb_sync,
		.free			= vsoc_mmu_domain_free,
	},
};

static int mapped_bytes_get(void *mmu, u64 *value)
{
	*value = atomic_long_read(&((struct vsoc_mmu *)mmu)->mapped_bytes);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(mapped_bytes_fops, mapped_bytes_get, NULL, "%llu\n");

static unsigned int core_pa_bits(void)
{
	u64 mmfr0 = read_sanitised_ftr_reg(SYS_ID_AA64MMFR0_EL1);
	unsigned int range;

	range = cpuid_feature_extract_unsigned_field(mmfr0, ID_AA64MMFR0_EL1_PARANGE_SHIFT);
	/* more than 48 bits would need another format of descriptors */
	return min(id_aa64mmfr0_parange_to_phys_shift(range), 48);
}

static int vsoc_mmu_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct device_node *np __free(device_node) =
		of_parse_phandle(dev->of_node, "lullaby,dsp", 0);
	struct vsoc_mmu *mmu;
	int ret;

	if (!np)
		return dev_err_probe(dev, -EINVAL, "no lullaby,dsp\n");

	mmu = devm_kzalloc(dev, sizeof(*mmu), GFP_KERNEL);
	if (!mmu)
		return -ENOMEM;

	mmu->dev = dev;
	mmu->pa_bits = core_pa_bits();
	ret = devm_mutex_init(dev, &mmu->lock);
	if (ret)
		return ret;
	mmu->hw = devm_vsoc_hw_get(dev, np);
	if (IS_ERR(mmu->hw))
		return PTR_ERR(mmu->hw);

	platform_set_drvdata(pdev, mmu);
	ret = iommu_device_sysfs_add(&mmu->iommu, dev, NULL, "%s", dev_name(dev));
	if (ret)
		return ret;
	ret = iommu_device_register(&mmu->iommu, &vsoc_mmu_ops, dev);
	if (ret)
		goto err_remove_sysfs;

	mmu->debugfs = debugfs_create_dir("vsoc-mmu", NULL);
	debugfs_create_file_unsafe("mapped_bytes", 0400, mmu->debugfs, mmu, &mapped_bytes_fops);
	return 0;

err_remove_sysfs:
	iommu_device_sysfs_remove(&mmu->iommu);
	return ret;
}

static void vsoc_mmu_remove(struct platform_device *pdev)
{
	struct vsoc_mmu *mmu = platform_get_drvdata(pdev);

	debugfs_remove(mmu->debugfs);
	iommu_device_unregister(&mmu->iommu);
	iommu_device_sysfs_remove(&mmu->iommu);
}

static const struct of_device_id vsoc_mmu_of_match[] = {
	{ .compatible = "lullaby,vsoc-dsp-mmu" },
	{}
};
MODULE_DEVICE_TABLE(of, vsoc_mmu_of_match);

static struct platform_driver vsoc_mmu_driver = {
	.probe		= vsoc_mmu_probe,
	.remove		= vsoc_mmu_remove,
	.driver		= {
		.name			= "vsoc-dsp-mmu",
		.of_match_table		= vsoc_mmu_of_match,
		/* the DSP would go on with the tables of an unbound driver */
		.suppress_bind_attrs	= true,
	},
};
module_platform_driver(vsoc_mmu_driver);

MODULE_DESCRIPTION("Lullaby virtual SoC: the DSP's MMU");
MODULE_LICENSE("GPL");
