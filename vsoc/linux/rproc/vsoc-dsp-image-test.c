// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the firmware image's headers.
 */
#include <kunit/test.h>
#include <linux/elf.h>
#include <linux/firmware.h>

#include "vsoc-dsp-image.h"

#define VA_OFFSET	0xffffff8000000000ULL
#define IMAGE_PA	0x7c000000ULL

/* An image of two segments: one linked in the upper half, one where it is loaded. */
struct test_elf {
	struct elf64_hdr ehdr;
	struct elf64_phdr phdr[VSOC_DSP_IMAGE_MAX_SEGMENTS + 1];
	u8 text[256];
};

struct image_test {
	struct test_elf elf;
	struct firmware fw;
	struct vsoc_dsp_image image;
};

static int image_test_init(struct kunit *test)
{
	struct image_test *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);
	struct test_elf *elf;

	KUNIT_ASSERT_NOT_NULL(test, t);
	elf = &t->elf;
	memcpy(elf->ehdr.e_ident, ELFMAG, SELFMAG);
	elf->ehdr.e_ident[EI_CLASS] = ELFCLASS64;
	elf->ehdr.e_ident[EI_DATA] = ELFDATA2LSB;
	elf->ehdr.e_type = ET_EXEC;
	elf->ehdr.e_machine = EM_AARCH64;
	elf->ehdr.e_entry = IMAGE_PA;
	elf->ehdr.e_phoff = offsetof(struct test_elf, phdr);
	elf->ehdr.e_phentsize = sizeof(struct elf64_phdr);
	elf->ehdr.e_phnum = 2;

	for (int i = 0; i < ARRAY_SIZE(elf->phdr); i++) {
		elf->phdr[i].p_type = PT_LOAD;
		elf->phdr[i].p_offset = offsetof(struct test_elf, text);
		elf->phdr[i].p_filesz = sizeof(elf->text);
		elf->phdr[i].p_memsz = 0x1000;
		elf->phdr[i].p_paddr = IMAGE_PA + i * 0x1000;
		elf->phdr[i].p_vaddr = elf->phdr[i].p_paddr + (i ? 0 : VA_OFFSET);
	}

	t->fw.data = (const u8 *)elf;
	t->fw.size = sizeof(*elf);
	test->priv = t;
	return 0;
}

static void image_test_parse(struct kunit *test)
{
	struct image_test *t = test->priv;

	KUNIT_ASSERT_EQ(test, vsoc_dsp_image_parse(&t->fw, &t->image), 0);
	KUNIT_EXPECT_EQ(test, t->image.segment_count, 2);
	KUNIT_EXPECT_EQ(test, t->image.entry_pa, IMAGE_PA);

	/* an entry point may be given as it is linked, too */
	t->elf.ehdr.e_entry = IMAGE_PA + VA_OFFSET + 0x40;
	KUNIT_ASSERT_EQ(test, vsoc_dsp_image_parse(&t->fw, &t->image), 0);
	KUNIT_EXPECT_EQ(test, t->image.entry_pa, IMAGE_PA + 0x40);
}

static void image_test_va_to_pa(struct kunit *test)
{
	static const struct {
		u64 va, bytes;
		int ret;
		u64 pa;
	} cases[] = {
		{ VA_OFFSET + IMAGE_PA,		1,	0, IMAGE_PA },
		{ VA_OFFSET + IMAGE_PA + 0xfff,	1,	0, IMAGE_PA + 0xfff },
		{ VA_OFFSET + IMAGE_PA,		0x1000,	0, IMAGE_PA },
		{ VA_OFFSET + IMAGE_PA + 0xfff,	2,	-ENOENT },
		{ VA_OFFSET + IMAGE_PA + 0x1000, 1,	-ENOENT },
		{ VA_OFFSET + IMAGE_PA - 1,	1,	-ENOENT },
		{ IMAGE_PA + 0x1000,		0x10,	0, IMAGE_PA + 0x1000 },
		{ IMAGE_PA + 0x20,		0x10,	0, IMAGE_PA + 0x20 },
		{ IMAGE_PA + 0x2000,		1,	-ENOENT },
		{ IMAGE_PA,			U64_MAX, -ENOENT },
		{ U64_MAX,			2,	-ENOENT },
	};
	struct image_test *t = test->priv;
	u64 pa;

	KUNIT_ASSERT_EQ(test, vsoc_dsp_image_parse(&t->fw, &t->image), 0);
	for (int i = 0; i < ARRAY_SIZE(cases); i++) {
		pa = 0;
		KUNIT_EXPECT_EQ_MSG(test, cases[i].ret,
				    vsoc_dsp_image_va_to_pa(&t->image, cases[i].va, cases[i].bytes,
							    &pa), "case %d", i);
		KUNIT_EXPECT_EQ_MSG(test, cases[i].pa, pa, "case %d", i);
	}
}

