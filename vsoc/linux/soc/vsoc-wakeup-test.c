// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit test of which interrupts can be armed to wake the system, on the virtual SoC itself: those
 * of its xHCs, which its device tree calls wake-up sources, and no other message interrupts.
 */
#include <kunit/test.h>
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/property.h>

/* The first message interrupt of a function, 0 if it has none. */
static unsigned int message_interrupt(struct pci_dev *pci)
{
	if (!pci->msi_enabled && !pci->msix_enabled)
		return 0;

	return max(pci_irq_vector(pci, 0), 0);
}

static void only_wakeup_sources_can_be_armed(struct kunit *test)
{
	unsigned int sources = 0, others = 0;
	struct pci_dev *pci = NULL;

	while ((pci = pci_get_device(PCI_ANY_ID, PCI_ANY_ID, pci))) {
		bool is_source = device_property_read_bool(&pci->dev, "wakeup-source");
		unsigned int irq = message_interrupt(pci);
		int ret;

		if (!irq)
			continue;
		ret = enable_irq_wake(irq);
		/* In 6.12 this fails for all of them. */
		KUNIT_EXPECT_EQ_MSG(test, ret, is_source ? 0 : -ENXIO, "%s", pci_name(pci));
		if (!ret)
			disable_irq_wake(irq);
		if (is_source)
			sources++;
		else
			others++;
	}
	KUNIT_EXPECT_GT(test, sources, 0);
	KUNIT_EXPECT_GT(test, others, 0);
}

static struct kunit_case wakeup_test_cases[] = {
	KUNIT_CASE(only_wakeup_sources_can_be_armed),
	{}
};

static struct kunit_suite wakeup_test_suite = {
	.name = "vsoc-wakeup",
	.test_cases = wakeup_test_cases,
};

kunit_test_suite(wakeup_test_suite);

MODULE_DESCRIPTION("KUnit test of the interrupts that can wake the virtual SoC");
MODULE_LICENSE("GPL");
