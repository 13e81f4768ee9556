// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the DSP's MMU: the packing of its registers, and, where there is one, that a
 * mapping for a device behind it is in the tables that the DSP walks, and only until it is
 * unmapped.
 */
#include <kunit/test.h>
#include <linux/dma-mapping.h>
#include <linux/iommu.h>
#include <linux/of.h>
#include <linux/of_device.h>
#include <linux/platform_device.h>
#include <linux/scatterlist.h>
#include <linux/sizes.h>
#include <linux/vmalloc.h>

#include "vsoc-mmu-regs.h"

static void mmu_test_pack(struct kunit *test)
{
	struct io_pgtable_cfg cfg = {
		.arm_lpae_s1_cfg = {
			.ttbr	= 0x0000000045678000,
			.mair	= 0xf404ff44,
			.tcr	= {
				.tsz = 32, .irgn = 1, .orgn = 1, .sh = 3, .tg = 0, .ips = 2,
			},
		},
	};
	struct vsoc_mmu_setup setup = vsoc_mmu_setup_pack(&cfg);

	KUNIT_EXPECT_EQ(test, setup.ttbr0, 0x45678000ULL);
	KUNIT_EXPECT_EQ(test, setup.mair, 0xf404ff44ULL);
	/* IPS 40 bits, 4 KiB granule, inner shareable, write-back walks, T0SZ 32; EPD0 clear */
	KUNIT_EXPECT_EQ(test, setup.tcr, 0x200003520ULL);

	cfg.arm_lpae_s1_cfg.tcr.tg = 1;
	cfg.arm_lpae_s1_cfg.tcr.ips = 5;
	setup = vsoc_mmu_setup_pack(&cfg);
	KUNIT_EXPECT_EQ(test, setup.tcr, 0x500007520ULL);
}

/* A second device behind the DSP's MMU, beside the sound card: both share its address space. */
static int dma_test_init(struct kunit *test)
{
	struct device_node *np __free(device_node) =
		of_find_compatible_node(NULL, NULL, "lullaby,vsoc-audio");
	struct platform_device *pdev;
	int ret;

	if (!np)
		return 0;

	pdev = platform_device_register_simple("vsoc-mmu-test", PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(pdev))
		return PTR_ERR(pdev);

	ret = of_dma_configure(&pdev->dev, np, true);
	if (ret) {
		platform_device_unregister(pdev);
		return ret;
	}

	test->priv = pdev;
	return 0;
}

static void dma_test_exit(struct kunit *test)
{
	if (test->priv)
		platform_device_unregister(test->priv);
}

/* The test's device, or a skipped test. */
static struct device *dma_test_device(struct kunit *test)
{
	struct platform_device *pdev = test->priv;

	if (!pdev)
		kunit_skip(test, "this machine is not the virtual SoC");
	KUNIT_ASSERT_NOT_NULL_MSG(test, iommu_get_domain_for_dev(&pdev->dev),
				  "the MMU's driver is not there");
	return &pdev->dev;
}

static phys_addr_t dsp_sees(struct device *dev, dma_addr_t iova)
{
	return iommu_iova_to_phys(iommu_get_domain_for_dev(dev), iova);
}

static void dma_test_domain(struct kunit *test)
{
	struct device *dev = dma_test_device(test);
	struct iommu_domain *domain = iommu_get_domain_for_dev(dev);

	KUNIT_EXPECT_EQ(test, domain->type, IOMMU_DOMAIN_DMA);
	KUNIT_EXPECT_EQ(test, domain->geometry.aperture_end, DMA_BIT_MASK(32));
	/* NULL and its neighbours are no address */
	KUNIT_EXPECT_GE(test, domain->geometry.aperture_start, SZ_64K);
	KUNIT_EXPECT_EQ(test, dsp_sees(dev, 0), 0);
}

