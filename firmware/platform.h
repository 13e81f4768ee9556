/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The port boundary: all that the portable firmware (usb/, audio/, transport/, session/) asks of the
 * processor it runs on.
 *
 * A port implements these functions; the build chooses which port is linked (target/<name>/, or the
 * host tests' fake). Nothing else in the portable part names an address, an instruction or a compiler
 * extension of one processor. A port must also provide memcpy(), memmove(), memset() and
 * memcmp(), which the compiler may call at any time.
 *
 * Every port is little-endian, and an aligned 64-bit load or store of normal memory is single-copy atomic.
 */
#ifndef LULLABY_PLATFORM_H
#define LULLABY_PLATFORM_H

#include <stdint.h>

/**
 * platform_ticks() - the system counter, which never stops or goes back while the DSP is powered
 *
 * Both sides of the audio control channel read the same counter: its values travel in struct audio_shared.
 *
 * Return: ticks since an arbitrary start.
 */
uint64_t platform_ticks(void);

/**
 * platform_ticks_per_second() - the rate of platform_ticks(), fixed after start-up
 *
 * Return: ticks a second, at least 100000 and at most 4 * 10^9.
 */
uint32_t platform_ticks_per_second(void);

/**
 * platform_read32() - load a device register
 * @reg: its address as the DSP dereferences it, 4-byte aligned, mapped as device memory
 *
 * One 32-bit access, in program order with the other register accesses.
 *
 * Return: the register's value.
 */
uint32_t platform_read32(const volatile void *reg);

/**
 * platform_write32() - store to a device register
 * @reg: its address as the DSP dereferences it, 4-byte aligned, mapped as device memory
 * @value: its new value
 *
 * One 32-bit access, in program order with the other register accesses. It is no barrier for normal
 * memory. 64-bit registers are written as two halves, low first, as xHCI 5.1 allows: some controllers
 * (QEMU's among them) refuse a 64-bit access.
 */
void platform_write32(volatile void *reg, uint32_t value);

/**
 * platform_dma_wmb() - stores to memory before it are seen by devices and the AP before those after it
 */
void platform_dma_wmb(void);

/**
 * platform_dma_rmb() - loads from memory before it are done before those after it
 */
void platform_dma_rmb(void);

/**
 * platform_mb() - all memory accesses before it are complete before any memory or register access after it
 */
void platform_mb(void);

/**
 * platform_assert_failed() - our own code has broken a rule: end here, before it does harm
 * @place: file and line of the rule; constant
 *
 * For platform_assert(). The host's port fails the test.
 */
_Noreturn void platform_assert_failed(const char *place);

#define PLATFORM_TEXT(x)	#x
#define PLATFORM_TEXT_OF(x)	PLATFORM_TEXT(x)

/*
 * A precondition that our own code has to keep. It stays on in every build, so it has to be cheap: the text has
 * no more than the place. Input that comes from outside is checked and refused instead. Pointers are not
 * asserted not to be NULL: their use faults.
 */
#define platform_assert(condition)									\
	((condition) ? (void)0 :									\
	 platform_assert_failed(__FILE__ ":" PLATFORM_TEXT_OF(__LINE__)))

#endif /* LULLABY_PLATFORM_H */
