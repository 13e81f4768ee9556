/* SPDX-License-Identifier: GPL-2.0-only */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM snd_usb_offload

#if !defined(__SND_USB_OFFLOAD_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define __SND_USB_OFFLOAD_TRACE_H

#include <linux/device.h>
#include <linux/tracepoint.h>

#include "state.h"

TRACE_DEFINE_ENUM(OFFLOAD_STREAM_IDLE);
TRACE_DEFINE_ENUM(OFFLOAD_STREAM_STARTING);
TRACE_DEFINE_ENUM(OFFLOAD_STREAM_RUNNING);
TRACE_DEFINE_ENUM(OFFLOAD_STREAM_STOPPING);

#define show_stream_state(state)				\
	__print_symbolic(state,					\
		{ OFFLOAD_STREAM_IDLE,		"idle" },	\
		{ OFFLOAD_STREAM_STARTING,	"starting" },	\
		{ OFFLOAD_STREAM_RUNNING,	"running" },	\
		{ OFFLOAD_STREAM_STOPPING,	"stopping" })

TRACE_EVENT(offload_request,
	    TP_PROTO(struct device *dsp, u32 node, u32 port, u16 txn, u8 enable, u32 usb_token),
	    TP_ARGS(dsp, node, port, txn, enable, usb_token),
	    TP_STRUCT__entry(__string(dsp, dev_name(dsp))
			     __field(u32, node)
			     __field(u32, port)
			     __field(u16, txn)
			     __field(u8, enable)
			     __field(u32, usb_token)
	    ),
	    TP_fast_assign(__assign_str(dsp);
			   __entry->node = node;
			   __entry->port = port;
			   __entry->txn = txn;
			   __entry->enable = enable;
			   __entry->usb_token = usb_token;
	    ),
	    TP_printk("%s: from %u:%u txn %u enable %u token 0x%08x", __get_str(dsp),
		      __entry->node, __entry->port, __entry->txn, __entry->enable,
		      __entry->usb_token)
);

TRACE_EVENT(offload_response,
	    TP_PROTO(struct device *dsp, u32 node, u32 port, u16 txn, s32 status, s32 reason),
	    TP_ARGS(dsp, node, port, txn, status, reason),
	    TP_STRUCT__entry(__string(dsp, dev_name(dsp))
			     __field(u32, node)
			     __field(u32, port)
			     __field(u16, txn)
			     __field(s32, status)
			     __field(s32, reason)
	    ),
	    TP_fast_assign(__assign_str(dsp);
			   __entry->node = node;
			   __entry->port = port;
			   __entry->txn = txn;
			   __entry->status = status;
			   __entry->reason = reason;
	    ),
	    TP_printk("%s: to %u:%u txn %u status %d reason %d", __get_str(dsp),
		      __entry->node, __entry->port, __entry->txn, __entry->status,
		      __entry->reason)
);

TRACE_EVENT(offload_indication,
	    TP_PROTO(struct device *dsp, u32 node, u32 port, s32 event, u32 slot_id),
	    TP_ARGS(dsp, node, port, event, slot_id),
	    TP_STRUCT__entry(__string(dsp, dev_name(dsp))
			     __field(u32, node)
			     __field(u32, port)
			     __field(s32, event)
			     __field(u32, slot_id)
	    ),
	    TP_fast_assign(__assign_str(dsp);
			   __entry->node = node;
			   __entry->port = port;
			   __entry->event = event;
			   __entry->slot_id = slot_id;
	    ),
	    TP_printk("%s: to %u:%u event %d slot %u", __get_str(dsp),
		      __entry->node, __entry->port, __entry->event, __entry->slot_id)
);

TRACE_EVENT(offload_drop,
	    TP_PROTO(struct device *dsp, u32 node, u32 port, size_t bytes, int reason),
	    TP_ARGS(dsp, node, port, bytes, reason),
	    TP_STRUCT__entry(__string(dsp, dev_name(dsp))
			     __field(u32, node)
			     __field(u32, port)
			     __field(size_t, bytes)
			     __field(int, reason)
	    ),
	    TP_fast_assign(__assign_str(dsp);
			   __entry->node = node;
			   __entry->port = port;
			   __entry->bytes = bytes;
			   __entry->reason = reason;
	    ),
	    TP_printk("%s: from %u:%u %zu bytes reason %d", __get_str(dsp),
		      __entry->node, __entry->port, __entry->bytes, __entry->reason)
);

TRACE_EVENT(offload_stream_state,
	    TP_PROTO(unsigned int card, unsigned int pcm, int direction,
		     enum offload_stream_state from, enum offload_stream_state to),
	    TP_ARGS(card, pcm, direction, from, to),
	    TP_STRUCT__entry(__field(unsigned int, card)
			     __field(unsigned int, pcm)
			     __field(int, direction)
			     __field(int, from)
			     __field(int, to)
	    ),
	    TP_fast_assign(__entry->card = card;
			   __entry->pcm = pcm;
			   __entry->direction = direction;
			   __entry->from = from;
			   __entry->to = to;
	    ),
	    TP_printk("card %u pcm %u %s: %s -> %s", __entry->card, __entry->pcm,
		      __entry->direction ? "capture" : "playback",
		      show_stream_state(__entry->from), show_stream_state(__entry->to))
);

DECLARE_EVENT_CLASS(offload_mapping,
		    TP_PROTO(struct device *dsp, u64 iova, u64 dma, size_t bytes),
		    TP_ARGS(dsp, iova, dma, bytes),
		    TP_STRUCT__entry(__string(dsp, dev_name(dsp))
				     __field(u64, iova)
				     __field(u64, dma)
				     __field(size_t, bytes)
		    ),
		    TP_fast_assign(__assign_str(dsp);
				   __entry->iova = iova;
				   __entry->dma = dma;
				   __entry->bytes = bytes;
		    ),
		    TP_printk("%s: iova 0x%llx dma 0x%llx %zu bytes", __get_str(dsp),
			      __entry->iova, __entry->dma, __entry->bytes)
);

DEFINE_EVENT(offload_mapping, offload_mapping_create,
	     TP_PROTO(struct device *dsp, u64 iova, u64 dma, size_t bytes),
	     TP_ARGS(dsp, iova, dma, bytes)
);

DEFINE_EVENT(offload_mapping, offload_mapping_destroy,
	     TP_PROTO(struct device *dsp, u64 iova, u64 dma, size_t bytes),
	     TP_ARGS(dsp, iova, dma, bytes)
);

TRACE_EVENT(offload_controller,
	    TP_PROTO(struct device *dsp, u8 number, bool is_attached),
	    TP_ARGS(dsp, number, is_attached),
	    TP_STRUCT__entry(__string(dsp, dev_name(dsp))
			     __field(u8, number)
			     __field(bool, is_attached)
	    ),
	    TP_fast_assign(__assign_str(dsp);
			   __entry->number = number;
			   __entry->is_attached = is_attached;
	    ),
	    TP_printk("%s: controller %u %s", __get_str(dsp), __entry->number,
		      __entry->is_attached ? "attached" : "detached")
);

#endif /* __SND_USB_OFFLOAD_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
