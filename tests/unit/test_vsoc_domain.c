// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/* The DSP reads which tables it shall walk, and Linux writes it just then: never a mixture. */
#include "unit.h"

#include "fake_platform.h"
#include "firmware/target/vsoc/domain.h"

#define WRITES	5	/* of Linux, for one change */

/* Linux: so many of its writes are through, and so many more are at the next barrier of the DSP. */
struct writer {
	struct vsoc_dsp_mmu mmu;
	unsigned int done;
	unsigned int at_barrier[2];
	unsigned int barriers;
};

/* As load_tables() of vsoc-mmu.c has it; in the n-th change all three values are n. */
static void write_next(struct writer *writer)
{
	struct vsoc_dsp_mmu *mmu = &writer->mmu;
	unsigned int change = writer->done / WRITES + 1;

	switch (writer->done++ % WRITES) {
	case 0: mmu->generation++; break;
	case 1: mmu->ttbr0 = change; break;
	case 2: mmu->tcr = change; break;
	case 3: mmu->mair = change; break;
	case 4: mmu->generation++; break;
	}
}

static void on_barrier(void *context)
{
	struct writer *writer = context;

	assert_true(writer->barriers < 2);
	for (unsigned int i = writer->at_barrier[writer->barriers++]; i; i--)
		write_next(writer);
}

/* From each point of two changes, with any number of writes at each of the reader's barriers. */
static void what_is_read_is_of_one_piece(void **state)
{
	unsigned int read = 0;

	(void)state;
	for (unsigned int before = 0; before <= 2 * WRITES; before++)
		for (unsigned int first = 0; first <= 2 * WRITES; first++)
			for (unsigned int second = 0; second <= 2 * WRITES; second++) {
				struct writer writer = { .at_barrier = { first, second } };
				struct domain domain;
				bool is_quiet = before % WRITES == 0 && !first && !second;

				for (unsigned int i = 0; i < before; i++)
					write_next(&writer);
				fake_platform_reset();
				fake_platform.on_barrier = on_barrier;
				fake_platform.barrier_context = &writer;
				if (!domain_read(&writer.mmu, &domain)) {
					assert_false(is_quiet);
					continue;
				}
				read++;
				assert_int_equal(domain.generation, writer.mmu.generation);
				assert_int_equal(domain.ttbr0 * 2, domain.generation);
				assert_int_equal(domain.tcr, domain.ttbr0);
				assert_int_equal(domain.mair, domain.ttbr0);
			}
	/* Nothing written meanwhile, before either change and after both. */
	assert_int_equal(read, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_read_is_of_one_piece),
	};

	return cmocka_run_group_tests_name("vsoc_domain", tests, NULL, NULL);
}
