/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __SND_USB_OFFLOAD_QMI_MESSAGES_H
#define __SND_USB_OFFLOAD_QMI_MESSAGES_H

#include <linux/soc/qcom/qmi.h>
#include <linux/types.h>
#include <linux/usb/ch9.h>

/* The mappings that a response describes, in wire order. */
enum uaudio_mem {
	UAUDIO_MEM_EVENT_RING,
	UAUDIO_MEM_DATA_RING,
	UAUDIO_MEM_SYNC_RING,
	UAUDIO_MEM_XFER_BUFFER,
	UAUDIO_MEM_DCBA,
	UAUDIO_MEM_COUNT
};

/**
 * struct uaudio_mem_info - a mapping, as the DSP and the xHC see it
 * @iova: first byte, as the DSP dereferences it
 * @dma: first byte, as the xHC dereferences it
 * @size: in bytes; contiguous for the DSP, not necessarily for the xHC
 */
struct uaudio_mem_info {
	u64 iova;
	u64 dma;
	u32 size;
};

/**
 * struct uaudio_stream_req - STREAM request, decoded
 * @enable: 1 starts the stream, 0 stops it
 * @usb_token: card, PCM and direction, see UAUDIO_TOKEN()
 * @audio_format_valid: @audio_format was sent
 * @audio_format: enum uaudio_format
 * @number_of_ch_valid: @number_of_ch was sent
 * @number_of_ch: channels
 * @bit_rate_valid: @bit_rate was sent
 * @bit_rate: sample rate in Hz
 * @xfer_buff_size_valid: @xfer_buff_size was sent
 * @xfer_buff_size: bytes of transfer buffer, 0 for one page
 * @service_interval_valid: @service_interval was sent
 * @service_interval: in microseconds
 * @known_valid: @known was sent
 * @known: UAUDIO_KNOWS_*: fields of the response that the client knows
 */
struct uaudio_stream_req {
	u8 enable;
	u32 usb_token;
	u8 audio_format_valid;
	u32 audio_format;
	u8 number_of_ch_valid;
	u32 number_of_ch;
	u8 bit_rate_valid;
	u32 bit_rate;
	u8 xfer_buff_size_valid;
	u32 xfer_buff_size;
	u8 service_interval_valid;
	u32 service_interval;
	u8 known_valid;
	u32 known;
};

/**
 * struct uaudio_stream_resp - STREAM response, to be encoded
 * @resp: QMI's own result: was the message understood
 * @status_valid: send @status
 * @status: enum uaudio_stream_status
 * @internal_status_valid: send @internal_status
 * @internal_status: 0 or a negative errno: the reason for @status
 * @slot_id_valid: send @slot_id
 * @slot_id: the xHCI device slot
 * @usb_token_valid: send @usb_token
 * @usb_token: the request's
 * @std_as_opr_intf_desc_valid: send @std_as_opr_intf_desc
 * @std_as_opr_intf_desc: descriptor of the alternate setting in use
 * @std_as_data_ep_desc_valid: send @std_as_data_ep_desc
 * @std_as_data_ep_desc: descriptor of the data endpoint
 * @std_as_sync_ep_desc_valid: send @std_as_sync_ep_desc
 * @std_as_sync_ep_desc: descriptor of the feedback endpoint
 * @usb_audio_spec_revision_valid: send @usb_audio_spec_revision
 * @usb_audio_spec_revision: BCD, 0x0100 to 0x0300
 * @data_path_delay_valid: send @data_path_delay
 * @data_path_delay: bDelay of the streaming interface, in frames
 * @usb_audio_subslot_size_valid: send @usb_audio_subslot_size
 * @usb_audio_subslot_size: bytes a sample takes on the bus
 * @xhci_mem_info_valid: send @xhci_mem_info
 * @xhci_mem_info: rings and buffer, by enum uaudio_mem
 * @interrupter_num_valid: send @interrupter_num
 * @interrupter_num: xHCI interrupter that the stream's events go to
 * @speed_info_valid: send @speed_info
 * @speed_info: enum uaudio_speed_info
 * @controller_num_valid: send @controller_num
 * @controller_num: as the platform told the DSP
 * @burst_valid: send @burst
 * @burst: UAUDIO_BURST_*
 */
