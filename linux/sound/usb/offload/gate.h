/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __SND_USB_OFFLOAD_GATE_H
#define __SND_USB_OFFLOAD_GATE_H

#include <linux/cleanup.h>
#include <linux/rwsem.h>
#include <linux/types.h>
#include <linux/wait.h>

/**
 * struct offload_gate - lets threads of the DSP's service do I/O, or not
 * @inside: held for reading by threads that do I/O, and for writing to close and open the gate
 * @closed_by: how many cards keep the gate closed; under @inside
 * @opened: woken when @closed_by has become less
 */
struct offload_gate {
	struct rw_semaphore inside; /* see above */
	unsigned int closed_by;
	wait_queue_head_t opened;
};

void offload_gate_init(struct offload_gate *gate);
bool offload_gate_try_enter(struct offload_gate *gate);
void offload_gate_enter(struct offload_gate *gate);
void offload_gate_leave(struct offload_gate *gate);
void offload_gate_close(struct offload_gate *gate);
void offload_gate_open(struct offload_gate *gate);
void offload_gate_write(struct offload_gate *gate, bool *flag, bool value);

DEFINE_GUARD(offload_gate, struct offload_gate *, offload_gate_enter(_T), offload_gate_leave(_T))

#endif /* __SND_USB_OFFLOAD_GATE_H */
