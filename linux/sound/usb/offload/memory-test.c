// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of the memory that the DSP and the xHC share, against a device without an MMU: there, bus
 * addresses are physical ones, so pages that are apart stay apart.
 */
#include <kunit/device.h>
#include <kunit/test.h>
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include "resource-counters.h"
#include "memory.h"

#define SEGMENT_BYTES	256

struct fixture {
	struct device *dev;
	struct offload_resources resources;
	u64 dma_mask;
};

static int memory_init(struct kunit *test)
{
	struct fixture *fixture;

	fixture = kunit_kzalloc(test, sizeof(*fixture), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, fixture);
	fixture->dev = kunit_device_register(test, "usb-offload-memory");
	KUNIT_ASSERT_FALSE(test, IS_ERR(fixture->dev));
	fixture->dev->dma_mask = &fixture->dma_mask;
	KUNIT_ASSERT_EQ(test, dma_set_mask_and_coherent(fixture->dev, DMA_BIT_MASK(64)), 0);
	test->priv = fixture;
	return 0;
}

static void expect_nothing_held(struct kunit *test)
{
	struct fixture *fixture = test->priv;
	unsigned int kind;

	for (kind = 0; kind < OFFLOAD_RESOURCE_COUNT; kind++)
		KUNIT_EXPECT_EQ_MSG(test, offload_resource_read(&fixture->resources, kind), 0,
				    "kind %u", kind);
}

static void memory_exit(struct kunit *test)
{
	expect_nothing_held(test);
}

/* A table of segments in one page, each at a given offset. */
static struct sg_table *table_of(struct kunit *test, struct page *page,
				 const unsigned int *offsets, unsigned int count)
{
	struct scatterlist *sg;
	struct sg_table *sgt;
	unsigned int i;

	sgt = kzalloc(sizeof(*sgt), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, sgt);
	KUNIT_ASSERT_EQ(test, sg_alloc_table(sgt, count, GFP_KERNEL), 0);
	for_each_sgtable_sg(sgt, sg, i)
		sg_set_page(sg, page, SEGMENT_BYTES, offsets[i]);
	return sgt;
}

struct contiguity_case {
	const char *name;
	dma_addr_t addresses[3];
	unsigned int lengths[3];
	size_t bytes;
	bool is_contiguous;
};

static const struct contiguity_case contiguity_cases[] = {
	{ "one after the other", { 0x1000, 0x2000, 0x3000 }, { 4096, 4096, 4096 }, 12288, true },
	{ "within pages", { 0x1100, 0x1200, 0x1300 }, { 256, 256, 256 }, 768, true },
	{ "above 4 GiB", { 0x100001000, 0x100002000, 0x100003000 }, { 4096, 4096, 4096 }, 12288,
	  true },
	{ "a gap", { 0x1000, 0x2000, 0x4000 }, { 4096, 4096, 4096 }, 12288, false },
	{ "wrong order", { 0x2000, 0x1000, 0x3000 }, { 4096, 4096, 4096 }, 12288, false },
	{ "an overlap", { 0x1000, 0x1800, 0x2800 }, { 4096, 4096, 4096 }, 12288, false },
	{ "less than asked for", { 0x1000, 0x2000, 0x3000 }, { 4096, 4096, 4096 }, 16384, false },
	{ "more than asked for", { 0x1000, 0x2000, 0x3000 }, { 4096, 4096, 4096 }, 8192, false },
};