struct uaudio_stream_resp {
	struct qmi_response_type_v01 resp;
	u8 status_valid;
	s32 status;
	u8 internal_status_valid;
	s32 internal_status;
	u8 slot_id_valid;
	u32 slot_id;
	u8 usb_token_valid;
	u32 usb_token;
	u8 std_as_opr_intf_desc_valid;
	struct usb_interface_descriptor std_as_opr_intf_desc;
	u8 std_as_data_ep_desc_valid;
	struct usb_endpoint_descriptor std_as_data_ep_desc;
	u8 std_as_sync_ep_desc_valid;
	struct usb_endpoint_descriptor std_as_sync_ep_desc;
	u8 usb_audio_spec_revision_valid;
	u16 usb_audio_spec_revision;
	u8 data_path_delay_valid;
	u8 data_path_delay;
	u8 usb_audio_subslot_size_valid;
	u8 usb_audio_subslot_size;
	u8 xhci_mem_info_valid;
	struct uaudio_mem_info xhci_mem_info[UAUDIO_MEM_COUNT];
	u8 interrupter_num_valid;
	u8 interrupter_num;
	u8 speed_info_valid;
	s32 speed_info;
	u8 controller_num_valid;
	u8 controller_num;
	u8 burst_valid;
	u32 burst;
};

/**
 * struct uaudio_stream_ind - STREAM indication, to be encoded
 * @dev_event: enum uaudio_dev_event
 * @slot_id: the xHCI device slot
 * @usb_token_valid: send @usb_token
 * @usb_token: the stream concerned
 * @std_as_opr_intf_desc_valid: send @std_as_opr_intf_desc
 * @std_as_opr_intf_desc: as in the response
 * @std_as_data_ep_desc_valid: send @std_as_data_ep_desc
 * @std_as_data_ep_desc: as in the response
 * @std_as_sync_ep_desc_valid: send @std_as_sync_ep_desc
 * @std_as_sync_ep_desc: as in the response
 * @usb_audio_spec_revision_valid: send @usb_audio_spec_revision
 * @usb_audio_spec_revision: as in the response
 * @data_path_delay_valid: send @data_path_delay
 * @data_path_delay: as in the response
 * @usb_audio_subslot_size_valid: send @usb_audio_subslot_size
 * @usb_audio_subslot_size: as in the response
 * @xhci_mem_info_valid: send @xhci_mem_info
 * @xhci_mem_info: as in the response
 * @interrupter_num_valid: send @interrupter_num
 * @interrupter_num: as in the response
 * @controller_num_valid: send @controller_num
 * @controller_num: as in the response
 */
struct uaudio_stream_ind {
	s32 dev_event;
	u32 slot_id;
	u8 usb_token_valid;
	u32 usb_token;
	u8 std_as_opr_intf_desc_valid;
	struct usb_interface_descriptor std_as_opr_intf_desc;
	u8 std_as_data_ep_desc_valid;
	struct usb_endpoint_descriptor std_as_data_ep_desc;
	u8 std_as_sync_ep_desc_valid;
	struct usb_endpoint_descriptor std_as_sync_ep_desc;
	u8 usb_audio_spec_revision_valid;
	u16 usb_audio_spec_revision;
	u8 data_path_delay_valid;
	u8 data_path_delay;
	u8 usb_audio_subslot_size_valid;
	u8 usb_audio_subslot_size;
	u8 xhci_mem_info_valid;
	struct uaudio_mem_info xhci_mem_info[UAUDIO_MEM_COUNT];
	u8 interrupter_num_valid;
	u8 interrupter_num;
	u8 controller_num_valid;
	u8 controller_num;
};

extern const struct qmi_elem_info uaudio_stream_req_ei[];
extern const struct qmi_elem_info uaudio_stream_resp_ei[];
extern const struct qmi_elem_info uaudio_stream_ind_ei[];

int uaudio_message_check(const void *data, size_t bytes, size_t max_tlv_bytes,
			 const struct qmi_elem_info *ei, u32 *present);

#endif /* __SND_USB_OFFLOAD_QMI_MESSAGES_H */
