/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The AP's end of the audio control channel (<lullaby/audio_control.h>).
 */
#ifndef VSOC_AUDIO_IPC_H
#define VSOC_AUDIO_IPC_H

#include <linux/err.h>
#include <linux/types.h>
#include <lullaby/audio_control.h>
#include "vsoc-audio-request.h"

struct device;
struct device_node;
struct vsoc_audio_ipc;

/**
 * struct vsoc_audio_ipc_ops - callbacks of the channel's owner
 * @link_up: the DSP has said hello. Requests may be sent, also those that wait.
 * @link_down: the DSP has stopped or crashed. Every request in flight has failed already.
 * @period_elapsed: the DSP's PERIOD_ELAPSED of @stream, which is in range
 * @stream_lost: the DSP's STREAM_LOST of @stream, which is in range; @reason is not checked
 * @is_in_use: whether the DSP may be using memory that it can only be told by this channel to let
 *	go of. Any context.
 *
 * All others may sleep. @period_elapsed and @stream_lost run in the context in which replies
 * arrive: they must not wait for one, nor for anything that does.
 */
struct vsoc_audio_ipc_ops {
	void (*link_up)(void *priv);
	void (*link_down)(void *priv);
	void (*period_elapsed)(void *priv, unsigned int stream);
	void (*stream_lost)(void *priv, unsigned int stream, u32 reason);
	bool (*is_in_use)(void *priv);
};

/**
 * struct vsoc_audio_ipc_counts - counters of the channel since it was created
 * @replies: that matched a request
 * @notifications: that were passed on
 * @dropped: messages of a wrong length, type or stream, and replies that nobody waits for
 * @timed_out: requests that the DSP did not answer in time
 */
struct vsoc_audio_ipc_counts {
	u64 replies;
	u64 notifications;
	u64 dropped;
	u64 timed_out;
};

/**
 * vsoc_audio_status_to_errno() - get the errno for a reply
 * @status: enum audio_control_status, from the DSP
 * @detail: internal_status of the QMI response behind it, a negative errno as u32, or 0
 *
 * -EPIPE and -ESTRPIPE have a meaning of their own to ALSA's applications and are never returned.
 *
 * Return: 0 or a negative errno.
 */
static inline int vsoc_audio_status_to_errno(u32 status, u32 detail)
{
	int error = (s32)detail;

	switch (status) {
	case AUDIO_STATUS_OK:
		return 0;
	case AUDIO_STATUS_INVALID:
	case AUDIO_STATUS_UNSUPPORTED:
		return -EINVAL;
	case AUDIO_STATUS_WRONG_STATE:
		return -EBADFD;
	case AUDIO_STATUS_NO_DEVICE:
		return -ENODEV;
	case AUDIO_STATUS_BUSY:
		return -EBUSY;
	case AUDIO_STATUS_NO_MEMORY:
		return -ENOMEM;
	case AUDIO_STATUS_TIMED_OUT:
		return -ETIMEDOUT;
	case AUDIO_STATUS_FAILED:
		/* errnos that user space knows */
		if (error < 0 && error >= -EHWPOISON && error != -EPIPE && error != -ESTRPIPE)
			return error;
		return -EIO;
	default:
		return -EPROTO;
	}
}

/**
 * vsoc_audio_ist_uframes() - get the Isochronous Scheduling Threshold that an xHC states
 * @hcsparams2: its register HCSPARAMS2 (xHCI 5.3.4): bit 3 says that bits 0 to 2 count frames
 *
 * Return: microframes.
 */
static inline unsigned int vsoc_audio_ist_uframes(u32 hcsparams2)
{
	return (hcsparams2 & 7) * (hcsparams2 & 8 ? 8 : 1);
}

struct vsoc_audio_ipc *
vsoc_audio_ipc_create(struct device *dev, struct device_node *dsp_node,
		      unsigned int streams, const struct vsoc_audio_ipc_ops *ops,
		      void *priv);
void vsoc_audio_ipc_destroy(struct vsoc_audio_ipc *ipc);

unsigned int vsoc_audio_ipc_setup_timeout_ms(void);
int vsoc_audio_ipc_wait_ready(struct vsoc_audio_ipc *ipc);
unsigned int vsoc_audio_ipc_generation(struct vsoc_audio_ipc *ipc);
unsigned int vsoc_audio_ipc_max_streams(struct vsoc_audio_ipc *ipc);
bool vsoc_audio_ipc_can_record(struct vsoc_audio_ipc *ipc);
void vsoc_audio_ipc_get_counts(struct vsoc_audio_ipc *ipc,
			       struct vsoc_audio_ipc_counts *counts);

int vsoc_audio_ipc_submit(struct vsoc_audio_ipc *ipc,
			  struct vsoc_audio_request *request, u16 type,
			  const void *body, size_t body_bytes);
int vsoc_audio_ipc_wait_ms(struct vsoc_audio_ipc *ipc,
			   struct vsoc_audio_request *request, unsigned int ms);
int vsoc_audio_ipc_wait(struct vsoc_audio_ipc *ipc,
			struct vsoc_audio_request *request, unsigned int extra_ms);
int vsoc_audio_ipc_call(struct vsoc_audio_ipc *ipc, u16 type,
			const void *body, size_t body_bytes,
			void *reply, size_t reply_bytes);
int vsoc_audio_ipc_call_final(struct vsoc_audio_ipc *ipc, u16 type,
			      const void *body, size_t body_bytes);

int vsoc_audio_ipc_register(void);
void vsoc_audio_ipc_unregister(void);

#endif /* VSOC_AUDIO_IPC_H */