static void contiguity_case_name(const struct contiguity_case *contiguity_case, char *name)
{
	strscpy(name, contiguity_case->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(contiguity, contiguity_cases, contiguity_case_name);

static void contiguity(struct kunit *test)
{
	const struct contiguity_case *contiguity_case = test->param_value;
	struct scatterlist *sg;
	struct sg_table sgt;
	unsigned int i;

	KUNIT_ASSERT_EQ(test, sg_alloc_table(&sgt, 3, GFP_KERNEL), 0);
	for_each_sgtable_dma_sg(&sgt, sg, i) {
		sg_dma_address(sg) = contiguity_case->addresses[i];
		sg_dma_len(sg) = contiguity_case->lengths[i];
	}
	KUNIT_EXPECT_EQ(test, offload_table_is_contiguous(&sgt, contiguity_case->bytes),
			contiguity_case->is_contiguous);
	sg_free_table(&sgt);
}

static void mapping_begins_at_its_first_byte(struct kunit *test)
{
	static const unsigned int offsets[] = { SEGMENT_BYTES, 2 * SEGMENT_BYTES };
	struct fixture *fixture = test->priv;
	struct offload_mapping mapping = { };
	struct page *page = alloc_page(GFP_KERNEL);
	struct uaudio_mem_info info;

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_ASSERT_EQ(test, offload_mapping_create(&mapping, fixture->dev,
						     table_of(test, page, offsets, 2), 0xdeadb000,
						     &fixture->resources), 0);
	KUNIT_EXPECT_EQ(test, mapping.iova, page_to_phys(page) + SEGMENT_BYTES);
	KUNIT_EXPECT_EQ(test, mapping.bytes, 2 * SEGMENT_BYTES);
	KUNIT_EXPECT_EQ(test, offload_resource_read(&fixture->resources, OFFLOAD_RESOURCE_MAPPINGS),
			1);
	KUNIT_EXPECT_EQ(test, offload_resource_read(&fixture->resources,
						    OFFLOAD_RESOURCE_MAPPED_BYTES),
			2 * SEGMENT_BYTES);

	info = offload_mapping_info(&mapping, 0x700000000000000);
	KUNIT_EXPECT_EQ(test, info.iova, mapping.iova | 0x700000000000000);
	KUNIT_EXPECT_EQ(test, info.dma, 0xdeadb000);
	KUNIT_EXPECT_EQ(test, info.size, 2 * SEGMENT_BYTES);

	offload_mapping_destroy(&mapping);
	offload_mapping_destroy(&mapping);
	info = offload_mapping_info(&mapping, 0x700000000000000);
	KUNIT_EXPECT_EQ(test, info.iova, 0);
	KUNIT_EXPECT_EQ(test, info.size, 0);
	__free_page(page);
}

static void mapping_in_pieces_is_refused(struct kunit *test)
{
	static const unsigned int offsets[] = { 0, 2 * SEGMENT_BYTES };
	struct fixture *fixture = test->priv;
	struct offload_mapping mapping = { };
	struct page *page = alloc_page(GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_EQ(test, offload_mapping_create(&mapping, fixture->dev,
						     table_of(test, page, offsets, 2), 0,
						     &fixture->resources), -EFAULT);
	KUNIT_EXPECT_NULL(test, mapping.sgt);
	expect_nothing_held(test);
	__free_page(page);
}

static void buffer_and_its_mapping(struct kunit *test)
{
	struct fixture *fixture = test->priv;
	struct offload_buffer buffer = { };
	struct offload_mapping mapping = { };
	static const u8 zeros[PAGE_SIZE];

	KUNIT_ASSERT_EQ(test, offload_buffer_alloc(&buffer, fixture->dev, PAGE_SIZE,
						   &fixture->resources), 0);
	KUNIT_EXPECT_EQ(test, offload_resource_read(&fixture->resources,
						    OFFLOAD_RESOURCE_BUFFER_BYTES),
			PAGE_SIZE);
	KUNIT_EXPECT_MEMEQ(test, buffer.cpu, zeros, PAGE_SIZE);

	KUNIT_EXPECT_EQ(test, offload_buffer_map(&mapping, fixture->dev, &buffer,
						 &fixture->resources), 0);
	KUNIT_EXPECT_EQ(test, mapping.dma, buffer.dma);
	KUNIT_EXPECT_EQ(test, mapping.iova, buffer.dma);
	KUNIT_EXPECT_EQ(test, mapping.bytes, PAGE_SIZE);

	offload_mapping_destroy(&mapping);
	offload_buffer_free(&buffer);
	offload_buffer_free(&buffer);
}

static struct kunit_case memory_cases[] = {
	KUNIT_CASE_PARAM(contiguity, contiguity_gen_params),
	KUNIT_CASE(mapping_begins_at_its_first_byte),
	KUNIT_CASE(mapping_in_pieces_is_refused),
	KUNIT_CASE(buffer_and_its_mapping),
	{ }
};

static struct kunit_suite memory_suite = {
	.name = "usb-offload-memory",
	.init = memory_init,
	.exit = memory_exit,
	.test_cases = memory_cases,
};

kunit_test_suite(memory_suite);
