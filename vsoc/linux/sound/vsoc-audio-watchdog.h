/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The request watchdog of the audio control channel.
 */
#ifndef VSOC_AUDIO_WATCHDOG_H
#define VSOC_AUDIO_WATCHDOG_H

#include <linux/types.h>

struct vsoc_audio_ipc;

enum vsoc_audio_watchdog_action {
	VSOC_AUDIO_WATCHDOG_OVER,	/* nobody waits for the DSP */
	VSOC_AUDIO_WATCHDOG_PING,	/* ask it whether it is there */
	VSOC_AUDIO_WATCHDOG_WAIT,	/* it has been asked, and still has time */
	VSOC_AUDIO_WATCHDOG_DEAD,	/* it does not answer */
};

/**
 * vsoc_audio_watchdog_next() - decide what the watchdog does next
 * @is_pinging: the DSP is being asked and has not answered
 * @is_done: if @is_pinging: the last ping could not be sent, so the DSP has not been asked yet
 * @has_timed_out: if @is_pinging: the time for the answer is over
 * @is_waited_for: if not @is_pinging: requests are unanswered
 *
 * Return: the next action.
 */
static inline enum vsoc_audio_watchdog_action
vsoc_audio_watchdog_next(bool is_pinging, bool is_done, bool has_timed_out, bool is_waited_for)
{
	if (is_pinging && has_timed_out)
		return VSOC_AUDIO_WATCHDOG_DEAD;
	if (is_pinging)
		return is_done ? VSOC_AUDIO_WATCHDOG_PING : VSOC_AUDIO_WATCHDOG_WAIT;
	return is_waited_for ? VSOC_AUDIO_WATCHDOG_PING : VSOC_AUDIO_WATCHDOG_OVER;
}

unsigned int vsoc_audio_watchdog_reply_timeout_ms(void);
void vsoc_audio_watchdog_init(struct vsoc_audio_ipc *ipc,
			      void (*report_dead)(struct vsoc_audio_ipc *ipc,
						  unsigned int generation));
void vsoc_audio_watchdog_set(struct vsoc_audio_ipc *ipc);
void vsoc_audio_watchdog_final_overdue(struct vsoc_audio_ipc *ipc, unsigned int generation);
void vsoc_audio_watchdog_late_locked(struct vsoc_audio_ipc *ipc);
void vsoc_audio_watchdog_answered_locked(struct vsoc_audio_ipc *ipc);
void vsoc_audio_watchdog_end_locked(struct vsoc_audio_ipc *ipc);

#endif /* VSOC_AUDIO_WATCHDOG_H */
