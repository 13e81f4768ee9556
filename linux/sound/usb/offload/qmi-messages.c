// SPDX-License-Identifier: GPL-2.0-only
/*
 * The STREAM service's messages: how each one is laid out, and whether a packet is one at all.
 *
 * The kernel's QMI decoder trusts its input: it reads a TLV's value without regard to the length
 * that the TLV claims, past the end of a truncated packet, and it cannot tell a missing mandatory
 * field from a zero. So a packet is walked here first, against the same tables, and only one that
 * passes is decoded:
 *
 *  1. The packet is a whole QMI header and exactly the length that the header says.
 *  2. The TLVs fill that length to the byte, and it does not exceed the message's maximum.
 *  3. A TLV of the tables has exactly the length of its field, and comes once.
 *  4. A TLV that is not in the tables is skipped if optional (type >= 0x10), else refused. But a
 *     request with all TLVs of its table has the maximum's length: rule 2 refuses one more.
 *
 * A missing field is not the packet's fault but the request's: the caller is told what was
 * present.
 *
 * The decoder copies integers as they are, so this works on little-endian kernels only (see
 * Kconfig).
 */
#include <kunit/visibility.h>
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include <lullaby/usb_audio_stream.h>

#include "qmi-messages.h"

#define QMI_TLV_HEADER_BYTES	3
#define QMI_OPTIONAL_TLV_FIRST	0x10

#define DESCRIPTOR_BYTES	9
static_assert(sizeof(struct usb_interface_descriptor) == DESCRIPTOR_BYTES);
static_assert(sizeof(struct usb_endpoint_descriptor) == DESCRIPTOR_BYTES);

#define OPTIONAL(message, tlv, field) {					\
	.data_type = QMI_OPT_FLAG,					\
	.elem_len = 1,							\
	.elem_size = sizeof(u8),					\
	.array_type = NO_ARRAY,						\
	.tlv_type = (tlv),						\
	.offset = offsetof(struct uaudio_stream_##message, field),	\
}

#define INTEGER(message, tlv, field, type, size) {			\
	.data_type = (type),						\
	.elem_len = 1,							\
	.elem_size = (size),						\
	.array_type = NO_ARRAY,						\
	.tlv_type = (tlv),						\
	.offset = offsetof(struct uaudio_stream_##message, field),	\
}

#define U8(message, tlv, field) \
	INTEGER(message, tlv, field, QMI_UNSIGNED_1_BYTE, sizeof(u8))
#define U16(message, tlv, field) \
	INTEGER(message, tlv, field, QMI_UNSIGNED_2_BYTE, sizeof(u16))
#define U32(message, tlv, field) \
	INTEGER(message, tlv, field, QMI_UNSIGNED_4_BYTE, sizeof(u32))
#define S32(message, tlv, field) \
	INTEGER(message, tlv, field, QMI_SIGNED_4_BYTE_ENUM, sizeof(s32))

/* USB descriptors have their wire layout in memory already: they travel as bytes. */
#define DESCRIPTOR(message, tlv, field) {				\
	.data_type = QMI_UNSIGNED_1_BYTE,				\
	.elem_len = DESCRIPTOR_BYTES,					\
	.elem_size = sizeof(u8),					\
	.array_type = STATIC_ARRAY,					\
	.tlv_type = (tlv),						\
	.offset = offsetof(struct uaudio_stream_##message, field),	\
}

#define MEM_INFO(message, tlv, field) {					\
	.data_type = QMI_STRUCT,					\
	.elem_len = UAUDIO_MEM_COUNT,					\
	.elem_size = sizeof(struct uaudio_mem_info),			\
	.array_type = STATIC_ARRAY,					\
	.tlv_type = (tlv),						\
	.offset = offsetof(struct uaudio_stream_##message, field),	\
	.ei_array = uaudio_mem_info_ei,					\
}