static void dma_test_coherent(struct kunit *test)
{
	struct device *dev = dma_test_device(test);
	size_t bytes = 2 * SZ_1M + 3 * PAGE_SIZE;
	struct page *page;
	dma_addr_t iova;
	void *va;

	va = dma_alloc_coherent(dev, bytes, &iova, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, va);
	KUNIT_EXPECT_GE(test, iova, SZ_64K);
	KUNIT_EXPECT_LE(test, iova + bytes, BIT_ULL(32));

	for (size_t at = 0; at < bytes; at += PAGE_SIZE) {
		page = is_vmalloc_addr(va) ? vmalloc_to_page(va + at) : virt_to_page(va + at);
		KUNIT_EXPECT_EQ_MSG(test, dsp_sees(dev, iova + at), page_to_phys(page),
				    "at %#zx", at);
	}

	dma_free_coherent(dev, bytes, va, iova);
	for (size_t at = 0; at < bytes; at += PAGE_SIZE)
		KUNIT_EXPECT_EQ_MSG(test, dsp_sees(dev, iova + at), 0, "at %#zx", at);
}

/* A ring of several segments relies on this: one range of IOVAs, in the order of the list. */
static void dma_test_scattered(struct kunit *test)
{
	struct device *dev = dma_test_device(test);
	static const int order[] = { 3, 0, 2 };
	struct page *block, *pages[ARRAY_SIZE(order)];
	struct sg_table sgt;
	dma_addr_t iova;

	block = alloc_pages(GFP_KERNEL, 2);
	KUNIT_ASSERT_NOT_NULL(test, block);
	for (int i = 0; i < ARRAY_SIZE(order); i++)
		pages[i] = block + order[i];
	KUNIT_ASSERT_EQ(test, 0, sg_alloc_table_from_pages(&sgt, pages, ARRAY_SIZE(order), 0,
							   ARRAY_SIZE(order) * PAGE_SIZE,
							   GFP_KERNEL));
	KUNIT_ASSERT_EQ(test, 0, dma_map_sgtable(dev, &sgt, DMA_BIDIRECTIONAL, 0));

	KUNIT_EXPECT_EQ(test, sgt.nents, 1);
	iova = sg_dma_address(sgt.sgl);
	for (int i = 0; i < ARRAY_SIZE(order); i++)
		KUNIT_EXPECT_EQ_MSG(test, dsp_sees(dev, iova + i * PAGE_SIZE),
				    page_to_phys(pages[i]), "segment %d", i);

	dma_unmap_sgtable(dev, &sgt, DMA_BIDIRECTIONAL, 0);
	KUNIT_EXPECT_EQ(test, dsp_sees(dev, iova), 0);
	sg_free_table(&sgt);
	__free_pages(block, 2);
}

/* A controller's registers: not memory, and an address in the middle of a page. */
static void dma_test_resource(struct kunit *test)
{
	struct device *dev = dma_test_device(test);
	const phys_addr_t pa = 0x10002040;	/* in the window of the PCI bus */
	dma_addr_t iova;

	iova = dma_map_resource(dev, pa, 0x400, DMA_BIDIRECTIONAL, 0);
	KUNIT_ASSERT_EQ(test, dma_mapping_error(dev, iova), 0);
	KUNIT_EXPECT_EQ(test, dsp_sees(dev, iova), pa);
	KUNIT_EXPECT_EQ(test, dsp_sees(dev, iova + 0x3ff), pa + 0x3ff);

	dma_unmap_resource(dev, iova, 0x400, DMA_BIDIRECTIONAL, 0);
	KUNIT_EXPECT_EQ(test, dsp_sees(dev, iova), 0);
}

static struct kunit_case pack_test_cases[] = {
	KUNIT_CASE(mmu_test_pack),
	{}
};

static struct kunit_suite pack_test_suite = {
	.name = "vsoc-mmu-regs",
	.test_cases = pack_test_cases,
};

static struct kunit_case dma_test_cases[] = {
	KUNIT_CASE(dma_test_domain),
	KUNIT_CASE(dma_test_coherent),
	KUNIT_CASE(dma_test_scattered),
	KUNIT_CASE(dma_test_resource),
	{}
};

static struct kunit_suite dma_test_suite = {
	.name = "vsoc-mmu-dma",
	.init = dma_test_init,
	.exit = dma_test_exit,
	.test_cases = dma_test_cases,
};

kunit_test_suites(&pack_test_suite, &dma_test_suite);

MODULE_DESCRIPTION("KUnit tests of the DSP's MMU");
MODULE_LICENSE("GPL");