static void image_test_wrong_kind(struct kunit *test)
{
	struct image_test *t = test->priv;

	t->elf.ehdr.e_machine = EM_ARM;
	KUNIT_EXPECT_EQ(test, vsoc_dsp_image_parse(&t->fw, &t->image), -ENOEXEC);
	t->elf.ehdr.e_machine = EM_AARCH64;
	t->elf.ehdr.e_type = ET_REL;
	KUNIT_EXPECT_EQ(test, vsoc_dsp_image_parse(&t->fw, &t->image), -ENOEXEC);
	t->elf.ehdr.e_type = ET_EXEC;
	t->elf.ehdr.e_ident[EI_CLASS] = ELFCLASS32;
	KUNIT_EXPECT_EQ(test, vsoc_dsp_image_parse(&t->fw, &t->image), -ENOEXEC);
	t->elf.ehdr.e_ident[EI_CLASS] = ELFCLASS64;
	t->fw.size = sizeof(struct elf64_hdr) - 1;
	KUNIT_EXPECT_EQ(test, vsoc_dsp_image_parse(&t->fw, &t->image), -ENOEXEC);
	t->fw.size = 0;
	KUNIT_EXPECT_EQ(test, vsoc_dsp_image_parse(&t->fw, &t->image), -ENOEXEC);
}

static void image_test_malformed(struct kunit *test)
{
	struct image_test *t = test->priv;
	struct elf64_phdr *phdr = &t->elf.phdr[1];

	t->elf.ehdr.e_phoff = sizeof(t->elf) - sizeof(*phdr);
	KUNIT_EXPECT_EQ(test, vsoc_dsp_image_parse(&t->fw, &t->image), -EINVAL);
	t->elf.ehdr.e_phoff = U64_MAX - 7;
	KUNIT_EXPECT_EQ(test, vsoc_dsp_image_parse(&t->fw, &t->image), -EINVAL);
	t->elf.ehdr.e_phoff = offsetof(struct test_elf, phdr);

	phdr->p_filesz = phdr->p_memsz + 1;
	KUNIT_EXPECT_EQ(test, vsoc_dsp_image_parse(&t->fw, &t->image), -EINVAL);
	phdr->p_filesz = sizeof(t->elf.text) + 1;
	KUNIT_EXPECT_EQ(test, vsoc_dsp_image_parse(&t->fw, &t->image), -EINVAL);
	phdr->p_filesz = sizeof(t->elf.text);

	phdr->p_paddr = U64_MAX - 0xfff;
	KUNIT_EXPECT_EQ(test, vsoc_dsp_image_parse(&t->fw, &t->image), -EINVAL);
	phdr->p_paddr = IMAGE_PA + 0x1000;

	t->elf.ehdr.e_entry = IMAGE_PA + 0x2000;
	KUNIT_EXPECT_EQ(test, vsoc_dsp_image_parse(&t->fw, &t->image), -EINVAL);
	t->elf.ehdr.e_entry = IMAGE_PA;

	t->elf.ehdr.e_phnum = VSOC_DSP_IMAGE_MAX_SEGMENTS + 1;
	KUNIT_EXPECT_EQ(test, vsoc_dsp_image_parse(&t->fw, &t->image), -E2BIG);
}

static struct kunit_case image_test_cases[] = {
	KUNIT_CASE(image_test_parse),
	KUNIT_CASE(image_test_va_to_pa),
	KUNIT_CASE(image_test_wrong_kind),
	KUNIT_CASE(image_test_malformed),
	{}
};

static struct kunit_suite image_test_suite = {
	.name = "vsoc-dsp-image",
	.init = image_test_init,
	.test_cases = image_test_cases,
};

kunit_test_suite(image_test_suite);

MODULE_DESCRIPTION("KUnit tests of the DSP's firmware image");
MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
MODULE_LICENSE("GPL");