#define RESULT(message, tlv, field) {					\
	.data_type = QMI_STRUCT,					\
	.elem_len = 1,							\
	.elem_size = sizeof(struct qmi_response_type_v01),		\
	.array_type = NO_ARRAY,						\
	.tlv_type = (tlv),						\
	.offset = offsetof(struct uaudio_stream_##message, field),	\
	.ei_array = qmi_response_type_v01_ei,				\
}

#define MEM_INFO_FIELD(field, type, size) {				\
	.data_type = (type),						\
	.elem_len = 1,							\
	.elem_size = (size),						\
	.array_type = NO_ARRAY,						\
	.tlv_type = QMI_COMMON_TLV_TYPE,				\
	.offset = offsetof(struct uaudio_mem_info, field),		\
}

#define END {								\
	.data_type = QMI_EOTI,						\
	.array_type = NO_ARRAY,						\
	.tlv_type = QMI_COMMON_TLV_TYPE,				\
}

static const struct qmi_elem_info uaudio_mem_info_ei[] = {
	MEM_INFO_FIELD(iova, QMI_UNSIGNED_8_BYTE, sizeof(u64)),
	MEM_INFO_FIELD(dma, QMI_UNSIGNED_8_BYTE, sizeof(u64)),
	MEM_INFO_FIELD(size, QMI_UNSIGNED_4_BYTE, sizeof(u32)),
	END,
};

const struct qmi_elem_info uaudio_stream_req_ei[] = {
	U8(req, UAUDIO_REQ_TLV_ENABLE, enable),
	U32(req, UAUDIO_REQ_TLV_USB_TOKEN, usb_token),
	OPTIONAL(req, UAUDIO_REQ_TLV_AUDIO_FORMAT, audio_format_valid),
	U32(req, UAUDIO_REQ_TLV_AUDIO_FORMAT, audio_format),
	OPTIONAL(req, UAUDIO_REQ_TLV_NUMBER_OF_CH, number_of_ch_valid),
	U32(req, UAUDIO_REQ_TLV_NUMBER_OF_CH, number_of_ch),
	OPTIONAL(req, UAUDIO_REQ_TLV_BIT_RATE, bit_rate_valid),
	U32(req, UAUDIO_REQ_TLV_BIT_RATE, bit_rate),
	OPTIONAL(req, UAUDIO_REQ_TLV_XFER_BUFF_SIZE, xfer_buff_size_valid),
	U32(req, UAUDIO_REQ_TLV_XFER_BUFF_SIZE, xfer_buff_size),
	OPTIONAL(req, UAUDIO_REQ_TLV_SERVICE_INTERVAL, service_interval_valid),
	U32(req, UAUDIO_REQ_TLV_SERVICE_INTERVAL, service_interval),
	OPTIONAL(req, UAUDIO_REQ_TLV_KNOWN, known_valid),
	U32(req, UAUDIO_REQ_TLV_KNOWN, known),
	END,
};
EXPORT_SYMBOL_IF_KUNIT(uaudio_stream_req_ei);

