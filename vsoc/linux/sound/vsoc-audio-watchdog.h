/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The watch on the requests of the audio control channel.
 */
#ifndef VSOC_AUDIO_WATCH_H
#define VSOC_AUDIO_WATCH_H

#include <linux/types.h>

struct vsoc_audio_ipc;

enum vsoc_audio_watch {
	VSOC_AUDIO_WATCH_OVER,	/* nobody waits for the DSP */
	VSOC_AUDIO_WATCH_PING,	/* ask it whether it is there */
	VSOC_AUDIO_WATCH_WAIT,	/* it has been asked, and still has time */
	VSOC_AUDIO_WATCH_DEAD,	/* it does not answer */
};

/**
 * vsoc_audio_watch_next() - what the watch on requests does next
 * @is_pinging: the DSP is being asked and has not answered
 * @is_done: if so: the last question has failed to be sent, so that it has not been asked yet
 * @is_late: if so: it should have answered by now
 * @is_waited_for: if not: requests are unanswered
 *
 * Return: what to do.
 */
static inline enum vsoc_audio_watch vsoc_audio_watch_next(bool is_pinging, bool is_done,
							  bool is_late, bool is_waited_for)
{
	if (is_pinging && is_late)
		return VSOC_AUDIO_WATCH_DEAD;
	if (is_pinging)
		return is_done ? VSOC_AUDIO_WATCH_PING : VSOC_AUDIO_WATCH_WAIT;
	return is_waited_for ? VSOC_AUDIO_WATCH_PING : VSOC_AUDIO_WATCH_OVER;
}

unsigned int vsoc_audio_watch_reply_timeout_ms(void);
void vsoc_audio_watch_init(struct vsoc_audio_ipc *ipc,
			   void (*report_dead)(struct vsoc_audio_ipc *ipc,
					       unsigned int generation));
void vsoc_audio_watch_set(struct vsoc_audio_ipc *ipc);
void vsoc_audio_watch_condemn(struct vsoc_audio_ipc *ipc, unsigned int generation);
void vsoc_audio_watch_suspect_locked(struct vsoc_audio_ipc *ipc);
void vsoc_audio_watch_answered_locked(struct vsoc_audio_ipc *ipc);
void vsoc_audio_watch_end_locked(struct vsoc_audio_ipc *ipc);

#endif /* VSOC_AUDIO_WATCH_H */
