/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/*
 * The firmware's log: text in the trace buffer, which remoteproc shows in debugfs (trace0).
 */
#ifndef VSOC_LOG_H
#define VSOC_LOG_H

/**
 * log_printf() - add a line; the time is put before it
 * @format: %s, %u, %x (32 bits), %lu, %lx (64 bits) and %%
 */
void log_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif /* VSOC_LOG_H */