const struct qmi_elem_info uaudio_stream_resp_ei[] = {
	RESULT(resp, UAUDIO_RESP_TLV_RESULT, resp),
	OPTIONAL(resp, UAUDIO_RESP_TLV_STATUS, status_valid),
	S32(resp, UAUDIO_RESP_TLV_STATUS, status),
	OPTIONAL(resp, UAUDIO_RESP_TLV_INTERNAL_STATUS, internal_status_valid),
	U32(resp, UAUDIO_RESP_TLV_INTERNAL_STATUS, internal_status),
	OPTIONAL(resp, UAUDIO_RESP_TLV_SLOT_ID, slot_id_valid),
	U32(resp, UAUDIO_RESP_TLV_SLOT_ID, slot_id),
	OPTIONAL(resp, UAUDIO_RESP_TLV_USB_TOKEN, usb_token_valid),
	U32(resp, UAUDIO_RESP_TLV_USB_TOKEN, usb_token),
	OPTIONAL(resp, UAUDIO_RESP_TLV_INTF_DESC, std_as_opr_intf_desc_valid),
	DESCRIPTOR(resp, UAUDIO_RESP_TLV_INTF_DESC, std_as_opr_intf_desc),
	OPTIONAL(resp, UAUDIO_RESP_TLV_DATA_EP_DESC, std_as_data_ep_desc_valid),
	DESCRIPTOR(resp, UAUDIO_RESP_TLV_DATA_EP_DESC, std_as_data_ep_desc),
	OPTIONAL(resp, UAUDIO_RESP_TLV_SYNC_EP_DESC, std_as_sync_ep_desc_valid),
	DESCRIPTOR(resp, UAUDIO_RESP_TLV_SYNC_EP_DESC, std_as_sync_ep_desc),
	OPTIONAL(resp, UAUDIO_RESP_TLV_SPEC_REVISION, usb_audio_spec_revision_valid),
	U16(resp, UAUDIO_RESP_TLV_SPEC_REVISION, usb_audio_spec_revision),
	OPTIONAL(resp, UAUDIO_RESP_TLV_DATA_PATH_DELAY, data_path_delay_valid),
	U8(resp, UAUDIO_RESP_TLV_DATA_PATH_DELAY, data_path_delay),
	OPTIONAL(resp, UAUDIO_RESP_TLV_SUBSLOT_SIZE, usb_audio_subslot_size_valid),
	U8(resp, UAUDIO_RESP_TLV_SUBSLOT_SIZE, usb_audio_subslot_size),
	OPTIONAL(resp, UAUDIO_RESP_TLV_XHCI_MEM_INFO, xhci_mem_info_valid),
	MEM_INFO(resp, UAUDIO_RESP_TLV_XHCI_MEM_INFO, xhci_mem_info),
	OPTIONAL(resp, UAUDIO_RESP_TLV_INTERRUPTER_NUM, interrupter_num_valid),
	U8(resp, UAUDIO_RESP_TLV_INTERRUPTER_NUM, interrupter_num),
	OPTIONAL(resp, UAUDIO_RESP_TLV_SPEED_INFO, speed_info_valid),
	S32(resp, UAUDIO_RESP_TLV_SPEED_INFO, speed_info),
	OPTIONAL(resp, UAUDIO_RESP_TLV_CONTROLLER_NUM, controller_num_valid),
	U8(resp, UAUDIO_RESP_TLV_CONTROLLER_NUM, controller_num),
	OPTIONAL(resp, UAUDIO_RESP_TLV_BURST, burst_valid),
	U32(resp, UAUDIO_RESP_TLV_BURST, burst),
	END,
};
EXPORT_SYMBOL_IF_KUNIT(uaudio_stream_resp_ei);

const struct qmi_elem_info uaudio_stream_ind_ei[] = {
	S32(ind, UAUDIO_IND_TLV_DEV_EVENT, dev_event),
	U32(ind, UAUDIO_IND_TLV_SLOT_ID, slot_id),
	OPTIONAL(ind, UAUDIO_IND_TLV_USB_TOKEN, usb_token_valid),
	U32(ind, UAUDIO_IND_TLV_USB_TOKEN, usb_token),
	OPTIONAL(ind, UAUDIO_IND_TLV_INTF_DESC, std_as_opr_intf_desc_valid),
	DESCRIPTOR(ind, UAUDIO_IND_TLV_INTF_DESC, std_as_opr_intf_desc),
	OPTIONAL(ind, UAUDIO_IND_TLV_DATA_EP_DESC, std_as_data_ep_desc_valid),
	DESCRIPTOR(ind, UAUDIO_IND_TLV_DATA_EP_DESC, std_as_data_ep_desc),
	OPTIONAL(ind, UAUDIO_IND_TLV_SYNC_EP_DESC, std_as_sync_ep_desc_valid),
	DESCRIPTOR(ind, UAUDIO_IND_TLV_SYNC_EP_DESC, std_as_sync_ep_desc),
	OPTIONAL(ind, UAUDIO_IND_TLV_SPEC_REVISION, usb_audio_spec_revision_valid),
	U16(ind, UAUDIO_IND_TLV_SPEC_REVISION, usb_audio_spec_revision),
	OPTIONAL(ind, UAUDIO_IND_TLV_DATA_PATH_DELAY, data_path_delay_valid),
	U8(ind, UAUDIO_IND_TLV_DATA_PATH_DELAY, data_path_delay),
	OPTIONAL(ind, UAUDIO_IND_TLV_SUBSLOT_SIZE, usb_audio_subslot_size_valid),
	U8(ind, UAUDIO_IND_TLV_SUBSLOT_SIZE, usb_audio_subslot_size),
	OPTIONAL(ind, UAUDIO_IND_TLV_XHCI_MEM_INFO, xhci_mem_info_valid),
	MEM_INFO(ind, UAUDIO_IND_TLV_XHCI_MEM_INFO, xhci_mem_info),
	OPTIONAL(ind, UAUDIO_IND_TLV_INTERRUPTER_NUM, interrupter_num_valid),
	U8(ind, UAUDIO_IND_TLV_INTERRUPTER_NUM, interrupter_num),
	OPTIONAL(ind, UAUDIO_IND_TLV_CONTROLLER_NUM, controller_num_valid),
	U8(ind, UAUDIO_IND_TLV_CONTROLLER_NUM, controller_num),
	END,
};
EXPORT_SYMBOL_IF_KUNIT(uaudio_stream_ind_ei);

