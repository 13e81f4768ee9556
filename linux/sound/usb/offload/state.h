/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __SND_USB_OFFLOAD_STATE_H
#define __SND_USB_OFFLOAD_STATE_H

/**
 * enum offload_stream_state - what a stream is doing
 * @OFFLOAD_STREAM_IDLE: holds nothing
 * @OFFLOAD_STREAM_STARTING: acquiring what it needs
 * @OFFLOAD_STREAM_RUNNING: the DSP has been, or is about to be, told where everything is
 * @OFFLOAD_STREAM_STOPPING: the DSP has been asked to stop, or everything is being given back
 */
enum offload_stream_state {
	OFFLOAD_STREAM_IDLE,
	OFFLOAD_STREAM_STARTING,
	OFFLOAD_STREAM_RUNNING,
	OFFLOAD_STREAM_STOPPING,
};

#endif /* __SND_USB_OFFLOAD_STATE_H */
