// SPDX-License-Identifier: GPL-2.0-only
/*
 * The I/O gate: it decides when the DSP's service may do transfers to USB devices and commands of
 * their xHC.
 *
 * Threads that no freezer stops handle the DSP's requests. The completion of a transfer or a
 * command is an interrupt, and interrupts are masked from the "noirq" phase of a sleep on. Timers
 * may run even so, and after 5 s without a completion the xHC would be taken for dead. So each card
 * that sleeps closes the gate before that phase, and closing it waits for the threads that are
 * inside. A start that finds the gate closed is refused; a stop waits for it to open.
 *
 * A thread enters the gate before it takes any lock of the service or of its cards.
 */
#include <kunit/visibility.h>
#include <linux/sched.h>

#include "gate.h"

/**
 * offload_gate_init() - initialise a gate, which is open
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
 * offload_gate_try_enter() - begin to do I/O, unless the gate is closed
 * @gate: the gate
 *
 * The caller holds no lock of the service or of its cards.
 *
 * Context: Process context. May sleep.
 * Return: whether the gate is open; if so, it stays open until offload_gate_leave().
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
 * offload_gate_enter() - begin to do I/O, when the gate is open
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
 * offload_gate_close() - let no thread in any more
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
 * @gate: the gate; it opens when everyone that has closed it has opened it
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
 * offload_gate_write() - change a flag that threads inside look at
 * @gate: the gate
 * @flag: the flag
 * @value: its new value
 *
 * Waits for the threads that are inside.
 *
 * Context: Process context. May sleep.
 */
void offload_gate_write(struct offload_gate *gate, bool *flag, bool value)
{
	guard(rwsem_write)(&gate->inside);
	*flag = value;
}