static size_t elem_bytes(const struct qmi_elem_info *ei)
{
	const struct qmi_elem_info *member;
	size_t bytes = 0;

	if (ei->data_type != QMI_STRUCT)
		return ei->elem_len * ei->elem_size;

	/* Two levels are all there is here: a message's struct holds integers only. */
	for (member = ei->ei_array; member->data_type != QMI_EOTI; member++)
		bytes += member->elem_len * member->elem_size;
	return ei->elem_len * bytes;
}

static const struct qmi_elem_info *find_elem(const struct qmi_elem_info *ei, u8 tlv_type)
{
	for (; ei->data_type != QMI_EOTI; ei++)
		if (ei->data_type != QMI_OPT_FLAG && ei->tlv_type == tlv_type)
			return ei;
	return NULL;
}

/**
 * uaudio_message_check() - find out whether a packet may be given to the QMI decoder
 * @data: the packet, QMI header first
 * @bytes: its length
 * @max_tlv_bytes: the longest that all TLVs of this message may be
 * @ei: the message's table
 * @present: set to the TLVs of @ei that the packet holds, one bit by type
 *
 * Context: Any context.
 * Return: 0; -EMSGSIZE: the lengths contradict each other, or it is too long; -EBADMSG: a TLV has
 * the wrong length, comes twice, or is mandatory and unknown.
 */
int uaudio_message_check(const void *data, size_t bytes, size_t max_tlv_bytes,
			 const struct qmi_elem_info *ei, u32 *present)
{
	const struct qmi_header *header = data;
	const u8 *tlv;
	const u8 *end;

	*present = 0;
	if (bytes < sizeof(*header))
		return -EMSGSIZE;
	if (le16_to_cpu((__force __le16)header->msg_len) != bytes - sizeof(*header))
		return -EMSGSIZE;
	if (bytes - sizeof(*header) > max_tlv_bytes)
		return -EMSGSIZE;

	end = data + bytes;
	for (tlv = data + sizeof(*header); tlv < end; ) {
		const struct qmi_elem_info *elem;
		size_t value_bytes;
		u8 type;

		if (end - tlv < QMI_TLV_HEADER_BYTES)
			return -EMSGSIZE;
		type = tlv[0];
		value_bytes = get_unaligned_le16(tlv + 1);
		tlv += QMI_TLV_HEADER_BYTES;
		if (value_bytes > end - tlv)
			return -EMSGSIZE;
		tlv += value_bytes;

		elem = find_elem(ei, type);
		if (!elem) {
			if (type < QMI_OPTIONAL_TLV_FIRST)
				return -EBADMSG;
			continue;
		}
		if (value_bytes != elem_bytes(elem) || *present & BIT(type))
			return -EBADMSG;
		*present |= BIT(type);
	}
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(uaudio_message_check);
