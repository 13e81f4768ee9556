// SPDX-License-Identifier: GPL-2.0-only
/*
 * The I/O gate: when the DSP's service may speak to USB devices and their xHC.
 *
 * Requests of the DSP are handled by a thread that no freezer stops. What it says to a device is
 * answered by interrupts, which are masked from the "noirq" phase of a sleep on. Timers may run
 * even so, and after 5 s without an answer the xHC would be taken for dead. So the gate is closed
 * before that phase, by each card that sleeps, and closing it waits for those who are inside. A
 * start that finds it closed is refused; a stop waits for it to open.
 *
 * The gate is outside of all locks of the service and of its cards.
 */
#include <kunit/visibility.h>
#include <linux/sched.h>

#include "gate.h"

/**
 * offload_gate_init() - make a gate, open
 * @gate: the gate
 *
 * Context: Any context.
 */
void offload_gate_init(struct offload_gate *gate)
{
	init_rwsem(&gate->inside);
	init_waitqueue_head(&gate->opened);
}
EXPORT_SYMBOL_IF_KUNIT(offload_gate_init);

/**
 * offload_gate_try_enter() - begin to speak to devices, unless the gate is closed
 * @gate: the gate
 *
 * The caller holds no lock of the service or of its cards.
 *
 * Context: Process context. May sleep.
 * Return: whether it is open; then it stays so until offload_gate_leave().
 */
bool offload_gate_try_enter(struct offload_gate *gate)
{
	down_read(&gate->inside);
	if (!gate->closed_by)
		return true;
	up_read(&gate->inside);
	return false;
}
EXPORT_SYMBOL_IF_KUNIT(offload_gate_try_enter);

/**
 * offload_gate_enter() - begin to speak to devices
 * @gate: the gate
 *
 * Waits for the end of a system sleep. The caller holds no lock of the service or of its cards.
 *
 * Context: Process context. May sleep.
 */
void offload_gate_enter(struct offload_gate *gate)
{
	do
		wait_event_idle(gate->opened, !READ_ONCE(gate->closed_by));
	while (!offload_gate_try_enter(gate));
}

/**
 * offload_gate_leave() - undo offload_gate_try_enter() or offload_gate_enter()
 * @gate: the gate
 *
 * Context: Process context. May sleep.
 */
void offload_gate_leave(struct offload_gate *gate)
{
	up_read(&gate->inside);
}
EXPORT_SYMBOL_IF_KUNIT(offload_gate_leave);

/**
 * offload_gate_close() - let nobody in any more
 * @gate: the gate
 *
 * Waits for the threads that are inside.
 *
 * Context: Process context. May sleep.
 */
void offload_gate_close(struct offload_gate *gate)
{
	guard(rwsem_write)(&gate->inside);
	WRITE_ONCE(gate->closed_by, gate->closed_by + 1);
}

/**
 * offload_gate_open() - undo offload_gate_close()
 * @gate: the gate; it opens if nobody else has closed it
 *
 * Context: Process context. May sleep.
 */
void offload_gate_open(struct offload_gate *gate)
{
	scoped_guard(rwsem_write, &gate->inside)
		WRITE_ONCE(gate->closed_by, gate->closed_by - 1);
	wake_up_all(&gate->opened);
}

/**
 * offload_gate_write() - change something that those who are inside look at
 * @gate: the gate
 * @what: what to change
 * @value: what it becomes
 *
 * Waits for the threads that are inside.
 *
 * Context: Process context. May sleep.
 */
void offload_gate_write(struct offload_gate *gate, bool *what, bool value)
{
	guard(rwsem_write)(&gate->inside);
	*what = value;
}
