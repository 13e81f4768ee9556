/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __SND_USB_OFFLOAD_STATE_H
#define __SND_USB_OFFLOAD_STATE_H

/**
 * enum offload_stream_state - the state of a stream
 * @OFFLOAD_STREAM_IDLE: holds nothing
 * @OFFLOAD_STREAM_STARTING: acquiring its resources
 * @OFFLOAD_STREAM_RUNNING: the DSP has got, or is about to get, the addresses of rings and buffer
 * @OFFLOAD_STREAM_STOPPING: the DSP has been asked to stop, or the resources are being given back
 */
enum offload_stream_state {
	OFFLOAD_STREAM_IDLE,
	OFFLOAD_STREAM_STARTING,
	OFFLOAD_STREAM_RUNNING,
	OFFLOAD_STREAM_STOPPING,
};

#endif /* __SND_USB_OFFLOAD_STATE_H */
