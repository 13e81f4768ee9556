/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The sound that a device records: noise that tells which frame each sample belongs to, and so shows
 * which samples a host has lost, doubled or changed.
 */
#ifndef LULLABY_DEVICES_PATTERN_H
#define LULLABY_DEVICES_PATTERN_H

#include <stdint.h>

/* A number that looks random and follows from another. */
static inline uint64_t pattern_mix(uint64_t number)
{
	number = (number + 1) * 0x9e3779b97f4a7c15u;
	number ^= number >> 29;
	number *= 0xd6e8feb86659fd93u;
	number ^= number >> 32;
	return number * 0xd6e8feb86659fd93u;
}

/**
 * pattern_sample() - one sample of the pattern
 * @frame: the frame's number, counted by the converter's clock
 * @channel: the channel, from 0
 *
 * Return: the sample in the upper bits of a word; a narrower one is cut off.
 */
static inline uint32_t pattern_sample(uint64_t frame, uint32_t channel)
{
	return (uint32_t)(pattern_mix(frame * 64 + channel) >> 32);
}

#endif /* LULLABY_DEVICES_PATTERN_H */
